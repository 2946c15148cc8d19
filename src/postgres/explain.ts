import { decodeRows } from './dataRows.ts';
import type { Session } from './session.ts';
import type { BoundStatement, ResultSink } from './statement.ts';

/** Whether EXPLAIN takes a statement, and plans it without doing anything. */
export const isExplainable = (sql: string): boolean =>
  /^(select|insert|update|delete|merge|with|values|table)\b/i.test(sql);

/**
 * A statement's plan as PostgreSQL gives it in JSON; the statement isn't run.
 * @param options more options of EXPLAIN, such as `VERBOSE`
 * @throws ServerError where it can't be planned
 */
export const explainJson = async (
  session: Session,
  { text, values }: BoundStatement,
  ...options: string[]
): Promise<unknown> => {
  const lines: string[] = [];
  const sink: ResultSink = {
    columns: () => undefined,
    rows: (messages) => {
      for (const [line] of decodeRows(messages)) lines.push(line ?? '');
      return undefined;
    },
  };
  const explain = `EXPLAIN (${['FORMAT JSON', 'COSTS OFF', ...options].join(', ')}) ${text}`;
  await session.execute(explain, sink, undefined, { values });
  return JSON.parse(lines.join('\n')) as unknown;
};
