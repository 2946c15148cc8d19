import type { Row } from './rows.ts';

interface Page {
  rows: Row[];
  /** Roughly the characters it holds. */
  weight: number;
}

/** What an empty cell weighs, in characters. */
const cellWeight = 8;

/**
 * Rows held by page, the least recently wanted page dropped first. A page holds its rows from its first one
 * on, without gaps, and may be incomplete at the end of a result that still grows.
 */
export class RowCache {
  readonly pageRows: number;
  readonly #budget: number;
  readonly #keptPages: number;
  /** In order of use, the least recent first. */
  readonly #pages = new Map<number, Page>();
  #weight = 0;

  /**
   * @param options.pageRows rows in a page
   * @param options.budget characters to hold before pages are dropped
   * @param options.keptPages pages kept whatever they weigh; more than a window can show
   */
  constructor({ pageRows = 200, budget = 32_000_000, keptPages = 6 } = {}) {
    this.pageRows = pageRows;
    this.#budget = budget;
    this.#keptPages = keptPages;
  }

  /** The row with this index from 0, if it is held. */
  get(index: number): Row | undefined {
    return this.#pages.get(Math.floor(index / this.pageRows))?.rows[index % this.pageRows];
  }

  /** Keeps `rows`, the first of which has the index `first`. Rows that would leave a gap in a page are not kept. */
  set(first: number, rows: readonly Row[]): void {
    let next = 0;
    while (next < rows.length) {
      const index = first + next;
      const number = Math.floor(index / this.pageRows);
      const inPage = index % this.pageRows;
      const piece = rows.slice(next, next + this.pageRows - inPage);
      next += piece.length;
      this.#put(number, inPage, piece);
    }
    this.#drop();
  }

  clear(): void {
    this.#pages.clear();
    this.#weight = 0;
  }

  /**
   * The pages that rows `first` up to and without `end` need and that are not complete, as the first missing
   * row and how many follow up to the page's end or the result's. Marks the pages as used.
   * @param rowCount rows of the result so far
   */
  missing(first: number, end: number, rowCount: number): { first: number; count: number }[] {
    const gaps = [];
    for (let number = Math.floor(first / this.pageRows); number * this.pageRows < end; number++) {
      const start = number * this.pageRows;
      const page = this.#pages.get(number);
      if (page) {
        this.#pages.delete(number);
        this.#pages.set(number, page);
      }
      const held = page?.rows.length ?? 0;
      const count = Math.min(start + this.pageRows, rowCount) - (start + held);
      if (count > 0) gaps.push({ first: start + held, count });
    }
    return gaps;
  }

  #put(number: number, inPage: number, rows: Row[]): void {
    const page = this.#pages.get(number) ?? { rows: [], weight: 0 };
    if (inPage > page.rows.length) return;
    const fresh = rows.slice(page.rows.length - inPage);
    const weight = fresh.reduce((sum, row) => sum + weightOf(row), 0);
    page.rows.push(...fresh);
    page.weight += weight;
    this.#weight += weight;
    this.#pages.delete(number);
    this.#pages.set(number, page);
  }

  #drop(): void {
    for (const [number, page] of this.#pages) {
      if (this.#weight <= this.#budget || this.#pages.size <= this.#keptPages) return;
      this.#pages.delete(number);
      this.#weight -= page.weight;
    }
  }
}

function weightOf(row: Row): number {
  return row.reduce((sum, cell) => sum + cellWeight + (cell?.length ?? 0), 0);
}
