/** Why a cluster operation failed, each with what callers need to act on it. */
export interface ClusterFailures {
  'bad-request': { field: string };
  busy: { cluster: string };
  cancelled: { cluster: string };
  'folder-not-empty': { folder: string };
  'folder-not-usable': { folder: string };
  /** Containers can't be run, or not of this image. */
  'engine-not-usable': { program: string };
  'name-taken': { name: string };
  /** There is nothing on this machine that a cluster could be made of. */
  'no-platform': { searched: string[] };
  /** Servers lack what spreads the tables. */
  'no-sharding': { sharding: string };
  'no-image': { image: string };
  'bad-image': { image: string };
  'download-failed': { what: string };
  /** A table can't be moved as it is. */
  'not-movable': { table: string };
  /** Two copies of a table differ. */
  'copy-differs': { table: string };
  /** A table was moved, and its original may be there still. */
  'original-stays': { table: string };
  /** Something can't be removed, since a cluster needs it. */
  'in-use': { cluster: string };
  'no-os-user': { osUser: string };
  'not-found': { what: string };
  'port-taken': { port: number; node: string };
  'step-failed': { step: string; log?: string };
  'damaged-description': { file: string };
  'not-converging': { node: string };
}
export type ClusterFailure = keyof ClusterFailures;

/**
 * An error of a cluster operation: the message says what happened and why, `nextStep` what to do.
 * Callers tell errors apart by `reason`, never by their text.
 */
export class ClusterError<R extends ClusterFailure = ClusterFailure> extends Error {
  override readonly name = 'ClusterError';
  readonly reason: R;
  readonly detail: ClusterFailures[R];
  readonly nextStep: string | undefined;

  constructor(
    reason: R,
    message: string,
    detail: ClusterFailures[R],
    options: { nextStep?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.detail = detail;
    this.nextStep = options.nextStep;
  }

  static is<R extends ClusterFailure>(error: unknown, reason: R): error is ClusterError<R> {
    return error instanceof ClusterError && error.reason === reason;
  }
}
