import * as v from 'valibot';
import type { Session } from '../../postgres/session.ts';
import type { Column, ForeignKey, RelationDetails } from './catalog.ts';
import { groupBy } from './groupBy.ts';

const ColumnRow = v.object({
  oid: v.number(),
  name: v.string(),
  type: v.string(),
  not_null: v.boolean(),
  default: v.nullable(v.string()),
  comment: v.nullable(v.string()),
});
const COLUMNS = `
  SELECT a.attrelid AS oid, a.attname AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
         a.attnotnull AS not_null, pg_catalog.col_description(a.attrelid, a.attnum) AS comment,
         CASE a.attidentity WHEN '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) ELSE 'identity' END AS default
  FROM pg_catalog.pg_attribute a
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = ANY ($1::pg_catalog.oid[]) AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY a.attrelid, a.attnum`;

const KeyRow = v.object({
  oid: v.number(),
  type: v.picklist(['p', 'f']),
  columns: v.array(v.string()),
  foreign_oid: v.number(),
  foreign_columns: v.array(v.string()),
});
const namesOf = (table: string, numbers: string): string => `
  ARRAY(SELECT a.attname::text FROM unnest(${numbers}) WITH ORDINALITY AS k (number, place)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = ${table} AND a.attnum = k.number ORDER BY k.place)`;
const KEYS = `
  SELECT c.conrelid AS oid, c.contype::text AS type, c.confrelid AS foreign_oid,
         ${namesOf('c.conrelid', 'c.conkey')} AS columns, ${namesOf('c.confrelid', 'c.confkey')} AS foreign_columns
  FROM pg_catalog.pg_constraint c
  WHERE c.conrelid = ANY ($1::pg_catalog.oid[]) AND c.contype IN ('p', 'f')
  ORDER BY c.conrelid, c.oid`;

/**
 * Asks for the columns and keys of relations.
 * @param oids of relations; those that are gone are left out of the answer
 * @throws ServerError, ConnectionError
 */
export const loadDetails = async (
  session: Session,
  oids: readonly number[],
): Promise<ReadonlyMap<number, RelationDetails>> => {
  const columns = groupBy(await session.query(ColumnRow, COLUMNS, [oids]), ({ oid }) => oid);
  const keys = groupBy(await session.query(KeyRow, KEYS, [oids]), ({ oid }) => oid);
  return new Map(
    [...columns].map(([oid, rows]) => {
      const own = keys.get(oid) ?? [];
      const primaryKey = own.find(({ type }) => type === 'p')?.columns;
      const details: RelationDetails = {
        columns: rows.map(toColumn),
        foreignKeys: own
          .filter(({ type }) => type === 'f')
          .map((key): ForeignKey => ({
            columns: key.columns,
            table: key.foreign_oid,
            tableColumns: key.foreign_columns,
          })),
        ...(primaryKey && { primaryKey }),
      };
      return [oid, details];
    }),
  );
};

const toColumn = (row: v.InferOutput<typeof ColumnRow>): Column => ({
  name: row.name,
  type: row.type,
  notNull: row.not_null,
  ...(row.default !== null && { default: row.default }),
  ...(row.comment !== null && { comment: row.comment }),
});
