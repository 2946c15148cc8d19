import * as v from 'valibot';
import { ServerError } from '../../postgres/errors.ts';
import type { Session } from '../../postgres/session.ts';
import type { ShardedTable, Sharding } from '../../sharding/sharding.ts';
import { Catalog, type Relation, type RelationKind, type Routine } from './catalog.ts';

/** System tables whose names people don't type: of other sessions' temporary tables, and of long values. */
const OF_PEOPLE = `n.nspname !~ '^pg_(toast|temp)'`;

const RELATION_KINDS: Readonly<Record<'r' | 'p' | 'v' | 'm' | 'f' | 'S', RelationKind>> = {
  r: 'table',
  p: 'table',
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
  S: 'sequence',
};
const ROUTINE_KINDS: Readonly<Record<'f' | 'p' | 'a' | 'w', Routine['kind']>> = {
  f: 'function',
  p: 'procedure',
  a: 'aggregate',
  w: 'window function',
};

const RelationRow = v.object({
  oid: v.number(),
  schema: v.string(),
  name: v.string(),
  kind: v.picklist(['r', 'p', 'v', 'm', 'f', 'S']),
  rows: v.number(),
  comment: v.nullable(v.string()),
});
const RELATIONS = `
  SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind::text AS kind, c.reltuples::float8 AS rows,
         d.description AS comment
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_description d
    ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objsubid = 0
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND ${OF_PEOPLE}
  ORDER BY n.nspname, c.relname`;

const RoutineRow = v.object({
  schema: v.string(),
  name: v.string(),
  kind: v.picklist(['f', 'p', 'a', 'w']),
  arguments: v.string(),
  result: v.nullable(v.string()),
  returns_set: v.boolean(),
  comment: v.nullable(v.string()),
});
/** Without what only the server itself can call, by types that no SQL can make: internal and cstring. */
const ROUTINES = `
  SELECT n.nspname AS schema, p.proname AS name, p.prokind::text AS kind,
         pg_catalog.pg_get_function_arguments(p.oid) AS arguments, pg_catalog.pg_get_function_result(p.oid) AS result,
         p.proretset AS returns_set, d.description AS comment
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  LEFT JOIN pg_catalog.pg_description d
    ON d.objoid = p.oid AND d.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objsubid = 0
  WHERE NOT p.proargtypes::pg_catalog.oid[] && ARRAY['internal', 'cstring']::pg_catalog.regtype[]::pg_catalog.oid[]
    AND ${OF_PEOPLE}
  ORDER BY n.nspname, p.proname, p.pronargs`;

const TypeRow = v.object({ schema: v.string(), name: v.string(), comment: v.nullable(v.string()) });
/** Without arrays and the row types of tables. The names of the standard are those that `format_type` prints. */
const TYPES = `
  SELECT n.nspname AS schema,
         CASE WHEN n.nspname = 'pg_catalog' THEN pg_catalog.format_type(t.oid, NULL) ELSE t.typname END AS name,
         d.description AS comment
  FROM pg_catalog.pg_type t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
  LEFT JOIN pg_catalog.pg_description d
    ON d.objoid = t.oid AND d.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objsubid = 0
  WHERE t.typtype IN ('b', 'c', 'd', 'e', 'm', 'r') AND t.typcategory <> 'A' AND (c.oid IS NULL OR c.relkind = 'c')
    AND ${OF_PEOPLE}
  ORDER BY n.nspname, name`;

const SettingRow = v.object({
  name: v.string(),
  description: v.string(),
  type: v.string(),
  unit: v.nullable(v.string()),
  value: v.nullable(v.string()),
  choices: v.nullable(v.array(v.string())),
});
const SETTINGS = `
  SELECT name, coalesce(short_desc, '') AS description, vartype AS type, unit, setting AS value, enumvals AS choices
  FROM pg_catalog.pg_settings ORDER BY name`;

const SchemaRow = v.object({ name: v.string() });
const SCHEMAS = `SELECT n.nspname AS name FROM pg_catalog.pg_namespace n WHERE ${OF_PEOPLE} ORDER BY 1`;

const PathRow = v.object({ path: v.array(v.string()) });

/**
 * The schemas that a session finds unqualified names in, `pg_catalog` among them.
 * @throws ServerError, ConnectionError
 */
export const readSearchPath = async (session: Session): Promise<readonly string[]> => {
  const [row] = await session.query(PathRow, 'SELECT pg_catalog.current_schemas(true)::text[] AS path');
  return row?.path ?? [];
};

/**
 * Asks a server what its database has, in a handful of queries that no other node takes part in. Columns are left to
 * `loadDetails`, since there may be hundreds of thousands.
 * @throws ServerError, ConnectionError
 */
export const loadCatalog = async (session: Session, sharding: Sharding): Promise<Catalog> => {
  const searchPath = await readSearchPath(session);
  const schemas = await session.query(SchemaRow, SCHEMAS);
  const relations = await session.query(RelationRow, RELATIONS);
  const sharded = new Map((await shardedTables(session, sharding)).map((table) => [table.oid, table]));
  const routines = await session.query(RoutineRow, ROUTINES);
  const types = await session.query(TypeRow, TYPES);
  const settings = await session.query(SettingRow, SETTINGS);
  return new Catalog({
    searchPath,
    schemas: schemas.map(({ name }) => name),
    relations: relations.map((row): Relation => {
      const table = sharded.get(row.oid);
      return {
        oid: row.oid,
        schema: row.schema,
        name: row.name,
        kind: RELATION_KINDS[row.kind],
        // What a coordinator has of a table that is elsewhere is empty, and says nothing.
        ...(row.rows > 0 && { rows: row.rows }),
        ...(row.comment !== null && { comment: row.comment }),
        ...(table && { sharded: table }),
      };
    }),
    routines: routines.map((row): Routine => ({
      schema: row.schema,
      name: row.name,
      kind: ROUTINE_KINDS[row.kind],
      arguments: row.arguments,
      setReturning: row.returns_set,
      ...(row.result !== null && { result: row.result }),
      ...(row.comment !== null && { comment: row.comment }),
    })),
    types: types.map(({ comment, ...type }) => ({ ...type, ...(comment !== null && { comment }) })),
    settings: settings.map(({ unit, value, choices, ...setting }) => ({
      ...setting,
      ...(unit !== null && { unit }),
      value: value ?? '',
      choices: choices ?? [],
    })),
  });
};

/** A node that knows nothing of the sharding's tables, such as a worker without metadata, still has all the rest. */
const shardedTables = async (session: Session, sharding: Sharding): Promise<readonly ShardedTable[]> => {
  try {
    return await sharding.listTables(session);
  } catch (error) {
    if (error instanceof ServerError) return [];
    throw error;
  }
};
