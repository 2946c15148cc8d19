import type { FailureView } from '../../contract/results.ts';

export type Remedy = FailureView['remedies'][number];

/** What a person can press under a failed statement. */
const REMEDIES = {
  primary: (primary: string) => ({
    label: 'Run on the primary coordinator',
    tooltip: `Runs this statement on ${primary}, over a connection of its own with this connection's settings; then goes on with the rest of the file here.`,
  }),
  worker: (worker: string) => ({
    label: `Run on ${worker}`,
    tooltip: `Runs this statement on ${worker}, over a connection of its own with this connection's settings; then goes on with the rest of the file here.`,
  }),
  direct: (node: string) => ({
    label: 'Allow one-shard writes on this standby',
    tooltip: `Lets this file's connection to ${node} send writes that touch one shard straight to it, outside of transactions, runs this statement again, then goes on with the rest of the file.`,
  }),
  outside: () => ({
    label: 'Run without a transaction',
    tooltip:
      'Runs this statement by itself, so that it takes effect at once; then goes on with the rest of the file.',
  }),
  rollback: () => ({
    label: 'Roll back',
    tooltip: 'Ends the failed transaction of this connection with ROLLBACK.',
  }),
} satisfies Record<string, (nodeName: string) => Omit<Remedy, 'id'>>;

export type RemedyId = keyof typeof REMEDIES;

export const remedyView = (id: RemedyId, nodeName: string): Remedy => ({ id, ...REMEDIES[id](nodeName) });
