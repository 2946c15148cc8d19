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

/** What a column's header tells of the order and choice of rows. */
export interface ColumnMark {
  readonly sorted?: 'ascending' | 'descending' | undefined;
  /** Its place among the columns that rows are sorted by, from 1, where there are several. */
  readonly place?: number | undefined;
  readonly filtered: boolean;
}

/** For each column of the result that has one, its mark. */
export type ColumnMarks = ReadonlyMap<number, ColumnMark>;

interface HeaderCell {
  readonly element: HTMLElement;
  readonly name: HTMLElement;
  readonly mark: HTMLElement;
  readonly menu: HTMLElement;
  readonly handle: HTMLElement;
}

const arrows = { ascending: '↑', descending: '↓' };

/** The row of column names, which stays at the top. */
export class HeaderView {
  readonly element = document.createElement('div');
  readonly corner = document.createElement('div');
  marks: ColumnMarks = new Map();
  /** Where columns that are dragged would be put. */
  readonly #drop = document.createElement('div');
  readonly #columns: readonly GridColumn[];
  readonly #cells: Ring<HeaderCell>;

  constructor(columns: readonly GridColumn[]) {
    this.#columns = columns;
    this.element.className = 'grid-header';
    this.element.role = 'row';
    this.element.ariaRowIndex = '1';
    this.corner.className = 'grid-corner';
    this.corner.title = 'Select all';
    this.#drop.className = 'grid-drop';
    this.#drop.hidden = true;
    this.element.append(this.corner, this.#drop);
    this.#cells = new Ring(() => this.#makeCell());
  }

  /**
   * Shows the names of some columns.
   * @param shown the first place, and the one after the last
   * @param sources for each place, the column of the result that is shown there
   * @param indent width, px, of the gutter
   */
  paint(
    shown: { readonly first: number; readonly end: number },
    sources: readonly number[],
    layout: ColumnLayout,
    indent: number,
    selected: CellRange | undefined,
  ): void {
    this.corner.style.width = `${indent}px`;
    this.#cells.show(shown.first, shown.end, layout.count);
    for (const { element } of this.#cells.idle()) element.hidden = true;
    for (const [index, cell] of this.#cells) {
      const source = sources[index] ?? -1;
      const column = this.#columns[source];
      if (!column) continue;
      const { element, name, menu, handle } = cell;
      element.hidden = false;
      element.style.left = `${indent + layout.left(index)}px`;
      element.style.width = `${layout.width(index)}px`;
      element.ariaColIndex = String(index + 1);
      element.classList.toggle('numeric', column.numeric);
      element.classList.toggle(
        'selected',
        selected !== undefined && index >= selected.left && index <= selected.right,
      );
      if (name.textContent !== column.name) name.textContent = column.name;
      showMark(cell, column, this.marks.get(source));
      menu.ariaLabel = `Menu of column ${column.name}`;
      menu.dataset['menu'] = handle.dataset['column'] = String(index);
    }
  }

  /** Shows a line at a position, px from the left, or none. */
  showDrop(left: number | undefined): void {
    this.#drop.hidden = left === undefined;
    if (left !== undefined) this.#drop.style.left = `${left}px`;
  }

  /** The element of the name at a place, where it is shown. */
  cell(place: number): HTMLElement | undefined {
    return this.#cells.get(place)?.element;
  }

  #makeCell(): HeaderCell {
    const element = document.createElement('div');
    element.className = 'grid-name';
    element.role = 'columnheader';
    const name = document.createElement('span');
    const mark = document.createElement('span');
    mark.className = 'grid-mark';
    // Said by aria-sort and the tooltip.
    mark.ariaHidden = 'true';
    const menu = document.createElement('button');
    menu.className = 'grid-menu';
    menu.tabIndex = -1;
    menu.title = 'Sort, filter, hide… (Alt+↓)';
    menu.textContent = '⋮';
    const handle = document.createElement('div');
    handle.className = 'grid-handle';
    handle.title = 'Drag to resize, double-click to fit';
    element.append(name, mark, menu, handle);
    this.element.append(element);
    return { element, name, mark, menu, handle };
  }
}

function showMark(cell: HeaderCell, column: GridColumn, mark: ColumnMark | undefined): void {
  const { element } = cell;
  const sorted = mark?.sorted;
  const text = `${mark?.filtered ? '▿' : ''}${sorted ? arrows[sorted] : ''}${mark?.place ?? ''}`;
  if (cell.mark.textContent !== text) cell.mark.textContent = text;
  element.classList.toggle('marked', text !== '');
  element.ariaSort = sorted ?? 'none';
  const words = [
    ...(sorted ? [`Sorted, ${sorted}${mark.place ? `, as number ${mark.place}` : ''}`] : []),
    ...(mark?.filtered ? ['Filtered'] : []),
  ];
  element.title = [column.name, column.type, ...words].join('\n');
}
