import type { RowsView } from '../../contract/results.ts';

/** Characters that one answer to the webview may have, so that long values don't stall it. */
const answerLimit = 4_000_000;

/** The first of the rows, as many as an answer may hold, and at least one. */
export function asMuchAsFits(rows: RowsView, limit = answerLimit): RowsView {
  let length = 0;
  const end = rows.findIndex((row, index) => {
    for (const value of row) length += value?.length ?? 0;
    return length > limit && index > 0;
  });
  return end < 0 ? rows : rows.slice(0, end);
}
