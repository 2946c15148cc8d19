import type { Arrangement } from '../../contract/arrangement.ts';
import type {
  FailureView,
  LimitView,
  NodeOutcome,
  NoticeView,
  RowsView,
  StatementView,
} from '../../contract/results.ts';
import { encodeRow, type Row } from '../../postgres/dataRows.ts';
import type { ServerErrorFields } from '../../postgres/errors.ts';
import { isLimited, type ResultLimits } from '../../postgres/resultLimits.ts';
import type { Rest, Session } from '../../postgres/session.ts';
import {
  type BoundStatement,
  type Column,
  type Completion,
  type ResultSink,
  SinkError,
} from '../../postgres/statement.ts';
import { ArrangedResult } from '../results/arrange/arrangedResult.ts';
import type { WorkOptions } from '../results/arrange/work.ts';
import { classify } from '../classify/classify.ts';
import { columnView } from '../results/columns.ts';
import { failureView, findBlame } from './failure.ts';
import type { CreateResultFile } from '../results/resultFiles.ts';
import { ResultStore } from '../results/resultStore.ts';
import { isLimitable, limitView } from './resultLimit.ts';
import { executeExplain, explainPrefix, type ExplainWay } from '../plan/explain.ts';
import { inlineData } from '../psql/inlineData.ts';
import type { Step } from '../psql/script.ts';
import type { Substituted } from '../psql/substitute.ts';
import type { Piece } from '../splitter/piece.ts';
import { summary } from '../splitter/summary.ts';
import type { Server } from './target.ts';

/** Length of the one line that names a statement. */
export const SUMMARY_LENGTH = 200;

/** Said where a write that returns rows was done before the server heard that it was cancelled. */
const CANCELLED_TOO_LATE = {
  severity: 'WARNING',
  message:
    'It was done before the cancellation reached the server, so it took effect. Rows that came after that were thrown away.',
} as const;

/** Said where all was done, but what came of it couldn't be kept. */
const ROWS_NOT_KEPT = {
  severity: 'WARNING',
  message: 'The server did all of it, so it took effect: only its rows could not be kept here.',
} as const;

/** The server that a statement runs on, and the session with it. */
interface RunningOn {
  readonly server: Server;
  readonly session: Session;
}

/** What names a server. */
export type Place = Pick<Server, 'clusterName' | 'nodeName' | 'mark'>;

const targetView = ({ clusterName, nodeName, mark }: Place, role: string): StatementView['target'] => ({
  cluster: clusterName,
  node: nodeName,
  role,
  ...(mark?.colour && { colour: mark.colour }),
  ...(mark?.production && { production: true }),
});

