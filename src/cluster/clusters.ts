import type { Credentials } from '../postgres/endpoint.ts';
import type { Sharding } from '../sharding/sharding.ts';
import type { Cluster, ClusterMark, ClusterNode } from './model.ts';
import type { PostgresInstall } from '../postgres/install.ts';
import type { TableName } from '../postgres/tableDefinition.ts';
import type { NodeHost } from '../runtime/runtime.ts';
import type { Proposal, ProvisionRequest, ProvisionWishes } from './provision/request.ts';
import type { ClusterStatus } from './status.ts';

/** What a long operation reports: the steps under way, in words, and how much of the whole is done. */
export interface Progress {
  /** Titles of the steps that are running now, such as `Make coordinator1's data folder`. */
  readonly running: readonly string[];
  readonly done: number;
  readonly total: number;
}

export interface OperationOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** What the extension and the command line do with clusters. */
export interface ClusterService {
  /** All known clusters that are whole. Rolls back what a crashed provisioning left behind. */
  list(): Promise<Cluster[]>;
  /** PostgreSQL installs on this machine, those with Citus first, newest first. */
  installs(): Promise<PostgresInstall[]>;
  /**
   * Fills in what the wishes leave open, with taken ports replaced by the next free ones.
   * @throws ClusterError `bad-request`, `name-taken`, `no-platform`
   */
  propose(wishes: ProvisionWishes): Promise<Proposal>;
  /** Makes a cluster, or nothing. What its platform lacks (an image, a download) is got first, and stays. */
  provision(request: ProvisionRequest, options?: OperationOptions): Promise<Cluster>;
  /**
   * Removes the PostgreSQL that was downloaded.
   * @returns whether there was one
   * @throws ClusterError `in-use` where a cluster is made of it
   */
  removeDownload(): Promise<boolean>;
  /** Makes the operating system's account that runs the servers where we are root. @throws ClusterError `no-os-user` */
  createServerUser(): Promise<void>;
  /**
   * Adds a worker on the next free port, or nothing.
   * @returns the cluster with it
   * @throws ClusterError `not-found` where no primary answers, `step-failed`, `cancelled`
   */
  addWorker(cluster: Cluster, options?: OperationOptions): Promise<Cluster>;
  start(cluster: Cluster, nodes?: readonly ClusterNode[], options?: OperationOptions): Promise<void>;
  stop(cluster: Cluster, nodes?: readonly ClusterNode[], options?: OperationOptions): Promise<void>;
  restart(cluster: Cluster, nodes?: readonly ClusterNode[], options?: OperationOptions): Promise<void>;
  /**
   * Stops the servers and removes what provisioning made.
   * @returns names of foreign things in the folder, which stayed
   */
  destroy(cluster: Cluster, options?: OperationOptions): Promise<string[]>;
  /**
   * Copies a table to another cluster: its definition, its distribution and its rows, and compares the two. The copy is
   * there whole or not at all. Nobody can write to the original meanwhile.
   * @param options.keep whether the original stays
   * @returns number of rows
   * @throws ClusterError `not-found`, `not-movable`, `copy-differs`, `original-stays`, `cancelled`; ServerError,
   * ConnectionError
   */
  moveTable(
    from: Cluster,
    table: TableName,
    to: Cluster,
    options: OperationOptions & { readonly keep: boolean },
  ): Promise<bigint>;
  /** Where and how a node's server runs. */
  host(cluster: Cluster, node: ClusterNode): Promise<NodeHost>;
  /** Whether psql can be opened on the cluster's nodes. */
  hasPsql(cluster: Cluster): Promise<boolean>;
  /** How to connect to a node as the superuser. Holds a secret. */
  credentials(cluster: Cluster, node: ClusterNode): Promise<Credentials>;
  /**
   * Asks every node how it is, to show it; each answers or is given up within 1 s.
   * @param options.patiently gives each 4 s, where it is shown once and not looked at again
   */
  status(
    cluster: Cluster,
    options?: { readonly patiently?: boolean; readonly signal?: AbortSignal },
  ): Promise<ClusterStatus>;
  /**
   * Asks the coordinators what they are, to decide something by it; each answers or is given up within 4 s, since
   * on a busy machine one that is well may take its time.
   */
  coordinatorStatus(cluster: Cluster, signal?: AbortSignal): Promise<ClusterStatus>;
  /** How tables are spread over this cluster. */
  sharding(cluster: Cluster): Sharding;
  /** Marks a cluster for people, in place of how it was marked before; all windows see it. */
  mark(cluster: Cluster, mark: ClusterMark): Promise<void>;
  /** Calls back after each operation on a cluster; returns how to stop that. */
  onDidChangeClusters(listener: () => void): () => void;
  /** Aborts what is under way, and waits until it is rolled back. */
  close(): Promise<void>;
}
