import type { Readable, Writable } from 'node:stream';
import type { Client } from 'pg';
import * as v from 'valibot';
import { sendCancelRequest } from './cancelRequest.ts';
import { address, type Credentials } from './endpoint.ts';
import { ConnectionError, type ServerErrorFields, toPostgresError } from './errors.ts';
import { RowTap } from './rowTap.ts';
import {
  type Completion,
  type ResultSink,
  SinkError,
  StatementExecution,
  type StatementInput,
} from './statement.ts';
import { type StatementDescription, DescribeStatement } from './describeStatement.ts';

/** PostgreSQL's default for libpq is to wait for ever; people don't. */
const CONNECT_DEADLINE_MS = 10_000;
/** A request to cancel that comes before its statement has begun is ignored by the server, so it is repeated. */
const CANCEL_AGAIN_MS = 500;

export interface ConnectOptions {
  /** Shown in pg_stat_activity, so that a DBA sees what a connection is for. */
  readonly applicationName: string;
  /** Milliseconds until connecting fails; 10 s unless told. */
  readonly deadlineMs?: number;
  /** Aborting closes the connection at once, whatever it is doing. */
  readonly signal?: AbortSignal;
  /** Settings for this session, sent in the start-up packet. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** idle, in a transaction block, or in one that failed (ReadyForQuery's status byte). */
export type TransactionStatus = 'idle' | 'transaction' | 'failed';

/** Whom a connection is with, as far as it is no secret. */
type Peer = Omit<Credentials, 'password'>;

/** One connection to one server. */
export interface Session {
  readonly peer: Peer;
  /** As the server tells it: `15.20 (Debian 15.20-1)`. */
  readonly serverVersion: string;
  /** The server process' id. */
  readonly serverPid: number;
  readonly transactionStatus: TransactionStatus;
  /** Whether the server is a standby, as it said when it last changed (`in_hot_standby`, PostgreSQL 14 and later). */
  readonly inHotStandby: boolean;
  /** The session's time zone, as the server said when it last changed (`TimeZone`). */
  readonly timeZone: string;
  /** Whether the connection is gone for good. */
  readonly closed: boolean;
  /** Names of settings that the session's user has made up, such as `app.tenant`: the server lists them nowhere. */
  readonly ownSettings: Set<string>;
  /**
   * Runs one statement of ours and validates its rows.
   * @throws ServerError, ConnectionError, or valibot's ValiError where rows aren't as expected
   */
  query<const TSchema extends v.GenericSchema>(
    schema: TSchema,
    sql: string,
    values?: readonly unknown[],
  ): Promise<v.InferOutput<TSchema>[]>;
  /** Runs one statement of ours for its effect. */
  run(sql: string, values?: readonly unknown[]): Promise<void>;
  /**
   * Runs one statement of the user's, exactly as written, streaming its rows.
   * Aborting the signal cancels it on the server; where the server can't be reached for that, the connection is dropped.
   * @returns when the server is ready for the next statement, or a limit is reached
   * @throws ServerError (`queryCanceled` when aborted in time), ConnectionError, SinkError
   */
  execute(sql: string, sink: ResultSink, signal?: AbortSignal, input?: StatementInput): Promise<Completion>;
  /**
   * The rows of the last statement that a limit stopped. Whatever this connection does next gives them up.
   * Undefined where there are none (any more).
   */
  readonly rest: Rest | undefined;
  /**
   * Has the server tell what a statement takes and gives, without running it. An error fails an open transaction.
   * Aborting the signal cancels it: it may have to wait for a lock.
   * @throws ServerError, ConnectionError
   */
  describe(sql: string, signal?: AbortSignal): Promise<StatementDescription>;
  /**
   * Starts a `COPY … TO STDOUT`: the stream gives what the server sends. Nothing else runs until it has ended.
   * An error of the server's is the stream's error, as it came from pg.
   */
  copyOut(sql: string): Promise<Readable>;
  /** Starts a `COPY … FROM STDIN`: what is written to the stream goes to the server; it finishes when that has it all. */
  copyIn(sql: string): Promise<Writable>;
  /** Asks the server to stop what it is doing on this connection; resolves when the request is delivered. */
  cancel(): Promise<void>;
  /** Calls back for NOTICE, WARNING and the like as they arrive; returns how to stop that. */
  onNotice(listener: (notice: ServerErrorFields) => void): () => void;
  /** Calls back once when the connection is lost, not when it is closed here. */
  onLost(listener: (error: ConnectionError) => void): () => void;
  close(): Promise<void>;
  /** Drops the socket without a word to the server, which counts as lost: for a server that answers nothing any more. */
  destroy(): void;
}

/** Rows that a limit left on the server, which holds the statement's snapshot, and its transaction open, for them. */
export interface Rest {
  /** Takes them all, to the statement's sink. As `execute`. */
  fetch(signal?: AbortSignal): Promise<Completion>;
  /** Has the server forget them; resolves when it is ready for the next statement. */
  giveUp(): Promise<void>;
  /**
   * Settles when they have been fetched or are gone: with the server's error where that is why, such as a conflict
   * with recovery on a standby.
   */
  readonly ended: Promise<unknown>;
}

/** What pg hands over of a notice. */
type NoticeFields = Partial<Record<'message' | 'severity' | 'code' | 'detail' | 'hint', string | undefined>>;

const BackendKey = v.object({ processID: v.number(), secretKey: v.number() });
const STATUS: Readonly<Record<string, TransactionStatus>> = { I: 'idle', T: 'transaction', E: 'failed' };

/**
 * Opens a connection.
 * @throws ServerError where the server said no, ConnectionError where it couldn't be reached
 */
export const connect = async (credentials: Credentials, options: ConnectOptions): Promise<Session> => {
  const where = address(credentials);
  const { signal } = options;
  // Loaded with the first connection, not with the extension.
  const pg = await import('pg');
  if (signal?.aborted) throw new ConnectionError('aborted', `Connecting to ${where} was cancelled.`);
  const tap = new RowTap();
  const client = new pg.Client({
    stream: () => tap.makeSocket(),
    host: credentials.host,
    port: credentials.port,
    user: credentials.user,
    password: credentials.password,
    database: credentials.database,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.deadlineMs ?? CONNECT_DEADLINE_MS,
    keepAlive: true,
    ...(options.settings && { options: startupOptions(options.settings) }),
  });
  const session = new PgSession(client, tap, credentials, where);
  const abort = (): void => {
    session.destroy();
  };
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await session.connect();
  } catch (error) {
    signal?.removeEventListener('abort', abort);
    session.destroy();
    if (signal?.aborted) throw new ConnectionError('aborted', `Connecting to ${where} was cancelled.`, error);
    throw toPostgresError(error, where);
  }
  session.started(() => signal?.removeEventListener('abort', abort));
  return session;
};

