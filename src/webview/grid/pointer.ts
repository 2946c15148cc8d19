import { drag } from './drag.ts';
import {
  coversColumns,
  rangeOf,
  wholeColumns,
  wholeRows,
  type Cell,
  type GridShape,
  type Selection,
} from './selection.ts';

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
  /** The edge between columns that is nearest: its place is that of the column after it. */
  edgeAt(event: PointerEvent): number;
  /** Shows where columns would be put that are dragged; undefined where they would stay. */
  showDrop(edge: number | undefined): void;
  /** Moves the columns at places `left` to `right` before the one at `edge`. */
  moveColumns(left: number, right: number, edge: number): void;
}

/**
 * Selects with the pointer (cells, rows by the gutter, columns by the header, all by the corner; with Shift or
 * by dragging, up to there), drags selected columns by the header to another place, and resizes columns by its handles.
 */
export function followPointer(element: HTMLElement, grid: PointerTarget): void {
  element.addEventListener('pointerdown', (event) => {
    // The element itself is under its scroll bars and where there are no cells.
    if (event.button !== 0 || event.target === element || isMenuButton(event)) return;
    const column = resizedColumn(event);
    if (column !== undefined) dragEdge(event, grid, column);
    else if (!dragColumns(event, grid) && grid.shape().rows > 0) dragSelection(event, grid);
  });
  element.addEventListener('dblclick', (event) => {
    const column = resizedColumn(event);
    if (column !== undefined) grid.fitColumn(column);
  });
}

/** Whether the button that opens a column's menu is under the pointer. */
export function isMenuButton({ target }: Event): boolean {
  return target instanceof Element && target.closest('.grid-menu') !== null;
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

/**
 * Drags the selected columns where the pointer is on one of their names.
 * @returns whether it is
 */
function dragColumns(down: PointerEvent, grid: PointerTarget): boolean {
  const { part, cell } = grid.spotAt(down);
  const selection = grid.selection();
  if (
    part !== 'header' ||
    down.shiftKey ||
    !selection ||
    !coversColumns(selection, cell.column, grid.shape())
  )
    return false;
  const { left, right } = rangeOf(selection);
  let edge: number | undefined;
  let moved = false;
  drag(
    down,
    (event) => {
      moved ||= Math.abs(event.clientX - down.clientX) > 4;
      const nearest = grid.edgeAt(event);
      edge = moved && (nearest < left || nearest > right + 1) ? nearest : undefined;
      grid.showDrop(edge);
    },
    () => {
      grid.showDrop(undefined);
      if (edge !== undefined) grid.moveColumns(left, right, edge);
      else if (!moved) grid.select(wholeColumns(cell.column, cell.column, grid.shape()), { part, cell });
    },
  );
  return true;
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
