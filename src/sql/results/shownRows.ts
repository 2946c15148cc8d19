import { CELL_CHARACTERS } from '../../contract/cells.ts';
import type { RowsView } from '../../contract/results.ts';

/** Rows as a grid shows them: of long values the beginning, with `…` at its end. Whole rows are for copies and exports. */
export const shownRows = (rows: RowsView): RowsView =>
  rows.map((row) =>
    row.some(isLong)
      ? row.map((value) => (isLong(value) ? beginning(value, CELL_CHARACTERS) + '…' : value))
      : row,
  );

const isLong = (value: string | null): value is string => value !== null && value.length > CELL_CHARACTERS;

/** The first `length` UTF-16 units of a text, or one fewer where the last would be half a character. */
export const beginning = (text: string, length: number): string => {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
};
