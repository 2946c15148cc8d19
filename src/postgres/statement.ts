import type { Connection, Submittable } from 'pg';
import { encodeRow } from './dataRows.ts';
import { isReported } from './errors.ts';
import type { RowTap } from './rowTap.ts';

/** A result's column as RowDescription gives it. */
export interface Column {
  readonly name: string;
  /** OID in pg_type. */
  readonly typeOid: number;
}

/** What receives a statement's result while it arrives. What it throws or rejects with fails the statement. */
export interface ResultSink {
  /** Called once, before any rows; not at all for a statement that returns none. */
  columns(columns: readonly Column[]): void;
  /**
   * The next rows, as many as the network brought at once, as DataRow messages (dataRows.ts): nothing is decoded.
   * The bytes may be reused after the call. Nothing more is read from the server until a promise that it returns
   * settles, apart from what has arrived with these rows.
   */
  rows(messages: Buffer, count: number): Promise<void> | undefined;
}

/** How a statement ended well. `commandTag` is empty for an empty statement; `stopped` means that rows were thrown away. */
export interface Completion {
  readonly commandTag: string;
  readonly stopped: boolean;
}

/** The sink could not take what the server sent; `cause` says why. */
export class SinkError extends Error {
  override readonly name = 'SinkError';
}

const TEXT_OID = 25;
const BYTEA_OID = 17;
/** How often a connection that isn't read is written to, ms. */
const NUDGE_MS = 1000;

/** Parts of pg's connection that its published types leave out. */
type WireConnection = Connection & { sendCopyFail(message: string): void };

/**
 * One statement sent by the extended query protocol (PostgreSQL manual, 55.2.3 "Extended Query"), which
 * unlike the simple one refuses text that holds two statements. All rows are asked for at once: reading them in
 * portions through a portal would keep the server from planning parallel workers, and cost a round trip each.
 * pg calls the `handle…` methods as messages arrive.
 */
export class StatementExecution implements Submittable {
  /** Settles when the server is ready for the next statement. */
  readonly done: Promise<Completion>;
  readonly #sql: string;
  readonly #sink: ResultSink;
  readonly #tap: RowTap;
  #connection: Connection | undefined;
  /** Goes on while the connection isn't read. */
  #nudging: NodeJS.Timeout | undefined;
  /** Settles when the sink is ready for more. */
  #sinkReady: Promise<void> = Promise.resolve();
  #commandTag = '';
  #stopped = false;
  #sinkError: SinkError | undefined;
  #binaryCopy = false;
  #resolve: (completion: Completion) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  /** @param tap of the connection that it will be submitted to */
  constructor(sql: string, sink: ResultSink, tap: RowTap) {
    this.#sql = sql;
    this.#sink = sink;
    this.#tap = tap;
    this.done = new Promise<Completion>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Throws away the rows that are still to come. They are read all the same: a server that can't send hears no cancel. */
  stop(): void {
    this.#stopped = true;
    this.#sinkReady = Promise.resolve();
    clearInterval(this.#nudging);
    this.#connection?.stream.resume();
  }

  submit(connection: Connection): void {
    this.#connection = connection;
    this.#tap.taker = this.#take;
    connection.on('copyOutResponse', this.#copyOut);
    connection.stream.cork();
    connection.parse({ name: '', text: this.#sql, types: [] }, true);
    connection.bind({ portal: '', statement: '', values: [] }, true);
    connection.describe({ type: 'P', name: '' }, true);
    connection.execute({ portal: '', rows: '0' }, true);
    connection.sync();
    connection.stream.uncork();
  }

  handleRowDescription(message: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.#columns(message.fields.map((field) => ({ name: field.name, typeOid: field.dataTypeID })));
  }

  handleCommandComplete(message: { text: string }): void {
    this.#commandTag = message.text;
  }

  handleEmptyQuery(): void {
    // ReadyForQuery follows; there is no command tag.
  }

  /** A file's own rows can't be sent along yet; the server turns this into an error that says so. */
  handleCopyInResponse(connection: WireConnection): void {
    connection.sendCopyFail('COPY FROM STDIN needs psql: open a psql terminal on this node');
    // While it takes COPY data a server ignores Sync, so the one that was sent with the statement is lost.
    connection.sync();
  }

  /** COPY TO STDOUT: what the server sends for a row is shown as a row of one value. */
  handleCopyData(message: { chunk: Buffer }): void {
    const { chunk } = message;
    const text = this.#binaryCopy ? `\\x${chunk.toString('hex')}` : chunk.toString('utf8').replace(/\n$/, '');
    this.#take(encodeRow([text]), 1);
  }

  handleReadyForQuery(connection: Connection): void {
    this.#settle(connection, () => {
      if (this.#sinkError) this.#reject(this.#sinkError);
      else this.#resolve({ commandTag: this.#commandTag, stopped: this.#stopped });
    });
  }

  handleError(error: unknown, connection: Connection): void {
    const settle = (): void => {
      connection.off('readyForQuery', settle).off('end', settle);
      this.#settle(connection, () => {
        this.#reject(error);
      });
    };
    // pg forgets a statement that failed, so what follows the error is listened for here: the server's readiness,
    // which tells how the transaction stands, or the end of a connection that the server closes after a FATAL error.
    if (isReported(error)) connection.on('readyForQuery', settle).on('end', settle);
    else {
      // Who takes the rows may be long about it, and nothing more comes in any case.
      this.#sinkReady = Promise.resolve();
      clearInterval(this.#nudging);
      settle();
    }
  }

  /** Nothing more comes: ends, once the sink has taken what came. */
  #settle(connection: Connection, end: () => void): void {
    connection.off('copyOutResponse', this.#copyOut);
    this.#tap.taker = undefined;
    void this.#sinkReady.then(end);
  }

  readonly #copyOut = (message: { binary: boolean }): void => {
    this.#binaryCopy = message.binary;
    this.#columns([{ name: 'copy', typeOid: message.binary ? BYTEA_OID : TEXT_OID }]);
  };

  #columns(columns: readonly Column[]): void {
    try {
      this.#sink.columns(columns);
    } catch (error) {
      this.#fail(error);
    }
  }

  readonly #take = (messages: Buffer, count: number): void => {
    if (this.#stopped) return;
    try {
      const ready = this.#sink.rows(messages, count);
      if (ready) this.#pauseUntil(ready);
    } catch (error) {
      this.#fail(error);
    }
  };

  /**
   * Reads no more from the socket meanwhile, so that TCP holds back the server. A socket that isn't read tells nothing of
   * its end, but one that is written to does: Flush is a message that changes nothing at the server.
   */
  #pauseUntil(ready: Promise<void>): void {
    const connection = this.#connection;
    connection?.stream.pause();
    clearInterval(this.#nudging);
    this.#nudging = setInterval(() => connection?.flush(), NUDGE_MS);
    this.#sinkReady = ready.then(
      () => {
        clearInterval(this.#nudging);
        connection?.stream.resume();
      },
      (error: unknown) => {
        this.#fail(error);
      },
    );
  }

  /** A sink that fails must not upset pg's message loop: the rest is read and thrown away, then the statement fails. */
  #fail(cause: unknown): void {
    const message = cause instanceof Error ? cause.message : String(cause);
    this.#sinkError ??= new SinkError(message, { cause });
    this.stop();
  }
}
