import { type Cluster, type ClusterNode, coordinators } from './model.ts';

/**
 * What is true of a server right now, as a probe found it.
 * - `stopped`: no server process; - `starting`: alive, not accepting yet;
 * - `unresponsive`: alive, but no answer within the deadline; - `refused`: it answered with an error (see `detail`).
 */
export type NodeState = 'running' | 'starting' | 'stopped' | 'unresponsive' | 'refused';
type CoordinatorRole = 'primary' | 'standby';

export interface NodeStatus {
  readonly state: NodeState;
  /** Set while a coordinator runs: asked of the server. */
  readonly role?: CoordinatorRole;
  /** A standby's distance from its primary's WAL in bytes; absent where it can't be told. */
  readonly lagBytes?: number;
  /** Whether the standby's WAL receiver is streaming. */
  readonly streaming?: boolean;
  /** PostgreSQL's version, `15.20`. */
  readonly version?: string;
  /** Seconds since the server started. */
  readonly uptimeSeconds?: number;
  /** Number of shard placements on a worker, as the coordinators' metadata has it. */
  readonly shardCount?: number;
  /** The server's or the system's words, where the state is not `running`. */
  readonly detail?: string;
}

/** A cluster's nodes by name. */
export type ClusterStatus = ReadonlyMap<string, NodeStatus>;

/** The coordinators that say that they are the primary: after a failover the former one may be back, and say so, too. */
export const primariesIn = (cluster: Cluster, status: ClusterStatus): ClusterNode[] =>
  coordinators(cluster).filter(({ name }) => status.get(name)?.role === 'primary');

/** The coordinator that is the primary; undefined where none answered as one, or several did. */
export const primaryIn = (cluster: Cluster, status: ClusterStatus): ClusterNode | undefined => {
  const [primary, ...others] = primariesIn(cluster, status);
  return others.length === 0 ? primary : undefined;
};
