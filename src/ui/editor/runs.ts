import * as vscode from 'vscode';
import type { RowsView } from '../../contract/results.ts';
import { describeLoss } from '../../sql/run/fileSession.ts';
import type { ResultFiles } from '../../sql/results/resultFiles.ts';
import { SqlRun } from '../../sql/run/run.ts';
import type { RunStatement } from '../../sql/run/runStatement.ts';
import type { Piece } from '../../sql/splitter/splitter.ts';
import type { Target } from '../../sql/run/target.ts';
import type { Guard } from '../guard.ts';
import type { ResultsActions, ResultsView } from '../results/resultsView.ts';
import type { Connections, LostConnection } from './connections.ts';
import type { SqlDiagnostics } from './diagnostics.ts';
import { standbyWrites } from '../settings.ts';
import { askFor, LastValues } from './askValue.ts';
import { fileName, rangeOf, sourceOf } from './sqlFile.ts';

interface FileRun {
  file: vscode.Uri;
  readonly run: SqlRun;
  /** Settles, without an error, when what goes on now has ended. */
  ended: Promise<void>;
  /** The statement that changed last. */
  latest: RunStatement | undefined;
}

/** What a run is about. */
export interface Order {
  readonly document: vscode.TextDocument;
  readonly target: Target;
  readonly pieces: readonly Piece[];
  readonly wholeFile: boolean;
}

/** Runs files' statements, one run at a time for each file, and has the results view show them. */
export class Runs implements ResultsActions, vscode.Disposable {
  readonly #connections: Connections;
  readonly #diagnostics: SqlDiagnostics;
  readonly #guard: Guard;
  readonly #resultFiles: ResultFiles;
  #results: Pick<ResultsView, 'show' | 'update'> | undefined;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  /** The last run of each file, by its URI. */
  readonly #runs = new Map<string, FileRun>();
  readonly #losses: vscode.Disposable;
  readonly #lastValues = new LastValues();
  #lastId = 0;
  /** A file's run began or ended. */
  readonly onDidChange = this.#changed.event;

  constructor(connections: Connections, diagnostics: SqlDiagnostics, guard: Guard, resultFiles: ResultFiles) {
    this.#connections = connections;
    this.#diagnostics = diagnostics;
    this.#guard = guard;
    this.#resultFiles = resultFiles;
    this.#losses = connections.onDidLose((lost) => {
      this.#warn(lost);
    });
  }

  /** Says which view shows the runs; it in turn asks this for rows. */
  showIn(results: Pick<ResultsView, 'show' | 'update'>): void {
    this.#results = results;
  }

  of(file: vscode.Uri): SqlRun | undefined {
    return this.#runs.get(file.toString())?.run;
  }

  /** Runs pieces of a file, and returns when they have ended. */
  async start({ document, target, pieces, wholeFile }: Order): Promise<void> {
    const file = document.uri;
    const connection = await this.#connections.to(file, target);
    if (this.of(file)?.running) return;
    for (const [key, { run }] of this.#runs) {
      // The view shows the new run only, so nobody can ask for the rows of the others any more.
      if (run.running) continue;
      this.#close(run);
      this.#runs.delete(key);
    }
    this.#lastId += 1;
    const request = {
      id: this.#lastId,
      file: fileName(file),
      pieces,
      source: sourceOf(document),
      wholeFile,
      standbyWrites: () => standbyWrites(file),
      ask: askFor(file, this.#lastValues),
    };
    const fileRun: FileRun = {
      file,
      ended: Promise.resolve(),
      latest: undefined,
      run: new SqlRun(request, connection, target, this.#resultFiles.create, (statement) => {
        this.#report(fileRun, statement);
      }),
    };
    this.#runs.set(file.toString(), fileRun);
    await this.#follow(fileRun, async () => {
      const running = fileRun.run.run();
      this.#changed.fire(file);
      await Promise.all([running, this.#results?.show(fileRun.run.view)]);
    });
  }

  /** Cancels what a file runs, if anything, and returns when it has ended. */
  async end(file: vscode.Uri): Promise<void> {
    const fileRun = this.#runs.get(file.toString());
    fileRun?.run.cancel();
    await fileRun?.ended;
  }

  /** A file has another name now. */
  move(from: vscode.Uri, to: vscode.Uri): void {
    const fileRun = this.#runs.get(from.toString());
    if (!fileRun) return;
    fileRun.file = to;
    this.#runs.delete(from.toString());
    this.#runs.set(to.toString(), fileRun);
  }

  async rows(runId: number, statementId: number, first: number, count: number): Promise<RowsView> {
    return (await this.#find(runId)?.run.statements[statementId]?.rows(first, count)) ?? [];
  }

  cancel(runId: number): void {
    this.#find(runId)?.run.cancel();
  }

  remedy(runId: number, statementId: number, remedyId: string): void {
    const fileRun = this.#find(runId);
    if (!fileRun || fileRun.run.running) return;
    const applied = this.#follow(fileRun, () => {
      const running = fileRun.run.applyRemedy(statementId, remedyId);
      this.#changed.fire(fileRun.file);
      return running;
    });
    applied.catch((error: unknown) => {
      this.#guard.report(error);
    });
  }

  reveal(runId: number, statementId: number): void {
    const fileRun = this.#find(runId);
    const statement = fileRun?.run.statements[statementId];
    if (!fileRun || !statement) return;
    void (async () => {
      const document = await vscode.workspace.openTextDocument(fileOf(fileRun.file, statement));
      await vscode.window.showTextDocument(document, { selection: rangeOf(document, statement.piece) });
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

  #find(runId: number): FileRun | undefined {
    return [...this.#runs.values()].find(({ run }) => run.id === runId);
  }

  #close(run: SqlRun): void {
    run.close().catch((error: unknown) => {
      this.#guard.report(error);
    });
  }

  /** Does what changes a run, and tells when it has ended. */
  async #follow(fileRun: FileRun, work: () => Promise<void>): Promise<void> {
    const { file, run } = fileRun;
    this.#diagnostics.clear(file);
    const working = work().finally(() => {
      if (fileRun.latest) this.#results?.update(run.id, fileRun.latest.view, run.running);
      this.#underline(fileRun);
      this.#changed.fire(file);
    });
    fileRun.ended = working.catch(() => undefined);
    await working;
  }

  #report(fileRun: FileRun, statement: RunStatement): void {
    fileRun.latest = statement;
    this.#results?.update(fileRun.run.id, statement.view, fileRun.run.running);
  }

  /** Tells of a transaction that is lost while nothing runs. A statement that was running tells it itself. */
  #warn({ file, nodeName, loss }: LostConnection): void {
    if (!loss.openTransaction || this.of(file)?.running) return;
    void vscode.window.showWarningMessage(
      `The connection of ${fileName(file)} to ${nodeName} was lost. ${describeLoss(true)}`,
    );
  }

  #underline({ file, run }: FileRun): void {
    const failed = run.statements.find(({ view }) => view.state === 'failed');
    const failedIn = failed && fileOf(file, failed).toString();
    const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === failedIn);
    if (failed && document) this.#diagnostics.show(document, failed);
  }
}

/** The file that a statement stands in: the run's own, or one that `\i` named. */
const fileOf = (file: vscode.Uri, { step }: RunStatement): vscode.Uri =>
  step.depth > 0 && step.source.path !== undefined ? vscode.Uri.file(step.source.path) : file;
