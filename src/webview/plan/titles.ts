import type { ExplainedNode } from './explained.ts';

const textIn = (node: ExplainedNode, property: string): string | undefined => {
  const value = node[property];
  return typeof value === 'string' ? value : undefined;
};

/** What a node is, as EXPLAIN's text has it: `Index Scan using orders_pkey on public.orders o`. */
export function titleOf(node: ExplainedNode): string {
  const index = textIn(node, 'Index Name');
  const object = objectOf(node);
  const alias = textIn(node, 'Alias');
  return [
    typeOf(node),
    index !== undefined && `using ${index}`,
    object !== undefined && `on ${object}`,
    object !== undefined && alias !== undefined && !object.endsWith(alias) && alias,
  ]
    .filter((word) => word !== false)
    .join(' ');
}

/** What the results of a node below another are for, where it is no plain input of it: `CTE top`, `InitPlan 1 …`. */
export const roleOf = (node: ExplainedNode): string | undefined => node['Subplan Name'];

/** What it reads or writes. A foreign scan may read a join of several tables. */
function objectOf(node: ExplainedNode): string | undefined {
  const schema = textIn(node, 'Schema');
  const name = textIn(node, 'Relation Name') ?? textIn(node, 'Function Name');
  if (name !== undefined) {
    const known = schema === undefined || schema === 'public' || schema === 'pg_catalog';
    return known ? name : `${schema}.${name}`;
  }
  return textIn(node, 'Relations') ?? textIn(node, 'CTE Name') ?? textIn(node, 'Tuplestore Name');
}

/** The node's type with what changes its meaning: `HashAggregate`, `Left Hash Join`, `Parallel Seq Scan`. */
function typeOf(node: ExplainedNode): string {
  const type = node['Node Type'];
  const parallel = node['Parallel Aware'] === true ? 'Parallel ' : '';
  switch (type) {
    case 'Aggregate': {
      const partial = textIn(node, 'Partial Mode') ?? 'Simple';
      const strategy = AGGREGATES[textIn(node, 'Strategy') ?? ''] ?? 'Aggregate';
      return `${partial === 'Simple' ? '' : `${partial} `}${strategy}`;
    }
    case 'ModifyTable':
      return textIn(node, 'Operation') ?? type;
    case 'Hash Join':
    case 'Merge Join':
    case 'Nested Loop': {
      const join = textIn(node, 'Join Type') ?? 'Inner';
      const kind = type === 'Nested Loop' ? 'Nested Loop' : type.replace(' Join', '');
      if (join === 'Inner') return parallel + type;
      return `${parallel}${kind} ${join} Join`;
    }
    case 'Foreign Scan': {
      const operation = textIn(node, 'Operation') ?? 'Select';
      return operation === 'Select' ? type : `Foreign ${operation}`;
    }
    case 'Custom Scan':
      return node['Custom Plan Provider']?.replace('...', '…') ?? type;
    default: {
      const backward = textIn(node, 'Scan Direction') === 'Backward' ? ' Backward' : '';
      return parallel + type + backward;
    }
  }
}

const AGGREGATES: Readonly<Record<string, string>> = {
  Plain: 'Aggregate',
  Sorted: 'GroupAggregate',
  Hashed: 'HashAggregate',
  Mixed: 'MixedAggregate',
};
