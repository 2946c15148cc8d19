import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { runSample } from '../../src/cli/sample.ts';
import { address } from '../../src/postgres/endpoint.ts';
import { waitUntil } from '../../src/postgres/waitUntil.ts';
import { standbyRefusal } from '../../src/sql/writes/standbyWrites.ts';
import { column, describeOnFdwServers, refusal, rows, value } from '../support/fdwServers.ts';

describeOnFdwServers('built-in sharding', (servers) => {
  const endpoint = (name: string): string => address(servers().node(name));

  it('runs the sample unchanged, and again', async () => {
    const { service, cluster, primary } = servers();
    const sample = await readFile(path.join(import.meta.dirname, '../../resources/sample.sql'), 'utf8');
    for (const time of ['first', 'second']) {
      const results = await runSample(service, cluster, sample);
      assert.deepEqual(
        results.at(-1)?.rows.slice(0, 4),
        [20, 40, 60, 40].map((data, index) => [String(index + 1), String(data)]),
      );
      const update = results.find(({ sql }) => sql.includes('run_command_on_coordinator'));
      assert.deepEqual(update?.rows, [['t', 'UPDATE 3']], `the ${time} time`);
    }
    assert.equal(await value(primary, 'SELECT count(*)::int FROM sample'), 10_000);
  });

  it('spreads a table over both workers, and lists it on both coordinators', async () => {
    const { sharding, primary, standby, worker1, worker2 } = servers();
    await primary.run('CREATE TABLE spread (id int PRIMARY KEY, data text)');
    await sharding.distributeTable(
      primary,
      { schema: 'public', name: 'spread' },
      { column: 'id', shardCount: 8 },
    );
    await primary.run("INSERT INTO spread SELECT i, 'row ' || i FROM generate_series(1, 1000) AS i");
    const parts = await Promise.all(
      [worker1, worker2].map((node) => value(node, 'SELECT count(*)::int FROM spread')),
    );
    assert.equal(Number(parts[0]) + Number(parts[1]), 1000);
    assert.ok(
      parts.every((part) => Number(part) > 300),
      `uneven: ${parts.join(', ')}`,
    );

    await servers().catchUp();
    for (const coordinator of [primary, standby]) {
      const table = await servers().table('spread', coordinator);
      assert.equal(table.type, 'distributed');
      assert.equal(table.distributionColumn, 'id');
      assert.equal(table.shardCount, 8);
      const shards = await sharding.listShards(coordinator, table);
      assert.deepEqual(
        shards.map(({ holds }) => holds),
        [0, 1, 2, 3, 4, 5, 6, 7].map((remainder) => `hash % 8 = ${remainder}`),
      );
      assert.deepEqual(
        shards.slice(0, 2).map(({ placements }) => placements),
        ['worker1', 'worker2'].map((name) => [
          { nodeHost: servers().node(name).host, nodePort: servers().node(name).port },
        ]),
      );
      assert.equal(await value(coordinator, 'SELECT count(*)::int FROM spread'), 1000);
    }
  });

  it('tells the sizes of shards from the nodes that have them', async () => {
    const { sharding, primary, worker1 } = servers();
    const shards = await sharding.listShards(primary, await servers().table('spread'));
    const sizes = await sharding.shardSizes(worker1, shards);
    assert.deepEqual(
      [...sizes.keys()].sort(),
      shards
        .filter((_, index) => index % 2 === 0)
        .map(({ id }) => id)
        .sort(),
    );
    assert.ok([...sizes.values()].every((bytes) => bytes > 0));
  });

  it('counts placements of all nodes without asking them', async () => {
    const { sharding, primary, standby } = servers();
    const tables = await sharding.listTables(primary);
    const shards = tables.reduce((sum, { shardCount }) => sum + shardCount, 0);
    for (const coordinator of [primary, standby]) {
      const counts = await sharding.countPlacements(coordinator);
      assert.equal((counts.get(endpoint('worker1')) ?? 0) + (counts.get(endpoint('worker2')) ?? 0), shards);
      assert.equal(counts.get(endpoint('coordinator1')), 0);
    }
  });

  describe('where statements run', () => {
    const reach = (sql: string) => servers().sharding.reach(servers().primary, sql);
    before(async () => {
      const { primary } = servers();
      await primary.run(`
        CREATE TABLE orders (id int PRIMARY KEY, customer int); SELECT create_distributed_table('orders', 'id');
        CREATE TABLE items (id int, number int, price int, PRIMARY KEY (id, number)); SELECT create_distributed_table('items', 'id');
        CREATE TABLE customers (id int PRIMARY KEY, name text); SELECT create_reference_table('customers');
        CREATE TABLE notes (id int, note text);
        INSERT INTO orders SELECT i, i % 100 FROM generate_series(1, 20000) AS i;
        INSERT INTO items SELECT i, n, n FROM generate_series(1, 20000) AS i, generate_series(1, 3) AS n`);
    });

    it('is one shard for a key', async () => {
      const one = { kind: 'shards', tasks: 1, coordinatorToo: false };
      assert.deepEqual(await reach('SELECT * FROM orders WHERE id = 3'), one);
      assert.deepEqual(await reach('UPDATE orders SET customer = 1 WHERE id = 3'), one);
      assert.deepEqual(await reach('DELETE FROM orders WHERE id = 3'), one);
      assert.deepEqual(await reach('INSERT INTO orders VALUES (3, 3)'), one);
    });

    it('is all shards for what names no key', async () => {
      const all = { kind: 'shards', tasks: 32, coordinatorToo: false };
      assert.deepEqual(await reach('SELECT count(*) FROM orders'), all);
      assert.deepEqual(await reach('UPDATE orders SET customer = 1'), all);
      assert.deepEqual(await reach('INSERT INTO orders VALUES (1, 1), (2, 2)'), all);
    });

    it('is the workers for joins and groups by the key', async () => {
      const { primary } = servers();
      assert.deepEqual(await reach('SELECT * FROM orders JOIN items USING (id)'), {
        kind: 'shards',
        tasks: 32,
        coordinatorToo: false,
      });
      const plan = await column(primary, 'EXPLAIN SELECT * FROM orders JOIN items USING (id)');
      assert.equal(plan.filter((line) => String(line).includes(') INNER JOIN (')).length, 32);
      await primary.run('ANALYZE orders, items');
      const grouped = 'EXPLAIN SELECT o.id, sum(price) FROM orders o JOIN items USING (id) GROUP BY o.id';
      const groups = (await column(primary, grouped)).filter((line) =>
        String(line).includes('Relations: Aggregate on (('),
      );
      assert.equal(groups.length, 32);
    });

    it('is the coordinator too for its own tables', async () => {
      assert.deepEqual(
        await reach('SELECT * FROM orders JOIN customers ON customers.id = customer WHERE orders.id = 3'),
        {
          kind: 'shards',
          tasks: 1,
          coordinatorToo: true,
        },
      );
      assert.deepEqual(await reach('INSERT INTO notes SELECT id FROM orders WHERE id = 3'), {
        kind: 'shards',
        tasks: 1,
        coordinatorToo: true,
      });
      assert.deepEqual(await reach("INSERT INTO customers VALUES (1, 'x')"), {
        kind: 'shards',
        tasks: 2,
        coordinatorToo: true,
      });
      assert.deepEqual(await reach('SELECT * FROM customers'), { kind: 'coordinator' });
      assert.deepEqual(await reach('SELECT * FROM notes'), { kind: 'coordinator' });
    });

    it('is told on a standby too', async () => {
      await servers().catchUp();
      assert.deepEqual(
        await servers().sharding.reach(servers().standby, 'SELECT * FROM orders WHERE id = 3'),
        {
          kind: 'shards',
          tasks: 1,
          coordinatorToo: false,
        },
      );
    });
  });

  describe('the standby', () => {
    it('refuses writes and DDL as read-only ones', async () => {
      const { standby, sharding } = servers();
      await servers().catchUp();
      for (const sql of [
        'UPDATE spread SET data = data WHERE id = 1',
        'INSERT INTO spread VALUES (-1)',
        'DROP TABLE spread',
        "SELECT create_distributed_table('notes', 'id')",
        "SELECT run_command_on_workers('SELECT 1')",
        "SELECT alter_sharded_table('spread', 'ADD COLUMN more int')",
      ])
        assert.equal(standbyRefusal(await refusal(standby, sql)), 'read-only', sql);
      assert.deepEqual(sharding.allowance('standby'), { reads: true, writes: 'none', ddl: false });
    });

    it('hands commands to the primary, whose answer it gives', async () => {
      const { standby } = servers();
      const run = (command: string) =>
        rows(standby, `SELECT * FROM run_command_on_coordinator($q$${command}$q$)`);
      assert.deepEqual(await run('SELECT pg_is_in_recovery()'), [{ success: true, result: 'f' }]);
      assert.deepEqual(await run('UPDATE spread SET data = 5 WHERE id < 4'), [
        { success: true, result: 'UPDATE 3' },
      ]);
      assert.deepEqual(await run('SELECT nothing'), [
        { success: false, result: 'ERROR:  column "nothing" does not exist' },
      ]);
      // A connection that stays behind would be in the way.
      assert.deepEqual(await run('SELECT 1'), [{ success: true, result: '1' }]);
    });

    it('stops waiting for the primary when cancelled', async () => {
      const { primary, standby } = servers();
      await primary.run('BEGIN; LOCK TABLE notes');
      const waiting = refusal(standby, "SELECT run_command_on_coordinator('DELETE FROM notes')");
      const waits = "SELECT count(*)::int FROM pg_locks WHERE NOT granted AND relation = 'notes'::regclass";
      assert.ok(await waitUntil(async () => (await value(primary, waits)) === 1, { deadlineMs: 30_000 }));
      await standby.cancel();
      assert.equal((await waiting).code, '57014');
      await primary.run('ROLLBACK');
      assert.deepEqual(await rows(standby, "SELECT * FROM run_command_on_coordinator('DELETE FROM notes')"), [
        { success: true, result: 'DELETE 0' },
      ]);
    });
  });

  describe('nodes', () => {
    it('are told when they can’t be reached, in the server’s words', async () => {
      const { service, cluster, sharding, primary, standby } = servers();
      assert.deepEqual(await sharding.checkConnections(primary), []);
      await servers().catchUp();
      assert.deepEqual(await sharding.checkConnections(standby), []);
      await service.stop(cluster, [servers().node('worker2')]);
      try {
        for (const coordinator of [primary, standby]) {
          const problems = await sharding.checkConnections(coordinator);
          assert.deepEqual(
            problems.map(({ to }) => to),
            [endpoint('worker2')],
          );
          assert.match(
            problems[0]?.message ?? '',
            /could not connect to server "worker2".*Connection refused/s,
          );
          assert.equal((await sharding.listTables(coordinator)).length > 0, true);
          assert.equal((await sharding.listShards(coordinator, await servers().table('spread'))).length, 8);
          const key = Number(await value(servers().worker1, 'SELECT min(id) FROM spread'));
          assert.equal(await value(coordinator, `SELECT id FROM spread WHERE id = ${key}`), key);
        }
      } finally {
        await service.start(cluster, [servers().node('worker2')]);
      }
      servers().worker2 = await servers().connect('worker2');
      assert.deepEqual(await sharding.checkConnections(primary), []);
    });

    it('are prepared, registered and added as often as one likes', async () => {
      const { sharding, primary, worker1 } = servers();
      const { host, port } = servers().node('worker1');
      await sharding.prepareNode(primary);
      await sharding.prepareNode(worker1);
      await sharding.registerCoordinator(primary, servers().node('coordinator1'));
      await sharding.addWorker(primary, { name: 'worker1', host, port });
      assert.deepEqual(
        (await sharding.listWorkers(primary)).map(address),
        ['worker1', 'worker2'].map(endpoint),
      );
      assert.equal(await value(primary, 'SELECT count(*)::int FROM spread'), 1000);
    });

    it('keep their shards: a worker that has some can’t be removed', async () => {
      const { sharding, primary } = servers();
      const { host, port } = servers().node('worker2');
      await assert.rejects(sharding.removeWorker(primary, { name: 'worker2', host, port }), {
        code: '2BP01',
      });
      assert.equal((await sharding.listWorkers(primary)).length, 2);
    });

    it('can go and come, and bring along copies of reference tables', async () => {
      const { sharding, primary, worker2 } = servers();
      const { host, port } = servers().node('worker2');
      await primary.run(
        "INSERT INTO customers SELECT i, 'customer ' || i FROM generate_series(1, 2500) AS i",
      );
      await primary.run('DROP TABLE sample, spread, orders, items');
      await sharding.removeWorker(primary, { name: 'worker2', host, port });
      assert.deepEqual((await sharding.listWorkers(primary)).map(address), [endpoint('worker1')]);
      assert.equal(await value(worker2, "SELECT to_regclass('customers')"), null);
      await primary.run("INSERT INTO customers VALUES (0, 'meanwhile')");
      await primary.run("CREATE TABLE alone (id int); SELECT create_distributed_table('alone', 'id')");

      await sharding.addWorker(primary, { name: 'worker2', host, port });
      assert.equal(await value(worker2, 'SELECT count(*)::int FROM customers'), 2501);
      await primary.run("INSERT INTO customers VALUES (-1, 'later')");
      assert.equal(await value(worker2, 'SELECT name FROM customers WHERE id = -1'), 'later');
      const counts = await sharding.countPlacements(primary);
      assert.deepEqual(
        ['worker1', 'worker2', 'coordinator1'].map((name) => counts.get(endpoint(name))),
        [33, 1, 1],
      );
    });
  });

  describe('secrets and rights', () => {
    it('have no password in any catalog', async () => {
      const { primary } = servers();
      assert.deepEqual(await column(primary, 'SELECT umoptions::text FROM pg_user_mapping'), [
        '{user=postgres}',
        '{user=postgres}',
        '{user=postgres}',
      ]);
      const options = await column(primary, 'SELECT srvoptions::text FROM pg_foreign_server');
      assert.ok(options.every((text) => !String(text).includes('password')));
    });

    it('let nobody run commands as the superuser', async () => {
      const { primary, worker1 } = servers();
      for (const node of [primary, worker1]) await node.run('CREATE ROLE guest LOGIN; SET ROLE guest');
      try {
        const attempts = [
          [primary, "SELECT run_command_on_workers('SELECT 1')"],
          [primary, "INSERT INTO shards.outbox (worker, sql) VALUES ('worker1', 'SELECT 1')"],
          [primary, "SELECT shards.add_worker('mine', 'localhost', 1)"],
          [worker1, "INSERT INTO shards.inbox (sql) VALUES ('ALTER ROLE guest SUPERUSER')"],
        ] as const;
        for (const [node, sql] of attempts) assert.equal((await refusal(node, sql)).code, '42501', sql);
        const lent = await refusal(primary, "SELECT * FROM run_command_on_coordinator('SELECT 1')").catch(
          () => undefined,
        );
        assert.equal(lent, undefined);
        assert.equal(
          await value(primary, "SELECT success FROM run_command_on_coordinator('SELECT 1')"),
          false,
        );
      } finally {
        for (const node of [primary, worker1]) await node.run('RESET ROLE; DROP ROLE guest');
      }
    });

    it('run commands put into an inbox with the rights of who puts them there', async () => {
      const { worker1 } = servers();
      await worker1.run(
        'CREATE ROLE guest; GRANT USAGE ON SCHEMA shards TO guest; GRANT INSERT ON shards.inbox TO guest; SET ROLE guest',
      );
      try {
        const put = "INSERT INTO shards.inbox (sql, may_fail) VALUES ('ALTER ROLE guest SUPERUSER', false)";
        assert.equal((await refusal(worker1, put)).code, '42501');
      } finally {
        await worker1.run('RESET ROLE; DROP OWNED BY guest; DROP ROLE guest');
      }
    });
  });

  describe('failover', () => {
    it('goes on from a standby that is promoted', async () => {
      const { service, cluster, sharding, standby } = servers();
      await servers().catchUp();
      await service.stop(cluster, [servers().node('coordinator1')]);
      assert.deepEqual(
        (await sharding.checkConnections(standby)).map(({ to }) => to),
        [endpoint('coordinator1')],
      );
      await standby.run('SELECT pg_promote()');
      await sharding.registerCoordinator(standby, servers().node('coordinator2'));
      assert.deepEqual(await sharding.checkConnections(standby), []);
      await standby.run(`CREATE TABLE after (id int PRIMARY KEY); SELECT create_distributed_table('after', 'id');
                       INSERT INTO after SELECT generate_series(1, 100); INSERT INTO customers VALUES (-2, 'after')`);
      assert.equal(await value(standby, 'SELECT count(*)::int FROM after'), 100);
      assert.equal(await value(servers().worker1, 'SELECT name FROM customers WHERE id = -2'), 'after');
    });
  });
});
