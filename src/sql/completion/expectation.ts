import type { RelationKind } from '../catalog/catalog.ts';
import {
  ALTER_TABLE,
  CASES,
  COLUMN_CONSTRAINTS,
  CREATE_ONLY,
  EXPLAIN_OPTIONS,
  FOLLOWING,
  isReserved,
  OBJECTS,
  OPERAND_WORDS,
  OPERANDS,
  OPERATORS,
  QUERIES,
  STATEMENTS,
  TABLE_ELEMENTS,
} from './keywords.ts';
import type { Block } from './queryBlocks.ts';
import { isName, type SqlToken } from './tokens.ts';

/** What fits at a place. */
export interface Expectation {
  readonly keywords: readonly string[];
  /** Columns of the sources in scope, and functions: an expression. */
  readonly expression?: boolean;
  /** Columns of what the statement changes; of the list at the place, those that aren't in it yet. */
  readonly targetColumns?: 'list' | 'one';
  /** Columns that both sides of a join have. */
  readonly joinColumns?: boolean;
  /** Conditions that a join can have. */
  readonly joinConditions?: boolean;
  /** Relations of these kinds. */
  readonly relations?: readonly RelationKind[];
  /** Common tables and functions that give rows, besides relations. */
  readonly rows?: boolean;
  readonly schemas?: boolean;
  readonly types?: boolean;
  readonly routines?: 'function' | 'procedure';
  readonly settings?: boolean;
  /** Values of the setting of this name. */
  readonly valuesOf?: string;
}

const TABLES: readonly RelationKind[] = ['table', 'foreign table'];
const READABLE: readonly RelationKind[] = ['table', 'foreign table', 'view', 'materialized view'];
const CLAUSE =
  /^(SELECT|FROM|JOIN|ON|USING|WHERE|GROUP|HAVING|ORDER|PARTITION|LIMIT|OFFSET|INTO|VALUES|CONFLICT|UPDATE|SET|RETURNING|SHOW|RESET|CREATE|ALTER|DROP|TRUNCATE|COPY|VACUUM|ANALYZE|CALL|LOCK|REFRESH|COMMENT|GRANT|REVOKE|EXPLAIN|DELETE|INSERT|MERGE|WITH|REFERENCES|WHEN|THEN|ELSE|CASE)$/;

/** @param index how many of the tokens come before the place @param block that the place is in */
export const expectationAt = (
  tokens: readonly SqlToken[],
  index: number,
  block: Block | undefined,
): Expectation => new Reader(tokens, index, block).read();

class Reader {
  readonly #tokens: readonly SqlToken[];
  readonly #index: number;
  readonly #block: Block | undefined;

  constructor(tokens: readonly SqlToken[], index: number, block: Block | undefined) {
    this.#tokens = tokens;
    this.#index = index;
    this.#block = block;
  }

  read(): Expectation {
    const last = this.#word(this.#index - 1);
    if (this.#text(this.#index - 1) === '::' || /^(RETURNS|TYPE)$/.test(last))
      return { keywords: [], types: true };
    if (/^(REFERENCES|INHERITS)$/.test(last)) return { keywords: [], relations: TABLES, schemas: true };
    const start = this.#block?.start ?? 0;
    const open = this.#openBefore(this.#index);
    if (open >= start) return this.#inParentheses(open);
    return this.#inQuery(start);
  }

  #word(at: number): string {
    return this.#tokens[at]?.word ?? '';
  }

