import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import * as v from 'valibot';
import type { ClusterService } from '../../src/cluster/clusters.ts';
import type { Cluster } from '../../src/cluster/model.ts';
import { withSession } from '../../src/postgres/session.ts';
import { waitUntil } from '../../src/postgres/waitUntil.ts';
import { ResultFiles } from '../../src/sql/results/resultFiles.ts';
import { NodesRun, type NodesRunRequest } from '../../src/sql/run/nodes/nodesRun.ts';
import type { RunStatement } from '../../src/sql/run/runStatement.ts';
import { split } from '../../src/sql/splitter/splitter.ts';
import { clusterServer } from '../../src/sql/run/target.ts';
import { nodeNamed, onNode, provisionTestCluster } from '../support/clusters.ts';
import { outcomes } from '../support/sql.ts';

const Count = v.object({ n: v.number() });
const ALL = ['coordinator1', 'coordinator2', 'worker1', 'worker2'];

describe('statements on several nodes at once', function () {
  this.timeout(60_000);
  let directory: string;
  let service: ClusterService;
  let cluster: Cluster;
  let remove: (() => Promise<void>) | undefined;
  let files: ResultFiles;

  before(async function () {
    ({ directory, service, cluster, remove } = await provisionTestCluster(this, { name: 'nodes' }));
    files = new ResultFiles(path.join(directory, 'rows'));
    await onNode(service, cluster, 'coordinator1', async (session) => {
      await session.run('CREATE TABLE sample (id int PRIMARY KEY)');
      await session.run(`SELECT create_distributed_table('sample', 'id')`);
      await session.run('INSERT INTO sample SELECT generate_series(1, 100)');
    });
  });
  after(async () => {
    if (remove === undefined) return;
    await rm(path.join(directory, 'rows'), { recursive: true, force: true });
    await remove();
  });

  const newRun = (
    names: readonly string[],
    text: string,
    more: Partial<NodesRunRequest> = {},
    changed?: (statement: RunStatement) => void,
  ): NodesRun =>
    new NodesRun(
      {
        id: 1,
        file: 'nodes.sql',
        pieces: split(text),
        source: { name: 'nodes.sql', text },
        servers: names.map((name) => clusterServer(service, cluster, nodeNamed(cluster, name))),
        mayWrite: false,
        limits: { rows: 0, bytes: 0 },
        ...more,
      },
      files.create,
      changed,
    );
  const run = async (...args: Parameters<typeof newRun>): Promise<NodesRun> => {
    const running = newRun(...args);
    await running.run();
    return running;
  };
  /** `coordinator1 done 2`: each node's outcome for a statement, with its number of rows. */
  const nodesOf = ({ view }: NodesRun, statement = 0): string[] =>
    view.statements[statement]!.nodes!.map(({ name, state, rowCount }) => `${name} ${state} ${rowCount}`);
  const messageOf = ({ view }: NodesRun, node: number, statement = 0): string =>
    view.statements[statement]!.nodes![node]!.message ?? '';
  /** @param where a condition on pg_stat_activity */
  const connections = async (where = 'true'): Promise<number> => {
    const counts = await Promise.all(
      ALL.map((name) =>
        onNode(service, cluster, name, (session) =>
          session.query(
            Count,
            `SELECT count(*)::int AS n FROM pg_stat_activity
             WHERE application_name = 'citus-sql nodes.sql (nodes)' AND ${where}`,
          ),
        ),
      ),
    );
    return counts.reduce((sum, [row]) => sum + (row?.n ?? 0), 0);
  };

  it('gives one result, in the order of the nodes, with the node as first column', async () => {
    const running = await run(
      ALL,
      `SELECT pg_is_in_recovery() AS standby, count(*) FROM sample; SELECT g FROM generate_series(1, 1000) g`,
    );
    assert.deepEqual(outcomes(running.view), ['done', 'done']);
    const [first, second] = running.statements;
    assert.deepEqual(await first!.rows(0, 10), [
      ['coordinator1', 'f', '100'],
      ['coordinator2', 't', '100'],
      ['worker1', 'f', '100'],
      ['worker2', 'f', '100'],
    ]);
    assert.deepEqual(
      first!.view.columns.map(({ name }) => name),
      ['node', 'standby', 'count'],
    );
    assert.equal(first!.view.target.node, '4 nodes');
    assert.deepEqual(
      nodesOf(running, 1),
      ALL.map((name) => `${name} done 1000`),
    );
    assert.deepEqual(
      running.view.statements[0]!.nodes!.map(({ role }) => role),
      ['primary', 'standby', 'worker', 'worker'],
    );
    const rows = await second!.rows(0, 5000);
    assert.deepEqual(
      rows,
      ALL.flatMap((name) => Array.from({ length: 1000 }, (_, index) => [name, String(index + 1)])),
    );
    assert.ok(await waitUntil(async () => (await connections()) === 0, { deadlineMs: 5000 }), 'closed');
    await running.close();
  });

  it('keeps what is too large for memory in files, those of each node’s turn too', async () => {
    const text = `SELECT g, repeat(current_setting('port'), 30) FROM generate_series(1, 200000) g`;
    const running = await run(['worker1', 'worker2'], text);
    assert.deepEqual(nodesOf(running), ['worker1 done 200000', 'worker2 done 200000']);
    const [statement] = running.statements;
    assert.equal(statement!.view.rowCount, 400_000);
    const port = (name: string): string => String(nodeNamed(cluster, name).port).repeat(30);
    assert.deepEqual(await statement!.rows(199_999, 2), [
      ['worker1', '200000', port('worker1')],
      ['worker2', '1', port('worker2')],
    ]);
    assert.deepEqual(await statement!.rows(399_999, 2), [['worker2', '200000', port('worker2')]]);
    await running.close();
    assert.deepEqual(await readdir(path.join(directory, 'rows')), []);
  });

  it('shows the rows of the others where a node fails, and takes that node out', async () => {
    const running = await run(
      ALL,
      `SELECT 1 / (CASE WHEN current_setting('port')::int = ${nodeNamed(cluster, 'worker1').port} THEN 0 ELSE 1 END) AS one;
       SELECT 2 AS two`,
    );
    assert.deepEqual(outcomes(running.view), ['failed', 'done']);
    assert.deepEqual(nodesOf(running), [
      'coordinator1 done 1',
      'coordinator2 done 1',
      'worker1 failed 0',
      'worker2 done 1',
    ]);
    assert.equal(messageOf(running, 2), 'division by zero (22012)');
    assert.deepEqual(await running.statements[0]!.rows(0, 10), [
      ['coordinator1', '1'],
      ['coordinator2', '1'],
      ['worker2', '1'],
    ]);
    assert.deepEqual(nodesOf(running, 1)[2], 'worker1 skipped 0');
    assert.match(messageOf(running, 2, 1), /earlier statement failed/);
  });

  it('says so where a node is stopped, and shows the others', async () => {
    await service.stop(cluster, [nodeNamed(cluster, 'worker2')]);
    try {
      const running = await run(['worker2', 'worker1'], 'SELECT 1');
      assert.deepEqual(nodesOf(running), ['worker2 failed 0', 'worker1 done 1']);
      assert.match(messageOf(running, 0), /No server accepts connections/);
      assert.deepEqual(await running.statements[0]!.rows(0, 5), [['worker1', '1']]);
      const nobody = await run(['worker2'], 'SELECT 1; SELECT 2');
      assert.deepEqual(outcomes(nobody.view), ['failed', 'skipped']);
    } finally {
      await service.start(cluster, [nodeNamed(cluster, 'worker2')]);
    }
  });

  it('leaves out a node whose columns differ', async () => {
    const both = await run(ALL.slice(2), 'CREATE TABLE own (a int)', { mayWrite: true });
    assert.deepEqual(outcomes(both.view), ['done']);
    await onNode(service, cluster, 'worker2', (session) => session.run('ALTER TABLE own ADD b text'));
    const running = await run(ALL.slice(2), 'SELECT * FROM own');
    assert.deepEqual(nodesOf(running), ['worker1 done 0', 'worker2 failed 0']);
    assert.match(messageOf(running, 1), /columns differ from those of worker1: it has 2 instead of 1/);
  });

  it('writes nothing unless that was agreed to', async () => {
    const running = await run(['worker1', 'worker2'], 'CREATE TABLE unwanted (a int)');
    assert.deepEqual(nodesOf(running), ['worker1 failed 0', 'worker2 failed 0']);
    assert.match(messageOf(running, 0), /read-only transaction \(25006\)\nNothing was written/);
    const hidden = await run(['worker1'], `SELECT nextval('pg_catalog.pg_dist_shardid_seq')`);
    assert.match(messageOf(hidden, 0), /25006/);
    const agreed = await run(['worker1', 'worker2'], 'CREATE TABLE wanted (a int)', { mayWrite: true });
    assert.deepEqual(
      agreed.view.statements[0]!.nodes!.map(({ commandTag }) => commandTag),
      ['CREATE TABLE', 'CREATE TABLE'],
    );
  });

  it('runs nothing of what has a transaction of its own', async () => {
    const running = await run(['worker1', 'worker2'], 'CREATE TABLE half (a int); BEGIN', { mayWrite: true });
    assert.deepEqual(outcomes(running.view), ['skipped', 'failed']);
    assert.match(running.view.statements[1]!.failure!.message, /no transaction in common/);
  });

  it('stops each node at the limit, and says so', async () => {
    const running = await run(['worker1', 'worker2'], 'SELECT g FROM generate_series(1, 100) g', {
      limits: { rows: 10, bytes: 0 },
    });
    assert.deepEqual(nodesOf(running), ['worker1 done 10', 'worker2 done 10']);
    assert.equal(messageOf(running, 0), 'Stopped at 10 rows: citus.results.maxRows');
    assert.deepEqual(outcomes(running.view), ['done']);
  });

  it('cancels on all nodes', async () => {
    const running = newRun(ALL, 'SELECT pg_sleep(60); SELECT 1');
    const finished = running.run();
    const allRun = async (): Promise<boolean> => (await connections(`wait_event = 'PgSleep'`)) === 4;
    assert.ok(await waitUntil(allRun, { deadlineMs: 10_000 }), 'all run');
    running.cancel();
    await finished;
    assert.deepEqual(outcomes(running.view), ['cancelled', 'skipped']);
    assert.deepEqual(
      nodesOf(running),
      ALL.map((name) => `${name} cancelled 0`),
    );
    assert.ok(await waitUntil(async () => (await connections()) === 0, { deadlineMs: 5000 }), 'freed');
  });

  it('goes on with the same portal on Citus', async () => {
    const credentials = await service.credentials(cluster, nodeNamed(cluster, 'coordinator2'));
    await withSession(credentials, { applicationName: 'test' }, async (session) => {
      let rows = 0;
      const sink = { columns: () => undefined, rows: (_: Buffer, count: number) => void (rows += count) };
      const sql = 'SELECT id FROM sample ORDER BY id';
      assert.equal(
        (await session.execute(sql, sink, undefined, { limits: { rows: 7, bytes: 0 } })).reached,
        'rows',
      );
      assert.equal(rows, 7);
      await onNode(service, cluster, 'coordinator1', (other) =>
        other.run('DELETE FROM sample WHERE id > 50'),
      );
      await session.rest?.fetch();
      assert.equal(rows, 100);
    });
  });
});
