import type { ChartData, ChartOrder } from '../../contract/chart.ts';
import { counted } from '../results/format.ts';

/** What a chart doesn't show of its result, and why; empty where it shows all. */
export function whatIsMissing({
  rowCount,
  drawableRows,
  reduction,
  leftOut,
  series,
  categories,
}: ChartData): string {
  const points = Math.max(0, ...series.map(({ length }) => length));
  const noPlace = rowCount - drawableRows;
  return [
    reduction === 'extremes' &&
      `${number(points)} of ${counted(rowCount, 'point')}: the least and the greatest of each stretch`,
    reduction === 'sample' && `${number(points)} of ${counted(rowCount, 'point')}, picked at random`,
    reduction === 'first' &&
      `The first ${number(categories?.length ?? 0)} rows … and ${number(rowCount - (categories?.length ?? 0))} more`,
    noPlace > 0 && `${counted(noPlace, 'row')} without a place along the chart`,
    leftOut > 0 && `${counted(leftOut, 'value')} left out: NaN, infinity, or no number`,
  ]
    .filter((text) => text !== false)
    .join(' · ');
}

/** What a chart shows, for those who can't see it. */
export function describeChart(
  { kind }: ChartOrder,
  data: ChartData,
  xName: string,
  names: readonly string[],
): string {
  const what = { line: 'Line chart', bar: 'Bar chart', scatter: 'Scatter chart' }[kind];
  const ranges = data.series.map((points, index) => {
    const values = points.flatMap(([, y]) => y ?? []);
    const least = values.reduce((one, other) => Math.min(one, other), Infinity);
    const greatest = values.reduce((one, other) => Math.max(one, other), -Infinity);
    const range = values.length === 0 ? 'no values' : `from ${number(least)} to ${number(greatest)}`;
    return `${names[index] ?? ''} ${range}`;
  });
  return `${what} of ${ranges.join(', ')} by ${xName}, ${counted(data.rowCount, 'row')}. The arrow keys read the values; the view Rows has all of them.`;
}

const number = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 6 });