  #text(at: number): string {
    return this.#tokens[at]?.text ?? '';
  }

  /** Place of the innermost parenthesis that is open at a place; -1 where there is none. */
  #openBefore(index: number): number {
    let depth = 0;
    for (let at = index - 1; at >= 0; at--) {
      const kind = this.#tokens[at]?.kind;
      if (kind === 'close') depth += 1;
      else if (kind === 'open' && depth === 0) return at;
      else if (kind === 'open') depth -= 1;
    }
    return -1;
  }

  /** The last word before a place, at its level, that begins a clause. @returns its place; -1 where there is none */
  #clauseBefore(index: number, from: number): number {
    let depth = 0;
    for (let at = index - 1; at >= from; at--) {
      const token = this.#tokens[at];
      if (token?.kind === 'close') depth += 1;
      else if (token?.kind === 'open' && depth === 0) return -1;
      else if (token?.kind === 'open') depth -= 1;
      else if (depth === 0 && CLAUSE.test(token?.word ?? '') && this.#isClause(at)) return at;
    }
    return -1;
  }

  #isClause(at: number): boolean {
    const before = this.#word(at - 1);
    if (this.#text(at - 1) === '.') return false;
    return (
      !(this.#word(at) === 'FROM' && before === 'DISTINCT') &&
      !(this.#word(at) === 'UPDATE' && /^(FOR|ON)$/.test(before))
    );
  }

  /** Tokens of the list item that the place is in. */
  #item(from: number): readonly SqlToken[] {
    let depth = 0;
    let at = this.#index - 1;
    for (; at >= from; at--) {
      const token = this.#tokens[at];
      if (token?.kind === 'close') depth += 1;
      if (token?.kind === 'open') depth -= 1;
      if (depth === 0 && token?.text === ',') break;
    }
    return this.#tokens.slice(at + 1, this.#index);
  }

  /** Whether what stands before the place is an operand, so that an operator or another clause follows. */
  #followsOperand(): boolean {
    const last = this.#tokens[this.#index - 1];
    if (!last) return false;
    if (last.kind === 'word') {
      return (
        OPERAND_WORDS.test(last.word) || this.#text(this.#index - 2) === '.' || !isOperandless(last.word)
      );
    }
    if (last.text === '*') return /^(SELECT|\.|,|\(|DISTINCT)$/i.test(this.#text(this.#index - 2));
    return last.kind !== 'symbol' && last.kind !== 'open';
  }

  #expression(follow: readonly string[], operands: readonly string[] = []): Expectation {
    const open = /^(CASE|WHEN|THEN|ELSE)$/.test(this.#word(this.#clauseBefore(this.#index, 0)));
    if (this.#followsOperand()) {
      return { keywords: [...(open ? CASES : []), ...follow, ...OPERATORS] };
    }
    const last = this.#word(this.#index - 1);
    if (last === 'IS') return { keywords: ['NULL', 'NOT NULL', 'TRUE', 'FALSE', 'DISTINCT FROM'] };
    if (last === 'NOT') return { keywords: ['NULL', 'IN', 'LIKE', 'EXISTS', 'BETWEEN'], expression: true };
    return { keywords: [...operands, ...(open ? CASES : []), ...OPERANDS], expression: true };
  }

  #inParentheses(open: number): Expectation {
    const head = this.#word(open - 1);
    const empty = open === this.#index - 1;
    const clause = this.#clauseBefore(open, this.#block?.start ?? 0);
    const clauseWord = this.#word(clause);
    const first = this.#word(this.#block?.head ?? 0);
    if (first === 'CREATE' && this.#isCreateTable() && this.#openBefore(open) < 0)
      return this.#tableElement(open + 1, head);
    if (
      first === 'EXPLAIN' ||
      (this.#word(this.#block?.start ?? 0) === 'EXPLAIN' && open === (this.#block?.start ?? 0) + 1)
    ) {
      return { keywords: EXPLAIN_OPTIONS };
    }
    if (head === 'USING' && clauseWord === 'USING') return { keywords: [], joinColumns: true };
    if (clauseWord === 'INTO' && this.#block?.target && !/^(VALUES)$/.test(head)) {
      return { keywords: empty ? [] : [], targetColumns: 'list' };
    }
    if (clauseWord === 'CONFLICT' && head === 'CONFLICT') return { keywords: [], targetColumns: 'list' };
    if (/^(COPY|ANALYZE|VACUUM)$/.test(first)) return { keywords: [], targetColumns: 'list' };
    if (first === 'CREATE' && this.#block?.target) {
      return { ...this.#expression(['ASC', 'DESC', 'NULLS FIRST', 'NULLS LAST']), targetColumns: 'list' };
    }
    if (head === 'CAST' && this.#word(this.#index - 1) === 'AS') return { keywords: [], types: true };
    if (/^(FROM|JOIN|LATERAL)$/.test(head)) {
      return empty
        ? { keywords: QUERIES, relations: READABLE, rows: true, schemas: true }
        : this.#sources(open + 1);
    }
    if (empty && head === 'AS') return { keywords: [...QUERIES, 'INSERT INTO', 'UPDATE', 'DELETE FROM'] };
    if (empty && head === 'EXISTS') return { keywords: QUERIES };
    if (head === 'OVER') {
      const inner = this.#clauseBefore(this.#index, open + 1);
      if (empty) return { keywords: ['PARTITION BY', 'ORDER BY'] };
      return this.#expression(FOLLOWING[this.#word(inner)] ?? []);
    }
    const operands = empty
      ? isAggregateHead(this.#tokens[open - 1])
        ? ['DISTINCT', 'SELECT']
        : ['SELECT']
      : [];
    const values = clauseWord === 'VALUES' || head === 'VALUES' ? ['DEFAULT'] : [];
    const follow = head === 'CAST' ? ['AS'] : isName(this.#tokens[open - 1]) ? ['ORDER BY', 'FROM'] : [];
    return this.#expression(follow, [...values, ...operands]);
  }

  #isCreateTable(): boolean {
    const start = this.#block?.head ?? 0;
    return [1, 2, 3].some((at) => this.#word(start + at) === 'TABLE') && this.#word(start + 1) !== 'INDEX';
  }

  #tableElement(from: number, head: string): Expectation {
    const item = this.#item(from);
    if (/^(KEY|UNIQUE|CHECK)$/.test(head)) return { keywords: [] };
    const [first, second] = item;
    if (!first) return { keywords: TABLE_ELEMENTS };
    if (first.word === 'LIKE') return { keywords: [], relations: TABLES, schemas: true };
    if (/^(CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN)$/.test(first.word)) {
      return {
        keywords: ['PRIMARY KEY', 'UNIQUE', 'CHECK', 'FOREIGN KEY', 'KEY', 'REFERENCES', 'ON DELETE CASCADE'],
      };
    }
    if (!second) return { keywords: [], types: true };
    if (item.at(-1)?.word === 'DEFAULT') return { keywords: OPERANDS, expression: true };
    return { keywords: COLUMN_CONSTRAINTS };
  }

  /** The place is in no parenthesis of its query. */
  #inQuery(start: number): Expectation {
    const at = this.#clauseBefore(this.#index, start);
    const clause = this.#word(at);
    const last = this.#word(this.#index - 1);
    const begins = at === this.#index - 1;
    const top = this.#block?.parent === undefined;
    if (at < 0 && last === 'TABLE') return { keywords: ['ONLY'], relations: READABLE, schemas: true };
    if (at < 0)
      return { keywords: this.#index > start && !this.#isBeginning() ? [] : top ? STATEMENTS : QUERIES };
    if (at === start && this.#word(start) === clause && DDL.test(clause)) return this.#utility(clause);
    const head = this.#word(this.#block?.head ?? start);
    if (DDL.test(head) && !/^(SELECT|FROM|JOIN|WHERE|ORDER|GROUP|HAVING|LIMIT|VALUES)$/.test(clause))
      return this.#utility(head);
    switch (clause) {
      case 'WITH':
        if (begins) return { keywords: ['RECURSIVE'] };
        if (this.#tokens[this.#index - 1]?.kind === 'close')
          return { keywords: ['SELECT', 'INSERT INTO', 'UPDATE', 'DELETE FROM', 'MERGE INTO'] };
        return { keywords: last === 'AS' ? ['MATERIALIZED', 'NOT MATERIALIZED'] : ['AS'] };
      case 'INSERT':
        return { keywords: ['INTO'] };
      case 'MERGE':
        return { keywords: ['INTO'] };
      case 'DELETE':
        return { keywords: ['FROM'] };
      case 'FROM':
      case 'JOIN':
        return this.#sources(at);
      case 'USING':
        return this.#block?.target ? this.#sources(at) : { keywords: FOLLOWING['USING'] ?? [] };
      case 'INTO':
      case 'UPDATE':
        if (begins || last === 'ONLY')
          return {
            keywords: [],
            relations: clause === 'UPDATE' || head !== 'SELECT' ? READABLE : [],
            schemas: true,
          };
        return { keywords: FOLLOWING[clause] ?? [] };
      case 'SET':
        return this.#assignments(at, start);
      case 'ON':
        if (this.#block?.target && last === 'CONFLICT') return { keywords: FOLLOWING['CONFLICT'] ?? [] };
        if (begins && head === 'INSERT') return { keywords: ['CONFLICT'] };
        return { ...this.#expression(FOLLOWING['ON'] ?? []), ...(begins && { joinConditions: true }) };
      case 'GROUP':
      case 'ORDER':
      case 'PARTITION':
        if (begins) return { keywords: ['BY'] };
        return this.#expression(FOLLOWING[clause] ?? []);
      case 'SELECT':
        if (/^(DISTINCT|ALL)$/.test(last)) return { keywords: ['ON', ...OPERANDS], expression: true };
        return this.#expression(FOLLOWING['SELECT'] ?? [], begins ? ['DISTINCT', 'DISTINCT ON'] : []);
      case 'CASE':
      case 'WHEN':
      case 'THEN':
      case 'ELSE': {
        const outer = this.#clauseOutsideCase(at, start);
        return this.#expression(last === 'END' || this.#closesCase(at) ? (FOLLOWING[outer] ?? []) : []);
      }
      default:
        return this.#expression(FOLLOWING[clause] ?? []);
    }
  }

  /** Whether the place is where EXPLAIN, or WITH and its queries, let a statement begin. */
  #isBeginning(): boolean {
    return (
      this.#tokens[this.#index - 1]?.kind === 'close' && this.#word(this.#block?.start ?? 0) === 'EXPLAIN'
    );
  }

  #closesCase(at: number): boolean {
    return this.#tokens.slice(at, this.#index).some(({ word }) => word === 'END');
  }

  #clauseOutsideCase(from: number, start: number): string {
    let at = from;
    while (at >= start && /^(CASE|WHEN|THEN|ELSE)$/.test(this.#word(at))) at = this.#clauseBefore(at, start);
    return this.#word(at);
  }

  /** Behind FROM, JOIN or USING at `at`. */
  #sources(at: number): Expectation {
    const last = this.#tokens[this.#index - 1];
    const isPlace =
      this.#index - 1 === at || last?.text === ',' || /^(JOIN|LATERAL|ONLY)$/.test(last?.word ?? '');
    if (isPlace) return { keywords: ['LATERAL', 'ONLY'], relations: READABLE, rows: true, schemas: true };
    if (/^(LEFT|RIGHT|FULL)$/.test(last?.word ?? '')) return { keywords: ['JOIN', 'OUTER JOIN'] };
    if (/^(INNER|CROSS|NATURAL|OUTER)$/.test(last?.word ?? '')) return { keywords: ['JOIN'] };
    if (last?.word === 'AS') return { keywords: [] };
    const head = this.#word(this.#block?.head ?? 0);
    if (head === 'DELETE') return { keywords: ['USING', 'WHERE', 'AS', 'RETURNING'] };
    return { keywords: FOLLOWING[this.#word(at)] ?? FOLLOWING['FROM'] ?? [] };
  }

  /** Behind SET: of UPDATE, or the statement. */
  #assignments(at: number, start: number): Expectation {
    const last = this.#word(this.#index - 1);
    if (at === (this.#block?.head ?? start)) {
      if (/^(SET|LOCAL|SESSION)$/.test(last)) {
        const scopes =
          last === 'SET' ? ['LOCAL', 'SESSION', 'TIME ZONE', 'ROLE', 'TRANSACTION', 'CONSTRAINTS'] : [];
        return { keywords: scopes, settings: true };
      }
      return this.#settingValue();
    }
    const item = this.#item(at + 1);
    if (item.length === 0) return { keywords: [], targetColumns: 'one' };
    if (!item.some(({ text }) => text === '=')) return { keywords: [] };
    return this.#expression(FOLLOWING['SET'] ?? [], ['DEFAULT']);
  }

  /** Behind a setting's name. */
  #settingValue(): Expectation {
    const assigned = this.#text(this.#index - 1) === '=' || this.#word(this.#index - 1) === 'TO';
    if (!assigned) return { keywords: ['TO'] };
    let from = this.#index - 1;
    while (this.#text(from - 2) === '.') from -= 2;
    const name = this.#tokens
      .slice(from - 1, this.#index - 1)
      .map(({ text }) => text)
      .join('');
    return {
      keywords: ['DEFAULT'],
      valuesOf: name,
      ...(name.toLowerCase() === 'search_path' && { schemas: true }),
    };
  }

  /** Statements that read and change no rows. */
  #utility(head: string): Expectation {
    const start = this.#block?.head ?? 0;
    const words = this.#tokens.slice(start + 1, this.#index).map(({ word }) => word);
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
          this.#tokens[this.#index - 1]?.kind !== 'close';
        const named = this.#tokens[this.#index - 1]?.kind === 'quoted';
        if ((isPlace && !named) || this.#text(this.#index - 1) === ',') {
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
      return words.includes('SET') ? this.#settingValue() : { keywords: ['SET', 'RESET'] };
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
      this.#text(this.#index - 1) === ',' &&
      this.#word(this.#block?.head ?? 0) === 'DROP';
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

const DDL =
  /^(SHOW|RESET|CALL|EXPLAIN|TRUNCATE|LOCK|VACUUM|ANALYZE|COPY|REFRESH|COMMENT|GRANT|REVOKE|DROP|ALTER|CREATE)$/;

const UTILITY_FOLLOW: Readonly<Record<string, readonly string[]>> = {
  TRUNCATE: ['CASCADE', 'RESTART IDENTITY'],
  COPY: ['FROM STDIN', 'TO STDOUT', 'FROM', 'TO', 'WITH (FORMAT csv, HEADER)', 'WHERE'],
  LOCK: ['IN ACCESS SHARE MODE', 'IN EXCLUSIVE MODE', 'IN ACCESS EXCLUSIVE MODE', 'NOWAIT'],
};

/** Words behind which an operand is still to come. */
const isOperandless = (word: string): boolean =>
  isReserved(word) ||
  /^(BY|SET|VALUES|ON|BETWEEN|ESCAPE|IF|ELSEIF|RETURN|FIRST|INSERT|UPDATE|DELETE)$/.test(word);

const isAggregateHead = (token: SqlToken | undefined): boolean =>
  /^(count|sum|avg|array_agg|string_agg|json_agg|jsonb_agg|min|max)$/i.test(token?.text ?? '');
