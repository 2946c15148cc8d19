import { messageBytes } from '../../../postgres/dataRows.ts';
import type { ResultStore } from '../resultStore.ts';
import { textTest } from './textTest.ts';
import type { Work } from './work.ts';

/** What is looked for, and in which of a result's columns, in the order in which they are shown. */
export interface Search {
  readonly text: string;
  readonly matchCase: boolean;
  readonly columns: readonly number[];
}

/** The rows of a result that have a text in them, a bit each. */
export class Matches {
  readonly #rows: Uint8Array;
  /** Values with the text in them. */
  count = 0;

  constructor(rowCount: number) {
    this.#rows = new Uint8Array(Math.ceil(rowCount / 8));
  }

  has(row: number): boolean {
    return ((this.#rows[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
  }

  add(row: number, values: number): void {
    this.#rows[row >> 3] = (this.#rows[row >> 3] ?? 0) | (1 << (row & 7));
    this.count += values;
  }
}

/**
 * Looks for a text in all rows of a store.
 * @param shown whether a row counts
 * @throws ResultFileError, and the signal's reason where the work was stopped
 */
export const findMatches = async (
  store: ResultStore,
  search: Search,
  shown: (row: number) => boolean,
  work: Work,
): Promise<Matches> => {
  const matches = new Matches(store.rowCount);
  const inRow = rowMatcher(search);
  for await (const { firstRow, bytes } of store.pages()) {
    if (mayHave(bytes, search)) {
      let row = firstRow;
      for (let at = 0; at < bytes.length; at += messageBytes(bytes, at), row++) {
        const values = shown(row) ? inRow(bytes, at) : 0;
        if (values > 0) matches.add(row, values);
        if (row % 256 === 0 && work.due) await work.pause(row);
      }
    }
    if (work.due) await work.pause(firstRow);
  }
  return matches;
};

/** Counts the values of a row, whose DataRow message begins at an offset, that have the text in them. */
const rowMatcher = ({ text, matchCase, columns }: Search): ((bytes: Buffer, offset: number) => number) => {
  const test = textTest(text, matchCase);
  const wanted = new Set(columns);
  return (bytes, offset) => {
    let found = 0;
    let at = offset + 7;
    for (let column = 0, count = bytes.readInt16BE(offset + 5); column < count; column++) {
      const length = bytes.readInt32BE(at);
      at += 4;
      if (length < 0) continue;
      if (wanted.has(column) && test(bytes, at, at + length)) found += 1;
      at += length;
    }
    return found;
  };
};

/** Whether a page may have the text in it; a quick look that spares most pages a slow one. */
const mayHave = (bytes: Buffer, { text, matchCase }: Search): boolean => {
  if (matchCase) return bytes.includes(text);
  // Letters that have a capital beyond ASCII, as k has the Kelvin sign, would be missed.
  if (!/^[\x20-\x7e]*$/.test(text) || /[ki]/i.test(text)) return true;
  return bytes.toString('latin1').toLowerCase().includes(text.toLowerCase());
};
