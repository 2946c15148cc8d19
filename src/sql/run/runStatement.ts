import type { FailureView, NoticeView, RowsView, StatementView } from '../../contract/results.ts';
import { ServerError, type ServerErrorFields } from '../../postgres/errors.ts';
import type { Session } from '../../postgres/session.ts';
import type { Completion, ResultSink } from '../../postgres/statement.ts';
import { columnView } from '../results/columns.ts';
import { failureView, offsetOfPosition } from './failure.ts';
import type { CreateResultFile } from '../results/resultFiles.ts';
import { ResultStore } from '../results/resultStore.ts';
import { executeExplain, explainPrefix, type ExplainWay } from '../plan/explain.ts';
import type { Piece } from '../splitter/piece.ts';
import { summary } from '../splitter/summary.ts';
import type { Server } from './target.ts';

/** Length of the one line that names a statement. */
const SUMMARY_LENGTH = 200;

/** One statement of a run: what it is, how it goes, and its rows. */
export class RunStatement {
  readonly piece: Piece;
  /** What the results show of it; changes as it runs. */
  readonly view: StatementView;
  /** Where in the file it failed, in UTF-16 code units, where the server told. */
  errorOffset: number | undefined;
  readonly #explain: ExplainWay | undefined;
  readonly #createFile: CreateResultFile;
  #store: ResultStore;
  readonly #changed: () => void;

  /**
   * @param createFile makes a file for a result that is too large for memory
   * @param changed called after each change of the view
   * @param explain how its plan is asked for, where that is wanted instead of its result
   */
  constructor(
    id: number,
    piece: Piece,
    server: Server,
    createFile: CreateResultFile,
    changed: (statement: RunStatement) => void,
    explain?: ExplainWay,
  ) {
    this.piece = piece;
    this.#explain = explain;
    this.#createFile = createFile;
    this.#store = new ResultStore(createFile);
    this.#changed = () => {
      changed(this);
    };
    this.view = {
      id,
      sql: summary(piece.text, SUMMARY_LENGTH),
      line: piece.line,
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

  skip(): void {
    this.view.state = 'skipped';
    this.#changed();
  }

  /**
   * Runs it on a server; how it went is in the view.
   * @returns the error that it failed with, or that cancelling it gave
   */
  async execute(server: Server, session: Session, signal: AbortSignal): Promise<unknown> {
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
      const { commandTag, stopped } = await this.#send(session, signal);
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

  #send(session: Session, signal: AbortSignal): Promise<Completion> {
    const { text } = this.piece;
    if (!this.#explain) return session.execute(text, this.#sink, signal);
    return executeExplain(session, text, this.#explain, this.#sink, signal);
  }

  #fail(error: unknown): void {
    this.view.state = 'failed';
    this.view.failure = failureView(error);
    if (error instanceof ServerError && error.position !== undefined) {
      const prefix = this.#explain ? explainPrefix(this.#explain) : '';
      const offset = offsetOfPosition(prefix + this.piece.text, error.position) - prefix.length;
      this.errorOffset = this.piece.start + Math.max(0, offset);
    }
  }

  readonly #sink: ResultSink = {
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