/** A statement as it goes to the server: psql's variables are in it, parameters are beside it. */
interface Sent extends BoundStatement, Substituted {}

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
  /** Where it runs right now. */
  runningOn: RunningOn | undefined;
  readonly #explain: ExplainWay | undefined;
  readonly #createFile: CreateResultFile;
  #store: ResultStore;
  /** What a limit left of it, and how it goes on with that. */
  #rest: (RunningOn & { readonly rows: Rest }) | undefined;
  #arranged: ArrangedResult;
  /** Settles when what runs has ended. */
  #ended: Promise<void> = Promise.resolve();
  #settle: () => void = () => undefined;
  readonly #changed: () => void;
  #timeZone = '';

  /**
   * @param createFile makes a file for a result that is too large for memory
   * @param changed called after each change of the view
   * @param explain how its plan is asked for, where that is wanted instead of its result
   */
  constructor(
    id: number,
    step: Step,
    server: Place,
    createFile: CreateResultFile,
    changed: (statement: RunStatement) => void,
    explain?: ExplainWay,
  ) {
    const { piece, source, depth } = step;
    this.step = step;
    this.piece = piece;
    this.#explain = explain;
    this.sent = { text: piece.text, values: [], origin: (offset) => offset };
    this.#createFile = createFile;
    this.#store = new ResultStore(createFile);
    this.#arranged = new ArrangedResult(this.#store);
    this.#changed = () => {
      changed(this);
    };
    this.view = {
      id,
      sql: summary(piece.text, SUMMARY_LENGTH),
      line: piece.line,
      ...(depth > 0 && { file: source.name }),
      state: 'pending',
      target: targetView(server, ''),
      columns: [],
      rowCount: 0,
      startedAt: 0,
      elapsedMs: 0,
      notices: [],
    };
  }

  /**
   * Rows from `first` (counted from 0) in the arrangement that holds now, at most `count`; fewer at the end and where
   * they are large.
   * @throws ResultFileError
   */
  async rows(first: number, count: number): Promise<RowsView> {
    const arranged = this.#arranged;
    const rows = await arranged.window(first, count);
    // It may have been run again meanwhile.
    return arranged === this.#arranged ? rows : await this.rows(first, count);
  }

  /** The rows as they are shown; another object when it has been run again. */
  get arranged(): ArrangedResult {
    return this.#arranged;
  }

  /**
   * Sorts and filters the rows, as soon as all are there.
   * @param number what to call the arrangement
   * @throws FilterError, ResultFileError, and the signal's reason where it was aborted
   */
  async arrange(number: number, how: Arrangement, options: WorkOptions = {}): Promise<void> {
    const arranged = this.#arranged;
    await this.#ended;
    options.signal?.throwIfAborted();
    await arranged.arrange(number, how, this.view.columns, options);
  }

  /** Frees the rows, and deletes their file. */
  async clear(): Promise<void> {
    const store = this.#store;
    const rest = this.#rest;
    this.#rest = undefined;
    this.#store = new ResultStore(this.#createFile);
    await rest?.rows.giveUp();
    this.#arranged = new ArrangedResult(this.#store);
    await store.close();
  }

  /** Forgets how it went, to be run again. */
  async reset(): Promise<void> {
    const cleared = this.clear();
    this.errorOffset = undefined;
    delete this.view.failure;
    delete this.view.commandTag;
    delete this.view.resumedAt;
    delete this.view.limit;
    delete this.view.nodes;
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
   * @param limits stop the result where they are reached, if nothing is to be written
   * @returns the error that it failed with, or that cancelling it gave
   */
  execute(server: Server, session: Session, signal: AbortSignal, limits?: ResultLimits): Promise<unknown> {
    const { text, values } = this.sent;
    const { copyData } = this.piece;
    return this.perform(server, session, signal, async () => {
      if (this.#explain) return executeExplain(session, this.sent, this.#explain, this.sink, signal);
      if (copyData) {
        const data = inlineData(this.step.source.text, copyData);
        return session.execute(text, this.sink, signal, { copyData: data });
      }
      // What sends it, such as \gset, wants all rows.
      const limitable =
        limits && isLimited(limits) && this.step.sentBy === undefined && (await isLimitable(session, text));
      const stopAt = limitable ? limits : undefined;
      const completion = await session.execute(text, this.sink, signal, {
        values,
        ...(stopAt && { limits: stopAt }),
      });
      if (completion.reached !== undefined && stopAt && session.rest)
        this.#keep(
          { server, session },
          session.rest,
          limitView(completion.reached, stopAt, this.view.rowCount),
        );
      return completion;
    });
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
    this.begin(server, server.role(session));
    return this.#follow({ server, session }, signal, work);
  }

  /**
   * Fetches the rows that a limit left, if they are still there.
   * @returns the error that it failed with, or that cancelling it gave
   */
  async fetchRest(signal: AbortSignal): Promise<unknown> {
    const rest = this.#rest;
    if (!rest) return undefined;
    this.#rest = undefined;
    delete this.view.limit;
    this.view.resumedAt = Date.now();
    this.#run();
    return this.#follow(rest, signal, () => rest.rows.fetch(signal));
  }

  /** Has the server forget the rows that a limit left. */
  async giveUpRest(): Promise<void> {
    if (!this.#rest) return;
    if (this.view.limit) this.view.limit.gone = 'you ended it here';
    await this.#rest.rows.giveUp();
  }

  /** Shows that it runs. */
  begin(server: Place, role: string): void {
    this.view.target = targetView(server, role);
    this.view.startedAt = Date.now();
    this.#run();
  }

  /** Shows how it ended. @param elapsedMs milliseconds that it took */
  end(state: StatementView['state'], elapsedMs: number): void {
    this.view.state = state;
    this.view.elapsedMs = elapsedMs;
    this.#changed();
    this.#settle();
  }

  /** Settles when no row waits to be written to a file. @throws ResultFileError */
  written(): Promise<void> {
    return this.#store.written();
  }

  /** Shows how it goes on the nodes that it runs on. */
  showNodes(nodes: readonly NodeOutcome[]): void {
    this.view.nodes = nodes.map((node) => ({ ...node }));
    this.#changed();
  }

  #run(): void {
    this.view.state = 'running';
    this.#ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#changed();
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

  /**
   * Shows how it ends when the server is done with it, or stops for a limit.
   * @returns the error that it failed with, or that cancelling it gave
   */
  async #follow(
    { server, session }: RunningOn,
    signal: AbortSignal,
    complete: () => Promise<Completion>,
  ): Promise<unknown> {
    this.runningOn = { server, session };
    this.#timeZone = session.timeZone;
    const before = this.view.elapsedMs;
    const began = performance.now();
    const stopNotices = session.onNotice((notice) => {
      this.note(notice);
    });
    let failure: unknown;
    let completed = false;
    try {
      const { commandTag, stopped, reached } = await complete();
      completed = true;
      if (stopped && (await this.#mayWrite())) this.note(CANCELLED_TOO_LATE);
      if (!stopped) await this.written();
      if (reached === undefined) this.view.commandTag = commandTag;
      this.view.state = stopped ? 'cancelled' : 'done';
    } catch (error) {
      failure = error;
      const onlyRows = completed || (error instanceof SinkError && !this.piece.copyData);
      if (onlyRows && (await this.#mayWrite())) this.note(ROWS_NOT_KEPT);
      if (signal.aborted && !session.closed) this.view.state = 'cancelled';
      else this.#fail(error);
    }
    stopNotices();
    this.runningOn = undefined;
    this.end(this.view.state, before + performance.now() - began);
    return failure;
  }

  /** Whether it writes, as a statement that isn't only explained; psql commands say themselves what they did. */
  async #mayWrite(): Promise<boolean> {
    if (this.piece.kind === 'psql' || this.#explain) return false;
    return (await classify(this.sent.text)).mayWrite;
  }

  /** Keeps what a limit left, until it is gone. */
  #keep(on: RunningOn, rows: Rest, limit: LimitView): void {
    const rest = { ...on, rows };
    this.#rest = rest;
    this.view.limit = limit;
    void rows.ended.then((error) => {
      if (this.#rest !== rest) return;
      this.#rest = undefined;
      limit.open = false;
      if (error instanceof Error) limit.gone = `the server ended it: ${error.message}`;
      else limit.gone ??= 'the connection has gone on to something else';
      this.#changed();
    });
  }

  #fail(error: unknown): void {
    this.view.state = 'failed';
    this.view.failure = failureView(error);
    const prefix = this.#explain ? explainPrefix(this.#explain) : '';
    const place = findBlame(error, this.step, this.sent, prefix);
    if (place === undefined) return;
    this.errorOffset = place.offset;
    if (place.explanation !== undefined) this.explain({ explanation: place.explanation });
  }

  /** Takes its columns and rows. */
  readonly sink: ResultSink = {
    columns: (columns) => {
      this.view.columns = columns.map(columnView);
      this.view.timeZone = this.#timeZone;
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
