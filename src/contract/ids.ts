/**
 * Identifiers that package.json contributes and the code refers to, each in one place.
 * The test `unit/contributions.test.ts` holds them against package.json, both ways.
 */
export const Views = {
  explorer: 'citus.explorer',
  results: 'citus.results',
  history: 'citus.history',
} as const;

/** Type of the editor panels that show the results of one file each. */
export const PANEL_TYPE = 'citus.results.beside';

/** The place in the activity bar, and the one in the panel below the editor. */
export const ViewContainers = { clusters: 'citus', results: 'citusResults' } as const;

/** Pages that lead a person through something. */
export const Walkthroughs = { firstCluster: 'firstCluster', installCitus: 'installCitus' } as const;

export const ContextKeys = {
  /** At least one cluster is known. */
  hasClusters: 'citus.hasClusters',
  /** Citus was found on this machine when it was last asked for. */
  citusInstalled: 'citus.citusInstalled',
  /** The active editor shows a .sql file that is attached to a coordinator. */
  sqlAttached: 'citus.sqlAttached',
  /** The active editor's file is running statements. */
  sqlRunning: 'citus.sqlRunning',
  /** The active editor's file has an open transaction, be it a failed one. */
  sqlInTransaction: 'citus.sqlInTransaction',
  /** That transaction has failed, so it can only be rolled back. */
  sqlTransactionFailed: 'citus.sqlTransactionFailed',
} as const;
