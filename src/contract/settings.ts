/** Settings, with the type of each. Defaults live in package.json only. */
interface SettingMap {
  /** Folder with initdb, pg_ctl and postgres; empty means: look for installs. */
  'citus.postgres.binDirectory': string;
  /** Folder that new clusters are put in and the list of known clusters is kept in; empty: the platform's data folder. */
  'citus.clusters.directory': string;
  /** OS user that runs the servers when VS Code runs as root. */
  'citus.servers.osUser': string;
}

export type SettingId = keyof SettingMap;

/** Every setting id at run time; the compiler keeps it complete. */
export const SETTING_IDS = Object.keys({
  'citus.postgres.binDirectory': true,
  'citus.clusters.directory': true,
  'citus.servers.osUser': true,
} satisfies Record<SettingId, true>) as readonly SettingId[];
