import { qualifiedName, quoteIdentifier, quoteLiteral } from '../../postgres/identifier.ts';
import { type ExportColumn, type TextFormat } from './format.ts';
import { distinctNames } from './json.ts';
import { BOOLEAN, isNumber, NUMBER } from './valueTypes.ts';

/** Rows that one INSERT holds. */
const ROWS_A_STATEMENT = 500;

/** A table's name as it is in the catalog, without quotes. */
export interface TableName {
  readonly schema?: string;
  readonly name: string;
}

/** INSERT statements that put the rows into a table with columns of these names. */
export const insertScript = (columns: readonly ExportColumn[], { schema, name }: TableName): TextFormat => {
  const table = schema === undefined ? quoteIdentifier(name) : qualifiedName({ schema, name });
  const names = distinctNames(columns.map((column) => column.name)).map(quoteIdentifier);
  const into = `INSERT INTO ${table} (${names.join(', ')}) VALUES\n`;
  const literals = columns.map(({ typeOid }) => literalWriter(typeOid));
  return {
    head: '',
    row: (values, index) => {
      const before = index % ROWS_A_STATEMENT > 0 ? ',\n' : index === 0 ? into : `;\n${into}`;
      return `${before}  (${values.map((value, column) => literals[column]?.(value) ?? 'NULL').join(', ')})`;
    },
    tail: (count) => (count > 0 ? ';\n' : ''),
  };
};

/** `IN (1, 2, 3)` of a single column, each value once. */
export const inList = ([column]: readonly ExportColumn[]): TextFormat => {
  const literal = literalWriter(column?.typeOid ?? 0);
  const seen = new Set<string>();
  return {
    head: 'IN (',
    row: ([value = null]) => {
      const text = literal(value);
      if (seen.has(text)) return '';
      seen.add(text);
      return seen.size > 1 ? `, ${text}` : text;
    },
    tail: (count) => (count > 0 ? ')' : 'NULL)'),
  };
};

/**
 * Writes values of a type as SQL literals. A literal in quotes takes the type of the column that it goes to, by that
 * type's own reading, so it comes out as what was printed; `-0` would lose its sign as a number.
 */
const literalWriter = (typeOid: number): ((value: string | null) => string) => {
  const bare =
    typeOid === BOOLEAN
      ? (value: string) => (value === 't' ? 'TRUE' : 'FALSE')
      : (value: string) =>
          isNumber(typeOid) && NUMBER.test(value) && value !== '-0' ? value : quoteLiteral(value);
  return (value) => (value === null ? 'NULL' : bare(value));
};
