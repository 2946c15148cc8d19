import type { LimitView } from '../../contract/results.ts';
import type { SettingId } from '../../contract/settings.ts';
import type { ReachedLimit, ResultLimits } from '../../postgres/resultLimits.ts';

const READS = /^[\s(]*(select|table|values)\b/i;
const WITH = /^[\s(]*with\b/i;
const WRITES = /\b(insert|update|delete|merge)\b/i;

/**
 * Whether a limit may stop a statement's result. What writes and returns rows is done with all of them at the first
 * Execute, but not committed before its rest is fetched or given up (PostgreSQL manual, 55.2.3 "Extended Query"), so it
 * always runs whole. A query whose words could be a write counts as one.
 */
export const isLimitable = (sql: string): boolean => READS.test(sql) || (WITH.test(sql) && !WRITES.test(sql));

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
