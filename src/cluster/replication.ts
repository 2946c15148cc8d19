import * as v from 'valibot';
import type { Session } from '../postgres/session.ts';
import { waitUntil } from '../postgres/waitUntil.ts';
import { ClusterError } from './errors.ts';

/** How long a standby may take to replay what its primary has written. */
const CATCH_UP_DEADLINE_MS = 60_000;

const Position = v.object({ lsn: v.string() });
const Level = v.object({ level: v.boolean() });

/**
 * Waits until a standby streams and has replayed everything that its primary had written when this was called.
 * What is written meanwhile isn't waited for, so it ends under load too.
 * @throws ClusterError `not-converging` after a minute, or the signal's reason
 */
export const catchUp = async (primary: Session, standbyName: string, signal?: AbortSignal): Promise<void> => {
  const [position] = await primary.query(Position, 'SELECT pg_catalog.pg_current_wal_lsn()::text AS lsn');
  const isLevel = async (): Promise<boolean> => {
    const rows = await primary.query(
      Level,
      `SELECT coalesce(replay_lsn >= $2::pg_lsn, false) AS level FROM pg_catalog.pg_stat_replication
       WHERE application_name = $1 AND state = 'streaming'`,
      [standbyName, position?.lsn],
    );
    return rows.some(({ level }) => level);
  };
  const caughtUp = await waitUntil(isLevel, { deadlineMs: CATCH_UP_DEADLINE_MS, ...(signal && { signal }) });
  if (caughtUp) return;
  throw new ClusterError(
    'not-converging',
    `${standbyName} did not catch up with its primary within ${CATCH_UP_DEADLINE_MS / 1000} s.`,
    { node: standbyName },
    { nextStep: `Read ${standbyName}’s log: it says whether it receives anything.` },
  );
};
