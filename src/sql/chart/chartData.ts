import type { ChartData, ChartOrder } from '../../contract/chart.ts';
import type { RowsView } from '../../contract/results.ts';
import { CategoryPoints } from './categoryPoints.ts';
import { Extremes } from './extremes.ts';
import { Sample } from './sample.ts';
import { numberOf, timeOf } from './values.ts';

/** Points of a series that are drawn at most: about two for each pixel of a wide screen. */
export const MOST_POINTS = 5000;
/** Bars, or places with a text, that fit beside each other. */
export const MOST_CATEGORIES = 100;
/** Rows that are read at one time. */
const WINDOW_ROWS = 5000;

/** The result that a chart is made of. */
export interface ChartRows {
  readonly rowCount: number;
  /** Rows from `first` (counted from 0), at most `count`; at least one where there is one. @throws ResultFileError */
  window(first: number, count: number): Promise<RowsView>;
}

/** A row as a chart sees it: where it is along the chart, and a value of each series; null is SQL NULL. */
export interface ChartRow {
  readonly x: number;
  readonly text: string | null;
  readonly ys: readonly (number | null)[];
}

/**
 * Reads a whole result and reduces it to what a chart can show. A line keeps the least and the greatest value of each
 * stretch, so that no peak is lost; dots are a random sample; of bars the first are kept. Only what is kept is in memory.
 * @throws ResultFileError, or the signal's reason
 */
export async function chartData(rows: ChartRows, order: ChartOrder, signal: AbortSignal): Promise<ChartData> {
  const { rowCount } = rows;
  const reader = new ChartReader(rows, order, signal);
  const facts = () => ({ rowCount, drawableRows: reader.drawable, leftOut: reader.leftOut });
  if (order.kind === 'bar' || order.axis === 'category') {
    const points = new CategoryPoints(order.ys.length, MOST_CATEGORIES);
    await reader.each((row) => {
      points.add(row);
    });
    const { series, categories } = points;
    const reduction = reader.drawable > categories.length ? 'first' : 'none';
    return { series, categories, reduction, ...facts() };
  }
  const sample = new Sample<ChartRow>(MOST_POINTS);
  const extremes = new Extremes(order.ys.length, MOST_POINTS / 2);
  const isLine = order.kind === 'line';
  await reader.each((row) => {
    sample.add(row);
    if (isLine) extremes.add(row);
  });
  const found = { ...facts(), ...(reader.utcOffset !== undefined && { utcOffset: reader.utcOffset }) };
  const isReduced = reader.drawable > MOST_POINTS;
  if (isLine && isReduced) return { series: extremes.series(), reduction: 'extremes', ...found };
  const shown = isLine ? sample.items.toSorted((one, other) => one.x - other.x) : sample.items;
  const series = order.ys.map((_, index) =>
    shown.map(({ x, ys }): [number, number | null] => [x, ys[index] ?? null]),
  );
  return { series, reduction: isReduced ? 'sample' : 'none', ...found };
}

/** Goes over a result's rows, and makes numbers of their values. */
class ChartReader {
  /** Values that can't be drawn, so far. */
  leftOut = 0;
  /** Rows that have a place along the chart, so far. */
  drawable = 0;
  /** That of the first time that told one. */
  utcOffset: number | undefined;
  readonly #rows: ChartRows;
  readonly #order: ChartOrder;
  readonly #signal: AbortSignal;

  constructor(rows: ChartRows, order: ChartOrder, signal: AbortSignal) {
    this.#rows = rows;
    this.#order = order;
    this.#signal = signal;
  }

  async each(take: (row: ChartRow) => void): Promise<void> {
    const { rowCount } = this.#rows;
    for (let first = 0; first < rowCount;) {
      const rows = await this.#rows.window(first, Math.min(WINDOW_ROWS, rowCount - first));
      this.#signal.throwIfAborted();
      if (rows.length === 0) return;
      for (const [index, values] of rows.entries()) {
        const row = this.#read(values, first + index);
        if (!row) continue;
        this.drawable += 1;
        take(row);
      }
      first += rows.length;
    }
  }

  /** @returns undefined where the row has no place along the chart */
  #read(values: readonly (string | null)[], index: number): ChartRow | undefined {
    const { axis, kind, x, ys } = this.#order;
    const text = axis === 'row' ? String(index + 1) : (values[x] ?? null);
    const byText = kind === 'bar' || axis === 'category';
    const place = byText || axis === 'row' ? index + 1 : this.#place(text);
    if (place === undefined) return undefined;
    return { x: place, text, ys: ys.map((column) => this.#value(values[column] ?? null)) };
  }

  #place(text: string | null): number | undefined {
    if (text === null) return undefined;
    if (this.#order.axis === 'number') return this.#counted(numberOf(text));
    const time = timeOf(text);
    this.utcOffset ??= time?.utcOffset;
    return this.#counted(time?.time);
  }

  #value(text: string | null): number | null {
    return text === null ? null : (this.#counted(numberOf(text)) ?? null);
  }

  #counted(number: number | undefined): number | undefined {
    if (number === undefined) this.leftOut += 1;
    return number;
  }
}
