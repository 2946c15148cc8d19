import assert from 'node:assert/strict';
import { waitUntil } from '../../src/postgres/waitUntil.ts';
import { column, describeOnFdwServers, refusal, rows, type SqlRow, value } from '../support/fdwServers.ts';

/** What Citus can do and built-in sharding can't: each line says what happens instead. */
describeOnFdwServers('limits of built-in sharding', (servers) => {
  const run = (sql: string): Promise<void> => servers().primary.run(sql);
  const count = async (table: string): Promise<unknown> =>
    value(servers().primary, `SELECT count(*)::int FROM ${table}`);
  before(() =>
    run(`CREATE TABLE limited (id int PRIMARY KEY, v int); SELECT create_distributed_table('limited', 'id', shard_count => 4);
         INSERT INTO limited SELECT i, i FROM generate_series(1, 1000) AS i;
         CREATE TABLE names (id int PRIMARY KEY, name text); SELECT create_reference_table('names')`),
  );
  /** Keys of rows that are on one of the workers. */
  const keysOn = async (worker: 'worker1' | 'worker2'): Promise<number[]> =>
    (await column(servers()[worker], 'SELECT id FROM limited ORDER BY id LIMIT 3')).map(Number);

  it('has no two-phase commit: one worker can have committed when another’s commit fails', async () => {
    const { primary, worker1, worker2 } = servers();
    await run(`CREATE TABLE deferred (id int, UNIQUE (id) DEFERRABLE INITIALLY DEFERRED); SELECT create_distributed_table('deferred', 'id');
               INSERT INTO deferred SELECT generate_series(1, 100)`);
    // Which of them is told to commit first isn't said, so each has its turn to fail.
    for (const [turn, worker] of [worker1, worker2].entries()) {
      const twice = Number(await value(worker, 'SELECT min(id) FROM deferred'));
      const first = 101 + turn * 100;
      await run(
        `BEGIN; INSERT INTO deferred SELECT generate_series(${first}, ${first + 99}); INSERT INTO deferred VALUES (${twice})`,
      );
      assert.equal((await refusal(primary, 'COMMIT')).code, '23505');
    }
    const kept = async (): Promise<boolean> => Number(await count('deferred')) > 100;
    assert.ok(await waitUntil(kept, { deadlineMs: 10_000 }));
    assert.ok(Number(await count('deferred')) < 300);
  });

  it('does not prepare transactions', async () => {
    const { primary } = servers();
    await run('BEGIN; UPDATE limited SET v = v WHERE id = 1');
    assert.equal((await refusal(primary, "PREPARE TRANSACTION 'x'")).code, '0A000');
  });

  it('sees no deadlock between workers: a lock is waited for no longer than a minute', async () => {
    const { primary } = servers();
    await run(
      "ALTER SERVER worker1 OPTIONS (SET options '-c lock_timeout=300ms'); ALTER SERVER worker2 OPTIONS (SET options '-c lock_timeout=300ms')",
    );
    const one = await servers().connect('coordinator1');
    const other = await servers().connect('coordinator1');
    const [key1, key2] = [(await keysOn('worker1'))[0], (await keysOn('worker2'))[0]];
    await one.run(`BEGIN; UPDATE limited SET v = 0 WHERE id = ${key1}`);
    await other.run(`BEGIN; UPDATE limited SET v = 0 WHERE id = ${key2}`);
    const outcomes = await Promise.allSettled([
      one.run(`UPDATE limited SET v = 0 WHERE id = ${key2}`),
      other.run(`UPDATE limited SET v = 0 WHERE id = ${key1}`),
    ]);
    await one.run('ROLLBACK');
    await other.run('ROLLBACK');
    const codes = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [(outcome.reason as { code: unknown }).code] : [],
    );
    assert.ok(codes.includes('55P03'), codes.join());
    await run(
      "ALTER SERVER worker1 OPTIONS (SET options '-c lock_timeout=60s'); ALTER SERVER worker2 OPTIONS (SET options '-c lock_timeout=60s')",
    );
    assert.equal(await value(primary, `SELECT v FROM limited WHERE id = ${key1}`), key1);
  });

  it('lets the second of two changes of a row fail instead of building on the first', async () => {
    const { primary, worker1 } = servers();
    const [key] = await keysOn('worker1');
    const other = await servers().connect('coordinator1');
    const change = `UPDATE limited SET v = v + 1 WHERE id = ${key}`;
    await other.run(`BEGIN; ${change}`);
    const second = refusal(primary, change);
    const waiting = "SELECT count(*)::int FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    assert.ok(await waitUntil(async () => (await value(worker1, waiting)) === 1, { deadlineMs: 30_000 }));
    await other.run('COMMIT');
    assert.equal((await second).code, '40001');
    await run(change);
    assert.equal(await value(primary, `SELECT v FROM limited WHERE id = ${key}`), Number(key) + 2);
  });

  it('counts by fetching rows: only groups by the distribution column are formed on the workers', async () => {
    const { primary } = servers();
    const sent = async (sql: string): Promise<string> =>
      (await column(primary, `EXPLAIN (VERBOSE) ${sql}`))
        .filter((line) => String(line).includes('Remote SQL'))
        .join('\n');
    assert.doesNotMatch(await sent('SELECT count(*) FROM limited'), /count/);
    assert.doesNotMatch(await sent('SELECT v, count(*) FROM limited GROUP BY v'), /count/);
    await run('ANALYZE limited');
    assert.match(await sent('SELECT id, count(*) FROM limited GROUP BY id'), /count/);
  });

  it('joins reference tables on the coordinator', async () => {
    const plan = await column(servers().primary, 'EXPLAIN SELECT * FROM limited JOIN names ON names.id = v');
    assert.ok(
      plan.some((line) => String(line).includes('Scan on names')),
      plan.join('\n'),
    );
  });

  it('stays where it is: no shard is moved to a new worker, and there is no function for it', async () => {
    const { primary } = servers();
    for (const name of [
      'rebalance_table_shards()',
      'citus_move_shard_placement(1, 1, 2)',
      "alter_distributed_table('limited', 8)",
      "undistribute_table('limited')",
      "isolate_tenant_to_new_shard('limited', 1)",
    ])
      assert.equal((await refusal(primary, `SELECT ${name}`)).code, '42883', name);
  });

  it('has one coordinator that knows all: a worker shows and takes its own part only', async () => {
    const { worker1 } = servers();
    const [elsewhere] = await keysOn('worker2');
    assert.ok(Number(await value(worker1, 'SELECT count(*) FROM limited')) < 1000);
    assert.deepEqual(await rows(worker1, `SELECT * FROM limited WHERE id = ${elsewhere}`), []);
    assert.equal((await refusal(worker1, `INSERT INTO limited VALUES (${elsewhere})`)).code, '23514');
    assert.equal((await refusal(worker1, "SELECT create_distributed_table('limited', 'id')")).code, '55000');
  });

  it('has no ON CONFLICT with a target, only DO NOTHING', async () => {
    const { primary } = servers();
    assert.equal(
      (await refusal(primary, 'INSERT INTO limited VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET v = 0')).code,
      '42P10',
    );
    assert.equal(
      (await refusal(primary, 'INSERT INTO limited VALUES (1, 1) ON CONFLICT (id) DO NOTHING')).code,
      '42P10',
    );
    await run('INSERT INTO limited VALUES (1, 1) ON CONFLICT DO NOTHING');
    assert.equal(await count('limited'), 1000);
  });

  it('has no MERGE into distributed tables', async function () {
    const { primary } = servers();
    const merge =
      'MERGE INTO limited USING (VALUES (1, 5)) AS s (id, v) ON limited.id = s.id WHEN MATCHED THEN UPDATE SET v = s.v';
    assert.ok(['0A000', '42601'].includes((await refusal(primary, merge)).code));
  });

  it('has no keys on the coordinator: they are the workers’, and made by one function', async () => {
    const { primary } = servers();
    assert.equal((await refusal(primary, 'CREATE UNIQUE INDEX ON limited (id, v)')).code, '42809');
    assert.equal(
      await value(
        primary,
        "SELECT count(*)::int FROM pg_constraint WHERE conrelid = 'limited'::regclass AND contype = 'p'",
      ),
      0,
    );
    await run("SELECT alter_sharded_table('limited', 'ADD UNIQUE (id, v)')");
    assert.equal((await refusal(primary, 'INSERT INTO limited VALUES (1, 1)')).code, '23505');
  });

  it('has no foreign keys between sharded tables', async () => {
    const { primary } = servers();
    await run('CREATE TABLE child (id int, parent int REFERENCES names)');
    assert.equal((await refusal(primary, "SELECT create_distributed_table('child', 'id')")).code, '2BP01');
    assert.equal(
      (
        await refusal(
          primary,
          "SELECT alter_sharded_table('limited', 'ADD FOREIGN KEY (v) REFERENCES names')",
        )
      ).code,
      '42809',
    );
    assert.equal((await refusal(primary, 'INSERT INTO child VALUES (1, 1)')).code, '23503');
  });

  it('has no new value for a distribution column, as Citus hasn’t', async () => {
    assert.equal(
      (await refusal(servers().primary, 'UPDATE limited SET id = -id WHERE id = 3')).code,
      '23514',
    );
  });

  it('spreads no types, functions or roles: workers are told by hand', async () => {
    const { primary } = servers();
    await run("CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TABLE moods (id int, mood mood)");
    const error = await refusal(primary, "SELECT create_distributed_table('moods', 'id')");
    assert.equal(error.code, '42704');
    assert.match(error.hint ?? '', /run_command_on_workers/);
    await run(
      "SELECT run_command_on_workers($$CREATE TYPE mood AS ENUM ('good', 'bad')$$); SELECT create_distributed_table('moods', 'id')",
    );
    await run("INSERT INTO moods VALUES (1, 'good')");
    assert.equal(await value(primary, "SELECT mood FROM moods WHERE mood = 'good'"), 'good');
    assert.equal((await refusal(primary, "SELECT create_distributed_function('now()')")).code, '42883');
  });

  it('lets other roles in only with a user mapping of their own, and rights on all nodes', async () => {
    const { primary, worker1, worker2 } = servers();
    for (const node of [primary, worker1, worker2])
      await node.run("CREATE ROLE reader LOGIN PASSWORD 'known'");
    await run('GRANT SELECT ON limited TO reader; GRANT SELECT, INSERT ON names TO reader');
    const asReader = async (sql: string): Promise<SqlRow[]> => {
      await run('SET ROLE reader');
      return await rows(primary, sql).finally(() => run('RESET ROLE'));
    };
    assert.deepEqual(await asReader('SELECT * FROM names'), []);
    await assert.rejects(asReader('SELECT * FROM limited WHERE id = 1'), { code: '42704' });
    await assert.rejects(asReader("INSERT INTO names VALUES (5, 'x')"), { code: '42501' });

    for (const name of ['worker1', 'worker2'] as const) {
      await run(`CREATE USER MAPPING FOR reader SERVER ${name} OPTIONS (user 'reader', password 'known')`);
      await servers()[name]
        .run(`GRANT USAGE ON SCHEMA shards TO reader; GRANT INSERT ON shards.inbox TO reader;
        GRANT SELECT ON ALL TABLES IN SCHEMA shards TO reader; GRANT INSERT ON names TO reader`);
    }
    await run(`GRANT USAGE ON SCHEMA shards TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA shards TO reader;
               GRANT INSERT ON shards.outbox TO reader`);
    assert.deepEqual(await asReader('SELECT id FROM limited WHERE id = 1'), [{ id: 1 }]);
    await asReader("INSERT INTO names VALUES (5, 'x')");
    assert.equal(await value(worker2, 'SELECT name FROM names WHERE id = 5'), 'x');
    await assert.rejects(asReader('UPDATE limited SET v = 0'), { code: '42501' });
  });

  it('has no COPY from a whole table, only from a query', async () => {
    const { primary } = servers();
    assert.equal((await refusal(primary, 'COPY limited TO STDOUT')).code, '42809');
  });

  it('has triggers run on the coordinator, for what comes through it', async () => {
    const { primary, worker1 } = servers();
    await run(`CREATE TABLE log (id int); CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO log VALUES (NEW.id); RETURN NEW; END';
               CREATE TRIGGER noted AFTER UPDATE ON limited FOR EACH ROW EXECUTE FUNCTION note()`);
    const [key] = await keysOn('worker1');
    await run(`UPDATE limited SET v = 1 WHERE id = ${key}`);
    await worker1.run(`UPDATE limited SET v = 2 WHERE id = ${key}`);
    assert.deepEqual(await column(primary, 'SELECT id FROM log'), [key]);
    await run('DROP TRIGGER noted ON limited');
  });

  it('runs commands on workers inside of the transaction, so not those that can’t be', async () => {
    const { primary } = servers();
    const [answer] = await rows(primary, "SELECT * FROM run_command_on_shards('limited', 'VACUUM %s')");
    assert.equal(answer?.['success'], false);
  });

  it('spreads no schemas, has no columnar tables and no tenants’ statistics', async () => {
    const { primary } = servers();
    assert.equal((await refusal(primary, "SELECT citus_schema_distribute('public')")).code, '42883');
    assert.equal((await refusal(primary, 'CREATE TABLE c (id int) USING columnar')).code, '42704');
    assert.equal((await refusal(primary, 'SELECT * FROM citus_stat_tenants')).code, '42P01');
  });

  it('can’t change or drop a table while one of its workers is down', async () => {
    const { service, cluster, primary } = servers();
    await service.stop(cluster, [servers().node('worker2')]);
    try {
      for (const sql of [
        'DROP TABLE limited',
        'CREATE INDEX ON limited (v)',
        "INSERT INTO names VALUES (1, 'x')",
        'SELECT count(*) FROM limited',
      ])
        assert.equal((await refusal(primary, sql)).code, '08001', sql);
      const [key] = await keysOn('worker1');
      assert.equal(await value(primary, `SELECT id FROM limited WHERE id = ${key}`), key);
    } finally {
      await service.start(cluster, [servers().node('worker2')]);
    }
  });
});
