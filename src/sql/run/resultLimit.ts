import { classify } from '../classify/classify.ts';
import type { LimitView } from '../../contract/results.ts';
import type { SettingId } from '../../contract/settings.ts';
import type { ReachedLimit, ResultLimits } from '../../postgres/resultLimits.ts';

/**
 * Whether a limit may stop a statement's result. What writes and returns rows is done with all of them at the first
 * Execute, but not committed before its rest is fetched or given up (PostgreSQL manual, 55.2.3 "Extended Query"), so it
 * always runs whole.
 */
export const isLimitable = async (sql: string): Promise<boolean> => {
  const { kind, hasPlan } = await classify(sql);
  return hasPlan && (kind === 'read' || kind === 'call' || kind === 'lock');
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
