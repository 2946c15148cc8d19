import { type Cluster, type ClusterNode, coordinators, peerAddress, workers } from '../../cluster/model.ts';
import type { ClusterStatus, NodeState, NodeStatus } from '../../cluster/status.ts';
import { address } from '../../postgres/endpoint.ts';
import type { Allowance, Shard, ShardedTable } from '../../sharding/sharding.ts';
import { SHARDING_WORDS } from '../shardingWords.ts';
import { count, dotted, formatBytes } from '../format.ts';
import { placementAddress, type Size } from './clusterTables.ts';

/*
 * What the tree says of things: pure functions from what is known to words.
 * A context value is a list of words from the general to the particular; package.json matches them in `when` clauses.
 */

/** A cluster's nodes taken together; `partly` where only some run, `unknown` before they have been asked. */
export type ClusterState = 'running' | 'partly' | 'stopped' | 'unknown';

export const clusterState = (cluster: Cluster, status: ClusterStatus | undefined): ClusterState => {
  if (!status) return 'unknown';
  const states = cluster.nodes.map((node) => status.get(node.name)?.state);
  if (states.every((state) => state === 'running')) return 'running';
  if (states.every((state) => state === 'stopped')) return 'stopped';
  return 'partly';
};

/** `2 coordinators · 2 workers`; before that, how many run where not all do. */
export const clusterDescription = (cluster: Cluster, status: ClusterStatus | undefined): string => {
  const state = clusterState(cluster, status);
  const running = cluster.nodes.filter((node) => status?.get(node.name)?.state === 'running').length;
  const trouble = state === 'partly' ? `${running} of ${cluster.nodes.length} running` : '';
  return dotted(
    state === 'stopped' ? 'stopped' : trouble,
    count(coordinators(cluster).length, 'coordinator'),
    count(workers(cluster).length, 'worker'),
  );
};

export const clusterContext = (cluster: Cluster, status: ClusterStatus | undefined): string =>
  `cluster;${clusterState(cluster, status)}`;

const STATE_WORDS: Readonly<Record<NodeState, string>> = {
  running: 'running',
  starting: 'starting',
  stopped: 'stopped',
  unresponsive: 'not responding',
  refused: 'refusing connections',
};

export const stateWords = (state: NodeState | undefined): string =>
  state === undefined ? 'not asked yet' : STATE_WORDS[state];

/** `primary · 5432`, `standby · 5433 · lag 0 B`, `9701 · 16 shards`, `stopped · 5432`. */
export const nodeDescription = (node: ClusterNode, status: NodeStatus | undefined): string => {
  const port = String(node.port);
  if (!status) return port;
  if (status.state !== 'running') return dotted(stateWords(status.state), port);
  if (node.kind === 'worker') {
    return dotted(port, status.shardCount === undefined ? '' : count(status.shardCount, 'shard'));
  }
  return dotted(
    status.role,
    isDetached(status) ? 'not streaming' : '',
    port,
    status.lagBytes === undefined ? '' : `lag ${formatBytes(status.lagBytes)}`,
  );
};

/** Whether a standby runs but gets nothing from its primary. */
export const isDetached = (status: NodeStatus): boolean =>
  status.role === 'standby' && status.streaming === false;

/** `node;coordinator;standby;running`, `node;worker;stopped`; `nopsql` before the state where there is no psql for it. */
export const nodeContext = (node: ClusterNode, status: NodeStatus | undefined, hasPsql: boolean): string =>
  ['node', node.kind, status?.role, hasPsql ? undefined : 'nopsql', status?.state ?? 'unknown']
    .filter((word) => word !== undefined)
    .join(';');

const WRITES: Readonly<Record<Allowance['writes'], string>> = {
  all: 'writes',
  'one shard': 'writes to one shard where that is allowed',
  none: '',
};

/** `reads, writes, definitions`, `reads`: what a coordinator takes. */
export const allowanceWords = ({ reads, writes, ddl }: Allowance): string =>
  [reads ? 'reads' : '', WRITES[writes], ddl ? 'definitions' : ''].filter((word) => word !== '').join(', ');

/** For screen readers, whom the icon doesn't tell the kind and the state. */
export const nodeSpoken = (node: ClusterNode, status: NodeStatus | undefined): string =>
  [node.name, status?.role ?? node.kind, stateWords(status?.state), `port ${node.port}`].join(', ');

export const tableLabel = (table: ShardedTable): string =>
  table.schema === 'public' ? table.name : `${table.schema}.${table.name}`;

const TABLE_TYPES: Readonly<Record<ShardedTable['type'], string>> = {
  distributed: 'distributed',
  reference: 'reference table',
  schema: 'in a distributed schema',
  local: 'local',
};

/** `by id · 32 shards · 2.4 MB`, `reference table · 24 kB`. */
export const tableDescription = (table: ShardedTable, size: Size | undefined): string =>
  dotted(
    table.distributionColumn === undefined ? TABLE_TYPES[table.type] : `by ${table.distributionColumn}`,
    table.distributionColumn === undefined && table.shardCount === 1 ? '' : count(table.shardCount, 'shard'),
    sizeWords(size),
  );

/** `2.4 MB`, or `≥ 2.4 MB` where some node didn't say; nothing while unknown. */
export const sizeWords = (size: Size | undefined): string => {
  if (!size) return '';
  if (size.complete) return formatBytes(size.bytes);
  return size.bytes === 0 ? 'size unknown' : `≥ ${formatBytes(size.bytes)}`;
};

/** `worker1 · 88 kB · -2147483648 … -2013265921`: what is short first, since the view is narrow. */
export const shardDescription = (cluster: Cluster, shard: Shard, size: Size | undefined): string =>
  dotted(placementNames(cluster, shard).join(', '), sizeWords(size), shard.holds);

/** `Citus 13.2.2`, `built-in sharding (postgres_fdw) 17.2`. */
export const shardingName = ({
  sharding,
  shardingVersion,
}: Pick<Cluster, 'sharding' | 'shardingVersion'>): string =>
  `${SHARDING_WORDS[sharding].name} ${shardingVersion}`;

/** Names of the nodes that hold a shard; addresses where the cluster's description doesn't know them. */
export const placementNames = (cluster: Cluster, shard: Shard): string[] =>
  shard.placements.map((placement) => {
    const where = placementAddress(placement);
    return cluster.nodes.find((node) => address(peerAddress(node)) === where)?.name ?? where;
  });
