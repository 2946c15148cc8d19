import { decodeRows } from './dataRows.ts';
import type { Session } from './session.ts';

/** Whether EXPLAIN takes a statement, and plans it without doing anything. */
export const isExplainable = (sql: string): boolean =>
  /^(select|insert|update|delete|merge|with|values|table)\b/i.test(sql);

/**
 * A statement's plan as PostgreSQL gives it in JSON; the statement isn't run.
 * @param options more options of EXPLAIN, such as `VERBOSE`
 * @throws ServerError where it can't be planned
 */
export const explainJson = async (session: Session, sql: string, ...options: string[]): Promise<unknown> => {
  const lines: string[] = [];
  await session.execute(`EXPLAIN (${['FORMAT JSON', 'COSTS OFF', ...options].join(', ')}) ${sql}`, {
    columns: () => undefined,
    rows: (messages) => {
      for (const [line] of decodeRows(messages)) lines.push(line ?? '');
      return undefined;
    },
  });
  return JSON.parse(lines.join('\n')) as unknown;
};
