import * as v from 'valibot';
import type { DirectWrites } from '../sharding.ts';
import { explainCitus } from './reach.ts';

/** A plan of one task and no subplans: those read elsewhere first, so they reach further than the one shard. */
const OneTask = v.object({ Subplans: v.optional(v.never()), Job: v.object({ 'Task Count': v.literal(1) }) });

/**
 * Writes that a standby coordinator sends to a shard itself, with `citus.writable_standby_coordinator` on
 * (Citus 8.0 and later). Citus plans no writes to replicated tables there, so the shard has one placement.
 */
export const directWrites: DirectWrites = {
  async allow(standby) {
    await standby.run('SET citus.writable_standby_coordinator TO on');
  },

  async withdraw(standby) {
    await standby.run('SET citus.writable_standby_coordinator TO off');
  },

  /** Asks by EXPLAIN, with the setting on, without which the plan is refused as the write itself is. */
  async isPossible(standby, statement) {
    await standby.run('BEGIN');
    try {
      await standby.run('SET LOCAL citus.writable_standby_coordinator TO on');
      return v.is(OneTask, await explainCitus(standby, statement));
    } catch {
      // Whatever keeps the server from planning it keeps the write from being a simple one.
      return false;
    } finally {
      await standby.run('ROLLBACK');
    }
  },

  /** Citus notes in pg_dist_cleanup, before a move begins, what is to be cleaned up when it ends or fails (11.1 and later). */
  async shardMoves(standby) {
    const [answer] = await standby.query(
      v.object({ yes: v.boolean() }),
      'SELECT EXISTS (SELECT FROM pg_catalog.pg_dist_cleanup) AS yes',
    );
    return answer?.yes ?? true;
  },
};
