export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** A rectangle of cells, from where it was begun to where the focus is. */
export interface Selection {
  readonly anchor: Cell;
  readonly focus: Cell;
}

/** A rectangle of cells by its edges, all of them inside. */
export interface CellRange {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** What moving needs to know of the grid: how many rows and columns it has, and how many rows a page shows. */
export interface GridShape {
  readonly rows: number;
  readonly columns: number;
  readonly page: number;
}

/** What a key press tells, as a KeyboardEvent does. */
interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
}

type Step = (cell: Cell, shape: GridShape) => Cell;

const byRows =
  (rows: number): Step =>
  (cell) => ({ ...cell, row: cell.row + rows });
const byColumns =
  (columns: number): Step =>
  (cell) => ({ ...cell, column: cell.column + columns });

const plainKeys: Readonly<Record<string, Step>> = {
  ArrowUp: byRows(-1),
  ArrowDown: byRows(1),
  ArrowLeft: byColumns(-1),
  ArrowRight: byColumns(1),
  PageUp: (cell, shape) => byRows(-shape.page)(cell, shape),
  PageDown: (cell, shape) => byRows(shape.page)(cell, shape),
  Home: byColumns(-Infinity),
  End: byColumns(Infinity),
};
/** With Ctrl, or Cmd on a Mac: as far as it goes. */
const controlKeys: Readonly<Record<string, Step>> = {
  ArrowUp: byRows(-Infinity),
  ArrowDown: byRows(Infinity),
  ArrowLeft: byColumns(-Infinity),
  ArrowRight: byColumns(Infinity),
  Home: () => ({ row: 0, column: 0 }),
  End: () => ({ row: Infinity, column: Infinity }),
};

/** The cell that a key press moves the focus to, always inside the grid; undefined if the key moves nothing. */
export function cellAfterKey(cell: Cell, press: KeyPress, shape: GridShape): Cell | undefined {
  const step = (press.ctrlKey || press.metaKey ? controlKeys : plainKeys)[press.key];
  return step && inside(step(cell, shape), shape);
}

/**
 * What a key press selects: Ctrl+A everything, Shift+Space the rows and Ctrl+Space the columns of what is selected;
 * undefined if the key selects nothing.
 */
export function selectionAfterKey(
  { anchor, focus }: Selection,
  press: KeyPress,
  shape: GridShape,
): Selection | undefined {
  const control = press.ctrlKey || press.metaKey;
  if (press.key.toLowerCase() === 'a' && control) return wholeColumns(0, shape.columns - 1, shape);
  if (press.key !== ' ') return undefined;
  if (control) return wholeColumns(anchor.column, focus.column, shape);
  return press.shiftKey ? wholeRows(anchor.row, focus.row, shape) : undefined;
}

/** The nearest cell that the grid has. */
export function inside(cell: Cell, shape: GridShape): Cell {
  return {
    row: Math.min(Math.max(cell.row, 0), shape.rows - 1),
    column: Math.min(Math.max(cell.column, 0), shape.columns - 1),
  };
}

/** Selects whole rows. The focus is on the left, so that showing it does not scroll sideways. */
export function wholeRows(from: number, to: number, shape: GridShape): Selection {
  return { anchor: { row: from, column: shape.columns - 1 }, focus: { row: to, column: 0 } };
}

/** Selects whole columns. The focus is at the top, so that showing it does not scroll to the end. */
export function wholeColumns(from: number, to: number, shape: GridShape): Selection {
  return { anchor: { row: shape.rows - 1, column: from }, focus: { row: 0, column: to } };
}

export function rangeOf({ anchor, focus }: Selection): CellRange {
  return {
    top: Math.min(anchor.row, focus.row),
    bottom: Math.max(anchor.row, focus.row),
    left: Math.min(anchor.column, focus.column),
    right: Math.max(anchor.column, focus.column),
  };
}

export function contains(range: CellRange, row: number, column: number): boolean {
  return row >= range.top && row <= range.bottom && column >= range.left && column <= range.right;
}

/** Whether whole columns are selected, and that one among them. */
export function coversColumns(selection: Selection, column: number, { rows }: GridShape): boolean {
  const { top, bottom, left, right } = rangeOf(selection);
  return top === 0 && bottom === rows - 1 && column >= left && column <= right;
}
