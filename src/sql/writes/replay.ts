import * as v from 'valibot';
import type { Session } from '../../postgres/session.ts';
import { waitUntil } from '../../postgres/waitUntil.ts';

const Position = v.object({ lsn: v.string() });
const Timeline = v.object({ timeline: v.number() });
const Answer = v.object({ yes: v.boolean() });
const Replay = v.object({ reached: v.boolean(), paused: v.boolean() });

/** A standby that streams replays within milliseconds, or on a machine with much to do a little later. */
const REPLAY_DEADLINE_MS = 3000;

/**
 * Waits until a standby has replayed what its primary has written by now, at most 3 s, and not at all where its replay
 * is paused. What the primary writes meanwhile isn't waited for, so it ends on a busy cluster, too.
 *
 * A primary sends only what it has flushed, and for what no commit waits for, such as hint bits or what was committed
 * with synchronous_commit off, that takes up to some seconds. So a message of ours is committed behind it, which means
 * nothing to anybody.
 * @param primary a session of ours, outside of a transaction
 * @returns whether it has
 */
export const awaitReplay = async (
  primary: Session,
  standby: Session,
  signal: AbortSignal,
): Promise<boolean> => {
  // `local`: the commit is not to wait for a standby that is gone.
  await primary.run('SET synchronous_commit TO local');
  const [position] = await primary.query(
    Position,
    `SELECT pg_catalog.pg_logical_emit_message(true, 'citus-sql', '')::text AS lsn`,
  );
  let reached = false;
  const settled = async (): Promise<boolean> => {
    const [replay] = await standby.query(
      Replay,
      // One that was promoted meanwhile follows nobody, and refuses to say whether it is paused.
      `SELECT coalesce(pg_catalog.pg_is_in_recovery() AND pg_catalog.pg_last_wal_replay_lsn() >= $1::pg_lsn, false) AS reached,
              CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_is_wal_replay_paused() ELSE true END AS paused`,
      [position?.lsn],
    );
    reached = replay?.reached ?? false;
    return reached || replay?.paused === true;
  };
  await waitUntil(settled, { deadlineMs: REPLAY_DEADLINE_MS, signal });
  return reached;
};

/**
 * Whether a standby streams on its primary's timeline. Otherwise its position says nothing: a former primary that came
 * back as a standby without having been rewound is ahead of the new one.
 * @param standby as a role that may read pg_stat_wal_receiver
 */
export const follows = async (standby: Session, primary: Session): Promise<boolean> => {
  const [row] = await primary.query(
    Timeline,
    // A WAL file's name begins with its timeline, in hexadecimal.
    `SELECT ('x' || pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8))::bit(32)::int AS timeline`,
  );
  return ask(
    standby,
    `SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_wal_receiver WHERE status = 'streaming' AND received_tli = $1) AS yes`,
    row?.timeline,
  );
};

/** Asks a question whose answer is a column `yes`. */
export const ask = async (session: Session, sql: string, ...values: unknown[]): Promise<boolean> => {
  const [answer] = await session.query(Answer, sql, values);
  return answer?.yes ?? false;
};
