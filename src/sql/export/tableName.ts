import { quoteIdentifier } from '../../postgres/identifier.ts';
import { Lexer, Token } from '../splitter/lexer.ts';
import type { TableName } from './insert.ts';

/** What may follow the table of a SELECT that has no other. */
const AFTER_TABLE = new Set(['where', 'order', 'limit', 'offset', 'fetch', 'for']);
/** What shows that a SELECT's rows are not those of its table. */
const MAKES_OTHER_ROWS = new Set(['union', 'intersect', 'except', 'group', 'having', 'join']);

/** The table that a plain SELECT from one table, or a TABLE statement, reads; undefined for any other statement. */
export const tableOf = (sql: string): TableName | undefined => {
  const words = outerTokens(sql);
  const first = words[0]?.toLowerCase();
  const from = words.findIndex((word) => word.toLowerCase() === 'from');
  if (first === 'select' ? from < 0 : first !== 'table') return undefined;
  const rest = words.slice(first === 'table' ? 1 : from + 1);
  if (rest[0]?.toLowerCase() === 'only') rest.shift();
  const { table, after } = nameAt(rest);
  return table && endsThere(after) ? table : undefined;
};

/** Reads a table's name as SQL writes it; undefined where the text is none. */
export const parseTableName = (text: string): TableName | undefined => {
  const { table, after } = nameAt(outerTokens(text));
  return after.length === 0 ? table : undefined;
};

/** A table's name as SQL writes it, quoted where it has to be. */
export const printTableName = ({ schema, name }: TableName): string =>
  (schema === undefined ? [name] : [schema, name])
    .map((part) => (/^[a-z_][a-z0-9_]*$/.test(part) ? part : quoteIdentifier(part)))
    .join('.');

const nameAt = (tokens: readonly string[]): { table: TableName | undefined; after: readonly string[] } => {
  const [first, dot, second] = tokens;
  const qualified = dot === '.';
  const schema = identifier(first);
  const name = identifier(qualified ? second : first);
  const after = tokens.slice(qualified ? 3 : 1);
  if (schema === undefined || name === undefined) return { table: undefined, after };
  return { table: qualified ? { schema, name } : { name }, after };
};

/** Whether what follows a table's name, an alias apart, adds no other table. */
const endsThere = (words: readonly string[]): boolean => {
  const lower = words.map((word) => word.toLowerCase());
  if (lower.some((word) => MAKES_OTHER_ROWS.has(word))) return false;
  const alias = lower[0] === 'as' ? 2 : lower[0] !== undefined && !AFTER_TABLE.has(lower[0]) ? 1 : 0;
  if (alias > 0 && identifier(words[alias - 1]) === undefined) return false;
  const next = lower[alias];
  return next === undefined || AFTER_TABLE.has(next);
};

/** A statement's tokens, apart from blanks, comments and what is within parentheses, of which `(` stays. */
const outerTokens = (sql: string): string[] => {
  const lexer = new Lexer(sql);
  const tokens: string[] = [];
  let depth = 0;
  while (lexer.next()) {
    const { kind } = lexer;
    if (kind === Token.open && depth++ === 0) tokens.push('(');
    else if (kind === Token.close) depth--;
    else if (depth === 0 && kind !== Token.space && kind !== Token.comment && kind !== Token.semicolon)
      tokens.push(sql.slice(lexer.start, lexer.end));
  }
  return tokens;
};

/** The name that a token writes: without quotes as it is, otherwise in lower case (PostgreSQL manual, 4.1.1). */
const identifier = (token: string | undefined): string | undefined => {
  if (token === undefined) return undefined;
  if (/^".+"$/s.test(token)) return token.slice(1, -1).replaceAll('""', '"');
  return /^[\p{L}_][\p{L}\p{N}_$]*$/u.test(token) ? token.toLowerCase() : undefined;
};
