import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import type { ClusterNode } from '../../../src/cluster/model.ts';
import type { ClusterStatus, NodeStatus } from '../../../src/cluster/status.ts';
import type { Shard, ShardedTable } from '../../../src/sharding/sharding.ts';
import { coordinatorToAsk } from '../../../src/ui/explorer/clusterTables.ts';
import {
  clusterContext,
  clusterDescription,
  nodeContext,
  nodeDescription,
  nodeSpoken,
  shardDescription,
  tableDescription,
  tableLabel,
} from '../../../src/ui/explorer/describe.ts';
import { elementId } from '../../../src/ui/explorer/elements.ts';
import { nodeIcon } from '../../../src/ui/explorer/icons.ts';
import { nodeTooltip } from '../../../src/ui/explorer/tooltips.ts';
import { describedCluster } from '../../support/describedCluster.ts';

const coordinator1: ClusterNode = {
  name: 'coordinator1',
  kind: 'coordinator',
  host: '127.0.0.1',
  port: 5432,
};
const coordinator2: ClusterNode = { ...coordinator1, name: 'coordinator2', port: 5433 };
const worker1: ClusterNode = { name: 'worker1', kind: 'worker', host: '127.0.0.1', port: 9701 };
const worker2: ClusterNode = { ...worker1, name: 'worker2', port: 9702 };
const cluster = describedCluster('demo', [coordinator1, coordinator2, worker1, worker2]);
const running: NodeStatus = { state: 'running' };
const stopped: NodeStatus = { state: 'stopped' };
const primary: NodeStatus = { state: 'running', role: 'primary' };
const standby: NodeStatus = { state: 'running', role: 'standby', streaming: true, lagBytes: 0 };
const status = (...states: NodeStatus[]): ClusterStatus =>
  new Map(cluster.nodes.map((node, index) => [node.name, states[index] ?? running]));

const undistributed: ShardedTable = {
  oid: 1,
  schema: 'public',
  name: 'sample',
  type: 'distributed',
  shardCount: 32,
  colocationId: 1,
  owner: 'postgres',
};
const table: ShardedTable = { ...undistributed, distributionColumn: 'id' };
const shard: Shard = {
  id: '102008',
  relation: 'public.sample_102008',
  holds: '-2147483648 … -2013265921',
  placements: [{ nodeHost: '127.0.0.1', nodePort: 9702 }],
};

