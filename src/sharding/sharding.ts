import type { Endpoint } from '../postgres/endpoint.ts';
import type { ServerVersions } from '../postgres/install.ts';
import type { Session } from '../postgres/session.ts';
import type { BoundStatement } from '../postgres/statement.ts';
import type { TableName } from '../postgres/tableDefinition.ts';
import type { FunctionDoc } from './functionDocs.ts';

/** The ways to spread tables that there are: the Citus extension, or what PostgreSQL itself ships. */
export const SHARDING_IDS = ['citus', 'postgres_fdw'] as const;
export type ShardingId = (typeof SHARDING_IDS)[number];

/** How a table is spread over the nodes. */
export type TableType = 'distributed' | 'reference' | 'schema' | 'local';

/** A table that the sharding knows of. */
export interface ShardedTable extends TableName {
  /** OID of the table on the coordinator that was asked; a key for further questions. */
  readonly oid: number;
  readonly type: TableType;
  /** Absent for tables that aren't distributed by a column. */
  readonly distributionColumn?: string;
  readonly shardCount: number;
  /** Tables of one group have their rows of equal distribution values on the same node. */
  readonly colocationId: number;
  readonly owner: string;
}

/** Where one copy of a shard lives: the address that the nodes know its server by. */
export interface Placement {
  readonly nodeHost: string;
  readonly nodePort: number;
}

export interface Shard {
  /** The shard's id; a 64-bit number, so kept as text. */
  readonly id: string;
  /** The shard's table on its node, quoted as SQL needs it. */
  readonly relation: string;
  /** Which rows it holds, for people: `-2147483648 … -2013265921`; absent for tables without a distribution column. */
  readonly holds?: string;
  readonly placements: readonly Placement[];
}

/** A worker: its name in the cluster, and the address that the other nodes reach it by. */
interface WorkerNode extends Endpoint {
  readonly name: string;
}

/** How a table is to be distributed. */
interface Distribution {
  readonly column: string;
  /** The sharding's default unless told. */
  readonly shardCount?: number;
}

/** Where a statement runs, as its plan tells. */
export type Reach =
  | { readonly kind: 'coordinator' }
  | {
      readonly kind: 'shards';
      /** Pieces of work on shards; 1 where the statement's key leaves just one shard. */
      readonly tasks: number;
      readonly coordinatorToo: boolean;
      /** Whether rows go from worker to worker first. */
      readonly repartition?: boolean;
      /** Where each piece of work is done; absent where the plan doesn't tell, or there are many. */
      readonly on?: readonly Task[];
    };

/** A piece of work on one node, which is given by its peer address. */
export interface Task extends Placement {
  /** The shards' tables that it reads and writes. */
  readonly relations: readonly string[];
}

/** What a coordinator takes. */
export interface Allowance {
  readonly reads: boolean;
  /** `one shard`: only those that touch one, and only when the connection is told to. */
  readonly writes: 'all' | 'one shard' | 'none';
  readonly ddl: boolean;
}

/** What a standby coordinator does for writes that it sends to a shard itself. */
export interface DirectWrites {
  /** Has this session, on a standby, send one-shard writes to their shards. */
  allow(standby: Session): Promise<void>;
  /** Undoes `allow`. */
  withdraw(standby: Session): Promise<void>;
  /** Whether a write that has a plan is one that `allow` would let through. The session is outside of a transaction. */
  isPossible(standby: Session, statement: BoundStatement): Promise<boolean>;
  /**
   * Keeps all shards in their places until the session's transaction ends, as the primary does when it writes itself.
   * @throws ServerError where that can't be had within the session's `lock_timeout`
   */
  holdPlaces(primary: Session): Promise<void>;
  /** Whether a worker knows all shards where this standby does, and nothing is about to change that. */
  agreesOnPlaces(worker: Session, standby: Session): Promise<boolean>;
}

