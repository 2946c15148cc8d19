import * as v from 'valibot';
import type { Session } from '../../postgres/session.ts';
import type { BoundStatement } from '../../postgres/statement.ts';
import { explainJson, isExplainable } from '../../postgres/explain.ts';
import type { Reach } from '../sharding.ts';

/** The parts of Citus' own plan node that are of interest (`EXPLAIN (FORMAT JSON)`, Citus 11 and later). */
const DistributedQuery = v.object({
  Job: v.object({ 'Task Count': v.number() }),
  Subplans: v.optional(v.array(v.unknown())),
});
export type DistributedQuery = v.InferOutput<typeof DistributedQuery>;

const CitusNode = v.object({ 'Distributed Query': DistributedQuery });

/**
 * Citus' part of the plan of a statement.
 * @returns undefined where Citus has no part in it
 * @throws ServerError where it can't be planned
 */
export const explainCitus = async (
  session: Session,
  statement: BoundStatement,
): Promise<DistributedQuery | undefined> => findCitusNodes(await explainJson(session, statement))[0];

/** See `Sharding.reach`. A plan that has Citus' node beside others, as with a local subquery, concerns the coordinator too. */
export const reach = async (session: Session, sql: string): Promise<Reach | undefined> => {
  if (!isExplainable(sql)) return undefined;
  const nodes = findCitusNodes(await explainJson(session, { text: sql, values: [] }));
  if (nodes.length === 0) return { kind: 'coordinator' };
  const subplans = nodes.some(({ Subplans }) => (Subplans?.length ?? 0) > 0);
  return {
    kind: 'shards',
    tasks: nodes.reduce((sum, { Job }) => sum + Job['Task Count'], 0),
    coordinatorToo: subplans,
  };
};

const findCitusNodes = (plan: unknown): DistributedQuery[] => {
  if (Array.isArray(plan)) return plan.flatMap(findCitusNodes);
  if (typeof plan !== 'object' || plan === null) return [];
  const here = v.safeParse(CitusNode, plan);
  if (here.success) return [here.output['Distributed Query']];
  return Object.values(plan).flatMap(findCitusNodes);
};
