import type { TransactionMode } from '../../contract/settings.ts';
import type { TransactionStatus } from '../../postgres/session.ts';
import { type StatementClass, worksBesideTransaction } from '../classify/classify.ts';

/**
 * What there is to say of a statement that has to be run to be measured, and may change something: what becomes of its
 * changes when they are rolled back or kept, and what neither undoes.
 * @param status of the connection that it is to run on
 */
export const measuringWords = (
  { kind, functions, mayBeHalfDone }: StatementClass,
  mode: TransactionMode,
  status: TransactionStatus,
): string => {
  const rolledBack =
    status === 'idle'
      ? 'Rolled back, all tables stay as they are now.'
      : 'Rolled back, it leaves your open transaction as it is now.';
  const kept =
    status !== 'idle'
      ? 'Kept, its changes are part of that transaction.'
      : mode === 'manual'
        ? 'Kept, its changes wait for your COMMIT.'
        : 'Kept, its changes are committed.';
  const beside = functions.filter(worksBesideTransaction).map(({ name }) => name);
  const stays =
    kind === 'unknown'
      ? 'Its syntax isn’t known here, so what it does can’t be told beforehand.'
      : mayBeHalfDone
        ? `${beside.join(', ')} ${beside.length === 1 ? 'works' : 'work'} on other servers outside of the transaction: what is done there can’t be rolled back.`
        : 'What is done outside of the transaction can’t be rolled back: numbers drawn from sequences, and what functions or triggers do on other servers or with files.';
  return `${rolledBack} ${kept}\n\n${stays}`;
};
