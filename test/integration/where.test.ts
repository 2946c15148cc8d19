import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import * as v from 'valibot';
import type { ClusterService } from '../../src/cluster/clusters.ts';
import type { Cluster } from '../../src/cluster/model.ts';
import { waitUntil } from '../../src/postgres/waitUntil.ts';
import { catchUp } from '../../src/cluster/replication.ts';
import { FileSession } from '../../src/sql/run/fileSession.ts';
import { clusterTarget } from '../../src/sql/run/target.ts';
import { Planner } from '../../src/sql/where/planner.ts';
import type { Whereabouts } from '../../src/sql/where/whereabouts.ts';
import { nodeNamed, onNode, provisionTestCluster } from '../support/clusters.ts';
import { newRun, outcomes } from '../support/sql.ts';

describe('where statements would run', function () {
  this.timeout(60_000);
  let service: ClusterService;
  let cluster: Cluster;
  let remove: (() => Promise<void>) | undefined;
  const planners = new Map<string, Planner>();

  const on = (node: string, sql: string): Promise<void> =>
    onNode(service, cluster, node, (session) => session.run(sql));
  const where = async (sql: string, node = 'coordinator1', searchPath?: string): Promise<Whereabouts> => {
    const planner =
      planners.get(node) ??
      new Planner(clusterTarget(service, cluster, nodeNamed(cluster, node)), service.sharding(cluster));
    planners.set(node, planner);
    const found = await planner.whereabouts(sql, searchPath, new AbortController().signal);
    assert.ok(found, sql);
    return found;
  };
  /** `one-shard write: 1`, `read: 8+`, `read: coordinator`: the effect, and tasks, with `+` where the coordinator has a part. */
  const inShort = async (sql: string, node?: string): Promise<string> => {
    const { effect, reach, notPlanned } = await where(sql, node);
    const place =
      reach === undefined
        ? notPlanned === undefined
          ? ''
          : ': not planned'
        : reach.kind === 'coordinator'
          ? ': coordinator'
          : `: ${reach.tasks}${reach.coordinatorToo ? '+' : ''}${reach.repartition ? ' repartition' : ''}`;
    return effect + place;
  };

  before(async function () {
    ({ service, cluster, remove } = await provisionTestCluster(this, { name: 'where' }));
    await onNode(service, cluster, 'coordinator1', async (session) => {
      for (const sql of [
        'CREATE TABLE sample (id int PRIMARY KEY, data int)',
        `SELECT create_distributed_table('sample', 'id', shard_count => 8)`,
        'INSERT INTO sample SELECT i, i FROM generate_series(1, 100) i',
        'CREATE TABLE other (id int, k int)',
        `SELECT create_distributed_table('other', 'id', shard_count => 4, colocate_with => 'none')`,
        'CREATE TABLE reference (id int PRIMARY KEY, data int)',
        `SELECT create_reference_table('reference')`,
        'CREATE TABLE plain (id int, data int)',
        'CREATE SCHEMA elsewhere',
        'CREATE TABLE elsewhere.plain (id int PRIMARY KEY, data int)',
        `SELECT create_distributed_table('elsewhere.plain', 'id', shard_count => 2)`,
        'CREATE TABLE counted (id bigserial, data int)',
        `SELECT create_distributed_table('counted', 'id', shard_count => 8)`,
        'CREATE SEQUENCE sequence',
        'CREATE TABLE log (at timestamptz DEFAULT now())',
        `CREATE FUNCTION writes() RETURNS int VOLATILE LANGUAGE plpgsql AS $$
           BEGIN INSERT INTO log DEFAULT VALUES; RETURN nextval('sequence'); END $$`,
        `CREATE FUNCTION counts() RETURNS int STABLE LANGUAGE plpgsql AS $$ BEGIN RETURN nextval('sequence'); END $$`,
        // It writes by way of the workers, which no read-only transaction of the coordinator's forbids.
        `CREATE FUNCTION escapes() RETURNS int STABLE LANGUAGE plpgsql AS $$
           BEGIN PERFORM run_command_on_shards('sample', 'UPDATE %s SET data = data + 1000'); RETURN 1; END $$`,
        `CREATE FUNCTION escapes_too() RETURNS int VOLATILE LANGUAGE plpgsql AS $$
           BEGIN PERFORM run_command_on_shards('sample', 'UPDATE %s SET data = data + 1000'); RETURN 1; END $$`,
        'CREATE VIEW escaping AS SELECT * FROM plain WHERE id < escapes()',
        'CREATE VIEW escaping_behind AS SELECT * FROM escaping',
        'CREATE FUNCTION pure(a int) RETURNS int IMMUTABLE LANGUAGE sql RETURN a + 1',
      ]) {
        await session.run(sql);
      }
      await catchUp(session, 'coordinator2');
    });
  });
  after(async () => {
    for (const planner of planners.values()) await planner.close();
    await remove?.();
  });

  it('tells how many shards a statement reaches, and what it is there', async () => {
    for (const [sql, expected] of [
      ['SELECT * FROM sample WHERE id = 7', 'read: 1'],
      ['SELECT count(*) FROM sample', 'read: 8'],
      ['SELECT 1', 'read: coordinator'],
      ['SELECT * FROM plain', 'read: coordinator'],
      ['SELECT pure(1)', 'read: not planned'],
      ['WITH x AS (SELECT * FROM sample LIMIT 3) SELECT * FROM x JOIN sample USING (id)', 'read: 8+'],
      ['UPDATE sample SET data = data * 2 WHERE id = 3', 'one-shard write: 1'],
      ['/* 2017 */ UPDATE sample SET data = data*2 WHERE id IN (1, 2, 3)', 'multi-shard write: 3'],
      ['UPDATE sample SET data = data*2 WHERE id < 4', 'multi-shard write: 8'],
      ['INSERT INTO sample VALUES (1001, 1)', 'one-shard write: 1'],
      ['WITH x AS (DELETE FROM sample RETURNING id) SELECT count(*) FROM x', 'multi-shard write: 8+'],
      ['INSERT INTO sample SELECT id + 1000, data FROM plain', 'multi-shard write: 0+'],
      ['UPDATE reference SET data = 1', 'reference-table write: 1'],
      ['INSERT INTO plain VALUES (1, 1)', 'local write: coordinator'],
      ['TRUNCATE sample', 'multi-shard write'],
      ['COPY sample FROM STDIN', 'multi-shard write'],
      ['ALTER TABLE sample ADD COLUMN a int', 'ddl'],
      ['SELECT writes()', 'may write: coordinator'],
      ['CALL nothing()', 'may write'],
      ['SHOW search_path', 'utility'],
      ['SELECT nothing FROM sample', 'read: not planned'],
      ['TRUNCATE nosuch', 'local write: not planned'],
      ['SELECT * FROM sample WHERE id = $1', 'read: not planned'],
      ['SELEKT 1', 'unknown'],
    ] as const) {
      assert.equal(await inShort(sql), expected, sql);
    }
  });

  it('names the shards and their nodes, and what is repartitioned', async () => {
    const { reach } = await where('SELECT count(*) FROM sample');
    assert.ok(reach?.kind === 'shards' && reach.on);
    assert.equal(reach.on.length, 8);
    const ports = new Set(reach.on.map(({ nodePort }) => nodePort));
    assert.deepEqual(ports, new Set(['worker1', 'worker2'].map((name) => nodeNamed(cluster, name).port)));
    assert.match(reach.on[0]!.relations.join(), /^sample_\d+$/);
    await on('coordinator1', `ALTER SYSTEM SET citus.enable_repartition_joins = on`);
    await on('coordinator1', 'SELECT pg_reload_conf()');
    await planners.get('coordinator1')?.close();
    planners.delete('coordinator1');
    assert.match(
      await inShort('SELECT * FROM sample s JOIN other o ON s.id = o.k'),
      /^read: \d+ repartition$/,
    );
  });

  it('tells it on a standby, of writes too', async () => {
    assert.equal(await inShort('SELECT count(*) FROM sample', 'coordinator2'), 'read: 8');
    assert.equal(await inShort('DELETE FROM sample WHERE id = 3', 'coordinator2'), 'one-shard write: 1');
    assert.equal(await inShort('DELETE FROM sample', 'coordinator2'), 'multi-shard write: 8');
  });

  it('goes by the search path of the file', async () => {
    const found = await where('DELETE FROM plain WHERE id = 1', 'coordinator1', 'elsewhere');
    assert.equal(found.effect, 'one-shard write');
    assert.equal((await where('DELETE FROM plain WHERE id = 1')).effect, 'local write');
  });

  it('looks again when a table has become another', async () => {
    await on('coordinator1', 'CREATE TABLE changing (id int PRIMARY KEY)');
    assert.equal(await inShort('SELECT * FROM changing'), 'read: coordinator');
    await on('coordinator1', `SELECT create_distributed_table('changing', 'id', shard_count => 4)`);
    const seen = async (): Promise<boolean> => (await inShort('SELECT * FROM changing')) === 'read: 4';
    assert.ok(await waitUntil(seen, { deadlineMs: 10_000 }));
  });

  it('runs nothing of what it looks at: no sequence moves, nothing is written', async () => {
    const Counters = v.object({
      sequences: v.string(),
      log: v.string(),
      sample: v.string(),
    });
    const counters = (): Promise<unknown> =>
      onNode(service, cluster, 'coordinator1', (session) =>
        session.query(
          Counters,
          `SELECT (SELECT string_agg(concat(s.sequencename, s.last_value), ',' ORDER BY s.sequencename) FROM pg_sequences s
                   WHERE s.schemaname = 'public') AS sequences,
                  (SELECT count(*) FROM log)::text AS log,
                  (SELECT concat(count(*), ' ', sum(data)) FROM sample) AS sample`,
        ),
      );
    const before = await counters();
    for (const [sql, expected] of [
      ['INSERT INTO counted (data) VALUES (1)', 'one-shard write: not planned'],
      ['INSERT INTO counted (data) VALUES (1), (2)', 'multi-shard write: not planned'],
      [`INSERT INTO sample VALUES (nextval('sequence'), 1)`, 'one-shard write: not planned'],
      ['INSERT INTO sample VALUES (writes(), 1)', 'one-shard write: not planned'],
      ['INSERT INTO sample VALUES (escapes_too(), 1)', 'one-shard write: not planned'],
      ['SELECT * FROM sample WHERE id < counts()', 'read: not planned'],
      ['UPDATE sample SET data = 1 WHERE id < escapes()', 'multi-shard write: not planned'],
      ['SELECT * FROM plain WHERE id < escapes()', 'read: not planned'],
      ['SELECT * FROM escaping_behind', 'read: not planned'],
      ['SELECT writes() FROM sample', 'may write: 8'],
      ['WITH x AS (INSERT INTO log DEFAULT VALUES RETURNING *) SELECT * FROM x, sample', 'local write: 8+'],
      ['WITH x AS (SELECT id, writes() FROM sample LIMIT 3) SELECT * FROM x', 'may write: 8+'],
      ['EXPLAIN ANALYZE DELETE FROM sample', 'multi-shard write'],
      ['EXECUTE p', 'may write'],
      [`SELECT run_command_on_shards('sample', 'DELETE FROM %s')`, 'may write: coordinator'],
    ] as const) {
      for (const node of ['coordinator1', 'coordinator2']) {
        assert.equal((await inShort(sql, node)).split(':')[0], expected.split(':')[0], `${sql} on ${node}`);
      }
      assert.equal(await inShort(sql), expected, sql);
    }
    assert.deepEqual(await counters(), before);
  });

  it('keeps a file that is marked read-only from writing, whatever happens to writes on a standby', async () => {
    const write = 'UPDATE sample SET data = -1 WHERE id = 5';
    for (const node of ['coordinator1', 'coordinator2', 'worker1']) {
      for (const standbyWrites of ['ask', 'route', 'direct', 'refuse'] as const) {
        const target = clusterTarget(service, cluster, nodeNamed(cluster, node), { readOnly: true });
        const file = new FileSession(target, 'test.sql');
        try {
          const run = newRun(file, target, `SELECT 1; ${write}`, undefined, { standbyWrites });
          await run.run();
          assert.deepEqual(outcomes(run.view), ['done SELECT 1', 'failed 25006'], `${node} ${standbyWrites}`);
          assert.deepEqual(run.view.statements[1]!.failure!.remedies, []);
        } finally {
          await file.close();
        }
      }
    }
    const rows = await onNode(service, cluster, 'coordinator1', (session) =>
      session.query(v.object({ data: v.number() }), 'SELECT data FROM sample WHERE id = 5'),
    );
    assert.deepEqual(rows, [{ data: 5 }]);
  });

  it('keeps a mark with the list of clusters, and does without it', async () => {
    const { mark: before, ...unmarked } = (await service.list())[0]!;
    assert.equal(before, undefined);
    await service.mark(cluster, { colour: 'red', production: true });
    assert.deepEqual(await service.list(), [{ ...unmarked, mark: { colour: 'red', production: true } }]);
    await service.mark(cluster, {});
    assert.deepEqual(await service.list(), [{ ...unmarked, mark: {} }]);
  });
});
