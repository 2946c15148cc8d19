import type * as vscode from 'vscode';
import type { Cluster, ClusterNode } from '../../cluster/model.ts';
import type { ClusterMonitor } from '../../cluster/monitor.ts';
import type { NodeStatus } from '../../cluster/status.ts';
import { formatBytes } from '../format.ts';
import { isDetached, stateWords } from '../explorer/describe.ts';
import type { Attachments } from './attachments.ts';

/** The node that a file is attached to, as it is known to be now. */
export interface Attached {
  readonly cluster: Cluster;
  readonly node: ClusterNode;
  readonly status: NodeStatus | undefined;
}

/** @returns undefined where the file isn't attached, or its node is not there (any more) */
export const attachedTo = (
  file: vscode.Uri,
  attachments: Attachments,
  monitor: Pick<ClusterMonitor, 'find'>,
): Attached | undefined => {
  const ref = attachments.get(file);
  const watched = ref && monitor.find(ref.clusterId);
  const node = watched?.cluster.nodes.find(({ name }) => name === ref?.nodeName);
  return watched && node && { cluster: watched.cluster, node, status: watched.status?.get(node.name) };
};

/** `demo › coordinator2`. */
export const attachedName = ({ cluster, node }: Attached): string => `${cluster.name} › ${node.name}`;

/** `primary`, `standby`, `worker`; a coordinator that wasn't asked yet is just that. */
export const attachedRole = ({ node, status }: Attached): string => status?.role ?? node.kind;

/** `standby, lag 0 B`, `primary`, `worker, stopped`. */
export const attachedState = (attached: Attached): string => {
  const { status } = attached;
  const parts = [attachedRole(attached)];
  if (status && status.state !== 'running') parts.push(stateWords(status.state));
  else if (status && isDetached(status)) parts.push('not streaming');
  else if (status?.lagBytes !== undefined) parts.push(`lag ${formatBytes(status.lagBytes)}`);
  return parts.join(', ');
};
