import * as v from 'valibot';
import type { Session } from '../postgres/session.ts';
import { waitUntil } from '../postgres/waitUntil.ts';
import type { Server } from './target.ts';

const Position = v.object({ lsn: v.string() });
const Answer = v.object({ yes: v.boolean() });

/** A standby that streams replays within milliseconds. */
const REPLAY_DEADLINE_MS = 1000;

/**
 * Waits until a standby has replayed what its primary has written by now, at most 1 s. What the primary writes
 * meanwhile isn't waited for, so it ends on a busy cluster, too.
 * @returns whether it has
 */
export const awaitReplay = async (
  primary: Session,
  standby: Session,
  signal: AbortSignal,
): Promise<boolean> => {
  const [position] = await primary.query(Position, 'SELECT pg_catalog.pg_current_wal_lsn()::text AS lsn');
  const hasReplayed = (): Promise<boolean> =>
    ask(standby, 'SELECT pg_catalog.pg_last_wal_replay_lsn() >= $1::pg_lsn AS yes', position?.lsn);
  return waitUntil(hasReplayed, { deadlineMs: REPLAY_DEADLINE_MS, signal });
};

/**
 * Whether a standby knows all that its primary knows; with no primary, all that it has received. If not, it may not
 * know yet that a shard has moved, and a write that it sends to the shard's old place is lost.
 */
export const hasCaughtUp = async (
  standby: Session,
  primary: Server | undefined,
  signal: AbortSignal,
): Promise<boolean> => {
  if (!primary) {
    return ask(
      standby,
      'SELECT coalesce(pg_catalog.pg_last_wal_receive_lsn() <= pg_catalog.pg_last_wal_replay_lsn(), true) AS yes',
    );
  }
  const session = await primary.connect('citus-sql replay', signal);
  try {
    return await awaitReplay(session, standby, signal);
  } finally {
    await session.close();
  }
};

const ask = async (session: Session, sql: string, ...values: unknown[]): Promise<boolean> => {
  const [answer] = await session.query(Answer, sql, values);
  return answer?.yes ?? false;
};
