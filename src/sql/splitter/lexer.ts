import { Char, Class, classOf } from './characters.ts';
import {
  endOfBlockComment,
  endOfColon,
  endOfDollar,
  endOfEscapeString,
  endOfLineComment,
  endOfNumber,
  endOfQuoted,
  endOfRun,
  endOfWord,
} from './tokenEnd.ts';

/** What a splitter needs to know about a token; what else it may be is the server's business. */
export const Token = {
  space: 0,
  comment: 1,
  /** A keyword or an identifier without quotes. */
  word: 2,
  /** A literal, a quoted identifier, a number, an operator, or a comment that is never closed. */
  text: 3,
  open: 4,
  close: 5,
  semicolon: 6,
  /** A backslash outside quotes and comments: psql's, never SQL's. */
  backslash: 7,
} as const;
type TokenKind = (typeof Token)[keyof typeof Token];

/**
 * Cuts a SQL text into tokens by the rules of psql's scanner (PostgreSQL's src/fe_utils/psqlscan.l, with
 * `standard_conforming_strings` on). `next` moves to the following token, which `kind`, `start` and `end`
 * then describe; hardly anything is allocated, so that files of many megabytes are no burden.
 */
export class Lexer {
  kind: TokenKind = Token.space;
  start = 0;
  end = 0;
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  /** Continues at `offset`, for a reader that took the text in between for itself. */
  moveTo(offset: number): void {
    this.end = offset;
  }

  /** @returns false at the end of the text. */
  next(): boolean {
    const source = this.#source;
    const start = this.end;
    if (start >= source.length) return false;
    this.start = start;
    const code = source.charCodeAt(start);
    switch (classOf(code)) {
      case Class.space:
        return this.#found(Token.space, endOfRun(source, start + 1, Class.space, Class.space));
      case Class.letter:
        return this.#letter(start, code);
      case Class.digit:
        return this.#found(Token.text, endOfNumber(source, start + 1));
      case Class.dollar:
        return this.#found(Token.text, endOfDollar(source, start + 1));
      default:
        return this.#punctuation(start, code);
    }
  }

  #found(kind: TokenKind, end: number): true {
    this.kind = kind;
    this.end = end;
    return true;
  }

  /** A word, or a literal that begins with a letter: E'', B'', X'', N'', U&'' and U&"". */
  #letter(start: number, code: number): true {
    const source = this.#source;
    if (start === 0 && code === Char.byteOrderMark) return this.#found(Token.space, 1);
    const lower = code | 0x20;
    const next = source.charCodeAt(start + 1);
    if (next === Char.quote) {
      if (lower === Char.e) return this.#found(Token.text, endOfEscapeString(source, start + 2));
      if (lower === Char.b || lower === Char.x || lower === Char.n)
        return this.#found(Token.text, endOfQuoted(source, start + 2, next));
    }
    if (next === Char.ampersand && lower === Char.u) {
      const mark = source.charCodeAt(start + 2);
      if (mark === Char.quote || mark === Char.doubleQuote)
        return this.#found(Token.text, endOfQuoted(source, start + 3, mark));
    }
    return this.#found(Token.word, endOfWord(source, start + 1));
  }

  #punctuation(start: number, code: number): true {
    const source = this.#source;
    switch (code) {
      case Char.quote:
      case Char.doubleQuote:
        return this.#found(Token.text, endOfQuoted(source, start + 1, code));
      case Char.dash:
        if (source.charCodeAt(start + 1) !== Char.dash) break;
        return this.#found(Token.comment, endOfLineComment(source, start + 2));
      case Char.slash: {
        if (source.charCodeAt(start + 1) !== Char.asterisk) break;
        const end = endOfBlockComment(source, start + 2);
        // The server must see a comment that is never closed, to complain about it.
        return end === undefined ? this.#found(Token.text, source.length) : this.#found(Token.comment, end);
      }
      case Char.colon:
        return this.#found(Token.text, endOfColon(source, start + 1));
      case Char.open:
        return this.#found(Token.open, start + 1);
      case Char.close:
        return this.#found(Token.close, start + 1);
      case Char.semicolon:
        return this.#found(Token.semicolon, start + 1);
      case Char.backslash:
        return this.#found(Token.backslash, start + 1);
    }
    return this.#found(Token.text, start + 1);
  }
}
