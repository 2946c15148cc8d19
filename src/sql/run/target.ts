import type { ClusterService } from '../../cluster/clusters.ts';
import {
  type Cluster,
  type ClusterMark,
  type ClusterNode,
  coordinators,
  workers,
} from '../../cluster/model.ts';
import { primariesIn, primaryIn } from '../../cluster/status.ts';
import { connect, type Session } from '../../postgres/session.ts';
import type { NodeState } from '../../cluster/status.ts';
import type { Place } from '../psql/command.ts';
import type { DirectWrites, ShardedTable, Sharding, WorkerWrites } from '../../sharding/sharding.ts';

/** A server that statements run on. */
export interface Server {
  readonly clusterName: string;
  readonly nodeName: string;
  /** What the person has marked the cluster with. */
  readonly mark?: ClusterMark;
  /** Whether its connections begin with transactions that may only read. */
  readonly readOnly?: boolean;
  /** `worker`, or for a coordinator its role as its own session tells it. */
  role(session: Session): string;
  /** @param settings of the session, from its start on */
  connect(
    applicationName: string,
    signal?: AbortSignal,
    settings?: Readonly<Record<string, string>>,
  ): Promise<Session>;
}

/**
 * Opens a connection that outlives the signal: aborting ends connecting only, so that what runs on the connection can be
 * cancelled at the server, which tells how it ended.
 * @throws ServerError, ConnectionError
 */
export const connectTo = async (
  server: Server,
  applicationName: string,
  signal?: AbortSignal,
  settings?: Readonly<Record<string, string>>,
): Promise<Session> => {
  const connecting = new AbortController();
  const abort = (): void => {
    connecting.abort();
  };
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await server.connect(applicationName, connecting.signal, settings);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
};

/** A server that a file is attached to. */
export interface Target extends Server {
  /** Absent where a standby can't write to shards itself: what is written there goes to the primary. */
  readonly directWrites?: DirectWrites;
  /** Absent where workers can't write for the whole cluster. */
  readonly workerWrites?: WorkerWrites;
  /** All of the cluster's, whether they answer or not. */
  readonly workers: readonly Server[];
  /**
   * The coordinator that takes writes; undefined where none answers, or several say that they are it.
   * Takes as long as the cluster's slowest coordinator, at most about 4 s.
   */
  findPrimary(signal?: AbortSignal): Promise<Server | undefined>;
  /**
   * Whether some coordinator is neither stopped nor known as a standby: it may be a primary at work, only too slow
   * to say so.
   * Takes as long as findPrimary.
   */
  mayHavePrimary(signal?: AbortSignal): Promise<boolean>;
  /**
   * What each coordinator is instead of a primary that answers, for people: `coordinator1 is stopped`.
   * Takes as long as findPrimary.
   */
  whyNoPrimary(signal?: AbortSignal): Promise<string>;
  /**
   * Another place of the cluster.
   * @param place what is left out stays as it is here
   * @returns undefined where the cluster has no such node
   */
  elsewhere(place: Place): Target | undefined;
  /** The tables that are spread over the cluster; absent in a database that isn't the cluster's. */
  listTables?(session: Session): Promise<ShardedTable[]>;
}

/** In which way a cluster's nodes are reached. */
interface Access {
  /** Whether connections, also those to other nodes in a node's place, begin with transactions that may only read. */
  readonly readOnly?: boolean;
  /** The cluster's own unless told. */
  readonly database?: string;
}

/** The way to one node of a cluster. */
export const clusterTarget = (
  service: Pick<ClusterService, 'credentials' | 'coordinatorStatus' | 'sharding'>,
  cluster: Cluster,
  node: ClusterNode,
  access: Access = {},
): Target => ({
  ...clusterServer(service, cluster, node, access),
  ...waysToWrite(service.sharding(cluster)),
  ...((access.database ?? cluster.database) === cluster.database && {
    listTables: (session: Session) => service.sharding(cluster).listTables(session),
  }),
  elsewhere: (place) => {
    const other = place.node === undefined && place.port === undefined ? node : findNode(cluster, place);
    const there = place.database === undefined ? access : { ...access, database: place.database };
    return other && clusterTarget(service, cluster, other, there);
  },
  workers: workers(cluster).map((worker) => clusterServer(service, cluster, worker, access)),
  findPrimary: async (signal) => {
    const status = await service.coordinatorStatus(cluster, signal);
    const primary = primaryIn(cluster, status);
    return primary && clusterServer(service, cluster, primary, access);
  },
  mayHavePrimary: async (signal) => {
    const status = await service.coordinatorStatus(cluster, signal);
    return coordinators(cluster).some(({ name }) => {
      const { state, role } = status.get(name) ?? {};
      return state !== 'stopped' && role !== 'standby';
    });
  },
  whyNoPrimary: async (signal) => {
    const status = await service.coordinatorStatus(cluster, signal);
    const primaries = primariesIn(cluster, status).map(({ name }) => name);
    if (primaries.length > 1)
      return `${primaries.join(' and ')} both say that they are it, so neither is used`;
    return coordinators(cluster)
      .map(({ name }) => {
        const { state = 'unresponsive', role, detail } = status.get(name) ?? {};
        const words = state === 'running' ? `is a ${role ?? 'coordinator'}` : STATES[state];
        return `${name} ${words}${state === 'refused' && detail !== undefined ? ` (${detail})` : ''}`;
      })
      .join(', ');
  },
});

const STATES: Readonly<Record<Exclude<NodeState, 'running'>, string>> = {
  starting: 'is starting',
  stopped: 'is stopped',
  unresponsive: 'doesn’t answer',
  refused: 'refused the connection',
};

const waysToWrite = ({
  directWrites,
  workerWrites,
}: Sharding): Pick<Target, 'directWrites' | 'workerWrites'> => ({
  ...(directWrites && { directWrites }),
  ...(workerWrites && { workerWrites }),
});

/** One node of a cluster, as a server and nothing more. */
export const clusterServer = (
  service: Pick<ClusterService, 'credentials'>,
  cluster: Cluster,
  node: ClusterNode,
  { readOnly = false, database }: Access = {},
): Server => ({
  clusterName: cluster.name,
  nodeName: node.name,
  readOnly,
  ...(cluster.mark && { mark: cluster.mark }),
  role: (session) => (node.kind === 'worker' ? 'worker' : session.inHotStandby ? 'standby' : 'primary'),
  connect: async (applicationName, signal, settings) =>
    connect(
      { ...(await service.credentials(cluster, node)), ...(database !== undefined && { database }) },
      {
        applicationName,
        ...(signal && { signal }),
        settings: { ...settings, ...(readOnly && { default_transaction_read_only: 'on' }) },
      },
    ),
});

const findNode = (cluster: Cluster, { node, port }: Place): ClusterNode | undefined =>
  cluster.nodes.find(
    (each) =>
      (port === undefined || each.port === port) &&
      (node === undefined || each.name === node || (each.host === node && port !== undefined)),
  );
