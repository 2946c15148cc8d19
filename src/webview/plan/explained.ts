import * as v from 'valibot';

/**
 * A node of what `EXPLAIN (FORMAT JSON)` prints (PostgreSQL manual, "EXPLAIN"; the names are those of
 * src/backend/commands/explain.c). What a node has besides is kept, to be shown as it is.
 */
export interface ExplainedNode extends Record<string, unknown> {
  readonly 'Node Type': string;
  readonly 'Parent Relationship'?: string | undefined;
  readonly 'Subplan Name'?: string | undefined;
  readonly 'CTE Name'?: string | undefined;
  readonly 'Custom Plan Provider'?: string | undefined;
  readonly 'Total Cost'?: number | undefined;
  readonly 'Plan Rows'?: number | undefined;
  /** Milliseconds of one loop, on average. */
  readonly 'Actual Total Time'?: number | undefined;
  /** Rows of one loop, on average. */
  readonly 'Actual Rows'?: number | undefined;
  readonly 'Actual Loops'?: number | undefined;
  readonly 'Workers Planned'?: number | undefined;
  readonly 'Workers Launched'?: number | undefined;
  readonly 'Distributed Query'?: DistributedQuery | undefined;
  readonly Plans?: readonly ExplainedNode[] | undefined;
}

/** One statement that was planned, with what was measured where it was run. Times are milliseconds. */
export interface ExplainedQuery extends Record<string, unknown> {
  readonly Plan: ExplainedNode;
  readonly 'Planning Time'?: number | undefined;
  readonly 'Execution Time'?: number | undefined;
}

/** A piece of a distributed query that runs on one node (Citus' multi_explain.c). */
export interface ExplainedTask extends Record<string, unknown> {
  /** `host=… port=… dbname=…`. */
  readonly Node?: string | undefined;
  readonly 'Remote Plan': readonly ExplainedQuery[];
  /** Why the node gave no plan. */
  readonly Error?: string | undefined;
}

/** Work that a distributed query waits for: rows are sorted by another column, and sent to where they are joined. */
export interface DependentJob extends Record<string, unknown> {
  readonly 'Map Task Count'?: number | undefined;
  readonly 'Merge Task Count'?: number | undefined;
  readonly 'Dependent Jobs'?: readonly DependentJob[] | undefined;
}

interface DistributedJob extends DependentJob {
  readonly 'Task Count': number;
  /** `All`, `One of 8`, or why there is none. */
  readonly 'Tasks Shown'?: string | undefined;
  readonly Tasks?: readonly ExplainedTask[] | undefined;
}

/** A query whose result is sent to the nodes that need it, before the others run. */
export interface DistributedSubplan extends Record<string, unknown> {
  /** Milliseconds. */
  readonly 'Subplan Duration'?: number | undefined;
  readonly PlannedStmt: readonly ExplainedQuery[];
}

export interface DistributedQuery {
  readonly Job: DistributedJob;
  readonly Subplans?: readonly DistributedSubplan[] | undefined;
}

const text = v.optional(v.string());
const number = v.optional(v.number());

/** Citus wraps the plans of other nodes in lists. */
const RemotePlan = v.optional(v.pipe(v.unknown(), v.transform(queriesIn)), []);

const DependentJob: v.GenericSchema<unknown, DependentJob> = v.looseObject({
  'Map Task Count': number,
  'Merge Task Count': number,
  'Dependent Jobs': v.optional(v.array(v.lazy(() => DependentJob))),
});

const DistributedQuery: v.GenericSchema<unknown, DistributedQuery> = v.object({
  Job: v.looseObject({
    'Task Count': v.number(),
    'Tasks Shown': text,
    Tasks: v.optional(v.array(v.looseObject({ Node: text, 'Remote Plan': RemotePlan, Error: text }))),
    'Dependent Jobs': v.optional(v.array(DependentJob)),
  }),
  Subplans: v.optional(
    v.array(
      v.looseObject({
        'Subplan Duration': number,
        PlannedStmt: v.array(v.lazy(() => ExplainedQuery)),
      }),
    ),
  ),
});

const ExplainedNode: v.GenericSchema<unknown, ExplainedNode> = v.looseObject({
  'Node Type': v.string(),
  'Parent Relationship': text,
  'Subplan Name': text,
  'CTE Name': text,
  'Custom Plan Provider': text,
  'Total Cost': number,
  'Plan Rows': number,
  'Actual Total Time': number,
  'Actual Rows': number,
  'Actual Loops': number,
  'Workers Planned': number,
  'Workers Launched': number,
  'Distributed Query': v.optional(DistributedQuery),
  Plans: v.optional(v.array(v.lazy(() => ExplainedNode))),
});

const ExplainedQuery: v.GenericSchema<unknown, ExplainedQuery> = v.looseObject({
  Plan: ExplainedNode,
  'Planning Time': number,
  'Execution Time': number,
});

/** A text is not a plan in JSON that can be drawn; the message is for people. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
}

/**
 * Reads what `EXPLAIN (FORMAT JSON)` printed: one query, or several where a rule made them of one.
 * @throws PlanError
 */
export function readExplained(json: string): readonly ExplainedQuery[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new PlanError('The plan is not whole: it is no JSON. Run EXPLAIN again.', { cause });
  }
  const read = v.safeParse(v.array(ExplainedQuery), value);
  if (read.success && read.output.length > 0) return read.output;
  throw new PlanError('This result has the name of a plan, but not the shape of one. See it as rows.');
}

/** The queries that are somewhere in a value, each with its plan. */
export function queriesIn(value: unknown): ExplainedQuery[] {
  if (Array.isArray(value)) return value.flatMap(queriesIn);
  if (typeof value !== 'object' || value === null || !('Plan' in value)) return [];
  const read = v.safeParse(ExplainedQuery, value);
  return read.success ? [read.output] : [];
}
