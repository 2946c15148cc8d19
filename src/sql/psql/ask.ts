/** What a script wants to know from the person who runs it. */
export interface Question {
  /** A statement's parameter, or psql's `\prompt`. */
  readonly kind: 'parameter' | 'prompt';
  /** `:name`, `$1`, or the variable that `\prompt` sets. */
  readonly name: string;
  /** The parameter's type as the server infers it; undefined where that isn't known. */
  readonly type?: string;
  /** `\prompt`'s words. */
  readonly text?: string;
  /** One line of the statement that wants it. */
  readonly statement: string;
  /** Line of that statement, from 1. */
  readonly line: number;
}

/** Asks; null is SQL NULL, which only a parameter can be, and undefined means that the person gave up. */
export type Ask = (question: Question) => Promise<string | null | undefined>;
