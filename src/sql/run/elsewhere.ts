import type { Session } from '../../postgres/session.ts';
import { awaitReplay } from '../writes/replay.ts';
import { findWritingWorker } from '../writes/workerWrites.ts';
import { IN_DOUBT, leavesInDoubt } from './failure.ts';
import type { RunStatement } from './runStatement.ts';
import { copySettings } from './settings.ts';
import { connectTo, type Server, type Target } from './target.ts';
import type { TimeLimit } from './timeLimit.ts';

/** What a write that a standby refused comes from. */
interface FromStandby {
  /** The file's connection, outside of a transaction. */
  readonly standby: Session;
  readonly target: Target;
  /** The file's name, for people. */
  readonly file: string;
  readonly signal: AbortSignal;
  /** Of the file's connection; it holds there, too. */
  readonly timeLimit: TimeLimit;
}

/**
 * Runs a write that a standby refused on the primary coordinator, over a connection of its own; how it went is in the
 * statement's view.
 * @returns whether it succeeded
 * @throws ServerError, ConnectionError where the primary can't be reached, or made like the standby's session
 */
export const runOnPrimary = async (statement: RunStatement, from: FromStandby): Promise<boolean> => {
  const { target, signal } = from;
  const primary = await target.findPrimary(signal);
  if (!primary) {
    const why = await target.whyNoPrimary(signal);
    statement.explain({ explanation: `No primary coordinator answers right now: ${why}.` });
    return false;
  }
  return runOn(primary, statement, from, `this ran on ${primary.nodeName}, the primary`);
};

/** The same on a worker, where there is still no primary. */
export const runOnWorker = async (statement: RunStatement, from: FromStandby): Promise<boolean> => {
  const { standby, target, signal } = from;
  if (await target.findPrimary(signal)) {
    statement.explain({ explanation: 'The primary coordinator answers again: run the statement again.' });
    return false;
  }
  const found = await findWritingWorker(statement.sent, standby, target, signal);
  if ('whyNot' in found) {
    statement.explain({ explanation: found.whyNot });
    return false;
  }
  const why = await target.whyNoPrimary(signal);
  const where = `no primary coordinator answers (${why}), so this ran on ${found.worker.nodeName}, a worker`;
  return runOn(found.worker, statement, from, where);
};

/** @param where a clause that tells where it runs and why */
const runOn = async (
  server: Server,
  statement: RunStatement,
  { standby, target, file, signal, timeLimit }: FromStandby,
  where: string,
): Promise<boolean> => {
  const there = await connectTo(server, `citus-sql ${file} (from standby)`, signal);
  try {
    await copySettings(standby, there);
    await statement.reset();
    const failure = await statement.execute(server, there, signal);
    const explanation = leavesInDoubt(failure)
      ? IN_DOUBT
      : timeLimit.explain(failure, statement.view.elapsedMs);
    if (explanation !== undefined) statement.explain({ explanation });
    statement.note({
      severity: 'NOTICE',
      message: `${target.nodeName} is a standby and takes no writes: ${where}.`,
    });
    if (statement.view.state !== 'done') return false;
    // What a worker writes is rows of shards, which the standby reads where they are.
    if (server.role(there) === 'primary' && !(await awaitReplay(there, standby, signal))) {
      statement.note({
        severity: 'WARNING',
        message: `${target.nodeName} has not replayed this yet: what follows in the file may not see it.`,
      });
    }
    return true;
  } finally {
    await there.close();
  }
};
