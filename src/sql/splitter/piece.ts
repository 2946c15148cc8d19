/** Part of a source text, in UTF-16 code units: `start` is included, `end` is not. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** One statement, as psql would send it to the server. */
interface SqlStatement extends Range {
  readonly kind: 'sql';
  /**
   * `source.slice(start, end)`: from the first token up to the last one, so without leading and trailing
   * whitespace and comments, and without the semicolon.
   */
  readonly text: string;
  /** Just behind the semicolon; `end` where the statement has none. */
  readonly terminatorEnd: number;
  /** Line of `start`, from 1. */
  readonly line: number;
  /** Rows that follow `COPY … FROM STDIN`, without the line `\.` that closes them. */
  readonly copyData?: Range;
  /**
   * The first psql command inside `text`: one that psql runs without sending the statement (`\set`), that
   * throws it away (`\r`), or that joins it to the next one (`\;`). The server knows none of them, so such a
   * statement must not be sent.
   */
  readonly interruptedBy?: PsqlCommand;
}

/** A backslash command, which psql would run by itself. */
export interface PsqlCommand extends Range {
  readonly kind: 'psql';
  /** With its backslash, as in `\d+`. */
  readonly name: string;
  /** `source.slice(start, end)`: the name and its arguments. */
  readonly text: string;
  /** Line of `start`, from 1. */
  readonly line: number;
  /** Rows that follow `\copy … from stdin`, without the line `\.` that closes them. */
  readonly copyData?: Range;
}

/** A statement or a psql command of a SQL text. */
export type Piece = SqlStatement | PsqlCommand;
