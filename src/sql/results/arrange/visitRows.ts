import { messageBytes } from '../../../postgres/dataRows.ts';
import type { ResultStore } from '../resultStore.ts';
import type { Work } from './work.ts';

/** Told of a row: its index from 0, the page with its DataRow message, where that begins there, and in all pages. */
export type VisitRow = (row: number, bytes: Buffer, offset: number, position: number) => void;

/** Rows between two looks at the clock. */
const rowsBetweenLooks = 256;

/**
 * Visits all rows of a store in order.
 * @throws ResultFileError, and the signal's reason where the work was stopped
 */
export const visitRows = async (store: ResultStore, work: Work, visit: VisitRow): Promise<void> => {
  for await (const { firstRow, position, bytes } of store.pages()) {
    let row = firstRow;
    for (let at = 0; at < bytes.length; at += messageBytes(bytes, at), row++) {
      visit(row, bytes, at, position + at);
      if (row % rowsBetweenLooks === 0 && work.due) await work.pause(row);
    }
  }
  work.endPass();
};
