import * as vscode from 'vscode';
import type { Cluster, ClusterNode } from '../../cluster/model.ts';
import type { ClusterMonitor } from '../../cluster/monitor.ts';
import type { NodeStatus } from '../../cluster/status.ts';
import type { FileHeader } from '../../sql/header/fileHeader.ts';
import { type HeaderProblem, resolveHeader } from '../../sql/header/resolve.ts';
import { formatBytes } from '../format.ts';
import { isDetached, stateWords } from '../explorer/describe.ts';
import type { Attachments } from './attachments.ts';
import { headerOf } from './sqlFile.ts';

/** The node that a file is attached to, as it is known to be now. */
export interface Attached {
  readonly cluster: Cluster;
  readonly node: ClusterNode;
  readonly status: NodeStatus | undefined;
  /** Whether the file's header says that it only reads. */
  readonly readOnly: boolean;
}

/**
 * What a file is attached to: what its header names, else what is remembered.
 * @returns undefined where it isn't attached, its node is not there (any more), or its header has a problem
 */
export const attachedTo = (
  file: vscode.Uri,
  attachments: Attachments,
  monitor: Clusters,
): Attached | undefined => {
  const header = headerOfFile(file);
  const remembered = rememberedNode(file, attachments, monitor);
  const named = header && resolveHeader(header, clustersOf(monitor), remembered);
  if (named && 'problem' in named) return undefined;
  const found = named ?? remembered;
  if (!found) return undefined;
  const { cluster, node } = found;
  const status = monitor.find(cluster.id)?.status?.get(node.name);
  return { cluster, node, status, readOnly: header?.readOnly ?? false };
};

/** Why a file's header names no node; undefined where it does, or leaves that open. */
export const headerProblem = (
  file: vscode.Uri,
  attachments: Attachments,
  monitor: Clusters,
): HeaderProblem | undefined => {
  const header = headerOfFile(file);
  const named =
    header && resolveHeader(header, clustersOf(monitor), rememberedNode(file, attachments, monitor));
  return named && 'problem' in named ? named.problem : undefined;
};

type Clusters = Pick<ClusterMonitor, 'find' | 'clusters'>;

const clustersOf = (monitor: Clusters): Cluster[] => monitor.clusters.map(({ cluster }) => cluster);

const rememberedNode = (
  file: vscode.Uri,
  attachments: Attachments,
  monitor: Clusters,
): { readonly cluster: Cluster; readonly node: ClusterNode } | undefined => {
  const ref = attachments.get(file);
  const cluster = ref && monitor.find(ref.clusterId)?.cluster;
  const node = cluster?.nodes.find(({ name }) => name === ref?.nodeName);
  return cluster && node && { cluster, node };
};

/** The header of a file that is open; what is not open has none that counts. */
const headerOfFile = (file: vscode.Uri): FileHeader | undefined => {
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString());
  return document && headerOf(document);
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
