import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import * as v from 'valibot';
import type { ClusterService } from '../../src/cluster/clusters.ts';
import type { Cluster } from '../../src/cluster/model.ts';
import { catchUp } from '../../src/cluster/replication.ts';
import { FileSession } from '../../src/sql/run/fileSession.ts';
import type { SqlRun } from '../../src/sql/run/run.ts';
import { clusterTarget, type Target } from '../../src/sql/run/target.ts';
import { nodeNamed, onNode, postmasterOf, provisionTestCluster } from '../support/clusters.ts';
import { newRun, outcomes } from '../support/sql.ts';

const Data = v.object({ data: v.nullable(v.number()) });

describe('writes on a standby coordinator', function () {
  this.timeout(60_000);
  let service: ClusterService;
  let cluster: Cluster;
  let remove: (() => Promise<void>) | undefined;
  let target: Target;
  let file: FileSession;

  before(async function () {
    ({ service, cluster, remove } = await provisionTestCluster(this, { name: 'standby' }));
    await onPrimary(`CREATE TABLE sample (id int PRIMARY KEY, data int)`);
    await onPrimary(`SELECT create_distributed_table('sample', 'id')`);
    await onPrimary(`INSERT INTO sample SELECT i, i FROM generate_series(1, 100) i`);
    await onPrimary(`CREATE TABLE reference (id int PRIMARY KEY, data int)`);
    await onPrimary(`SELECT create_reference_table('reference')`);
    await onPrimary(`CREATE TABLE plain (id int PRIMARY KEY, data int)`);
    await onPrimary(`CREATE SCHEMA other; CREATE TABLE other.plain (id int PRIMARY KEY, data int)`);
    await onPrimary(`INSERT INTO plain VALUES (1, 1); INSERT INTO other.plain VALUES (1, 1)`);
    target = clusterTarget(service, cluster, nodeNamed(cluster, 'coordinator2'));
  });
  after(() => remove?.());
  beforeEach(async () => {
    await onNode(service, cluster, 'coordinator1', (session) => catchUp(session, 'coordinator2'));
    file = new FileSession(target, 'test.sql');
  });
  afterEach(() => file.close());

  const pauseReplay = (): Promise<void> =>
    onNode(service, cluster, 'coordinator2', (session) => session.run('SELECT pg_wal_replay_pause()'));
  const resumeReplay = (): Promise<void> =>
    onNode(service, cluster, 'coordinator2', (session) => session.run('SELECT pg_wal_replay_resume()'));
  const onPrimary = (sql: string): Promise<void> =>
    onNode(service, cluster, 'coordinator1', (session) => session.run(sql));
  const dataOf = async (table: string, id: number): Promise<number | null | undefined> => {
    const rows = await onNode(service, cluster, 'coordinator1', (session) =>
      session.query(Data, `SELECT data FROM ${table} WHERE id = $1`, [id]),
    );
    return rows[0]?.data;
  };
  const run = async (text: string): Promise<SqlRun> => {
    const running = newRun(file, target, text);
    await running.run();
    return running;
  };
  const remediesOf = (finished: SqlRun): string[] =>
    finished.view.statements.find(({ state }) => state === 'failed')!.failure!.remedies.map(({ id }) => id);
  const explanationOf = (finished: SqlRun): string =>
    finished.view.statements.find(({ state }) => state === 'failed')!.failure!.explanation!;

  it('runs reads as the standby', async () => {
    const { view, statements } = await run('SELECT count(*) FROM sample; SHOW search_path');
    assert.deepEqual(outcomes(view), ['done SELECT 1', 'done SHOW']);
    assert.deepEqual(view.statements[0]!.target, {
      cluster: 'standby',
      node: 'coordinator2',
      role: 'standby',
    });
    assert.deepEqual(await statements[0]!.rows(0, 1), [['100']]);
  });

  it('offers both ways where one shard is touched', async () => {
    for (const sql of [
      'UPDATE sample SET data = data WHERE id = 1',
      'DELETE FROM sample WHERE id = 1000',
      'INSERT INTO sample VALUES (1, 1) ON CONFLICT DO NOTHING',
      'MERGE INTO sample s USING sample t ON s.id = t.id AND s.id = 1 WHEN MATCHED THEN UPDATE SET data = s.data',
    ]) {
      const refused = await run(sql);
      assert.deepEqual(outcomes(refused.view), ['failed 25006'], sql);
      assert.match(explanationOf(refused), /coordinator2 is a standby/);
      assert.deepEqual(remediesOf(refused), ['primary', 'direct'], sql);
    }
  });

  it('offers only the primary where more than one shard or placement is touched', async () => {
    for (const sql of [
      'UPDATE sample SET data = data WHERE id < 4',
      'INSERT INTO sample VALUES (1001, 1), (1002, 2)',
      'UPDATE sample SET data = 0 WHERE id = (SELECT min(id) FROM sample)',
      'INSERT INTO reference VALUES (1, 1)',
      'INSERT INTO plain VALUES (2, 2)',
      'TRUNCATE sample',
      'CREATE TABLE never (a int)',
      'ALTER TABLE sample ADD extra int',
      'CREATE INDEX ON sample (data)',
      `SELECT create_distributed_table('plain', 'id')`,
      `SELECT nextval('pg_dist_groupid_seq')`,
    ]) {
      const refused = await run(sql);
      assert.match(explanationOf(refused), /coordinator2 is a standby/, sql);
      assert.deepEqual(remediesOf(refused), ['primary'], sql);
    }
    assert.deepEqual(file.transactionStatus, 'idle', 'asking has left no transaction open');
  });

  it('offers nothing for what only makes sense on its own connection', async () => {
    for (const sql of ['CREATE TEMP TABLE t (a int)', 'LISTEN channel']) {
      const refused = await run(sql);
      assert.deepEqual(remediesOf(refused), [], sql);
      assert.match(explanationOf(refused), /attach the file to coordinator1/);
    }
  });

  it('doesn’t take other errors for a refusal', async () => {
    for (const sql of ['SELECT 1/0', `SELECT currval('pg_dist_groupid_seq')`, 'UPDATE nosuch SET a = 1']) {
      const failed = await run(sql);
      assert.deepEqual(remediesOf(failed), [], sql);
      assert.equal(explanationOf(failed), undefined);
    }
  });

  it('offers neither within a transaction', async () => {
    const refused = await run('BEGIN; UPDATE sample SET data = 0 WHERE id = 1; COMMIT');
    assert.deepEqual(remediesOf(refused), ['rollback']);
    assert.match(explanationOf(refused), /belongs to a transaction/);
  });

  it('explains a commit that a standby can’t do', async () => {
    const writes = [1, 2, 3, 4, 5, 6, 7, 8].map((id) => `UPDATE sample SET data = 0 WHERE id = ${id};`);
    const refused = await run(
      `SET citus.writable_standby_coordinator = on; BEGIN; ${writes.join(' ')} COMMIT`,
    );
    assert.equal(outcomes(refused.view).at(-1), 'failed XX000');
    assert.match(
      explanationOf(refused),
      /whole transaction was rolled back: attach the file to coordinator1/,
    );
    assert.deepEqual(remediesOf(refused), []);
    assert.equal(await dataOf('sample', 2), 2);
  });

  it('runs a refused write on the primary, then goes on here', async () => {
    const refused = await run(
      `SET search_path = other; UPDATE plain SET data = 42 WHERE id = 1 RETURNING data; SELECT data FROM plain`,
    );
    assert.deepEqual(outcomes(refused.view), ['done SET', 'failed 25006', 'skipped']);
    await refused.applyRemedy(1, 'primary');
    assert.deepEqual(outcomes(refused.view), ['done SET', 'done UPDATE 1', 'done SELECT 1']);
    assert.deepEqual(await refused.statements[1]!.rows(0, 1), [['42']]);
    assert.equal(await dataOf('other.plain', 1), 42);
    assert.equal(await dataOf('public.plain', 1), 1, 'the settings of the connection hold there too');
    assert.deepEqual(
      refused.view.statements.map(({ target: { node, role } }) => `${node} ${role}`),
      ['coordinator2 standby', 'coordinator1 primary', 'coordinator2 standby'],
    );
    assert.deepEqual(await refused.statements[2]!.rows(0, 1), [['42']], 'the standby has replayed it');
  });

  it('shows how a write fails on the primary', async () => {
    const refused = await run('INSERT INTO plain VALUES (1, 1); SELECT 1');
    await refused.applyRemedy(0, 'primary');
    assert.deepEqual(outcomes(refused.view), ['failed 23505', 'skipped']);
    assert.equal(refused.view.statements[0]!.target.node, 'coordinator1');
  });

  it('writes one shard from the standby where that is allowed', async () => {
    const refused = await run(
      'UPDATE sample SET data = 77 WHERE id = 7; UPDATE sample SET data = 88 WHERE id = 8',
    );
    await refused.applyRemedy(0, 'direct');
    assert.deepEqual(outcomes(refused.view), ['done UPDATE 1', 'done UPDATE 1']);
    assert.equal(refused.view.statements[0]!.target.node, 'coordinator2');
    assert.equal(await dataOf('sample', 7), 77);
    assert.equal(await dataOf('sample', 8), 88);
    const wide = await run('UPDATE sample SET data = 0 WHERE id > 50');
    assert.deepEqual(outcomes(wide.view), ['failed XX000']);
    assert.match(explanationOf(wide), /more than one shard or node/);
    assert.deepEqual(remediesOf(wide), ['primary']);
    assert.equal(await dataOf('sample', 60), 60);
  });

  it('lets no write pass the standby while its replay lags', async () => {
    const write = 'UPDATE sample SET data = 99 WHERE id = 9';
    const allowed = await run(write);
    const pressedLate = new FileSession(target, 'late.sql');
    const late = newRun(pressedLate, target, write);
    await late.run();
    await allowed.applyRemedy(0, 'direct');
    assert.deepEqual(outcomes(allowed.view), ['done UPDATE 1']);
    await pauseReplay();
    try {
      await onPrimary('INSERT INTO plain VALUES (100, 100)');
      const guarded = await run('UPDATE sample SET data = 0 WHERE id = 9; SELECT 1');
      assert.deepEqual(outcomes(guarded.view), ['failed', 'skipped']);
      assert.match(guarded.view.statements[0]!.failure!.message, /Not sent: coordinator2 lags/);
      await file.close();
      assert.deepEqual(remediesOf(await run(write)), ['primary']);
      await late.applyRemedy(0, 'direct');
      assert.match(late.view.statements[0]!.failure!.message, /Not sent/);
      assert.equal(await dataOf('sample', 9), 99);
    } finally {
      await pressedLate.close();
      await resumeReplay();
    }
  });

  it('lets no write pass the standby while a shard moves', async () => {
    const allowed = await run('UPDATE sample SET data = 12 WHERE id = 12');
    await allowed.applyRemedy(0, 'direct');
    await onNode(service, cluster, 'coordinator1', async (session) => {
      const [shard] = await session.query(
        v.object({ id: v.string(), from: v.number(), to: v.number() }),
        `SELECT p.shardid::text AS id, here.nodeport AS from, there.nodeport AS to
         FROM pg_dist_placement p JOIN pg_dist_node here USING (groupid), pg_dist_node there
         WHERE p.shardid = get_shard_id_for_distribution_column('sample', 12)
           AND there.shouldhaveshards AND there.nodeid <> here.nodeid`,
      );
      await session.run('BEGIN');
      await session.run(
        `SELECT citus_move_shard_placement($1::bigint, '127.0.0.1', $2, '127.0.0.1', $3, 'block_writes')`,
        [shard!.id, shard!.from, shard!.to],
      );
      // A standby that lags would be refused for that.
      await catchUp(session, 'coordinator2');
      const guarded = await run('UPDATE sample SET data = 0 WHERE id = 12');
      assert.match(guarded.view.statements[0]!.failure!.message, /Not sent: a shard is being moved/);
      await session.run('ROLLBACK');
      await session.run('CALL citus_cleanup_orphaned_resources()');
    });
    assert.equal(await dataOf('sample', 12), 12);
  });

  it('lets no write pass the standby while the primary is silent, for it may be moving a shard', async () => {
    const allowed = await run('UPDATE sample SET data = 12 WHERE id = 12');
    await allowed.applyRemedy(0, 'direct');
    const postmaster = await postmasterOf(cluster, 'coordinator1');
    process.kill(postmaster, 'SIGSTOP');
    try {
      const guarded = await run('UPDATE sample SET data = 0 WHERE id = 12');
      assert.match(guarded.view.statements[0]!.failure!.message, /Not sent: a coordinator doesn’t answer/);
    } finally {
      process.kill(postmaster, 'SIGCONT');
    }
    assert.equal(await dataOf('sample', 12), 12);
  });

  it('says that no primary answers, and still writes one shard', async () => {
    const primary = nodeNamed(cluster, 'coordinator1');
    await service.stop(cluster, [primary]);
    try {
      const refused = await run('UPDATE sample SET data = 11 WHERE id = 11');
      assert.match(
        explanationOf(refused),
        /No primary coordinator answers right now: coordinator1 is stopped/,
      );
      assert.deepEqual(remediesOf(refused), ['worker', 'direct']);
      await refused.applyRemedy(0, 'direct');
      assert.deepEqual(outcomes(refused.view), ['done UPDATE 1']);
    } finally {
      await service.start(cluster, [primary]);
    }
    assert.equal(await dataOf('sample', 11), 11);
  });

  it('refuses a remedy after the connection was lost', async () => {
    const refused = await run('UPDATE sample SET data = 0 WHERE id = 1');
    await file.close();
    await refused.applyRemedy(0, 'direct');
    assert.match(explanationOf(refused), /has been lost/);
    assert.deepEqual(remediesOf(refused), []);
  });
});
