import type {
  Arrangement,
  ArrangementNews,
  ArrangementRequest,
  FilterView,
} from '../../../contract/arrangement.ts';
import { openMenu } from '../../controls/menu.ts';
import type { ChosenColumns, ColumnCommands } from '../../grid/columnCommands.ts';
import type { Grid } from '../../grid/grid.ts';
import type { ColumnMark, ColumnMarks, GridColumn } from '../../grid/headerView.ts';
import { rangeOf } from '../../grid/selection.ts';
import { Arranger } from './arranger.ts';
import { columnMenu } from './columnMenu.ts';
import { FilterBar } from './filterBar.ts';
import { FindBar, type FindRequest } from './findBar.ts';
import { openFilterPopover } from './filterPopover.ts';

type WithoutPlace<Request> = Request extends unknown ? Omit<Request, 'runId' | 'statementId'> : never;
/** What is asked of the host about the rows of one statement. */
type RowRequest = WithoutPlace<ArrangementRequest>;

/** What the tools need of those around them. */
interface RowToolsActions {
  ask(request: RowRequest): void;
  /** Other rows are at their places. */
  rowsChanged(): void;
  /** What is to be remembered has changed. */
  changed(): void;
}

/** Text of the cell with the focus that a new filter begins with; longer ones are not what one looks for. */
const longestDraft = 200;

/** Sorting, filtering and finding beside a grid: the bars, the column menus, and what the host is asked and answers. */
export class RowTools {
  readonly #columns: readonly GridColumn[];
  readonly #actions: RowToolsActions;
  readonly #arranger: Arranger;
  readonly #filterBar: FilterBar;
  readonly #findBar: FindBar;
  #grid: Grid | undefined;
  /** Rows that the server has sent. */
  #total = 0;
  /** Columns of the result to look into, where not into all. */
  #findColumns: readonly number[] = [];

