import * as v from 'valibot';
import { explainJson } from '../../postgres/explain.ts';
import type { Session } from '../../postgres/session.ts';
import type { BoundStatement } from '../../postgres/statement.ts';
import type { WorkerWrites } from '../sharding.ts';
import { digestOfPlaces } from './places.ts';

/**
 * The plan of a write to distributed tables and nothing else: Citus' node on top, no subplans (those could write, too).
 * A write to a table of the worker's own has PostgreSQL's ModifyTable on top.
 */
const Distributed = v.tuple([
  v.object({
    Plan: v.object({
      'Node Type': v.literal('Custom Scan'),
      'Distributed Query': v.object({ Job: v.unknown(), Subplans: v.optional(v.never()) }),
    }),
  }),
]);

/**
 * Writes on a worker: since Citus 11 every worker has the metadata, plans writes as the coordinator does, and commits
 * those over several nodes in two phases, which it recovers itself after a crash. Definitions and, without the
 * coordinator's copy, reference tables are refused by the worker itself.
 *
 * What the worker can't know is whether the standby has received the last that the primary did. Where the standby has
 * a shard in another place, becoming the primary would bring that back, and what was written to the new place would be
 * lost: so both have to agree on all places.
 */
export const workerWrites: WorkerWrites = {
  async obstacle(worker, standby, statement) {
    if (!v.is(Distributed, await planOf(worker, statement))) {
      return 'there only a plain INSERT, UPDATE, DELETE or MERGE on distributed tables runs';
    }
    const [there, here] = await Promise.all([digestOfPlaces(worker), digestOfPlaces(standby)]);
    return there === here ? undefined : 'it has shards in other places than this standby knows of';
  },
};

/**
 * Planned in a transaction that is undone: Citus evaluates what is volatile in an INSERT's VALUES when it plans, and so
 * would do twice what a function there does.
 */
const planOf = async (worker: Session, statement: BoundStatement): Promise<unknown> => {
  await worker.run('BEGIN');
  try {
    return await explainJson(worker, statement);
  } finally {
    await worker.run('ROLLBACK');
  }
};
