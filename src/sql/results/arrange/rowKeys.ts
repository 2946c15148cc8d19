import type { ColumnView } from '../../../contract/results.ts';
import type { SortView } from '../../../contract/arrangement.ts';
import { fieldOffset } from '../../../postgres/dataRows.ts';
import { KeyBuffer, KeyClass, type WriteKey } from './keyBuffer.ts';
import { orderOf, writeValueKey } from './valueKeys.ts';

/** Makes the keys of rows: bytes whose order is the order of the rows. */
export class RowKeys {
  readonly #parts: { readonly column: number; readonly write: WriteKey; readonly descending: boolean }[];
  readonly #key = new KeyBuffer();

  /** @param sort the first counts most */
  constructor(sort: readonly SortView[], columns: readonly ColumnView[]) {
    this.#parts = sort.map(({ column, descending }) => ({
      column,
      descending,
      write: orderOf(columns[column]?.typeOid ?? 0).write,
    }));
  }

  /**
   * The key of the row whose DataRow message begins at an offset; it is overwritten by the next one. NULL is last, and
   * with descending order first, as in PostgreSQL (manual, 7.5).
   */
  of(bytes: Buffer, offset: number): KeyBuffer {
    const key = this.#key;
    key.length = 0;
    for (const { column, write, descending } of this.#parts) {
      const begun = key.length;
      const field = fieldOffset(bytes, offset, column);
      const length = bytes.readInt32BE(field);
      if (length < 0) key.byte(KeyClass.null);
      else writeValueKey(write, key, bytes, field + 4, field + 4 + length);
      if (descending) key.invert(begun);
    }
    return key;
  }
}
