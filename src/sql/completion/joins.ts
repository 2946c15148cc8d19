import type { RelationDetails } from '../catalog/catalog.ts';
import { quoteIfNeeded } from './names.ts';
import type { Knowledge, ScopeSource } from './scope.ts';

/** A condition that two tables can be joined on. */
export interface JoinCondition {
  readonly sql: string;
  /** Why it fits. */
  readonly reason: string;
  /** Whether it compares the distribution columns of one colocation group. */
  readonly isColocated: boolean;
}

type Pair = readonly [column: string, otherColumn: string];

/**
 * Conditions for joining a source to those before it, the best first: foreign keys, and columns of the same name. Where
 * both tables are of one colocation group, their distribution columns are always compared: such a join runs shard by
 * shard, where any other moves rows between nodes.
 */
export const joinConditions = (
  joined: ScopeSource,
  others: readonly ScopeSource[],
  knowledge: Knowledge,
): JoinCondition[] => {
  const found = new Map<string, JoinCondition>();
  const add = (other: ScopeSource, pairs: readonly Pair[], isColocated: boolean, reason: string): void => {
    const sql = pairs
      .map(([column, otherColumn]) => `${qualified(joined, column)} = ${qualified(other, otherColumn)}`)
      .join(' AND ');
    if (pairs.length > 0 && !found.has(sql))
      found.set(sql, { sql, isColocated, reason: isColocated ? `colocated, ${reason}` : reason });
  };
  for (const other of [...others].reverse()) {
    const key = foreignKeyPairs(joined, other, knowledge);
    const place = colocationPair(joined, other);
    if (place && key.length > 0) {
      const rest = key.filter(([column]) => column !== place[0]);
      add(other, [place, ...rest], true, 'foreign key');
    }
    if (place) add(other, [place], true, 'distribution');
    add(other, key, false, 'foreign key');
    for (const name of sharedNames(joined, other)) {
      const pairs: readonly Pair[] = place && place[0] !== name ? [place, [name, name]] : [[name, name]];
      add(other, pairs, place !== undefined, 'same name');
    }
  }
  return [...found.values()];
};

/** Names of columns that both have, distribution columns first. */
export const sharedNames = (one: ScopeSource, other: ScopeSource): string[] => {
  const names = new Set(other.columns.map(({ name }) => name));
  const shared = one.columns.filter(({ name }) => names.has(name));
  return [
    ...shared.filter((column) => column.isDistribution),
    ...shared.filter((column) => !column.isDistribution),
  ].map(({ name }) => name);
};

const qualified = ({ name }: ScopeSource, column: string): string =>
  `${quoteIfNeeded(name ?? '')}.${quoteIfNeeded(column)}`;

const colocationPair = (one: ScopeSource, other: ScopeSource): Pair | undefined => {
  const [a, b] = [one.relation?.sharded, other.relation?.sharded];
  if (a?.distributionColumn === undefined || b?.distributionColumn === undefined) return undefined;
  return a.colocationId === b.colocationId ? [a.distributionColumn, b.distributionColumn] : undefined;
};

const foreignKeyPairs = (one: ScopeSource, other: ScopeSource, knowledge: Knowledge): Pair[] => {
  const detailsOf = ({ relation }: ScopeSource): RelationDetails | undefined =>
    relation && knowledge.details(relation.oid);
  const own = detailsOf(one)?.foreignKeys.find(({ table }) => table === other.relation?.oid);
  if (own) return own.columns.map((column, at) => [column, own.tableColumns[at] ?? column]);
  const theirs = detailsOf(other)?.foreignKeys.find(({ table }) => table === one.relation?.oid);
  return theirs?.columns.map((column, at) => [theirs.tableColumns[at] ?? column, column]) ?? [];
};
