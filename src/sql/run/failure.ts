import type { FailureView } from '../../contract/results.ts';
import { ConnectionError, ServerError } from '../../postgres/errors.ts';
import { CommandError } from '../psql/commandError.ts';
import { failedLine } from '../psql/inlineData.ts';
import type { Step } from '../psql/script.ts';
import type { Substituted } from '../psql/substitute.ts';

/** What a failed statement shows, from the error alone. */
export const failureView = (error: unknown): FailureView => {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof CommandError && error.hint !== undefined) {
    return { message, hint: error.hint, remedies: [] };
  }
  if (!(error instanceof ServerError)) return { message, remedies: [] };
  return {
    code: error.code,
    message,
    ...(error.detail !== undefined && { detail: error.detail }),
    ...(error.hint !== undefined && { hint: error.hint }),
    remedies: [],
  };
};

/** Said where a connection was lost while a write was on its way. */
export const IN_DOUBT = 'Whether this statement took effect is not known.';

/**
 * Whether a write that failed so may have taken effect all the same: the connection to the server was lost, or that of
 * the server to the node that does it (class 08 of PostgreSQL's manual, appendix A), which may have committed.
 */
export const leavesInDoubt = (failure: unknown): boolean =>
  failure instanceof ConnectionError || (failure instanceof ServerError && failure.code.startsWith('08'));

/** What in a file a failure is about. */
interface Blame {
  /** In UTF-16 code units. */
  readonly offset: number;
  /** A sentence, where there is more to say than the server does. */
  readonly explanation?: string;
}

/**
 * Finds what in the file the server blames: a place in the statement, or with COPY a line of the rows behind it.
 * @param sent the statement as the server got it, behind the prefix
 * @param prefix what was put before the statement, such as EXPLAIN
 * @returns undefined where it blames nothing in particular
 */
export const findBlame = (
  error: unknown,
  { piece, source }: Pick<Step, 'piece' | 'source'>,
  sent: Substituted,
  prefix: string,
): Blame | undefined => {
  if (!(error instanceof ServerError)) return undefined;
  const { context, position } = error;
  const failed =
    piece.copyData && context !== undefined ? failedLine(source.text, piece.copyData, context) : undefined;
  if (failed) {
    return { offset: failed.offset, explanation: `Line ${failed.line} of ${source.name}: ${context}.` };
  }
  if (position === undefined) return undefined;
  const offset = offsetOfPosition(prefix + sent.text, position) - prefix.length;
  return { offset: piece.start + sent.origin(Math.max(0, offset)) };
};

/**
 * Turns the server's error position into an offset.
 * @param position in characters (code points), from 1
 * @returns offset in UTF-16 code units, at most the text's length
 */
export const offsetOfPosition = (text: string, position: number): number => {
  let offset = 0;
  for (let character = 1; character < position && offset < text.length; character++) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
};
