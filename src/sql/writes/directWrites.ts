import type { Session } from '../../postgres/session.ts';
import type { DirectWrites } from '../../sharding/sharding.ts';
import { ask, awaitReplay } from './replay.ts';
import type { Target } from '../run/target.ts';

/**
 * Why a write that a standby coordinator sends to a shard could be lost just now. Two ways were seen: the standby
 * hasn't replayed yet that the shard has moved, or a move is under way, whose end drops what was written to the old
 * place after the copy; the standby doesn't see the locks that keep writers away on the primary.
 * @param standby a session on the target
 * @returns words for people, such as `coordinator2 lags behind the primary`; undefined where it is safe
 */
export const directWriteHazard = async (
  standby: Session,
  target: Target,
  writes: DirectWrites,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const primary = await target.findPrimary(signal);
  if (!primary) {
    if (await target.mayHavePrimary(signal)) return 'a coordinator doesn’t answer that may be the primary';
    // Nothing moves without a primary; what it did last is known if it was received and is replayed.
    if (!(await ask(standby, REPLAYED_ALL))) return `${target.nodeName} has not replayed all yet`;
    return undefined;
  }
  const session = await primary.connect('citus-sql replay', signal);
  try {
    if (!(await awaitReplay(session, standby, signal))) {
      return `${target.nodeName} lags behind the primary coordinator`;
    }
  } finally {
    await session.close();
  }
  return (await writes.shardMoves(standby)) ? 'a shard is being moved or was just now' : undefined;
};

const REPLAYED_ALL =
  'SELECT coalesce(pg_catalog.pg_last_wal_receive_lsn() <= pg_catalog.pg_last_wal_replay_lsn(), true) AS yes';
