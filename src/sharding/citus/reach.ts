import * as v from 'valibot';
import type { Session } from '../../postgres/session.ts';
import { explainJson } from '../../postgres/explain.ts';
import type { BoundStatement } from '../../postgres/statement.ts';
import type { Reach, Task } from '../sharding.ts';

/** The parts of Citus' own plan node that are of interest (`EXPLAIN (FORMAT JSON)`, Citus 11 and later). */
const DistributedQuery = v.object({
  Job: v.object({
    'Task Count': v.number(),
    Tasks: v.optional(v.array(v.object({ Node: v.string(), 'Remote Plan': v.optional(v.unknown()) }))),
    'Dependent Jobs': v.optional(v.array(v.unknown())),
  }),
  Subplans: v.optional(v.array(v.unknown())),
});
type DistributedQuery = v.InferOutput<typeof DistributedQuery>;

const CitusNode = v.object({ 'Distributed Query': DistributedQuery });
/** INSERT … SELECT and MERGE whose rows go by way of the coordinator or from worker to worker. */
const MovingNode = v.object({
  'Custom Plan Provider': v.picklist(['Citus INSERT ... SELECT', 'Citus MERGE INTO ...']),
});

/** Up to here the shards are asked for, one by one: about 1 ms each. */
const MOST_TASKS_SHOWN = 64;

/**
 * Citus' part of the plan of a statement.
 * @returns undefined where Citus has no part in it
 * @throws ServerError where it can't be planned
 */
export const explainCitus = async (
  session: Session,
  statement: BoundStatement,
): Promise<DistributedQuery | undefined> => findCitusNodes(await explainJson(session, statement))[0];

/**
 * See `Sharding.reach`. A plan that has subplans, or Citus' node beside others, as with a local subquery, concerns the
 * coordinator too.
 */
export const reach = async (session: Session, sql: string, ...options: string[]): Promise<Reach> => {
  // A standby plans writes only so.
  await session.run('SET LOCAL citus.writable_standby_coordinator TO on');
  const plan = await explainJson(session, { text: sql, values: [] }, ...options);
  const nodes = withSubplans(findCitusNodes(plan));
  const moving = findMoving(plan);
  if (nodes.length === 0 && !moving) return { kind: 'coordinator' };
  const tasks = nodes.reduce((sum, { Job }) => sum + Job['Task Count'], 0);
  const on = await tasksOf(session, sql, nodes, tasks, options);
  const repartition = nodes.some(({ Job }) => (Job['Dependent Jobs']?.length ?? 0) > 0);
  return {
    kind: 'shards',
    tasks: on?.length ?? tasks,
    coordinatorToo: moving || nodes.some(({ Subplans }) => (Subplans?.length ?? 0) > 0),
    ...(repartition && { repartition }),
    ...(on && { on }),
  };
};

/** Where each piece of work is done; undefined where there are many, or Citus doesn't tell. */
const tasksOf = async (
  session: Session,
  sql: string,
  nodes: readonly DistributedQuery[],
  count: number,
  options: readonly string[],
): Promise<readonly Task[] | undefined> => {
  if (count > MOST_TASKS_SHOWN) return undefined;
  let shown = shownTasks(nodes);
  if (shown.length > 0 && shown.length < count) {
    await session.run('SET LOCAL citus.explain_all_tasks TO on');
    shown = shownTasks(
      withSubplans(findCitusNodes(await explainJson(session, { text: sql, values: [] }, ...options))),
    );
  }
  return shown.length === count ? onShards(shown) : undefined;
};

/** Tasks on the same shards count as one, and those that only read what subplans gave not at all. */
const onShards = (tasks: readonly Task[]): Task[] => [
  ...new Map(
    tasks
      .filter(({ relations }) => relations.length > 0)
      .map((task) => [`${task.nodeHost}:${task.nodePort} ${task.relations.join()}`, task]),
  ).values(),
];

const withSubplans = (nodes: readonly DistributedQuery[]): DistributedQuery[] =>
  nodes.flatMap((node) => [node, ...withSubplans(findCitusNodes(node.Subplans))]);

const shownTasks = (nodes: readonly DistributedQuery[]): Task[] =>
  nodes.flatMap(({ Job }) =>
    (Job.Tasks ?? []).map((task) => ({
      ...nodeOf(task.Node),
      relations: [...new Set(relationsIn(task['Remote Plan']))],
    })),
  );

/** Citus names a task's node by its connection string: `host=worker-1 port=5432 dbname=postgres`. */
const nodeOf = (text: string): Pick<Task, 'nodeHost' | 'nodePort'> => ({
  nodeHost: /\bhost=(\S+)/.exec(text)?.[1] ?? '',
  nodePort: Number(/\bport=(\d+)/.exec(text)?.[1] ?? 0),
});

/** Tables that a shard's own plan reads and writes. */
const relationsIn = (plan: unknown): string[] => {
  if (Array.isArray(plan)) return plan.flatMap(relationsIn);
  if (typeof plan !== 'object' || plan === null) return [];
  return Object.entries(plan).flatMap(([key, value]) =>
    key === 'Relation Name' && typeof value === 'string' ? [value] : relationsIn(value),
  );
};

const findCitusNodes = (plan: unknown): DistributedQuery[] => {
  if (Array.isArray(plan)) return plan.flatMap(findCitusNodes);
  if (typeof plan !== 'object' || plan === null) return [];
  const here = v.safeParse(CitusNode, plan);
  if (here.success) return [here.output['Distributed Query']];
  return Object.values(plan).flatMap(findCitusNodes);
};

const findMoving = (plan: unknown): boolean => {
  if (Array.isArray(plan)) return plan.some(findMoving);
  if (typeof plan !== 'object' || plan === null) return false;
  return v.is(MovingNode, plan) || Object.values(plan).some(findMoving);
};
