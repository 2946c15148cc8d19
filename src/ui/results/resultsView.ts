import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import * as vscode from 'vscode';
import { Views } from '../../contract/ids.ts';
import {
  FromWebview,
  type RowsView,
  type RunView,
  type StatementView,
  type ToWebview,
} from '../../contract/results.ts';
import { batches } from './batches.ts';
import { resultsHtml } from './resultsHtml.ts';
import { type StatementResult, StatementViews } from './statementViews.ts';
import { Throttle } from './throttle.ts';

/** What the results ask of those who run statements. */
export interface ResultsActions {
  /** Rows of a result from `first` (counted from 0), at most `count`; fewer at the end and where they are large. */
  rows(runId: number, statementId: number, first: number, count: number): Promise<RowsView>;
  cancel(runId: number): void;
  remedy(runId: number, statementId: number, remedyId: string): void;
  /** Shows the statement in its file. */
  reveal(runId: number, statementId: number): void;
  /** A statement's result; undefined where it is gone. */
  result(runId: number, statementId: number): StatementResult | undefined;
  /** Runs the EXPLAIN that a statement is in a way that its plan can be drawn. */
  drawPlan(runId: number, statementId: number): void;
}

/** Least time, ms, between two messages about the same statement: 20 a second. */
const messageInterval = 50;
/** Statements that a message holds at most: the window that passes it on does nothing else meanwhile. */
const messageStatements = 500;

/** The results view in the panel. It shows one run at a time, and keeps that run's state for when the view is opened again. */
export class ResultsView implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #actions: ResultsActions;
  readonly #log: (message: string) => void;
  readonly #throttle = new Throttle(() => {
    this.#postChanged();
  }, messageInterval);
  /** Ids of statements that have changed since they were last posted. */
  readonly #changed = new Set<number>();
  /** For each statement, how many of its notices the webview has, and of which attempt. */
  readonly #sentNotices = new Map<number, { startedAt: number; count: number }>();
  readonly #statementViews: StatementViews;
  #registrations: vscode.Disposable[] = [];
  #view: vscode.WebviewView | undefined;
  /** Whether the webview's script listens. */
  #ready = false;
  #run: RunView | undefined;

  /** @param log takes what only a developer wants to know */
  constructor(extensionUri: vscode.Uri, actions: ResultsActions, log: (message: string) => void) {
    this.#extensionUri = extensionUri;
    this.#actions = actions;
    this.#log = log;
    this.#statementViews = new StatementViews(actions, log, (message) => {
      this.#post(message);
    });
  }

  /** Called by the editor when the view is to be shown and has no webview, also again after it was closed. */
  resolveWebviewView(view: vscode.WebviewView): void {
    this.#forgetView();
    this.#view = view;
    const { webview } = view;
    const dist = vscode.Uri.joinPath(this.#extensionUri, 'dist', 'webview');
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    this.#registrations = [
      webview.onDidReceiveMessage((message: unknown) => {
        this.#receive(message);
      }),
      view.onDidChangeVisibility(() => {
        // A hidden webview is thrown away; its script says that it is ready when it comes again.
        if (!view.visible) this.#ready = false;
      }),
      view.onDidDispose(() => {
        this.#forgetView();
      }),
    ];
    webview.html = resultsHtml({
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('base64'),
      script: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'results.js')).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'results.css')).toString(),
    });
  }

  /** Shows a run in place of the one before, and brings the view into sight; the focus stays where it is. */
  async show(run: RunView): Promise<void> {
    this.#run = { ...run, statements: [...run.statements] };
    this.#postRun();
    if (this.#view) this.#view.show(true);
    else await vscode.commands.executeCommand(`${Views.results}.focus`, { preserveFocus: true });
  }

  /**
   * Shows that a statement has changed; of quick changes only the last is sure to be shown.
   * @param running whether the run goes on; must be told to be false at the end of each run
   */
  update(runId: number, statement: StatementView, running: boolean): void {
    if (this.#run?.id !== runId) return;
    this.#run.running = running;
    this.#run.statements[statement.id] = statement;
    this.#changed.add(statement.id);
    this.#throttle.ask();
  }

  dispose(): void {
    this.#throttle.dispose();
    this.#forgetView();
  }

  #forgetView(): void {
    for (const registration of this.#registrations.splice(0)) registration.dispose();
    this.#view = undefined;
    this.#ready = false;
  }

  #receive(data: unknown): void {
    const parsed = v.safeParse(FromWebview, data);
    if (!parsed.success) {
      this.#log(`The results view sent a message that is not in the contract: ${v.summarize(parsed.issues)}`);
      return;
    }
    const message = parsed.output;
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        this.#postRun();
        return;
      case 'rows':
        void this.#answer(message);
        return;
      case 'cancel':
        this.#actions.cancel(message.runId);
        return;
      case 'remedy':
        this.#actions.remedy(message.runId, message.statementId, message.remedyId);
        return;
      case 'reveal':
        this.#actions.reveal(message.runId, message.statementId);
        return;
      case 'plan':
      case 'openPlan':
      case 'drawPlan':
      case 'chart':
      case 'saveChart':
        this.#statementViews.take(message);
    }
  }

  /** Posts the rows that were asked for, or none where they can't be had: the webview waits for an answer. */
  async #answer({ runId, statementId, first, count }: Extract<FromWebview, { type: 'rows' }>): Promise<void> {
    let rows: RowsView = [];
    try {
      rows = await this.#actions.rows(runId, statementId, first, count);
    } catch (error) {
      this.#log(
        `Rows ${first} to ${first + count - 1} of statement ${statementId} can't be had: ${String(error)}`,
      );
    }
    this.#post({ type: 'rows', runId, statementId, first, rows });
  }

  #postRun(): void {
    this.#changed.clear();
    this.#sentNotices.clear();
    if (!this.#run || !this.#ready) return;
    const { statements } = this.#run;
    const first = statements.slice(0, messageStatements).map(untilNow);
    for (const statement of first) this.#countNotices(statement);
    this.#post({ type: 'run', run: { ...this.#run, statements: first }, count: statements.length });
    this.#postStatements(this.#run, statements.slice(messageStatements));
  }

  #postChanged(): void {
    const run = this.#run;
    const changed = [...this.#changed].flatMap((id) => run?.statements[id] ?? []);
    this.#changed.clear();
    if (run && this.#ready) this.#postStatements(run, changed);
  }

  #postStatements({ id: runId, running }: RunView, statements: readonly StatementView[]): void {
    for (const some of batches(statements, messageStatements)) {
      const changes = some.map(untilNow).map((statement) => {
        const noticesBefore = this.#countNotices(statement);
        const notices = statement.notices.slice(noticesBefore);
        return { statement: { ...statement, notices }, noticesBefore };
      });
      this.#post({ type: 'statements', runId, running, changes });
    }
  }

  /**
   * Notes that all of a statement's notices are sent.
   * @returns how many of them the webview had before
   */
  #countNotices({ id, startedAt, notices }: StatementView): number {
    const sent = this.#sentNotices.get(id);
    this.#sentNotices.set(id, { startedAt, count: notices.length });
    return sent?.startedAt === startedAt && sent.count <= notices.length ? sent.count : 0;
  }

  #post(message: ToWebview): void {
    // It resolves to false where the view was hidden meanwhile; the whole state is sent when it comes back.
    void this.#view?.webview.postMessage(message);
  }
}

/** The statement with the time that it has taken until now, by the clock that measured its start. */
function untilNow(statement: StatementView): StatementView {
  if (statement.state !== 'running') return statement;
  return { ...statement, elapsedMs: Math.max(0, Date.now() - statement.startedAt) };
}