describe('explorer words', () => {
  it('describes a cluster by its nodes, and by how many run where not all do', () => {
    assert.equal(clusterDescription(cluster, undefined), '2 coordinators · 2 workers');
    assert.equal(clusterDescription(cluster, status(primary, standby)), '2 coordinators · 2 workers');
    assert.equal(
      clusterDescription(cluster, status(primary, stopped)),
      '3 of 4 running · 2 coordinators · 2 workers',
    );
    assert.equal(
      clusterDescription(cluster, status(stopped, stopped, stopped, stopped)),
      'stopped · 2 coordinators · 2 workers',
    );
  });

  it('describes a node by role, port, state and what matters for its kind', () => {
    const rows: [ClusterNode, NodeStatus | undefined, string][] = [
      [coordinator1, undefined, '5432'],
      [coordinator1, primary, 'primary · 5432'],
      [coordinator2, standby, 'standby · 5433 · lag 0 B'],
      [coordinator2, { ...standby, lagBytes: 3 * 1024 * 1024 }, 'standby · 5433 · lag 3.0 MB'],
      [
        coordinator2,
        { state: 'running', role: 'standby', streaming: false },
        'standby · not streaming · 5433',
      ],
      [worker1, { ...running, shardCount: 16 }, '9701 · 16 shards'],
      [worker1, { ...running, shardCount: 1 }, '9701 · 1 shard'],
      [coordinator1, stopped, 'stopped · 5432'],
      [worker1, { state: 'unresponsive' }, 'not responding · 9701'],
    ];
    for (const [node, nodeStatus, words] of rows) assert.equal(nodeDescription(node, nodeStatus), words);
  });

  it('gives context values from the general to the particular', () => {
    assert.equal(clusterContext(cluster, status(primary, standby)), 'cluster;running');
    assert.equal(clusterContext(cluster, status(primary, stopped)), 'cluster;partly');
    assert.equal(clusterContext(cluster, undefined), 'cluster;unknown');
    assert.equal(nodeContext(coordinator2, standby, true), 'node;coordinator;standby;running');
    assert.equal(nodeContext(coordinator2, standby, false), 'node;coordinator;standby;nopsql;running');
    assert.equal(nodeContext(worker1, stopped, true), 'node;worker;stopped');
    assert.equal(nodeContext(worker1, undefined, true), 'node;worker;unknown');
  });

  it('tells screen readers what the icon shows', () => {
    assert.equal(nodeSpoken(coordinator2, standby), 'coordinator2, standby, running, port 5433');
  });

  it('has an icon for each role and state that a person must tell apart', () => {
    const icons = [
      nodeIcon(coordinator1, primary),
      nodeIcon(coordinator2, standby),
      nodeIcon(coordinator2, { ...standby, streaming: false }),
      nodeIcon(coordinator1, stopped),
      nodeIcon(coordinator1, { state: 'starting' }),
      nodeIcon(worker1, running),
      nodeIcon(worker1, stopped),
      nodeIcon(worker1, { state: 'refused' }),
    ];
    assert.equal(new Set(icons).size, icons.length);
  });

  it('describes tables and shards, with sizes once they are known', () => {
    assert.equal(tableLabel(table), 'sample');
    assert.equal(tableLabel({ ...table, schema: 'sales' }), 'sales.sample');
    assert.equal(tableDescription(table, undefined), 'by id · 32 shards');
    assert.equal(
      tableDescription(table, { bytes: 2.4 * 1024 * 1024, complete: true }),
      'by id · 32 shards · 2.4 MB',
    );
    assert.equal(tableDescription(table, { bytes: 90112, complete: false }), 'by id · 32 shards · ≥ 88 kB');
    assert.equal(tableDescription(table, { bytes: 0, complete: false }), 'by id · 32 shards · size unknown');
    assert.equal(
      tableDescription(
        { ...undistributed, type: 'reference', shardCount: 1 },
        { bytes: 8192, complete: true },
      ),
      'reference table · 8 kB',
    );
    assert.equal(
      shardDescription(cluster, shard, { bytes: 90112, complete: true }),
      'worker2 · 88 kB · -2147483648 … -2013265921',
    );
    assert.equal(
      shardDescription(
        cluster,
        { ...shard, placements: [{ nodeHost: 'elsewhere', nodePort: 1 }] },
        undefined,
      ),
      'elsewhere:1 · -2147483648 … -2013265921',
    );
  });

  it('asks the primary for tables, a standby where it is down, and nobody where both are', () => {
    assert.equal(coordinatorToAsk(cluster, undefined), coordinator1);
    assert.equal(coordinatorToAsk(cluster, status(standby, primary)), coordinator2);
    assert.equal(coordinatorToAsk(cluster, status(stopped, standby)), coordinator2);
    assert.equal(coordinatorToAsk(cluster, status(stopped, { state: 'unresponsive' })), undefined);
  });

  it('turns an uptime into the moment of the start, and shows the words of a failure', () => {
    const now = Date.UTC(2024, 0, 1, 12);
    const rows = new Map(nodeTooltip(coordinator1, { ...primary, uptimeSeconds: 60 }, now).rows);
    assert.equal(rows.get('Running since'), new Date(now - 60_000).toLocaleString());
    assert.equal(rows.get('Role'), 'primary coordinator');
    assert.equal(rows.get('Among the nodes'), undefined);
    assert.equal(rows.get('Takes'), undefined);
    const taking = { reads: true, writes: 'one shard', ddl: false } as const;
    assert.equal(
      new Map(nodeTooltip(coordinator2, standby, now, taking).rows).get('Takes'),
      'reads, writes to one shard where that is allowed',
    );
    const contained = { ...coordinator1, peerAddress: { host: 'coordinator1', port: 5432 } };
    assert.equal(
      new Map(nodeTooltip(contained, primary, now).rows).get('Among the nodes'),
      'coordinator1:5432',
    );
    const refused = nodeTooltip(worker1, { state: 'refused', detail: 'too many clients' }, now);
    assert.equal(refused.problem, 'too many clients');
  });

  it('has an id of its own for every element', () => {
    const at = { clusterId: 'id' };
    const ids = [
      elementId({ kind: 'cluster', ...at }),
      elementId({ kind: 'group', ...at, group: 'tables' }),
      elementId({ kind: 'group', ...at, group: 'workers' }),
      elementId({ kind: 'node', ...at, nodeName: 'worker1' }),
      elementId({ kind: 'table', ...at, table }),
      elementId({ kind: 'shard', ...at, table, shard }),
      elementId({ kind: 'message', parentId: 'id/tables', severity: 'note', text: '' }),
    ];
    assert.equal(new Set(ids).size, ids.length);
  });
});
