/** A row is looked for in at most about this many bytes, besides its own. */
const blockBytes = 4096;

/** Where rows are in a store: one entry for a few kilobytes, so that 1.5 GB take 6 MB. */
export class RowIndex {
  /** For each block, its first row, and where it begins. */
  readonly #rows: number[] = [];
  readonly #positions: number[] = [];

  /**
   * Must be told of every row in order; keeps only what it needs.
   * @param position where the row begins, bytes
   * @param beginsPage whether nothing before it can be read together with it
   */
  add(row: number, position: number, beginsPage: boolean): void {
    if (!beginsPage && position - (this.#positions.at(-1) ?? 0) < blockBytes) return;
    this.#rows.push(row);
    this.#positions.push(position);
  }

  /** The block that a row is in: its first row, where it begins, and where the next one does. */
  blockOf(row: number): { readonly firstRow: number; readonly start: number; readonly end: number } {
    let low = 0;
    let high = this.#rows.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#rows[middle] ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    return {
      firstRow: this.#rows[low] ?? 0,
      start: this.#positions[low] ?? 0,
      end: this.#positions[low + 1] ?? Infinity,
    };
  }
}
