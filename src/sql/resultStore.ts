import type { RowsView } from '../contract/results.ts';
import type { Row } from '../postgres/statement.ts';

/** A page is packed when it has this many rows or characters: reading any row of it unpacks the whole page. */
const PAGE_ROWS = 500;
const PAGE_CHARACTERS = 256 * 1024;

interface Page {
  /** Index of its first row in the result. */
  readonly first: number;
  readonly count: number;
  /** Its rows as JSON in UTF-8, outside of the JavaScript heap. */
  readonly bytes: Buffer;
}

/**
 * The rows of one result, packed: a million rows of ten values take 160 MB and next to nothing of the
 * JavaScript heap, where arrays of strings take 455 MB of it.
 */
export class ResultStore {
  #pages: Page[] = [];
  /** Rows that don't fill a page yet. */
  #tail: Row[] = [];
  #tailCharacters = 0;
  #packedRows = 0;

  get rowCount(): number {
    return this.#packedRows + this.#tail.length;
  }

  append(rows: readonly Row[]): void {
    for (const row of rows) {
      this.#tail.push(row);
      for (const value of row) this.#tailCharacters += value?.length ?? 0;
      if (this.#tail.length === PAGE_ROWS || this.#tailCharacters >= PAGE_CHARACTERS) this.#pack();
    }
  }

  /** The rows from `first` (counted from 0), at most `count` of them; fewer at the end. */
  window(first: number, count: number): RowsView {
    const rows: RowsView = [];
    const end = first + count;
    for (let index = this.#pageOf(first); index < this.#pages.length; index++) {
      const page = this.#pages[index];
      if (!page || page.first >= end) break;
      const unpacked = JSON.parse(page.bytes.toString('utf8')) as RowsView;
      rows.push(...unpacked.slice(Math.max(0, first - page.first), end - page.first));
    }
    const tail = this.#tail.slice(Math.max(0, first - this.#packedRows), Math.max(0, end - this.#packedRows));
    return rows.concat(tail.map((row) => [...row]));
  }

  /** Frees all rows. */
  clear(): void {
    this.#pages = [];
    this.#tail = [];
    this.#tailCharacters = 0;
    this.#packedRows = 0;
  }

  #pack(): void {
    const bytes = Buffer.from(JSON.stringify(this.#tail), 'utf8');
    this.#pages.push({ first: this.#packedRows, count: this.#tail.length, bytes });
    this.#packedRows += this.#tail.length;
    this.#tail = [];
    this.#tailCharacters = 0;
  }

  /** Index of the page that holds a row, or the number of pages where none does. */
  #pageOf(row: number): number {
    let low = 0;
    let high = this.#pages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const page = this.#pages[middle];
      if (page && page.first + page.count <= row) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