/** `-c name=value` as libpq's `options` wants it: backslash before blanks and backslashes. */
const startupOptions = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replace(/[\\\s]/g, '\\$&')}`)
    .join(' ');

/** Opens a session, hands it to `use`, and closes it however that ends. */
export const withSession = async <T>(
  credentials: Credentials,
  options: ConnectOptions,
  use: (session: Session) => Promise<T>,
): Promise<T> => {
  const session = await connect(credentials, options);
  try {
    return await use(session);
  } finally {
    await session.close();
  }
};

class PgSession implements Session {
  transactionStatus: TransactionStatus = 'idle';
  inHotStandby = false;
  timeZone = '';
  closed = false;
  readonly ownSettings = new Set<string>();
  serverPid = 0;
  rest: Rest | undefined;
  serverVersion = '';
  readonly peer: Peer;
  readonly #client: Client;
  readonly #credentials: Credentials;
  readonly #where: string;
  #secretKey = 0;
  readonly #tap: RowTap;
  readonly #lostListeners = new Set<(error: ConnectionError) => void>();
  #release: () => void = () => undefined;

  constructor(client: Client, tap: RowTap, credentials: Credentials, where: string) {
    this.#client = client;
    this.#tap = tap;
    this.#credentials = credentials;
    this.#where = where;
    const { host, port, user, database } = credentials;
    this.peer = { host, port, user, database };
    // pg emits errors of idle connections here; without a listener they would end the process.
    client.on('error', (error: Error) => {
      this.#lost(error);
    });
    client.on('end', () => {
      this.#lost(new Error('the server closed the connection'));
    });
    client.connection.on('readyForQuery', (message: { status: string }) => {
      this.transactionStatus = STATUS[message.status] ?? 'idle';
    });
    client.connection.on('parameterStatus', (message: { parameterName: string; parameterValue: string }) => {
      if (message.parameterName === 'in_hot_standby') this.inHotStandby = message.parameterValue === 'on';
      if (message.parameterName === 'TimeZone') this.timeZone = message.parameterValue;
      if (message.parameterName === 'server_version') this.serverVersion = message.parameterValue;
    });
  }

  async connect(): Promise<void> {
    const connected = this.#client.connect();
    // pg listens from now on, and nothing has arrived yet.
    this.#tap.attach(this.#client.connection.stream);
    await connected;
  }

  started(release: () => void): void {
    const key = v.parse(BackendKey, this.#client);
    this.serverPid = key.processID;
    this.#secretKey = key.secretKey;
    this.#release = release;
  }

  async query<const TSchema extends v.GenericSchema>(
    schema: TSchema,
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<v.InferOutput<TSchema>[]> {
    const rows = await this.#rows(sql, values);
    return v.parse(v.array(schema), rows);
  }

  async run(sql: string, values: readonly unknown[] = []): Promise<void> {
    await this.#rows(sql, values);
  }

  async execute(
    sql: string,
    sink: ResultSink,
    signal?: AbortSignal,
    input?: StatementInput,
  ): Promise<Completion> {
    await this.#prepare();
    if (signal?.aborted) throw new ConnectionError('aborted', 'Cancelled before the statement was sent.');
    const execution = new StatementExecution(sql, sink, this.#tap, input);
    const completing = this.#follow(execution, signal);
    this.#client.query(execution);
    const completion = await completing;
    if (completion.reached !== undefined) this.#keepRest(execution);
    return completion;
  }

  /** Waits for what an execution does now, and cancels it when it is aborted. */
  async #follow(execution: StatementExecution, signal: AbortSignal | undefined): Promise<Completion> {
    const { done } = execution;
    const ended = done.then(
      () => true,
      () => true,
    );
    let cancelling: Promise<void> | undefined;
    const abort = (): void => {
      execution.stop();
      cancelling = this.#cancelUntil(ended);
    };
    signal?.addEventListener('abort', abort, { once: true });
    try {
      return await done;
    } catch (error) {
      throw error instanceof SinkError ? error : toPostgresError(error, this.#where);
    } finally {
      signal?.removeEventListener('abort', abort);
      // A request that is still under way would hit whatever this connection does next.
      if (!this.closed) await cancelling;
    }
  }

  #keepRest(execution: StatementExecution): void {
    const { done } = execution;
    const ended = done
      .then(
        () => undefined,
        (error: unknown) => toPostgresError(error, this.#where),
      )
      .finally(() => {
        this.rest = undefined;
      });
    this.rest = {
      ended,
      fetch: (signal) => {
        const completing = this.#follow(execution, signal);
        execution.fetchRest();
        return completing;
      },
      giveUp: async () => {
        execution.giveUpRest();
        await ended;
      },
    };
  }

  async describe(sql: string, signal?: AbortSignal): Promise<StatementDescription> {
    await this.#prepare();
    const description = new DescribeStatement(sql);
    const ended = description.done.then(
      () => true,
      () => true,
    );
    let cancelling: Promise<void> | undefined;
    const abort = (): void => {
      cancelling = this.#cancelUntil(ended);
    };
    signal?.addEventListener('abort', abort, { once: true });
    this.#client.query(description);
    try {
      return await description.done;
    } catch (error) {
      throw toPostgresError(error, this.#where);
    } finally {
      signal?.removeEventListener('abort', abort);
      await cancelling;
    }
  }

  async copyOut(sql: string): Promise<Readable> {
    await this.#prepare();
    const { to } = await import('pg-copy-streams');
    return withoutCrash(this.#client.query(to(sql)));
  }

  async copyIn(sql: string): Promise<Writable> {
    await this.#prepare();
    const { from } = await import('pg-copy-streams');
    return withoutCrash(this.#client.query(from(sql)));
  }

  cancel(): Promise<void> {
    return sendCancelRequest(this.#credentials, this.serverPid, this.#secretKey);
  }

  onNotice(listener: (notice: ServerErrorFields) => void): () => void {
    const onNotice = (message: NoticeFields): void => {
      listener({
        message: message.message ?? '',
        severity: message.severity ?? 'NOTICE',
        code: message.code ?? '',
        detail: message.detail,
        hint: message.hint,
      });
    };
    this.#client.on('notice', onNotice);
    return () => this.#client.off('notice', onNotice);
  }

  onLost(listener: (error: ConnectionError) => void): () => void {
    this.#lostListeners.add(listener);
    return () => this.#lostListeners.delete(listener);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.#release();
    // A server that hangs never answers; the socket goes in any case.
    await Promise.race([this.#client.end().catch(() => undefined), deadline(500)]);
    this.destroy();
  }

  destroy(): void {
    this.#client.connection.stream.destroy();
  }

  async #cancelUntil(ended: Promise<boolean>): Promise<void> {
    let done = false;
    while (!done) {
      try {
        await this.cancel();
      } catch {
        this.destroy();
        return;
      }
      done = await Promise.race([ended, deadline(CANCEL_AGAIN_MS).then(() => false)]);
    }
  }

  async #rows(sql: string, values: readonly unknown[]): Promise<unknown[]> {
    await this.#prepare();
    try {
      return (await this.#client.query<Record<string, unknown>>(sql, [...values])).rows;
    } catch (error) {
      throw toPostgresError(error, this.#where);
    }
  }

  /** Makes the connection ready for something new. */
  async #prepare(): Promise<void> {
    await this.rest?.giveUp();
    if (this.closed) throw new ConnectionError('lost', `The connection to ${this.#where} is closed.`);
  }

  #lost(cause: Error): void {
    if (this.closed) return;
    this.closed = true;
    this.#release();
    const error = new ConnectionError(
      'lost',
      `The connection to ${this.#where} was lost: ${cause.message}`,
      cause,
    );
    for (const listener of this.#lostListeners) listener(error);
  }
}

/** A stream may fail before its reader has begun to listen, which would end the process. */
const withoutCrash = <S extends Readable | Writable>(stream: S): S => {
  stream.on('error', () => undefined);
  return stream;
};

const deadline = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
