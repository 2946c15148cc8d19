import type { NamePattern } from './pattern.ts';

/** What a list shows. */
export interface ListRequest {
  readonly pattern: NamePattern;
  /** `+`: more columns. */
  readonly more: boolean;
  /** `S`: the system's own objects, too. */
  readonly system: boolean;
}

/** A query, and the values of its parameters. */
export interface ListQuery {
  readonly sql: string;
  readonly values: readonly (string | null)[];
}

type List = (request: ListRequest) => ListQuery;

/** What is not the system's, unless a pattern or `S` asks for that. */
const OWN_SCHEMAS = `n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_toast'`;

/**
 * The condition that a pattern is, for parameters $1 and $2: without a schema only what is found without one counts.
 * @param visible such as `pg_catalog.pg_table_is_visible(c.oid)`
 */
const matches = (name: string, visible: string, request: ListRequest): string =>
  [
    `($1::text IS NULL OR ${name} ~ $1::text)`,
    `CASE WHEN $2::text IS NULL THEN ${visible} ELSE n.nspname ~ $2::text END`,
    ...(asksForSystem(request) ? [] : [OWN_SCHEMAS]),
  ].join(' AND ');

const asksForSystem = ({ system, pattern }: ListRequest): boolean =>
  system || pattern.name !== undefined || pattern.schema !== undefined;

const values = ({ pattern }: ListRequest): (string | null)[] => [
  pattern.name ?? null,
  pattern.schema ?? null,
];

const KINDS: Readonly<Record<string, string>> = {
  t: 'r,p',
  i: 'i,I',
  v: 'v',
  m: 'm',
  s: 'S',
  E: 'f',
};

const KIND_WORDS = `CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'
  WHEN 'm' THEN 'materialized view' WHEN 'i' THEN 'index' WHEN 'I' THEN 'partitioned index' WHEN 'S' THEN 'sequence'
  WHEN 'f' THEN 'foreign table' WHEN 't' THEN 'TOAST table' END`;

/**
 * `\d` without a name, `\dt`, `\di`, `\dv`, `\dm`, `\ds`, `\dE` and their combinations.
 * @param letters of kinds, such as `tv`; empty for everything but indexes
 */
export const relations = (letters: string, request: ListRequest): ListQuery => {
  const kinds = (letters === '' ? 'tvmsE' : letters)
    .split('')
    .flatMap((letter) => (KINDS[letter] ?? '').split(','))
    .concat(letters.includes('t') && asksForSystem(request) ? ['t'] : [])
    .map((kind) => `'${kind}'`);
  const ofTable = letters.includes('i');
  return {
    sql: `SELECT n.nspname AS schema, c.relname AS name, ${KIND_WORDS} AS type,
        pg_catalog.pg_get_userbyid(c.relowner) AS owner
        ${ofTable ? ', t.relname AS "table"' : ''}
        ${request.more ? `, ${PERSISTENCE} AS persistence, am.amname AS "access method", pg_catalog.pg_size_pretty(pg_catalog.pg_table_size(c.oid)) AS size, pg_catalog.obj_description(c.oid, 'pg_class') AS description` : ''}
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
      LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
      LEFT JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
      WHERE c.relkind IN (${kinds.join(', ')}) AND ${matches('c.relname', 'pg_catalog.pg_table_is_visible(c.oid)', request)}
      ORDER BY 1, 2`,
    values: values(request),
  };
};

const PERSISTENCE = `CASE c.relpersistence WHEN 'p' THEN 'permanent' WHEN 't' THEN 'temporary' WHEN 'u' THEN 'unlogged' END`;

const schemas: List = (request) => ({
  sql: `SELECT n.nspname AS name, pg_catalog.pg_get_userbyid(n.nspowner) AS owner
      ${request.more ? `, pg_catalog.array_to_string(n.nspacl, E'\\n') AS privileges, pg_catalog.obj_description(n.oid, 'pg_namespace') AS description` : ''}
    FROM pg_catalog.pg_namespace n
    WHERE ($1::text IS NULL OR n.nspname ~ $1::text)
      ${request.system || request.pattern.name !== undefined ? '' : `AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`}
    ORDER BY 1`,
  values: [request.pattern.name ?? null],
});

