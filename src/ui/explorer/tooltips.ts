import { type Cluster, type ClusterNode, coordinators, workers } from '../../cluster/model.ts';
import type { ClusterStatus, NodeStatus } from '../../cluster/status.ts';
import { address } from '../../postgres/endpoint.ts';
import type { Allowance, Shard, ShardedTable } from '../../sharding/sharding.ts';
import { count, formatBytes } from '../format.ts';
import type { Size } from './clusterTables.ts';
import {
  allowanceWords,
  clusterState,
  placementNames,
  shardingName,
  sizeWords,
  stateWords,
  tableLabel,
} from './describe.ts';

/** A tooltip before it becomes Markdown: plain text throughout, rows of label and value. */
export interface Tooltip {
  readonly title: string;
  readonly rows: readonly (readonly [label: string, value: string])[];
  /** The server's own words, where something is wrong. */
  readonly problem?: string;
}

type OptionalRow = readonly [label: string, value: string | undefined];

const present = (rows: readonly OptionalRow[]): (readonly [string, string])[] =>
  rows.flatMap(([label, value]) => (value === undefined || value === '' ? [] : [[label, value] as const]));

export const clusterTooltip = (cluster: Cluster, status: ClusterStatus | undefined): Tooltip => ({
  title: cluster.name,
  rows: present([
    ['State', CLUSTER_STATES[clusterState(cluster, status)]],
    [
      'Nodes',
      `${count(coordinators(cluster).length, 'coordinator')}, ${count(workers(cluster).length, 'worker')}`,
    ],
    ['PostgreSQL', cluster.postgresVersion],
    ['Tables spread by', shardingName(cluster)],
    ['Database', cluster.database],
    ['Folder', cluster.folder],
    ...placeRows(cluster),
  ]),
});

const placeRows = ({ runtime }: Cluster): OptionalRow[] =>
  runtime.kind === 'local'
    ? [['Servers run as', runtime.osUser]]
    : [
        ['Containers of', runtime.image],
        ['Memory of a node', `at most ${runtime.memoryMegabytes} MB`],
      ];

const CLUSTER_STATES = {
  running: 'running',
  partly: 'some nodes are not running',
  stopped: 'stopped',
  unknown: 'not asked yet',
} as const;

/**
 * @param now milliseconds since the epoch; a running server's age becomes the moment it started
 * @param allowance what it takes in its role, where it has one
 */
export const nodeTooltip = (
  node: ClusterNode,
  status: NodeStatus | undefined,
  now: number,
  allowance?: Allowance,
): Tooltip => ({
  title: node.name,
  rows: present([
    ['Role', status?.role ? `${status.role} coordinator` : node.kind],
    ['State', stateWords(status?.state)],
    ['Takes', allowance && allowanceWords(allowance)],
    ['Address', address(node)],
    ['Among the nodes', node.peerAddress && address(node.peerAddress)],
    ['PostgreSQL', status?.version],
    [
      'Running since',
      status?.uptimeSeconds === undefined
        ? undefined
        : new Date(now - status.uptimeSeconds * 1000).toLocaleString(),
    ],
    ['Streaming', status?.streaming === undefined ? undefined : status.streaming ? 'yes' : 'no'],
    ['Lag', status?.lagBytes === undefined ? undefined : formatBytes(status.lagBytes)],
    ['Shards', status?.shardCount === undefined ? undefined : String(status.shardCount)],
  ]),
  ...(status?.detail !== undefined && { problem: status.detail }),
});

export const tableTooltip = (table: ShardedTable, size: Size | undefined): Tooltip => ({
  title: tableLabel(table),
  rows: present([
    ['Type', table.type],
    ['Distribution column', table.distributionColumn],
    ['Shards', String(table.shardCount)],
    ['Colocation group', String(table.colocationId)],
    ['Owner', table.owner],
    ['Size', sizeWords(size)],
  ]),
  ...(size?.complete === false && { problem: 'Some nodes did not tell their part of the size.' }),
});

export const shardTooltip = (cluster: Cluster, shard: Shard, size: Size | undefined): Tooltip => ({
  title: `Shard ${shard.id}`,
  rows: present([
    ['Holds', shard.holds],
    ['On', placementNames(cluster, shard).join(', ')],
    ['Table there', shard.relation],
    ['Size', sizeWords(size)],
  ]),
});
