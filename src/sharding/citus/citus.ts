import * as v from 'valibot';
import { address, type Endpoint } from '../../postgres/endpoint.ts';
import { qualifiedName } from '../../postgres/identifier.ts';
import type { Session } from '../../postgres/session.ts';
import { waitUntil } from '../../postgres/waitUntil.ts';
import { shardSizes } from '../shardSizes.ts';
import type { ConnectionProblem, Shard, ShardedTable, Sharding, TableType } from '../sharding.ts';
import { directWrites } from './directWrites.ts';
import { functionDocs } from './functionDocs.ts';
import { reach } from './reach.ts';
import { workerWrites } from './workerWrites.ts';

/** CREATE EXTENSION turns TLS on, which the server takes up when it next reads its configuration. */
const TLS_DEADLINE_MS = 10_000;
/** Citus' own value of `citus.max_adaptive_executor_pool_size` (its manual, "Configuration Reference"). */
const CITUS_POOL_SIZE = 16;

const NodeRow = v.object({ nodename: v.string(), nodeport: v.number() });

/** Tables spread by the Citus extension. Lists come from its catalogs only: see each statement's note. */
export const citus: Sharding = {
  id: 'citus',
  label: 'Citus',
  version: ({ citusVersion }) => citusVersion,

  serverSettings: (host, parallelism) => ({
    // It must be the first library (Citus manual, "Installation").
    shared_preload_libraries: 'citus',
    // Shard moves connect to the node itself, as localhost by default, which has no line in the passfile.
    'citus.local_hostname': host,
    // Connections to a worker, which Citus opens for each statement and cancels one after another. More of them than
    // the machine has processors take longer to open than they save.
    'citus.max_adaptive_executor_pool_size': String(Math.min(parallelism, CITUS_POOL_SIZE)),
    // Each shard's task would be compiled by itself, and hears no cancel until it is.
    jit: 'off',
  }),

  async prepareNode(node) {
    await node.run('CREATE EXTENSION IF NOT EXISTS citus');
    const tlsIsOn = async (): Promise<boolean> => {
      const rows = await node.query(v.object({ ssl: v.string() }), "SELECT current_setting('ssl') AS ssl");
      return rows[0]?.ssl === 'on';
    };
    await waitUntil(tlsIsOn, { deadlineMs: TLS_DEADLINE_MS });
  },

  async registerCoordinator(coordinator, own) {
    await coordinator.run('SELECT citus_set_coordinator_host($1, $2)', [own.host, own.port]);
  },

  async addWorker(coordinator, worker) {
    await coordinator.run('SELECT citus_add_node($1, $2)', [worker.host, worker.port]);
  },

  async removeWorker(coordinator, worker) {
    await coordinator.run('SELECT citus_remove_node($1, $2)', [worker.host, worker.port]);
  },

  async distributeTable(coordinator, table, { column, shardCount }) {
    await coordinator.run('SELECT create_distributed_table($1::regclass, $2, shard_count => $3)', [
      qualifiedName(table),
      column,
      shardCount ?? null,
    ]);
  },

  async makeReferenceTable(coordinator, table) {
    await coordinator.run('SELECT create_reference_table($1::regclass)', [qualifiedName(table)]);
  },

  async listWorkers(coordinator) {
    const rows = await coordinator.query(
      NodeRow,
      `SELECT nodename, nodeport FROM pg_catalog.pg_dist_node
       WHERE groupid <> 0 AND noderole = 'primary' AND isactive ORDER BY nodeport`,
    );
    return rows.map(({ nodename, nodeport }): Endpoint => ({ host: nodename, port: nodeport }));
  },

  checkConnections,

  async countPlacements(coordinator) {
    const rows = await coordinator.query(
      v.object({ nodename: v.string(), nodeport: v.number(), placements: v.number() }),
      `SELECT n.nodename, n.nodeport, count(p.placementid)::int AS placements
       FROM pg_catalog.pg_dist_node n LEFT JOIN pg_catalog.pg_dist_placement p USING (groupid)
       WHERE n.noderole = 'primary' GROUP BY 1, 2`,
    );
    return new Map(
      rows.map((row) => [address({ host: row.nodename, port: row.nodeport }), row.placements] as const),
    );
  },

  async listTables(coordinator) {
    const rows = await coordinator.query(TableRow, LIST_TABLES);
    return rows.map((row): ShardedTable => ({
      oid: row.oid,
      schema: row.schema,
      name: row.name,
      type: tableType(row),
      ...(row.column !== null && { distributionColumn: row.column }),
      shardCount: row.shards,
      colocationId: row.colocation,
      owner: row.owner,
    }));
  },

  modelOf: (_coordinator, table) => Promise.resolve(table),

  listShards,

  shardSizes,
  reach,

  async placesVersion(coordinator) {
    const [row] = await coordinator.query(
      v.object({ version: v.string() }),
      `SELECT pg_catalog.md5(pg_catalog.concat(
         (SELECT pg_catalog.string_agg(pg_catalog.concat(p.placementid, ':', p.groupid), ',' ORDER BY p.placementid)
          FROM pg_catalog.pg_dist_placement p), ';',
         (SELECT pg_catalog.string_agg(n::text, ',' ORDER BY n.nodeid) FROM pg_catalog.pg_dist_node n), ';',
         (SELECT pg_catalog.concat(pg_catalog.count(*), ':', pg_catalog.max(c.oid::int8)) FROM pg_catalog.pg_class c), ';',
         (SELECT pg_catalog.concat(pg_catalog.count(*), ':', pg_catalog.max(f.oid::int8)) FROM pg_catalog.pg_proc f)
       )) AS version`,
    );
    return row?.version ?? '';
  },

  allowance: (role) =>
    role === 'primary'
      ? { reads: true, writes: 'all', ddl: true }
      : { reads: true, writes: 'one shard', ddl: false },

  functionDocs,
  directWrites,
  workerWrites,
};

