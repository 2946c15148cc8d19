import type { NodeAddress } from '../../contract/results.ts';
import { duration } from '../results/format.ts';
import { stepsOf } from './buildSteps.ts';
import type { Drawing, TaskTime } from './drawing.ts';
import { readExplained } from './explained.ts';
import { allSteps, type PlanStep } from './planStep.ts';
import type { Measure } from './times.ts';

/** What one node did of the tasks of a plan. Times are milliseconds by its own clock. */
export interface NodeLoad {
  readonly name: string;
  readonly tasks: number;
  readonly total: number;
  readonly slowest: number;
}

/** A plan, ready to be drawn. */
export interface Plan {
  readonly measure: Measure;
  readonly roots: readonly PlanStep[];
  /** Milliseconds or cost of the whole; what the bars are parts of. */
  readonly total: number;
  readonly planningTime?: number | undefined;
  readonly executionTime?: number | undefined;
  /** Of all distributed queries in it, also where Citus doesn't show them. */
  readonly taskCount: number;
  /** The task that took longest. */
  readonly slowestTask?: TaskTime | undefined;
  /** The busiest node first. */
  readonly nodes: readonly NodeLoad[];
  /** How many times as much as the median node the busiest one did; missing for fewer than two. */
  readonly skew?: number | undefined;
}

/**
 * Reads a plan.
 * @param json what `EXPLAIN (FORMAT JSON)` printed
 * @param nodes the cluster's nodes, to name those that tasks ran on
 * @throws PlanError
 */
export function readPlan(json: string, nodes: readonly NodeAddress[]): Plan {
  const queries = readExplained(json);
  const measure = queries.some(({ Plan }) => Plan['Actual Loops'] !== undefined) ? 'time' : 'cost';
  const drawing: Drawing = { measure, nodes, tasks: [], taskCount: 0 };
  const roots = queries.map((query) => stepsOf(query, drawing));
  const steps = roots.flatMap(allSteps);
  markSlowest(steps, measure);
  const sum = (name: 'Planning Time' | 'Execution Time') => {
    const times = queries.flatMap((query) => query[name] ?? []);
    return times.length === 0 ? undefined : times.reduce((one, other) => one + other, 0);
  };
  const executionTime = sum('Execution Time');
  const loads = loadsOf(drawing.tasks);
  return {
    measure,
    roots,
    // A node's own cost is no part of the coordinator's, which Citus takes to be nothing.
    total: Math.max(measure === 'time' ? (executionTime ?? 0) : 0, ...steps.map(({ total = 0 }) => total)),
    planningTime: sum('Planning Time'),
    executionTime,
    taskCount: drawing.taskCount,
    slowestTask: drawing.tasks.toSorted((one, other) => other.time - one.time)[0],
    nodes: loads,
    skew: skewOf(loads),
  };
}

/** Marks the step that takes most by itself, where there are several; one that only waited for its tasks is none. */
function markSlowest(steps: readonly PlanStep[], measure: Measure): void {
  const nodes = steps.filter(
    ({ kind, self = 0, children }) =>
      kind === 'node' && self > 0 && children.every((child) => child.kind !== 'task'),
  );
  const [most, next] = nodes.toSorted((one, other) => (other.self ?? 0) - (one.self ?? 0));
  if (!most || !next) return;
  most.notes.unshift({ severity: 'warning', text: measure === 'time' ? 'slowest step' : 'costliest step' });
}

function loadsOf(tasks: readonly TaskTime[]): NodeLoad[] {
  const loads = new Map<string, NodeLoad>();
  for (const { node, time } of tasks) {
    const { tasks: before, total, slowest } = loads.get(node) ?? { tasks: 0, total: 0, slowest: 0 };
    loads.set(node, { name: node, tasks: before + 1, total: total + time, slowest: Math.max(slowest, time) });
  }
  return [...loads.values()].sort((one, other) => other.total - one.total);
}

function skewOf(loads: readonly NodeLoad[]): number | undefined {
  const totals = loads.map(({ total }) => total).sort((one, other) => one - other);
  const upper = totals[totals.length >> 1] ?? 0;
  const lower = totals[(totals.length - 1) >> 1] ?? 0;
  const median = (upper + lower) / 2;
  return totals.length < 2 || median === 0 ? undefined : (totals.at(-1) ?? 0) / median;
}

/** A plan in one line: `Planning 0.4 ms · Execution 43 ms · 8 tasks · slowest 16 ms on worker1`. */
export function summaryOf({ planningTime, executionTime, taskCount, slowestTask }: Plan): string[] {
  return [
    ...(executionTime === undefined ? ['Planned, not run'] : []),
    ...(planningTime === undefined ? [] : [`Planning ${duration(planningTime)}`]),
    ...(executionTime === undefined ? [] : [`Execution ${duration(executionTime)}`]),
    ...(taskCount === 0 ? [] : [`${taskCount.toLocaleString('en')} task${taskCount === 1 ? '' : 's'}`]),
    ...(slowestTask ? [`slowest task ${duration(slowestTask.time)} on ${slowestTask.node}`] : []),
  ];
}

/** What each node did, in one line each, and how uneven that is. */
export function loadWords({ nodes, skew }: Plan): string[] {
  return [
    ...nodes.map(
      ({ name, tasks, total }) => `${name}: ${tasks} task${tasks === 1 ? '' : 's'}, ${duration(total)}`,
    ),
    ...(skew === undefined ? [] : [`skew ${skew.toFixed(1)}× the median node`]),
  ];
}
