import { ClusterError } from '../../../cluster/errors.ts';
import { POSTGRES_VERSION } from './packages.ts';

/**
 * Why PostgreSQL could not be downloaded. `no-network`: the registry wasn't reached, or fell silent; `refused`: it
 * answered, but not with the file; `integrity`: it sent another file.
 */
export type DownloadFailure = 'no-network' | 'refused' | 'integrity' | 'no-space' | 'unsupported-platform';

/** A download that failed. */
export class DownloadError extends ClusterError<'download-failed'> {
  readonly failure: DownloadFailure;

  constructor(failure: DownloadFailure, message: string, nextStep: string, cause?: unknown) {
    super('download-failed', message, { what: `PostgreSQL ${POSTGRES_VERSION}` }, { nextStep, cause });
    this.failure = failure;
  }
}

/**
 * Says in words what went wrong with files.
 * @param folder where they are
 * @returns the error itself where it is none of the file system's
 */
export const fileProblem = (error: unknown, folder: string): unknown => {
  if (error instanceof ClusterError || !(error instanceof Error) || !('code' in error)) return error;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
    return new DownloadError(
      'no-space',
      `PostgreSQL does not fit on the disk of ${folder}.`,
      'Make room, then try again.',
      error,
    );
  }
  if (!('path' in error)) return error;
  return new ClusterError(
    'folder-not-usable',
    `PostgreSQL can't be kept in ${folder}: ${error.message}.`,
    { folder },
    { nextStep: 'See that you may write there, then try again.', cause: error },
  );
};
