import type { FailureView } from '../../contract/results.ts';
import type { TransactionMode } from '../../contract/settings.ts';
import { ServerError, SqlState } from '../../postgres/errors.ts';
import type { Session } from '../../postgres/session.ts';
import { classify } from '../classify/classify.ts';
import { remedyView } from '../writes/remedies.ts';

/**
 * Whether a transaction is to be begun before a statement, because the person commits by hand, none is open, and it
 * doesn't say itself where one begins or ends. Before what PostgreSQL's parser doesn't know one is begun, too, so that
 * nothing takes effect that the person hasn't committed.
 */
export const wantsTransaction = async (
  mode: TransactionMode,
  { transactionStatus }: Pick<Session, 'transactionStatus'>,
  sql: string,
): Promise<boolean> =>
  mode === 'manual' && transactionStatus === 'idle' && (await classify(sql)).kind !== 'transaction';

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
