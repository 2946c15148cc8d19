import * as vscode from 'vscode';
import type { CommandId } from '../../contract/commands.ts';
import type { NodeAddress } from '../../contract/results.ts';
import type { TransactionStatus } from '../../postgres/session.ts';
import type { ExplainWay } from '../../sql/plan/explain.ts';
import { explainable } from '../../sql/plan/explainable.ts';
import { describeLoss } from '../../sql/run/fileSession.ts';
import type { FileRun } from '../../sql/run/fileRun.ts';
import { NodesRun } from '../../sql/run/nodes/nodesRun.ts';
import type { ResultFiles } from '../../sql/results/resultFiles.ts';
import { SqlRun } from '../../sql/run/run.ts';
import type { RunStatement } from '../../sql/run/runStatement.ts';
import type { Server, Target } from '../../sql/run/target.ts';
import type { Guard } from '../guard.ts';
import type { LastRun, Results } from '../results/results.ts';
import type { ResultsActions } from '../results/resultsPage.ts';
import type { StatementResult } from '../results/statementViews.ts';
import type { Connections, LostConnection } from './connections.ts';
import type { SqlDiagnostics } from './diagnostics.ts';
import type { HistoryRecorder } from '../history/recorder.ts';
import { resultLimits, standbyWrites, statementTimeout } from '../settings.ts';
import type { TransactionModes } from '../transactions/transactionModes.ts';
import { askFor, LastValues } from './askValue.ts';
import type { Attachments } from './attachments.ts';
import { Cancelling } from './cancelling.ts';
import { columnOf, type Excerpt, fileName, rangeOf } from './sqlFile.ts';

/** Files whose last run keeps its rows; those that were run longest ago give up theirs. */
const KEPT_RUNS = 20;
const GIVEN_UP = `The rows of ${KEPT_RUNS} files are kept, and others have run since.`;

/** A file's last run. */
interface Entry {
  file: vscode.Uri;
  readonly run: FileRun;
  readonly nodes: readonly NodeAddress[];
  /** Whether its rows are freed. */
  freed: boolean;
  /** Settles, without an error, when what goes on now has ended. */
  ended: Promise<void>;
  /** The statement that changed last. */
  latest: RunStatement | undefined;
  /** As it was when a statement last changed. */
  transactionStatus: TransactionStatus | undefined;
}

/** What a run is about. */
export interface Order extends Excerpt {
  readonly file: vscode.Uri;
  readonly target: Target;
  readonly wholeFile: boolean;
  /** The nodes of the target's cluster. */
  readonly nodes: readonly NodeAddress[];
  /** How plans are asked for, where those are wanted instead of results. */
  readonly explain?: ExplainWay;
}

/** What a run on several nodes is about. */
export interface NodesOrder extends Excerpt {
  readonly file: vscode.Uri;
  /** Nodes of one cluster, in the order of their rows. */
  readonly servers: readonly Server[];
  /** Whether the person has agreed to writes. */
  readonly mayWrite: boolean;
}

/** Runs files' statements, one run at a time for each file, and has the results show them. */
export class Runs implements ResultsActions, vscode.Disposable {
  readonly #connections: Connections;
  readonly #diagnostics: SqlDiagnostics;
  readonly #guard: Guard;
  readonly #resultFiles: ResultFiles;
  readonly #attachments: Attachments;
  readonly #modes: TransactionModes;
  readonly #recorder: HistoryRecorder;
  readonly #cancelling = new Cancelling();
  #results: Results | undefined;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  /** The last run of each file, by its URI; the one that began last comes last. */
  readonly #runs = new Map<string, Entry>();
  readonly #losses: vscode.Disposable;
  readonly #lastValues = new LastValues();
  #lastId = 0;
  /** A file's run began or ended. */
  readonly onDidChange = this.#changed.event;

