import type { Endpoint } from './endpoint.ts';

/** A program of PostgreSQL's to run, as a value: what, with which arguments, and how to read what it prints. */
export interface ServerCommand<T> {
  /** Name of the program in the install's folder. */
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly deadlineMs: number;
  /** It starts a server that lives on, so its output must not be waited for. */
  readonly leavesServer?: boolean;
  readonly parse: (stdout: string) => T;
}

const nothing = (): void => undefined;
const MINUTE_MS = 60_000;

/** Makes an empty data folder (`initdb` manual page). The password file holds the superuser's password in its first line. */
export const initdb = (
  dataDirectory: string,
  superuser: string,
  passwordFile: string,
): ServerCommand<void> => ({
  file: 'initdb',
  args: [
    `--pgdata=${dataDirectory}`,
    `--username=${superuser}`,
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--data-checksums',
  ],
  deadlineMs: 2 * MINUTE_MS,
  parse: nothing,
});

/**
 * Starts a server and waits until it accepts connections.
 * @param passfile lets the server's own connections to other nodes find their passwords
 */
export const startServer = (
  dataDirectory: string,
  logFile: string,
  passfile: string,
): ServerCommand<void> => ({
  file: 'pg_ctl',
  args: ['start', '--wait', '--timeout=60', `--pgdata=${dataDirectory}`, `--log=${logFile}`],
  env: { PGPASSFILE: passfile },
  deadlineMs: 1.5 * MINUTE_MS,
  leavesServer: true,
  parse: nothing,
});

/** `fast` ends sessions and writes a checkpoint; `immediate` is for data that is about to be thrown away. */
export type StopMode = 'fast' | 'immediate';

export const stopServer = (dataDirectory: string, mode: StopMode): ServerCommand<void> => ({
  file: 'pg_ctl',
  args: ['stop', '--wait', '--timeout=60', `--mode=${mode}`, `--pgdata=${dataDirectory}`],
  deadlineMs: 1.5 * MINUTE_MS,
  parse: nothing,
});

/**
 * Copies a running server into a new data folder, with the WAL that the copy needs, which a slot made before must keep.
 * Streaming that WAL along would take a slot only when the copy has begun, when another copy's checkpoint may have
 * removed it, and a second process that outlives pg_basebackup where that is killed.
 * The fast checkpoint spares the wait for the next one, minutes by default.
 */
export const baseBackup = (options: {
  primary: Endpoint;
  user: string;
  dataDirectory: string;
  passfile: string;
}): ServerCommand<void> => ({
  file: 'pg_basebackup',
  args: [
    `--dbname=host=${options.primary.host} port=${options.primary.port} user=${options.user}`,
    `--pgdata=${options.dataDirectory}`,
    '--wal-method=fetch',
    '--checkpoint=fast',
    '--no-password',
  ],
  env: { PGPASSFILE: options.passfile },
  deadlineMs: 60 * MINUTE_MS,
  parse: nothing,
});
