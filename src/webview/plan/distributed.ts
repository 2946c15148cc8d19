import { counted } from '../results/format.ts';
import { stepsOf } from './buildSteps.ts';
import {
  type DependentJob,
  type DistributedQuery,
  type DistributedSubplan,
  type ExplainedTask,
} from './explained.ts';
import type { Note } from './notes.ts';
import { type Drawing, nodeNameOf } from './drawing.ts';
import type { PlanStep, Property } from './planStep.ts';
import { propertiesOf } from './properties.ts';

/** What Citus' part of a node comes to. */
interface DistributedSteps {
  /** `8 tasks on 2 nodes`. */
  readonly words: string;
  readonly steps: PlanStep[];
  readonly notes: Note[];
  readonly properties: Property[];
}

/** Subplans, jobs that move rows, and tasks of a distributed query, in the order in which they run. */
export function distributedSteps(
  { Job, Subplans = [] }: DistributedQuery,
  drawing: Drawing,
): DistributedSteps {
  const tasks = Job.Tasks ?? [];
  const count = Job['Task Count'];
  const slowest = slowestOf(tasks);
  const compared = tasks.length > 1 && slowest !== undefined && timeOf(slowest) !== undefined;
  drawing.taskCount += count;
  const steps = [
    ...Subplans.map((subplan, index) => subplanStep(subplan, index, drawing)),
    ...(Job['Dependent Jobs'] ?? []).map((job) => jobStep(job)),
    ...tasks.map((task, index): PlanStep => {
      const step = taskStep(task, `Task ${index + 1} of ${count}`, drawing);
      if (task !== slowest) return { ...step, closed: true };
      const note: Note = { severity: 'info', text: 'slowest task' };
      return compared ? { ...step, notes: [note, ...step.notes] } : step;
    }),
  ];
  const nodes = new Set(tasks.map(({ Node }) => Node)).size;
  const shown = tasks.length === count && count > 0;
  return {
    words:
      count === 0 ? 'no task' : `${counted(count, 'task')}${shown ? ` on ${counted(nodes, 'node')}` : ''}`,
    steps,
    notes: notesOnJob(Job['Tasks Shown'], tasks.length, count),
    properties: propertiesOf({ ...Job, Tasks: undefined }),
  };
}

/** Milliseconds of the slowest task, as its node measured them; 0 where nothing was measured. */
export function remoteTime({ Job }: DistributedQuery): number {
  return Math.max(0, ...(Job.Tasks ?? []).map((task) => timeOf(task) ?? 0));
}

function notesOnJob(shown: string | undefined, seen: number, count: number): Note[] {
  if (shown === undefined || shown === 'All' || count === 0) return [];
  if (seen === 0) return [{ severity: 'info', text: `tasks not shown: ${shown.replace(/^None, /, '')}` }];
  return [
    {
      severity: 'info',
      text: `${seen} of ${counted(count, 'task')} shown; SET citus.explain_all_tasks = on shows all`,
    },
  ];
}

function subplanStep(subplan: DistributedSubplan, index: number, drawing: Drawing): PlanStep {
  const size = subplan['Intermediate Data Size'];
  const destination = subplan['Result destination'];
  const facts = [size, destination].filter((fact) => typeof fact === 'string');
  return {
    kind: 'subplan',
    title: `Distributed Subplan ${index + 1}${facts.length > 0 ? `: ${facts.join(', ').toLowerCase()}` : ''}`,
    total: subplan['Subplan Duration'],
    neverRan: false,
    notes: [],
    properties: propertiesOf(subplan),
    children: subplan.PlannedStmt.map((query) => stepsOf(query, drawing)),
  };
}

/** A job that sorts the rows of shards by another column, and merges those that belong together where they are joined. */
function jobStep(job: DependentJob): PlanStep {
  const { 'Map Task Count': maps = 0, 'Merge Task Count': merges = 0 } = job;
  return {
    kind: 'job',
    title: `Repartition: ${counted(maps, 'map task')}, ${counted(merges, 'merge task')}`,
    neverRan: false,
    notes: [],
    properties: propertiesOf(job),
    children: (job['Dependent Jobs'] ?? []).map((each) => jobStep(each)),
  };
}

function taskStep(task: ExplainedTask, name: string, drawing: Drawing): PlanStep {
  const node = nodeNameOf(task.Node, drawing.nodes);
  const time = timeOf(task);
  if (time !== undefined) drawing.tasks.push({ node, time });
  return {
    kind: 'task',
    title: `${name} on ${node}`,
    total: time,
    neverRan: false,
    notes: task.Error === undefined ? [] : [{ severity: 'warning', text: `no plan: ${task.Error}` }],
    properties: propertiesOf(task),
    children: task['Remote Plan'].map((query) => stepsOf(query, drawing)),
  };
}

/** Milliseconds that a task took on its node; undefined where it wasn't run, or isn't shown. */
function timeOf(task: ExplainedTask): number | undefined {
  const times = task['Remote Plan'].flatMap((query) => query['Execution Time'] ?? []);
  return times.length === 0 ? undefined : times.reduce((sum, time) => sum + time, 0);
}

/** The task that took longest, where there are several; where nothing was measured, the first. */
function slowestOf(tasks: readonly ExplainedTask[]): ExplainedTask | undefined {
  return tasks.reduce<ExplainedTask | undefined>(
    (slowest, task) =>
      slowest === undefined || (timeOf(task) ?? 0) > (timeOf(slowest) ?? 0) ? task : slowest,
    undefined,
  );
}
