import type { Arrangement, ArrangementNews } from '../../contract/arrangement.ts';
import type { FailureView, FromWebview, StatementView, ToWebview } from '../../contract/results.ts';
import { Grid, type GridState } from '../grid/grid.ts';
import { el, setText } from '../controls/dom.ts';
import { RowTools } from './arrange/rowTools.ts';
import { failureBlock } from './failure.ts';
import { counted, tagInWords } from './format.ts';
import { LimitBar } from './limitBar.ts';
import { NodeList } from './nodeList.ts';
import { Notices } from './notices.ts';
import { ResultCells } from './resultCells.ts';
import { type PaneView, PaneViews, type ViewRequest } from './paneViews.ts';
import { StatusLine } from './statusLine.ts';
import { isZoned } from './timeZone.ts';
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
  /** Sends what is asked for of cells and their order. */
  post(message: FromWebview): void;
  /** What is to be remembered of the rows has changed. */
  gridChanged(state: RowsState): void;
  /** The person looks at the result in another way. */
  viewChanged(view: PaneView): void;
  ask(request: ViewRequest): void;
}

/** Everything about one attempt at one statement: its status, failure, notices and rows. */
export class StatementPane {
  readonly element = el('div', 'pane');
  readonly #runId: number;
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
  /** The grid, and beside it the viewer of a value. */
  readonly #body = el('div', 'pane-body');
  readonly #rows = el('div', 'pane-rows');
  readonly #views: PaneViews;
  #shownFailure: FailureView | undefined;
  #grid: Grid | undefined;
  #tools: RowTools | undefined;
  #cells: ResultCells | undefined;

  /**
   * @param initialGrid how the statement's rows stood when they were last shown
   * @param initialView how its result was looked at then
   */
  constructor(
    runId: number,
    { id, startedAt }: StatementView,
    actions: PaneActions,
    initialGrid: RowsState | undefined,
    initialView: PaneView | undefined,
  ) {
    this.#runId = runId;
    this.#statementId = id;
    this.#startedAt = startedAt;
    this.#actions = actions;
    this.#initialGrid = initialGrid;
    this.#status = new StatusLine(() => {
      actions.reveal();
    });
    this.#body.hidden = true;
    this.#body.append(this.#rows);
    this.#limit = new LimitBar(actions);
    this.#views = new PaneViews(this.#body, initialView, actions);
    this.#status.element.append(this.#views.element);
    this.element.append(
      this.#status.element,
      this.#failure,
      this.#nodes.element,
      this.#notices.element,
      this.#words,
      this.#limit.element,
      this.#body,
      this.#views.stage,
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
    this.#views.update(statement, this.#tools?.shownRows);
  }

  /** Takes what the host answered to one of the views. */
  takeForView(answer: Extract<ToWebview, { type: 'plan' | 'chart' }>): void {
    this.#views.take(answer);
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

  /** Takes what was asked for of cells. */
  takeCells(message: Extract<ToWebview, { type: 'summary' | 'value' }>): void {
    if (message.type === 'summary') this.#status.showSelection(message.text);
    else this.#cells?.takeValue(message);
  }

  /** Exports the rows, as they are arranged when that is done; returns whether there are any to export. */
  export(): boolean {
    const cells = this.#cells;
    this.#tools?.whenArranged(() => {
      cells?.export();
    });
    return cells !== undefined;
  }

  dispose(): void {
    this.#cells?.dispose();
    this.#grid?.dispose();
    this.#views.dispose();
    this.element.remove();
  }

  #showFailure(failure: FailureView | undefined): void {
    if (JSON.stringify(failure) === JSON.stringify(this.#shownFailure)) return;
    this.#shownFailure = failure;
    this.#failure.replaceChildren(...(failure ? [failureBlock(failure, this.#actions)] : []));
  }

  #makeGrid({ id: statementId, columns: resultColumns, sql, timeZone }: StatementView): Grid {
    const runId = this.#runId;
    const columns = resultColumns.map(({ name, typeOid, numeric }) => ({
      name,
      type: typeName(typeOid) + (isZoned(typeOid) && timeZone ? `, shown in ${timeZone}` : ''),
      numeric,
    }));
    const cells = new ResultCells(
      { runId, statementId, columns: resultColumns },
      this.#body,
      (message) => {
        this.#actions.post(message);
      },
      () => {
        this.#status.showSelection('');
      },
    );
    this.#cells = cells;
    const changed = (): void => {
      this.#actions.gridChanged({ ...grid.state, arrangement: tools.arrangement });
      cells.selectionChanged();
    };
    const tools = new RowTools(columns, {
      ask: (request) => {
        this.#actions.post({ ...request, runId, statementId });
      },
      rowsChanged: () => {
        cells.rowsChanged();
        this.#views.rowsChanged(tools.shownRows);
      },
      changed,
    });
    const grid = new Grid({
      label: `Rows of ${sql}`,
      columns,
      columnCommands: tools.commands,
      requestRows: (first, count) => {
        this.#actions.requestRows(first, count);
      },
      commands: cells,
      stateChanged: changed,
      initial: this.#initialGrid,
    });
    this.#tools = tools;
    tools.serve(grid, this.#initialGrid?.arrangement);
    this.#body.before(...tools.elements);
    this.#rows.append(grid.element);
    this.#status.append(cells.toolbar.element);
    cells.attach(grid);
    return grid;
  }
}

/** What there is to say where the rows, the failure or the spinner don't say it. */
function inWords({ state, commandTag, columns, rowCount, nodes, skippedBecause }: StatementView): string {
  switch (state) {
    case 'pending':
      return 'Waits for the statements before it.';
    case 'skipped':
      return `Not run, because ${skippedBecause ?? 'the run ended at an earlier statement'}.`;
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