/** What workers do for writes while there is no primary coordinator. */
export interface WorkerWrites {
  /**
   * Why a worker can't do a write that has a plan as the primary would. Both sessions are outside of a transaction, and have the same
   * settings.
   * @param standby a standby coordinator, which may be the next primary
   * @returns a clause for people, such as `it is no INSERT`; undefined where it can
   * @throws ServerError where the worker can't plan it
   */
  obstacle(worker: Session, standby: Session, statement: BoundStatement): Promise<string | undefined>;
}

/** How tables are spread over a cluster's servers. Nothing outside of its implementations asks which one it is. */
export interface Sharding {
  readonly id: ShardingId;
  /** For people: `Citus`. */
  readonly label: string;
  /** The version of what spreads the tables; undefined where such servers lack it. */
  version(servers: ServerVersions): string | undefined;
  /**
   * Settings that a server needs from its start, by name.
   * @param host as which the other nodes reach it
   * @param parallelism how many programs can make headway at once on the machine, which all nodes share
   */
  serverSettings(host: string, parallelism: number): Readonly<Record<string, string>>;
  /** Makes an empty server a member: installs what the sharding needs in it. */
  prepareNode(node: Session): Promise<void>;
  /** Tells the primary coordinator under which address the other nodes reach it. */
  registerCoordinator(coordinator: Session, address: Endpoint): Promise<void>;
  addWorker(coordinator: Session, worker: WorkerNode): Promise<void>;
  /** @throws ServerError where the worker still has shards of distributed tables */
  removeWorker(coordinator: Session, worker: WorkerNode): Promise<void>;
  /** The addresses of all workers that this coordinator knows as active. */
  listWorkers(coordinator: Session): Promise<Endpoint[]>;
  /**
   * Checks that every node can reach every other as the sharding will need it.
   * @returns the pairs that can't, with the server's words; empty when all is well.
   */
  checkConnections(coordinator: Session): Promise<ConnectionProblem[]>;
  /** Spreads a plain table, with the rows in it, over the workers by one of its columns. */
  distributeTable(coordinator: Session, table: TableName, distribution: Distribution): Promise<void>;
  /** Gives every node a copy of a plain table, with the rows in it. */
  makeReferenceTable(coordinator: Session, table: TableName): Promise<void>;
  /** Shard placements per worker, keyed by `host:port`. Metadata only, no network. */
  countPlacements(coordinator: Session): Promise<ReadonlyMap<string, number>>;
  /** Metadata only, no network, so it works with workers down and on a standby. */
  listTables(coordinator: Session): Promise<ShardedTable[]>;
  /** The ordinary table that has the keys, checks and indexes of a table: itself, or one that stands for its shards. */
  modelOf(coordinator: Session, table: ShardedTable): Promise<TableName>;
  listShards(coordinator: Session, table: ShardedTable): Promise<Shard[]>;
  /** Bytes of each of the shards' tables on the node that the session is connected to, by shard id. Missing ones are left out. */
  shardSizes(node: Session, shards: readonly Shard[]): Promise<ReadonlyMap<string, number>>;
  /**
   * Where a statement would run. It is planned, not run.
   * @param coordinator in a transaction that is undone afterwards, see `withoutEffect`
   * @param sql a statement that has a plan
   * @param options more options of EXPLAIN
   * @throws ServerError where it can't be planned
   */
  reach(coordinator: Session, sql: string, ...options: string[]): Promise<Reach>;
  /** Differs from before where tables or their places have changed, so that where statements run may have, too. */
  placesVersion(coordinator: Session): Promise<string>;
  /** What a coordinator in this role takes. */
  allowance(role: 'primary' | 'standby'): Allowance;
  /** What people should know of the functions that they call. */
  readonly functionDocs: readonly FunctionDoc[];
  /** Absent where a standby can't write at all: writes sent there run on the primary. */
  readonly directWrites?: DirectWrites;
  /** Absent where a worker knows its own part only. */
  readonly workerWrites?: WorkerWrites;
}

export interface ConnectionProblem {
  readonly from: string;
  readonly to: string;
  readonly message: string;
}
