import * as v from 'valibot';
import type { StatementView } from '../../contract/results.ts';
import { maskLiterals, maskSecrets } from './maskSecrets.ts';

/** One statement that ran, as a line of the history's file has it. Its rows are never kept. */
export const HistoryEntry = v.object({
  id: v.string(),
  /** When it began, milliseconds since the epoch. */
  at: v.number(),
  /** Name of the file that it was run from. */
  file: v.string(),
  /** UUID of the cluster, by which it is found again under another name. */
  clusterId: v.string(),
  cluster: v.string(),
  node: v.string(),
  /** The node's role at that time: `primary`, `standby` or `worker`. */
  role: v.string(),
  /** Milliseconds that it took. */
  ms: v.number(),
  outcome: v.picklist(['done', 'failed', 'cancelled']),
  /** The server's command tag, such as `UPDATE 3`. */
  tag: v.optional(v.string()),
  /** Rows that came; absent for a statement that returns none. */
  rows: v.optional(v.number()),
  /** SQLSTATE of the error. */
  code: v.optional(v.string()),
  /** The error's message. Not kept of a statement with secrets, which it may quote. */
  message: v.optional(v.string()),
  /** The statement, without its secrets, and cut where it is longer than MOST_TEXT. */
  sql: v.string(),
  /** Whether something secret was taken out of `sql`, so that it can't be run as it is. */
  masked: v.optional(v.literal(true)),
  /** UTF-16 code units that the whole statement had, where `sql` was cut. Of such a one no literals are kept. */
  wholeLength: v.optional(v.number()),
});
export type HistoryEntry = v.InferOutput<typeof HistoryEntry>;

/** UTF-16 code units of a statement that are kept. */
export const MOST_TEXT = 1_000_000;
/** Most of an error's message that is kept: some quote the data that they are about at length. */
const MOST_MESSAGE = 2_000;

/**
 * Makes the entry of a statement that has ended. From here on nothing secret is in it.
 * @param view of a statement that is done, failed or cancelled, and was sent
 * @param sql its whole text
 */
export function historyEntry(
  id: string,
  where: { readonly file: string; readonly clusterId: string },
  view: StatementView,
  sql: string,
): HistoryEntry | undefined {
  const { state, target, columns, failure } = view;
  if (state !== 'done' && state !== 'failed' && state !== 'cancelled') return undefined;
  // A long statement is only looked at as far as it is kept. What follows might tell that there are secrets.
  const isLong = sql.length > MOST_TEXT;
  const withoutSecrets = isLong ? maskLiterals(cut(sql)) : maskSecrets(sql);
  const masked = isLong || withoutSecrets !== sql;
  const text = cut(withoutSecrets);
  return {
    id,
    at: view.startedAt,
    ...where,
    cluster: target.cluster,
    node: target.node,
    role: target.role,
    ms: Math.round(view.elapsedMs),
    outcome: state,
    ...(view.commandTag !== undefined && { tag: view.commandTag }),
    ...(columns.length > 0 && { rows: view.rowCount }),
    ...(failure?.code !== undefined && { code: failure.code }),
    ...(failure && !masked && { message: failure.message.slice(0, MOST_MESSAGE) }),
    sql: text,
    ...(masked && { masked }),
    ...((isLong || text.length < withoutSecrets.length) && { wholeLength: sql.length }),
  };
}

/** As much as is kept, without half of a surrogate pair. */
const cut = (text: string): string =>
  text.length > MOST_TEXT ? text.slice(0, MOST_TEXT).replace(/[\uD800-\uDBFF]$/, '') : text;
