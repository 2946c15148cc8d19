import type { Note } from './notes.ts';

/** A fact about a step, as it is shown: `Hash Cond`, `(o.customer = c.id)`. */
export interface Property {
  readonly name: string;
  readonly value: string;
}

/** A row of the drawn plan: a node of a server's plan, or what Citus has around such plans. */
export interface PlanStep {
  /** `node` of a server's plan, `task` on one shard, `subplan` that runs before, `job` that moves rows between nodes. */
  readonly kind: 'node' | 'task' | 'subplan' | 'job' | 'query';
  readonly title: string;
  /** What its results are for, where they are no plain input of the step above: `CTE top`. */
  readonly role?: string | undefined;
  /** Rows of all loops; each is missing where it isn't known. */
  readonly expectedRows?: number | undefined;
  readonly rows?: number | undefined;
  /** Milliseconds or cost (see `Plan.measure`) with all below; missing where nothing was measured. */
  readonly total?: number | undefined;
  /** The same of the step alone. */
  readonly self?: number | undefined;
  /** Whether it was not needed when the statement was run. */
  readonly neverRan: boolean;
  readonly notes: Note[];
  readonly properties: readonly Property[];
  readonly children: readonly PlanStep[];
  /** Whether it is shown with its children closed, until somebody opens it. */
  readonly closed?: boolean;
}

/** A step and all below it, from the top. */
export function allSteps(step: PlanStep): PlanStep[] {
  return [step, ...step.children.flatMap(allSteps)];
}
