/** A PostgreSQL installation on this machine. */
export interface PostgresInstall {
  /** Folder with initdb, pg_ctl, postgres, pg_basebackup. */
  readonly binDirectory: string;
  /** Such as `15.20`. */
  readonly version: string;
  readonly majorVersion: number;
  /** Version of the Citus extension that is installed in it, absent where there is none. */
  readonly citusVersion?: string;
  /** Whether it lacks postgres_fdw or dblink, which some systems package apart. */
  readonly lacksForeignTables?: boolean;
}

/** Versions of what a cluster's servers are made of. */
export interface ServerVersions {
  /** `15.20`. */
  readonly postgresVersion: string;
  /** Version of the Citus extension, absent where there is none. */
  readonly citusVersion?: string;
}
