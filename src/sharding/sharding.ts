import type { Session } from '../postgres/session.ts';
import type { Endpoint } from '../postgres/endpoint.ts';

/** How a table is spread over the nodes. */
export type TableType = 'distributed' | 'reference' | 'schema' | 'local';

/** A table that the sharding knows of. */
export interface ShardedTable {
  /** OID of the table on the coordinator that was asked; a key for further questions. */
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly type: TableType;
  /** Absent for tables that aren't distributed by a column. */
  readonly distributionColumn?: string;
  readonly shardCount: number;
  readonly colocationId: number;
  readonly owner: string;
}

/** Where one copy of a shard lives. */
export interface Placement {
  readonly nodeHost: string;
  readonly nodePort: number;
}

export interface Shard {
  /** The shard's id; a 64-bit number, so kept as text. */
  readonly id: string;
  /** The shard's table on its node, quoted as SQL needs it. */
  readonly relation: string;
  /** Hash values from `min` to `max`, both included; absent for tables without a distribution column. */
  readonly range?: { readonly min: number; readonly max: number };
  readonly placements: readonly Placement[];
}

/** How tables are spread over a cluster's servers. */
export interface Sharding {
  /** Settings that a server needs from its start, by name; it is reached under `host`. */
  serverSettings(host: string): Readonly<Record<string, string>>;
  /** Makes an empty server a member: installs what the sharding needs in it. */
  prepareNode(node: Session): Promise<void>;
  /** Tells the primary coordinator under which address the other nodes reach it. */
  registerCoordinator(coordinator: Session, address: Endpoint): Promise<void>;
  addWorker(coordinator: Session, worker: Endpoint): Promise<void>;
  /** The addresses of all workers that this coordinator knows as active. */
  listWorkers(coordinator: Session): Promise<Endpoint[]>;
  /**
   * Checks that every node can reach every other as the sharding will need it.
   * @returns the pairs that can't, with the server's words; empty when all is well.
   */
  checkConnections(coordinator: Session): Promise<ConnectionProblem[]>;
  /** Shard placements per worker, keyed by `host:port`. Metadata only, no network. */
  countPlacements(coordinator: Session): Promise<ReadonlyMap<string, number>>;
  /** Metadata only, no network, so it works with workers down and on a standby. */
  listTables(coordinator: Session): Promise<ShardedTable[]>;
  listShards(coordinator: Session, table: ShardedTable): Promise<Shard[]>;
  /** Bytes of each of the shards' tables on the node that the session is connected to, by shard id. Missing ones are left out. */
  shardSizes(node: Session, shards: readonly Shard[]): Promise<ReadonlyMap<string, number>>;
}

export interface ConnectionProblem {
  readonly from: string;
  readonly to: string;
  readonly message: string;
}
