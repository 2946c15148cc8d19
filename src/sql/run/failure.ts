import type { FailureView } from '../../contract/results.ts';
import { ConnectionError, ServerError } from '../../postgres/errors.ts';
import { CommandError } from '../psql/commandError.ts';

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
