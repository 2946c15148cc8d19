import * as v from 'valibot';
import type { ConnectionError } from '../../postgres/errors.ts';
import type { Session, TransactionStatus } from '../../postgres/session.ts';
import { Variables } from '../psql/variables.ts';
import { connectTo, type Server } from './target.ts';
import { TimeLimit } from './timeLimit.ts';

/** A connection that ended by itself. */
export interface Loss {
  readonly error: ConnectionError;
  readonly openTransaction: boolean;
}

/**
 * The one connection that a file has to its server. It opens with the first run and is kept between runs, so that
 * BEGIN, SET and temporary tables carry over. A lost connection is opened again by the next run.
 */
export class FileSession {
  readonly server: Server;
  /** Whether this connection, to a standby, sends one-shard writes to their shards itself, at the user's wish. */
  writesDirectly = false;
  /** How long a statement may take on the connection as it is. */
  timeLimit = new TimeLimit();
  /** psql's variables, as the scripts that ran on this connection left them. */
  readonly variables = new Variables();
  readonly #applicationName: string;
  readonly #onLost: (loss: Loss) => void;
  #session: Session | undefined;
  #loss: Loss | undefined;

  /** @param file its name, which pg_stat_activity shows */
  constructor(server: Server, file: string, onLost: (loss: Loss) => void = () => undefined) {
    this.server = server;
    this.#applicationName = `citus-sql ${file}`;
    this.#onLost = onLost;
  }

  /** The connection as it is; undefined before the first run and after it was lost. */
  get current(): Session | undefined {
    return this.#session;
  }

  /** How the connection ended by itself, until it is open again. */
  get loss(): Loss | undefined {
    return this.#loss;
  }

  get transactionStatus(): TransactionStatus {
    return this.#session?.transactionStatus ?? 'idle';
  }

  /**
   * The connection, opened where there is none.
   * @param signal aborts connecting, not the connection
   * @throws ServerError, ConnectionError
   */
  async open(signal?: AbortSignal): Promise<Session> {
    this.#session ??= await this.#connect(signal);
    this.#loss = undefined;
    return this.#session;
  }

  /**
   * Ends the open transaction.
   * @returns the server's command tag, which is `ROLLBACK` also for the COMMIT of a transaction that has failed
   * @throws ServerError where the server can't commit, and has rolled back; ConnectionError where the connection is
   * lost meanwhile: then nobody knows whether the transaction was committed
   */
  async endTransaction(how: 'COMMIT' | 'ROLLBACK', signal?: AbortSignal): Promise<string> {
    if (!this.#session) return 'ROLLBACK';
    const noRows = { columns: () => undefined, rows: () => undefined };
    return (await this.#session.execute(how, noRows, signal)).commandTag;
  }

  /** Whether it can be asked something without disturbing: neither a transaction is open, nor rows that a limit left. */
  get free(): boolean {
    return this.#session?.transactionStatus === 'idle' && this.#session.rest === undefined;
  }

  /**
   * What `search_path` is on the connection.
   * @returns undefined where it isn't open
   * @throws ServerError, ConnectionError
   */
  async searchPath(): Promise<string | undefined> {
    const rows = await this.#session?.query(
      v.object({ path: v.string() }),
      "SELECT pg_catalog.current_setting('search_path') AS path",
    );
    return rows?.[0]?.path;
  }

  /** Ends the connection; the server rolls back an open transaction. */
  async close(): Promise<void> {
    const session = this.#session;
    this.#forget();
    await session?.close();
  }

  async #connect(signal?: AbortSignal): Promise<Session> {
    const session = await connectTo(this.server, this.#applicationName, signal);
    this.variables.connected(session);
    session.onLost((error) => {
      this.#forget();
      this.#loss = { error, openTransaction: session.transactionStatus !== 'idle' };
      this.#onLost(this.#loss);
    });
    return session;
  }

  #forget(): void {
    this.#session = undefined;
    this.writesDirectly = false;
    this.timeLimit = new TimeLimit();
    this.variables.reset();
  }
}

/**
 * What is gone with a lost connection, and what happens next.
 * @param openTransaction undefined where it was just ending, so that nobody knows how it ended
 */
export const describeLoss = (openTransaction: boolean | undefined): string =>
  [
    ...(openTransaction === undefined
      ? []
      : [
          openTransaction
            ? 'The transaction that was open has been rolled back.'
            : 'No transaction was open.',
        ]),
    'Settings, temporary tables and prepared statements of that connection are gone.',
    'The next run opens a new one; nothing is run again by itself.',
  ].join(' ');
