import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import * as vscode from 'vscode';
import {
  FromWebview,
  type RowsView,
  type RunView,
  type StatementView,
  type ToWebview,
  type TransactionView,
} from '../../contract/results.ts';
import { shownRows } from '../../sql/results/shownRows.ts';
import { type ArrangeableStatement, Arrangements } from './arrangements.ts';
import { batches } from './batches.ts';
import type { CellRequests } from './cellRequests.ts';
import { resultsHtml } from './resultsHtml.ts';
import { type StatementResult, StatementViews } from './statementViews.ts';
import { Throttle } from './throttle.ts';

/** What results ask of those who run statements. */
export interface ResultsActions {
  /** A statement of a run, while its rows are kept. */
  statement(runId: number, statementId: number): ArrangeableStatement | undefined;
  cancel(runId: number, inVain: boolean): void;
  /** How the transaction of a run's connection stands. */
  transaction(runId: number): TransactionView;
  endTransaction(runId: number, how: 'commit' | 'rollback'): void;
  remedy(runId: number, statementId: number, remedyId: string): void;
  /** Fetches the rows that a limit left. */
  fetchRest(runId: number, statementId: number): void;
  giveUpRest(runId: number, statementId: number): void;
  /** Shows the statement in its file. */
  reveal(runId: number, statementId: number): void;
  /** A statement's result; undefined where it is gone. */
  result(runId: number, statementId: number): StatementResult | undefined;
  /** Runs the EXPLAIN that a statement is in a way that its plan can be drawn. */
  drawPlan(runId: number, statementId: number): void;
}

/** Where a page lives: a view in the panel, or an editor panel. Its content is thrown away while it is hidden. */
export interface ResultsPlace {
  readonly webview: vscode.Webview;
  readonly onDidHide: (listener: () => void) => vscode.Disposable;
}

/** What the pages of all places have in common. */
export interface ResultsPageDependencies {
  readonly extensionUri: vscode.Uri;
  readonly actions: ResultsActions;
  /** Does what is asked for cells. */
  readonly cells: CellRequests;
  /** Takes what only a developer wants to know. */
  readonly log: (message: string) => void;
}

/** What a page shows. */
type Content =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'run'; readonly run: RunView }
  | { readonly kind: 'gone'; readonly run: RunView; readonly why: string };

/** Least time, ms, between two messages about the same statement: 20 a second. */
const messageInterval = 50;
/** Statements that a message holds at most: the window that passes it on does nothing else meanwhile. */
const messageStatements = 500;
/** Rows that are posted unasked as soon as there are some: a screen full of them. */
const unaskedRows = 100;

/**
 * The conversation with one page of results, wherever it lives. The page shows one run at a time; its state is kept here
 * for when the page is hidden, or moves to another place.
 */
