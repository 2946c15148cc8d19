import type { Arrangement } from '../../../contract/arrangement.ts';
import type { ColumnView, RowsView } from '../../../contract/results.ts';
import type { ResultStore } from '../resultStore.ts';
import type { ResultRows } from '../rows.ts';
import type { ArrangedRows } from './arrangedRows.ts';
import { arrangeRows } from './arrangeRows.ts';
import { findMatches, type Matches, type Search } from './matches.ts';
import { textTest } from './textTest.ts';
import { Work, type WorkOptions } from './work.ts';

/** A cell by its place in the arrangement and its column in the result. */
export interface FoundCell {
  readonly row: number;
  readonly column: number;
}

/** Where a search goes on. */
export interface SearchStart {
  readonly from: FoundCell;
  readonly backwards: boolean;
  /** Whether the cell that it begins at counts itself. */
  readonly inclusive: boolean;
}

const nothing: Arrangement = { sort: [], filters: [] };

/** The rows of a result as they are shown: as the server sent them, or sorted and filtered. */
export class ArrangedResult implements ResultRows {
  readonly #store: ResultStore;
  /** The number that the one who asked gave the arrangement; 0 at first. */
  #number = 0;
  /** What the rows were arranged by, and how many there were. */
  #made = madeOf(nothing, 0);
  #rows: ArrangedRows | undefined;
  #matches: { readonly key: string; readonly matches: Matches } | undefined;

  constructor(store: ResultStore) {
    this.#store = store;
  }

  /** Which arrangement rows are given in. */
  get number(): number {
    return this.#number;
  }

  get rowCount(): number {
    return (this.#rows ?? this.#store).rowCount;
  }

  window(first: number, count: number): Promise<RowsView> {
    return (this.#rows ?? this.#store).window(first, count);
  }

  /** Indices in the result, from 0, of the rows that are at `first` and the places after it. */
  rowNumbers(first: number, count: number): number[] {
    const places = Array.from(
      { length: Math.max(0, Math.min(count, this.rowCount - first)) },
      (_, at) => first + at,
    );
    const order = this.#rows?.order;
    return order ? places.map((place) => order[place] ?? 0) : places;
  }

  /**
   * Shows the rows in another arrangement, when it is made; until then they are shown as before. All rows must be there.
   * @param number what to call it
   * @throws FilterError, ResultFileError, and the signal's reason where it was aborted
   */
  async arrange(
    number: number,
    how: Arrangement,
    columns: readonly ColumnView[],
    options: WorkOptions = {},
  ): Promise<void> {
    const none = how.sort.length === 0 && how.filters.length === 0;
    const made = madeOf(how, none ? 0 : this.#store.rowCount);
    if (made !== this.#made) {
      const rows = none ? undefined : await arrangeRows(this.#store, columns, how, options);
      options.signal?.throwIfAborted();
      this.#rows = rows;
      this.#made = made;
      this.#matches = undefined;
    }
    this.#number = number;
  }

  /**
   * Finds the next value that has a text in it, going on at the other end where it comes to one.
   * @returns the cell, if there is one, and how many there are in all
   * @throws ResultFileError, and the signal's reason where it was aborted
   */
  async find(
    search: Search,
    start: SearchStart,
    options: WorkOptions = {},
  ): Promise<{ match: FoundCell | undefined; count: number }> {
    const work = new Work(this.#store.rowCount, 1, options);
    const rows = this.#rows;
    const matches = await this.#matchesOf(search, work);
    const places = (rows ?? this.#store).rowCount;
    const { row: from } = start.from;
    const step = start.backwards ? -1 : 1;
    if (matches.count === 0 || places === 0) return { match: undefined, count: 0 };
    // The row that it begins at is looked at twice: its one side at first, and the other at the end.
    for (let steps = 0; steps <= places; steps++) {
      const place = (((from + step * steps) % places) + places) % places;
      if (matches.has(rows?.order[place] ?? place)) {
        const found = await this.#cellIn(place, search, steps === 0 ? start : undefined, start.backwards);
        if (found !== undefined) return { match: { row: place, column: found }, count: matches.count };
      }
      if (steps % 65_536 === 0 && work.due) await work.pause();
    }
    return { match: undefined, count: matches.count };
  }

  async #matchesOf(search: Search, work: Work): Promise<Matches> {
    const key = JSON.stringify([
      search.text,
      search.matchCase,
      search.columns.toSorted(),
      this.#store.rowCount,
    ]);
    if (this.#matches?.key === key) return this.#matches.matches;
    const rows = this.#rows;
    const matches = await findMatches(this.#store, search, shownRows(rows, this.#store.rowCount), work);
    if (rows === this.#rows) this.#matches = { key, matches };
    return matches;
  }

  /** The first column, or backwards the last, of the row at a place that has the text, beyond the start where there is one. */
  async #cellIn(
    place: number,
    { text, matchCase, columns }: Search,
    start: SearchStart | undefined,
    backwards: boolean,
  ): Promise<number | undefined> {
    const [values] = await this.window(place, 1);
    const test = textTest(text, matchCase);
    const ordered = backwards ? columns.toReversed() : columns;
    const begin = start ? ordered.indexOf(start.from.column) + (start.inclusive ? 0 : 1) : 0;
    return ordered.slice(begin).find((column) => {
      const value = Buffer.from(values?.[column] ?? '');
      return test(value, 0, value.length);
    });
  }
}

const madeOf = (how: Arrangement, rowCount: number): string => JSON.stringify([how, rowCount]);

/** Tells which of a result's rows are shown. */
const shownRows = (rows: ArrangedRows | undefined, rowCount: number): ((row: number) => boolean) => {
  if (!rows || rows.rowCount === rowCount) return () => true;
  const shown = new Uint8Array(rowCount);
  for (const row of rows.order) shown[row] = 1;
  return (row) => shown[row] === 1;
};
