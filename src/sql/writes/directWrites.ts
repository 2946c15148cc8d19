import { ConnectionError, ServerError, SqlState } from '../../postgres/errors.ts';
import type { Session } from '../../postgres/session.ts';
import type { BoundStatement } from '../../postgres/statement.ts';
import type { DirectWrites } from '../../sharding/sharding.ts';
import { copySettings } from '../run/settings.ts';
import { connectTo, type Server, type Target } from '../run/target.ts';
import { ask, awaitReplay, follows } from './replay.ts';

/**
 * Whether a write that a standby coordinator sends to a shard could be lost. A `hazard` is words for people, such as
 * `coordinator2 lags behind the primary`; otherwise it is safe until `release` is called, which has to happen and tells
 * whether it was so all the time: the connection that keeps it safe may have been lost.
 */
export type DirectWriteGuard = { readonly hazard: string } | { readonly release: () => Promise<boolean> };

/**
 * Makes a write safe that a standby coordinator sends to its shard. Such a write is lost where the shard has moved and
 * the standby hasn't replayed that yet, and where a move begins before the write is committed, since the primary
 * doesn't know of it: so the primary holds the locks that it would have if it wrote itself, and the standby has replayed
 * all from before. Where no primary runs nothing moves, but the standby may not have received the last that it did: there
 * the workers, whose metadata changes with it, have to agree with the standby.
 * @param standby a session on the target, outside of a transaction
 */
export const guardDirectWrite = async (
  statement: BoundStatement,
  standby: Session,
  target: Target,
  writes: DirectWrites,
  signal: AbortSignal,
): Promise<DirectWriteGuard> => {
  const primary = await target.findPrimary(signal);
  if (!primary) {
    const hazard = await hazardWithoutPrimary(standby, target, writes, signal);
    return hazard === undefined ? { release: () => Promise.resolve(true) } : { hazard };
  }
  const session = await connectTo(primary, 'citus-sql shard places', signal);
  const release = async (): Promise<boolean> => {
    const held = !session.closed;
    await session.close();
    return held;
  };
  try {
    const hazard =
      (await hazardOfMoves(statement, session, standby, writes, signal)) ??
      (await hazardOfLag(primary, target, signal));
    if (hazard === undefined) return { release };
    await release();
    return { hazard };
  } catch (error) {
    await release();
    throw error;
  }
};

/** How long the primary waits for what moves a shard or changes a table. */
const LOCK_DEADLINE = '500ms';

/** Keeps shards and tables as they are until the primary's session ends. */
const hazardOfMoves = async (
  statement: BoundStatement,
  primary: Session,
  standby: Session,
  writes: DirectWrites,
  signal: AbortSignal,
): Promise<string | undefined> => {
  await primary.run('BEGIN');
  try {
    await primary.run(`SET LOCAL lock_timeout = '${LOCK_DEADLINE}'`);
    await writes.holdPlaces(primary);
    await copySettings(standby, primary);
    await primary.run(`SET LOCAL lock_timeout = '${LOCK_DEADLINE}'`);
    await primary.run('SET LOCAL idle_in_transaction_session_timeout = 0');
    // Parsing a write locks its table, which keeps away what would make another one of it.
    await primary.describe(statement.text, signal);
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    return error.code === SqlState.lockNotAvailable
      ? 'a shard is being moved or its table changed'
      : `the primary coordinator can’t keep its shard in place (${error.message})`;
  }
  return undefined;
};

/** Asks as the roles that connect: the file's may be one that is told nothing about streaming. */
const hazardOfLag = async (
  primary: Server,
  target: Target,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const here = await connectTo(target, 'citus-sql replay', signal);
  try {
    const there = await connectTo(primary, 'citus-sql replay', signal);
    try {
      if (!(await follows(here, there)))
        return `${target.nodeName} doesn’t stream from the primary coordinator`;
      if (await awaitReplay(there, here, signal)) return undefined;
      return `${target.nodeName} lags behind the primary coordinator`;
    } finally {
      await there.close();
    }
  } finally {
    await here.close();
  }
};

const hazardWithoutPrimary = async (
  standby: Session,
  target: Target,
  writes: DirectWrites,
  signal: AbortSignal,
): Promise<string | undefined> => {
  if (await target.mayHavePrimary(signal)) return 'a coordinator doesn’t answer that may be the primary';
  if (!(await ask(standby, REPLAYED_ALL))) return `${target.nodeName} has not replayed all yet`;
  const agreed = await Promise.all(target.workers.map((worker) => agrees(worker, standby, writes, signal)));
  if (agreed.includes(false)) {
    return `${target.nodeName} doesn’t know all that the primary did last: a worker has shards in other places`;
  }
  return agreed.includes(true) ? undefined : 'no worker answers that could tell where the shards are';
};

/** @returns undefined where the worker can't be asked */
const agrees = async (
  worker: Server,
  standby: Session,
  writes: DirectWrites,
  signal: AbortSignal,
): Promise<boolean | undefined> => {
  try {
    const session = await worker.connect('citus-sql shard places', signal);
    try {
      return await writes.agreesOnPlaces(session, standby);
    } finally {
      await session.close();
    }
  } catch (error) {
    if (!(error instanceof ServerError || error instanceof ConnectionError)) throw error;
    return undefined;
  }
};

const REPLAYED_ALL =
  'SELECT coalesce(pg_catalog.pg_last_wal_receive_lsn() <= pg_catalog.pg_last_wal_replay_lsn(), true) AS yes';
