import { wholeColumns, wholeRows, type Cell, type GridShape, type Selection } from './selection.ts';

/** A part of the grid, and the cell that is there or nearest to it. */
export interface GridSpot {
  readonly part: 'corner' | 'header' | 'gutter' | 'cells';
  readonly cell: Cell;
}

/** What the pointer needs of a grid. */
export interface PointerTarget {
  spotAt(event: PointerEvent): GridSpot;
  shape(): GridShape;
  selection(): Selection | undefined;
  /** Selects, and scrolls to where the pointer is as far as that part of the grid scrolls. */
  select(selection: Selection, pointer: GridSpot): void;
  columnWidth(column: number): number;
  resizeColumn(column: number, width: number): void;
  fitColumn(column: number): void;
}

/**
 * Selects with the pointer (cells, rows by the gutter, columns by the header, all by the corner; with Shift or
 * by dragging, up to there) and resizes columns by the handles in the header.
 */
export function followPointer(element: HTMLElement, grid: PointerTarget): void {
  element.addEventListener('pointerdown', (event) => {
    // The element itself is under its scroll bars and where there are no cells.
    if (event.button !== 0 || event.target === element) return;
    const column = resizedColumn(event);
    if (column !== undefined) dragEdge(event, grid, column);
    else if (grid.shape().rows > 0) dragSelection(event, grid);
  });
  element.addEventListener('dblclick', (event) => {
    const column = resizedColumn(event);
    if (column !== undefined) grid.fitColumn(column);
  });
}

/** The column whose resize handle is under the pointer. */
function resizedColumn({ target }: Event): number | undefined {
  const column = target instanceof HTMLElement ? target.dataset['column'] : undefined;
  return column === undefined ? undefined : Number(column);
}

function dragEdge(down: PointerEvent, grid: PointerTarget, column: number): void {
  const width = grid.columnWidth(column);
  drag(down, (event) => {
    grid.resizeColumn(column, width + event.clientX - down.clientX);
  });
}

function dragSelection(down: PointerEvent, grid: PointerTarget): void {
  const { part, cell } = grid.spotAt(down);
  const anchor = (down.shiftKey && grid.selection()?.anchor) || cell;
  const selectTo = (to: Cell) => {
    grid.select(selected(part, anchor, to, grid.shape()), { part, cell: to });
  };
  selectTo(cell);
  if (part !== 'corner') {
    drag(down, (event) => {
      selectTo(grid.spotAt(event).cell);
    });
  }
}

function selected(part: GridSpot['part'], anchor: Cell, focus: Cell, shape: GridShape): Selection {
  switch (part) {
    case 'corner':
      return wholeColumns(0, shape.columns - 1, shape);
    case 'header':
      return wholeColumns(anchor.column, focus.column, shape);
    case 'gutter':
      return wholeRows(anchor.row, focus.row, shape);
    case 'cells':
      return { anchor, focus };
  }
}

/** Calls `move` while the pointer moves, until it is released. */
function drag(down: PointerEvent, move: (event: PointerEvent) => void): void {
  // What was pressed takes the capture, because clicks go to where that is.
  const element = down.target;
  if (!(element instanceof HTMLElement)) return;
  element.setPointerCapture(down.pointerId);
  const ended = new AbortController();
  const { signal } = ended;
  element.addEventListener('pointermove', move, { signal });
  element.addEventListener(
    'lostpointercapture',
    () => {
      ended.abort();
    },
    { signal },
  );
}
