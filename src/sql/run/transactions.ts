import type { FailureView } from '../../contract/results.ts';
import type { TransactionMode } from '../../contract/settings.ts';
import { ServerError, SqlState } from '../../postgres/errors.ts';
import type { Session } from '../../postgres/session.ts';
import { remedyView } from '../writes/remedies.ts';

/** Statements that say themselves where a transaction begins and ends (PostgreSQL manual, part VI). */
const CONTROL =
  /^(begin|start\s+transaction|commit|end|rollback|abort|savepoint|release|prepare\s+transaction)\b/i;

/** Whether a transaction is to be begun before a statement, because the person commits by hand. */
export const wantsTransaction = (
  mode: TransactionMode,
  { transactionStatus }: Pick<Session, 'transactionStatus'>,
  sql: string,
): boolean => mode === 'manual' && transactionStatus === 'idle' && !CONTROL.test(sql);

/**
 * Whether a statement failed because it was in a transaction: the server keeps some for itself, such as VACUUM and
 * CREATE DATABASE, and procedures that commit. It knows them best, so they aren't listed here: it refuses them before
 * they do anything (PreventInTransactionBlock in PostgreSQL's xact.c), or undoes what they did.
 */
const refusesTransaction = (failure: unknown): boolean =>
  failure instanceof ServerError &&
  (failure.code === SqlState.invalidTransactionTermination ||
    (failure.code === SqlState.activeTransaction && failure.routine === 'PreventInTransactionBlock'));

/**
 * What a failed statement has to do with transactions, and what can be done about that.
 * @param session the connection that it failed on, after a transaction that was begun only for it was rolled back
 */
export const explainTransaction = (
  mode: TransactionMode,
  failure: unknown,
  { transactionStatus }: Pick<Session, 'transactionStatus'>,
  nodeName: string,
): Pick<FailureView, 'explanation' | 'remedies'> => {
  const refused = refusesTransaction(failure);
  if (transactionStatus === 'failed') {
    const explanation = 'It can’t run inside a transaction. Roll back, then run it by itself.';
    return { ...(refused && { explanation }), remedies: [remedyView('rollback', nodeName)] };
  }
  if (!refused || mode === 'auto') return { remedies: [] };
  const explanation =
    'It can’t run inside a transaction, and this file commits by hand, so one was begun for it. Nothing has changed. Run without a transaction, it takes effect at once.';
  return { explanation, remedies: [remedyView('outside', nodeName)] };
};
