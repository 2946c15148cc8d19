/** Colours that a person can give a cluster: those of VS Code's themes for charts (`charts.red` …). */
export const CLUSTER_COLOURS = ['red', 'orange', 'yellow', 'green', 'blue', 'purple'] as const;
