import type { RuntimeOwner } from '../runtime.ts';

/** Prefix of the labels on everything that we make in an engine. */
const LABEL = 'citus-multi-coordinator';

/** What a cluster's things are called in an engine. People see these names; we go by the labels. */
export interface ClusterNames {
  readonly network: string;
  /** Matches all of the cluster's containers, volumes and networks, and nothing else: `label=…`. */
  readonly filter: string;
  /** Arguments that label what the nodes share. */
  readonly labels: readonly string[];
  node(name: string): NodeNames;
}

export interface NodeNames {
  /** Name of the node's container, and of its volume. */
  readonly container: string;
  /** Arguments that label what is the node's. */
  readonly labels: readonly string[];
  /** Match, together, all that is the node's. */
  readonly filters: readonly string[];
}

/** The names of a cluster's things: its own name, and so much of its id that two clusters' never clash. */
export const namesOf = ({ id, name }: Pick<RuntimeOwner, 'id' | 'name'>): ClusterNames => {
  const shortId = id.slice(0, 8);
  const labels = [`--label=${LABEL}.cluster=${id}`, `--label=${LABEL}.cluster-name=${name}`];
  return {
    network: `citus-${name}-${shortId}`,
    filter: `label=${LABEL}.cluster=${id}`,
    labels,
    node: (node) => ({
      container: `citus-${name}-${shortId}-${node}`,
      labels: [...labels, `--label=${LABEL}.node=${node}`],
      filters: [`label=${LABEL}.cluster=${id}`, `label=${LABEL}.node=${node}`],
    }),
  };
};
