import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import * as v from 'valibot';
import type { ClusterService } from '../../src/cluster/clusters.ts';
import type { Cluster } from '../../src/cluster/model.ts';
import { catchUp } from '../../src/cluster/replication.ts';
import type { StandbyWrites } from '../../src/contract/settings.ts';
import { connect, type Session } from '../../src/postgres/session.ts';
import { waitUntil } from '../../src/postgres/waitUntil.ts';
import { FileSession } from '../../src/sql/run/fileSession.ts';
import type { SqlRun } from '../../src/sql/run/run.ts';
import { clusterTarget, type Target } from '../../src/sql/run/target.ts';
import { nodeNamed, onNode, provisionTestCluster } from '../support/clusters.ts';
import { newRun, outcomes } from '../support/sql.ts';

/** Longer than anything here takes, also on a machine that is busy. */
const DEADLINE = { deadlineMs: 20_000 };

/** What could make of a write by way of a standby a lost, a doubled or a different one, or tell something untrue of it. */
describe('the safety of writes by way of a standby', function () {
  this.timeout(60_000);
  let service: ClusterService;
  let cluster: Cluster;
  let remove: (() => Promise<void>) | undefined;
  let target: Target;
  let file: FileSession;

  before(async function () {
    ({ service, cluster, remove } = await provisionTestCluster(this, { name: 'safety' }));
    for (const sql of [
      'CREATE TABLE sample (id int PRIMARY KEY, data int)',
      `SELECT create_distributed_table('sample', 'id', shard_count => 4)`,
      'INSERT INTO sample SELECT i, i FROM generate_series(1, 20) i',
      `CREATE TABLE plain (id serial, data text, who text DEFAULT current_user)`,
      'CREATE TABLE log (id int)',
      'CREATE ROLE bob; GRANT ALL ON plain, log TO bob; GRANT ALL ON plain_id_seq TO bob',
      `CREATE FUNCTION reach_out() RETURNS int LANGUAGE plpgsql AS $$
         BEGIN PERFORM run_command_on_coordinator('INSERT INTO public.log VALUES (1)'); RETURN 1; END $$`,
      `CREATE FUNCTION write_twice() RETURNS int LANGUAGE plpgsql AS $$
         BEGIN PERFORM reach_out(); INSERT INTO plain (data) VALUES ('x'); RETURN 1; END $$`,
      `CREATE FUNCTION add(id int) RETURNS int LANGUAGE sql AS 'INSERT INTO log VALUES (id) RETURNING id'`,
    ]) {
      await on('coordinator1', sql);
    }
    target = targetOf('coordinator2');
  });
  after(() => remove?.());
  beforeEach(async () => {
    await on('coordinator1', 'TRUNCATE log, plain');
    await on('coordinator1', 'UPDATE sample SET data = id');
    await on('coordinator1', 'CALL citus_cleanup_orphaned_resources()');
    await onNode(service, cluster, 'coordinator1', (session) => catchUp(session, 'coordinator2'));
    file = new FileSession(target, 'test.sql');
  });
  afterEach(() => file.close());

  const targetOf = (node: string): Target => clusterTarget(service, cluster, nodeNamed(cluster, node));
  const on = (node: string, sql: string): Promise<void> =>
    onNode(service, cluster, node, (session) => session.run(sql));
  const open = async (node: string): Promise<Session> =>
    connect(await service.credentials(cluster, nodeNamed(cluster, node)), { applicationName: 'test' });
  /** The first column, as text. */
  const column = (sql: string, node = 'coordinator1'): Promise<(string | null)[]> =>
    onNode(service, cluster, node, async (session) => {
      const rows = await session.query(
        v.object({ value: v.nullable(v.string()) }),
        `SELECT value::text FROM (${sql}) AS q (value)`,
      );
      return rows.map(({ value }) => value);
    });
  const dataOf = async (id: number): Promise<string | null | undefined> =>
    (await column(`SELECT data FROM sample WHERE id = ${id}`))[0];
  const run = async (
    standbyWrites: StandbyWrites,
    text: string,
    more: Parameters<typeof newRun>[4] = {},
  ): Promise<SqlRun> => {
    const running = newRun(file, target, text, undefined, { ...more, standbyWrites });
    await running.run();
    return running;
  };
  const failureOf = ({ view }: SqlRun): { message: string; remedies: string[]; explanation: string } => {
    const failure = view.statements.find(({ state }) => state === 'failed')!.failure!;
    return {
      message: failure.message,
      remedies: failure.remedies.map(({ id }) => id),
      explanation: failure.explanation ?? '',
    };
  };
  /** Has the file's connection write to shards itself, as a person can allow. */
  const allowDirectWrites = async (): Promise<void> => {
    const asked = await run('ask', 'UPDATE sample SET data = data WHERE id = 1');
    await asked.applyRemedy(0, 'direct');
    const why = asked.view.statements[0]!.failure?.message;
    assert.deepEqual(outcomes(asked.view), ['done UPDATE 1'], why);
  };
  /** The table of the shard that a row is in, and the worker that it is on. */
  const placeOf = async (id: number): Promise<{ table: string; worker: string }> => {
    const [place] = await onNode(service, cluster, 'coordinator1', (session) =>
      session.query(
        v.object({ table: v.string(), port: v.number() }),
        `SELECT 'sample_' || p.shardid AS "table", n.nodeport AS port FROM pg_dist_placement p JOIN pg_dist_node n USING (groupid)
         WHERE p.shardid = get_shard_id_for_distribution_column('sample', $1::int)`,
        [id],
      ),
    );
    return { table: place!.table, worker: cluster.nodes.find(({ port }) => port === place!.port)!.name };
  };
  /** Moves the shard of a row to the other worker. */
  const move = (id: number): string => `
    SELECT citus_move_shard_placement(p.shardid, here.nodename, here.nodeport, there.nodename, there.nodeport,
                                      'block_writes')
    FROM pg_dist_placement p JOIN pg_dist_node here USING (groupid), pg_dist_node there
    WHERE p.shardid = get_shard_id_for_distribution_column('sample', ${id})
      AND there.shouldhaveshards AND there.nodeid <> here.nodeid`;
  /** Runs something while a row is locked on its worker, and a write that was begun before waits for that. */
  const whileRowIsLocked = async (
    id: number,
    writing: SqlRun,
    meanwhile: () => Promise<void>,
  ): Promise<void> => {
    const { table, worker } = await placeOf(id);
    const holder = await open(worker);
    try {
      await holder.run('BEGIN');
      await holder.run(`SELECT FROM ${table} WHERE id = ${id} FOR UPDATE`);
      const ended = writing.run();
      const waits = async (): Promise<boolean> =>
        (await holder.query(v.object({}), 'SELECT FROM pg_locks WHERE NOT granted')).length > 0;
      assert.ok(await waitUntil(waits, DEADLINE), 'the write waits for the row');
      await meanwhile();
      await holder.run('ROLLBACK');
      await ended;
    } finally {
      await holder.close();
    }
  };

  it('takes along settings that a file has made up, and who it is', async () => {
    const routed = await run(
      'route',
      `SET app.tenant = 'acme'; SELECT set_config('app.user', 'ann', false); SET SESSION AUTHORIZATION bob;
       INSERT INTO plain (data) VALUES (current_setting('app.tenant') || ' ' || current_setting('app.user'))`,
    );
    assert.equal(outcomes(routed.view).at(-1), 'done INSERT 0 1');
    assert.deepEqual(await column(`SELECT data || ' ' || who FROM plain`), ['acme ann bob']);
  });

  it('moves no function unasked that reaches out of its transaction, which would do that twice', async () => {
    const refused = await run('route', 'SELECT write_twice()');
    assert.deepEqual(outcomes(refused.view), ['failed 25006']);
    assert.deepEqual(failureOf(refused).remedies, ['primary']);
    assert.match(failureOf(refused).explanation, /look before you run it elsewhere/);
    assert.deepEqual(await column('SELECT count(*) FROM log'), ['1']);
  });

  it('plans nothing whose planning would run a function of it', async () => {
    const insert = 'INSERT INTO sample VALUES (1000, reach_out())';
    assert.deepEqual(failureOf(await run('ask', insert)).remedies, ['primary']);
    assert.deepEqual(failureOf(await run('direct', insert)).remedies, ['primary']);
    assert.deepEqual(await column('SELECT count(*) FROM log'), ['0']);
  });

  it('does a query whole whose functions write, whatever the limit', async () => {
    const routed = await run('route', 'SELECT add(i) FROM generate_series(1, 50) i', {
      limits: { rows: 10, bytes: 0 },
    });
    assert.deepEqual(outcomes(routed.view), ['done SELECT 50']);
    const home = new FileSession(targetOf('coordinator1'), 'home.sql');
    const here = newRun(
      home,
      targetOf('coordinator1'),
      'SELECT add(i) FROM generate_series(1, 50) i',
      undefined,
      {
        limits: { rows: 10, bytes: 0 },
      },
    );
    await here.run();
    assert.deepEqual(outcomes(here.view), ['done SELECT 50']);
    await home.close();
    assert.deepEqual(await column('SELECT count(*) FROM log'), ['100']);
  });

  it('cancels a write on the primary there, and says so', async () => {
    const routed = newRun(file, target, 'UPDATE sample SET data = 0 WHERE id < 4; SELECT 1', undefined, {
      standbyWrites: 'route',
    });
    await whileRowIsLocked(3, routed, async () => {
      routed.cancel();
      assert.ok(await waitUntil(() => Promise.resolve(!routed.running), DEADLINE));
    });
    assert.deepEqual(outcomes(routed.view), ['cancelled', 'skipped']);
    assert.deepEqual(await column('SELECT array_agg(data ORDER BY id) FROM sample WHERE id < 4'), [
      '{1,2,3}',
    ]);
  });

  it('says that a write is done that was cancelled too late', async () => {
    const home = new FileSession(targetOf('coordinator1'), 'home.sql');
    const session = await home.open();
    const watch = await open('coordinator1');
    const idle = async (): Promise<boolean> =>
      (
        await watch.query(v.object({}), `SELECT FROM pg_stat_activity WHERE pid = $1 AND state = 'idle'`, [
          session.serverPid,
        ])
      ).length > 0;
    // A request to cancel that arrives when the server is done.
    session.cancel = async () => {
      await waitUntil(idle, DEADLINE);
    };
    const cancelled = async (sql: string): Promise<SqlRun> => {
      const running = newRun(home, targetOf('coordinator1'), `${sql}; SELECT 1`, ({ view }) => {
        if (view.id === 0 && view.state === 'running')
          setImmediate(() => {
            running.cancel();
          });
      });
      await running.run();
      return running;
    };
    const silent = await cancelled('UPDATE sample SET data = 100 WHERE id = 1');
    assert.deepEqual(outcomes(silent.view), ['done UPDATE 1', 'skipped']);
    const rows = await cancelled('UPDATE sample SET data = 100 WHERE id = 2 RETURNING data');
    assert.deepEqual(outcomes(rows.view), ['cancelled UPDATE 1', 'skipped']);
    assert.match(rows.view.statements[0]!.notices[0]!.message, /it took effect/);
    await watch.close();
    await home.close();
  });

  it('doesn’t know whether a write took effect whose server fell silent, and sends it no second time', async () => {
    const routed = newRun(
      file,
      target,
      'UPDATE sample SET data = data + 1 WHERE id = 3; SELECT 1',
      undefined,
      {
        standbyWrites: 'route',
      },
    );
    let backend: number | undefined;
    try {
      await whileRowIsLocked(3, routed, async () => {
        const [pid] = await column(
          `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'citus-sql%(from standby)'`,
        );
        backend = Number(pid);
        process.kill(backend, 'SIGSTOP');
        assert.equal(await routed.terminate(), 'here');
      });
    } finally {
      if (backend !== undefined) process.kill(backend, 'SIGCONT');
    }
    assert.deepEqual(outcomes(routed.view), ['failed', 'skipped']);
    assert.match(failureOf(routed).explanation, /took effect is not known/);
    const gone = async (): Promise<boolean> =>
      (await column(`SELECT pid FROM pg_stat_activity WHERE pid = ${backend}`)).length === 0;
    assert.ok(await waitUntil(gone, DEADLINE));
    assert.ok(['3', '4'].includes((await dataOf(3))!), 'at most once');
  });

  it('says that a write is done whose rows could not be kept', async () => {
    const wide = `INSERT INTO log SELECT i FROM generate_series(1, 20) i RETURNING repeat('x', 1000000)`;
    const routed = await run('route', wide, {
      createFile: () => Promise.reject(new Error('no space left on device')),
    });
    assert.deepEqual(outcomes(routed.view), ['failed']);
    assert.match(failureOf(routed).message, /no space left/);
    assert.match(routed.view.statements[0]!.notices[0]!.message, /it took effect/);
    assert.deepEqual(await column('SELECT count(*) FROM log'), ['20']);
  });

  it('explains a write on the primary that took too long', async () => {
    const routed = newRun(file, target, 'UPDATE sample SET data = 0 WHERE id = 3', undefined, {
      standbyWrites: 'route',
      statementTimeout: 1,
    });
    await whileRowIsLocked(3, routed, async () => {
      assert.ok(await waitUntil(() => Promise.resolve(!routed.running), DEADLINE));
    });
    assert.deepEqual(outcomes(routed.view), ['failed 57014']);
    assert.match(failureOf(routed).explanation, /citus\.statementTimeout/);
    assert.equal(await dataOf(3), '3');
  });

  it('lets psql commands write nothing itself, and says where they could', async () => {
    await allowDirectWrites();
    for (const command of [
      `SELECT 'UPDATE sample SET data = 0 WHERE id = 7' \\gexec`,
      '\\copy sample FROM STDIN WITH (FORMAT csv)\n1000,1\n\\.\n',
    ]) {
      const refused = failureOf(await run('ask', command));
      assert.match(refused.explanation, /\\c - - coordinator1 goes to the primary/);
      assert.deepEqual(refused.remedies, []);
    }
    assert.equal(await dataOf(7), '7');
    const there = await run(
      'ask',
      '\\c - - coordinator1\n\\copy sample FROM STDIN WITH (FORMAT csv)\n1000,1\n\\.\n',
    );
    assert.deepEqual(outcomes(there.view), ['done \\c', 'done COPY 1']);
    await on('coordinator1', 'DELETE FROM sample WHERE id = 1000');
  });

  it('copies rows of a file to the primary once', async () => {
    const copy = 'COPY sample FROM STDIN WITH (FORMAT csv);\n1000,1\n1001,2\n\\.\n';
    assert.deepEqual(outcomes((await run('route', copy)).view), ['done COPY 2']);
    assert.deepEqual(await column('SELECT array_agg(id ORDER BY id) FROM sample WHERE id >= 1000'), [
      '{1000,1001}',
    ]);
    await on('coordinator1', 'DELETE FROM sample WHERE id >= 1000');
  });

  it('sends no write of a transaction to a shard itself: the shard could move before the commit', async () => {
    await allowDirectWrites();
    const refused = await run('ask', 'BEGIN; UPDATE sample SET data = 0 WHERE id = 4; COMMIT');
    assert.deepEqual(outcomes(refused.view), ['done BEGIN', 'failed 25006', 'skipped']);
    assert.equal(await dataOf(4), '4');
  });

  it('keeps a shard in its place while a write of the standby’s own waits there', async () => {
    const direct = newRun(file, target, 'UPDATE sample SET data = 500 WHERE id = 5', undefined, {
      standbyWrites: 'direct',
    });
    const mover = await open('coordinator1');
    const watch = await open('coordinator1');
    let moving: Promise<void> | undefined;
    await whileRowIsLocked(5, direct, async () => {
      moving = mover.run(move(5));
      const waits = async (): Promise<boolean> =>
        (
          await watch.query(v.object({}), 'SELECT FROM pg_locks WHERE NOT granted AND pid = $1', [
            mover.serverPid,
          ])
        ).length > 0;
      assert.ok(await waitUntil(waits, DEADLINE), 'the move waits');
    });
    await moving;
    await Promise.all([mover.close(), watch.close()]);
    assert.deepEqual(outcomes(direct.view), ['done UPDATE 1']);
    assert.equal(direct.view.statements[0]!.target.node, 'coordinator2');
    assert.equal(await dataOf(5), '500');
  });

  /** Has the standby receive nothing while something is done. */
  const whileCutOff = async (work: () => Promise<void>): Promise<void> => {
    const standby = await open('coordinator2');
    const conninfo = (await column(`SELECT current_setting('primary_conninfo')`, 'coordinator2'))[0]!;
    const receiving = async (): Promise<boolean> =>
      (await standby.query(v.object({}), 'SELECT FROM pg_stat_wal_receiver')).length > 0;
    const follow = async (whom: string): Promise<void> => {
      await standby.run(`ALTER SYSTEM SET primary_conninfo = '${whom.replaceAll("'", "''")}'`);
      await standby.run('SELECT pg_reload_conf()');
    };
    try {
      await follow('');
      assert.ok(await waitUntil(async () => !(await receiving()), DEADLINE));
      await work();
    } finally {
      await follow(conninfo);
      assert.ok(await waitUntil(receiving, DEADLINE));
      await standby.close();
    }
  };

  it('sends nothing to a shard that has moved without its hearing of it before the primary was stopped', () =>
    whileCutOff(async () => {
      await on('coordinator1', move(6));
      const primary = nodeNamed(cluster, 'coordinator1');
      await service.stop(cluster, [primary]);
      try {
        const refused = failureOf(await run('direct', 'UPDATE sample SET data = 0 WHERE id = 6'));
        assert.deepEqual(refused.remedies, []);
        assert.match(refused.explanation, /a worker has shards in other places/);
      } finally {
        await service.start(cluster, [primary]);
      }
      assert.equal(await dataOf(6), '6');
    }));

  /** The last: what follows a failover that was done behind the cluster's back. */
  it('uses no primary where two say that they are it, and none that it doesn’t follow', async () => {
    const primary = nodeNamed(cluster, 'coordinator1');
    await on('coordinator1', `SELECT pg_logical_emit_message(false, 'test', repeat('x', 1000000))`);
    await onNode(service, cluster, 'coordinator1', (session) => catchUp(session, 'coordinator2'));
    await on('coordinator2', 'SELECT pg_promote()');
    assert.equal(await target.findPrimary(), undefined);
    assert.match(await target.whyNoPrimary(), /coordinator1 and coordinator2 both say that they are it/);
    assert.ok(await target.mayHavePrimary(), 'no worker is used either');
    // The former primary is ahead of the new one, and comes back as a standby that follows nobody.
    await on('coordinator1', `SELECT pg_logical_emit_message(false, 'test', repeat('x', 5000000))`);
    await service.stop(cluster, [primary]);
    await writeFile(path.join(cluster.folder, 'coordinator1', 'standby.signal'), '');
    await service.start(cluster, [primary]);
    const former = targetOf('coordinator1');
    const behind = new FileSession(former, 'behind.sql');
    const refused = newRun(behind, former, 'UPDATE sample SET data = 0 WHERE id = 8', undefined, {
      standbyWrites: 'direct',
    });
    await refused.run();
    assert.match(failureOf(refused).explanation, /coordinator1 doesn’t stream from the primary/);
    await behind.close();
    assert.deepEqual(await column('SELECT data FROM sample WHERE id = 8', 'coordinator2'), ['8']);
  });
});
