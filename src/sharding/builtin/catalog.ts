import * as v from 'valibot';
import { address } from '../../postgres/endpoint.ts';
import { qualifiedName } from '../../postgres/identifier.ts';
import type { Session } from '../../postgres/session.ts';
import type { TableName } from '../../postgres/tableDefinition.ts';
import type { Shard, ShardedTable } from '../sharding.ts';

/**
 * What a coordinator knows of its tables and shards, read from PostgreSQL's own catalogs through the views of schema
 * `shards`. No node is asked, so it works with workers down and on a standby.
 */

const TableRow = v.object({
  oid: v.number(),
  schema: v.string(),
  name: v.string(),
  type: v.picklist(['distributed', 'reference']),
  column: v.nullable(v.string()),
  shards: v.number(),
  colocation: v.number(),
  owner: v.string(),
});

/** A colocation group is named after its first table. All reference tables are one, as each is on every node. */
const LIST_TABLES = `
  SELECT c.oid, n.nspname AS schema, c.relname AS name, s.type, d.key AS column, coalesce(d.shard_count, 1) AS shards,
         CASE s.type WHEN 'reference' THEN 0
           ELSE min(c.oid::int8) OVER (PARTITION BY s.type, d.key_type, d.key_collation, d.placement) END::int AS colocation,
         pg_catalog.pg_get_userbyid(c.relowner) AS owner
  FROM shards.sharded_table s
  JOIN pg_catalog.pg_class c ON c.oid = s.table_oid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN shards.distributed_table d USING (table_oid)
  ORDER BY n.nspname, c.relname`;

/** See `Sharding.listTables`. */
export const listTables = async (coordinator: Session): Promise<ShardedTable[]> => {
  const rows = await coordinator.query(TableRow, LIST_TABLES);
  return rows.map(({ column, shards, colocation, ...table }) => ({
    ...table,
    ...(column !== null && { distributionColumn: column }),
    shardCount: shards,
    colocationId: colocation,
  }));
};

/** See `Sharding.modelOf`: a distributed table's is beside the shards, because foreign tables have no keys. */
export const modelOf = async (coordinator: Session, table: ShardedTable): Promise<TableName> => {
  if (table.type !== 'distributed') return table;
  const [model] = await coordinator.query(
    v.object({ schema: v.string(), name: v.string() }),
    `SELECT n.nspname AS schema, c.relname AS name
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.oid = shards.model_name($1::oid)::regclass`,
    [table.oid],
  );
  if (model === undefined) throw new Error(`${table.name} has no model.`);
  return model;
};

const ShardRow = v.object({
  id: v.string(),
  relation: v.string(),
  remainder: v.number(),
  host: v.string(),
  port: v.number(),
});

/** See `Sharding.listShards`. A reference table counts as one shard, with a placement on every node. */
export const listShards = async (coordinator: Session, table: ShardedTable): Promise<Shard[]> => {
  if (table.type === 'reference') return [await referenceShard(coordinator, table)];
  const rows = await coordinator.query(
    ShardRow,
    `SELECT s.id::text, pg_catalog.format('shards.%I', c.relname) AS relation, s.remainder, s.host, s.port
     FROM shards.shard s JOIN pg_catalog.pg_class c ON c.oid = s.shard_oid
     WHERE s.table_oid = $1::oid ORDER BY s.remainder`,
    [table.oid],
  );
  return rows.map(({ id, relation, remainder, host, port }) => ({
    id,
    relation,
    holds: `hash % ${rows.length} = ${remainder}`,
    placements: [{ nodeHost: host, nodePort: port }],
  }));
};

const referenceShard = async (coordinator: Session, table: ShardedTable): Promise<Shard> => {
  const nodes = await coordinator.query(
    v.object({ host: v.string(), port: v.number() }),
    'SELECT host, port FROM shards.node ORDER BY kind, port',
  );
  return {
    id: String(table.oid),
    relation: qualifiedName(table),
    placements: nodes.map(({ host, port }) => ({ nodeHost: host, nodePort: port })),
  };
};

/** See `Sharding.countPlacements`. */
export const countPlacements = async (coordinator: Session): Promise<ReadonlyMap<string, number>> => {
  const rows = await coordinator.query(
    v.object({ host: v.string(), port: v.number(), placements: v.number() }),
    `SELECT n.host, n.port, ((SELECT count(*) FROM shards.shard s WHERE s.worker = n.name)
                           + (SELECT count(*) FROM shards.reference_table))::int AS placements
     FROM shards.node n`,
  );
  return new Map(rows.map(({ host, port, placements }) => [address({ host, port }), placements] as const));
};
