import type { FromWebview, StatementView, ToWebview } from '../../contract/results.ts';
import { el } from '../controls/dom.ts';
import { duration } from './format.ts';
import { gonePage } from './gonePage.ts';
import {
  latestStatement,
  openStatement,
  runSummary,
  withRun,
  withStatements,
  type PanelState,
} from './panelState.ts';
import type { PaneView, ViewRequest } from './paneViews.ts';
import { RunHeader } from './runHeader.ts';
import type { SavedState } from './savedState.ts';
import { StatementPane } from './statementPane.ts';
import { tabId } from './tab.ts';
import { Tabs } from './tabs.ts';
import { TransactionBar } from './transactionBar.ts';

/** How often, ms, the time of a running statement is shown anew. */
const tick = 100;
/** How long, ms, a message stays. */
const messageStays = 6_000;
const paneId = 'statement';

/** The results panel: the run of one file, a tab for each statement, and the open tab's statement. */
export class Panel {
  readonly #post: (message: FromWebview) => void;
  readonly #saved: SavedState;
  readonly #header: RunHeader;
  readonly #tabs: Tabs;
  readonly #transaction: TransactionBar;
  readonly #main = el('main', 'statement');
  /** Shows what a copy did. */
  readonly #message = el('div', 'message');
  /** Tells screen readers how a run ended. */
  readonly #spoken = el('div', 'spoken');
  readonly #empty = emptyState();
  /** What is known of a run whose rows are gone. */
  readonly #gone = el('div', 'gone');
  readonly #content: HTMLElement;
  /** When each statement's state came, ms of `performance.now`: the host's clock may differ from ours. */
  readonly #received = new Map<number, number>();
  #state: PanelState = { run: undefined, picked: undefined };
  /** How many statements the run has. It is shown when all of them are here. */
  #count = 0;
  #pane: StatementPane | undefined;
  #ticking: ReturnType<typeof setInterval> | undefined;
  #messageTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(root: HTMLElement, saved: SavedState, post: (message: FromWebview) => void) {
    this.#saved = saved;
    this.#post = post;
    this.#header = new RunHeader((runId, inVain) => {
      post({ type: 'cancel', runId, inVain });
    });
    this.#tabs = new Tabs(paneId, {
      pick: (statementId) => {
        this.#pick(statementId);
      },
      follow: () => {
        this.#pick(undefined);
      },
    });
    this.#transaction = new TransactionBar((how) => {
      const runId = this.#state.run?.id;
      if (runId !== undefined) post({ type: 'endTransaction', runId, how });
    });
    this.#main.id = paneId;
    this.#main.role = 'tabpanel';
    this.#message.role = this.#spoken.role = 'status';
    const bar = el(
      'div',
      'bar',
      this.#header.element,
      this.#tabs.element,
      this.#transaction.element,
      this.#header.cancelButton,
    );
    this.#content = el('div', 'content', bar, this.#main);
    this.#content.hidden = true;
    this.#gone.hidden = true;
    root.append(this.#empty, this.#gone, this.#content, this.#message, this.#spoken);
  }

  /** Takes a message from the host. */
  take(message: ToWebview): void {
    switch (message.type) {
      case 'run': {
        const same = this.#state.run?.id === message.run.id;
        this.#saved.begin(message.run);
        this.#state = { ...withRun(this.#state, message.run), picked: this.#saved.picked };
        this.#count = message.count;
        if (!same) this.#forget();
        this.#transaction.setStatus('idle');
        this.#note(message.run.statements);
        this.#show();
        this.#saved.keepRun(message.run);
        break;
      }
      case 'nothing':
        this.#leave(this.#empty);
        break;
      case 'gone':
        this.#saved.keepRun(message.run);
        this.#gone.replaceChildren(
          gonePage(message.run, message.why, () => {
            this.#post({ type: 'runAgain' });
          }),
        );
        this.#leave(this.#gone);
        break;
      case 'statements': {
        const wasRunning = this.#state.run?.running ?? false;
        this.#state = withStatements(this.#state, message);
        if (this.#state.run?.id !== message.runId) break;
        this.#note(message.changes.map(({ statement }) => statement));
        this.#show();
        if (wasRunning && !message.running) {
          this.#sayEnd();
          this.#saved.keepRun(this.#state.run);
        }
        break;
      }
      case 'transaction':
        if (this.#state.run?.id === message.runId) this.#transaction.setStatus(message.status);
        break;
      case 'rows':
        this.#paneOf(message)?.setRows(message);
        break;
      case 'told':
        this.#announce(message.message);
        break;
      case 'export':
        if (!this.#pane?.export()) this.#announce('There are no rows to export.');
        break;
      case 'summary':
        this.#paneOf(message.cells)?.takeCells(message);
        break;
      case 'value':
        this.#paneOf(message.cell)?.takeCells(message);
        break;
      case 'plan':
      case 'chart':
        this.#paneOf(message)?.takeForView(message);
        break;
      default:
        this.#paneOf(message)?.takeAboutRows(message);
    }
  }

  /** The pane of a statement, while it is the open one. */
  #paneOf({ runId, statementId }: { runId: number; statementId: number }): StatementPane | undefined {
    const shown = this.#state.run?.id === runId && openStatement(this.#state)?.id === statementId;
    return shown ? this.#pane : undefined;
  }

  /** Notes when these statements' states came. */
  #note(statements: readonly StatementView[]): void {
    const now = performance.now();
    for (const { id } of statements) this.#received.set(id, now);
  }

  #show(): void {
    const { run } = this.#state;
    if (!run || run.statements.length < this.#count) return;
    this.#empty.hidden = this.#gone.hidden = true;
    this.#content.hidden = false;
    this.#header.update(run);
    this.#transaction.setRunning(run.running);
    const open = openStatement(this.#state);
    const latest = latestStatement(run);
    if (open && latest) {
      this.#tabs.show(run.statements, open.id, latest.id);
      this.#open(open);
    }
    this.#showTimes();
    if (run.running)
      this.#ticking ??= setInterval(() => {
        this.#showTimes();
      }, tick);
    else {
      clearInterval(this.#ticking);
      this.#ticking = undefined;
    }
  }

  #open(statement: StatementView): void {
    if (!this.#pane?.shows(statement)) {
      this.#pane?.dispose();
      this.#pane = this.#makePane(statement);
      this.#main.setAttribute('aria-labelledby', tabId(statement.id));
      this.#main.append(this.#pane.element);
    }
    this.#pane.update(statement);
  }

  #makePane(statement: StatementView): StatementPane {
    const statementId = statement.id;
    const runId = this.#state.run?.id ?? 0;
    const actions = {
      requestRows: (first: number, count: number) => {
        this.#post({ type: 'rows', runId, statementId, first, count });
      },
      fetchRest: () => {
        this.#post({ type: 'fetchRest', runId, statementId });
      },
      giveUpRest: () => {
        this.#post({ type: 'giveUpRest', runId, statementId });
      },
      remedy: (remedyId: string) => {
        this.#post({ type: 'remedy', runId, statementId, remedyId });
      },
      reveal: () => {
        this.#post({ type: 'reveal', runId, statementId });
      },
      post: this.#post,
      announce: (message: string) => {
        this.#announce(message);
      },
      gridChanged: (state: Parameters<SavedState['setGrid']>[1]) => {
        this.#saved.setGrid(statementId, state);
      },
      viewChanged: (view: PaneView) => {
        this.#saved.setView(statementId, view);
      },
      ask: (request: ViewRequest) => {
        this.#post(request.type === 'saveChart' ? request : { ...request, runId, statementId });
      },
    };
    const [grid, view] = [this.#saved.grid(statementId), this.#saved.view(statementId)];
    return new StatementPane(runId, statement, actions, grid, view);
  }

  #pick(statementId: number | undefined): void {
    this.#state = { ...this.#state, picked: statementId };
    this.#saved.picked = statementId;
    this.#show();
  }

  /** Shows something else than a run. */
  #leave(instead: HTMLElement): void {
    this.#state = { run: undefined, picked: undefined };
    this.#forget();
    clearInterval(this.#ticking);
    this.#ticking = undefined;
    for (const element of [this.#content, this.#empty, this.#gone]) element.hidden = element !== instead;
  }

  /** Forgets the run before. */
  #forget(): void {
    this.#tabs.clear();
    this.#received.clear();
    this.#pane?.dispose();
    this.#pane = undefined;
  }

  #showTimes(): void {
    const { run } = this.#state;
    if (!run) return;
    const total = run.statements.reduce((sum, statement) => sum + this.#elapsed(statement), 0);
    this.#header.showTime(run.running, total);
    const open = openStatement(this.#state);
    if (open) this.#pane?.showTime(open, this.#elapsed(open));
  }

  #elapsed({ id, state, elapsedMs }: StatementView): number {
    if (state !== 'running') return elapsedMs;
    const now = performance.now();
    return elapsedMs + now - (this.#received.get(id) ?? now);
  }

  #sayEnd(): void {
    const { run } = this.#state;
    if (!run) return;
    const failure = run.statements.find(({ state }) => state === 'failed')?.failure?.message;
    const total = run.statements.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0);
    this.#spoken.textContent = failure ?? `${runSummary(run).text}, ${duration(total)}`;
  }

  /** Shows a message for a while. */
  #announce(message: string): void {
    this.#message.textContent = message;
    clearTimeout(this.#messageTimer);
    this.#messageTimer = setTimeout(() => {
      this.#message.textContent = '';
    }, messageStays);
  }
}

function emptyState(): HTMLElement {
  return el(
    'div',
    'empty',
    el('p', 'empty-title', 'Results appear here.'),
    el(
      'p',
      '',
      'Open a .sql file, attach it to a coordinator, and press ',
      el('kbd', '', 'Ctrl+Enter'),
      ' to run the statement at the cursor, or ',
      el('kbd', '', 'Ctrl+Shift+Enter'),
      ' to run the whole file.',
    ),
  );
}
