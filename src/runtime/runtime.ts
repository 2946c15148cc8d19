import type { PostgresInstall } from '../postgres/install.ts';
import type { ServerCommand } from '../postgres/serverCommands.ts';

/** Files where the servers live, owned by whoever runs the servers. Paths are absolute. */
export interface ServerFiles {
  /** Makes a folder and its missing parents; only the last one gets `mode`. */
  makeDirectory(path: string, mode: number): Promise<void>;
  /** Writes a file whole or not at all: readers never see half of it. */
  write(path: string, content: string, mode: number): Promise<void>;
  /** @returns undefined where there is no such file */
  read(path: string): Promise<string | undefined>;
  /** The last `bytes` of a file; empty where there is none. */
  readEnd(path: string, bytes: number): Promise<string>;
  /** Names in a folder; undefined where there is none. */
  list(path: string): Promise<string[] | undefined>;
  /** Removes a file, or a folder with all it holds; what isn't there is fine. */
  remove(path: string): Promise<void>;
  /** Removes a folder only if it is empty. @returns whether it is gone */
  removeIfEmpty(path: string): Promise<boolean>;
}

/** A server's main process, proven to be the one that runs on its data folder. */
export interface Postmaster {
  readonly pid: number;
}

/** Where servers run. Knows nothing of clusters: only programs, files, processes and ports. */
export interface Runtime {
  readonly files: ServerFiles;
  /**
   * Runs one of PostgreSQL's programs to its end, as the servers' user.
   * @throws CommandError
   */
  run<T>(command: ServerCommand<T>, signal?: AbortSignal): Promise<T>;
  /** The live server of a data folder. A pid in a file is believed only if that process really runs there. */
  postmaster(dataDirectory: string): Promise<Postmaster | undefined>;
  /**
   * Ends every program of PostgreSQL's that works inside a folder: what a crashed run of ours left behind.
   * Resolves when none is left.
   * @throws CommandError where one doesn't end
   */
  endProcesses(folder: string, dataDirectories: readonly string[]): Promise<void>;
  isPortFree(port: number): Promise<boolean>;
  /**
   * Says why servers can't run with their data in this folder; undefined where they can.
   * Asks about users, permissions and space; makes nothing.
   */
  checkFolder(folder: string, neededBytes: number): Promise<FolderProblem | undefined>;
}

export interface FolderProblem {
  readonly message: string;
  readonly nextStep: string;
}

/** A program that couldn't be run, failed, or was stopped. `output` is what it said, secrets never among it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly output: string;
  readonly cancelled: boolean;
  constructor(message: string, output: string, options: { cancelled?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.output = output;
    this.cancelled = options.cancelled ?? false;
  }
}

/** The machine that servers run on. */
export interface Machine {
  /** Files of the user that runs us. */
  readonly ownFiles: ServerFiles;
  /** How many programs can make headway at once. */
  readonly parallelism: number;
  /** @param configured folder that the user named; empty for none */
  findInstalls(configured: string): Promise<PostgresInstall[]>;
  /**
   * The account to run servers as, where it can't be ours.
   * @param wanted the account to use then
   * @throws ClusterError `no-os-user`
   */
  serverUser(wanted: string): Promise<string | undefined>;
  /** @throws ClusterError `no-os-user` where there is no such account any more */
  runtime(binDirectory: string, osUser: string | undefined): Promise<Runtime>;
}
