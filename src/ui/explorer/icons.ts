import type { ClusterNode } from '../../cluster/model.ts';
import type { NodeStatus } from '../../cluster/status.ts';
import type { ShardedTable } from '../../sharding/sharding.ts';
import { type ClusterState, isDetached } from './describe.ts';

/** Icons of ours: each is in media/icons/light and media/icons/dark. The role of a coordinator is known only while it runs. */
export const ICONS = [
  'cluster-running',
  'cluster-problem',
  'cluster-stopped',
  'coordinator-primary-running',
  'coordinator-standby-running',
  'coordinator-standby-problem',
  'coordinator-problem',
  'coordinator-stopped',
  'worker-running',
  'worker-problem',
  'worker-stopped',
  'table-distributed',
  'table-reference',
  'table-local',
  'shard',
] as const;
export type Icon = (typeof ICONS)[number];

/** No icon before the nodes have been asked. */
export const clusterIcon = (state: ClusterState): Icon | undefined => {
  switch (state) {
    case 'running':
      return 'cluster-running';
    case 'partly':
      return 'cluster-problem';
    case 'stopped':
      return 'cluster-stopped';
    case 'unknown':
      return undefined;
  }
};

export const nodeIcon = (node: ClusterNode, status: NodeStatus | undefined): Icon | undefined => {
  if (!status) return undefined;
  if (status.state === 'stopped') return `${node.kind}-stopped`;
  if (status.state !== 'running') return `${node.kind}-problem`;
  if (node.kind === 'worker') return 'worker-running';
  if (isDetached(status)) return 'coordinator-standby-problem';
  return status.role === 'standby' ? 'coordinator-standby-running' : 'coordinator-primary-running';
};

export const tableIcon = (type: ShardedTable['type']): Icon => {
  switch (type) {
    case 'distributed':
    case 'schema':
      return 'table-distributed';
    case 'reference':
      return 'table-reference';
    case 'local':
      return 'table-local';
  }
};
