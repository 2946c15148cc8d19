import type { Arrangement, ArrangementNews } from '../../contract/arrangement.ts';
import type { FailureView, StatementView, ToWebview } from '../../contract/results.ts';
import { Grid, type GridState } from '../grid/grid.ts';
import { el, setText } from '../controls/dom.ts';
import { RowTools, type RowRequest } from './arrange/rowTools.ts';
import { failureBlock } from './failure.ts';
import { counted, tagInWords } from './format.ts';
import { LimitBar } from './limitBar.ts';
import { NodeList } from './nodeList.ts';
import { Notices } from './notices.ts';
import { StatusLine } from './statusLine.ts';
import { typeName } from './typeNames.ts';

/** What is remembered of a statement's rows: how the grid stood, and how rows were arranged. */
export interface RowsState extends GridState {
  readonly arrangement?: Arrangement | undefined;
}

/** What a pane needs of the panel around it. */
export interface PaneActions {
  requestRows(first: number, count: number): void;
  /** Fetches the rows that a limit left, or has the server forget them. */
  fetchRest(): void;
  giveUpRest(): void;
  remedy(remedyId: string): void;
  reveal(): void;
  announce(message: string): void;
  /** Asks about the order of the rows, or for something in them. */
  askAboutRows(request: RowRequest): void;
  /** What is to be remembered of the rows has changed. */
  gridChanged(state: RowsState): void;
}

/** Everything about one attempt at one statement: its status, failure, notices and rows. */
export class StatementPane {
  readonly element = el('div', 'pane');
  readonly #statementId: number;
  readonly #startedAt: number;
  readonly #actions: PaneActions;
  readonly #initialGrid: RowsState | undefined;
  readonly #status: StatusLine;
  readonly #notices = new Notices();
  readonly #nodes = new NodeList();
  readonly #limit: LimitBar;
  readonly #failure = el('div', 'pane-failure');
  readonly #words = el('p', 'pane-words');
  readonly #rows = el('div', 'pane-rows');
  #shownFailure: FailureView | undefined;
  #grid: Grid | undefined;
  #tools: RowTools | undefined;

  /** @param initialGrid how the statement's rows stood when they were last shown */
  constructor({ id, startedAt }: StatementView, actions: PaneActions, initialGrid: RowsState | undefined) {
    this.#statementId = id;
    this.#startedAt = startedAt;
    this.#actions = actions;
    this.#initialGrid = initialGrid;
    this.#status = new StatusLine(() => {
      actions.reveal();
    });
    this.#rows.hidden = true;
    this.#limit = new LimitBar(actions);
    this.element.append(
      this.#status.element,
      this.#failure,
      this.#nodes.element,
      this.#notices.element,
      this.#words,
      this.#limit.element,
      this.#rows,
    );
  }

  /** Whether this pane shows that statement, and the same attempt at it: a remedy runs it again. */
  shows({ id, startedAt }: StatementView): boolean {
    return id === this.#statementId && startedAt === this.#startedAt;
  }

  update(statement: StatementView): void {
    const { columns, notices, failure, rowCount } = statement;
    this.#status.update(statement);
    this.#notices.update(notices, columns.length > 0);
    this.#showFailure(failure);
    this.#nodes.update(statement.nodes);
    this.#limit.update(statement.limit);
    setText(this.#words, inWords(statement));
    this.#words.hidden = this.#words.textContent === '';
    if (columns.length > 0) {
      this.#grid ??= this.#makeGrid(statement);
      this.#tools?.setTotal(rowCount);
    }
  }

  /** @param elapsed milliseconds that the statement has taken until now */
  showTime(statement: StatementView, elapsed: number): void {
    this.#status.showTime(statement, elapsed);
  }

  /** Takes rows that were asked for; those of an arrangement that is over are dropped. */
  setRows({ arrangement, first, rows, numbers }: Extract<ToWebview, { type: 'rows' }>): void {
    if (this.#tools?.accepts(arrangement)) this.#grid?.setRows(first, rows, numbers);
  }

  /** Takes what the host says of the order of rows, or found in them. */
  takeAboutRows(news: ArrangementNews): void {
    this.#tools?.take(news);
  }

  dispose(): void {
    this.#grid?.dispose();
    this.element.remove();
  }

  #showFailure(failure: FailureView | undefined): void {
    if (JSON.stringify(failure) === JSON.stringify(this.#shownFailure)) return;
    this.#shownFailure = failure;
    this.#failure.replaceChildren(...(failure ? [failureBlock(failure, this.#actions)] : []));
  }

  #makeGrid(statement: StatementView): Grid {
    const columns = statement.columns.map(({ name, typeOid, numeric }) => ({
      name,
      type: typeName(typeOid),
      numeric,
    }));
    const changed = (): void => {
      this.#actions.gridChanged({ ...grid.state, arrangement: tools.arrangement });
    };
    const tools = new RowTools(columns, {
      ask: (request) => {
        this.#actions.askAboutRows(request);
      },
      changed,
    });
    const grid = new Grid({
      label: `Rows of ${statement.sql}`,
      columns,
      columnCommands: tools.commands,
      requestRows: (first, count) => {
        this.#actions.requestRows(first, count);
      },
      announce: (message) => {
        this.#actions.announce(message);
      },
      stateChanged: changed,
      initial: this.#initialGrid,
    });
    this.#tools = tools;
    tools.serve(grid, this.#initialGrid?.arrangement);
    this.#rows.before(...tools.elements);
    this.#rows.hidden = false;
    this.#rows.append(grid.element);
    return grid;
  }
}

/** What there is to say where the rows, the failure or the spinner don't say it. */
function inWords({ state, commandTag, columns, rowCount, nodes }: StatementView): string {
  switch (state) {
    case 'pending':
      return 'Waits for the statements before it.';
    case 'skipped':
      return 'Not run, because the run ended at an earlier statement.';
    case 'cancelled':
      return rowCount > 0
        ? `Cancelled. The ${counted(rowCount, 'row')} that had come are below.`
        : 'Cancelled.';
    case 'done':
      if (columns.length === 0) return nodes ? '' : tagInWords(commandTag);
      return rowCount === 0 ? 'No rows.' : '';
    case 'running':
    case 'failed':
      return '';
  }
}
