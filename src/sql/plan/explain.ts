import * as v from 'valibot';
import { decodeRows } from '../../postgres/dataRows.ts';
import { ServerError } from '../../postgres/errors.ts';
import type { Session } from '../../postgres/session.ts';
import type { BoundStatement, Completion, ResultSink } from '../../postgres/statement.ts';

/** How a statement is explained instead of being run as it is. */
export interface ExplainWay {
  /** Whether it is run, and measured. */
  readonly analyze: boolean;
  /** Whether what it changes stays. Everything is undone otherwise. */
  readonly keep: boolean;
}

/** Tasks of which Citus is asked to show all; a plan of more is too long to read. */
const MOST_TASKS = 64;

/** What is put before a statement to get its plan. */
export const explainPrefix = ({ analyze }: Pick<ExplainWay, 'analyze'>): string =>
  `EXPLAIN (FORMAT JSON, COSTS, VERBOSE, SETTINGS${analyze ? ', ANALYZE, BUFFERS, TIMING' : ''}) `;

/**
 * Has the server explain a statement; its plan is what the sink gets.
 *
 * Citus is told to show all tasks, for this plan alone. Where nothing is to be kept, all happens in a transaction that is
 * rolled back, or inside of an open one behind a savepoint that it goes back to.
 * @param statement without EXPLAIN
 * @throws ServerError whose position counts from the EXPLAIN that `explainPrefix` gives; ConnectionError, SinkError
 */
export async function executeExplain(
  session: Session,
  statement: BoundStatement,
  way: ExplainWay,
  sink: ResultSink,
  signal: AbortSignal,
): Promise<Completion> {
  const { text, values } = statement;
  const execute = () => session.execute(explainPrefix(way) + text, sink, signal, { values });
  const before = await allTasksSetting(session, statement, signal);
  if (!way.keep) {
    return undone(session, async () => {
      if (before !== undefined) await setAllTasks(session, 'on');
      return execute();
    });
  }
  if (before === undefined) return execute();
  await setAllTasks(session, 'on');
  try {
    return await execute();
  } finally {
    // A transaction that failed takes the setting back by itself.
    if (!session.closed && session.transactionStatus !== 'failed') await setAllTasks(session, before);
  }
}

/** Does something of which nothing stays on the server, neither what it changed nor that it failed. */
async function undone<T>(session: Session, work: () => Promise<T>): Promise<T> {
  const inside = session.transactionStatus !== 'idle';
  await session.run(inside ? 'SAVEPOINT citus_plan' : 'BEGIN');
  try {
    return await work();
  } finally {
    if (!session.closed) {
      await session.run(inside ? 'ROLLBACK TO SAVEPOINT citus_plan' : 'ROLLBACK');
      if (inside) await session.run('RELEASE SAVEPOINT citus_plan');
    }
  }
}

/**
 * The value of `citus.explain_all_tasks`.
 * @returns undefined where it is to be left alone: on already, no setting of this server's, or too many tasks
 */
async function allTasksSetting(
  session: Session,
  statement: BoundStatement,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (session.transactionStatus === 'failed') return undefined;
  const [setting] = await session.query(
    v.object({ value: v.nullable(v.string()) }),
    `SELECT pg_catalog.current_setting('citus.explain_all_tasks', true) AS value`,
  );
  const value = setting?.value ?? 'on';
  if (value === 'on') return undefined;
  try {
    return (await undone(session, () => mostTasks(session, statement, signal))) > MOST_TASKS
      ? undefined
      : value;
  } catch (error) {
    // What is wrong with the statement is told when it is explained for good.
    if (error instanceof ServerError) return undefined;
    throw error;
  }
}

/** How many tasks the largest distributed query of a statement has, which is planned for that, not run. */
async function mostTasks(
  session: Session,
  { text, values }: BoundStatement,
  signal: AbortSignal,
): Promise<number> {
  let most = 0;
  const sink: ResultSink = {
    columns: () => undefined,
    rows: (messages) => {
      for (const [plan = null] of decodeRows(messages)) {
        for (const [, count] of plan?.matchAll(/"Task Count": (\d+)/g) ?? [])
          most = Math.max(most, Number(count));
      }
      return undefined;
    },
  };
  await session.execute(`EXPLAIN (FORMAT JSON, COSTS OFF) ${text}`, sink, signal, { values });
  return most;
}

/** Sets it for the open transaction, and where none is for the session. */
const setAllTasks = (session: Session, value: string): Promise<void> =>
  session.run(`SELECT pg_catalog.set_config('citus.explain_all_tasks', $1, $2)`, [
    value,
    session.transactionStatus !== 'idle',
  ]);
