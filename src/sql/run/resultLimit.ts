import { classify } from '../classify/classify.ts';
import { volatileFunctions } from '../../postgres/explain.ts';
import type { Session } from '../../postgres/session.ts';
import { isReadingFunction } from '../classify/readingFunctions.ts';
import type { LimitView } from '../../contract/results.ts';
import type { SettingId } from '../../contract/settings.ts';
import type { ReachedLimit, ResultLimits } from '../../postgres/resultLimits.ts';

/**
 * Whether a limit may stop a statement's result. What writes and returns rows is done with all of them at the first
 * Execute, but not committed before its rest is fetched or given up (PostgreSQL manual, 55.2.3 "Extended Query"), so it
 * always runs whole. So does a query that calls what may write for each of its rows, which would be half done.
 * @param session that it is to run on
 * @throws ServerError, ConnectionError
 */
export const isLimitable = async (session: Session, sql: string): Promise<boolean> => {
  const { kind, hasPlan, functions } = await classify(sql);
  if (!hasPlan || (kind !== 'read' && kind !== 'call' && kind !== 'lock')) return false;
  // In a transaction that has failed nothing can be asked, and nothing runs.
  // Numbers of a sequence are drawn outside of any transaction, so that some of them are nothing half done.
  const unknown = functions
    .filter((name) => !isReadingFunction(name) && name.name !== 'nextval')
    .map(({ name }) => name);
  if (unknown.length === 0 || session.transactionStatus === 'failed') return true;
  return (await volatileFunctions(session, unknown)).length === 0;
};

const SETTINGS: Readonly<Record<ReachedLimit, SettingId>> = {
  rows: 'citus.results.maxRows',
  bytes: 'citus.results.maxMegabytes',
};

/** What a result that a limit stopped shows. */
export const limitView = (reached: ReachedLimit, limits: ResultLimits, rowCount: number): LimitView => ({
  setting: SETTINGS[reached],
  at:
    reached === 'rows'
      ? `${rowCount.toLocaleString('en')} ${rowCount === 1 ? 'row' : 'rows'}`
      : `${Math.round(limits.bytes / 1024 / 1024).toLocaleString('en')} MB`,
  open: true,
});
