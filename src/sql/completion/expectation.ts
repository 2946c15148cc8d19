import { Cursor } from './cursor.ts';
import { type Expectation, READABLE, TABLES } from './expected.ts';
import {
  CASES,
  COLUMN_CONSTRAINTS,
  EXPLAIN_OPTIONS,
  FOLLOWING,
  isReserved,
  OPERAND_WORDS,
  OPERANDS,
  OPERATORS,
  QUERIES,
  STATEMENTS,
  TABLE_ELEMENTS,
} from './keywords.ts';
import type { Block } from './queryBlocks.ts';
import { isName, type SqlToken } from './tokens.ts';
import { settingValue, UtilityReader, UTILITY } from './utilities.ts';

/** @param index how many of the tokens come before the place @param block that the place is in */
export const expectationAt = (
  tokens: readonly SqlToken[],
  index: number,
  block: Block | undefined,
): Expectation => new Reader(new Cursor(tokens, index), block).read();

class Reader {
  readonly #cursor: Cursor;
  readonly #block: Block | undefined;

  constructor(cursor: Cursor, block: Block | undefined) {
    this.#cursor = cursor;
    this.#block = block;
  }

  read(): Expectation {
    const last = this.#cursor.word(this.#cursor.index - 1);
    if (this.#cursor.text(this.#cursor.index - 1) === '::' || /^(RETURNS|TYPE)$/.test(last))
      return { keywords: [], types: true };
    if (/^(REFERENCES|INHERITS)$/.test(last)) return { keywords: [], relations: TABLES, schemas: true };
    const start = this.#block?.start ?? 0;
    const open = this.#cursor.openBefore(this.#cursor.index);
    if (open >= start) return this.#inParentheses(open);
    return this.#inQuery(start);
  }

  /** Whether what stands before the place is an operand, so that an operator or another clause follows. */
  #followsOperand(): boolean {
    const last = this.#cursor.tokens[this.#cursor.index - 1];
    if (!last) return false;
    if (last.kind === 'word') {
      return (
        OPERAND_WORDS.test(last.word) ||
        this.#cursor.text(this.#cursor.index - 2) === '.' ||
        !isOperandless(last.word)
      );
    }
    if (last.text === '*')
      return /^(SELECT|\.|,|\(|DISTINCT)$/i.test(this.#cursor.text(this.#cursor.index - 2));
    return last.kind !== 'symbol' && last.kind !== 'open';
  }

  #expression(follow: readonly string[], operands: readonly string[] = []): Expectation {
    const open = /^(CASE|WHEN|THEN|ELSE)$/.test(
      this.#cursor.word(this.#cursor.clauseBefore(this.#cursor.index, 0)),
    );
    if (this.#followsOperand()) {
      return { keywords: [...(open ? CASES : []), ...follow, ...OPERATORS] };
    }
    const last = this.#cursor.word(this.#cursor.index - 1);
    if (last === 'IS') return { keywords: ['NULL', 'NOT NULL', 'TRUE', 'FALSE', 'DISTINCT FROM'] };
    if (last === 'NOT') return { keywords: ['NULL', 'IN', 'LIKE', 'EXISTS', 'BETWEEN'], expression: true };
    return { keywords: [...operands, ...(open ? CASES : []), ...OPERANDS], expression: true };
  }

  #inParentheses(open: number): Expectation {
    const head = this.#cursor.word(open - 1);
    const empty = open === this.#cursor.index - 1;
    const clause = this.#cursor.clauseBefore(open, this.#block?.start ?? 0);
    const clauseWord = this.#cursor.word(clause);
    const first = this.#cursor.word(this.#block?.head ?? 0);
    if (first === 'CREATE' && this.#isCreateTable() && this.#cursor.openBefore(open) < 0)
      return this.#tableElement(open + 1, head);
    if (
      first === 'EXPLAIN' ||
      (this.#cursor.word(this.#block?.start ?? 0) === 'EXPLAIN' && open === (this.#block?.start ?? 0) + 1)
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
    if (head === 'CAST' && this.#cursor.word(this.#cursor.index - 1) === 'AS')
      return { keywords: [], types: true };
    if (/^(FROM|JOIN|LATERAL)$/.test(head)) {
      return empty
        ? { keywords: QUERIES, relations: READABLE, rows: true, schemas: true }
        : this.#sources(open + 1);
    }
    if (empty && head === 'AS') return { keywords: [...QUERIES, 'INSERT INTO', 'UPDATE', 'DELETE FROM'] };
    if (empty && head === 'EXISTS') return { keywords: QUERIES };
    if (head === 'OVER') {
      const inner = this.#cursor.clauseBefore(this.#cursor.index, open + 1);
      if (empty) return { keywords: ['PARTITION BY', 'ORDER BY'] };
      return this.#expression(FOLLOWING[this.#cursor.word(inner)] ?? []);
    }
    const operands = empty
      ? isAggregateHead(this.#cursor.tokens[open - 1])
        ? ['DISTINCT', 'SELECT']
        : ['SELECT']
      : [];
    const values = clauseWord === 'VALUES' || head === 'VALUES' ? ['DEFAULT'] : [];
    const follow =
      head === 'CAST' ? ['AS'] : isName(this.#cursor.tokens[open - 1]) ? ['ORDER BY', 'FROM'] : [];
    return this.#expression(follow, [...values, ...operands]);
  }

  #isCreateTable(): boolean {
    const start = this.#block?.head ?? 0;
    return (
      [1, 2, 3].some((at) => this.#cursor.word(start + at) === 'TABLE') &&
      this.#cursor.word(start + 1) !== 'INDEX'
    );
  }

  #tableElement(from: number, head: string): Expectation {
    const item = this.#cursor.item(from);
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
    const at = this.#cursor.clauseBefore(this.#cursor.index, start);
    const clause = this.#cursor.word(at);
    const last = this.#cursor.word(this.#cursor.index - 1);
    const begins = at === this.#cursor.index - 1;
    const top = this.#block?.parent === undefined;
    if (at < 0 && last === 'TABLE') return { keywords: ['ONLY'], relations: READABLE, schemas: true };
    if (at < 0)
      return {
        keywords: this.#cursor.index > start && !this.#isBeginning() ? [] : top ? STATEMENTS : QUERIES,
      };
    if (at === start && this.#cursor.word(start) === clause && UTILITY.test(clause))
      return new UtilityReader(this.#cursor, this.#block?.head ?? 0).read(clause);
    const head = this.#cursor.word(this.#block?.head ?? start);
    if (UTILITY.test(head) && !/^(SELECT|FROM|JOIN|WHERE|ORDER|GROUP|HAVING|LIMIT|VALUES)$/.test(clause))
      return new UtilityReader(this.#cursor, this.#block?.head ?? 0).read(head);
    switch (clause) {
      case 'WITH':
        if (begins) return { keywords: ['RECURSIVE'] };
        if (this.#cursor.tokens[this.#cursor.index - 1]?.kind === 'close')
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
      this.#cursor.tokens[this.#cursor.index - 1]?.kind === 'close' &&
      this.#cursor.word(this.#block?.start ?? 0) === 'EXPLAIN'
    );
  }

  #closesCase(at: number): boolean {
    return this.#cursor.tokens.slice(at, this.#cursor.index).some(({ word }) => word === 'END');
  }

  #clauseOutsideCase(from: number, start: number): string {
    let at = from;
    while (at >= start && /^(CASE|WHEN|THEN|ELSE)$/.test(this.#cursor.word(at)))
      at = this.#cursor.clauseBefore(at, start);
    return this.#cursor.word(at);
  }

  /** Behind FROM, JOIN or USING at `at`. */
  #sources(at: number): Expectation {
    const last = this.#cursor.tokens[this.#cursor.index - 1];
    const isPlace =
      this.#cursor.index - 1 === at || last?.text === ',' || /^(JOIN|LATERAL|ONLY)$/.test(last?.word ?? '');
    if (isPlace) return { keywords: ['LATERAL', 'ONLY'], relations: READABLE, rows: true, schemas: true };
    if (/^(LEFT|RIGHT|FULL)$/.test(last?.word ?? '')) return { keywords: ['JOIN', 'OUTER JOIN'] };
    if (/^(INNER|CROSS|NATURAL|OUTER)$/.test(last?.word ?? '')) return { keywords: ['JOIN'] };
    if (last?.word === 'AS') return { keywords: [] };
    const head = this.#cursor.word(this.#block?.head ?? 0);
    if (head === 'DELETE') return { keywords: ['USING', 'WHERE', 'AS', 'RETURNING'] };
    return { keywords: FOLLOWING[this.#cursor.word(at)] ?? FOLLOWING['FROM'] ?? [] };
  }

  /** Behind SET: of UPDATE, or the statement. */
  #assignments(at: number, start: number): Expectation {
    const last = this.#cursor.word(this.#cursor.index - 1);
    if (at === (this.#block?.head ?? start)) {
      if (/^(SET|LOCAL|SESSION)$/.test(last)) {
        const scopes =
          last === 'SET' ? ['LOCAL', 'SESSION', 'TIME ZONE', 'ROLE', 'TRANSACTION', 'CONSTRAINTS'] : [];
        return { keywords: scopes, settings: true };
      }
      return settingValue(this.#cursor);
    }
    const item = this.#cursor.item(at + 1);
    if (item.length === 0) return { keywords: [], targetColumns: 'one' };
    if (!item.some(({ text }) => text === '=')) return { keywords: [] };
    return this.#expression(FOLLOWING['SET'] ?? [], ['DEFAULT']);
  }
}

/** Words behind which an operand is still to come. */
const isOperandless = (word: string): boolean =>
  isReserved(word) ||
  /^(BY|SET|VALUES|ON|BETWEEN|ESCAPE|IF|ELSEIF|RETURN|FIRST|INSERT|UPDATE|DELETE)$/.test(word);

const isAggregateHead = (token: SqlToken | undefined): boolean =>
  /^(count|sum|avg|array_agg|string_agg|json_agg|jsonb_agg|min|max)$/i.test(token?.text ?? '');
