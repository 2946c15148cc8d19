import { distributedSteps, remoteTime } from './distributed.ts';
import { queriesIn, type ExplainedNode, type ExplainedQuery } from './explained.ts';
import { notesOn, type Surroundings } from './notes.ts';
import type { Drawing } from './drawing.ts';
import type { PlanStep } from './planStep.ts';
import { propertiesOf } from './properties.ts';
import { loopsOf, type Share, sharesOf } from './times.ts';
import { roleOf, titleOf } from './titles.ts';

/** The step at the top of one server's plan of one query. */
export function stepsOf(query: ExplainedQuery, drawing: Drawing): PlanStep {
  const shares = sharesOf(query.Plan, drawing.measure);
  return nodeStep(query.Plan, shares, drawing, { cutShort: false });
}

function nodeStep(
  node: ExplainedNode,
  shares: ReadonlyMap<ExplainedNode, Share>,
  drawing: Drawing,
  { cutShort }: Pick<Surroundings, 'cutShort'>,
): PlanStep {
  const guessed = hasCitusBelow(node);
  const below = { cutShort: cutShort || node['Node Type'] === 'Limit' };
  const children = (node.Plans ?? []).map((child) => nodeStep(child, shares, drawing, below));
  const distributed = node['Distributed Query'];
  const parts = distributed && distributedSteps(distributed, drawing);
  const queries = queriesOf(node);
  const loops = loopsOf(node);
  const { 'Plan Rows': expected, 'Actual Rows': given } = node;
  const share = shares.get(node);
  const measured = share !== undefined && (drawing.measure === 'cost' || given !== undefined);
  return {
    kind: 'node',
    title: parts ? `${titleOf(node)}: ${parts.words}` : titleOf(node),
    role: roleOf(node),
    ...(expected !== undefined && !guessed && { expectedRows: expected * Math.max(loops, 1) }),
    ...(given !== undefined && { rows: Math.round(given * loops) }),
    ...(measured && {
      total: share.total,
      // Tasks run side by side, so that the slowest tells how long this one had to wait at least.
      self: distributed ? Math.max(0, share.total - remoteTime(distributed)) : share.self,
    }),
    // Citus fetches the rows of a subplan without counting that as running the node.
    neverRan: loops === 0 && !distributed,
    notes: [...notesOn(node, { guessed, cutShort }), ...(parts?.notes ?? [])],
    properties: [...(parts?.properties ?? []), ...propertiesOf(withoutQueries(node))],
    children: [
      ...(parts?.steps ?? []),
      ...queries.flatMap(([name, found]) => found.map((query) => queryStep(name, query, drawing))),
      ...children,
    ],
  };
}

/** A query that is part of a node: what an INSERT … SELECT or a MERGE reads. */
function queryStep(name: string, query: ExplainedQuery, drawing: Drawing): PlanStep {
  return {
    kind: 'query',
    title: name,
    total: drawing.measure === 'time' ? query['Execution Time'] : undefined,
    neverRan: false,
    notes: [],
    properties: propertiesOf(query),
    children: [stepsOf(query, drawing)],
  };
}

/** A node's properties that hold queries, with these. */
const queriesOf = (node: ExplainedNode): [string, ExplainedQuery[]][] =>
  Object.entries(node).flatMap(([name, value]) => {
    const found = name === 'Plans' ? [] : queriesIn(value);
    return found.length > 0 ? [[name, found]] : [];
  });

const withoutQueries = (node: ExplainedNode): Record<string, unknown> => {
  const names = new Set(queriesOf(node).map(([name]) => name));
  return Object.fromEntries(Object.entries(node).filter(([name]) => !names.has(name)));
};

const hasCitusBelow = (node: ExplainedNode): boolean =>
  node['Distributed Query'] !== undefined ||
  (node['Custom Plan Provider']?.startsWith('Citus') ?? false) ||
  (node.Plans ?? []).some(hasCitusBelow);
