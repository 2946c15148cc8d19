import * as v from 'valibot';
import type { DirectWrites } from '../sharding.ts';
import { digestOfPlaces } from './places.ts';
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

  /**
   * A write on the primary locks its shards' metadata in share mode (5, ShareLock), a move in exclusive mode before it
   * copies, or before its last part (LockShardListMetadata in Citus' shard_transfer.c).
   */
  async holdPlaces(primary) {
    await primary.run(
      'SELECT pg_catalog.lock_shard_metadata(5, pg_catalog.array_agg(shardid ORDER BY shardid)) FROM pg_catalog.pg_dist_shard',
    );
  },

  /** A move that was about to be committed when the primary died is a prepared transaction on the workers. */
  async agreesOnPlaces(worker, standby) {
    const [pending] = await worker.query(
      v.object({ yes: v.boolean() }),
      `SELECT EXISTS (SELECT FROM pg_catalog.pg_locks WHERE relation = 'pg_catalog.pg_dist_placement'::regclass
                                                        AND mode = 'RowExclusiveLock') AS yes`,
    );
    const [there, here] = await Promise.all([digestOfPlaces(worker), digestOfPlaces(standby)]);
    return pending?.yes === false && there === here;
  },
};
