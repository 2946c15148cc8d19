import type { RowsView } from '../../contract/results.ts';

/** Rows of a result in some order, any window of which can be had. */
export interface ResultRows {
  /** How many there are so far. */
  readonly rowCount: number;
  /**
   * The rows from `first` (counted from 0), at most `count`; fewer at the end and where they are large, but one at
   * least where there is one.
   * @throws ResultFileError
   */
  window(first: number, count: number): Promise<RowsView>;
}
