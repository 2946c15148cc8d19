import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'mocha';
import * as v from 'valibot';
import type { ClusterService } from '../../src/cluster/clusters.ts';
import type { Cluster } from '../../src/cluster/model.ts';
import { connect, type Session } from '../../src/postgres/session.ts';
import { citus } from '../../src/sharding/citus/citus.ts';
import type { Catalog } from '../../src/sql/catalog/catalog.ts';
import { Catalogs } from '../../src/sql/catalog/catalogs.ts';
import { loadCatalog } from '../../src/sql/catalog/loadCatalog.ts';
import { loadDetails } from '../../src/sql/catalog/loadDetails.ts';
import { NodeCatalog } from '../../src/sql/catalog/nodeCatalog.ts';
import { describe as inWords } from '../../src/sql/completion/describe.ts';
import { split } from '../../src/sql/splitter/splitter.ts';
import { nodeNamed, onNode, provisionTestCluster } from '../support/clusters.ts';
import { type PlainServer, startPlainServer } from '../support/plainServer.ts';

const named = (catalog: Catalog, name: string): NonNullable<ReturnType<Catalog['relation']>> => {
  const relation = catalog.relation([name], catalog.searchPath);
  assert.ok(relation, name);
  return relation;
};

describe('the catalog of a PostgreSQL server', function () {
  this.timeout(120_000);
  let server: PlainServer;
  let session: Session;
  before(async function () {
    server = await startPlainServer(this, 29_500);
    session = await connect(server.credentials, { applicationName: 'test' });
  });
  after(async () => {
    await session.close();
    await server.destroy();
  });

  it('has relations with their columns, keys and comments', async () => {
    await session.run(`CREATE TABLE parent (id int PRIMARY KEY, "Mixed" numeric(12,2) DEFAULT 0, gone int)`);
    await session.run('ALTER TABLE parent DROP COLUMN gone');
    await session.run(
      `CREATE TABLE child (a int, b int GENERATED ALWAYS AS IDENTITY, FOREIGN KEY (a) REFERENCES parent (id))`,
    );
    await session.run(`COMMENT ON TABLE parent IS 'the first'`);
    await session.run(`COMMENT ON COLUMN parent.id IS 'its number'`);
    await session.run('CREATE MATERIALIZED VIEW kept AS SELECT 1 AS one');
    const catalog = await loadCatalog(session, citus);
    const [parent, child] = [named(catalog, 'parent'), named(catalog, 'child')];
    assert.equal(parent.comment, 'the first');
    assert.equal(named(catalog, 'kept').kind, 'materialized view');
    const details = await loadDetails(session, [parent.oid, child.oid]);
    assert.deepEqual(details.get(parent.oid), {
      columns: [
        { name: 'id', type: 'integer', notNull: true, comment: 'its number' },
        { name: 'Mixed', type: 'numeric(12,2)', notNull: false, default: '0' },
      ],
      primaryKey: ['id'],
      foreignKeys: [],
    });
    assert.deepEqual(details.get(child.oid)?.foreignKeys, [
      { columns: ['a'], table: parent.oid, tableColumns: ['id'] },
    ]);
    assert.equal(details.get(child.oid)?.columns[1]?.default, 'identity');
  });

  it('has routines, types, settings, and where names are looked for', async () => {
    await session.run(
      `CREATE FUNCTION twice(n int, times int DEFAULT 2) RETURNS int LANGUAGE sql AS 'SELECT n * times'`,
    );
    await session.run(`CREATE TYPE mood AS ENUM ('good', 'bad')`);
    const catalog = await loadCatalog(session, citus);
    assert.deepEqual(catalog.searchPath, ['pg_catalog', 'public']);
    const [twice] = catalog.routinesNamed(['twice'], catalog.searchPath);
    assert.equal(twice?.arguments, 'n integer, times integer DEFAULT 2');
    assert.equal(twice.result, 'integer');
    assert.ok(catalog.routinesNamed(['date_trunc'], catalog.searchPath).length >= 2);
    assert.deepEqual(catalog.routinesNamed(['int4in'], catalog.searchPath), []);
    const types = catalog.types.map(({ name }) => name);
    assert.ok(
      types.includes('mood') && types.includes('timestamp with time zone') && !types.includes('parent'),
    );
    assert.ok((catalog.setting('WORK_MEM')?.description ?? '') !== '');
  });

  it('is loaded once, kept, loaded anew when asked to, and leaves no connection', async () => {
    let connections = 0;
    const problems: unknown[] = [];
    const node = new NodeCatalog({
      sharding: citus,
      connect: () => {
        connections += 1;
        return connect(server.credentials, { applicationName: 'catalog test' });
      },
      onProblem: (error) => problems.push(error),
    });
    await Promise.all([node.load(), node.load()]);
    const first = node.current;
    assert.ok(first);
    await session.run('CREATE TABLE later (id int)');
    await node.load();
    assert.equal(node.current, first);
    node.invalidate();
    await node.load();
    const later = node.current.relation(['later'], first.searchPath);
    assert.ok(later);
    await node.loadDetails([later.oid]);
    assert.deepEqual(
      node.details(later.oid)?.columns.map(({ name }) => name),
      ['id'],
    );
    assert.deepEqual({ connections, problems }, { connections: 1, problems: [] });
    await node.close();
    const left = await session.query(
      v.object({ pid: v.number() }),
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'catalog test'`,
    );
    assert.deepEqual(left, []);
  });

  it('keeps what it has while the server can’t be asked', async () => {
    let reachable = true;
    const problems: unknown[] = [];
    const node = new NodeCatalog({
      sharding: citus,
      connect: () =>
        connect(reachable ? server.credentials : { ...server.credentials, password: 'wrong' }, {
          applicationName: 'test',
        }),
      onProblem: (error) => problems.push(error),
    });
    await node.load();
    const known = node.current;
    assert.ok(known);
    await node.close();
    reachable = false;
    node.invalidate();
    await node.load();
    assert.equal(node.current, known);
    assert.equal(problems.length, 1);
    await node.load();
    assert.equal(problems.length, 1, 'it is left alone for a while');
  });
});

const Snippets = v.record(v.string(), v.object({ prefix: v.string(), body: v.array(v.string()) }));

describe('the catalog of a Citus cluster', function () {
  this.timeout(180_000);
  let service: ClusterService;
  let cluster: Cluster;
  let remove: (() => Promise<void>) | undefined;
  let catalogs: Catalogs;
  before(async function () {
    ({ service, cluster, remove } = await provisionTestCluster(this));
    catalogs = new Catalogs(service, (error) => {
      throw error;
    });
  });
  after(async () => {
    if (remove === undefined) return;
    await catalogs.close();
    await remove();
  });

  it('runs the statements of the snippets', async () => {
    const file = new URL('../../resources/snippets.json', import.meta.url);
    const snippets = v.parse(Snippets, JSON.parse(readFileSync(file, 'utf8')));
    const changing = ['citus-add-node', 'citus-rebalance', 'citus-move-shard', 'citus-isolate-tenant'];
    const ran = await onNode(service, cluster, 'coordinator1', async (session) => {
      const prefixes: string[] = [];
      for (const { prefix, body } of Object.values(snippets)) {
        if (changing.includes(prefix)) continue;
        const sql = body
          .join('\n')
          .replaceAll(/\$\{\d+:([^}]*)\}/g, '$1')
          .replaceAll('$0', '')
          .replaceAll('\\$', '$');
        for (const piece of split(sql)) await session.run(piece.text);
        prefixes.push(prefix);
      }
      return prefixes;
    });
    assert.equal(ran.length, Object.keys(snippets).length - changing.length);
  });

  for (const name of ['coordinator1', 'coordinator2', 'worker1']) {
    it(`tells on ${name} how tables are spread`, async () => {
      const node = catalogs.of(cluster, nodeNamed(cluster, name));
      // What the snippets made may not have arrived yet.
      const deadline = performance.now() + 30_000;
      do {
        node.invalidate();
        await node.load();
      } while (!node.current?.relation(['countries'], ['public'])?.sharded && performance.now() < deadline);
      const { current: catalog } = node;
      assert.ok(catalog);
      const orders = named(catalog, 'orders');
      assert.equal(orders.sharded?.distributionColumn, 'tenant_id');
      assert.equal(orders.sharded.colocationId, named(catalog, 'items').sharded?.colocationId);
      assert.equal(named(catalog, 'countries').sharded?.type, 'reference');
      await node.loadDetails([orders.oid]);
      const words = inWords({ kind: 'relation', relation: orders }, node.details(orders.oid));
      assert.match(words, /distributed by tenant\\_id, 32 shards, colocation group \d+/);
      assert.match(words, /tenant_id bigint NOT NULL -- distribution column, primary key/);
      assert.deepEqual(
        catalog.relations.filter((relation) => /_\d{6}$/.test(relation.name)),
        [],
      );
    });
  }

  it('has all functions that we tell about, with the arguments and results that we tell', async () => {
    const node = catalogs.of(cluster, nodeNamed(cluster, 'coordinator1'));
    await node.load();
    const wrong = citus.functionDocs.flatMap(({ schema, name, parameters, result }) => {
      const listed = parameters.map(
        ({ name, type, default: value }) => `${name} ${type}${value === undefined ? '' : ' DEFAULT'}`,
      );
      const told = `(${listed.join(', ')}) ${result}`;
      const found = node.current?.routinesNamed([schema, name], []).map((routine) => {
        // Neither are columns told, nor is a default's wording.
        const given = routine.arguments
          .replaceAll(/(, |^)OUT .*?(?=, |$)/g, '')
          .replaceAll(/ DEFAULT .*?(?=, \w+ |$)/g, ' DEFAULT');
        return `(${given}) ${routine.result?.replace(/^TABLE.*/, 'SETOF record') ?? ''}`;
      });
      return found?.includes(told) ? [] : [{ name, told, found }];
    });
    assert.deepEqual(wrong, []);
  });

  it('keeps one connection to a node', async () => {
    const rows = await onNode(service, cluster, 'coordinator1', (session) =>
      session.query(
        v.object({ n: v.number() }),
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'citus-catalog'`,
      ),
    );
    assert.deepEqual(rows, [{ n: 1 }]);
  });
});
