import * as v from 'valibot';
import { qualifiedName, quoteIdentifier, quoteLiteral } from './identifier.ts';
import type { Session } from './session.ts';

/** A table's name, neither part quoted. */
export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** What it takes to make a table like another one on another server. */
export interface TableDefinition {
  /** Statements that make it, in order. They name types and functions that must be there. */
  readonly create: readonly string[];
  /** Columns that hold values of their own, in order; generated ones are left out. */
  readonly columns: readonly string[];
}

const ColumnRow = v.object({
  name: v.string(),
  type: v.string(),
  collation: v.nullable(v.string()),
  required: v.boolean(),
  expression: v.nullable(v.string()),
  generated: v.boolean(),
  identity: v.picklist(['', 'a', 'd']),
  sequence: v.nullable(v.string()),
});
type ColumnRow = v.InferOutput<typeof ColumnRow>;
const Definition = v.object({ definition: v.string() });
const SequenceRow = v.object({ last: v.nullable(v.string()) });

/**
 * Reads how a table is made: columns with defaults, identity and generated values, keys, checks and indexes.
 * Foreign keys, triggers and privileges are left out.
 * @param table the table whose columns, values of sequences and name count
 * @param model the ordinary table that has the constraints and indexes, where that is another one
 */
export const readTableDefinition = async (
  session: Session,
  table: TableName,
  model: TableName = table,
): Promise<TableDefinition> => {
  const columns = await session.query(ColumnRow, COLUMNS, [qualifiedName(table)]);
  const constraints = await session.query(Definition, CONSTRAINTS, [qualifiedName(model)]);
  const indexes = await session.query(Definition, INDEXES, [qualifiedName(model), qualifiedName(table)]);
  const name = qualifiedName(table);
  const serial = columns.filter(({ sequence, identity }) => sequence !== null && identity === '');
  const lines = [...columns.map(columnLine), ...constraints.map(({ definition }) => definition)];
  return {
    create: [
      `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(table.schema)}`,
      ...serial.map(({ sequence }) => `CREATE SEQUENCE ${sequence ?? ''}`),
      `CREATE TABLE ${name} (\n  ${lines.join(',\n  ')}\n)`,
      ...serial.map(
        (column) =>
          `ALTER SEQUENCE ${column.sequence ?? ''} OWNED BY ${name}.${quoteIdentifier(column.name)}`,
      ),
      ...indexes.map(({ definition }) => definition),
      ...(await sequenceValues(session, table, columns)),
    ],
    columns: columns.filter(({ generated }) => !generated).map((column) => column.name),
  };
};

const columnLine = (column: ColumnRow): string =>
  [
    quoteIdentifier(column.name),
    column.type,
    column.collation === null ? '' : `COLLATE ${column.collation}`,
    column.generated ? `GENERATED ALWAYS AS (${column.expression ?? ''}) STORED` : '',
    column.identity === ''
      ? ''
      : `GENERATED ${column.identity === 'a' ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY`,
    !column.generated && column.expression !== null ? `DEFAULT ${column.expression}` : '',
    column.required ? 'NOT NULL' : '',
  ]
    .filter((part) => part !== '')
    .join(' ');

/** Statements that let each sequence of the new table go on where that of the old one stands. */
const sequenceValues = async (
  session: Session,
  table: TableName,
  columns: readonly ColumnRow[],
): Promise<string[]> => {
  const statements: string[] = [];
  for (const { name, sequence } of columns) {
    if (sequence === null) continue;
    const [row] = await session.query(
      SequenceRow,
      'SELECT pg_catalog.pg_sequence_last_value($1::regclass)::text AS last',
      [sequence],
    );
    const last = row?.last;
    if (last === undefined || last === null) continue;
    const own = `pg_catalog.pg_get_serial_sequence(${quoteLiteral(qualifiedName(table))}, ${quoteLiteral(name)})`;
    statements.push(`SELECT pg_catalog.setval(${own}, ${last})`);
  }
  return statements;
};

const COLUMNS = `
  SELECT a.attname AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
         CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END AS collation,
         a.attnotnull AS required, pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS expression,
         a.attgenerated <> '' AS generated, a.attidentity::text AS identity,
         pg_catalog.pg_get_serial_sequence(a.attrelid::regclass::text, a.attname) AS sequence
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY a.attnum`;

const CONSTRAINTS = `
  SELECT 'CONSTRAINT ' || pg_catalog.quote_ident(conname) || ' ' || pg_catalog.pg_get_constraintdef(oid) AS definition
  FROM pg_catalog.pg_constraint
  WHERE conrelid = $1::regclass AND contype IN ('p', 'u', 'c', 'x')
  ORDER BY contype = 'c', conname`;

/** Indexes that no constraint brings along; each is made anew on the table named second. */
const INDEXES = `
  SELECT pg_catalog.format('CREATE %sINDEX %I ON %s %s', CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END, c.relname,
           $2::text, pg_catalog.substring(pg_catalog.pg_get_indexdef(i.indexrelid), 'USING .*$')) AS definition
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  WHERE i.indrelid = $1::regclass
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid)
  ORDER BY c.relname`;
