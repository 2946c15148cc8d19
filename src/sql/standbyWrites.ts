import { ServerError, SqlState } from '../postgres/errors.ts';
import type { Session } from '../postgres/session.ts';
import { directWriteHazard } from './directWrites.ts';
import { type Remedy, remedyView } from './remedies.ts';
import type { Target } from './target.ts';

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

/** Statements that matter to the connection that runs them only, so that another one can't run them in its place. */
const BOUND_TO_CONNECTION = /^((listen|unlisten|execute)\b|create\s+((local|global)\s+)?temp(orary)?\b)/i;

/** Whether a write that this standby refused runs on the primary without asking: where it never could run here. */
export const isRouted = (sql: string, session: Session, target: Target): boolean =>
  target.directWrites === undefined && session.transactionStatus === 'idle' && !BOUND_TO_CONNECTION.test(sql);

const COMMIT = /^(commit|end)\b/i;

export interface Explanation {
  readonly explanation: string;
  readonly remedies: readonly Remedy[];
}

/**
 * Explains a write that a standby refused, and finds the ways that it could work.
 * @param session the file's connection, after the refusal
 */
export const explainStandbyRefusal = async (
  refusal: StandbyRefusal,
  sql: string,
  session: Session,
  target: Target,
  signal: AbortSignal,
): Promise<Explanation> => {
  const { nodeName } = target;
  const primary = await target.findPrimary(signal);
  const what =
    refusal === 'read-only'
      ? `${nodeName} is a standby: it follows the primary coordinator and takes no writes of its own.`
      : `${nodeName} is a standby, and this write touches more than one shard or node. To do that all or nothing, it would need a transaction of its own, which a standby can't have. Nothing was changed.`;
  const sentences = [what];
  const remedies: Remedy[] = [];

  const there = `attach the file to ${primary ? `${primary.nodeName}, the primary` : 'the primary coordinator'}, and run the transaction there.`;
  if (COMMIT.test(sql)) {
    sentences.push(`The whole transaction was rolled back: ${there}`);
    return { explanation: sentences.join(' '), remedies };
  }
  if (session.transactionStatus !== 'idle') {
    sentences.push(`It belongs to a transaction, which can't go on elsewhere: roll it back, ${there}`);
    return { explanation: sentences.join(' '), remedies };
  }

  if (!primary) {
    sentences.push('No primary coordinator answers right now.');
  } else if (BOUND_TO_CONNECTION.test(sql)) {
    sentences.push(
      `It is for the connection that runs it: to use it, attach the file to ${primary.nodeName}, the primary.`,
    );
  } else {
    remedies.push(remedyView('primary', primary.nodeName));
  }

  const { directWrites } = target;
  if (refusal === 'read-only' && (await directWrites?.isPossible(session, sql))) {
    const hazard = directWrites && (await directWriteHazard(session, target, directWrites, signal));
    if (hazard === undefined) {
      remedies.push(remedyView('direct', nodeName));
    } else {
      sentences.push(
        `It touches one shard only, which a standby may be allowed to write. But ${hazard}, so the write could be lost. Run it again in a moment to have this offered.`,
      );
    }
  }
  return { explanation: sentences.join(' '), remedies };
};
