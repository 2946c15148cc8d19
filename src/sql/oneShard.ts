import * as v from 'valibot';
import type { Session } from '../postgres/session.ts';

/** The part of `EXPLAIN (FORMAT JSON)` that tells how many tasks Citus makes of a statement. */
const OneTaskPlan = v.tuple([
  v.object({
    Plan: v.object({
      'Custom Plan Provider': v.literal('Citus Adaptive'),
      'Distributed Query': v.object({
        // Subplans read elsewhere first, so they reach further than the one shard.
        Subplans: v.optional(v.never()),
        Job: v.object({ 'Task Count': v.literal(1) }),
      }),
    }),
  }),
]);

/** Statements that EXPLAIN plans without doing anything. */
const EXPLAINABLE = /^(insert|update|delete|merge|with)\b/i;

/**
 * Whether a write on a standby coordinator touches one shard, and that shard has one placement: Citus refuses to
 * plan writes to replicated tables there. Asks by EXPLAIN in a transaction of its own, with
 * `citus.writable_standby_coordinator` on, without which the plan is refused as the write itself is.
 * @param session outside of a transaction, with the settings that the write would run with
 */
export const touchesOneShard = async (session: Session, sql: string): Promise<boolean> => {
  if (!EXPLAINABLE.test(sql)) return false;
  await session.run('BEGIN');
  try {
    await session.run('SET LOCAL citus.writable_standby_coordinator TO on');
    return v.is(OneTaskPlan, await explain(session, sql));
  } catch {
    // Whatever keeps the server from planning it keeps the write from being a simple one.
    return false;
  } finally {
    await session.run('ROLLBACK');
  }
};

const explain = async (session: Session, sql: string): Promise<unknown> => {
  const lines: string[] = [];
  await session.execute(`EXPLAIN (FORMAT JSON, COSTS OFF) ${sql}`, {
    columns: () => undefined,
    rows: (rows) => {
      for (const [line] of rows) lines.push(line ?? '');
    },
  });
  return JSON.parse(lines.join('\n')) as unknown;
};
