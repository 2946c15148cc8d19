import type { Connection, Submittable } from 'pg';
import { encodeRow } from './dataRows.ts';
import { isReported } from './errors.ts';
import { Allowance, isLimited, type ReachedLimit, type ResultLimits } from './resultLimits.ts';
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
  /**
   * Takes what a `COPY … TO STDOUT` sends, as it comes; without it that becomes rows of one value. The bytes are the
   * receiver's. A promise that it returns holds the server back as with `rows`.
   */
  copied?(chunk: Buffer): Promise<void> | undefined;
}

/** A statement and the values of its parameters `$1`, `$2` …, as text; null is SQL NULL. */
export interface BoundStatement {
  readonly text: string;
  readonly values: readonly (string | null)[];
}

/** What goes to the server with a statement. */
export interface StatementInput {
  /** Values of its parameters `$1`, `$2` …, as text; null is SQL NULL. */
  readonly values?: readonly (string | null)[];
  /** What a `COPY … FROM STDIN` reads. No more is taken from it than the server takes; an error of its fails the COPY. */
  readonly copyData?: AsyncIterable<Buffer> | Iterable<Buffer>;
  /**
   * Where its result stops; only for statements that do nothing but read, because what a statement does by itself is
   * committed when its rest is fetched or given up.
   */
  readonly limits?: ResultLimits;
}

/**
 * How a statement ended well. `commandTag` is empty for an empty statement; `stopped` means that rows were thrown away.
 * Neither tells that it was cancelled: what is done before the server hears of that is done.
 * With `reached` it hasn't ended: a limit stopped it, and the server holds the rest until it is fetched or given up.
 */
export interface Completion {
  readonly commandTag: string;
  readonly stopped: boolean;
  readonly reached?: ReachedLimit;
}

/** The sink could not take what the server sent, or what a COPY reads can't be had; `cause` says why. */
export class SinkError extends Error {
  override readonly name = 'SinkError';
}

const TEXT_OID = 25;
const BYTEA_OID = 17;
/** How often a connection that isn't read is written to, ms. */
const NUDGE_MS = 1000;

/** Parts of pg's connection that its published types leave out. */
type WireConnection = Connection & {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
};

/**
 * One statement sent by the extended query protocol (PostgreSQL manual, 55.2.3 "Extended Query"), which
 * unlike the simple one refuses text that holds two statements. All rows are asked for at once, unless they are
 * limited: reading them in portions keeps the server from using parallel workers, and costs a round trip each.
 * Without Sync the transaction that a statement is by itself stays open between portions, and the portal with it.
 * A COPY that brings its rows is sent by the simple protocol: while it reads them a server ignores the Sync that the
 * extended one ends with, and whether it did can't be told when the COPY fails.
 * pg calls the `handle…` methods as messages arrive.
 */
export class StatementExecution implements Submittable {
  /** Settles when the server is ready for the next statement, or a limit is reached; then it is another promise. */
  done: Promise<Completion>;
  readonly #sql: string;
  readonly #input: StatementInput;
  readonly #sink: ResultSink;
  readonly #tap: RowTap;
  #connection: Connection | undefined;
  /** Goes on while the connection isn't read. */
  #nudging: NodeJS.Timeout | undefined;
  /** Settles when the sink is ready for more. */
  #sinkReady: Promise<void> = Promise.resolve();
  #commandTag = '';
  #stopped = false;
  /** Whether anything came that was thrown away, because it had been stopped. */
  #thrownAway = false;
  #allowance: Allowance | undefined;
  /** Rows that have come, where they come in portions. */
  #rowCount: number | undefined;
  /** Whether Sync was sent, after which the server says that it is ready. */
  #synced = false;
  #sinkError: SinkError | undefined;
  #binaryCopy = false;
  /** Whether the server still wants rows of a COPY. */
  #feeding = false;
  /** Wakes who waits to send on. */
  #wake: () => void = () => undefined;
  #resolve: (completion: Completion) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  /** @param tap of the connection that it will be submitted to */
  constructor(sql: string, sink: ResultSink, tap: RowTap, input: StatementInput = {}) {
    const { limits } = input;
    this.#sql = sql;
    this.#input = input;
    this.#sink = sink;
    this.#tap = tap;
    if (limits && isLimited(limits)) {
      this.#allowance = new Allowance(limits);
      this.#rowCount = 0;
    }
    this.done = this.#newPhase();
  }

  /** Asks for all rows that a limit left; `done` settles when they are here. */
  fetchRest(): void {
    this.#allowance = undefined;
    this.#ask();
  }

