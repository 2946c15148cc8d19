import type { Session } from '../../postgres/session.ts';
import { guardDirectWrite } from '../writes/directWrites.ts';
import type { RunStatement } from './runStatement.ts';
import type { Target } from './target.ts';

/** Said of a write to a shard that could have moved meanwhile. */
const NOT_HELD = {
  severity: 'WARNING',
  message:
    'The connection to the primary coordinator, which kept the shard in its place, was lost meanwhile: look whether the write is there.',
} as const;

/**
 * Has a standby send a write to its one shard itself, where and for as long as that is safe; how it went is in the
 * statement's view.
 * @param standby the file's connection, outside of a transaction
 * @returns the error that it failed with, or that cancelling it gave
 * @throws ServerError, ConnectionError where it can't be found out whether it is safe
 */
export const runFromStandby = async (
  statement: RunStatement,
  standby: Session,
  target: Target,
  signal: AbortSignal,
): Promise<unknown> => {
  const { directWrites } = target;
  if (!directWrites) return undefined;
  const guard = await guardDirectWrite(statement.sent, standby, target, directWrites, signal);
  await statement.reset();
  if ('hazard' in guard) {
    statement.refuse({
      message: `Not sent: ${guard.hazard}.`,
      hint: 'A write could go to the place that a shard has just left, and be lost. Run it again in a moment.',
    });
    return undefined;
  }
  try {
    await directWrites.allow(standby);
    return await statement.execute(target, standby, signal);
  } finally {
    if (!(await guard.release()) && statement.view.state === 'done') statement.note(NOT_HELD);
    if (!standby.closed) await directWrites.withdraw(standby);
  }
};
