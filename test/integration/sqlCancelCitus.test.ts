import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import * as v from 'valibot';
import type { ClusterService } from '../../src/cluster/clusters.ts';
import type { Cluster } from '../../src/cluster/model.ts';
import { connect, type Session } from '../../src/postgres/session.ts';
import { waitUntil } from '../../src/postgres/waitUntil.ts';
import { FileSession, type Loss } from '../../src/sql/run/fileSession.ts';
import { clusterTarget, type Target } from '../../src/sql/run/target.ts';
import { nodeNamed, onNode, postmasterOf, provisionTestCluster } from '../support/clusters.ts';
import { newRun, outcomes } from '../support/sql.ts';

const NODES = ['coordinator1', 'worker1', 'worker2'] as const;
const Count = v.object({ n: v.number() });

describe('cancelling and transactions on a cluster', function () {
  this.timeout(60_000);
  let service: ClusterService;
  let cluster: Cluster;
  let remove: (() => Promise<void>) | undefined;
  let target: Target;
  let file: FileSession;
  let losses: Loss[];
  /** Open before anything is measured: a server that is busy takes its time to let somebody in. */
  let watchers: Map<string, Session>;

  before(async function () {
    ({ service, cluster, remove } = await provisionTestCluster(this, { name: 'cancel' }));
    target = clusterTarget(service, cluster, nodeNamed(cluster, 'coordinator1'));
    await onNode(service, cluster, 'coordinator1', async (session) => {
      await session.run('CREATE TABLE sample (id int PRIMARY KEY, data int)');
      await session.run(`SELECT create_distributed_table('sample', 'id')`);
      // Citus takes no volatile function into an UPDATE.
      await session.run(
        'CREATE FUNCTION slow(a int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN a; END $$',
      );
      await session.run('INSERT INTO sample SELECT i, i FROM generate_series(1, 1000) i');
    });
  });
  after(() => remove?.());
  beforeEach(async () => {
    losses = [];
    file = new FileSession(target, 'test.sql', (loss) => losses.push(loss));
    watchers = new Map();
    for (const node of NODES) {
      const credentials = await service.credentials(cluster, nodeNamed(cluster, node));
      watchers.set(node, await connect(credentials, { applicationName: 'watcher' }));
    }
  });
  afterEach(() => Promise.all([file, ...watchers.values()].map((session) => session.close())));

  /** @param is a condition on pg_stat_activity */
  const busyWith = async (
    node: (typeof NODES)[number],
    query: string,
    is = `state = 'active'`,
  ): Promise<number> => {
    const [row] = await watchers
      .get(node)!
      .query(
        Count,
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE $1 AND ${is} AND pid <> pg_backend_pid()`,
        [`%${query}%`],
      );
    return row?.n ?? -1;
  };

  for (const [what, sql, mark] of [
    ['that sleeps on all shards', 'SELECT id, pg_sleep(60) FROM sample', 'pg_sleep('],
    [
      'that brings rows of all shards without end',
      `SELECT a.id, repeat('x', 200) FROM sample a, generate_series(1, 100000) g`,
      '100000',
    ],
    ['that writes on all shards', 'UPDATE sample SET data = slow(data)', 'slow('],
  ] as const) {
    it(`frees the workers’ backends within a second from a statement ${what}`, async () => {
      const running = newRun(file, target, sql);
      const finished = running.run();
      const [pool] = await watchers
        .get('coordinator1')!
        .query(Count, `SELECT current_setting('citus.max_adaptive_executor_pool_size')::int AS n`);
      for (const worker of ['worker1', 'worker2'] as const) {
        assert.ok(
          await waitUntil(async () => (await busyWith(worker, mark)) === pool!.n, {
            deadlineMs: 10_000,
          }),
          `${worker} is at work on all connections`,
        );
      }
      const began = performance.now();
      running.cancel();
      await finished;
      const free = await waitUntil(
        async () => {
          const busy = await Promise.all(NODES.map((node) => busyWith(node, mark)));
          return busy.every((n) => n === 0);
        },
        { deadlineMs: 5000 },
      );
      assert.ok(free);
      assert.ok(performance.now() - began < 1000, `took ${Math.round(performance.now() - began)} ms`);
      assert.deepEqual(outcomes(running.view), ['cancelled']);
    });
  }

  it('distributes a table by hand-committed statements', async () => {
    const manual = { transactions: 'manual' } as const;
    const made = newRun(
      file,
      target,
      `CREATE TABLE orders (id int PRIMARY KEY); SELECT create_distributed_table('orders', 'id'); INSERT INTO orders SELECT generate_series(1, 100)`,
      undefined,
      manual,
    );
    await made.run();
    assert.deepEqual(outcomes(made.view), ['done CREATE TABLE', 'done SELECT 1', 'done INSERT 0 100']);
    assert.equal(await file.endTransaction('COMMIT'), 'COMMIT');
    const read = newRun(file, target, 'SELECT count(*) FROM orders', undefined, manual);
    await read.run();
    assert.deepEqual(await read.statements[0]!.rows(0, 1), [['100']]);
    assert.equal(await file.endTransaction('ROLLBACK'), 'ROLLBACK');
  });

  it('tells what a restart of the server cost, and runs nothing again', async () => {
    const begun = newRun(file, target, 'BEGIN; INSERT INTO sample VALUES (5000, 1)');
    await begun.run();
    await service.restart(cluster, [nodeNamed(cluster, 'coordinator1')]);
    assert.ok(await waitUntil(() => Promise.resolve(losses.length > 0), { deadlineMs: 5000 }));
    assert.equal(losses[0]!.openTransaction, true);
    const next = newRun(file, target, 'SELECT count(*) FROM sample WHERE id = 5000');
    await next.run();
    assert.match(next.view.statements[0]!.notices[0]!.detail!, /has been rolled back/);
    assert.deepEqual(await next.statements[0]!.rows(0, 1), [['0']]);
  });

  it('ends a backend that hears no cancel', async () => {
    const stubborn = `DO $$ BEGIN LOOP
        BEGIN
          BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN RAISE NOTICE 'no'; END;
        EXCEPTION WHEN query_canceled THEN
        END;
      END LOOP; END $$`;
    const running = newRun(file, target, stubborn);
    const finished = running.run();
    const sleeps = `wait_event = 'PgSleep'`;
    assert.ok(
      await waitUntil(async () => (await busyWith('coordinator1', 'LOOP', sleeps)) > 0, { deadlineMs: 5000 }),
    );
    running.cancel();
    assert.equal(await running.terminate(), 'server');
    await finished;
    assert.deepEqual(outcomes(running.view), ['failed 57P01']);
    assert.equal(await busyWith('coordinator1', 'LOOP'), 0);
  });

  it('frees a file from a server that hangs as a whole', async () => {
    const running = newRun(file, target, 'SELECT pg_sleep(60)');
    const finished = running.run();
    assert.ok(
      await waitUntil(async () => (await busyWith('coordinator1', 'pg_sleep(60)')) > 0, { deadlineMs: 5000 }),
    );
    const pids = [await postmasterOf(cluster, 'coordinator1'), file.current!.serverPid];
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    try {
      const began = performance.now();
      running.cancel();
      assert.equal(await running.terminate(), 'here');
      await finished;
      assert.ok(performance.now() - began < 5000, `took ${Math.round(performance.now() - began)} ms`);
      assert.deepEqual(
        running.view.statements.map(({ state }) => state),
        ['failed'],
      );
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
  });
});
