import { ConnectionError, ServerError } from '../../postgres/errors.ts';
import type { Session } from '../../postgres/session.ts';
import { classify } from '../classify/classify.ts';
import type { BoundStatement } from '../../postgres/statement.ts';
import { isRunByPlanning } from './functions.ts';
import { copySettings } from '../run/settings.ts';
import type { Server, Target } from '../run/target.ts';

/** A worker that can do a write in the primary's place, or a sentence that says why none can. */
export type WorkerSearch = { readonly worker: Server } | { readonly whyNot: string };

/**
 * Finds a worker for a write while no primary coordinator answers. None is used while a coordinator is silent that may
 * be the primary at work. By itself such a write is atomic, and a shard move's locks hold on the workers; but a primary
 * that hangs in a move keeps those locks, so the write would hang with it, and whether the places of shards that the
 * worker and the standby agree on are the last word can't be told.
 * @param standby the file's connection, outside of a transaction
 */
export const findWritingWorker = async (
  statement: BoundStatement,
  standby: Session,
  target: Target,
  signal: AbortSignal,
): Promise<WorkerSearch> => {
  const { workerWrites, workers } = target;
  if (!workerWrites) {
    return { whyNot: 'Its workers can’t take its place: each of them knows its own shards only.' };
  }
  if (await target.mayHavePrimary(signal)) {
    return {
      whyNot:
        'A coordinator may still be the primary at work, so no worker writes in its place: stop it, or wait until it answers.',
    };
  }
  const kind = await classify(statement.text);
  if (kind.kind !== 'write' || !kind.hasPlan) {
    return {
      whyNot:
        'No worker can take its place: there only a plain INSERT, UPDATE, DELETE or MERGE on distributed tables runs.',
    };
  }
  if (await isRunByPlanning(standby, kind)) {
    return {
      whyNot:
        'No worker can take its place: to see whether one can, it would have to be planned, which could already run a function of it.',
    };
  }
  const reasons: string[] = [];
  for (const worker of workers) {
    const obstacle = await obstacleOn(worker, statement, standby, workerWrites, signal);
    if (obstacle === undefined) return { worker };
    reasons.push(`${worker.nodeName}: ${obstacle}`);
  }
  return { whyNot: `No worker can take its place (${reasons.join('; ')}).` };
};

const obstacleOn = async (
  worker: Server,
  statement: BoundStatement,
  standby: Session,
  writes: NonNullable<Target['workerWrites']>,
  signal: AbortSignal,
): Promise<string | undefined> => {
  try {
    const session = await worker.connect('citus-sql worker', signal);
    try {
      await copySettings(standby, session);
      return await writes.obstacle(session, standby, statement);
    } finally {
      await session.close();
    }
  } catch (error) {
    if (!(error instanceof ServerError || error instanceof ConnectionError)) throw error;
    return error.message;
  }
};
