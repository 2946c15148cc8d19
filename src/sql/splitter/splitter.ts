import { inlineRows } from './copyData.ts';
import { Lexer, Token } from './lexer.ts';
import type { Piece, PsqlCommand, Range } from './piece.ts';
import { effectOf, isClientCopy, readCommand } from './psqlCommand.ts';
import { StatementShape } from './statementShape.ts';

export type { Piece } from './piece.ts';
export { pieceAt } from './pieceAt.ts';
export { pieceStartingAt } from './pieceList.ts';
export { together } from './together.ts';
export { summary } from './summary.ts';

/**
 * Splits a SQL text into statements and psql commands where psql would (PostgreSQL's src/fe_utils/psqlscan.l and
 * src/bin/psql/mainloop.c). Pieces come in order and don't overlap. What lies between them is whitespace,
 * comments, semicolons, psql's separator `\\` and rows of COPY. Statements without a token are left out; a quote,
 * a comment or a parenthesis that is never closed makes the rest of the text one statement.
 *
 * Variables (`:name`) are not interpreted, and both branches of an `\if` are given.
 *
 * A psql command between statements is a piece of its own. Behind the beginning of a statement, one that sends it
 * (`\g`, `\gset`, …) ends the statement and is the next piece; any other stays within the statement's text, which
 * `interruptedBy` then tells: half a statement is never given as if it were a whole one.
 */
export function split(source: string): Piece[] {
  return new Splitter(source).run();
}

/** Where a text is as at its beginning: no statement has begun there, and no rows are to come. */
export interface Boundary {
  readonly offset: number;
  /** Line of that offset, from 1. */
  readonly line: number;
}

/** Splits a text from a boundary on. */
export class Splitter {
  readonly #source: string;
  readonly #lexer: Lexer;
  readonly #shape: StatementShape;
  readonly #lines: LineCounter;
  readonly #pieces: Piece[] = [];
  #stopped: number | undefined;
  /** Where the statement being read begins; undefined before its first token. */
  #begin: { readonly start: number; readonly line: number } | undefined;
  /** Where the last token of that statement ends. */
  #end = 0;
  #interruptedBy: PsqlCommand | undefined;
  /** Rows that begin behind the newline at `newline`, not reached yet; SQL goes on at `resume`. */
  #rowsAhead: { readonly newline: number; readonly resume: number } | undefined;

  constructor(source: string, { offset, line }: Boundary = { offset: 0, line: 1 }) {
    this.#source = source;
    this.#lexer = new Lexer(source);
    this.#lexer.moveTo(offset);
    this.#shape = new StatementShape(source);
    this.#lines = new LineCounter(source, offset, line);
  }

  /**
   * @param enough asked at boundaries, behind semicolons and rows, with the offset: whether to stop there
   * @returns the pieces up to there, or to the end
   */
  run(enough: (offset: number) => boolean = () => false): Piece[] {
    const lexer = this.#lexer;
    while (lexer.next()) {
      let closed = false;
      if (lexer.kind === Token.semicolon && this.#shape.closed) {
        this.#finish(lexer.end);
        closed = true;
      } else if (lexer.kind === Token.backslash) this.#command();
      else if (lexer.kind !== Token.space && lexer.kind !== Token.comment) {
        this.#shape.take(lexer);
        this.#extend(lexer.start, lexer.end);
      }
      if (this.#rowsAhead && lexer.end > this.#rowsAhead.newline) {
        closed = this.#skipRows(this.#rowsAhead.resume);
      }
      if (closed && !this.#begin && !this.#rowsAhead && enough(lexer.end)) {
        this.#stopped = lexer.end;
        return this.#pieces;
      }
    }
    this.#finish(this.#end);
    return this.#pieces;
  }

  /** Offset of the boundary that reading stopped at; undefined where it went on to the end. */
  get stopped(): number | undefined {
    return this.#stopped;
  }

