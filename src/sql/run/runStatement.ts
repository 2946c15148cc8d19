import type { FailureView, NoticeView, RowsView, StatementView } from '../../contract/results.ts';
import { encodeRow, type Row } from '../../postgres/dataRows.ts';
import { ServerError, type ServerErrorFields } from '../../postgres/errors.ts';
import type { Session } from '../../postgres/session.ts';
import type {
  BoundStatement,
  Column,
  Completion,
  ResultSink,
  StatementInput,
} from '../../postgres/statement.ts';
import { columnView } from '../results/columns.ts';
import { failureView, offsetOfPosition } from './failure.ts';
import type { CreateResultFile } from '../results/resultFiles.ts';
import { ResultStore } from '../results/resultStore.ts';
import { failedLine, inlineData } from '../psql/inlineData.ts';
import type { Source, Step } from '../psql/script.ts';
import type { Piece } from '../splitter/piece.ts';
import { summary } from '../splitter/summary.ts';
import type { Server } from './target.ts';

/** Length of the one line that names a statement. */
const SUMMARY_LENGTH = 200;

/** A statement as it goes to the server: psql's variables are in it, parameters are beside it. */
export interface Sent extends BoundStatement {
  /** Where an offset of the text comes from in the piece's text. */
  readonly origin: (offset: number) => number;
}

/** One statement or psql command of a run: what it is, how it goes, and its rows. */
export class RunStatement {
  readonly piece: Piece;
  readonly step: Step;
  /** What goes to the server: the piece's text, until variables and parameters have been looked for. */
  sent: Sent;
  /** What the results show of it; changes as it runs. */
  readonly view: StatementView;
  /** Where in the file it failed, in UTF-16 code units, where the server told. */
  errorOffset: number | undefined;
  readonly #createFile: CreateResultFile;
  #store: ResultStore;
  readonly #changed: () => void;

