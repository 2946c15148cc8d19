import type { SqlToken } from './tokens.ts';

/** Words that begin a clause, or a statement. */
const CLAUSE =
  /^(SELECT|FROM|JOIN|ON|USING|WHERE|GROUP|HAVING|ORDER|PARTITION|LIMIT|OFFSET|INTO|VALUES|CONFLICT|UPDATE|SET|RETURNING|SHOW|RESET|CREATE|ALTER|DROP|TRUNCATE|COPY|VACUUM|ANALYZE|CALL|LOCK|REFRESH|COMMENT|GRANT|REVOKE|EXPLAIN|DELETE|INSERT|MERGE|WITH|REFERENCES|WHEN|THEN|ELSE|CASE)$/;

/** Looks back from a place between the tokens of a statement. */
export class Cursor {
  readonly tokens: readonly SqlToken[];
  /** How many of them come before it. */
  readonly index: number;

  constructor(tokens: readonly SqlToken[], index: number) {
    this.tokens = tokens;
    this.index = index;
  }

  word(at: number): string {
    return this.tokens[at]?.word ?? '';
  }

  text(at: number): string {
    return this.tokens[at]?.text ?? '';
  }

  /** Place of the innermost parenthesis that is open at a place; -1 where there is none. */
  openBefore(index: number): number {
    let depth = 0;
    for (let at = index - 1; at >= 0; at--) {
      const kind = this.tokens[at]?.kind;
      if (kind === 'close') depth += 1;
      else if (kind === 'open' && depth === 0) return at;
      else if (kind === 'open') depth -= 1;
    }
    return -1;
  }

  /** The last word before a place, at its level, that begins a clause. @returns its place; -1 where there is none */
  clauseBefore(index: number, from: number): number {
    let depth = 0;
    for (let at = index - 1; at >= from; at--) {
      const token = this.tokens[at];
      if (token?.kind === 'close') depth += 1;
      else if (token?.kind === 'open' && depth === 0) return -1;
      else if (token?.kind === 'open') depth -= 1;
      else if (depth === 0 && CLAUSE.test(token?.word ?? '') && this.#isClause(at)) return at;
    }
    return -1;
  }

  #isClause(at: number): boolean {
    const before = this.word(at - 1);
    if (this.text(at - 1) === '.') return false;
    return (
      !(this.word(at) === 'FROM' && before === 'DISTINCT') &&
      !(this.word(at) === 'UPDATE' && /^(FOR|ON)$/.test(before))
    );
  }

  /** Tokens of the list item that the place is in. */
  item(from: number): readonly SqlToken[] {
    let depth = 0;
    let at = this.index - 1;
    for (; at >= from; at--) {
      const token = this.tokens[at];
      if (token?.kind === 'close') depth += 1;
      if (token?.kind === 'open') depth -= 1;
      if (depth === 0 && token?.text === ',') break;
    }
    return this.tokens.slice(at + 1, this.index);
  }
}
