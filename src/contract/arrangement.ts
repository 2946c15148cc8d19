import * as v from 'valibot';

/** How the rows of a result are sorted and filtered, and what is found in them: what host and webview say about it. */

const Index = v.pipe(v.number(), v.integer(), v.minValue(0));

/** How a column's value and what the user typed are compared. */
export const FilterOperator = v.picklist([
  'contains',
  'equals',
  'differs',
  'less',
  'atMost',
  'greater',
  'atLeast',
  'isNull',
  'isNotNull',
]);

/** Columns are counted from 0, as the result has them. */
const Sort = v.object({ column: Index, descending: v.boolean() });

const Filter = v.object({
  column: Index,
  operator: FilterOperator,
  /** Empty where the operator needs none. */
  value: v.string(),
});

export const Arrangement = v.object({
  /** The first counts most; rows that are alike in all stay as the server sent them. */
  sort: v.array(Sort),
  /** Rows that pass all of them are shown. */
  filters: v.array(Filter),
});

const place = { runId: v.number(), statementId: v.number() };

export const ArrangementToWebview = [
  /** How far sorting and filtering is; `waiting` while rows are still to come from the server. */
  v.object({
    type: v.literal('arranging'),
    ...place,
    arrangement: v.number(),
    waiting: v.boolean(),
    done: v.number(),
    total: v.number(),
  }),
  /** Rows are given in this arrangement from now on. */
  v.object({
    type: v.literal('arranged'),
    ...place,
    arrangement: v.number(),
    rowCount: v.number(),
    /** Rows that the result had then, all of which were looked at. */
    total: v.number(),
  }),
  /** Rows are given as before; `problem` says why in words, and nothing where the user stopped it. */
  v.object({
    type: v.literal('notArranged'),
    ...place,
    arrangement: v.number(),
    problem: v.optional(v.string()),
  }),
  v.object({
    type: v.literal('finding'),
    ...place,
    search: v.number(),
    done: v.number(),
    total: v.number(),
  }),
  /** `match` is missing where there is none; its row is a place in the arrangement. */
  v.object({
    type: v.literal('found'),
    ...place,
    search: v.number(),
    match: v.optional(v.object({ row: v.number(), column: v.number() })),
    /** Values in which the text is, in all rows of the arrangement. */
    count: v.number(),
    problem: v.optional(v.string()),
  }),
] as const;

export const ArrangementFromWebview = [
  /** Show the rows so, once all are there. `arrangement` is a number of the webview's that its answers bear. */
  v.object({
    type: v.literal('arrange'),
    ...place,
    arrangement: v.pipe(v.number(), v.integer(), v.minValue(1)),
    how: Arrangement,
  }),
  v.object({ type: v.literal('stopArranging'), ...place }),
  /** Find the next value with a text in it, from a cell on and then from the start, or backwards. */
  v.object({
    type: v.literal('find'),
    ...place,
    search: v.number(),
    text: v.pipe(v.string(), v.minLength(1)),
    matchCase: v.boolean(),
    /** Columns to look into, in the order in which they are shown. */
    columns: v.pipe(v.array(Index), v.minLength(1)),
    from: v.object({ row: Index, column: Index }),
    backwards: v.boolean(),
    /** Whether the cell that it begins at counts itself. */
    inclusive: v.boolean(),
  }),
  v.object({ type: v.literal('stopFinding'), ...place }),
] as const;

export type FilterOperator = v.InferOutput<typeof FilterOperator>;
export type SortView = v.InferOutput<typeof Sort>;
export type FilterView = v.InferOutput<typeof Filter>;
export type Arrangement = v.InferOutput<typeof Arrangement>;
export type ArrangementRequest = v.InferOutput<(typeof ArrangementFromWebview)[number]>;
export type ArrangementNews = v.InferOutput<(typeof ArrangementToWebview)[number]>;