const functions: List = (request) => ({
  sql: `SELECT n.nspname AS schema, p.proname AS name, pg_catalog.pg_get_function_result(p.oid) AS result,
      pg_catalog.pg_get_function_arguments(p.oid) AS arguments,
      CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window' WHEN 'p' THEN 'procedure' ELSE 'function' END AS type
      ${
        request.more
          ? `, CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END AS volatility,
      CASE p.proparallel WHEN 'r' THEN 'restricted' WHEN 's' THEN 'safe' ELSE 'unsafe' END AS parallel,
      pg_catalog.pg_get_userbyid(p.proowner) AS owner,
      CASE WHEN p.prosecdef THEN 'definer' ELSE 'invoker' END AS security, l.lanname AS language,
      pg_catalog.obj_description(p.oid, 'pg_proc') AS description`
          : ''
      }
    FROM pg_catalog.pg_proc p
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    WHERE ${matches('p.proname', 'pg_catalog.pg_function_is_visible(p.oid)', request)}
    ORDER BY 1, 2, 4`,
  values: values(request),
});

const roles: List = (request) => ({
  sql: `SELECT r.rolname AS role, r.rolsuper AS superuser, r.rolcreaterole AS "creates roles", r.rolcreatedb AS "creates databases",
      r.rolcanlogin AS "can log in", r.rolreplication AS replication, r.rolbypassrls AS "bypasses RLS",
      nullif(r.rolconnlimit, -1) AS connections, r.rolvaliduntil AS "valid until",
      ARRAY(SELECT b.rolname FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles b ON m.roleid = b.oid
            WHERE m.member = r.oid ORDER BY 1)::text AS "member of"
      ${request.more ? `, pg_catalog.shobj_description(r.oid, 'pg_authid') AS description` : ''}
    FROM pg_catalog.pg_roles r
    WHERE ($1::text IS NULL OR r.rolname ~ $1::text)
      ${request.system || request.pattern.name !== undefined ? '' : `AND r.rolname !~ '^pg_'`}
    ORDER BY 1`,
  values: [request.pattern.name ?? null],
});

const extensions: List = ({ pattern, more }) => ({
  sql: `SELECT e.extname AS name, e.extversion AS version, n.nspname AS schema,
      pg_catalog.obj_description(e.oid, 'pg_extension') AS description
      ${
        more
          ? `, ARRAY(SELECT pg_catalog.pg_describe_object(d.classid, d.objid, 0) FROM pg_catalog.pg_depend d
            WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.refobjid = e.oid AND d.deptype = 'e'
            ORDER BY 1)::text AS objects`
          : ''
      }
    FROM pg_catalog.pg_extension e
    LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
    WHERE ($1::text IS NULL OR e.extname ~ $1::text)
    ORDER BY 1`,
  values: [pattern.name ?? null],
});

const databases: List = ({ pattern, more }) => ({
  sql: `SELECT d.datname AS name, pg_catalog.pg_get_userbyid(d.datdba) AS owner,
      pg_catalog.pg_encoding_to_char(d.encoding) AS encoding, d.datcollate AS collate, d.datctype AS ctype,
      pg_catalog.array_to_string(d.datacl, E'\\n') AS privileges
      ${
        more
          ? `, CASE WHEN pg_catalog.has_database_privilege(d.datname, 'CONNECT')
            THEN pg_catalog.pg_size_pretty(pg_catalog.pg_database_size(d.datname)) END AS size,
          t.spcname AS tablespace, pg_catalog.shobj_description(d.oid, 'pg_database') AS description`
          : ''
      }
    FROM pg_catalog.pg_database d
    JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace
    WHERE ($1::text IS NULL OR d.datname ~ $1::text)
    ORDER BY 1`,
  values: [pattern.name ?? null],
});

/** Lists by their command, without `S` and `+`. */
export const LISTS: Readonly<Record<string, List>> = {
  '\\dn': schemas,
  '\\df': functions,
  '\\du': roles,
  '\\dg': roles,
  '\\dx': extensions,
  '\\l': databases,
  '\\list': databases,
};
