import type { FromWebview, StatementView, ToWebview } from '../../contract/results.ts';
import { el } from './dom.ts';
import { duration } from './format.ts';
import { openStatement, runSummary, withRun, withStatement, type PanelState } from './panelState.ts';
import { RunHeader } from './runHeader.ts';
import type { SavedState } from './savedState.ts';
import { StatementPane } from './statementPane.ts';
import { Tabs } from './tabs.ts';

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
  readonly #main = el('main', 'statement');
  /** Shows what a copy did. */
  readonly #message = el('div', 'message');
  /** Tells screen readers how a run ended. */
  readonly #spoken = el('div', 'spoken');
  readonly #empty = emptyState();
  readonly #content: HTMLElement;
  /** When each statement's state came, ms of `performance.now`: the host's clock may differ from ours. */
  readonly #received = new Map<number, number>();
  #state: PanelState = { run: undefined, picked: undefined };
  #pane: StatementPane | undefined;
  #ticking: ReturnType<typeof setInterval> | undefined;
  #messageTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(root: HTMLElement, saved: SavedState, post: (message: FromWebview) => void) {
    this.#saved = saved;
    this.#post = post;
    this.#header = new RunHeader((runId) => {
      post({ type: 'cancel', runId });
    });
    this.#tabs = new Tabs(paneId, (statementId) => {
      this.#pick(statementId);
    });
    this.#main.id = paneId;
    this.#main.role = 'tabpanel';
    this.#message.role = this.#spoken.role = 'status';
    const bar = el('div', 'bar', this.#header.element, this.#tabs.element, this.#header.cancelButton);
    this.#content = el('div', 'content', bar, this.#main);
    this.#content.hidden = true;
    root.append(this.#empty, this.#content, this.#message, this.#spoken);
  }

  /** Takes a message from the host. */
  take(message: ToWebview): void {
    switch (message.type) {
      case 'run': {
        const same = this.#state.run?.id === message.run.id;
        this.#saved.begin(message.run);
        this.#state = { ...withRun(this.#state, message.run), picked: this.#saved.picked };
        if (!same) this.#forget();
        for (const { id } of message.run.statements) this.#received.set(id, performance.now());
        this.#show(message.run.statements);
        break;
      }
      case 'statement': {
        const wasRunning = this.#state.run?.running ?? false;
        this.#state = withStatement(this.#state, message);
        if (this.#state.run?.id !== message.runId) break;
        this.#received.set(message.statement.id, performance.now());
        this.#show(this.#state.run.statements.filter(({ id }) => id === message.statement.id));
        if (wasRunning && !message.running) this.#sayEnd();
        break;
      }
      case 'rows':
        if (this.#state.run?.id === message.runId && openStatement(this.#state)?.id === message.statementId) {
          this.#pane?.setRows(message.first, message.rows);
        }
    }
  }

  /** Shows the state, in which these statements have changed. */
  #show(changed: readonly StatementView[]): void {
    const { run } = this.#state;
    const open = openStatement(this.#state);
    this.#empty.hidden = run !== undefined;
    this.#content.hidden = run === undefined;
    if (!run) return;
    this.#header.update(run);
    for (const statement of changed) this.#tabs.update(statement, run.statements.indexOf(statement) + 1);
    if (open) this.#open(open);
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
    this.#tabs.open(statement.id);
    if (!this.#pane?.shows(statement)) {
      this.#pane?.dispose();
      this.#pane = this.#makePane(statement);
      this.#main.setAttribute('aria-labelledby', this.#tabs.tabId(statement.id));
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
      remedy: (remedyId: string) => {
        this.#post({ type: 'remedy', runId, statementId, remedyId });
      },
      reveal: () => {
        this.#post({ type: 'reveal', runId, statementId });
      },
      announce: (message: string) => {
        this.#announce(message);
      },
      gridChanged: (state: Parameters<SavedState['setGrid']>[1]) => {
        this.#saved.setGrid(statementId, state);
      },
    };
    return new StatementPane(statement, actions, this.#saved.grid(statementId));
  }

  #pick(statementId: number): void {
    this.#state = { ...this.#state, picked: statementId };
    this.#saved.picked = statementId;
    this.#show([]);
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
    const now = performance.now();
    return state === 'running' ? elapsedMs + now - (this.#received.get(id) ?? now) : elapsedMs;
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
