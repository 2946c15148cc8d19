import { Token, type Lexer } from './lexer.ts';

/** What a statement is known to be by its first words. */
type Head =
  'start' | 'create' | 'create or' | 'create or replace' | 'routine' | 'copy' | 'copy from' | 'rows' | 'any';

/**
 * What the tokens of a statement so far say about it: whether a semicolon would end it, and whether rows of
 * data will follow it.
 *
 * A semicolon doesn't end a statement inside parentheses or inside the body of a function that is written in
 * SQL (`BEGIN ATOMIC … END`). Telling the latter takes a parser; this is the heuristic that psql uses: once the
 * statement has begun with CREATE [OR REPLACE] {FUNCTION|PROCEDURE}, each BEGIN outside parentheses opens a
 * block, each CASE within a block opens one more, and each END closes one.
 */
export class StatementShape {
  readonly #source: string;
  #head: Head = 'start';
  #parentheses = 0;
  #blocks = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** Whether a semicolon ends the statement here. */
  get closed(): boolean {
    return this.#parentheses === 0 && this.#blocks === 0;
  }

  /** Whether the statement is a COPY … FROM STDIN. */
  get readsRows(): boolean {
    return this.#head === 'rows';
  }

  /** Forgets everything: another statement begins. */
  reset(): void {
    this.#parentheses = 0;
    this.#blocks = 0;
    this.#head = 'start';
  }

  /** psql's `\;` was met: another statement begins, but will be sent together with this one. */
  join(): void {
    if (!this.readsRows) this.#head = 'start';
  }

  /** Takes the lexer's current token into account. */
  take(token: Lexer): void {
    if (token.kind === Token.word) this.#word(token.start, token.end);
    else if (token.kind === Token.open) this.#parentheses++;
    else if (token.kind === Token.close && this.#parentheses > 0) this.#parentheses--;
  }

  #word(start: number, end: number): void {
    switch (this.#head) {
      case 'any':
      case 'rows':
        return;
      case 'start':
        this.#head = this.#is(start, end, 'create')
          ? 'create'
          : this.#is(start, end, 'copy')
            ? 'copy'
            : 'any';
        return;
      case 'create':
        this.#head = this.#is(start, end, 'or') ? 'create or' : this.#routineOrAny(start, end);
        return;
      case 'create or':
        this.#head = this.#is(start, end, 'replace') ? 'create or replace' : 'any';
        return;
      case 'create or replace':
        this.#head = this.#routineOrAny(start, end);
        return;
      case 'routine':
        if (this.#parentheses === 0) this.#countBlocks(start, end);
        return;
      case 'copy':
        if (this.#parentheses === 0 && this.#is(start, end, 'from')) this.#head = 'copy from';
        return;
      case 'copy from':
        // The grammar takes either word for the client's side, whichever way the rows go.
        this.#head = this.#is(start, end, 'stdin') || this.#is(start, end, 'stdout') ? 'rows' : 'copy';
    }
  }

  #routineOrAny(start: number, end: number): Head {
    return this.#is(start, end, 'function') || this.#is(start, end, 'procedure') ? 'routine' : 'any';
  }

  #countBlocks(start: number, end: number): void {
    if (this.#is(start, end, 'begin') || (this.#blocks > 0 && this.#is(start, end, 'case'))) this.#blocks++;
    else if (this.#blocks > 0 && this.#is(start, end, 'end')) this.#blocks--;
  }

  /** @param word in lower-case ASCII letters; the text may have it in either case. */
  #is(start: number, end: number, word: string): boolean {
    if (end - start !== word.length) return false;
    for (let at = 0; at < word.length; at++) {
      if ((this.#source.charCodeAt(start + at) | 0x20) !== word.charCodeAt(at)) return false;
    }
    return true;
  }
}
