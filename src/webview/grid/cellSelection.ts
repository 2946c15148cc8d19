import {
  cellAfterKey,
  contains,
  coversColumns,
  inside,
  rangeOf,
  selectionAfterKey,
  wholeColumns,
  type Cell,
  type Selection,
} from './selection.ts';
import type { Viewport } from './viewport.ts';

/** Which cells of a grid are selected, and how keys and menus change that. */
export class CellSelection {
  readonly #viewport: Viewport;
  readonly #changed: () => void;
  #selection: Selection | undefined;

  /**
   * @param selection of an earlier grid of the same rows
   * @param changed called when other cells are selected
   */
  constructor(viewport: Viewport, selection: Selection | undefined, changed: () => void) {
    this.#viewport = viewport;
    this.#selection = selection;
    this.#changed = changed;
  }

  /** What is selected now. */
  get current(): Selection | undefined {
    return this.#selection;
  }

  select(selection: Selection | undefined): void {
    this.#selection = selection;
    this.#changed();
  }

  /** Selects from `anchor` to `focus`, and scrolls there. */
  selectCell(focus: Cell, anchor = focus): void {
    this.select({ anchor, focus });
    this.#viewport.revealRow(focus.row);
    this.#viewport.revealColumn(focus.column);
  }

  /** Selects the first cell in sight where none is selected. */
  selectAny(): void {
    const { shape, gutterWidth } = this.#viewport;
    if (!this.#selection && shape.rows > 0) this.selectCell(this.#viewport.spotAt(gutterWidth, 0).cell);
  }

  /** Selects the cell at a point, unless it is selected with others; returns whether there is a cell. */
  selectAt(event: MouseEvent): boolean {
    const { part, cell } = this.#viewport.spotOf(event);
    if ((part !== 'cells' && part !== 'gutter') || this.#viewport.shape.rows === 0) return false;
    const range = this.#selection && rangeOf(this.#selection);
    if (!range || !contains(range, cell.row, part === 'cells' ? cell.column : range.left))
      this.selectCell(cell);
    return true;
  }

  /** Moves the selection as a key does; returns whether it does that. */
  moveBy(event: KeyboardEvent): boolean {
    const { shape } = this.#viewport;
    if (!this.#selection) return false;
    const { focus, anchor } = this.#selection;
    const selection = selectionAfterKey({ anchor, focus }, event, shape);
    const target = cellAfterKey(focus, event, shape);
    if (selection) this.select(selection);
    else if (target) this.selectCell(target, event.shiftKey ? anchor : target);
    return selection !== undefined || target !== undefined;
  }

  /** Keeps what is selected among the columns that there are now; who changed them tells of that. */
  keepInside(): void {
    if (this.#selection) this.#selection = this.#inside(this.#selection);
  }

  /**
   * Keeps what is selected as far as it can while other rows take the place of those that there were.
   * @param replace puts them there; returns whether what is selected has to be among them already
   */
  keepWhile(replace: () => boolean): void {
    const selection = this.#selection;
    const isWhole = selection && coversColumns(selection, selection.focus.column, this.#viewport.shape);
    if (!replace() || !selection) return;
    const { anchor, focus } = selection;
    const { shape } = this.#viewport;
    if (shape.rows === 0) this.select(undefined);
    else this.select(isWhole ? wholeColumns(anchor.column, focus.column, shape) : this.#inside(selection));
  }

  #inside({ anchor, focus }: Selection): Selection {
    const { shape } = this.#viewport;
    return { anchor: inside(anchor, shape), focus: inside(focus, shape) };
  }
}
