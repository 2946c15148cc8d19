import assert from 'node:assert/strict';
import { column, describeOnFdwServers, refusal, rows, value } from '../support/fdwServers.ts';

describeOnFdwServers('changes of tables of built-in sharding', (servers) => {
  const run = (sql: string): Promise<void> => servers().primary.run(sql);
  const onWorkers = (sql: string): Promise<unknown[]> =>
    Promise.all([servers().worker1, servers().worker2].map((worker) => value(worker, sql)));
  /** Relations that workers have besides what is installed in them. */
  const left = (): Promise<unknown[]> =>
    onWorkers(`SELECT count(*)::int FROM pg_class
               WHERE relnamespace::regnamespace::text NOT IN ('pg_catalog', 'pg_toast', 'information_schema')
                 AND relkind IN ('r', 'p', 'i', 'I', 'S') AND relname NOT IN ('shard_id', 'outbox')`);

  describe('dropping', () => {
    it('takes shards and models along, in the same transaction', async () => {
      const { primary } = servers();
      const before = await left();
      await run(
        "CREATE TABLE dropped (id int PRIMARY KEY); SELECT create_distributed_table('dropped', 'id')",
      );
      const made = await left();
      await run('BEGIN; DROP TABLE dropped; ROLLBACK');
      assert.deepEqual(await left(), made);
      await run('DROP TABLE IF EXISTS dropped; DROP TABLE IF EXISTS dropped');
      assert.deepEqual(await left(), before);
      assert.equal(await value(primary, "SELECT to_regclass('shards_public.dropped')"), null);
    });

    it('works for whole schemas', async () => {
      await run(`CREATE SCHEMA going; CREATE TABLE going.d (id int PRIMARY KEY); CREATE TABLE going.r (id int PRIMARY KEY);
        SELECT create_distributed_table('going.d', 'id'); SELECT create_reference_table('going.r'); DROP SCHEMA going CASCADE`);
      assert.deepEqual(await onWorkers("SELECT to_regnamespace('going') IS NULL"), [true, true]);
      assert.equal(await value(servers().primary, "SELECT to_regnamespace('shards_going')"), null);
    });

    it('leaves tables of the same name alone that workers have for themselves', async () => {
      const { worker1 } = servers();
      await worker1.run('CREATE TABLE namesake (id int)');
      await run('CREATE TABLE namesake (id int); DROP TABLE namesake');
      assert.equal(await value(worker1, "SELECT to_regclass('namesake')::text"), 'namesake');
      await worker1.run('DROP TABLE namesake');
    });

    it('refuses to take a part only', async () => {
      const { primary } = servers();
      await run(
        "CREATE TABLE whole (id int PRIMARY KEY); SELECT create_distributed_table('whole', 'id', shard_count => 2)",
      );
      await run("CREATE TABLE copied (id int PRIMARY KEY); SELECT create_reference_table('copied')");
      const shard = String(
        await value(
          primary,
          "SELECT max(shard_oid::regclass::text) FROM shards.shard WHERE table_oid = 'whole'::regclass",
        ),
      );
      for (const sql of [
        `DROP FOREIGN TABLE ${shard}`,
        `DROP TABLE ${shard}`,
        'DROP SERVER worker1 CASCADE',
        'DROP EXTENSION postgres_fdw CASCADE',
        'DROP TRIGGER sharding_insert ON copied',
      ])
        assert.ok(['2BP01', '42809'].includes((await refusal(primary, sql)).code), sql);
      assert.equal((await servers().sharding.listWorkers(primary)).length, 2);
    });
  });

  describe('changing', () => {
    before(() =>
      run(`CREATE SCHEMA apart; CREATE TABLE apart.a (id int PRIMARY KEY); SELECT create_distributed_table('apart.a', 'id');
           CREATE TABLE changed (id int PRIMARY KEY, v int, note text); SELECT create_distributed_table('changed', 'id');
           INSERT INTO changed SELECT i, i, 'n' FROM generate_series(1, 100) AS i`),
    );

    it('goes through one function, to the shards and the model too', async () => {
      const { primary } = servers();
      await run(`SELECT alter_sharded_table('changed', 'ADD COLUMN more int NOT NULL DEFAULT 5, DROP COLUMN note');
        SELECT alter_sharded_table('changed', 'ADD CONSTRAINT positive CHECK (v > 0)'); SELECT alter_sharded_table('changed', 'ADD UNIQUE (v, id)');
        SELECT alter_sharded_table('changed', 'ALTER COLUMN more SET DEFAULT 6'); INSERT INTO changed VALUES (101, 101)`);
      assert.equal(await value(primary, 'SELECT sum(more)::int FROM changed'), 506);
      assert.equal((await refusal(primary, 'INSERT INTO changed VALUES (102, -1)')).code, '23514');
      const constraints =
        "SELECT string_agg(conname, ' ' ORDER BY conname) FROM pg_constraint WHERE conrelid = '%'::regclass AND contype <> 'n'";
      const expected = 'changed_pkey changed_v_id_key positive';
      assert.deepEqual(await onWorkers(constraints.replace('%', 'changed')), [expected, expected]);
      assert.equal(await value(primary, constraints.replace('%', 'shards_public.changed')), expected);
      await run(
        "SELECT alter_sharded_table('changed', 'DROP CONSTRAINT changed_v_id_key'); SELECT alter_sharded_table('changed', 'RENAME TO renamed')",
      );
      assert.equal(
        await value(primary, constraints.replace('%', 'shards_public.renamed')),
        'changed_pkey positive',
      );
      assert.equal(await value(primary, "SELECT to_regclass('shards_public.changed')"), null);
      await run("SELECT alter_sharded_table('renamed', 'RENAME TO changed')");
      assert.equal(await value(primary, 'SELECT count(*)::int FROM changed'), 101);
    });

    it('is refused any other way, and where the nodes would differ', async () => {
      const { primary } = servers();
      for (const sql of [
        'ALTER TABLE changed ADD COLUMN x int',
        'ALTER TABLE changed RENAME TO x',
        'ALTER TABLE copied ADD COLUMN x int',
        'ALTER SCHEMA apart RENAME TO x',
        "SELECT alter_sharded_table('changed', 'ADD COLUMN x serial')",
        "SELECT alter_sharded_table('changed', 'ALTER COLUMN v SET DEFAULT 1, ADD COLUMN x int')",
      ])
        assert.equal((await refusal(primary, sql)).code, '0A000', sql);
      assert.equal(
        (await refusal(primary, "SELECT alter_sharded_table('changed', 'DROP CONSTRAINT x')")).code,
        '42704',
      );
      assert.equal(
        (await refusal(primary, "SELECT alter_sharded_table('pg_class', 'ADD COLUMN x int')")).code,
        '42809',
      );
      assert.deepEqual(
        await onWorkers(
          "SELECT count(*)::int FROM pg_attribute WHERE attrelid = 'changed'::regclass AND attname = 'x'",
        ),
        [0, 0],
      );
    });

    it('makes and drops indexes on the shards as well', async () => {
      const { primary } = servers();
      const names =
        "SELECT string_agg(indexname, ' ' ORDER BY indexname) FROM pg_indexes WHERE schemaname = 'public' AND tablename IN ('changed', 'copied')";
      await run(
        `CREATE INDEX "by ON ONLY v" ON changed (v) WHERE v > 3; CREATE INDEX ON changed (more); CREATE UNIQUE INDEX ucopied ON copied (id)`,
      );
      const expected = 'by ON ONLY v changed_more_idx changed_pkey copied_pkey ucopied';
      assert.deepEqual(await onWorkers(names), [expected, expected]);
      const model =
        "SELECT count(*)::int FROM pg_indexes WHERE schemaname = 'shards_public' AND tablename = 'changed'";
      assert.equal(await value(primary, model), 3);
      assert.equal((await refusal(primary, 'ALTER INDEX ucopied RENAME TO x')).code, '0A000');
      await run('DROP INDEX "by ON ONLY v", ucopied');
      assert.deepEqual(await onWorkers(names), Array(2).fill('changed_more_idx changed_pkey copied_pkey'));
      assert.equal(await value(primary, model), 2);
      await run('CREATE INDEX CONCURRENTLY slowly ON copied (id)');
      assert.deepEqual(await onWorkers("SELECT to_regclass('slowly')::text"), ['slowly', 'slowly']);
      await run('DROP INDEX CONCURRENTLY slowly');
      assert.deepEqual(await onWorkers("SELECT to_regclass('slowly')"), [null, null]);
    });
  });

  describe('commands on other nodes', () => {
    it('answer as Citus’ do, and belong to the transaction', async () => {
      const { primary } = servers();
      const onAll = (command: string) =>
        column(primary, `SELECT result FROM run_command_on_workers($q$${command}$q$)`);
      assert.deepEqual(await onAll("SELECT current_setting('cluster_name')"), ['worker1', 'worker2']);
      assert.deepEqual(await onAll('SHOW cluster_name'), ['worker1', 'worker2']);
      assert.deepEqual(await onAll('nonsense'), Array(2).fill('ERROR:  syntax error at or near "nonsense"'));
      assert.deepEqual(
        await onAll('SELECT generate_series(1, 2)'),
        Array(2).fill('ERROR:  expected a single row in query result'),
      );
      await run("BEGIN; SELECT run_command_on_workers('CREATE TABLE theirs (id int)')");
      assert.deepEqual(await onAll('INSERT INTO theirs VALUES (1), (2)'), ['INSERT 0 2', 'INSERT 0 2']);
      await run('ROLLBACK');
      assert.deepEqual(await onWorkers("SELECT to_regclass('theirs')"), [null, null]);
    });

    it('reach each shard by its name', async () => {
      const { primary } = servers();
      const counts = await rows(
        primary,
        "SELECT * FROM run_command_on_shards('changed', 'SELECT count(*) FROM %s')",
      );
      assert.equal(counts.length, 32);
      assert.equal(
        counts.reduce((sum, { result }) => sum + Number(result), 0),
        101,
      );
      assert.equal(
        (await refusal(primary, "SELECT run_command_on_shards('copied', 'SELECT 1')")).code,
        '42809',
      );
    });
  });
});
