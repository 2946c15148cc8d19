import type { Arrangement } from '../../../contract/arrangement.ts';
import type { ColumnView } from '../../../contract/results.ts';
import type { ResultStore } from '../resultStore.ts';
import { ArrangedRows } from './arrangedRows.ts';
import { rowTest, type RowTest } from './filters.ts';
import { RowIndex } from './rowIndex.ts';
import { RowKeys } from './rowKeys.ts';
import { sortRows } from './sortRows.ts';
import { visitRows } from './visitRows.ts';
import { Work, type WorkOptions } from './work.ts';

/**
 * Sorts and filters all rows that a store has, in memory or in its file. What it holds of a row is its number (4 bytes)
 * and, while it sorts, a few bytes of its key.
 * @param columns the result's
 * @throws FilterError, ResultFileError, and the signal's reason where it was aborted
 */
export const arrangeRows = async (
  store: ResultStore,
  columns: readonly ColumnView[],
  { sort, filters }: Arrangement,
  options: WorkOptions,
): Promise<ArrangedRows> => {
  const test = rowTest(filters, columns);
  const work = new Work(store.rowCount, sort.length > 0 ? 2 : 1, options);
  const { rows, index } = await selectRows(store, test, work);
  const order = sort.length > 0 ? await sortRows(store, new RowKeys(sort, columns), rows, work) : rows;
  return new ArrangedRows(store, order, index);
};

/** Finds the rows that pass a test, and where rows are. */
const selectRows = async (
  store: ResultStore,
  test: RowTest,
  work: Work,
): Promise<{ rows: Uint32Array; index: RowIndex }> => {
  const index = new RowIndex();
  const rows = new Uint32Array(store.rowCount);
  let count = 0;
  await visitRows(store, work, (row, bytes, offset, position) => {
    index.add(row, position, offset === 0);
    if (test(bytes, offset)) rows[count++] = row;
  });
  return { rows: count === rows.length ? rows : rows.slice(0, count), index };
};
