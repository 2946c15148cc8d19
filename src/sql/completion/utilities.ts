import type { Cursor } from './cursor.ts';
import { type Expectation, READABLE, TABLES } from './expected.ts';
import { ALTER_TABLE, COLUMN_CONSTRAINTS, CREATE_ONLY, OBJECTS, QUERIES, STATEMENTS } from './keywords.ts';

/** First words of these statements. */
export const UTILITY =
  /^(SHOW|RESET|CALL|EXPLAIN|TRUNCATE|LOCK|VACUUM|ANALYZE|COPY|REFRESH|COMMENT|GRANT|REVOKE|DROP|ALTER|CREATE)$/;

const UTILITY_FOLLOW: Readonly<Record<string, readonly string[]>> = {
  TRUNCATE: ['CASCADE', 'RESTART IDENTITY'],
  COPY: ['FROM STDIN', 'TO STDOUT', 'FROM', 'TO', 'WITH (FORMAT csv, HEADER)', 'WHERE'],
  LOCK: ['IN ACCESS SHARE MODE', 'IN EXCLUSIVE MODE', 'IN ACCESS EXCLUSIVE MODE', 'NOWAIT'],
};

/** Behind a setting's name: in SET, and in the other statements that set one. */
export const settingValue = (cursor: Cursor): Expectation => {
  const assigned = cursor.text(cursor.index - 1) === '=' || cursor.word(cursor.index - 1) === 'TO';
  if (!assigned) return { keywords: ['TO'] };
  let from = cursor.index - 1;
  while (cursor.text(from - 2) === '.') from -= 2;
  const name = cursor.tokens
    .slice(from - 1, cursor.index - 1)
    .map(({ text }) => text)
    .join('');
  return {
    keywords: ['DEFAULT'],
    valuesOf: name,
    ...(name.toLowerCase() === 'search_path' && { schemas: true }),
  };
};

/** Tells what fits in statements that read and change no rows. */
export class UtilityReader {
  readonly #cursor: Cursor;
  /** Place of the statement's first word. */
  readonly #head: number;

  constructor(cursor: Cursor, head: number) {
    this.#cursor = cursor;
    this.#head = head;
  }

  /** Statements that read and change no rows. */
  read(head: string): Expectation {
    const start = this.#head;
    const words = this.#cursor.tokens.slice(start + 1, this.#cursor.index).map(({ word }) => word);
    const last = words.at(-1) ?? '';
    switch (head) {
      case 'SHOW':
      case 'RESET':
        return words.length === 0 ? { keywords: ['ALL'], settings: true } : { keywords: [] };
      case 'CALL':
        return words.length === 0 ? { keywords: [], routines: 'procedure', schemas: true } : { keywords: [] };
      case 'EXPLAIN':
        return { keywords: words.length === 0 ? ['ANALYZE', 'VERBOSE', ...STATEMENTS] : STATEMENTS };
      case 'TRUNCATE':
      case 'LOCK':
      case 'VACUUM':
      case 'ANALYZE':
      case 'COPY': {
        const isPlace =
          /^(|TABLE|ONLY|FULL|FREEZE|VERBOSE|ANALYZE)$/.test(last) &&
          this.#cursor.tokens[this.#cursor.index - 1]?.kind !== 'close';
        const named = this.#cursor.tokens[this.#cursor.index - 1]?.kind === 'quoted';
        if ((isPlace && !named) || this.#cursor.text(this.#cursor.index - 1) === ',') {
          return {
            keywords: head === 'VACUUM' ? ['FULL', 'ANALYZE', 'VERBOSE'] : ['TABLE'],
            relations: READABLE,
            schemas: true,
          };
        }
        return { keywords: UTILITY_FOLLOW[head] ?? [] };
      }
      case 'REFRESH':
        if (last === 'VIEW' || last === 'CONCURRENTLY')
          return { keywords: ['CONCURRENTLY'], relations: ['materialized view'], schemas: true };
        return { keywords: words.length === 0 ? ['MATERIALIZED VIEW'] : ['WITH NO DATA'] };
      case 'COMMENT':
        if (last === 'COMMENT' || words.length === 0) return { keywords: ['ON'] };
        if (last === 'ON') return { keywords: [...OBJECTS, 'COLUMN', 'CONSTRAINT'] };
        return { ...this.#object(words.slice(1)), keywords: words.length > 2 ? ['IS'] : [] };
      case 'GRANT':
      case 'REVOKE':
        if (last === 'ON' || last === 'TABLE')
          return {
            keywords: ['TABLE', 'ALL TABLES IN SCHEMA', 'SCHEMA', 'FUNCTION', 'DATABASE', 'SEQUENCE'],
            relations: READABLE,
            schemas: true,
          };
        if (last === 'SCHEMA') return { keywords: [], schemas: true };
        return {
          keywords: words.includes('ON')
            ? ['TO', 'FROM']
            : ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'ALL', 'USAGE', 'EXECUTE', 'ON', 'TO', 'FROM'],
        };
      case 'DROP':
        if (words.length === 0) return { keywords: OBJECTS };
        return {
          keywords: words.includes('EXISTS') ? ['CASCADE'] : ['IF EXISTS', 'CASCADE'],
          ...this.#object(words),
        };
      case 'ALTER':
        return this.#alter(words, last);
      default:
        return this.#create(words, last);
    }
  }

