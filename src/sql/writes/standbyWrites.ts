import type { StandbyWrites } from '../../contract/settings.ts';
import { ServerError, SqlState } from '../../postgres/errors.ts';
import type { Session } from '../../postgres/session.ts';
import { classify, type StatementClass } from '../classify/classify.ts';
import type { BoundStatement } from '../../postgres/statement.ts';
import { guardDirectWrite } from './directWrites.ts';
import { isRunByPlanning, mayBeHalfDone } from './functions.ts';
import { type Remedy, type RemedyId, remedyView } from './remedies.ts';
import type { Target } from '../run/target.ts';
import { findWritingWorker } from './workerWrites.ts';

/**
 * How a standby coordinator refuses a write:
 * - `read-only`: as any standby does; - `two-phase`: it began, but touches more than one shard or node, for which a
 *   standby would need a transaction of its own.
 */
export type StandbyRefusal = 'read-only' | 'two-phase';

/**
 * Tells a standby's refusal of a write from other errors. SQLSTATEs and the functions that report them were tried on
 * PostgreSQL 15 with Citus 13.2: all is 25006 but locks (55000) and, where a standby may write to shards itself, writes
 * that reach for a transaction id (XX000). Those two codes have other uses, so there the reporting function decides.
 */
export const standbyRefusal = (error: unknown): StandbyRefusal | undefined => {
  if (!(error instanceof ServerError)) return undefined;
  const { code, routine } = error;
  if (code === SqlState.readOnlyTransaction) return 'read-only';
  if (code === SqlState.objectNotInPrerequisiteState && routine === 'LockAcquireExtended') return 'read-only';
  if (code === SqlState.internalError && routine === 'GetNewTransactionId') return 'two-phase';
  return undefined;
};

/** What a statement is, also by the functions that it calls, see StatementClass and mayBeHalfDone. */
export const classifyRefused = async (
  standby: Session,
  { text }: Pick<BoundStatement, 'text'>,
): Promise<StatementClass> => {
  const kind = await classify(text);
  return { ...kind, mayBeHalfDone: await mayBeHalfDone(standby, kind) };
};

/**
 * Which of the ways that work is taken without asking.
 * @param remedies what was found to work, see explainStandbyRefusal
 * @returns undefined where the person decides
 */
export const wayUnasked = (
  policy: StandbyWrites,
  refusal: StandbyRefusal,
  { mayBeHalfDone }: StatementClass,
  target: Pick<Target, 'directWrites' | 'readOnly'>,
  remedies: readonly Remedy[],
): 'primary' | 'worker' | 'direct' | undefined => {
  if (refusal !== 'read-only' || mayBeHalfDone || target.readOnly) return undefined;
  const works = (id: RemedyId): boolean => remedies.some((remedy) => remedy.id === id);
  if (policy === 'direct' && works('direct')) return 'direct';
  // Where a standby can never write there is nothing to choose.
  const routed = policy === 'route' || (policy !== 'refuse' && target.directWrites === undefined);
  if (routed && works('primary')) return 'primary';
  return policy === 'route' && works('worker') ? 'worker' : undefined;
};

/** Whether a standby may send it to a shard itself, if it touches only one: what it writes is known before it runs. */
export const isDirectKind = ({ kind, hasPlan }: StatementClass): boolean => kind === 'write' && hasPlan;

export interface Explanation {
  readonly explanation: string;
  readonly remedies: readonly Remedy[];
}

/**
 * Explains a write that a standby refused, and finds the ways that it could work.
 * @param policy with `refuse` no ways are looked for
 * @param session the file's connection, after the refusal
 */
export const explainStandbyRefusal = async (
  policy: StandbyWrites,
  refusal: StandbyRefusal,
  statement: BoundStatement,
  session: Session,
  target: Target,
  signal: AbortSignal,
): Promise<Explanation> => {
  const { nodeName } = target;
  const kind = await classifyRefused(session, statement);
  const primary = await target.findPrimary(signal);
  const what =
    refusal === 'read-only'
      ? `${nodeName} is a standby: it follows the primary coordinator and takes no writes of its own.`
      : `${nodeName} is a standby, and this write touches more than one shard or node. To do that all or nothing, it would need a transaction of its own, which a standby can't have. Nothing was changed.`;
  const sentences = [what];
  const remedies: Remedy[] = [];

  const there = `attach the file to ${primary ? `${primary.nodeName}, the primary` : 'the primary coordinator'}, and run the transaction there.`;
  if (kind.ends === 'commit') {
    sentences.push(`The whole transaction was rolled back: ${there}`);
    return { explanation: sentences.join(' '), remedies };
  }
  if (session.transactionStatus !== 'idle') {
    sentences.push(`It belongs to a transaction, which can't go on elsewhere: roll it back, ${there}`);
    return { explanation: sentences.join(' '), remedies };
  }

  if (target.readOnly) {
    sentences.push('The file is marked read-only in its header, so it is sent nowhere else.');
    return { explanation: sentences.join(' '), remedies };
  }
  if (policy === 'refuse') {
    sentences.push('The setting citus.standbyWrites has writes on standbys refused.');
    return { explanation: sentences.join(' '), remedies };
  }
  if (!primary) {
    const [why, found] = await Promise.all([
      target.whyNoPrimary(signal),
      findWritingWorker(statement, session, target, signal),
    ]);
    sentences.push(`No primary coordinator answers right now: ${why}.`);
    if ('worker' in found) remedies.push(remedyView('worker', found.worker.nodeName));
    else sentences.push(found.whyNot);
  } else if (kind.boundToConnection) {
    sentences.push(
      `It is for the connection that runs it: to use it, attach the file to ${primary.nodeName}, the primary.`,
    );
  } else {
    remedies.push(remedyView('primary', primary.nodeName));
  }

  if (kind.mayBeHalfDone && remedies.length > 0) {
    sentences.push(
      'It can do a part of its work outside of its transaction, which then is done already: look before you run it elsewhere.',
    );
  }

  const { directWrites } = target;
  // Not asked for in vain: it takes a while.
  if (wayUnasked(policy, refusal, kind, target, remedies) !== undefined) {
    return { explanation: sentences.join(' '), remedies };
  }
  const possible =
    directWrites &&
    refusal === 'read-only' &&
    isDirectKind(kind) &&
    !(await isRunByPlanning(session, kind)) &&
    (await directWrites.isPossible(session, statement));
  if (possible) {
    const guard = await guardDirectWrite(statement, session, target, directWrites, signal);
    if ('release' in guard) {
      await guard.release();
      remedies.push(remedyView('direct', nodeName));
    } else {
      sentences.push(
        `It touches one shard only, which a standby may be allowed to write. But ${guard.hazard}, so the write could be lost. Run it again in a moment to have this offered.`,
      );
    }
  }
  return { explanation: sentences.join(' '), remedies };
};

/**
 * Explains a write of a psql command, such as `\copy`, that a standby refused. It is sent nowhere else.
 * @param command its name
 */
export const explainRefusedCommand = async (
  command: string,
  target: Target,
  signal: AbortSignal,
): Promise<Explanation> => {
  const primary = await target.findPrimary(signal);
  const there = primary
    ? `\\c - - ${primary.nodeName} goes to the primary, for the rest of the run.`
    : `No primary coordinator answers right now: ${await target.whyNoPrimary(signal)}.`;
  const explanation = `${target.nodeName} is a standby and takes no writes of its own, and what ${command} sends is sent nowhere else. ${there}`;
  return { explanation, remedies: [] };
};
