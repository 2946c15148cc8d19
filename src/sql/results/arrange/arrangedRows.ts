import { decodeRow, messageBytes } from '../../../postgres/dataRows.ts';
import type { RowsView } from '../../../contract/results.ts';
import type { ResultStore } from '../resultStore.ts';
import type { ResultRows } from '../rows.ts';
import type { RowIndex } from './rowIndex.ts';

/** A window ends when it has this many bytes, so that long values don't stall those who show them. */
const windowBytes = 4 * 1024 * 1024;
/** Rows looked up at one time: the file system reads some side by side. */
const rowsAtOnce = 64;

/** Some rows of a result in an order of their own. */
export class ArrangedRows implements ResultRows {
  /** For each place the row that is there. */
  readonly order: Uint32Array;
  readonly #store: ResultStore;
  readonly #index: RowIndex;

  constructor(store: ResultStore, order: Uint32Array, index: RowIndex) {
    this.#store = store;
    this.order = order;
    this.#index = index;
  }

  get rowCount(): number {
    return this.order.length;
  }

  async window(first: number, count: number): Promise<RowsView> {
    const rows: RowsView = [];
    let size = 0;
    const end = Math.min(first + count, this.rowCount);
    for (let place = first; place < end; place += rowsAtOnce) {
      const wanted = this.order.subarray(place, Math.min(place + rowsAtOnce, end));
      const messages = await Promise.all(Array.from(wanted, (row) => this.#messageOf(row)));
      for (const message of messages) {
        size += message.length;
        if (message.length === 0 || (rows.length > 0 && size > windowBytes)) return rows;
        rows.push(decodeRow(message, 0));
      }
    }
    return rows;
  }

  /** A row's DataRow message; empty where the store is. */
  async #messageOf(row: number): Promise<Buffer> {
    const { firstRow, start, end } = this.#index.blockOf(row);
    const bytes = await this.#store.bytesAt(start, end - start);
    let at = 0;
    for (let skipped = firstRow; skipped < row && at < bytes.length; skipped++) at += messageBytes(bytes, at);
    return at < bytes.length ? bytes.subarray(at, at + messageBytes(bytes, at)) : Buffer.alloc(0);
  }
}
