import * as v from 'valibot';
import { type ChartAxis, ChartKind, type ChartOrder, MOST_SERIES } from '../../contract/chart.ts';
import type { ColumnView } from '../../contract/results.ts';

/** What a person chose of a chart. `x` is a column's index from 0, -1 for the rows' own order. */
export const ChartChoices = v.object({
  kind: ChartKind,
  x: v.number(),
  ys: v.pipe(v.array(v.number()), v.maxLength(MOST_SERIES)),
});
export type ChartChoices = v.InferOutput<typeof ChartChoices>;

/** The rows' own order, where a column would stand. */
export const ROW_ORDER = -1;

/** date, timestamp, timestamptz: OIDs are fixed in PostgreSQL's pg_type.dat. */
const TIMES = new Set([1082, 1114, 1184]);
/** oid and money: numbers to the eye, but no quantity, and no number in every locale. */
const NO_QUANTITIES = new Set([26, 790]);
/** Numbers along a chart are names as long as they are so few. */
const FEW_ROWS = 30;

const isTime = ({ typeOid }: ColumnView): boolean => TIMES.has(typeOid);

/** Whether a column's values can be drawn. */
export const isDrawable = ({ numeric, typeOid }: ColumnView): boolean =>
  numeric && !NO_QUANTITIES.has(typeOid);

/** What the values of a column are along a chart. */
export function axisOf(column: ColumnView | undefined): ChartAxis {
  if (!column) return 'row';
  if (isTime(column)) return 'time';
  return isDrawable(column) ? 'number' : 'category';
}

/** What a chart of a result begins as; undefined where nothing in it can be drawn. */
export function firstChoices(columns: readonly ColumnView[], rowCount: number): ChartChoices | undefined {
  const drawable = columns.flatMap((column, index) => (isDrawable(column) ? [index] : []));
  if (drawable.length === 0) return undefined;
  const find = (matches: (column: ColumnView) => boolean): number => columns.findIndex(matches);
  const others = [
    find(isTime),
    find((column) => !isDrawable(column)),
    drawable.length > 1 ? drawable[0] : undefined,
  ];
  const x = others.find((index) => index !== undefined && index >= 0) ?? ROW_ORDER;
  const y = drawable.find((index) => index !== x) ?? x;
  return { kind: kindFor(axisOf(columns[x]), rowCount), x, ys: [y] };
}

/** The kind of chart that suits what is along it. */
export function kindFor(axis: ChartAxis, rowCount: number): ChartKind {
  switch (axis) {
    case 'time':
    case 'row':
      return 'line';
    case 'category':
      return 'bar';
    case 'number':
      return rowCount <= FEW_ROWS ? 'bar' : 'scatter';
  }
}

/** The message that asks for a chart. */
export function orderOf({ kind, x, ys }: ChartChoices, columns: readonly ColumnView[]): ChartOrder {
  const axis = axisOf(columns[x]);
  // Dots along texts would say no more than bars, and hide those behind others.
  return { kind: axis === 'category' && kind === 'scatter' ? 'bar' : kind, axis, x: Math.max(0, x), ys };
}
