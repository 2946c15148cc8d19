import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import * as v from 'valibot';
import type { ClusterService } from '../../src/cluster/clusters.ts';
import type { Cluster } from '../../src/cluster/model.ts';
import { catchUp } from '../../src/cluster/replication.ts';
import type { StandbyWrites } from '../../src/contract/settings.ts';
import { FileSession } from '../../src/sql/run/fileSession.ts';
import type { SqlRun } from '../../src/sql/run/run.ts';
import { clusterTarget, type Target } from '../../src/sql/run/target.ts';
import { nodeNamed, onNode, postmasterOf, provisionTestCluster } from '../support/clusters.ts';
import { newRun, outcomes } from '../support/sql.ts';

/** The write over several shards that a standby couldn't do all or nothing in 2017 either. */
const WIDE = 'UPDATE sample SET data = data*2 WHERE id < 4';

describe('what happens to writes on a standby coordinator', function () {
  this.timeout(60_000);
  let service: ClusterService;
  let cluster: Cluster;
  let remove: (() => Promise<void>) | undefined;
  let target: Target;
  let file: FileSession;

  const on = (node: string, sql: string): Promise<void> =>
    onNode(service, cluster, node, (session) => session.run(sql));
  /** The numbers of the first rows, read where the person would. */
  const dataUpTo = async (id: number): Promise<(number | null)[]> => {
    const rows = await onNode(service, cluster, 'coordinator2', (session) =>
      session.query(
        v.object({ data: v.nullable(v.number()) }),
        'SELECT data FROM sample WHERE id <= $1 ORDER BY id',
        [id],
      ),
    );
    return rows.map(({ data }) => data);
  };
  const run = async (policy: StandbyWrites, text: string): Promise<SqlRun> => {
    const running = newRun(file, target, text, undefined, { standbyWrites: policy });
    await running.run();
    return running;
  };
  const failureOf = ({ view }: SqlRun): { remedies: string[]; explanation: string } => {
    const failure = view.statements.find(({ state }) => state === 'failed')!.failure!;
    return { remedies: failure.remedies.map(({ id }) => id), explanation: failure.explanation ?? '' };
  };
  const noticesOf = ({ view }: SqlRun): string =>
    view.statements.flatMap(({ notices }) => notices.map(({ message }) => message)).join('\n');
  const nodesOf = ({ view }: SqlRun): string[] => view.statements.map(({ target: { node } }) => node);
  const whilePrimaryIsStopped = async (use: () => Promise<void>): Promise<void> => {
    const primary = nodeNamed(cluster, 'coordinator1');
    await service.stop(cluster, [primary]);
    try {
      await use();
    } finally {
      await service.start(cluster, [primary]);
    }
  };

  before(async function () {
    ({ service, cluster, remove } = await provisionTestCluster(this, { name: 'policy' }));
    await on('coordinator1', 'CREATE TABLE sample (id int PRIMARY KEY, data int)');
    await on('coordinator1', `SELECT create_distributed_table('sample', 'id')`);
    await on('coordinator1', 'CREATE TABLE reference (id int PRIMARY KEY)');
    await on('coordinator1', `SELECT create_reference_table('reference')`);
    await on('coordinator1', 'CREATE TABLE plain (id int PRIMARY KEY)');
    await on('worker1', 'SET citus.enable_ddl_propagation = off; CREATE TABLE plain (id int PRIMARY KEY)');
    target = clusterTarget(service, cluster, nodeNamed(cluster, 'coordinator2'));
  });
  after(() => remove?.());
  beforeEach(async () => {
    await on('coordinator1', 'TRUNCATE sample');
    await on('coordinator1', 'INSERT INTO sample SELECT i, i FROM generate_series(1, 20) i');
    await onNode(service, cluster, 'coordinator1', (session) => catchUp(session, 'coordinator2'));
    file = new FileSession(target, 'test.sql');
  });
  afterEach(() => file.close());

  it('refuse: explains, and offers nothing', async () => {
    const refused = await run('refuse', `UPDATE sample SET data = 0 WHERE id = 1`);
    assert.deepEqual(failureOf(refused).remedies, []);
    assert.match(failureOf(refused).explanation, /citus\.standbyWrites/);
    assert.deepEqual(await dataUpTo(1), [1]);
  });

  it('route: runs on the primary, says so, and goes on here', async () => {
    const routed = await run('route', `${WIDE}; SELECT 1`);
    assert.deepEqual(outcomes(routed.view), ['done UPDATE 3', 'done SELECT 1']);
    assert.deepEqual(nodesOf(routed), ['coordinator1', 'coordinator2']);
    assert.match(noticesOf(routed), /coordinator2 is a standby .* ran on coordinator1, the primary/);
    assert.deepEqual(await dataUpTo(4), [2, 4, 6, 4]);
  });

  it('route: moves nothing that may be half done', async () => {
    const refused = await run('route', 'DO $$ BEGIN UPDATE sample SET data = 0 WHERE id = 1; END $$');
    assert.deepEqual(failureOf(refused).remedies, ['primary']);
    assert.deepEqual(await dataUpTo(1), [1]);
  });

  it('moves nothing of an open transaction', async () => {
    for (const policy of ['route', 'direct'] as const) {
      const refused = await run(policy, `BEGIN; UPDATE sample SET data = 0 WHERE id = 1; COMMIT`);
      assert.deepEqual(outcomes(refused.view), ['done BEGIN', 'failed 25006', 'skipped']);
      assert.deepEqual(failureOf(refused).remedies, ['rollback']);
      await refused.applyRemedy(1, 'rollback');
    }
    assert.deepEqual(await dataUpTo(1), [1]);
  });

  it('direct: sends one-shard writes from here, each looked at by itself', async () => {
    const direct = await run(
      'direct',
      `UPDATE sample SET data = 10 WHERE id = 1; SHOW citus.writable_standby_coordinator; ${WIDE}`,
    );
    assert.deepEqual(outcomes(direct.view), ['done UPDATE 1', 'done SHOW', 'failed 25006']);
    assert.equal(nodesOf(direct)[0], 'coordinator2');
    assert.match(noticesOf(direct), /coordinator2 is a standby: it sent this to its one shard itself/);
    assert.deepEqual(await direct.statements[1]!.rows(0, 1), [['off']]);
    assert.deepEqual(failureOf(direct).remedies, ['primary']);
    assert.deepEqual(await dataUpTo(4), [10, 2, 3, 4]);
  });

  it('direct: asks while the standby lags', async () => {
    await on('coordinator2', 'SELECT pg_wal_replay_pause()');
    try {
      await on('coordinator1', 'INSERT INTO plain VALUES (1)');
      const refused = await run('direct', 'UPDATE sample SET data = 0 WHERE id = 1');
      assert.deepEqual(failureOf(refused).remedies, ['primary']);
      assert.match(failureOf(refused).explanation, /lags behind the primary/);
    } finally {
      await on('coordinator2', 'SELECT pg_wal_replay_resume()');
    }
    assert.deepEqual(await dataUpTo(1), [1]);
  });

  it('route: warns that the standby has not replayed what ran on the primary', async () => {
    await on('coordinator2', 'SELECT pg_wal_replay_pause()');
    try {
      const routed = await run('route', 'INSERT INTO plain VALUES (2)');
      assert.deepEqual(outcomes(routed.view), ['done INSERT 0 1']);
      assert.match(noticesOf(routed), /has not replayed this yet/);
    } finally {
      await on('coordinator2', 'SELECT pg_wal_replay_resume()');
    }
  });

  it('asks no more of a connection that was allowed to write once the setting says otherwise', async () => {
    const write = 'UPDATE sample SET data = 5 WHERE id = 5';
    const asked = await run('ask', write);
    await asked.applyRemedy(0, 'direct');
    assert.deepEqual(outcomes(asked.view), ['done UPDATE 1']);
    assert.deepEqual(outcomes((await run('refuse', write)).view), ['failed 25006']);
    assert.deepEqual(nodesOf(await run('route', write)), ['coordinator1']);
  });

  it('route: writes on a worker while the primary is stopped, all or nothing', async () => {
    await whilePrimaryIsStopped(async () => {
      const routed = await run('route', `${WIDE}; SELECT count(*) FROM sample`);
      assert.deepEqual(outcomes(routed.view), ['done UPDATE 3', 'done SELECT 1']);
      assert.deepEqual(nodesOf(routed), ['worker1', 'coordinator2']);
      assert.match(noticesOf(routed), /\(coordinator1 is stopped, .*so this ran on worker1, a worker/);
      assert.deepEqual(await dataUpTo(4), [2, 4, 6, 4]);
      const failed = await run('route', 'UPDATE sample SET data = 1 / (id - 3)');
      assert.deepEqual(outcomes(failed.view), ['failed 22012']);
      assert.deepEqual(await dataUpTo(4), [2, 4, 6, 4]);
    });
  });

  it('ask: offers a worker while the primary is stopped, and none for what a worker can’t do', async () => {
    await whilePrimaryIsStopped(async () => {
      const offered = await run('ask', WIDE);
      assert.deepEqual(failureOf(offered).remedies, ['worker']);
      await offered.applyRemedy(0, 'worker');
      assert.deepEqual(outcomes(offered.view), ['done UPDATE 3']);
      // worker1 has a table of the same name, of its own.
      for (const sql of [
        'CREATE TABLE never (id int)',
        'INSERT INTO plain VALUES (3)',
        'INSERT INTO plain SELECT id FROM sample',
        'WITH gone AS (DELETE FROM sample RETURNING id) INSERT INTO plain SELECT id FROM gone',
        'TRUNCATE sample',
      ]) {
        const refused = failureOf(await run('route', sql));
        assert.deepEqual(refused.remedies, [], sql);
        assert.match(refused.explanation, /No worker can take its place/, sql);
      }
      const reference = await run('route', 'INSERT INTO reference VALUES (1)');
      assert.equal(reference.view.statements[0]!.state, 'failed');
      assert.deepEqual(await dataUpTo(4), [2, 4, 6, 4]);
    });
    const rows = await onNode(service, cluster, 'worker1', (session) =>
      session.query(v.object({ id: v.number() }), 'SELECT id FROM plain UNION ALL SELECT id FROM reference'),
    );
    assert.deepEqual(rows, []);
  });

  it('lets no worker write while the primary is silent, for it may be at work', async () => {
    const postmaster = await postmasterOf(cluster, 'coordinator1');
    process.kill(postmaster, 'SIGSTOP');
    try {
      const refused = failureOf(await run('route', WIDE));
      assert.deepEqual(refused.remedies, []);
      assert.match(refused.explanation, /coordinator1 doesn’t answer.*may still be the primary at work/);
    } finally {
      process.kill(postmaster, 'SIGCONT');
    }
    assert.deepEqual(await dataUpTo(4), [1, 2, 3, 4]);
  });

  it('lets no worker write that has shards in other places than the standby knows of', async () => {
    await on('coordinator2', 'SELECT pg_wal_replay_pause()');
    try {
      await on(
        'coordinator1',
        `SELECT citus_move_shard_placement(p.shardid, here.nodename, here.nodeport, there.nodename, there.nodeport,
                                           'block_writes')
         FROM pg_dist_placement p JOIN pg_dist_node here USING (groupid), pg_dist_node there
         WHERE p.shardid = get_shard_id_for_distribution_column('sample', 1)
           AND there.shouldhaveshards AND there.nodeid <> here.nodeid`,
      );
      const primary = nodeNamed(cluster, 'coordinator1');
      await service.stop(cluster, [primary]);
      try {
        const refused = failureOf(await run('route', 'UPDATE sample SET data = 0 WHERE id = 1'));
        assert.deepEqual(refused.remedies, []);
        assert.match(refused.explanation, /shards in other places/);
      } finally {
        await service.start(cluster, [primary]);
      }
    } finally {
      await on('coordinator2', 'SELECT pg_wal_replay_resume()');
    }
  });
});
