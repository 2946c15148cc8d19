import { cellTitle } from './cellText.ts';
import type { Row } from './rows.ts';
import type { RowView } from './rowView.ts';

/**
 * Gives a cell that does not show its whole value a tooltip that does, as far as a tooltip can, and the number of a row
 * one that tells where the row is in the result.
 * @param target what the pointer is over
 * @param rows those that are shown, by their places
 * @param sources for each place, the column of the result that is shown there
 */
export function explain(
  target: HTMLElement,
  rows: Iterable<[number, RowView]>,
  source: { get(place: number): Row | undefined; numberOf(row: Row): number | undefined },
  sources: readonly number[],
): void {
  for (const [place, { element, number }] of rows) {
    const values = source.get(place);
    if (!values) continue;
    if (target === number)
      number.title = `Row ${((source.numberOf(values) ?? place) + 1).toLocaleString('en')} of the result`;
    else if (target.parentElement === element)
      explainCell(target, values[sources[Number(target.ariaColIndex) - 1] ?? -1]);
  }
}

function explainCell(cell: HTMLElement, value: string | null | undefined): void {
  const whole = cell.scrollWidth <= cell.clientWidth && !value?.includes('\n');
  if (value === undefined || (whole && value !== null)) return;
  cell.title = cellTitle(value);
}