export class ResultsPage implements vscode.Disposable {
  readonly #deps: ResultsPageDependencies;
  readonly #runAgain: (run: RunView) => void;
  readonly #arrangements: Arrangements;
  readonly #statementViews: StatementViews;
  readonly #throttle = new Throttle(() => {
    this.#postChanged();
  }, messageInterval);
  /** Ids of statements that have changed since they were last posted. */
  readonly #changed = new Set<number>();
  /** For each statement, how many of its notices the webview has, and of which attempt. */
  readonly #sentNotices = new Map<number, { startedAt: number; count: number }>();
  #registrations: vscode.Disposable[] = [];
  #webview: vscode.Webview | undefined;
  /** Whether the webview's script listens. */
  #ready = false;
  #exportWhenReady = false;
  #content: Content = { kind: 'nothing' };
  /** How the transaction stands for all that the webview knows. */
  #sentStatus: TransactionView = 'idle';
  /** The run whose first rows were posted. */
  #firstRowsOf: number | undefined;

  /** @param runAgain called with the run whose rows are gone, when it is to be run once more */
  constructor(dependencies: ResultsPageDependencies, runAgain: (run: RunView) => void) {
    this.#deps = dependencies;
    this.#runAgain = runAgain;
    this.#statementViews = new StatementViews(dependencies.actions, dependencies.log, (message) => {
      this.#post(message);
    });
    this.#arrangements = new Arrangements(
      (runId, statementId) => dependencies.actions.statement(runId, statementId),
      (news) => {
        this.#post(news);
      },
    );
  }

  /** The run that is on show, with its rows or without. */
  get run(): RunView | undefined {
    return this.#content.kind === 'nothing' ? undefined : this.#content.run;
  }

  /**
   * Makes a webview the page.
   * @param document URI of the one file whose results it shows, which the page remembers; none where that changes
   */
  open({ webview, onDidHide }: ResultsPlace, document?: string): void {
    this.close();
    this.#webview = webview;
    const dist = vscode.Uri.joinPath(this.#deps.extensionUri, 'dist', 'webview');
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    this.#registrations = [
      webview.onDidReceiveMessage((message: unknown) => {
        this.#receive(message);
      }),
      // Its script says that it is ready when it comes again.
      onDidHide(() => {
        this.#ready = false;
        this.#deps.cells.forgetSelection();
      }),
    ];
    webview.html = resultsHtml({
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('base64'),
      script: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'results.js')).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'results.css')).toString(),
      ...(document !== undefined && { document }),
    });
  }

  /** The webview is gone; what it showed stays. */
  close(): void {
    for (const registration of this.#registrations.splice(0)) registration.dispose();
    this.#deps.cells.forgetSelection();
    this.#webview = undefined;
    this.#ready = false;
  }

  /** Shows a run in place of what was shown before. */
  show(run: RunView): void {
    this.#show({ kind: 'run', run: { ...run, statements: [...run.statements] } });
  }

  /** Shows what is known of a run whose rows are gone. @param why a sentence */
  showGone(run: RunView, why: string): void {
    this.#show({ kind: 'gone', run, why });
  }

  showNothing(): void {
    this.#show({ kind: 'nothing' });
  }

  /**
   * Shows that a statement has changed, where its run is on show; of quick changes only the last is sure to be shown.
   * @param running whether the run goes on; must be told to be false at the end of each run
   */
  update(runId: number, statement: StatementView, running: boolean): void {
    const content = this.#content;
    if (content.kind !== 'run' || content.run.id !== runId) return;
    content.run.running = running;
    content.run.statements[statement.id] = statement;
    this.#changed.add(statement.id);
    this.#throttle.ask();
    if (statement.rowCount === 0 || this.#firstRowsOf === runId) return;
    // Somebody is waiting for these; of all others the next message will tell.
    this.#firstRowsOf = runId;
    this.#postChanged();
    // The question and its answer would take longer than all the rest.
    if (this.#ready) void this.#answer({ runId, statementId: statement.id, first: 0, count: unaskedRows });
  }

  /** Asks the webview to export what it shows, as its button does; one that is only coming into sight, when it is there. */
  export(): void {
    if (this.#ready) this.#post({ type: 'export' });
    else this.#exportWhenReady = true;
  }

  /** Shows how the transaction of the run's connection stands now. */
  transactionChanged(): void {
    const content = this.#content;
    if (content.kind !== 'run' || !this.#ready) return;
    const { id } = content.run;
    const status = this.#deps.actions.transaction(id);
    if (status === this.#sentStatus) return;
    this.#sentStatus = status;
    this.#post({ type: 'transaction', runId: id, status });
  }

  dispose(): void {
    this.#throttle.dispose();
    this.close();
  }

  #show(content: Content): void {
    this.#content = content;
    this.#postContent();
  }

  #receive(data: unknown): void {
    const parsed = v.safeParse(FromWebview, data);
    if (!parsed.success) {
      const problem = v.summarize(parsed.issues);
      this.#deps.log(`The results page sent a message that is not in the contract: ${problem}`);
      return;
    }
    const { actions } = this.#deps;
    const message = parsed.output;
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        this.#postContent();
        if (this.#exportWhenReady) this.export();
        this.#exportWhenReady = false;
        return;
      case 'rows':
        void this.#answer(message);
        return;
      case 'cancel':
        actions.cancel(message.runId, message.inVain);
        return;
      case 'endTransaction':
        actions.endTransaction(message.runId, message.how);
        return;
      case 'runAgain':
        if (this.#content.kind === 'gone') this.#runAgain(this.#content.run);
        return;
      case 'fetchRest':
        actions.fetchRest(message.runId, message.statementId);
        return;
      case 'giveUpRest':
        actions.giveUpRest(message.runId, message.statementId);
        return;
      case 'remedy':
        actions.remedy(message.runId, message.statementId, message.remedyId);
        return;
      case 'reveal':
        actions.reveal(message.runId, message.statementId);
        return;
      case 'plan':
      case 'openPlan':
      case 'drawPlan':
      case 'chart':
      case 'saveChart':
        this.#statementViews.take(message);
        return;
      case 'arrange':
      case 'stopArranging':
      case 'find':
      case 'stopFinding':
        this.#arrangements.take(message);
        return;
      default:
        this.#deps.cells.take(message, (answer) => {
          this.#post(answer);
        });
    }
  }

  /** Posts the rows that are wanted, or none where they can't be had: the webview waits for an answer. */
  async #answer({
    runId,
    statementId,
    first,
    count,
  }: Omit<Extract<FromWebview, { type: 'rows' }>, 'type'>): Promise<void> {
    const { actions, log } = this.#deps;
    let rows: RowsView = [];
    const statement = actions.statement(runId, statementId);
    const arranged = statement?.arranged;
    const arrangement = arranged?.number ?? 0;
    let numbers: number[] = [];
    try {
      numbers = arranged?.rowNumbers(first, count) ?? [];
      rows = (await statement?.rows(first, count)) ?? [];
    } catch (error) {
      log(`Rows ${first} to ${first + count - 1} of statement ${statementId} can't be had: ${String(error)}`);
    }
    numbers = numbers.slice(0, rows.length);
    this.#post({ type: 'rows', runId, statementId, arrangement, first, rows: shownRows(rows), numbers });
  }

  #postContent(): void {
    this.#changed.clear();
    this.#sentNotices.clear();
    if (!this.#ready) return;
    const content = this.#content;
    if (content.kind === 'nothing') this.#post({ type: 'nothing' });
    else if (content.kind === 'gone') this.#post({ type: 'gone', run: content.run, why: content.why });
    else this.#postRun(content.run);
  }

  #postRun(run: RunView): void {
    const { statements } = run;
    const first = statements.slice(0, messageStatements).map(untilNow);
    for (const statement of first) this.#countNotices(statement);
    this.#post({ type: 'run', run: { ...run, statements: first }, count: statements.length });
    this.#sentStatus = 'idle';
    this.#postStatements(run, statements.slice(messageStatements));
    this.transactionChanged();
  }

  #postChanged(): void {
    const { run } = this;
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
    void this.#webview?.postMessage(message);
  }
}

/** The statement with the time that it has taken until now, by the clock that measured its start. */
function untilNow(statement: StatementView): StatementView {
  const { state, elapsedMs, startedAt, resumedAt } = statement;
  if (state !== 'running') return statement;
  return { ...statement, elapsedMs: elapsedMs + Math.max(0, Date.now() - (resumedAt ?? startedAt)) };
}
