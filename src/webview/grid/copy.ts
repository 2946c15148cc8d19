import type { Row } from './rows.ts';
import type { CellRange } from './selection.ts';

/** Rows asked for at one time while copying. */
const chunkRows = 2_000;
/** Characters that a copy may have; clipboards and the programs that paste from them choke on more. */
const copyLimit = 64_000_000;

/** Gets rows from `first` on: at most `count`, at least one unless they can't be had. */
export type ReadRows = (first: number, count: number) => Promise<readonly Row[]>;

/** Why a selection was not copied, in words for the user. */
export class CopyError extends Error {
  override readonly name = 'CopyError';
}

/**
 * The text of a range of cells: one line a row, cells separated by tabs, written as PostgreSQL writes CSV, so
 * that values with tabs, line breaks or quotes stay whole and NULL (nothing) is told from '' (`""`).
 * A single cell is copied as its bare value.
 * @param read gets rows that may not be here yet
 * @param options.signal stops the copy
 * @param options.progress is told how many rows have been read, while more are to come
 * @throws CopyError when rows can't be had or the text would be too long; nothing is ever left out
 */
export async function copyText(
  range: CellRange,
  read: ReadRows,
  options: { signal?: AbortSignal; progress?: (rows: number) => void; limit?: number } = {},
): Promise<string> {
  const { signal, progress, limit = copyLimit } = options;
  const end = range.bottom + 1;
  const lines: string[] = [];
  let length = 0;
  for (let row = range.top; row < end;) {
    const rows = await read(row, Math.min(end - row, chunkRows));
    signal?.throwIfAborted();
    if (rows.length === 0)
      throw new CopyError(
        'Nothing was copied: some of the rows can no longer be read. Run the statement again.',
      );
    for (const line of linesOf(rows.slice(0, end - row), range)) {
      length += line.length + 1;
      lines.push(line);
    }
    if (length > limit)
      throw new CopyError(
        `Nothing was copied: the selection is longer than the ${limit / 1e6} million characters that a clipboard takes. Select fewer rows or columns.`,
      );
    row += rows.length;
    if (row < end) progress?.(row - range.top);
  }
  return lines.join('\n');
}

/** The same text when every row is at hand; undefined when one is not. */
export function copyTextAtOnce(range: CellRange, get: (row: number) => Row | undefined): string | undefined {
  if (range.bottom - range.top >= chunkRows) return undefined;
  const rows: Row[] = [];
  for (let index = range.top; index <= range.bottom; index++) {
    const row = get(index);
    if (!row) return undefined;
    rows.push(row);
  }
  return linesOf(rows, range).join('\n');
}

function linesOf(rows: readonly Row[], range: CellRange): string[] {
  const single = range.top === range.bottom && range.left === range.right;
  if (single) return rows.map((row) => row[range.left] ?? '');
  return rows.map((row) =>
    row
      .slice(range.left, range.right + 1)
      .map(field)
      .join('\t'),
  );
}

function field(value: string | null): string {
  if (value === null) return '';
  return value === '' || /["\t\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
