import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'mocha';
import * as v from 'valibot';
import type { ClusterService } from '../../src/cluster/clusters.ts';
import type { Cluster } from '../../src/cluster/model.ts';
import { toRequest } from '../../src/cluster/provision/request.ts';
import { connect, type Session } from '../../src/postgres/session.ts';
import { classify } from '../../src/sql/classify/classify.ts';
import type { ExplainWay } from '../../src/sql/plan/explain.ts';
import { explainable } from '../../src/sql/plan/explainable.ts';
import { measuringWords } from '../../src/sql/plan/measuring.ts';
import { FileSession } from '../../src/sql/run/fileSession.ts';
import type { SqlRun } from '../../src/sql/run/run.ts';
import { clusterTarget, type Target } from '../../src/sql/run/target.ts';
import { findWhereabouts } from '../../src/sql/where/whereabouts.ts';
import { type Plan, readPlan } from '../../src/webview/plan/plan.ts';
import { allSteps, type PlanStep } from '../../src/webview/plan/planStep.ts';
import { planText } from '../../src/webview/plan/planText.ts';
import {
  createTestService,
  makeTestDirectory,
  nodeNamed,
  provisionTestCluster,
  removeTestDirectory,
} from '../support/clusters.ts';
import { proposeOn, TEST_PLATFORMS } from '../support/platforms.ts';
import { newRun } from '../support/sql.ts';

const SHARDS = 8;
const TABLES = `
  SET citus.shard_count = ${SHARDS};
  CREATE TABLE orders (id bigint, customer int, product int, total numeric);
  SELECT create_distributed_table('orders', 'customer');
  CREATE TABLE customers (id int PRIMARY KEY, name text);
  SELECT create_distributed_table('customers', 'id', colocate_with => 'orders');
  CREATE TABLE items (order_id bigint, product int);
  SELECT create_distributed_table('items', 'order_id', colocate_with => 'none');
  CREATE TABLE copy (LIKE orders);
  SELECT create_distributed_table('copy', 'customer', colocate_with => 'orders');
  CREATE TABLE archive (LIKE orders);
  SELECT create_distributed_table('archive', 'id', colocate_with => 'none');
  CREATE TABLE products (id int PRIMARY KEY, name text);
  SELECT create_reference_table('products');
  INSERT INTO orders SELECT i, CASE WHEN i % 3 = 0 THEN 7 ELSE i % 500 END, i % 20, i FROM generate_series(1, 30000) i;
  INSERT INTO customers SELECT i, 'c' || i FROM generate_series(0, 499) i;
  INSERT INTO items SELECT i, i % 20 FROM generate_series(1, 1000) i;
  INSERT INTO products SELECT i, 'p' || i FROM generate_series(0, 19) i;
  ANALYZE orders, customers, items, products`;

const PLAN: ExplainWay = { analyze: false, keep: false };
const MEASURE: ExplainWay = { analyze: true, keep: false };

