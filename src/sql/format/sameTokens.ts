import { Lexer, Token } from '../splitter/lexer.ts';

/**
 * Whether two texts are the same SQL but for whitespace: token for token, comments among them. Whitespace counts where it
 * would make other tokens: within operators, beside colons and dots, and between strings, which a line break joins
 * (PostgreSQL manual, 4.1.2.1 and 4.1.3).
 */
export const sameTokens = (one: string, other: string): boolean => {
  const [a, b] = [new Reader(one), new Reader(other)];
  let [before, otherBefore]: (Read | undefined)[] = [];
  for (;;) {
    const [read, otherRead] = [a.next(), b.next()];
    if (!read || !otherRead) return read === otherRead;
    if (read.kind !== otherRead.kind || read.text !== otherRead.text) return false;
    if (before && otherBefore && a.gap(before, read) !== b.gap(otherBefore, otherRead)) return false;
    [before, otherBefore] = [read, otherRead];
  }
};

interface Read {
  readonly kind: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const OPERATOR = /[-+*/<>=~!@#%^&|`?]+/y;

class Reader {
  readonly #source: string;
  readonly #lexer: Lexer;

  constructor(source: string) {
    this.#source = source;
    this.#lexer = new Lexer(source);
  }

  next(): Read | undefined {
    const lexer = this.#lexer;
    while (lexer.next()) {
      const { kind, start } = lexer;
      if (kind === Token.space) continue;
      if (kind === Token.text) this.#takeOperator(start);
      const text = this.#source.slice(start, lexer.end);
      // Lines of a comment may be indented anew.
      const comment = text.trimEnd().replace(/[ \t]*\r?\n[ \t]*/g, '\n');
      return { kind, text: kind === Token.comment ? comment : text, start, end: lexer.end };
    }
    return undefined;
  }

  /** The lexer gives an operator's characters one by one. */
  #takeOperator(start: number): void {
    OPERATOR.lastIndex = start;
    const found = OPERATOR.exec(this.#source)?.[0];
    if (found === undefined) return;
    const comment = found.search(/--|\/\*/);
    let operator = comment > 0 ? found.slice(0, comment) : found;
    // `=-` is two operators, `@-` is one.
    while (operator.length > 1 && /[-+]$/.test(operator) && !/[~!@#%^&|`?]/.test(operator)) {
      operator = operator.slice(0, -1);
    }
    if (comment !== 0) this.#lexer.moveTo(start + operator.length);
  }

  /** What is between two tokens, as far as it matters. */
  gap(before: Read, read: Read): 'joined' | 'apart' | 'line' | 'any' {
    const isJoined = before.end === read.start;
    if (before.text.endsWith("'") && read.text.startsWith("'")) {
      if (isJoined) return 'joined';
      return this.#source.slice(before.end, read.start).includes('\n') ? 'line' : 'apart';
    }
    const isColon = before.text === ':';
    const isNumber = /^\d+$/.test(before.text)
      ? read.text === '.'
      : before.text === '.' && /^\d/.test(read.text);
    if (!isColon && !isNumber) return 'any';
    return isJoined ? 'joined' : 'apart';
  }
}
