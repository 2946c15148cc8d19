import { RowCache } from './rowCache.ts';
import type { Row } from './rows.ts';

/** Asks for rows; the answer comes later, through `RowSource.accept`. */
export type RequestRows = (first: number, count: number) => void;

/** Pages asked for at one time. What is wanted once these have come is asked for then, so a fast scroll queues nothing. */
const pagesInFlight = 4;

/**
 * The rows of a result, as far as they are held here, and the asking for the others. An answer may be shorter
 * than asked for; the rest is asked for again when it is wanted again. An empty answer means that the
 * rows can't be had, and they are not asked for again before the result grows.
 */
export class RowSource {
  readonly #request: RequestRows;
  readonly #cache: RowCache;
  /** Where rows are in the result, from 0. */
  readonly #numbers = new WeakMap<Row, number>();
  readonly #asked = new Set<number>();
  readonly #refused = new Set<number>();
  #rowCount = 0;

  constructor(request: RequestRows, cache = new RowCache()) {
    this.#request = request;
    this.#cache = cache;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  set rowCount(count: number) {
    if (count !== this.#rowCount) this.#refused.clear();
    this.#rowCount = count;
  }

  /** The row with this index from 0, if it is held. */
  get(index: number): Row | undefined {
    return this.#cache.get(index);
  }

  /** Where a row that is held is in the result, from 0, whatever the order they are shown in. */
  numberOf(row: Row): number | undefined {
    return this.#numbers.get(row);
  }

  /** Forgets all rows: others are at their places now. */
  reset(): void {
    this.#cache.clear();
    this.#asked.clear();
    this.#refused.clear();
  }

  /** Asks for what is not held of rows `first` up to and without `end`. */
  want(first: number, end: number): void {
    for (const gap of this.#cache.missing(first, Math.min(end, this.#rowCount), this.#rowCount)) {
      const page = this.#pageOf(gap.first);
      if (this.#asked.size >= pagesInFlight) return;
      if (this.#asked.has(page) || this.#refused.has(page)) continue;
      this.#asked.add(page);
      this.#request(gap.first, gap.count);
    }
  }

  /**
   * Takes rows from the index `first` on: an answer, or what comes unasked. Rows for which those before them are missing
   * are not kept.
   * @param numbers where each of them is in the result, from 0
   */
  accept(first: number, rows: readonly Row[], numbers: readonly number[] = []): void {
    for (const [at, row] of rows.entries()) this.#numbers.set(row, numbers[at] ?? first + at);
    const page = this.#pageOf(first);
    if (this.#asked.delete(page) && rows.length === 0) this.#refused.add(page);
    this.#cache.set(first, rows);
  }

  #pageOf(index: number): number {
    return Math.floor(index / this.#cache.pageRows);
  }
}
