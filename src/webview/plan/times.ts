import type { ExplainedNode } from './explained.ts';

/** What the nodes of a plan are compared by: time where the statement was run, else the planner's cost. */
export type Measure = 'time' | 'cost';

/** Milliseconds, or the planner's cost: of a node with all below it, and of the node alone. */
export interface Share {
  readonly total: number;
  readonly self: number;
}

/**
 * How much each node of one server's plan takes.
 *
 * A node's time is that of one loop, so it counts as often as there were loops. Below a Gather each worker's loops are
 * counted, though they ran side by side: the time there is divided by the number of processes. What an InitPlan or a CTE
 * takes is part of the node that first needs it, which is not the one that it hangs on.
 */
export function sharesOf(root: ExplainedNode, measure: Measure): ReadonlyMap<ExplainedNode, Share> {
  const totals = new Map<ExplainedNode, number>();
  const selves = new Map<ExplainedNode, number>();
  const measureBelow = (node: ExplainedNode, processes: number): void => {
    totals.set(node, measure === 'cost' ? (node['Total Cost'] ?? 0) : timeOf(node) / processes);
    const below = isGather(node) ? (node['Workers Launched'] ?? 0) + 1 : processes;
    for (const child of node.Plans ?? []) measureBelow(child, below);
    const inputs = (node.Plans ?? []).filter((child) => !isInitPlan(child));
    const ofInputs = inputs.reduce((sum, child) => sum + (totals.get(child) ?? 0), 0);
    selves.set(node, Math.max(0, (totals.get(node) ?? 0) - ofInputs));
  };
  measureBelow(root, 1);
  for (const node of inOrder(root)) {
    for (const initPlan of node.Plans?.filter(isInitPlan) ?? []) {
      let left = totals.get(initPlan) ?? 0;
      for (const user of usersOf(initPlan, node)) {
        const taken = Math.min(left, selves.get(user) ?? 0);
        selves.set(user, (selves.get(user) ?? 0) - taken);
        left -= taken;
      }
    }
  }
  return new Map([...totals].map(([node, total]) => [node, { total, self: selves.get(node) ?? 0 }]));
}

/** How often a node was run: 1 where it wasn't measured, 0 where it never was. */
export const loopsOf = (node: ExplainedNode): number => node['Actual Loops'] ?? 1;

const timeOf = (node: ExplainedNode): number => (node['Actual Total Time'] ?? 0) * loopsOf(node);

const isGather = (node: ExplainedNode): boolean => node['Node Type'].startsWith('Gather');

const isInitPlan = (node: ExplainedNode): boolean => node['Parent Relationship'] === 'InitPlan';

/** A node and all below it, those below first: that is the order in which they give rows. */
function inOrder(node: ExplainedNode, without?: ExplainedNode): ExplainedNode[] {
  if (node === without) return [];
  return [...(node.Plans ?? []).flatMap((child) => inOrder(child, without)), node];
}

/** The nodes that use the result of an InitPlan or a CTE that hangs on `parent`; at least that one. */
function usersOf(initPlan: ExplainedNode, parent: ExplainedNode): ExplainedNode[] {
  const name = initPlan['Subplan Name'] ?? '';
  const users = inOrder(parent, initPlan).filter((node) =>
    name.startsWith('CTE ')
      ? node['CTE Name'] === name.slice('CTE '.length)
      : mentions(node, resultsOf(name)),
  );
  return users.length > 0 ? users : [parent];
}

/**
 * What an InitPlan's results are called where they are used: `$0` up to PostgreSQL 16, whose InitPlan is named
 * `InitPlan 1 (returns $0)`, and `(InitPlan 1).col1` from 17 on.
 */
const resultsOf = (name: string): RegExp => {
  const parameters = [...name.matchAll(/\$\d+/g)].map(([parameter]) => `\\${parameter}(?!\\d)`);
  return new RegExp([...parameters, `\\(${/^InitPlan \d+/.exec(name)?.[0] ?? name}\\)`].join('|'));
};

const mentions = (node: ExplainedNode, results: RegExp): boolean =>
  Object.entries(node).some(([key, value]) => {
    if (key === 'Plans' || key === 'Subplan Name') return false;
    const texts = Array.isArray(value) ? value : [value];
    return texts.some((text) => typeof text === 'string' && results.test(text));
  });
