import { type Cluster, type ClusterNode } from '../../cluster/model.ts';
import type { Range } from '../splitter/piece.ts';
import type { FileHeader } from './fileHeader.ts';

/** Why a header names no node: what is wrong, where, and what could stand there instead. */
export interface HeaderProblem extends Range {
  readonly message: string;
  readonly suggestions: readonly string[];
}

export type Resolved =
  { readonly cluster: Cluster; readonly node: ClusterNode } | { readonly problem: HeaderProblem };

/**
 * Finds the node that a header names. What it leaves out is as remembered: the node, or the cluster where just one is
 * known.
 * @param remembered what the file was attached to, where that is still there
 * @returns undefined where the header names neither a cluster nor a node
 */
export const resolveHeader = (
  header: FileHeader,
  clusters: readonly Cluster[],
  remembered: { readonly cluster: Cluster; readonly node: ClusterNode } | undefined,
): Resolved | undefined => {
  const { cluster: clusterName, node: nodeName } = header;
  if (!clusterName && !nodeName) return undefined;
  const cluster = clusterName
    ? clusters.find(({ name }) => name === clusterName.text)
    : (remembered?.cluster ?? (clusters.length === 1 ? clusters[0] : undefined));
  if (!cluster) {
    const message = clusterName
      ? `There is no cluster “${clusterName.text}”.`
      : 'Of which cluster? Say cluster=….';
    return { problem: problem(clusterName ?? header, message, clusterName ? clusters : []) };
  }
  if (!nodeName) {
    if (remembered?.cluster.id === cluster.id) return remembered;
    return { problem: problem(header, `Which node of ${cluster.name}? Say node=….`, []) };
  }
  const node = cluster.nodes.find(({ name }) => name === nodeName.text);
  if (node) return { cluster, node };
  return {
    problem: problem(nodeName, `${cluster.name} has no node “${nodeName.text}”.`, cluster.nodes),
  };
};

const problem = (
  { start, end }: Range,
  message: string,
  named: readonly { readonly name: string }[],
): HeaderProblem => ({ start, end, message, suggestions: named.map(({ name }) => name) });
