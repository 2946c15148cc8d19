/**
 * Words that must be quoted to be a column's or a table's name: the reserved ones, and those that only functions and types
 * may be called (PostgreSQL manual, appendix C).
 */
const RESERVED = new Set(
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column
  concurrently constraint create cross current_catalog current_date current_role current_schema current_time
  current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from
  full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime
  localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning
  right select session_user similar some symmetric system_user table tablesample then to trailing true union unique user
  using variadic verbose when where window with`.split(/\s+/),
);

/** Whether a word is never a name unless it is quoted. */
export const isReserved = (word: string): boolean => RESERVED.has(word.toLowerCase());

/** Words that are complete operands, though they are reserved. */
export const OPERAND_WORDS =
  /^(NULL|TRUE|FALSE|END|DEFAULT|USER|CURRENT_(CATALOG|DATE|ROLE|SCHEMA|TIME|TIMESTAMP|USER)|LOCALTIME|LOCALTIMESTAMP|SESSION_USER)$/;

/** How statements begin. */
export const STATEMENTS = [
  'SELECT',
  'INSERT INTO',
  'UPDATE',
  'DELETE FROM',
  'MERGE INTO',
  'WITH',
  'VALUES',
  'TABLE',
  'CREATE',
  'ALTER',
  'DROP',
  'TRUNCATE',
  'COPY',
  'EXPLAIN',
  'ANALYZE',
  'VACUUM',
  'BEGIN',
  'COMMIT',
  'ROLLBACK',
  'SAVEPOINT',
  'RELEASE SAVEPOINT',
  'PREPARE TRANSACTION',
  'COMMIT PREPARED',
  'ROLLBACK PREPARED',
  'SET',
  'SHOW',
  'RESET',
  'CALL',
  'DO',
  'GRANT',
  'REVOKE',
  'COMMENT ON',
  'LOCK TABLE',
  'REFRESH MATERIALIZED VIEW',
  'REINDEX',
  'CLUSTER',
  'PREPARE',
  'EXECUTE',
  'DEALLOCATE',
  'DECLARE',
  'FETCH',
  'LISTEN',
  'NOTIFY',
  'DISCARD',
  'CHECKPOINT',
  'IMPORT FOREIGN SCHEMA',
  'SECURITY LABEL',
] as const;

/** What may stand where a query does. */
export const QUERIES = ['SELECT', 'WITH', 'VALUES', 'TABLE'] as const;
/** What begins an operand. */
export const OPERANDS = [
  'CASE',
  'NOT',
  'EXISTS',
  'NULL',
  'TRUE',
  'FALSE',
  'ARRAY',
  'ROW',
  'CAST',
  'INTERVAL',
  'CURRENT_DATE',
  'CURRENT_TIMESTAMP',
  'CURRENT_USER',
] as const;
/** What goes on behind an operand. */
export const OPERATORS = [
  'AND',
  'OR',
  'IS NULL',
  'IS NOT NULL',
  'IS DISTINCT FROM',
  'IS NOT DISTINCT FROM',
  'IN',
  'NOT IN',
  'LIKE',
  'NOT LIKE',
  'ILIKE',
  'SIMILAR TO',
  'BETWEEN',
  'AT TIME ZONE',
  'COLLATE',
  'OVER',
  'FILTER',
] as const;
export const CASES = ['WHEN', 'THEN', 'ELSE', 'END'] as const;

const SET_OPERATIONS = ['UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT'] as const;
const TAIL = [
  'ORDER BY',
  'LIMIT',
  'OFFSET',
  'FETCH FIRST',
  'FOR UPDATE',
  'FOR SHARE',
  ...SET_OPERATIONS,
] as const;
const JOINS = [
  'JOIN',
  'LEFT JOIN',
  'RIGHT JOIN',
  'FULL JOIN',
  'INNER JOIN',
  'CROSS JOIN',
  'NATURAL JOIN',
  'JOIN LATERAL',
  'LEFT JOIN LATERAL',
] as const;
const FILTERS = ['WHERE', 'GROUP BY', 'HAVING', 'WINDOW', ...TAIL] as const;

/** What may follow a clause, by the word that begins it. */
export const FOLLOWING: Readonly<Record<string, readonly string[]>> = {
  SELECT: ['FROM', 'AS', 'INTO', ...FILTERS],
  FROM: ['AS', 'ON', 'USING', ...JOINS, 'TABLESAMPLE', ...FILTERS, 'SET', 'RETURNING'],
  JOIN: ['ON', 'USING', 'AS', ...JOINS, 'TABLESAMPLE', ...FILTERS],
  ON: [...JOINS, ...FILTERS],
  USING: ['ON', 'AS', ...JOINS, ...FILTERS, 'RETURNING'],
  WHERE: ['GROUP BY', 'HAVING', 'WINDOW', ...TAIL, 'RETURNING'],
  GROUP: ['HAVING', 'WINDOW', ...TAIL],
  HAVING: ['WINDOW', ...TAIL],
  ORDER: [
    'ASC',
    'DESC',
    'NULLS FIRST',
    'NULLS LAST',
    'LIMIT',
    'OFFSET',
    'FETCH FIRST',
    'FOR UPDATE',
    'FOR SHARE',
  ],
  PARTITION: ['ORDER BY', 'ROWS BETWEEN', 'RANGE BETWEEN'],
  LIMIT: ['OFFSET', 'FOR UPDATE', 'FOR SHARE', ...SET_OPERATIONS],
  OFFSET: ['LIMIT', 'ROWS', ...SET_OPERATIONS],
  INTO: ['VALUES', 'SELECT', 'DEFAULT VALUES', 'OVERRIDING SYSTEM VALUE', 'WITH', 'AS', 'USING', 'FROM'],
  VALUES: ['ON CONFLICT', 'ON CONFLICT DO NOTHING', 'RETURNING', ...TAIL],
  CONFLICT: ['DO NOTHING', 'DO UPDATE SET', 'ON CONSTRAINT', 'WHERE', 'RETURNING'],
  UPDATE: ['SET', 'AS'],
  SET: ['FROM', 'WHERE', 'RETURNING'],
  RETURNING: ['AS'],
};

/** What CREATE, ALTER and DROP know. */
export const OBJECTS = [
  'TABLE',
  'VIEW',
  'MATERIALIZED VIEW',
  'INDEX',
  'SCHEMA',
  'SEQUENCE',
  'FUNCTION',
  'PROCEDURE',
  'TYPE',
  'DOMAIN',
  'TRIGGER',
  'EXTENSION',
  'ROLE',
  'USER',
  'DATABASE',
  'POLICY',
  'PUBLICATION',
  'SUBSCRIPTION',
  'STATISTICS',
  'AGGREGATE',
  'FOREIGN TABLE',
  'SERVER',
  'COLLATION',
] as const;
export const CREATE_ONLY = ['OR REPLACE', 'TEMPORARY TABLE', 'UNLOGGED TABLE', 'UNIQUE INDEX'] as const;

export const ALTER_TABLE = [
  'ADD COLUMN',
  'ADD CONSTRAINT',
  'ADD PRIMARY KEY',
  'ADD FOREIGN KEY',
  'DROP COLUMN',
  'DROP CONSTRAINT',
  'ALTER COLUMN',
  'RENAME COLUMN',
  'RENAME TO',
  'SET SCHEMA',
  'OWNER TO',
  'ATTACH PARTITION',
  'DETACH PARTITION',
  'VALIDATE CONSTRAINT',
  'ENABLE ROW LEVEL SECURITY',
  'REPLICA IDENTITY',
] as const;

export const TABLE_ELEMENTS = [
  'CONSTRAINT',
  'PRIMARY KEY',
  'UNIQUE',
  'CHECK',
  'FOREIGN KEY',
  'LIKE',
] as const;
export const COLUMN_CONSTRAINTS = [
  'NOT NULL',
  'NULL',
  'PRIMARY KEY',
  'DEFAULT',
  'REFERENCES',
  'UNIQUE',
  'CHECK',
  'GENERATED ALWAYS AS IDENTITY',
  'GENERATED BY DEFAULT AS IDENTITY',
  'COLLATE',
  'ON DELETE CASCADE',
  'ON DELETE SET NULL',
] as const;

export const EXPLAIN_OPTIONS = [
  'ANALYZE',
  'VERBOSE',
  'BUFFERS',
  'COSTS OFF',
  'SETTINGS',
  'TIMING OFF',
  'SUMMARY',
  'WAL',
  'FORMAT JSON',
  'FORMAT YAML',
] as const;

/** Types of the standard and of PostgreSQL that people use most; the others come from the server. */
export const TYPES = [
  'bigint',
  'integer',
  'smallint',
  'numeric',
  'double precision',
  'real',
  'text',
  'character varying',
  'varchar',
  'char',
  'boolean',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'timestamp with time zone',
  'interval',
  'uuid',
  'json',
  'jsonb',
  'bytea',
  'bigserial',
  'serial',
  'int',
  'regclass',
] as const;
