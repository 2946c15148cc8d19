import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import { address, type Credentials } from '../postgres/endpoint.ts';
import { ConnectionError, ServerError, SqlState } from '../postgres/errors.ts';
import { type Session, withSession } from '../postgres/session.ts';
import type { NodeHost, Runtime } from '../runtime/runtime.ts';
import type { Sharding } from '../sharding/sharding.ts';
import { type ClusterNode, peerAddress } from './model.ts';
import type { ClusterStatus, NodeStatus } from './status.ts';

/** Of servers whose state is shown: one that says nothing for this long is `unresponsive`. */
export const GLANCE_MS = 1000;
/** Of servers whose state decides something: whoever waits for that would rather wait than be refused. */
export const PATIENCE_MS = 4000;

const SelfRow = v.object({
  standby: v.boolean(),
  version: v.string(),
  uptime: v.number(),
  receiver: v.nullable(v.string()),
  unreplayed: v.nullable(v.string()),
});
const StandbyRow = v.object({ name: v.string(), state: v.string(), lag: v.nullable(v.string()) });

/** What one node says of itself and, where it is a primary or coordinator, of others. */
interface Answer {
  readonly status: NodeStatus;
  /** A primary's standbys by name. */
  readonly standbys?: ReadonlyMap<string, { streaming: boolean; lagBytes: number | undefined }>;
  /** Shard placements by `host:port`. */
  readonly placements?: ReadonlyMap<string, number>;
}

/** How to reach a cluster's nodes. */
export interface ProbeContext {
  readonly runtime: Runtime;
  readonly sharding: Sharding;
  readonly credentials: (node: ClusterNode) => Promise<Credentials>;
  /** How long each node may take to answer. */
  readonly deadlineMs: number;
}

/** Asks nodes of one cluster at once how they are. Takes little longer than the deadline, whatever they do. */
export const probeNodes = async (
  nodes: readonly ClusterNode[],
  context: ProbeContext,
  signal?: AbortSignal,
): Promise<ClusterStatus> => {
  const answers = new Map(
    await Promise.all(
      nodes.map(async (node) => [node.name, await probeNode(node, context, signal)] as const),
    ),
  );
  const primary = [...answers.values()].find(({ standbys }) => standbys !== undefined);
  const placements = [...answers.values()].find((answer) => answer.placements !== undefined)?.placements;
  return new Map(
    nodes.map((node): [string, NodeStatus] => {
      const status = answers.get(node.name)?.status ?? { state: 'unresponsive' };
      const asStandby = status.role === 'standby' ? primary?.standbys?.get(node.name) : undefined;
      const shardCount = node.kind === 'worker' ? placements?.get(address(peerAddress(node))) : undefined;
      return [
        node.name,
        {
          ...status,
          // The primary compares both positions in one moment, the standby knows only what it has received.
          ...(asStandby && { streaming: asStandby.streaming }),
          ...(asStandby?.lagBytes !== undefined && { lagBytes: asStandby.lagBytes }),
          ...(shardCount !== undefined && { shardCount }),
        },
      ];
    }),
  );
};

const probeNode = async (
  node: ClusterNode,
  { runtime, sharding, credentials, deadlineMs }: ProbeContext,
  signal?: AbortSignal,
): Promise<Answer> => {
  const deadline = AbortSignal.timeout(deadlineMs);
  const options = {
    applicationName: 'citus-status',
    deadlineMs,
    signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
  };
  try {
    return await withSession(await credentials(node), options, (session) => ask(node, session, sharding));
  } catch (error) {
    if (deadline.aborted) {
      return { status: { state: 'unresponsive', detail: `No answer within ${deadlineMs / 1000} s.` } };
    }
    return { status: await failureStatus(error, runtime.node(node.name), deadlineMs) };
  }
};

const ask = async (node: ClusterNode, session: Session, sharding: Sharding): Promise<Answer> => {
  const [self] = await session.query(
    SelfRow,
    `SELECT pg_catalog.pg_is_in_recovery() AS standby, pg_catalog.current_setting('server_version') AS version,
            extract(epoch FROM pg_catalog.now() - pg_catalog.pg_postmaster_start_time())::float8 AS uptime,
            (SELECT status FROM pg_catalog.pg_stat_wal_receiver) AS receiver,
            pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())::text
              AS unreplayed`,
  );
  if (self === undefined) throw new Error('A SELECT without FROM gives one row.');
  const running = {
    state: 'running',
    version: self.version.split(' ')[0] ?? self.version,
    uptimeSeconds: self.uptime,
  } as const;
  if (node.kind === 'worker') return { status: running };
  const placements = await sharding.countPlacements(session);
  if (self.standby) {
    const status: NodeStatus = {
      ...running,
      role: 'standby',
      streaming: self.receiver === 'streaming',
      ...(self.unreplayed !== null && { lagBytes: Math.max(0, Number(self.unreplayed)) }),
    };
    return { status, placements };
  }
  return { status: { ...running, role: 'primary' }, placements, standbys: await askForStandbys(session) };
};

const askForStandbys = async (primary: Session): Promise<NonNullable<Answer['standbys']>> => {
  const rows = await primary.query(
    StandbyRow,
    `SELECT application_name AS name, state,
            pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), replay_lsn)::text AS lag
     FROM pg_catalog.pg_stat_replication`,
  );
  return new Map(
    rows.map(({ name, state, lag }) => [
      name,
      { streaming: state === 'streaming', lagBytes: lag === null ? undefined : Math.max(0, Number(lag)) },
    ]),
  );
};

const failureStatus = async (error: unknown, host: NodeHost, deadlineMs: number): Promise<NodeStatus> => {
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof ServerError) {
    return { state: error.code === SqlState.cannotConnectNow ? 'starting' : 'refused', detail };
  }
  // A container's port may accept, and close, what its server doesn't listen for yet.
  if (error instanceof ConnectionError && (error.reason === 'refused' || error.reason === 'lost')) {
    return await deadOrAlive(host, detail, deadlineMs);
  }
  return { state: 'refused', detail };
};

/** Of a server that takes no connections, where its runtime tells in time: a container engine may be stuck itself. */
const deadOrAlive = async (host: NodeHost, detail: string, deadlineMs: number): Promise<NodeStatus> => {
  const untold = delay(deadlineMs, undefined, { ref: false });
  try {
    const alive = await Promise.race([host.isAlive(), untold]);
    if (alive === undefined) return { state: 'unresponsive', detail };
    return alive ? { state: 'starting', detail } : { state: 'stopped' };
  } catch (error) {
    return { state: 'refused', detail: error instanceof Error ? error.message : String(error) };
  }
};
