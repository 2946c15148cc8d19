import * as v from 'valibot';
import type { Session } from '../postgres/session.ts';
import type { Shard } from './sharding.ts';

const SizeRow = v.object({ id: v.string(), bytes: v.nullable(v.string()) });

/** Bytes of each of the shards' tables on the node that the session is connected to, by shard id. Missing ones are left out. */
export const shardSizes = async (
  node: Session,
  shards: readonly Shard[],
): Promise<ReadonlyMap<string, number>> => {
  const rows = await node.query(
    SizeRow,
    `SELECT t.id, pg_catalog.pg_total_relation_size(pg_catalog.to_regclass(t.relation))::text AS bytes
     FROM unnest($1::text[], $2::text[]) AS t (id, relation)`,
    [shards.map((shard) => shard.id), shards.map((shard) => shard.relation)],
  );
  return new Map(rows.flatMap(({ id, bytes }) => (bytes === null ? [] : [[id, Number(bytes)] as const])));
};