  constructor(columns: readonly GridColumn[], actions: RowToolsActions) {
    this.#columns = columns;
    this.#actions = actions;
    this.#arranger = new Arranger({
      ask: (arrangement, how) => {
        actions.ask({ type: 'arrange', arrangement, how });
      },
      stop: () => {
        actions.ask({ type: 'stopArranging' });
      },
      changed: () => {
        this.#show();
        actions.changed();
      },
      rowsChanged: (rowCount) => {
        this.#grid?.resetRows(rowCount);
        this.#findBar.forget();
        actions.rowsChanged();
      },
    });
    const focusGrid = (): void => {
      this.#grid?.element.focus();
    };
    this.#filterBar = new FilterBar(
      columns.map(({ name }) => name),
      this.#arranger,
      {
        edit: (filter, place) => {
          this.#editFilter(filter, place, filter);
        },
        focusGrid,
      },
    );
    this.#findBar = new FindBar({
      find: (request) => {
        this.#find(request);
      },
      chooseColumns: () => {
        this.#findColumns = this.#selectedColumns();
      },
      stop: () => {
        actions.ask({ type: 'stopFinding' });
      },
      found: ({ row, column }) => {
        const place = this.#grid?.columns.sources.indexOf(column) ?? -1;
        if (place >= 0) this.#grid?.goTo({ row, column: place });
      },
      focusGrid,
    });
  }

  /** To stand above the grid. */
  get elements(): HTMLElement[] {
    return [this.#filterBar.element, this.#findBar.element];
  }

  /** How rows are arranged, to be remembered. */
  get arrangement(): Arrangement {
    return this.#arranger.how;
  }

  /** The rows that are shown: which arrangement they are in, and how many they are. */
  get shownRows(): { readonly arrangement: number; readonly count: number } {
    return { arrangement: this.#arranger.current, count: this.#arranger.rowCount ?? this.#total };
  }

  /** Acts when the rows are in the order that was asked for last: at once, unless they are just being arranged. */
  whenArranged(act: () => void): void {
    this.#arranger.whenArranged(act);
  }

  readonly commands: ColumnCommands = {
    openMenu: (columns, at) => {
      this.#openMenu(columns, at);
    },
    find: () => {
      this.#findBar.open();
    },
    findNext: (backwards) => {
      this.#findBar.next(backwards);
    },
  };

  /**
   * Serves a grid from now on.
   * @param arrangement as it was remembered
   */
  serve(grid: Grid, arrangement: Arrangement | undefined): void {
    this.#grid = grid;
    this.#arranger.restore(arrangement);
  }

  /** @param total rows that the server has sent so far */
  setTotal(total: number): void {
    this.#total = total;
    this.#arranger.setTotal(total);
    this.#show();
  }

  /** Whether rows that came in an arrangement are those that are shown. */
  accepts(arrangement: number): boolean {
    return this.#arranger.accepts(arrangement);
  }

  take(news: ArrangementNews): void {
    if (news.type === 'finding' || news.type === 'found') this.#findBar.take(news);
    else this.#arranger.take(news);
  }

  #show(): void {
    this.#grid?.setRowCount(this.shownRows.count);
    this.#filterBar.update(this.#total);
    this.#grid?.setMarks(this.#marks());
  }

  #marks(): ColumnMarks {
    const { sort, filters } = this.#arranger.how;
    const marks = new Map<number, ColumnMark>();
    for (const { column } of filters) marks.set(column, { filtered: true });
    for (const [at, { column, descending }] of sort.entries()) {
      marks.set(column, {
        filtered: marks.has(column),
        sorted: descending ? 'descending' : 'ascending',
        ...(sort.length > 1 && { place: at + 1 }),
      });
    }
    return marks;
  }

  #openMenu(columns: ChosenColumns, at: Parameters<typeof openMenu>[2]): void {
    const grid = this.#grid;
    if (!grid) return;
    const [column = 0] = grid.sourceColumns(columns.place, columns.place);
    const name = this.#columns[column]?.name ?? '';
    const items = columnMenu(columns, grid, this.#arranger, {
      filter: () => {
        this.#newFilter(column, grid.columnAnchor(columns.place));
      },
      find: () => {
        this.#findBar.open();
      },
    });
    openMenu(`Column ${name}`, items, at);
  }

  /** Begins with the filter that the column has, or with the value of the cell with the focus. */
  #newFilter(column: number, place: Element): void {
    const existing = this.#arranger.how.filters.find((filter) => filter.column === column);
    const focus = this.#grid?.selection?.focus;
    const focused = focus && this.#grid?.sourceColumns(focus.column, focus.column)[0] === column;
    const value = focused ? this.#grid?.row(focus.row)?.[column] : undefined;
    const draft: FilterView = existing ?? {
      column,
      operator: value === null ? 'isNull' : this.#columns[column]?.numeric ? 'equals' : 'contains',
      value: value && value.length <= longestDraft ? value : '',
    };
    this.#editFilter(draft, place, existing);
  }

  #editFilter(filter: FilterView, place: Element, instead: FilterView | undefined): void {
    const name = this.#columns[filter.column]?.name ?? '';
    openFilterPopover({ ...filter, name }, place, (changed) => {
      this.#arranger.filter(changed, instead);
    });
  }

  #find({ inColumns, ...request }: FindRequest): void {
    const grid = this.#grid;
    if (!grid) return;
    const shown = grid.columns.sources;
    const chosen = shown.filter((column) => this.#findColumns.includes(column));
    const columns = inColumns && chosen.length > 0 ? chosen : [...shown];
    const focus = grid.selection?.focus ?? { row: 0, column: 0 };
    const from = { row: focus.row, column: shown[focus.column] ?? 0 };
    this.#actions.ask({ type: 'find', ...request, columns, from });
  }

  #selectedColumns(): number[] {
    const selection = this.#grid?.selection;
    if (!selection || !this.#grid) return [];
    const { left, right } = rangeOf(selection);
    return this.#grid.sourceColumns(left, right);
  }
}
