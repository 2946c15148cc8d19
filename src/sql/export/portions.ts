import { setImmediate } from 'node:timers/promises';
import type { Row } from '../../postgres/dataRows.ts';
import type { ResultRows } from '../results/rows.ts';
import { ExportError } from './format.ts';

/** Rows read at one time; fewer come where they are large. */
const PORTION_ROWS = 5_000;

/** Some rows of a result, and of each some columns. */
export interface Selected {
  readonly rows: Pick<ResultRows, 'window'>;
  /** Index of the first row, from 0. */
  readonly first: number;
  readonly count: number;
  /** Indices of the result's columns, in the order wanted. */
  readonly columns: readonly number[];
}

/**
 * The rows in portions, with turns for others in between, so that the extension stays responsive.
 * @throws ExportError where rows are gone because the statement is run again, ResultFileError, or the signal's reason
 */
export async function* portions(
  { rows, first, count, columns }: Selected,
  signal?: AbortSignal,
): AsyncGenerator<Row[]> {
  const isWhole = columns.every((column, place) => column === place);
  const end = first + count;
  for (let next = first; next < end;) {
    const window = await rows.window(next, Math.min(end - next, PORTION_ROWS));
    await setImmediate();
    signal?.throwIfAborted();
    if (window.length === 0)
      throw new ExportError(
        'rows-gone',
        'Some of the rows can no longer be read, because another run has begun. Run the statement again.',
      );
    next += window.length;
    // All columns of the result or the first ones: the formats write as many as they are given.
    yield isWhole && window[0]?.length === columns.length
      ? window
      : window.map((row) => columns.map((column) => row[column] ?? null));
  }
}

/** Calls back for each row with its place among them, from 0. @throws as `portions` does */
export const eachRow = async (
  selected: Selected,
  take: (row: Row, index: number) => void,
  signal?: AbortSignal,
): Promise<void> => {
  let index = 0;
  for await (const portion of portions(selected, signal)) {
    for (const row of portion) take(row, index++);
  }
};
