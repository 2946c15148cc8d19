import { CellSelection } from './cellSelection.ts';
import type { TextMeasure } from './columnLayout.ts';
import { listenForColumnCommands, type ColumnCommands } from './columnCommands.ts';
import { listenForCommands, type GridCommands } from './commands.ts';
import { GridColumns } from './gridColumns.ts';
import { HeaderView, type ColumnMarks, type GridColumn } from './headerView.ts';
import { followPointer } from './pointer.ts';
import { Ring } from './ring.ts';
import { RowSource, type RequestRows } from './rowSource.ts';
import { RowView, type RowPaint } from './rowView.ts';
import type { Row } from './rows.ts';
import { inside, rangeOf, wholeColumns, type Cell, type CellRange, type Selection } from './selection.ts';
import { textMeasure } from './textMeasure.ts';
import { explain } from './tooltips.ts';
import { Viewport } from './viewport.ts';

/** Rows shown above and below the viewport, so that a scroll finds them there before the next paint. */
const spareRows = 12;

/** What a grid remembers when it is shown again. */
export interface GridState {
  /** Widths of all columns, px, once they are known. */
  readonly widths?: readonly number[] | undefined;
  /** The columns that are shown, by their indices in the result, in order. */
  readonly shown?: readonly number[] | undefined;
  /** Position, px, of the viewport in the content. */
  readonly top: number;
  readonly left: number;
  readonly selection?: Selection | undefined;
}

export interface GridOptions {
  /** Says what the grid shows, for screen readers. */
  readonly label: string;
  readonly columns: readonly GridColumn[];
  /** Asks for rows, which are to be given to `setRows`. */
  readonly requestRows: RequestRows;
  readonly commands: GridCommands;
  /** Does what is asked for a column, or for finding something. */
  readonly columnCommands: ColumnCommands;
  /** Called when the state that `state` returns has changed. */
  readonly stateChanged: () => void;
  readonly initial?: GridState | undefined;
}

let grids = 0;

/**
 * A table of text, of any number of rows and columns, of which only what shows is in the document. Rows have one
 * height, are asked for as they come into sight, and are shown by elements that are used again.
 */