  /**
   * @param createFile makes a file for a result that is too large for memory
   * @param changed called after each change of the view
   */
  constructor(
    id: number,
    step: Step,
    server: Server,
    createFile: CreateResultFile,
    changed: (statement: RunStatement) => void,
  ) {
    const { piece, source, depth } = step;
    this.step = step;
    this.piece = piece;
    this.sent = { text: piece.text, values: [], origin: (offset) => offset };
    this.#createFile = createFile;
    this.#store = new ResultStore(createFile);
    this.#changed = () => {
      changed(this);
    };
    this.view = {
      id,
      sql: summary(piece.text, SUMMARY_LENGTH),
      line: piece.line,
      ...(depth > 0 && { file: source.name }),
      state: 'pending',
      target: { cluster: server.clusterName, node: server.nodeName, role: '' },
      columns: [],
      rowCount: 0,
      startedAt: 0,
      elapsedMs: 0,
      notices: [],
    };
  }

  /**
   * Rows from `first` (counted from 0), at most `count`; fewer at the end and where they are large.
   * @throws ResultFileError
   */
  async rows(first: number, count: number): Promise<RowsView> {
    const store = this.#store;
    const rows = await store.window(first, count);
    // It may have been run again meanwhile.
    return store === this.#store ? rows : await this.rows(first, count);
  }

  /** Frees the rows, and deletes their file. */
  async clear(): Promise<void> {
    const store = this.#store;
    this.#store = new ResultStore(this.#createFile);
    await store.close();
  }

  /** Forgets how it went, to be run again. */
  async reset(): Promise<void> {
    const cleared = this.clear();
    this.errorOffset = undefined;
    delete this.view.failure;
    delete this.view.commandTag;
    delete this.view.progress;
    delete this.view.skippedBecause;
    Object.assign(this.view, {
      state: 'pending',
      columns: [],
      rowCount: 0,
      startedAt: 0,
      elapsedMs: 0,
      notices: [],
    } satisfies Partial<StatementView>);
    this.#changed();
    await cleared;
  }

  /** @param why a clause, where it isn't that an earlier statement ended the run */
  skip(why?: string): void {
    this.view.state = 'skipped';
    if (why !== undefined) this.view.skippedBecause = why;
    this.#changed();
  }

  /** Makes it cancelled without having been sent. */
  giveUp(message: string): void {
    this.view.state = 'cancelled';
    this.note({ severity: 'NOTICE', message });
  }

  /**
   * Runs it on a server; how it went is in the view.
   * @returns the error that it failed with, or that cancelling it gave
   */
  execute(server: Server, session: Session, signal: AbortSignal): Promise<unknown> {
    const { text, values } = this.sent;
    const { piece, step } = this;
    const { copyData } = piece;
    const input: StatementInput = copyData
      ? { copyData: inlineData(step.source.text, copyData) }
      : { values };
    return this.perform(server, session, signal, () => session.execute(text, this.sink, signal, input));
  }

  /**
   * Does what it is about, and keeps the time; how it went is in the view.
   * @returns the error that it failed with, or that cancelling it gave
   */
  async perform(
    server: Server,
    session: Session,
    signal: AbortSignal,
    work: () => Promise<Completion>,
  ): Promise<unknown> {
    this.view.state = 'running';
    this.view.target = {
      cluster: server.clusterName,
      node: server.nodeName,
      role: server.role(session),
    };
    this.view.startedAt = Date.now();
    this.#changed();
    const began = performance.now();
    const stopNotices = session.onNotice((notice) => {
      this.note(notice);
    });
    let failure: unknown;
    try {
      const { commandTag, stopped } = await work();
      if (!stopped) await this.#store.written();
      this.view.commandTag = commandTag;
      this.view.state = stopped ? 'cancelled' : 'done';
    } catch (error) {
      failure = error;
      if (signal.aborted && !session.closed) this.view.state = 'cancelled';
      else this.#fail(error);
    }
    stopNotices();
    this.view.elapsedMs = performance.now() - began;
    this.#changed();
    return failure;
  }

  /** Shows how far it has come, in words. */
  showProgress(progress: string): void {
    this.view.progress = progress;
    this.#changed();
  }

  /** Shows rows that didn't come from the server as they are. */
  showRows(columns: readonly Column[], rows: readonly Row[]): void {
    this.sink.columns(columns);
    for (const row of rows) this.appendRow(row);
  }

  /** Shows one more of them. */
  appendRow(row: Row): void {
    void this.sink.rows(encodeRow(row), 1);
  }

  /** Shows a message with the statement. */
  note({ severity, message, detail, hint }: Pick<ServerErrorFields, keyof NoticeView>): void {
    this.view.notices.push({
      severity,
      message,
      ...(detail !== undefined && { detail }),
      ...(hint !== undefined && { hint }),
    });
    this.#changed();
  }

  /**
   * Makes it fail without having been sent.
   * @param offset in the file, of what is to blame
   */
  refuse(failure: Omit<FailureView, 'remedies'>, offset?: number): void {
    this.view.state = 'failed';
    this.view.failure = { ...failure, remedies: [] };
    this.errorOffset = offset;
    this.#changed();
  }

  /** Adds to what its failure shows. */
  explain(more: Partial<Pick<FailureView, 'explanation' | 'remedies'>>): void {
    if (!this.view.failure) return;
    this.view.failure = { ...this.view.failure, ...more };
    this.#changed();
  }

  #fail(error: unknown): void {
    this.view.state = 'failed';
    this.view.failure = failureView(error);
    if (error instanceof ServerError && error.position !== undefined) {
      const { text, origin } = this.sent;
      this.errorOffset = this.piece.start + origin(offsetOfPosition(text, error.position));
    }
    this.#placeInRows(error);
  }

  /** Tells which line of the file a COPY failed at. */
  #placeInRows(error: unknown): void {
    const { copyData } = this.piece;
    if (!copyData || !(error instanceof ServerError) || error.context === undefined) return;
    const { text, name }: Source = this.step.source;
    const failed = failedLine(text, copyData, error.context);
    if (!failed) return;
    this.errorOffset = failed.offset;
    this.explain({ explanation: `Line ${failed.line} of ${name}: ${error.context}.` });
  }

  /** What shows rows with the statement as they come. */
  readonly sink: ResultSink = {
    columns: (columns) => {
      this.view.columns = columns.map(columnView);
      this.#changed();
    },
    rows: (messages, count) => {
      const ready = this.#store.append(messages, count);
      this.view.rowCount = this.#store.rowCount;
      this.#changed();
      return ready;
    },
  };
}
