/** What a grid leaves to those around it. */
export interface GridCommands {
  /** Copy what is selected. */
  copy(): void;
  /** Escape was pressed; returns whether it ended something. */
  escape(): boolean;
  /** Open the menu of the selected cells at a point, px in the window. */
  openMenu(place: { readonly x: number; readonly y: number }): void;
  /** Show the value of the cell with the focus. */
  showValue(): void;
}

/** What listening to commands needs of a grid. */
interface CommandTarget {
  /** Whether a cell is selected. */
  hasSelection(): boolean;
  /** Selects the cell at a point, unless it is selected with others; returns whether there is a cell. */
  selectAt(event: MouseEvent): boolean;
  /** Where a menu of the cell with the focus opens, px in the window. */
  menuPlace(): { readonly x: number; readonly y: number };
}

/**
 * Listens for what people do to ask for a command: the editor's and the browser's copy command, the context menu by mouse
 * or keyboard, and a double click on a cell. Enter and Escape come with the grid's other keys.
 * @param signal ends it
 */
export function listenForCommands(
  element: HTMLElement,
  grid: CommandTarget,
  commands: GridCommands,
  signal: AbortSignal,
): void {
  const copies = (): boolean => grid.hasSelection() && document.activeElement === element;
  // Without a text selection the command is on only if somebody says that they will answer it.
  document.addEventListener(
    'beforecopy',
    (event) => {
      if (copies()) event.preventDefault();
    },
    { signal },
  );
  document.addEventListener(
    'copy',
    (event) => {
      if (!copies()) return;
      event.preventDefault();
      commands.copy();
    },
    { signal },
  );
  element.addEventListener('contextmenu', (event) => {
    if (!grid.selectAt(event)) return;
    event.preventDefault();
    element.focus();
    commands.openMenu({ x: event.clientX, y: event.clientY });
  });
  element.addEventListener('dblclick', (event) => {
    if (event.target instanceof Element && event.target.classList.contains('grid-cell')) commands.showValue();
  });
  element.addEventListener('keydown', (event) => {
    const opensMenu = event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
    if (!opensMenu || !grid.hasSelection()) return;
    event.preventDefault();
    event.stopPropagation();
    commands.openMenu(grid.menuPlace());
  });
}