export class Grid {
  /** The grid's element; it fills its positioned parent. */
  readonly element = document.createElement('div');
  readonly columns: GridColumns;
  readonly #canvas = document.createElement('div');
  readonly #gutter = document.createElement('div');
  readonly #body = document.createElement('div');
  readonly #header: HeaderView;
  readonly #viewport: Viewport;
  readonly #selection: CellSelection;
  readonly #options: GridOptions;
  readonly #source: RowSource;
  readonly #disposed = new AbortController();
  readonly #rows: Ring<RowView>;
  readonly #shownColumns = new Ring<undefined>(() => undefined);
  readonly #observer = new ResizeObserver(() => {
    this.#resize();
  });
  readonly #focusId = `grid-${++grids}-focus`;
  readonly #numeric: readonly boolean[];
  #restore: GridState | undefined;
  #frame = 0;

  constructor(options: GridOptions) {
    this.#options = options;
    const { columns, initial } = options;
    this.#numeric = columns.map((column) => column.numeric);
    this.columns = new GridColumns(columns, initial ?? {}, () => {
      this.#columnsChanged();
    });
    this.#restore = initial;
    this.#source = new RowSource(options.requestRows);
    this.#header = new HeaderView(columns);
    this.#viewport = new Viewport(
      {
        grid: this.element,
        canvas: this.#canvas,
        header: this.#header.element,
        gutter: this.#gutter,
        body: this.#body,
      },
      this.columns,
    );
    this.#selection = new CellSelection(this.#viewport, initial?.selection, () => {
      options.stateChanged();
      this.#schedule();
    });
    this.#rows = new Ring(() => {
      const row = new RowView();
      this.#body.append(row.element);
      this.#gutter.append(row.number);
      return row;
    });
    this.#build();
    this.#listen();
  }

  get state(): GridState {
    const { top, left } = this.#restore ?? this.#viewport;
    return { ...this.columns.state, top, left, selection: this.selection };
  }

  get selection(): Selection | undefined {
    return this.#selection.current;
  }

  /** Indices in the result of the columns shown from `left` to `right`, both included. */
  sourceColumns(left: number, right: number): number[] {
    return this.columns.sourcesOf(left, right);
  }

  /** The row at a place, if it is held. */
  row(place: number): Row | undefined {
    return this.#source.get(place);
  }

  /** Says which columns the rows are sorted and filtered by. */
  setMarks(marks: ColumnMarks): void {
    this.#header.marks = marks;
    this.#schedule();
  }

  /** Forgets the rows: there are `count` others, or the same in another order. What is selected stays as far as it can. */
  resetRows(count: number): void {
    this.#selection.keepWhile(() => {
      this.#source.reset();
      this.setRowCount(count);
      // An earlier grid's selection is for when enough rows are there.
      return this.#restore === undefined;
    });
    this.#schedule();
  }

  /** Selects a cell, and scrolls to it. */
  goTo(cell: Cell): void {
    this.#selection.selectCell(inside(cell, this.#viewport.shape));
  }

  /** Fits the columns at places `left` to `right` to what the rows in sight need. */
  fitColumns(left: number, right: number): void {
    const shown: Row[] = [];
    for (const [index] of this.#rows) {
      const row = this.#source.get(index);
      if (row) shown.push(row);
    }
    this.columns.fit(left, right, shown, this.#measure());
  }

  /** The cells that are selected, and the one with the focus. */
  get selected(): { readonly range: CellRange; readonly focus: Cell } | undefined {
    const { selection } = this;
    return selection && { range: rangeOf(selection), focus: selection.focus };
  }

  get rowCount(): number {
    return this.#source.rowCount;
  }

  /** How many columns are shown. */
  get columnCount(): number {
    return this.columns.layout.count;
  }

  /** Tells how many rows there are, of which those from before are the same. */
  setRowCount(count: number): void {
    if (count === this.#source.rowCount) return;
    this.#source.rowCount = count;
    this.element.ariaRowCount = String(count + 1);
    this.#resize();
  }

  /**
   * Gives rows that were asked for: `rows[0]` has the place `first`.
   * @param numbers where each of them is in the result, from 0
   */
  setRows(first: number, rows: readonly Row[], numbers: readonly number[]): void {
    this.#source.accept(first, rows, numbers);
    if (this.columns.fitTo(rows, this.#measure())) this.#columnsChanged();
    this.#schedule();
  }

  dispose(): void {
    this.#observer.disconnect();
    this.#disposed.abort();
    cancelAnimationFrame(this.#frame);
    this.element.remove();
  }

  #build(): void {
    const { element } = this;
    element.className = 'grid';
    element.role = 'grid';
    element.tabIndex = 0;
    element.ariaLabel = this.#options.label;
    element.ariaMultiSelectable = 'true';
    element.ariaReadOnly = 'true';
    element.ariaRowCount = '1';
    this.#canvas.className = 'grid-canvas';
    this.#canvas.role = 'presentation';
    this.#gutter.className = 'grid-gutter';
    // The numbers repeat what aria-rowindex says.
    this.#gutter.ariaHidden = 'true';
    this.#body.className = 'grid-body';
    this.#body.role = 'rowgroup';
    this.#canvas.append(this.#header.element, this.#gutter, this.#body);
    element.append(this.#canvas);
    this.#observer.observe(element);
  }

  #listen(): void {
    const { element } = this;
    element.addEventListener('scroll', () => {
      this.#viewport.scrolled();
      this.#schedule();
    });
    element.addEventListener('scrollend', this.#options.stateChanged);
    element.addEventListener('keydown', (event) => {
      this.#keyDown(event);
    });
    element.addEventListener('focus', () => {
      this.#selection.selectAny();
    });
    element.addEventListener('pointerover', ({ target }) => {
      if (target instanceof HTMLElement) explain(target, this.#rows, this.#source, this.columns.sources);
    });
    const { commands } = this.#options;
    const target = {
      hasSelection: () => this.selection !== undefined,
      selectAt: (event: MouseEvent) => this.#selection.selectAt(event),
      menuPlace: () => this.#menuPlace(),
    };
    listenForCommands(element, target, commands, this.#disposed.signal);
    followPointer(element, {
      spotAt: (event) => this.#viewport.spotOf(event),
      shape: () => this.#viewport.shape,
      selection: () => this.selection,
      select: (selection, { part, cell }) => {
        this.#selection.select(selection);
        if (part === 'cells' || part === 'gutter') this.#viewport.revealRow(cell.row);
        if (part === 'cells' || part === 'header') this.#viewport.revealColumn(cell.column);
      },
      columnWidth: (column) => this.columns.layout.width(column),
      resizeColumn: (column, width) => {
        this.columns.resize(column, width);
      },
      fitColumn: (column) => {
        this.fitColumns(column, column);
      },
      edgeAt: (event) => this.#viewport.edgeAt(event),
      showDrop: (edge) => {
        if (edge !== undefined) this.#viewport.revealColumn(Math.min(edge, this.#viewport.shape.columns - 1));
        this.#header.showDrop(
          edge === undefined ? undefined : this.#viewport.gutterWidth + this.columns.layout.left(edge),
        );
      },
      moveColumns: (left, right, edge) => {
        this.moveColumns(left, right, edge);
      },
    });
    listenForColumnCommands(element, this, this.#options.columnCommands);
  }

  /** Moves the columns at places `left` to `right` before the one at `to`; they are selected then. */
  moveColumns(left: number, right: number, to: number): void {
    this.columns.move(left, right, to);
    const first = to > right ? to - (right - left + 1) : to;
    this.#selection.select(wholeColumns(first, first + right - left, this.#viewport.shape));
    this.#viewport.revealColumn(first);
  }

  /** Where a menu of the column at a place opens. */
  columnAnchor(place: number): Element {
    this.#viewport.revealColumn(place);
    this.#paint();
    return this.#header.cell(place) ?? this.#header.element;
  }

  /** Where a menu of the cell with the focus opens, px in the window. */
  #menuPlace(): { x: number; y: number } {
    const focus = this.selection?.focus;
    const cell = focus && this.#rows.get(focus.row)?.cell(focus.column);
    const box = (cell ?? this.element).getBoundingClientRect();
    return { x: box.left + 8, y: cell ? box.bottom : box.top + this.#viewport.headerHeight };
  }

  #resize(): void {
    this.#viewport.resize(this.#source.rowCount);
    this.#restorePosition();
    this.#schedule();
  }

  /** Goes back to where an earlier grid of the same rows stood, once enough rows are there. */
  #restorePosition(): void {
    if (!this.#restore || this.#viewport.height === 0 || this.#source.rowCount === 0) return;
    const { top, left } = this.#restore;
    this.#restore = undefined;
    this.#viewport.moveTo(top, left);
  }

  #schedule(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  #paint(): void {
    const { top, offset, height, rowHeight, gutterWidth } = this.#viewport;
    const first = Math.max(0, Math.floor(top / rowHeight) - spareRows);
    const end = Math.ceil((top + height) / rowHeight) + spareRows;
    this.#rows.show(first, end, this.#source.rowCount);
    for (const row of this.#rows.idle()) row.hide(true);
    const between = this.#viewport.columnsInSight;
    this.#shownColumns.show(between.first, between.end, this.columns.layout.count);
    const paint: RowPaint = {
      layout: this.columns.layout,
      sources: this.columns.sources,
      numeric: this.#numeric,
      columns: this.#shownColumns,
      selected: this.selected?.range,
      focus: this.selected?.focus,
      focusId: this.#focusId,
    };
    this.#header.paint(paint.columns, paint.sources, paint.layout, gutterWidth, paint.selected);
    for (const [index, row] of this.#rows) {
      row.paint(index, this.#source.get(index), index * rowHeight - offset, paint);
    }
    this.#markActive();
    this.#source.want(this.#rows.first, this.#rows.end);
  }

  /** Points screen readers at the cell with the focus, while it is in the document. */
  #markActive(): void {
    const focus = this.selection?.focus;
    const shown = focus && this.#rows.get(focus.row)?.cell(focus.column);
    if (shown) this.element.setAttribute('aria-activedescendant', this.#focusId);
    else this.element.removeAttribute('aria-activedescendant');
  }

  #keyDown(event: KeyboardEvent): void {
    // Where a filter left no rows there was none.
    this.#selection.selectAny();
    if (event.altKey || !this.selection) return;
    const { commands } = this.#options;
    if (!this.#selection.moveBy(event)) {
      if (event.key === 'Enter') commands.showValue();
      else if (event.key !== 'Escape' || !commands.escape()) return;
    }
    event.preventDefault();
    // The editor around must not act on the same key, as it would with Ctrl+A or Ctrl+Home.
    event.stopPropagation();
  }

  #measure(): TextMeasure {
    return textMeasure(this.#header.element, this.#body);
  }

  #columnsChanged(): void {
    this.#selection.keepInside();
    this.#resize();
    this.#options.stateChanged();
  }
}
