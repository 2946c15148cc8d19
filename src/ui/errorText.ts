import { ClusterError } from '../cluster/errors.ts';
import { ConnectionError, ServerError } from '../postgres/errors.ts';
import { ExportError } from '../sql/export/format.ts';
import { ResultFileError } from '../sql/results/resultFiles.ts';

/** What to tell a person about an error. */
export interface ErrorText {
  /** One or two sentences: what happened, why, what next. */
  readonly message: string;
  /** Whether it was foreseen; an unforeseen one is a defect, whose trace belongs in the log. */
  readonly foreseen: boolean;
}

/** @returns undefined where there is nothing to say, because the person cancelled it themselves */
export const errorText = (error: unknown): ErrorText | undefined => {
  if (ClusterError.is(error, 'cancelled')) return undefined;
  if (error instanceof ConnectionError && error.reason === 'aborted') return undefined;
  if (error instanceof ClusterError) return foreseen(error.message, error.nextStep);
  if (error instanceof ServerError) {
    return foreseen(error.message, error.detail, error.hint && `Hint: ${error.hint}`);
  }
  if (error instanceof ConnectionError || error instanceof ExportError || error instanceof ResultFileError)
    return foreseen(error.message);
  return { message: `Something unexpected went wrong: ${sentence(errorMessage(error))}`, foreseen: false };
};

/** What an error of any kind says, without a word about what to do. */
export const errorMessage = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** The whole of an error for the log: its trace, and those of its causes. */
export const errorTrace = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  const detail = error instanceof ClusterError ? `\n${JSON.stringify(error.detail)}` : '';
  return own + detail + (error.cause === undefined ? '' : `\nCaused by: ${errorTrace(error.cause)}`);
};

const foreseen = (...parts: readonly (string | undefined)[]): ErrorText => ({
  message: parts
    .filter((part) => part !== undefined && part !== '')
    .map((part) => sentence(part ?? ''))
    .join(' '),
  foreseen: true,
});

const sentence = (text: string): string => (/[.!?…:)]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`);
