import * as v from 'valibot';

/**
 * Messages between the extension host and the results webview. Rows stay in the host;
 * the webview asks for the window it shows. Both ends validate what they receive.
 */

const Column = v.object({
  name: v.string(),
  /** OID in pg_type, as the server's RowDescription gives it. */
  typeOid: v.number(),
  /** Whether the type is numeric, so that cells align to the right. */
  numeric: v.boolean(),
});

const Notice = v.object({
  severity: v.string(),
  message: v.string(),
  detail: v.optional(v.string()),
  hint: v.optional(v.string()),
});

/** Something that the user can press under a failed statement. */
const Remedy = v.object({ id: v.string(), label: v.string(), tooltip: v.string() });

const Failure = v.object({
  /** SQLSTATE, where the server gave one. */
  code: v.optional(v.string()),
  message: v.string(),
  detail: v.optional(v.string()),
  hint: v.optional(v.string()),
  /** What happened in words, where we know more than the server said. */
  explanation: v.optional(v.string()),
  remedies: v.array(Remedy),
});

export const StatementState = v.picklist(['pending', 'running', 'done', 'failed', 'cancelled', 'skipped']);

const Statement = v.object({
  /** Its place among the run's statements, from 0. */
  id: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** The statement's text, shortened to one line for the tab's tooltip. */
  sql: v.string(),
  /** Line of the file that the statement starts on, from 1. */
  line: v.number(),
  /** Name of the file it stands in, where that isn't the run's own. */
  file: v.optional(v.string()),
  state: StatementState,
  /** Cluster and coordinator it ran on, and that coordinator's role at the time. */
  target: v.object({ cluster: v.string(), node: v.string(), role: v.string() }),
  /** The server's command tag, such as `SELECT 5` or `UPDATE 3`. */
  commandTag: v.optional(v.string()),
  columns: v.array(Column),
  rowCount: v.number(),
  /** Milliseconds since the epoch by the host's clock, from the start on; 0 before. */
  startedAt: v.number(),
  /** Milliseconds that it took, or, while running, that it has taken so far. */
  elapsedMs: v.number(),
  notices: v.array(Notice),
  failure: v.optional(Failure),
  /** How far it has come, in words, where rows don't tell: `12 MB of 80 MB`. */
  progress: v.optional(v.string()),
  /** A clause that says why it was skipped, where it wasn't for an earlier statement. */
  skippedBecause: v.optional(v.string()),
});

const Run = v.object({
  id: v.number(),
  file: v.string(),
  running: v.boolean(),
  statements: v.array(Statement),
});

/** Rows as the server printed them; null is SQL NULL. */
const Rows = v.array(v.array(v.nullable(v.string())));

export const ToWebview = v.variant('type', [
  /**
   * A new run begins, or the webview was created again: the whole state. Of a run's `count` statements this holds the
   * first; where there are more, they follow in order in `statements`.
   */
  v.object({ type: v.literal('run'), run: Run, count: v.number() }),
  /**
   * Statements have changed, or follow a `run`. Their `notices` hold only those that come after the first
   * `noticesBefore`, which were sent before.
   */
  v.object({
    type: v.literal('statements'),
    runId: v.number(),
    running: v.boolean(),
    changes: v.array(v.object({ statement: Statement, noticesBefore: v.number() })),
  }),
  /**
   * Answer to `rows`. `rows` may be shorter than asked for, at the end of a result and where values are long:
   * ask again for the rest. It is empty only where no rows can be had.
   */
  v.object({
    type: v.literal('rows'),
    runId: v.number(),
    statementId: v.number(),
    first: v.number(),
    rows: Rows,
  }),
]);

export const FromWebview = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({
    type: v.literal('rows'),
    runId: v.number(),
    statementId: v.number(),
    first: v.pipe(v.number(), v.integer(), v.minValue(0)),
    count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(5000)),
  }),
  v.object({ type: v.literal('cancel'), runId: v.number() }),
  v.object({ type: v.literal('remedy'), runId: v.number(), statementId: v.number(), remedyId: v.string() }),
  /** Show the statement in its file. */
  v.object({ type: v.literal('reveal'), runId: v.number(), statementId: v.number() }),
]);

export type ToWebview = v.InferOutput<typeof ToWebview>;
export type FromWebview = v.InferOutput<typeof FromWebview>;
export type RunView = v.InferOutput<typeof Run>;
export type StatementView = v.InferOutput<typeof Statement>;
export type StatementState = v.InferOutput<typeof StatementState>;
export type ColumnView = v.InferOutput<typeof Column>;
export type NoticeView = v.InferOutput<typeof Notice>;
export type FailureView = v.InferOutput<typeof Failure>;
export type RowsView = v.InferOutput<typeof Rows>;
