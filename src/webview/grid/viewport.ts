import type { GridColumns } from './gridColumns.ts';
import type { GridSpot } from './pointer.ts';
import { ScrollScale } from './scrollScale.ts';
import { inside, type GridShape } from './selection.ts';

const lowestRow = 22;
const gutterRoom = 20;

/** The elements of a grid that have to be measured or made as large as their content. */
interface GridElements {
  /** Scrolls. */
  readonly grid: HTMLElement;
  /** As large as all rows and columns. */
  readonly canvas: HTMLElement;
  readonly header: HTMLElement;
  /** Row numbers, to the left of the body. */
  readonly gutter: HTMLElement;
  readonly body: HTMLElement;
}

/** The part of a grid's rows and columns that is in sight: how large they are, where it stands, and what is at a point. */
export class Viewport {
  readonly #elements: GridElements;
  readonly #columns: GridColumns;
  readonly #scale = new ScrollScale();
  #rowHeight = lowestRow;
  #height = 0;
  #gutterWidth = 0;
  #rowCount = 0;

  constructor(elements: GridElements, columns: GridColumns) {
    this.#elements = elements;
    this.#columns = columns;
  }

  /** Position, px, in the content. */
  get top(): number {
    return this.#scale.top;
  }

  get left(): number {
    return this.#elements.grid.scrollLeft;
  }

  /** What to subtract, px, from a position in the content to get the position in the canvas. */
  get offset(): number {
    return this.#scale.offset;
  }

  /** Height, px, of what shows rows; 0 while the grid isn't shown. */
  get height(): number {
    return this.#height;
  }

  get rowHeight(): number {
    return this.#rowHeight;
  }

  get gutterWidth(): number {
    return this.#gutterWidth;
  }

  get headerHeight(): number {
    return this.#elements.header.offsetHeight;
  }

  get shape(): GridShape {
    const page = Math.max(1, Math.floor(this.#height / this.#rowHeight) - 1);
    return { rows: this.#rowCount, columns: this.#columns.layout.count, page };
  }

  /** Places of the first column in sight, and of the one after the last. */
  get columnsInSight(): { readonly first: number; readonly end: number } {
    const { left } = this;
    return this.#columns.layout.between(left, left + this.#elements.grid.clientWidth - this.#gutterWidth);
  }

  /** Makes the grid's elements fit so many rows, the columns, the font and the room that there are now. */
  resize(rowCount: number): void {
    const { grid, canvas, gutter, body } = this.#elements;
    this.#rowCount = rowCount;
    grid.ariaColCount = String(this.#columns.layout.count);
    const fontSize = parseFloat(getComputedStyle(grid).fontSize);
    this.#rowHeight = Math.max(lowestRow, Math.round(fontSize * 1.6));
    grid.style.setProperty('--grid-row-height', `${this.#rowHeight}px`);
    const headerHeight = this.headerHeight;
    this.#height = Math.max(0, grid.clientHeight - headerHeight);
    const digits = String(rowCount).length;
    this.#gutterWidth = Math.ceil(Math.max(2, digits) * fontSize * 0.62) + gutterRoom;
    body.style.left = `${this.#gutterWidth}px`;
    gutter.style.width = `${this.#gutterWidth}px`;
    const scrollTop = this.#scale.resize(rowCount * this.#rowHeight, this.#height);
    canvas.style.height = `${this.#scale.height + headerHeight}px`;
    canvas.style.width = `${this.#gutterWidth + this.#columns.layout.total}px`;
    this.#applyScroll(scrollTop);
  }

  /** The grid's element was scrolled. */
  scrolled(): void {
    this.#applyScroll(this.#scale.scrolled(this.#elements.grid.scrollTop));
  }

  /** Goes to a position, px, in the content. */
  moveTo(top: number, left: number): void {
    this.#applyScroll(this.#scale.scrollTo(top));
    this.#elements.grid.scrollLeft = left;
  }

  /** Scrolls as far as needed for a row to be in sight. */
  revealRow(row: number): void {
    const rowTop = row * this.#rowHeight;
    const lowestTop = rowTop + this.#rowHeight - this.#height;
    if (rowTop < this.top) this.#applyScroll(this.#scale.scrollTo(rowTop));
    else if (lowestTop > this.top) this.#applyScroll(this.#scale.scrollTo(lowestTop));
  }

  /** Scrolls as far as needed for the column at a place to be in sight. */
  revealColumn(column: number): void {
    const { grid } = this.#elements;
    const { scrollLeft, clientWidth } = grid;
    const left = this.#columns.layout.left(column);
    const rightmost = left + this.#columns.layout.width(column) - (clientWidth - this.#gutterWidth);
    if (left < scrollLeft) grid.scrollLeft = left;
    else if (rightmost > scrollLeft) grid.scrollLeft = Math.min(rightmost, left);
  }

  /** What stands at a point, px from the left of the grid and from below its header. */
  spotAt(x: number, y: number): GridSpot {
    const row = Math.floor((this.top + Math.max(y, 0)) / this.#rowHeight);
    const column = this.#columns.layout.at(this.left + x - this.#gutterWidth);
    const part =
      y < 0 ? (x < this.#gutterWidth ? 'corner' : 'header') : x < this.#gutterWidth ? 'gutter' : 'cells';
    return { part, cell: inside({ row, column }, this.shape) };
  }

  /** What the pointer is at. */
  spotOf(event: MouseEvent): GridSpot {
    const box = this.#elements.grid.getBoundingClientRect();
    return this.spotAt(event.clientX - box.left, event.clientY - box.top - this.headerHeight);
  }

  /** The edge between columns that is nearest to the pointer: its place is that of the column after it. */
  edgeAt(event: MouseEvent): number {
    const x = event.clientX - this.#elements.grid.getBoundingClientRect().left;
    return this.#columns.layout.edgeAt(this.left + x - this.#gutterWidth);
  }

  #applyScroll(scrollTop: number): void {
    const { grid } = this.#elements;
    if (grid.scrollTop !== scrollTop) grid.scrollTop = scrollTop;
  }
}