  constructor(
    connections: Connections,
    diagnostics: SqlDiagnostics,
    guard: Guard,
    resultFiles: ResultFiles,
    attachments: Attachments,
    modes: TransactionModes,
    recorder: HistoryRecorder,
  ) {
    this.#connections = connections;
    this.#diagnostics = diagnostics;
    this.#guard = guard;
    this.#resultFiles = resultFiles;
    this.#attachments = attachments;
    this.#modes = modes;
    this.#recorder = recorder;
    this.#losses = connections.onDidLose((lost) => {
      this.#warn(lost);
    });
  }

  /** Says what shows the runs; it in turn asks this for rows. */
  showIn(results: Results): void {
    this.#results = results;
  }

  of(file: vscode.Uri): FileRun | undefined {
    return this.#runs.get(file.toString())?.run;
  }

  /** A file's last run as it is shown. */
  last(file: vscode.Uri): LastRun | undefined {
    const entry = this.#runs.get(file.toString());
    return entry && { run: entry.run.view, ...(entry.freed && { gone: GIVEN_UP }) };
  }

  /** Runs pieces of a file, and returns when they have ended. */
  async start({ file, target, pieces, source, wholeFile, nodes, explain }: Order): Promise<void> {
    const connection = await this.#connections.to(file, target);
    const request = {
      file: fileName(file),
      pieces,
      source,
      wholeFile,
      standbyWrites: () => standbyWrites(file),
      limits: () => resultLimits(file),
      transactions: () => this.#modes.of(file),
      statementTimeout: statementTimeout(file),
      ...(explain && { explain }),
      ask: askFor(file, this.#lastValues),
    };
    await this.#begin(
      file,
      nodes,
      (id, changed) => new SqlRun({ ...request, id }, connection, target, this.#resultFiles.create, changed),
    );
  }

  /** Runs pieces of a file on several nodes at once, and returns when they have ended. */
  async startOnNodes({ file, servers, pieces, source, mayWrite }: NodesOrder): Promise<void> {
    const request = {
      file: fileName(file),
      pieces,
      source,
      servers,
      mayWrite,
      limits: resultLimits(file),
    };
    await this.#begin(
      file,
      [],
      (id, changed) => new NodesRun({ ...request, id }, this.#resultFiles.create, changed),
    );
  }

  /** Cancels what a file runs, if anything, and returns when it has ended. */
  async end(file: vscode.Uri): Promise<void> {
    const entry = this.#runs.get(file.toString());
    entry?.run.cancel();
    await entry?.ended;
  }

  /** A file is closed: ends its run, and forgets it with its rows. */
  async forget(file: vscode.Uri): Promise<void> {
    await this.end(file);
    const entry = this.#runs.get(file.toString());
    this.#runs.delete(file.toString());
    // Also where there is no run: those of before a reload are on show without one.
    this.#results?.forget(file);
    await entry?.run.close();
  }

  /** Cancels what a file runs, if anything; where that has not worked after a while, offers to end its connection. */
  async cancelFile(file: vscode.Uri): Promise<void> {
    const run = this.of(file);
    if (run) await this.#cancelling.cancel(run);
  }

  /** A file has another name now. */
  move(from: vscode.Uri, to: vscode.Uri): void {
    const entry = this.#runs.get(from.toString());
    if (!entry) return;
    entry.file = to;
    this.#runs.delete(from.toString());
    this.#runs.set(to.toString(), entry);
    this.#results?.move(from, to);
  }

  statement(runId: number, statementId: number): RunStatement | undefined {
    return this.#find(runId)?.run.statements[statementId];
  }

  result(runId: number, statementId: number): StatementResult | undefined {
    const entry = this.#find(runId);
    const statement = entry?.run.statements[statementId];
    if (!entry || !statement) return undefined;
    return {
      nodes: entry.nodes,
      rowCount: statement.arranged.rowCount,
      window: (first, count) => statement.rows(first, count),
    };
  }

  drawPlan(runId: number, statementId: number): void {
    const entry = this.#find(runId);
    const statement = entry?.run.statements[statementId];
    if (!entry || !statement) return;
    void (async () => {
      const measured = (await explainable(statement.sent.text))?.analyze ?? false;
      const command: CommandId = measured ? 'citus.sql.explainAnalyze' : 'citus.sql.explain';
      await vscode.commands.executeCommand(command, entry.file, statement.piece.start);
    })().catch((error: unknown) => {
      this.#guard.report(error);
    });
  }

  cancel(runId: number, inVain: boolean): void {
    const entry = this.#find(runId);
    if (!entry) return;
    this.#cancelling.cancel(entry.run, inVain).catch((error: unknown) => {
      this.#guard.report(error);
    });
  }

  transaction(runId: number): TransactionStatus {
    const entry = this.#find(runId);
    return (entry && this.#connections.of(entry.file)?.transactionStatus) ?? 'idle';
  }

  endTransaction(runId: number, how: 'commit' | 'rollback'): void {
    const entry = this.#find(runId);
    if (entry) void vscode.commands.executeCommand(`citus.sql.${how}`, entry.file);
  }

  remedy(runId: number, statementId: number, remedyId: string): void {
    this.#goOn(runId, (run) => run.applyRemedy(statementId, remedyId));
  }

  fetchRest(runId: number, statementId: number): void {
    this.#goOn(runId, (run) => run.fetchRest(statementId));
  }

  giveUpRest(runId: number, statementId: number): void {
    const entry = this.#find(runId);
    void entry?.run.statements[statementId]?.giveUpRest().then(() => {
      this.#changed.fire(entry.file);
    });
  }

  reveal(runId: number, statementId: number): void {
    const entry = this.#find(runId);
    const statement = entry?.run.statements[statementId];
    if (!entry || !statement) return;
    void (async () => {
      const file = fileOf(entry.file, statement);
      const document = await vscode.workspace.openTextDocument(file);
      const viewColumn = columnOf(file);
      await vscode.window.showTextDocument(document, {
        selection: rangeOf(document, statement.piece),
        ...(viewColumn !== undefined && { viewColumn }),
      });
    })().catch((error: unknown) => {
      this.#guard.report(error);
    });
  }

  dispose(): void {
    for (const { run } of this.#runs.values()) this.#close(run);
    this.#runs.clear();
    this.#losses.dispose();
    this.#changed.dispose();
  }

  #find(runId: number): Entry | undefined {
    return [...this.#runs.values()].find(({ run }) => run.id === runId);
  }

  /** Begins a file's run, unless it is running one, and returns when it has ended. */
  async #begin(
    file: vscode.Uri,
    nodes: readonly NodeAddress[],
    make: (id: number, changed: (statement: RunStatement) => void) => FileRun,
  ): Promise<void> {
    const before = this.#runs.get(file.toString());
    if (before?.run.running) return;
    if (before) this.#close(before.run);
    this.#lastId += 1;
    const entry: Entry = {
      file,
      nodes,
      freed: false,
      transactionStatus: this.#connections.of(file)?.transactionStatus,
      ended: Promise.resolve(),
      latest: undefined,
      run: make(this.#lastId, (statement) => {
        this.#report(entry, statement);
      }),
    };
    this.#runs.delete(file.toString());
    this.#runs.set(file.toString(), entry);
    this.#freeOldest();
    await this.#follow(entry, async () => {
      const running = entry.run.run();
      this.#changed.fire(file);
      await Promise.all([running, this.#results?.show(file, entry.run.view)]);
    });
  }

  /** Frees the rows of what ran longest ago, where there are more than are kept. */
  #freeOldest(): void {
    const finished = [...this.#runs.values()].filter(({ run, freed }) => !run.running && !freed);
    for (const entry of finished.slice(0, -KEPT_RUNS)) {
      entry.freed = true;
      this.#results?.showAgain(entry.file);
      this.#close(entry.run);
    }
  }

  /** Goes on with a run that has ended. */
  #goOn(runId: number, work: (run: FileRun) => Promise<void>): void {
    const entry = this.#find(runId);
    if (!entry || entry.run.running) return;
    const working = this.#follow(entry, () => {
      const running = work(entry.run);
      this.#changed.fire(entry.file);
      return running;
    });
    working.catch((error: unknown) => {
      this.#guard.report(error);
    });
  }

  #close(run: FileRun): void {
    run.close().catch((error: unknown) => {
      this.#guard.report(error);
    });
  }

  /** Does what changes a run, and tells when it has ended. */
  async #follow(entry: Entry, work: () => Promise<void>): Promise<void> {
    const { file, run } = entry;
    this.#diagnostics.clear(file);
    const working = work().finally(() => {
      if (entry.latest) this.#results?.update(run.id, entry.latest.view, run.running);
      this.#underline(entry);
      this.#changed.fire(file);
    });
    entry.ended = working.catch(() => undefined);
    await working;
  }

  #report(entry: Entry, statement: RunStatement): void {
    entry.latest = statement;
    const { file } = entry;
    const transactionStatus = this.#connections.of(file)?.transactionStatus;
    if (transactionStatus !== entry.transactionStatus) {
      entry.transactionStatus = transactionStatus;
      this.#connections.touch(file);
    }
    const clusterId = this.#attachments.get(file)?.clusterId ?? '';
    this.#recorder.take(statement, { file: fileName(file), clusterId });
    this.#results?.update(entry.run.id, statement.view, entry.run.running);
  }

  /** Tells of a transaction that is lost while nothing runs. A statement that was running tells it itself. */
  #warn({ file, nodeName, loss }: LostConnection): void {
    if (!loss.openTransaction || this.of(file)?.running) return;
    void vscode.window.showWarningMessage(
      `The connection of ${fileName(file)} to ${nodeName} was lost. ${describeLoss(true)}`,
    );
  }

  #underline({ file, run }: Entry): void {
    const failed = run.statements.find(({ view }) => view.state === 'failed');
    const failedIn = failed && fileOf(file, failed).toString();
    const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === failedIn);
    if (failed && document) this.#diagnostics.show(document, failed);
  }
}

/** The file that a statement stands in: the run's own, or one that `\i` named. */
const fileOf = (file: vscode.Uri, { step }: RunStatement): vscode.Uri =>
  step.depth > 0 && step.source.path !== undefined ? vscode.Uri.file(step.source.path) : file;
