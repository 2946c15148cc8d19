import type { ColumnLayout } from './columnLayout.ts';
import { Ring } from './ring.ts';
import type { CellRange } from './selection.ts';

export interface GridColumn {
  readonly name: string;
  /** Name of the type, for the tooltip. */
  readonly type: string;
  /** Whether cells align to the right. */
  readonly numeric: boolean;
}

interface HeaderCell {
  readonly element: HTMLElement;
  readonly name: HTMLElement;
  readonly handle: HTMLElement;
}

/** The row of column names, which stays at the top. */
export class HeaderView {
  readonly element = document.createElement('div');
  readonly corner = document.createElement('div');
  readonly #columns: readonly GridColumn[];
  readonly #cells: Ring<HeaderCell>;

  constructor(columns: readonly GridColumn[]) {
    this.#columns = columns;
    this.element.className = 'grid-header';
    this.element.role = 'row';
    this.element.ariaRowIndex = '1';
    this.corner.className = 'grid-corner';
    this.corner.title = 'Select all';
    this.element.append(this.corner);
    this.#cells = new Ring(() => this.#makeCell());
  }

  /**
   * Shows the names of some columns.
   * @param shown the first column, and the one after the last
   * @param indent width, px, of the gutter
   */
  paint(
    shown: { readonly first: number; readonly end: number },
    layout: ColumnLayout,
    indent: number,
    selected: CellRange | undefined,
  ): void {
    this.corner.style.width = `${indent}px`;
    this.#cells.show(shown.first, shown.end, layout.count);
    for (const [index, cell] of this.#cells) {
      const column = this.#columns[index];
      if (!column) continue;
      const { element, name, handle } = cell;
      element.style.left = `${indent + layout.left(index)}px`;
      element.style.width = `${layout.width(index)}px`;
      element.ariaColIndex = String(index + 1);
      element.title = `${column.name}\n${column.type}`;
      element.classList.toggle('numeric', column.numeric);
      element.classList.toggle(
        'selected',
        selected !== undefined && index >= selected.left && index <= selected.right,
      );
      if (name.textContent !== column.name) name.textContent = column.name;
      handle.dataset['column'] = String(index);
    }
  }

  #makeCell(): HeaderCell {
    const element = document.createElement('div');
    element.className = 'grid-name';
    element.role = 'columnheader';
    const name = document.createElement('span');
    const handle = document.createElement('div');
    handle.className = 'grid-handle';
    handle.title = 'Drag to resize, double-click to fit';
    element.append(name, handle);
    this.element.append(element);
    return { element, name, handle };
  }
}
