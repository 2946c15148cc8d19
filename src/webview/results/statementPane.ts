import type { FailureView, FromWebview, StatementView, ToWebview } from '../../contract/results.ts';
import { Grid, type GridState } from '../grid/grid.ts';
import type { Row } from '../grid/rows.ts';
import { el, setText } from '../controls/dom.ts';
import { failureBlock } from './failure.ts';
import { counted, tagInWords } from './format.ts';
import { Notices } from './notices.ts';
import { ResultCells } from './resultCells.ts';
import { StatusLine } from './statusLine.ts';
import { isZoned } from './timeZone.ts';
import { typeName } from './typeNames.ts';

/** What a pane needs of the panel around it. */
export interface PaneActions {
  requestRows(first: number, count: number): void;
  remedy(remedyId: string): void;
  reveal(): void;
  /** Sends what is asked for of cells. */
  post(message: FromWebview): void;
  /** The grid's state has changed. */
  gridChanged(state: GridState): void;
}

/** Everything about one attempt at one statement: its status, failure, notices and rows. */
export class StatementPane {
  readonly element = el('div', 'pane');
  readonly #runId: number;
  readonly #statementId: number;
  readonly #startedAt: number;
  readonly #actions: PaneActions;
  readonly #initialGrid: GridState | undefined;
  readonly #status: StatusLine;
  readonly #notices = new Notices();
  readonly #failure = el('div', 'pane-failure');
  readonly #words = el('p', 'pane-words');
  /** The grid, and beside it the viewer of a value. */
  readonly #body = el('div', 'pane-body');
  readonly #rows = el('div', 'pane-rows');
  #shownFailure: FailureView | undefined;
  #grid: Grid | undefined;
  #cells: ResultCells | undefined;

  /** @param initialGrid how the statement's grid stood when it was last shown */
  constructor(
    runId: number,
    { id, startedAt }: StatementView,
    actions: PaneActions,
    initialGrid: GridState | undefined,
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
    this.element.append(this.#status.element, this.#failure, this.#notices.element, this.#words, this.#body);
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
    setText(this.#words, inWords(statement));
    this.#words.hidden = this.#words.textContent === '';
    if (columns.length > 0) {
      this.#grid ??= this.#makeGrid(statement);
      this.#grid.setRowCount(rowCount);
    }
  }

  /** @param elapsed milliseconds that the statement has taken until now */
  showTime(statement: StatementView, elapsed: number): void {
    this.#status.showTime(statement, elapsed);
  }

  /** Gives rows that were asked for: `rows[0]` has the index `first`. */
  setRows(first: number, rows: readonly Row[]): void {
    this.#grid?.setRows(first, rows);
  }

  /** Takes what was asked for of cells. */
  takeCells(message: Extract<ToWebview, { type: 'summary' | 'value' }>): void {
    if (message.type === 'summary') this.#status.showSelection(message.text);
    else this.#cells?.takeValue(message);
  }

  /** Exports the rows; returns whether there are any to export. */
  export(): boolean {
    this.#cells?.export();
    return this.#cells !== undefined;
  }

  dispose(): void {
    this.#cells?.dispose();
    this.#grid?.dispose();
    this.element.remove();
  }

  #showFailure(failure: FailureView | undefined): void {
    if (JSON.stringify(failure) === JSON.stringify(this.#shownFailure)) return;
    this.#shownFailure = failure;
    this.#failure.replaceChildren(...(failure ? [failureBlock(failure, this.#actions)] : []));
  }

  #makeGrid({ id, columns, sql, timeZone }: StatementView): Grid {
    const result = { runId: this.#runId, statementId: id, columns };
    const cells = new ResultCells(
      result,
      this.#body,
      (message) => {
        this.#actions.post(message);
      },
      () => {
        this.#status.showSelection('');
      },
    );
    this.#cells = cells;
    const grid = new Grid({
      label: `Rows of ${sql}`,
      columns: columns.map(({ name, typeOid, numeric }) => ({
        name,
        type: typeName(typeOid) + (isZoned(typeOid) && timeZone ? `, shown in ${timeZone}` : ''),
        numeric,
      })),
      requestRows: (first, count) => {
        this.#actions.requestRows(first, count);
      },
      commands: cells,
      stateChanged: () => {
        this.#actions.gridChanged(grid.state);
        cells.selectionChanged();
      },
      initial: this.#initialGrid,
    });
    this.#body.hidden = false;
    this.#rows.append(grid.element);
    this.#status.append(cells.toolbar.element);
    cells.attach(grid);
    return grid;
  }
}

/** What there is to say where the rows, the failure or the spinner don't say it. */
function inWords({ state, commandTag, columns, rowCount }: StatementView): string {
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
      if (columns.length === 0) return tagInWords(commandTag);
      return rowCount === 0 ? 'No rows.' : '';
    case 'running':
    case 'failed':
      return '';
  }
}