  /** Has the server forget the rows that a limit left; `done` settles when it has. */
  giveUpRest(): void {
    const connection = this.#connection;
    if (!connection || this.#synced) return;
    connection.stream.cork();
    // In a transaction of the user's, Sync alone would leave the portal open.
    connection.close({ type: 'P', name: '' }, true);
    this.#sync(connection);
    connection.stream.uncork();
  }

  /** Throws away the rows that are still to come. They are read all the same: a server that can't send hears no cancel. */
  stop(): void {
    this.#stopped = true;
    this.#sinkReady = Promise.resolve();
    clearInterval(this.#nudging);
    this.#wake();
    this.#connection?.stream.resume();
  }

  submit(connection: Connection): void {
    this.#connection = connection;
    this.#tap.taker = this.#take;
    connection.on('copyOutResponse', this.#copyOut);
    if (this.#input.copyData) {
      // The simple protocol needs no Sync.
      this.#synced = true;
      connection.query(this.#sql);
      return;
    }
    connection.stream.cork();
    connection.parse({ name: '', text: this.#sql, types: [] }, true);
    connection.bind({ portal: '', statement: '', values: [...(this.#input.values ?? [])] }, true);
    connection.describe({ type: 'P', name: '' }, true);
    this.#ask();
    connection.stream.uncork();
  }

  handleRowDescription(message: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.#columns(message.fields.map((field) => ({ name: field.name, typeOid: field.dataTypeID })));
  }

  handleCommandComplete(message: { text: string }, connection: Connection): void {
    // The server counts the rows of the last portion only.
    const { text } = message;
    this.#commandTag = this.#rowCount === undefined ? text : text.replace(/\d+$/, String(this.#rowCount));
    this.#sync(connection);
  }

  handleEmptyQuery(connection: Connection): void {
    this.#sync(connection);
  }

  /** A portion has come, and there may be more. */
  handlePortalSuspended(): void {
    void this.#sinkReady.then(() => {
      const reached = this.#allowance?.reached;
      if (this.#stopped) {
        this.#thrownAway = true;
        this.giveUpRest();
      } else if (reached === undefined) this.#ask();
      else {
        const resolve = this.#resolve;
        this.done = this.#newPhase();
        resolve({ commandTag: '', stopped: false, reached });
      }
    });
  }

  handleCopyInResponse(connection: WireConnection): void {
    if (this.#input.copyData) {
      void this.#feed(connection, this.#input.copyData);
      return;
    }
    connection.sendCopyFail('no rows come with this statement');
    // While it takes COPY data a server ignores Sync, so the one that was sent with the statement is lost.
    connection.sync();
  }

  /** COPY TO STDOUT: what the server sends for a row is shown as a row of one value. */
  handleCopyData(message: { chunk: Buffer }): void {
    const { chunk } = message;
    if (this.#sink.copied) {
      // pg's parser uses its buffer again.
      this.#hand(() => this.#sink.copied?.(Buffer.from(chunk)));
      return;
    }
    const text = this.#binaryCopy ? `\\x${chunk.toString('hex')}` : chunk.toString('utf8').replace(/\n$/, '');
    this.#take(encodeRow([text]), 1);
  }

  handleReadyForQuery(connection: Connection): void {
    this.#settle(connection, () => {
      if (this.#sinkError) this.#reject(this.#sinkError);
      else this.#resolve({ commandTag: this.#commandTag, stopped: this.#thrownAway });
    });
  }

  handleError(error: unknown, connection: Connection): void {
    this.#feeding = false;
    this.#wake();
    const settle = (): void => {
      connection.off('readyForQuery', settle).off('end', settle);
      this.#settle(connection, () => {
        // What a COPY couldn't read is why the server failed it; otherwise that has a reason of its own.
        this.#reject((this.#input.copyData && this.#sinkError) ?? error);
      });
    };
    // pg forgets a statement that failed, so what follows the error is listened for here: the server's readiness,
    // which tells how the transaction stands, or the end of a connection that the server closes after a FATAL error.
    if (isReported(error)) {
      connection.on('readyForQuery', settle).on('end', settle);
      this.#sync(connection);
    } else {
      // Who takes the rows may be long about it, and nothing more comes in any case.
      this.#sinkReady = Promise.resolve();
      clearInterval(this.#nudging);
      settle();
    }
  }

  #newPhase(): Promise<Completion> {
    const phase = new Promise<Completion>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // While the rest waits nobody may be listening.
    phase.catch(() => undefined);
    return phase;
  }

  /** Asks for rows: for the next portion where they are limited, else for all that are left. */
  #ask(): void {
    const connection = this.#connection;
    if (!connection) return;
    connection.execute({ portal: '', rows: String(this.#allowance?.portion ?? 0) }, true);
    if (this.#allowance) connection.flush();
    else this.#sync(connection);
  }

  /** Ends the exchange, once. */
  #sync(connection: Connection): void {
    if (this.#synced) return;
    this.#synced = true;
    connection.sync();
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
    if (!this.#stopped) {
      this.#allowance?.take(messages.length, count);
      if (this.#rowCount !== undefined) this.#rowCount += count;
    }
    this.#hand(() => this.#sink.rows(messages, count));
  };

  #hand(give: () => Promise<void> | undefined): void {
    if (this.#stopped) {
      this.#thrownAway = true;
      return;
    }
    try {
      const ready = give();
      if (ready) this.#pauseUntil(ready);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Sends what a COPY reads, as fast as the server takes it. */
  async #feed(connection: WireConnection, data: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
    const { stream } = connection;
    const state = (): 'wanted' | 'stopped' | 'refused' =>
      this.#feeding ? (this.#stopped ? 'stopped' : 'wanted') : 'refused';
    this.#feeding = true;
    try {
      for await (const chunk of data) {
        if (state() !== 'wanted') break;
        connection.sendCopyFromChunk(chunk);
        if (stream.writableNeedDrain) await this.#drained(stream);
      }
      if (state() === 'wanted') connection.endCopyFrom();
      else if (state() === 'stopped') connection.sendCopyFail('cancelled');
    } catch (error) {
      const refused = state() === 'refused';
      this.#fail(error);
      if (!refused) connection.sendCopyFail('what it reads is not to be had');
    }
    this.#feeding = false;
  }

  /** Settles when the socket takes more, or nothing more is to be sent. */
  #drained(stream: Connection['stream']): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      stream.once('drain', resolve);
    });
  }

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
