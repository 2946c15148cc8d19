import * as v from 'valibot';

/** What the results webview asks for of cells that are selected, and what it is told: part of the messages of `results.ts`. */

const Index = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The ways in which cells can be copied. */
export const CopyFormat = v.picklist(['text', 'headers', 'csv', 'json', 'markdown', 'insert', 'in']);

const statement = { runId: v.number(), statementId: Index };

/** Some cells of a statement's result: rows in the order shown, columns by their indices in the result, as they are shown. */
const Cells = v.object({
  ...statement,
  first: Index,
  count: v.pipe(Index, v.minValue(1)),
  columns: v.pipe(v.array(Index), v.minLength(1)),
});

/** One cell of a statement's result. */
const CellOf = v.object({ ...statement, row: Index, column: Index });

export const FromWebviewAboutCells = [
  v.object({ type: v.literal('copy'), format: CopyFormat, cells: Cells }),
  /** Stop the copy that goes on. */
  v.object({ type: v.literal('stopCopy') }),
  /** These cells are selected now, more than one; none where `cells` is missing. */
  v.object({ type: v.literal('selection'), cells: v.optional(Cells) }),
  /** Export all rows, which are so many, of the columns. */
  v.object({ type: v.literal('export'), ...statement, count: Index, columns: v.array(Index) }),
  /** Answered by `value`. */
  v.object({ type: v.literal('value'), cell: CellOf }),
  /** Show a cell's whole value in an editor. */
  v.object({ type: v.literal('openValue'), cell: CellOf }),
  /** Save a cell's whole value to a file. */
  v.object({ type: v.literal('saveValue'), cell: CellOf }),
] as const;

export const ToWebviewAboutCells = [
  /** What became of something, in words for the user. */
  v.object({ type: v.literal('told'), message: v.string() }),
  /** What these cells, which were selected, come to, in words. */
  v.object({ type: v.literal('summary'), cells: Cells, text: v.string() }),
  /** Do as if the export button was pressed. */
  v.object({ type: v.literal('export') }),
  /** A cell's value, of a long one the beginning; `length` is all of its UTF-16 units. */
  v.object({
    type: v.literal('value'),
    cell: CellOf,
    text: v.nullable(v.string()),
    length: v.number(),
  }),
] as const;

/**
 * Characters of a value that a grid's cell is sent: a longer one ends with `…`. No cell is wide enough for more, and the
 * whole value stays where the rows are.
 */
export const CELL_CHARACTERS = 1_000;

export type CopyFormat = v.InferOutput<typeof CopyFormat>;
export type CellsView = v.InferOutput<typeof Cells>;
export type CellView = v.InferOutput<typeof CellOf>;