  #alter(words: readonly string[], last: string): Expectation {
    if (words.length === 0) return { keywords: [...OBJECTS, 'SYSTEM SET', 'DEFAULT PRIVILEGES'] };
    if (last === 'SET' && /^(SYSTEM|ROLE|DATABASE|USER)$/.test(words[0] ?? ''))
      return { keywords: [], settings: true };
    if (/^(SYSTEM|ROLE|DATABASE|USER)$/.test(words[0] ?? '')) {
      return words.includes('SET') ? settingValue(this.#cursor) : { keywords: ['SET', 'RESET'] };
    }
    const object = this.#object(words);
    if (object.relations || object.schemas || object.routines)
      return { keywords: ['IF EXISTS', 'ONLY'], ...object };
    if (words[0] !== 'TABLE') return { keywords: ['RENAME TO', 'OWNER TO', 'SET SCHEMA'] };
    const previous = words.at(-2) ?? '';
    if (last === 'COLUMN' && /^(DROP|ALTER|RENAME)$/.test(previous))
      return { keywords: [], targetColumns: 'one' };
    if (/^(DROP|ALTER|RENAME)$/.test(last))
      return { keywords: ['COLUMN', 'CONSTRAINT', 'TO'], targetColumns: 'one' };
    if (previous === 'COLUMN' && words.at(-3) === 'ADD') return { keywords: [], types: true };
    if (words.at(-3) === 'COLUMN' && words.at(-4) === 'ADD') return { keywords: COLUMN_CONSTRAINTS };
    if (previous === 'COLUMN' && words.at(-3) === 'ALTER') {
      return { keywords: ['TYPE', 'SET DEFAULT', 'DROP DEFAULT', 'SET NOT NULL', 'DROP NOT NULL'] };
    }
    if (last === 'PARTITION') return { keywords: [], relations: TABLES, schemas: true };
    if (last === 'SCHEMA') return { keywords: [], schemas: true };
    return { keywords: words.includes('ADD') ? COLUMN_CONSTRAINTS : ALTER_TABLE };
  }

  #create(words: readonly string[], last: string): Expectation {
    if (words.length === 0) return { keywords: [...OBJECTS, ...CREATE_ONLY] };
    if (last === 'REPLACE') return { keywords: ['VIEW', 'FUNCTION', 'PROCEDURE', 'TRIGGER'] };
    if (last === 'OR') return { keywords: ['REPLACE'] };
    if (last === 'ON') return { keywords: ['ONLY'], relations: READABLE, schemas: true };
    if (last === 'OF') return { keywords: [], relations: TABLES, schemas: true };
    if (last === 'AS') return { keywords: [...QUERIES, 'ENUM', 'RANGE'], types: words.includes('DOMAIN') };
    const isTable = words.includes('TABLE');
    if (OBJECTS.some((object) => object === last))
      return { keywords: ['IF NOT EXISTS', ...(last === 'INDEX' ? ['ON', 'CONCURRENTLY'] : [])] };
    if (words.includes('INDEX'))
      return { keywords: words.includes('ON') ? ['USING', 'WHERE', 'INCLUDE', 'TABLESPACE'] : ['ON'] };
    if (isTable)
      return {
        keywords: ['AS', 'PARTITION BY', 'PARTITION OF', 'USING columnar', 'WITH', 'INHERITS', 'FOR VALUES'],
      };
    return {
      keywords: ['AS', 'ON', 'RETURNS', 'LANGUAGE', 'FOR EACH ROW', 'EXECUTE FUNCTION', 'BEFORE', 'AFTER'],
    };
  }

  /** What stands behind `TABLE`, `VIEW`, … and what may come between. */
  #object(words: readonly string[]): Partial<Expectation> {
    const names = words.filter((word) => !/^(IF|EXISTS|ONLY|CONCURRENTLY|MATERIALIZED|FOREIGN)$/.test(word));
    const another =
      words.length > 1 &&
      this.#cursor.text(this.#cursor.index - 1) === ',' &&
      this.#cursor.word(this.#head) === 'DROP';
    if (names.length !== 1 && !another) return {};
    if (words[0] === 'MATERIALIZED') return { relations: ['materialized view'], schemas: true };
    switch (names[0]) {
      case 'TABLE':
        return { relations: TABLES, schemas: true };
      case 'COLUMN':
        return { relations: READABLE, schemas: true };
      case 'VIEW':
        return { relations: ['view'], schemas: true };
      case 'SEQUENCE':
        return { relations: ['sequence'], schemas: true };
      case 'SCHEMA':
        return { schemas: true };
      case 'FUNCTION':
      case 'AGGREGATE':
      case 'ROUTINE':
        return { routines: 'function', schemas: true };
      case 'PROCEDURE':
        return { routines: 'procedure', schemas: true };
      default:
        return {};
    }
  }
}
