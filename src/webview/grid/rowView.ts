import { cellText } from './cellText.ts';
import type { ColumnLayout } from './columnLayout.ts';
import { Ring } from './ring.ts';
import type { Row } from './rows.ts';
import { contains, type Cell, type CellRange } from './selection.ts';

/** What the rows of a grid have in common while they are painted. */
export interface RowPaint {
  /** Where the columns stand; another object after each change. */
  readonly layout: ColumnLayout;
  /** For each place, the column of the result that is shown there. */
  readonly sources: readonly number[];
  /** For each column of the result, whether its cells align to the right. */
  readonly numeric: readonly boolean[];
  /** Columns to show: the first, and the one after the last. */
  readonly columns: { readonly first: number; readonly end: number };
  readonly selected: CellRange | undefined;
  readonly focus: Cell | undefined;
  /** Id of the element of the cell with the focus. */
  readonly focusId: string;
}

/** One element of a row and its number in the gutter, showing now this row of the result and now that. */
export class RowView {
  readonly element = document.createElement('div');
  readonly number = document.createElement('div');
  readonly #cells: Ring<CellView>;
  #index = -1;
  #top = -1;

  constructor() {
    this.element.className = 'grid-row';
    this.element.role = 'row';
    this.number.className = 'grid-number';
    this.#cells = new Ring(() => {
      const cell = new CellView();
      this.element.append(cell.element);
      return cell;
    });
  }

  /**
   * Shows a row.
   * @param index its index in the result, from 0
   * @param row its values; undefined while they are not here
   * @param top where it stands, px
   */
  paint(index: number, row: Row | undefined, top: number, paint: RowPaint): void {
    if (index !== this.#index) {
      this.#index = index;
      // The header is row 1.
      this.element.ariaRowIndex = String(index + 2);
      this.element.classList.toggle('odd', index % 2 === 1);
      this.number.textContent = String(index + 1);
    }
    if (top !== this.#top) {
      this.#top = top;
      this.element.style.transform = this.number.style.transform = `translateY(${top}px)`;
    }
    const { selected, columns } = paint;
    this.number.classList.toggle(
      'selected',
      selected !== undefined && index >= selected.top && index <= selected.bottom,
    );
    this.hide(false);
    this.#cells.show(columns.first, columns.end, paint.layout.count);
    for (const cell of this.#cells.idle()) cell.element.hidden = true;
    for (const [column, cell] of this.#cells) cell.paint(index, column, row, paint);
  }

  /** Hides the row, or shows it again. */
  hide(hidden: boolean): void {
    this.element.hidden = this.number.hidden = hidden;
  }

  /** The element of a cell, where it is shown. */
  cell(column: number): HTMLElement | undefined {
    return this.#cells.get(column)?.element;
  }
}

class CellView {
  readonly element = document.createElement('div');
  readonly #text = document.createTextNode('');
  #row: Row | undefined;
  #column = -1;
  #source = -1;
  #layout: ColumnLayout | undefined;
  #selected = false;
  #focused = false;

  constructor() {
    this.element.className = 'grid-cell';
    this.element.role = 'gridcell';
    this.element.ariaSelected = 'false';
    this.element.append(this.#text);
  }

  paint(index: number, column: number, row: Row | undefined, paint: RowPaint): void {
    const source = paint.sources[column] ?? -1;
    if (column !== this.#column || paint.layout !== this.#layout) this.#place(column, source, paint);
    if (source !== this.#source || row !== this.#row) this.#fill(source, row);
    this.#column = column;
    this.#source = source;
    this.#row = row;
    this.#layout = paint.layout;
    this.#mark(index, column, paint);
  }

  #place(column: number, source: number, { layout, numeric }: RowPaint): void {
    const { style } = this.element;
    this.element.hidden = false;
    style.left = `${layout.left(column)}px`;
    style.width = `${layout.width(column)}px`;
    this.element.ariaColIndex = String(column + 1);
    this.element.classList.toggle('numeric', numeric[source] ?? false);
  }

  #fill(source: number, row: Row | undefined): void {
    const value = row?.[source];
    this.#text.textContent = value === undefined ? '' : cellText(value);
    this.element.classList.toggle('null', value === null);
    this.element.removeAttribute('title');
  }

  #mark(index: number, column: number, { selected, focus, focusId }: RowPaint): void {
    const isSelected = selected !== undefined && contains(selected, index, column);
    if (isSelected !== this.#selected) {
      this.#selected = isSelected;
      this.element.classList.toggle('selected', isSelected);
      this.element.ariaSelected = String(isSelected);
    }
    const isFocused = focus?.row === index && focus.column === column;
    if (isFocused !== this.#focused) {
      this.#focused = isFocused;
      this.element.classList.toggle('focus', isFocused);
      if (isFocused) this.element.id = focusId;
      else this.element.removeAttribute('id');
    }
  }
}
