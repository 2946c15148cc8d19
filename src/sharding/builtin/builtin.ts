import * as v from 'valibot';
import { address, type Endpoint } from '../../postgres/endpoint.ts';
import { qualifiedName } from '../../postgres/identifier.ts';
import { shardSizes } from '../shardSizes.ts';
import type { Sharding } from '../sharding.ts';
import { countPlacements, listShards, listTables, modelOf } from './catalog.ts';
import { functionDocs } from './functionDocs.ts';
import { reach } from './reach.ts';

/** What is installed in every node, in this order. */
export const RESOURCES = [
  'builtin-sharding.sql',
  'builtin-sharding-tables.sql',
  'builtin-sharding-reference.sql',
  'builtin-sharding-changes.sql',
] as const;

/** Foreign tables take batches and are read asynchronously since this version (PostgreSQL 14 release notes, E.3.11). */
const FIRST_VERSION = 14;

/**
 * Tables spread by what PostgreSQL itself ships: hash-partitioned tables whose partitions are foreign tables on the
 * workers. The SQL of it is in `resources`, with an account of how it works.
 * @param readResource reads a file of the folder `resources`
 */
export const builtinSharding = (readResource: (name: string) => Promise<string>): Sharding => ({
  id: 'postgres_fdw',
  label: 'built-in sharding',
  version: ({ postgresVersion }) =>
    Number.parseInt(postgresVersion) < FIRST_VERSION ? undefined : postgresVersion,

  serverSettings: () => ({
    // Joins and groupings by the distribution column run on the workers, shard by shard; both are off by default.
    enable_partitionwise_join: 'on',
    enable_partitionwise_aggregate: 'on',
    // postgres_fdw reads through cursors, but always to the end.
    cursor_tuple_fraction: '1',
    // A plan over many shards looks expensive enough to be compiled, which takes longer than running it.
    jit: 'off',
  }),

  async prepareNode(node) {
    for (const name of RESOURCES) await node.run(await readResource(name));
  },

  async registerCoordinator(coordinator, { host, port }) {
    await coordinator.run('SELECT shards.register_coordinator($1, $2)', [host, port]);
  },

  async addWorker(coordinator, { name, host, port }) {
    await coordinator.run('SELECT shards.add_worker($1, $2, $3)', [name, host, port]);
  },

  async removeWorker(coordinator, { name }) {
    await coordinator.run('SELECT shards.remove_worker($1)', [name]);
  },

  listWorkers: (coordinator) =>
    coordinator.query(
      v.object({ host: v.string(), port: v.number() }),
      'SELECT host, port FROM shards.worker ORDER BY port',
    ) satisfies Promise<Endpoint[]>,

  async checkConnections(coordinator) {
    const problems = await coordinator.query(
      v.object({ host: v.string(), port: v.number(), message: v.string() }),
      'SELECT to_host AS host, to_port AS port, message FROM shards.connection_problems()',
    );
    return problems.map(({ host, port, message }) => ({
      from: 'this coordinator',
      to: address({ host, port }),
      message,
    }));
  },

  async distributeTable(coordinator, table, { column, shardCount }) {
    await coordinator.run('SELECT sharding.create_distributed_table($1::regclass, $2, shard_count => $3)', [
      qualifiedName(table),
      column,
      shardCount ?? null,
    ]);
  },

  async makeReferenceTable(coordinator, table) {
    await coordinator.run('SELECT sharding.create_reference_table($1::regclass)', [qualifiedName(table)]);
  },

  countPlacements,
  listTables,
  modelOf,
  listShards,
  shardSizes,
  reach,
  functionDocs,

  async placesVersion(coordinator) {
    const [row] = await coordinator.query(
      v.object({ version: v.string() }),
      `SELECT pg_catalog.md5(pg_catalog.concat(
         (SELECT pg_catalog.string_agg(pg_catalog.concat(ftrelid, ':', ftserver), ',' ORDER BY ftrelid)
          FROM pg_catalog.pg_foreign_table), ';',
         (SELECT pg_catalog.concat(pg_catalog.count(*), ':', pg_catalog.max(oid::int8)) FROM pg_catalog.pg_class), ';',
         (SELECT pg_catalog.concat(pg_catalog.count(*), ':', pg_catalog.max(oid::int8)) FROM pg_catalog.pg_proc)
       )) AS version`,
    );
    return row?.version ?? '';
  },

  allowance: (role) =>
    role === 'primary'
      ? { reads: true, writes: 'all', ddl: true }
      : { reads: true, writes: 'none', ddl: false },
});
