import * as v from 'valibot';

/** An error that the server reported, field for field (PostgreSQL manual, 55.8 "Error and Notice Message Fields"). */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  /** SQLSTATE. */
  readonly code: string;
  readonly severity: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  /** Place of the error in the statement: characters (code points) from 1. */
  readonly position: number | undefined;
  /** Function of the server's source that reported the error: unlike the message, in one language only. */
  readonly routine: string | undefined;
  /** What the server was doing, outermost last: the line of a COPY, the functions on the stack. */
  readonly context: string | undefined;

  constructor(fields: ServerErrorFields, cause?: unknown) {
    super(fields.message, { cause });
    this.code = fields.code;
    this.severity = fields.severity;
    this.detail = fields.detail;
    this.hint = fields.hint;
    this.position = fields.position;
    this.routine = fields.routine;
    this.context = fields.context;
  }
}

export interface ServerErrorFields {
  readonly message: string;
  readonly code: string;
  readonly severity: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly position?: number | undefined;
  readonly routine?: string | undefined;
  readonly context?: string | undefined;
}

/** Why there is no (longer a) connection, where it wasn't the server's own word. */
export type ConnectionFailure = 'refused' | 'timeout' | 'lost' | 'aborted';

export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly reason: ConnectionFailure;
  constructor(reason: ConnectionFailure, message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

/** SQLSTATEs that the code tells apart (PostgreSQL manual, appendix A). */
export const SqlState = {
  cannotConnectNow: '57P03',
  readOnlyTransaction: '25006',
  objectNotInPrerequisiteState: '55000',
  internalError: 'XX000',
  activeTransaction: '25001',
  invalidTransactionTermination: '2D000',
  queryCanceled: '57014',
  lockNotAvailable: '55P03',
} as const;

const text = v.optional(v.string());
/** What pg throws when the server reported an error: told from others by its fields, so that pg needn't be loaded. */
const Reported = v.object({
  message: v.string(),
  code: v.pipe(v.string(), v.regex(/^[0-9A-Z]{5}$/)),
  severity: v.string(),
  detail: text,
  hint: text,
  position: v.optional(v.pipe(v.string(), v.transform(Number))),
  routine: text,
  where: text,
});

/** Whether an error of pg's is the server's own word. */
export const isReported = (error: unknown): boolean => v.is(Reported, error);

/** Turns what pg throws into one of this module's errors. */
export const toPostgresError = (error: unknown, where: string): Error => {
  if (error instanceof ServerError || error instanceof ConnectionError) return error;
  const reported = v.safeParse(Reported, error);
  if (reported.success) {
    return new ServerError({ ...reported.output, context: reported.output.where }, error);
  }
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ECONNREFUSED' || code === 'ENOENT') {
    return new ConnectionError('refused', `No server accepts connections at ${where}.`, error);
  }
  if (code === 'ETIMEDOUT' || /timeout/i.test(message)) {
    return new ConnectionError('timeout', `The server at ${where} did not answer in time.`, error);
  }
  return new ConnectionError('lost', `The connection to ${where} was lost: ${message}`, error);
};