describe('plans of a Citus cluster', function () {
  this.timeout(60_000);
  let service: ClusterService;
  let cluster: Cluster;
  let remove: (() => Promise<void>) | undefined;
  let target: Target;
  let file: FileSession;
  let observer: Session;

  before(async function () {
    this.timeout(120_000);
    ({ service, cluster, remove } = await provisionTestCluster(this));
    const coordinator = nodeNamed(cluster, 'coordinator1');
    target = clusterTarget(service, cluster, coordinator);
    file = new FileSession(target, 'plans.sql');
    observer = await connect(await service.credentials(cluster, coordinator), { applicationName: 'test' });
    await run(TABLES);
  });
  beforeEach(async () => {
    await run('ROLLBACK');
  });
  after(async () => {
    if (remove === undefined) return;
    await file.close();
    await observer.close();
    await remove();
  });

  const runOf = (text: string, explain?: ExplainWay): SqlRun =>
    newRun(file, target, text, undefined, { explain });
  const run = async (text: string, explain?: ExplainWay): Promise<SqlRun> => {
    const running = runOf(text, explain);
    await running.run();
    const failed = running.statements.find(({ view }) => view.failure);
    assert.equal(failed?.view.failure?.message, undefined);
    return running;
  };
  const planOf = async (sql: string, way: ExplainWay): Promise<Plan> => {
    const { statements } = await run(sql, way);
    const [[json] = []] = await statements[0]!.rows(0, 1);
    const nodes = cluster.nodes.map(({ name, host, port }) => ({ name, host, port }));
    return readPlan(json ?? '', nodes);
  };
  const steps = (plan: Plan): PlanStep[] => plan.roots.flatMap(allSteps);
  const tasks = (plan: Plan): PlanStep[] => steps(plan).filter(({ kind }) => kind === 'task');
  const has = (plan: Plan, title: RegExp): void => {
    assert.ok(
      steps(plan).some((step) => title.test(step.title)),
      `no ${String(title)} in\n${planText(plan)}`,
    );
  };
  const setting = async (): Promise<string | undefined> => {
    const session = await file.open();
    const [row] = await session.query(
      v.object({ value: v.string() }),
      `SELECT current_setting('citus.explain_all_tasks') AS value`,
    );
    return row?.value;
  };
  const sumOfOrders = async (): Promise<string | undefined> => {
    const [row] = await observer.query(v.object({ sum: v.string() }), 'SELECT sum(total)::text FROM orders');
    return row?.sum;
  };

  it('knows all tasks of a join of tables that lie together, the slowest, and what each worker did', async () => {
    const plan = await planOf(
      `SELECT c.name, sum(o.total) FROM orders o JOIN customers c ON c.id = o.customer
       JOIN products p ON p.id = o.product GROUP BY 1`,
      MEASURE,
    );
    assert.equal(plan.measure, 'time');
    assert.equal(plan.taskCount, SHARDS);
    assert.equal(tasks(plan).length, SHARDS);
    assert.deepEqual(plan.nodes.map(({ name }) => name).sort(), ['worker1', 'worker2']);
    assert.equal(
      plan.nodes.reduce((sum, node) => sum + node.tasks, 0),
      SHARDS,
    );
    const times = tasks(plan).map(({ total = 0 }) => total);
    assert.equal(plan.slowestTask?.time, Math.max(...times));
    const marked = tasks(plan).filter(({ notes }) => notes.some(({ text }) => text === 'slowest task'));
    assert.deepEqual(
      marked.map(({ total }) => total),
      [Math.max(...times)],
    );
    assert.ok((plan.skew ?? 0) >= 1);
    has(plan, /^Citus Adaptive: 8 tasks on 2 nodes$/);
    has(plan, /^Seq Scan on orders_\d+ o$/);
    assert.ok(steps(plan).every(({ self = 0, total = 0 }) => self >= 0 && self <= total + 0.001));
    const scanned = steps(plan).filter(({ title }) => title.startsWith('Seq Scan on orders_'));
    assert.equal(
      scanned.reduce((sum, { rows = 0 }) => sum + rows, 0),
      30_000,
    );
  });

  it('knows a query for one shard, a reference table, and one that needs no shard', async () => {
    const one = await planOf('SELECT * FROM orders WHERE customer = 7', PLAN);
    assert.deepEqual([one.measure, one.taskCount, tasks(one).length], ['cost', 1, 1]);
    const reference = await planOf('SELECT * FROM products', MEASURE);
    assert.equal(reference.taskCount, 1);
    assert.match(tasks(reference)[0]!.title, /^Task 1 of 1 on (coordinator|worker)\d$/);
    assert.equal((await planOf('SELECT * FROM generate_series(1, 3)', MEASURE)).taskCount, 0);
  });

  it('knows jobs that move rows between workers', async () => {
    await run('SET citus.enable_repartition_joins = on');
    const plan = await planOf('SELECT count(*) FROM orders o JOIN items i ON i.order_id = o.id', PLAN);
    has(plan, /^Repartition: 8 map tasks, \d+ merge tasks$/);
    const notes = steps(plan).flatMap((step) => step.notes.map(({ text }) => text));
    assert.ok(notes.some((text) => /^tasks not shown: .*re-partition/.test(text)));
  });

  it('knows subplans, whose tasks count, too', async () => {
    const plan = await planOf(
      `WITH top AS MATERIALIZED (SELECT customer, sum(total) FROM orders GROUP BY 1 ORDER BY 2 DESC LIMIT 10)
       SELECT o.product, count(*) FROM orders o JOIN top t ON t.customer = o.product GROUP BY 1`,
      MEASURE,
    );
    assert.equal(plan.taskCount, 2 * SHARDS);
    has(plan, /^Distributed Subplan 1: \d+ bytes, send to 2 nodes$/);
  });

  it('knows the ways of INSERT … SELECT', async () => {
    const pushed = await planOf('INSERT INTO copy SELECT * FROM orders', MEASURE);
    assert.equal(tasks(pushed).length, SHARDS);
    has(pushed, /^Insert on copy_\d+/);
    const methods = async (sql: string): Promise<string[]> =>
      steps(await planOf(sql, PLAN)).flatMap(({ properties }) =>
        properties.filter(({ name }) => name === 'INSERT/SELECT method').map(({ value }) => value),
      );
    assert.deepEqual(await methods('INSERT INTO archive SELECT * FROM orders'), ['repartition']);
    assert.deepEqual(await methods('INSERT INTO copy SELECT * FROM orders ORDER BY id LIMIT 5'), [
      'pull to coordinator',
    ]);
  });

  it('undoes what it has to run, and leaves no transaction and no setting', async () => {
    const before = await sumOfOrders();
    const plan = await planOf('UPDATE orders SET total = total + 1', MEASURE);
    assert.equal(tasks(plan).length, SHARDS);
    has(plan, /^Update on orders_\d+/);
    assert.equal(file.transactionStatus, 'idle');
    assert.equal(await sumOfOrders(), before);
    assert.equal(await setting(), 'off');
  });

  describe('of a function', () => {
    const effectOf = async (sql: string): Promise<string> => {
      const sharding = service.sharding(cluster);
      return (await findWhereabouts(observer, sharding, await sharding.listTables(observer), sql)).effect;
    };
    const moreOrders = async (): Promise<number> =>
      (
        await observer.query(
          v.object({ n: v.number() }),
          'SELECT count(*)::int AS n FROM orders WHERE id < 0',
        )
      )[0]!.n;

    before(async () => {
      await run(`
        CREATE FUNCTION adds() RETURNS int LANGUAGE plpgsql AS
          $$ BEGIN INSERT INTO orders VALUES (-1, 7, 1, 1); RETURN 1; END $$;
        CREATE FUNCTION reads() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM products'`);
    });

    it('are asked about where it may write, and then undo that', async () => {
      const sql = 'EXPLAIN ANALYZE SELECT adds()';
      const found = await explainable(sql);
      assert.deepEqual(
        [found?.sql, found?.analyze, found?.statement.mayWrite],
        ['SELECT adds()', true, true],
      );
      assert.equal(await effectOf('SELECT adds()'), 'may write');
      assert.equal(await effectOf('SELECT reads()'), 'read', 'the catalog knows better');
      await planOf('SELECT adds()', MEASURE);
      assert.equal(await moreOrders(), 0);
      await planOf('SELECT adds()', { analyze: true, keep: true });
      assert.equal(await moreOrders(), 1);
      await run('DELETE FROM orders WHERE id < 0');
    });

    it('alone already run what Citus evaluates of an INSERT, which counts as a write', async () => {
      await run(
        `CREATE FUNCTION tells() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'run'; RETURN 1; END $$`,
      );
      const sql = 'INSERT INTO orders VALUES (tells(), 7, 1, 1)';
      const { statements } = await run(sql, PLAN);
      assert.ok(statements[0]!.view.notices.some(({ message }) => message === 'run'));
      assert.equal((await classify(`EXPLAIN ${sql}`)).mayWrite, true);
    });

    it('are refused by a connection that only reads', async () => {
      const coordinator = nodeNamed(cluster, 'coordinator1');
      const readOnly = clusterTarget(service, cluster, coordinator, { readOnly: true });
      const there = new FileSession(readOnly, 'readOnly.sql');
      for (const keep of [false, true]) {
        const running = newRun(there, readOnly, 'SELECT adds()', undefined, {
          explain: { analyze: true, keep },
        });
        await running.run();
        assert.equal(running.statements[0]!.view.failure?.code, '25006');
        assert.deepEqual(running.statements[0]!.view.failure.remedies, []);
      }
      await there.close();
      assert.equal(await moreOrders(), 0);
    });

    it('can’t undo what it does on other nodes outside of the transaction, as the question says', async () => {
      const sql = `SELECT run_command_on_workers($$ CREATE TABLE left_behind (a int) $$)`;
      assert.match(measuringWords(await classify(sql), 'auto', 'idle'), /can’t be rolled back/);
      await planOf(sql, MEASURE);
      const [left] = await observer.query(
        v.object({ n: v.number() }),
        `SELECT count(*)::int AS n FROM run_command_on_workers('DROP TABLE left_behind') WHERE success`,
      );
      assert.equal(left?.n, 2);
    });
  });

  it('undoes it inside of an open transaction, too, which goes on', async () => {
    await run('BEGIN; UPDATE orders SET total = total + 1 WHERE id = 1');
    await planOf('DELETE FROM orders', MEASURE);
    assert.equal(file.transactionStatus, 'transaction');
    const counted = await run('SELECT count(*) FROM orders');
    assert.deepEqual(await counted.statements[0]!.rows(0, 1), [['30000']]);
    const failing = runOf('SELECT nosuch FROM orders', MEASURE);
    await failing.run();
    assert.equal(failing.statements[0]!.view.state, 'failed');
    assert.equal(file.transactionStatus, 'transaction', 'a plan that fails doesn’t fail the transaction');
    assert.equal(await setting(), 'off');
  });

  it('keeps what it ran where that is wanted', async () => {
    const before = await sumOfOrders();
    await planOf('UPDATE orders SET total = total + 1 WHERE customer = 7', { analyze: true, keep: true });
    assert.notEqual(await sumOfOrders(), before);
    assert.equal(await setting(), 'off');
    assert.equal(file.transactionStatus, 'idle');
  });

  it('points at what is wrong in the file, not in what was sent', async () => {
    const text = '-- 😀\nSELECT nosuch FROM orders';
    const failing = runOf(text, PLAN);
    await failing.run();
    assert.equal(failing.statements[0]!.view.failure?.code, '42703');
    assert.equal(failing.statements[0]!.errorOffset, text.indexOf('nosuch'));
    assert.equal(file.transactionStatus, 'idle');
  });

  it('can be cancelled, and leaves nothing then', async () => {
    // Not in the select list: Citus can't measure a column of type void, and says so before it sleeps.
    const running = runOf('SELECT id FROM orders WHERE pg_sleep(60) IS NULL', MEASURE);
    const finished = running.run();
    const busy = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'EXPLAIN%ANALYZE%pg_sleep(60)%' AND application_name LIKE 'citus-sql%'`;
    const began = async (): Promise<boolean> =>
      ((await observer.query(v.object({ n: v.number() }), busy))[0]?.n ?? 0) > 0;
    while (!(await began())) assert.ok(running.running, running.statements[0]!.view.failure?.message);
    running.cancel();
    await finished;
    assert.equal(running.statements[0]!.view.state, 'cancelled');
    assert.equal(file.transactionStatus, 'idle');
    assert.equal(await setting(), 'off');
  });

  it('explains reads on a standby', async () => {
    const standby = clusterTarget(service, cluster, nodeNamed(cluster, 'coordinator2'));
    const there = new FileSession(standby, 'standby.sql');
    const running = newRun(there, standby, 'SELECT count(*) FROM orders', undefined, { explain: MEASURE });
    await running.run();
    const [[json] = []] = await running.statements[0]!.rows(0, 1);
    await there.close();
    assert.equal(readPlan(json ?? '', []).taskCount, SHARDS);
  });

  it('of a write that a standby refuses can be had from the primary, which undoes it, too', async () => {
    const standby = clusterTarget(service, cluster, nodeNamed(cluster, 'coordinator2'));
    const there = new FileSession(standby, 'standby.sql');
    const before = await sumOfOrders();
    const running = newRun(there, standby, 'UPDATE orders SET total = 0', undefined, { explain: MEASURE });
    await running.run();
    const [statement] = running.statements;
    assert.equal(statement!.view.failure?.code, '25006');
    assert.ok(statement!.view.failure.remedies.some(({ id }) => id === 'primary'));
    await running.applyRemedy(0, 'primary');
    assert.equal(statement!.view.failure, undefined);
    const [[json] = []] = await statement!.rows(0, 1);
    await there.close();
    assert.equal(readPlan(json ?? '', []).taskCount, SHARDS);
    assert.equal(await sumOfOrders(), before);
  });
});

describe('plans of built-in sharding', function () {
  this.timeout(60_000);
  let directory: string | undefined;
  let service: ClusterService;

  after(async () => {
    if (directory === undefined) return;
    await service.close();
    await removeTestDirectory(directory);
  });

  it('show what runs on workers, and what was sent there', async function () {
    const platform = TEST_PLATFORMS.find(({ sharding }) => sharding === 'postgres_fdw')!;
    await platform.need(this);
    directory = await makeTestDirectory();
    service = createTestService(directory);
    const cluster = await service.provision(toRequest(await proposeOn(platform, service)));
    const target = clusterTarget(service, cluster, nodeNamed(cluster, 'coordinator1'));
    const file = new FileSession(target, 'plans.sql');
    const order = (text: string, explain?: ExplainWay): SqlRun =>
      newRun(file, target, text, undefined, { explain });
    await order(`CREATE TABLE orders (id bigint, customer int);
      SELECT create_distributed_table('orders', 'customer', shard_count => 4);
      INSERT INTO orders SELECT i, i FROM generate_series(1, 1000) i`).run();
    const measured = order('SELECT count(*) FROM orders', MEASURE);
    await measured.run();
    const [[json] = []] = await measured.statements[0]!.rows(0, 1);
    await file.close();
    const plan = readPlan(json ?? '', []);
    const scans = plan.roots
      .flatMap(allSteps)
      .filter(({ title }) => /^Foreign Scan on shards\.orders_\d+/.test(title));
    assert.equal(scans.length, 4);
    for (const { properties } of scans) {
      assert.match(properties.find(({ name }) => name === 'Remote SQL')?.value ?? '', /^SELECT/);
    }
  });
});
