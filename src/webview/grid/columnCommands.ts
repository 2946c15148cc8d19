import { isMenuButton } from './pointer.ts';
import { rangeOf, type Selection } from './selection.ts';

/** A column by its place, and the places of those that are selected with it. */
export interface ChosenColumns {
  readonly place: number;
  readonly left: number;
  readonly right: number;
}

/** What a grid leaves to those around it. */
export interface ColumnCommands {
  /**
   * Open the menu of columns.
   * @param at below an element, or at a point, px in the window
   */
  openMenu(columns: ChosenColumns, at: Element | { readonly x: number; readonly y: number }): void;
  /** Find something in the rows. */
  find(): void;
  /** Find the same again. */
  findNext(backwards: boolean): void;
}

/** What listening needs of a grid. */
interface ColumnGrid {
  readonly selection: Selection | undefined;
  readonly columns: { readonly layout: { readonly count: number } };
  columnAnchor(place: number): Element;
  moveColumns(left: number, right: number, to: number): void;
}

/**
 * Listens for commands about columns: the button in a header and its context menu, Alt+↓ for the menu of the column with
 * the focus, Alt+Shift+← and → to move columns; and for Ctrl+F and F3.
 */
export function listenForColumnCommands(
  element: HTMLElement,
  grid: ColumnGrid,
  commands: ColumnCommands,
): void {
  element.addEventListener('pointerdown', (event) => {
    // The grid keeps the focus, which the menu gives back.
    if (isMenuButton(event)) event.preventDefault();
  });
  element.addEventListener('click', (event) => {
    const place = placeOf(event);
    if (!isMenuButton(event) || place === undefined) return;
    element.focus();
    commands.openMenu(aroundPlace(grid, place), grid.columnAnchor(place));
  });
  element.addEventListener('contextmenu', (event) => {
    const place = placeOf(event);
    if (place === undefined) return;
    event.preventDefault();
    element.focus();
    commands.openMenu(aroundPlace(grid, place), { x: event.clientX, y: event.clientY });
  });
  element.addEventListener('keydown', (event) => {
    if (!keyCommand(event, grid, commands)) return;
    event.preventDefault();
    // The editor around must not act on the same key.
    event.stopPropagation();
  });
}

/** @returns whether the key is a command */
function keyCommand(event: KeyboardEvent, grid: ColumnGrid, commands: ColumnCommands): boolean {
  const { key, altKey, shiftKey } = event;
  const control = event.ctrlKey || event.metaKey;
  if (control && !altKey && !shiftKey && key.toLowerCase() === 'f') commands.find();
  else if (key === 'F3' && !control && !altKey) commands.findNext(shiftKey);
  else {
    const { selection } = grid;
    if (!altKey || control) return false;
    // Where no row is left there is no selection.
    const { left, right } = selection ? rangeOf(selection) : { left: 0, right: 0 };
    const focused = selection?.focus.column ?? 0;
    if (key === 'ArrowDown' && !shiftKey)
      commands.openMenu(aroundPlace(grid, focused), grid.columnAnchor(focused));
    else if (key === 'ArrowLeft' && shiftKey) grid.moveColumns(left, right, Math.max(0, left - 1));
    else if (key === 'ArrowRight' && shiftKey)
      grid.moveColumns(left, right, Math.min(grid.columns.layout.count, right + 2));
    else return false;
  }
  return true;
}

/** The place of the column whose header the pointer is on. */
function placeOf({ target }: Event): number | undefined {
  const menu =
    target instanceof Element ? target.closest('.grid-name')?.querySelector<HTMLElement>('.grid-menu') : null;
  const place = menu?.dataset['menu'];
  return place === undefined ? undefined : Number(place);
}

function aroundPlace({ selection }: ColumnGrid, place: number): ChosenColumns {
  const { left, right } = selection ? rangeOf(selection) : { left: place, right: place };
  return place >= left && place <= right ? { place, left, right } : { place, left: place, right: place };
}
