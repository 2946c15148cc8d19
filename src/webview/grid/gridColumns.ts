import type { ColumnLayout, TextMeasure } from './columnLayout.ts';
import { knownOrder, moveColumns, withAllColumns, withoutColumns, type ShownColumns } from './columnOrder.ts';
import { ColumnSizing } from './columnSizing.ts';
import type { GridColumn } from './headerView.ts';
import type { Row } from './rows.ts';

/** The columns of a grid: which of the result's are shown, at which places, and how wide. */
export class GridColumns {
  readonly #count: number;
  readonly #sizing: ColumnSizing;
  readonly #changed: () => void;
  #shown: ShownColumns;

  /**
   * @param initial as they were when they were last shown
   * @param changed called after each change by a user
   */
  constructor(
    columns: readonly GridColumn[],
    initial: { readonly widths?: readonly number[] | undefined; readonly shown?: ShownColumns | undefined },
    changed: () => void,
  ) {
    this.#count = columns.length;
    this.#shown = knownOrder(initial.shown, columns.length);
    this.#sizing = new ColumnSizing(columns, initial.widths, this.#shown);
    this.#changed = changed;
  }

  /** Where they stand, by place: another object after each change. */
  get layout(): ColumnLayout {
    return this.#sizing.layout;
  }

  /** For each place, the column of the result that is shown there. */
  get sources(): ShownColumns {
    return this.#shown;
  }

  /** How many are hidden. */
  get hiddenCount(): number {
    return this.#count - this.#shown.length;
  }

  get state(): { widths: readonly number[] | undefined; shown: ShownColumns } {
    return { widths: this.#sizing.widths, shown: this.#shown };
  }

  /** The columns of the result that are shown at places `left` to `right`, both included. */
  sourcesOf(left: number, right: number): number[] {
    return this.#shown.slice(left, right + 1);
  }

  hide(left: number, right: number): void {
    this.#show(withoutColumns(this.#shown, left, right));
  }

  showAll(): void {
    this.#show(withAllColumns(this.#shown, this.#count));
  }

  /** Moves the columns at places `left` to `right` before the one that is at `to` now. */
  move(left: number, right: number, to: number): void {
    this.#show(moveColumns(this.#shown, left, right, to));
  }

  /** Fits all columns to the first rows that come, and widens some for later ones. @returns whether that changed something */
  fitTo(rows: readonly Row[], measure: TextMeasure): boolean {
    const { layout } = this;
    this.#sizing.fitTo(rows, measure);
    return layout !== this.layout;
  }

  /** Fits the columns at places `left` to `right` to their names and to rows. */
  fit(left: number, right: number, rows: readonly Row[], measure: TextMeasure): void {
    for (const column of this.sourcesOf(left, right)) this.#sizing.fit(column, rows, measure);
    this.#changed();
  }

  /** @param width px */
  resize(place: number, width: number): void {
    this.#sizing.resize(this.#shown[place] ?? -1, width);
    this.#changed();
  }

  #show(shown: ShownColumns): void {
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#sizing.show(shown);
    this.#changed();
  }
}
