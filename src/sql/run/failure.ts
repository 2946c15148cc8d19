import type { FailureView } from '../../contract/results.ts';
import { ServerError } from '../../postgres/errors.ts';
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
