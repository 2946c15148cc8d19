import * as v from 'valibot';
import { ArrangementFromWebview, ArrangementToWebview } from './arrangement.ts';
import { FromWebviewAboutCells, ToWebviewAboutCells } from './cells.ts';
import { CLUSTER_COLOURS } from './marks.ts';
import { ChartData, ChartOrder } from './chart.ts';

/**
 * Messages between the extension host and the results webview. Rows stay in the host;
 * the webview asks for the window it shows. Both ends validate what they receive.
 */

/** Characters that a picture may have: far more than any screen's. */
const MOST_PICTURE_CHARACTERS = 32_000_000;

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

/** A limit that stopped a result before its end. */
const Limit = v.object({
  /** The setting's id. */
  setting: v.string(),
  /** `10,000 rows`, `64 MB`. */
  at: v.string(),
  /** Whether the rest can be fetched; the connection is kept for it. */
  open: v.boolean(),
  /** Why it can't be fetched any more, as a clause. */
  gone: v.optional(v.string()),
});

/** How a statement went on one of several nodes. */
const NodeOutcome = v.object({
  name: v.string(),
  role: v.string(),
  state: v.picklist(['waiting', 'running', 'done', 'failed', 'cancelled', 'skipped']),
  rowCount: v.number(),
  elapsedMs: v.number(),
  commandTag: v.optional(v.string()),
  /** What went wrong, or else what is to be known about its rows. */
  message: v.optional(v.string()),
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
  target: v.object({
    cluster: v.string(),
    node: v.string(),
    role: v.string(),
    /** What the person has marked the cluster with. */
    colour: v.optional(v.picklist(CLUSTER_COLOURS)),
    production: v.optional(v.boolean()),
  }),
  /** The server's command tag, such as `SELECT 5` or `UPDATE 3`. */
  commandTag: v.optional(v.string()),
  columns: v.array(Column),
  /** The session's time zone when the rows came, which `timestamp with time zone` values are printed in. */
  timeZone: v.optional(v.string()),
  rowCount: v.number(),
  /** Milliseconds since the epoch by the host's clock, from the start on; 0 before. */
  startedAt: v.number(),
  /** Milliseconds that it took, or, while running, that it has taken so far. */
  elapsedMs: v.number(),
  /** When it went on after a limit had stopped it, as `startedAt`. */
  resumedAt: v.optional(v.number()),
  notices: v.array(Notice),
  failure: v.optional(Failure),
  limit: v.optional(Limit),
  /** Where it ran on several nodes: each, in the order of their rows. */
  nodes: v.optional(v.array(NodeOutcome)),
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

/** Rows as the server printed them, long values cut (`CELL_CHARACTERS`); null is SQL NULL. */
const Rows = v.array(v.array(v.nullable(v.string())));

/** What an editor panel of results keeps for when it comes back after the window was reloaded: no rows. */
export const KeptRun = v.object({
  /** The file's URI. */
  document: v.string(),
  lastRun: v.optional(Run),
});

/** As the server tells it when it is ready for the next statement. */
const TransactionStatus = v.picklist(['idle', 'transaction', 'failed']);

/** A node of the statement's cluster, by an address that other nodes know it by. */
const NodeAddress = v.object({ name: v.string(), host: v.string(), port: v.number() });

export const ToWebview = v.variant('type', [
  /**
   * A new run begins, or the webview was created again: the whole state. Of a run's `count` statements this holds the
   * first; where there are more, they follow in order in `statements`.
   */
  v.object({ type: v.literal('run'), run: Run, count: v.number() }),
  /** There is nothing to show. */
  v.object({ type: v.literal('nothing') }),
  /** A run whose rows are not there any more. */
  v.object({ type: v.literal('gone'), run: Run, why: v.string() }),
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
  /** How the transaction of a run's connection stands now; with a `run` that is `idle` until this says otherwise. */
  v.object({ type: v.literal('transaction'), runId: v.number(), status: TransactionStatus }),
  /**
   * Answer to `rows`. `rows` may be shorter than asked for, at the end of a result and where values are long:
   * ask again for the rest. It is empty only where no rows can be had.
   */
  v.object({
    type: v.literal('rows'),
    runId: v.number(),
    statementId: v.number(),
    /** Which arrangement they are in: 0 as the server sent them. */
    arrangement: v.number(),
    first: v.number(),
    rows: Rows,
    /** Each row's index in the result, from 0. */
    numbers: v.array(v.number()),
  }),
  ...ArrangementToWebview,
  ...ToWebviewAboutCells,
  /** Answer to `plan`: what `EXPLAIN (FORMAT JSON)` printed, empty where it can't be had, and the cluster's nodes. */
  v.object({
    type: v.literal('plan'),
    runId: v.number(),
    statementId: v.number(),
    json: v.string(),
    nodes: v.array(NodeAddress),
  }),
  /** Answer to `chart`: its points, or in words why there are none. */
  v.object({
    type: v.literal('chart'),
    runId: v.number(),
    statementId: v.number(),
    request: v.number(),
    data: v.union([ChartData, v.object({ whyNot: v.string() })]),
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
  /** Cancels a run; again, where that has not worked, it asks whether to end the connection. */
  /** `inVain`: it was asked for before, and the run goes on. */
  v.object({ type: v.literal('cancel'), runId: v.number(), inVain: v.boolean() }),
  /** Run the statements of a run whose rows are gone. */
  v.object({ type: v.literal('runAgain') }),
  /** Fetch the rows that a limit left, or have the server forget them. */
  v.object({ type: v.literal('fetchRest'), runId: v.number(), statementId: v.number() }),
  v.object({ type: v.literal('giveUpRest'), runId: v.number(), statementId: v.number() }),
  v.object({
    type: v.literal('endTransaction'),
    runId: v.number(),
    how: v.picklist(['commit', 'rollback']),
  }),
  v.object({ type: v.literal('remedy'), runId: v.number(), statementId: v.number(), remedyId: v.string() }),
  /** Show the statement in its file. */
  v.object({ type: v.literal('reveal'), runId: v.number(), statementId: v.number() }),
  ...ArrangementFromWebview,
  ...FromWebviewAboutCells,
  /** Asks for the plan that is the statement's result. */
  v.object({ type: v.literal('plan'), runId: v.number(), statementId: v.number() }),
  /** Open that plan's JSON in an editor. */
  v.object({ type: v.literal('openPlan'), runId: v.number(), statementId: v.number() }),
  /** The statement is an EXPLAIN whose plan is text: run it so that it can be drawn. */
  v.object({ type: v.literal('drawPlan'), runId: v.number(), statementId: v.number() }),
  /**
   * Asks for the points of a chart, of the rows as they are arranged now; one that was asked for before, and isn't there
   * yet, is forgotten. `request` is a number of the webview's that the answer bears.
   */
  v.object({
    type: v.literal('chart'),
    runId: v.number(),
    statementId: v.number(),
    request: v.number(),
    order: ChartOrder,
  }),
  /** Save a picture of a chart: SVG as text, PNG in base64. */
  v.object({
    type: v.literal('saveChart'),
    format: v.picklist(['svg', 'png']),
    picture: v.pipe(v.string(), v.maxLength(MOST_PICTURE_CHARACTERS)),
  }),
]);

export type KeptRun = v.InferOutput<typeof KeptRun>;
export type ToWebview = v.InferOutput<typeof ToWebview>;
export type FromWebview = v.InferOutput<typeof FromWebview>;
export type TransactionView = v.InferOutput<typeof TransactionStatus>;
export type NodeAddress = v.InferOutput<typeof NodeAddress>;
export type RunView = v.InferOutput<typeof Run>;
export type StatementView = v.InferOutput<typeof Statement>;
export type StatementState = v.InferOutput<typeof StatementState>;
export type ColumnView = v.InferOutput<typeof Column>;
export type NoticeView = v.InferOutput<typeof Notice>;
export type FailureView = v.InferOutput<typeof Failure>;
export type LimitView = v.InferOutput<typeof Limit>;
export type NodeOutcome = v.InferOutput<typeof NodeOutcome>;
export type RowsView = v.InferOutput<typeof Rows>;
