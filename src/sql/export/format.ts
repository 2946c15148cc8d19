import type { Row } from '../../postgres/dataRows.ts';

/** What a format needs to know of a column. */
export interface ExportColumn {
  readonly name: string;
  /** OID in pg_type. */
  readonly typeOid: number;
}

/** Rows as a text, which can be put together row by row. */
export interface TextFormat {
  /** What stands before the first row. */
  readonly head: string;
  /**
   * A row, with what separates it from the one before.
   * @param index its place among the rows, from 0
   */
  row(values: Row, index: number): string;
  /** What stands after the last of `count` rows. */
  tail(count: number): string;
}

/** Rows could not be copied or exported; nothing was, and the message says why. */
export class ExportError extends Error {
  override readonly name = 'ExportError';
  readonly reason: 'rows-gone' | 'too-long' | 'too-many-rows' | 'value-too-long' | 'file';

  constructor(reason: ExportError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
