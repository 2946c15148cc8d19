import * as v from 'valibot';

/** What a chart is drawn as. Bars stand for rows, lines and dots for pairs of numbers. */
export const ChartKind = v.picklist(['line', 'bar', 'scatter']);

/** What the values along a chart are: the number or the text of a column, a point in time, or just the row's place. */
export const ChartAxis = v.picklist(['row', 'number', 'time', 'category']);

const ColumnIndex = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Columns that a chart shows at most at one time: as many as there are colours that can be told apart. */
export const MOST_SERIES = 6;

/** Which chart of a result is wanted. */
export const ChartOrder = v.object({
  kind: ChartKind,
  axis: ChartAxis,
  /** The column along the chart, from 0; of no meaning where the axis is `row`. */
  x: ColumnIndex,
  /** The columns whose values are drawn. */
  ys: v.pipe(v.array(ColumnIndex), v.minLength(1), v.maxLength(MOST_SERIES)),
});

/** Where a point is, and its value; null is SQL NULL, a gap. */
const Point = v.tuple([v.number(), v.nullable(v.number())]);

/** The points of a chart, reduced to as many as can be seen. */
export const ChartData = v.object({
  /** One for each of the order's `ys`, in their order. Times are milliseconds since the epoch. */
  series: v.array(v.array(Point)),
  /** For bars, and wherever the axis is `category`: the text at 0, 1, 2 …; null is SQL NULL. */
  categories: v.optional(v.array(v.nullable(v.string()))),
  /** Minutes by which the times were ahead of UTC where the server printed them. */
  utcOffset: v.optional(v.number()),
  /** Rows of the result, and those that could be drawn. */
  rowCount: v.number(),
  drawableRows: v.number(),
  /** How it comes that fewer points are drawn than there are: not at all, all buckets' least and greatest, a sample, the first. */
  reduction: v.picklist(['none', 'extremes', 'sample', 'first']),
  /** Values that no chart can show: NaN and infinity, and what is neither a number nor a time. */
  leftOut: v.number(),
});

export type ChartKind = v.InferOutput<typeof ChartKind>;
export type ChartAxis = v.InferOutput<typeof ChartAxis>;
export type ChartOrder = v.InferOutput<typeof ChartOrder>;
export type ChartData = v.InferOutput<typeof ChartData>;