  /** @returns the line of an offset behind all pieces read, from 1; to be asked once reading has stopped. */
  lineOf(offset: number): number {
    return this.#lines.lineOf(offset);
  }

  /** Makes [start, end) part of the statement. */
  #extend(start: number, end: number): void {
    this.#begin ??= { start, line: this.#lines.lineOf(start) };
    this.#end = end;
  }

  /**
   * Ends the statement, if one has begun.
   *
   * @param terminatorEnd behind its semicolon, or its own end.
   */
  #finish(terminatorEnd: number): void {
    if (this.#begin) {
      const { start, line } = this.#begin;
      const end = this.#end;
      this.#pieces.push({
        kind: 'sql',
        text: this.#source.slice(start, end),
        start,
        end,
        terminatorEnd,
        line,
        ...(this.#shape.readsRows && { copyData: this.#rowsAfterLine() }),
        ...(this.#interruptedBy && { interruptedBy: this.#interruptedBy }),
      });
    }
    this.#begin = undefined;
    this.#interruptedBy = undefined;
    this.#shape.reset();
  }

  /** A backslash was met: reads psql's command. */
  #command(): void {
    const { start } = this.#lexer;
    const { name, end, resume } = readCommand(this.#source, start);
    this.#lexer.moveTo(resume);
    const effect = effectOf(name);
    const ownPiece = effect === 'sends' || (effect !== 'joins' && !this.#begin);
    if (ownPiece) this.#finish(this.#end);

    const text = this.#source.slice(start, end);
    const command: PsqlCommand = { kind: 'psql', name, text, start, end, line: this.#lines.lineOf(start) };
    if (ownPiece) {
      const reads = isClientCopy(name) && readsRows(text.slice(1));
      this.#pieces.push(reads ? { ...command, copyData: this.#rowsAfterLine() } : command);
      return;
    }
    this.#interruptedBy ??= command;
    this.#extend(start, end);
    if (effect === 'discards') this.#finish(end);
    else if (name === '\\;') this.#shape.join();
  }

  /**
   * Finds the rows that the statement or command just read wants. They begin on the line behind the one that is being
   * read, or, where an earlier statement on that line reads rows too, behind those.
   */
  #rowsAfterLine(): Range {
    const { length } = this.#source;
    const found = this.#source.indexOf('\n', this.#lexer.end);
    const newline = this.#rowsAhead?.newline ?? (found < 0 ? length : found);
    const first = this.#rowsAhead?.resume ?? Math.min(newline + 1, length);
    const { rows, resume } = inlineRows(this.#source, first);
    this.#rowsAhead = { newline, resume };
    return rows;
  }

  /**
   * The line before the rows is read to its end.
   *
   * @returns whether a whole line `\.` ends the rows, so that nothing that may follow changes them
   */
  #skipRows(resume: number): boolean {
    this.#lexer.moveTo(Math.max(this.#lexer.end, resume));
    this.#rowsAhead = undefined;
    return resume < this.#source.length;
  }
}

/** @returns whether a statement is a COPY … FROM STDIN. */
function readsRows(statement: string): boolean {
  const lexer = new Lexer(statement);
  const shape = new StatementShape(statement);
  while (lexer.next()) shape.take(lexer);
  return shape.readsRows;
}

/** Counts lines on the way through a text. */
class LineCounter {
  readonly #source: string;
  #line: number;
  /** The newline that ends that line. */
  #newline: number;

  /** @param line of `offset` */
  constructor(source: string, offset: number, line: number) {
    this.#source = source;
    this.#line = line;
    this.#newline = source.indexOf('\n', offset);
  }

  /** @returns the line of `offset`, from 1; offsets must not decrease from call to call. */
  lineOf(offset: number): number {
    while (this.#newline >= 0 && this.#newline < offset) {
      this.#line++;
      this.#newline = this.#source.indexOf('\n', this.#newline + 1);
    }
    return this.#line;
  }
}
