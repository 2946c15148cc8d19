import type { RelationKind } from '../catalog/catalog.ts';

/** What fits at a place. */
export interface Expectation {
  readonly keywords: readonly string[];
  /** Columns of the sources in scope, and functions: an expression. */
  readonly expression?: boolean;
  /** Columns of what the statement changes; of the list at the place, those that aren't in it yet. */
  readonly targetColumns?: 'list' | 'one';
  /** Columns that both sides of a join have. */
  readonly joinColumns?: boolean;
  /** Conditions that a join can have. */
  readonly joinConditions?: boolean;
  /** Relations of these kinds. */
  readonly relations?: readonly RelationKind[];
  /** Common tables and functions that give rows, besides relations. */
  readonly rows?: boolean;
  readonly schemas?: boolean;
  readonly types?: boolean;
  readonly routines?: 'function' | 'procedure';
  readonly settings?: boolean;
  /** Values of the setting of this name. */
  readonly valuesOf?: string;
}

/** Relations that have rows of their own, and all that can be read. */
export const TABLES: readonly RelationKind[] = ['table', 'foreign table'];
export const READABLE: readonly RelationKind[] = ['table', 'foreign table', 'view', 'materialized view'];