/**
 * pg_dist_partition, not the view citus_tables: the view asks workers for sizes, so it fails on a standby,
 * and quietly leaves things out while a worker is down.
 */
const LIST_TABLES = `
  SELECT c.oid, n.nspname AS schema, c.relname AS name, p.partmethod AS method,
         p.repmodel AS replication, p.colocationid AS colocation, pg_catalog.pg_get_userbyid(c.relowner) AS owner,
         pg_catalog.column_to_column_name(p.logicalrelid, p.partkey) AS column,
         (SELECT count(*)::int FROM pg_catalog.pg_dist_shard s WHERE s.logicalrelid = p.logicalrelid) AS shards
  FROM pg_catalog.pg_dist_partition p
  JOIN pg_catalog.pg_class c ON c.oid = p.logicalrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  ORDER BY n.nspname, c.relname`;

const TableRow = v.object({
  oid: v.number(),
  schema: v.string(),
  name: v.string(),
  /** h: hash, n: none, r: range, a: append. */
  method: v.picklist(['h', 'n', 'r', 'a']),
  /** t: two-phase commit (reference tables), s: streaming (local and schema-sharded tables), c: statement-based. */
  replication: v.picklist(['t', 's', 'c']),
  colocation: v.number(),
  owner: v.string(),
  column: v.nullable(v.string()),
  shards: v.number(),
});

const tableType = ({ method, replication, colocation }: v.InferOutput<typeof TableRow>): TableType => {
  if (method !== 'n') return 'distributed';
  if (replication === 't') return 'reference';
  return colocation === 0 ? 'local' : 'schema';
};

const ShardRow = v.object({
  id: v.string(),
  relation: v.string(),
  min: v.nullable(v.string()),
  max: v.nullable(v.string()),
  nodename: v.nullable(v.string()),
  nodeport: v.nullable(v.number()),
});

async function listShards(coordinator: Session, table: ShardedTable): Promise<Shard[]> {
  const rows = await coordinator.query(
    ShardRow,
    `SELECT s.shardid::text AS id, pg_catalog.shard_name(s.logicalrelid, s.shardid) AS relation,
            s.shardminvalue AS min, s.shardmaxvalue AS max, n.nodename, n.nodeport
     FROM pg_catalog.pg_dist_shard s
     LEFT JOIN pg_catalog.pg_dist_placement p ON p.shardid = s.shardid
     LEFT JOIN pg_catalog.pg_dist_node n ON n.groupid = p.groupid AND n.noderole = 'primary'
     WHERE s.logicalrelid = $1::oid
     ORDER BY s.shardminvalue::int8 NULLS FIRST, s.shardid, n.nodeport`,
    [table.oid],
  );
  const shards = new Map<string, Shard>();
  for (const { id, relation, min, max, nodename, nodeport } of rows) {
    const placement =
      nodename !== null && nodeport !== null ? [{ nodeHost: nodename, nodePort: nodeport }] : [];
    shards.set(id, {
      id,
      relation,
      ...(min !== null && max !== null && { holds: `${min} … ${max}` }),
      placements: [...(shards.get(id)?.placements ?? []), ...placement],
    });
  }
  return [...shards.values()];
}

const HealthRow = v.object({
  from_nodename: v.string(),
  from_nodeport: v.number(),
  to_nodename: v.string(),
  to_nodeport: v.number(),
  result: v.nullable(v.boolean()),
});

/**
 * citus_check_cluster_node_health tries every pair of nodes in the metadata. A standby coordinator isn't in the
 * metadata, so what it is asked besides is that it reaches all workers itself.
 */
async function checkConnections(coordinator: Session): Promise<ConnectionProblem[]> {
  const reached = await coordinator.query(
    v.object({ nodename: v.string(), nodeport: v.number(), success: v.boolean(), result: v.string() }),
    `SELECT nodename, nodeport, success, result FROM pg_catalog.run_command_on_workers('SELECT 1')`,
  );
  const pairs = await coordinator.query(
    HealthRow,
    'SELECT * FROM pg_catalog.citus_check_cluster_node_health()',
  );
  return [
    ...reached
      .filter(({ success }) => !success)
      .map(({ nodename, nodeport, result }) => ({
        from: 'this coordinator',
        to: address({ host: nodename, port: nodeport }),
        message: result,
      })),
    ...pairs
      .filter(({ result }) => result !== true)
      .map((pair) => ({
        from: address({ host: pair.from_nodename, port: pair.from_nodeport }),
        to: address({ host: pair.to_nodename, port: pair.to_nodeport }),
        message: 'no connection',
      })),
  ];
}
