import type { StandbyWrites, TransactionMode } from '../../contract/settings.ts';
import { ConnectionError } from '../../postgres/errors.ts';
import type { ResultLimits } from '../../postgres/resultLimits.ts';
import type { Session } from '../../postgres/session.ts';
import { classify } from '../classify/classify.ts';
import { directWriteHazard } from '../writes/directWrites.ts';
import { explainStandbyRefusal, standbyRefusal, wayUnasked } from '../writes/standbyWrites.ts';
import { IN_DOUBT, runOnPrimary, runOnWorker } from './elsewhere.ts';
import { failureView } from './failure.ts';
import { describeLoss, type FileSession } from './fileSession.ts';
import type { RunLocation } from './location.ts';
import type { RunStatement } from './runStatement.ts';
import type { Target } from './target.ts';
import { explainTransaction, wantsTransaction } from './transactions.ts';

/** How statements are executed; each is asked for at each statement. */
export interface ExecutorSettings {
  /** What is to happen to a write that a standby refuses. */
  readonly standbyWrites: () => StandbyWrites;
  /** Where results stop. */
  readonly limits: () => ResultLimits;
  /** Whether statements commit by themselves. */
  readonly transactions: () => TransactionMode;
}

/**
 * Executes one statement at a time on a file's connection: sees to what it needs before, and when it fails to what can
 * be done about that. How it went is in the statement's view.
 */
export class Executor {
  readonly #location: RunLocation;
  readonly #file: string;
  readonly #settings: ExecutorSettings;

  /** @param file its name, for people */
  constructor(location: RunLocation, file: string, settings: ExecutorSettings) {
    this.#location = location;
    this.#file = file;
    this.#settings = settings;
  }

  /** Executes a statement; where it fails explains that, and does what needs no asking about it. */
  async execute(statement: RunStatement, session: Session, signal: AbortSignal): Promise<void> {
    const failure = await this.#send(statement, session, signal);
    const policy = this.#settings.standbyWrites();
    await this.explain(statement, failure, session, signal, policy);
    const refusal = !session.closed && session.inHotStandby ? standbyRefusal(failure) : undefined;
    const remedies = statement.view.failure?.remedies ?? [];
    const { text } = statement.sent;
    const way = refusal && wayUnasked(policy, refusal, await classify(text), this.#target, remedies);
    if (way === 'primary' || way === 'worker') await this.#runElsewhere(way, statement, session, signal);
    else if (way === 'direct') await this.#runDirectlyOnce(statement, session, signal);
  }

  /**
   * Executes a failed statement again, in a way that was offered for it.
   * @param way the remedy's id; rolling back is none, it only makes room for others
   * @returns whether it succeeded
   * @throws ServerError, ConnectionError where it can't be tried at all
   */
  retry(way: string, statement: RunStatement, session: Session, signal: AbortSignal): Promise<boolean> {
    switch (way) {
      case 'primary':
      case 'worker':
        return this.#runElsewhere(way, statement, session, signal);
      case 'outside':
        return this.#runOutside(statement, session, signal);
      default:
        return this.#runDirectly(statement, session, signal);
    }
  }

  /** Begins a transaction before a statement or command where the person commits by hand, and none is open. */
  async begin(statement: RunStatement, session: Session): Promise<'begun' | 'not needed' | 'refused'> {
    const mode = this.#settings.transactions();
    if (!(await wantsTransaction(mode, session, statement.sent.text))) return 'not needed';
    try {
      await session.run('BEGIN');
      return 'begun';
    } catch (error) {
      statement.refuse(failureView(error));
      return 'refused';
    }
  }

  /** Tells what a failure means, and what can be done about it. */
  async explain(
    statement: RunStatement,
    failure: unknown,
    session: Session,
    signal: AbortSignal,
    policy = this.#settings.standbyWrites(),
  ): Promise<void> {
    if (statement.view.state !== 'failed') return;
    if (session.closed) {
      const { kind, mayWrite, ends } = await classify(statement.sent.text);
      const open = session.transactionStatus !== 'idle';
      // What is done within a transaction is undone with it, unless it is what commits it, as newer syntax could.
      const isInDoubt = open ? ends === 'commit' || kind === 'unknown' : mayWrite;
      const inDoubt = failure instanceof ConnectionError && isInDoubt;
      const loss = describeLoss(inDoubt && open ? undefined : open);
      statement.explain({ explanation: inDoubt ? `${IN_DOUBT} ${loss}` : loss });
      return;
    }
    const refusal = session.inHotStandby ? standbyRefusal(failure) : undefined;
    const explained =
      refusal &&
      (await explainStandbyRefusal(policy, refusal, statement.sent, session, this.#target, signal));
    const outOfTime = this.#connection.timeLimit.explain(failure, statement.view.elapsedMs);
    const { remedies, explanation = outOfTime } = explainTransaction(
      this.#settings.transactions(),
      failure,
      session,
      this.#target.nodeName,
    );
    statement.explain({
      ...(explanation !== undefined && { explanation }),
      ...explained,
      remedies: [...(explained?.remedies ?? []), ...remedies],
    });
  }

  get #connection(): FileSession {
    return this.#location.connection;
  }

  get #target(): Target {
    return this.#location.target;
  }

  /** @returns the error that the statement failed with */
  async #send(statement: RunStatement, session: Session, signal: AbortSignal): Promise<unknown> {
    const { directWrites } = this.#target;
    const policy = this.#settings.standbyWrites();
    // What was allowed before the setting said otherwise.
    if (this.#connection.writesDirectly && policy !== 'ask' && session.transactionStatus === 'idle') {
      await directWrites?.withdraw(session);
      this.#connection.writesDirectly = false;
    }
    const guarded = this.#connection.writesDirectly && session.inHotStandby;
    const hazard =
      directWrites && guarded && (await classify(statement.sent.text)).mayWrite
        ? await directWriteHazard(session, this.#target, directWrites, signal)
        : undefined;
    if (hazard !== undefined) {
      statement.refuse({
        message: `Not sent: ${hazard}.`,
        hint: 'A write could go to the place that a shard has just left, and be lost. Run it again in a moment.',
      });
      return undefined;
    }
    return this.#sendInTransaction(statement, session, signal);
  }

  /** Runs a statement on the file's connection, in a transaction where the person commits by hand. */
  async #sendInTransaction(statement: RunStatement, session: Session, signal: AbortSignal): Promise<unknown> {
    const begun = await this.begin(statement, session);
    if (begun === 'refused') return undefined;
    const failure = await statement.execute(this.#target, session, signal, this.#settings.limits());
    // Nothing is in it yet. What a standby refuses is explained as part of it, since it must not go on elsewhere unasked.
    const inVain =
      begun === 'begun' && statement.view.state !== 'done' && !session.closed && !session.inHotStandby;
    if (inVain) await session.run('ROLLBACK');
    return failure;
  }

  async #runOutside(statement: RunStatement, session: Session, signal: AbortSignal): Promise<boolean> {
    await statement.reset();
    const failure = await statement.execute(this.#target, session, signal, this.#settings.limits());
    await this.explain(statement, failure, session, signal);
    return statement.view.state === 'done';
  }

  #runElsewhere(
    where: 'primary' | 'worker',
    statement: RunStatement,
    standby: Session,
    signal: AbortSignal,
  ): Promise<boolean> {
    const run = where === 'primary' ? runOnPrimary : runOnWorker;
    return run(statement, { standby, target: this.#target, file: this.#file, signal });
  }

  /** Sends a write to its shard, which was found to be safe just now; the next one is asked about again. */
  async #runDirectlyOnce(statement: RunStatement, session: Session, signal: AbortSignal): Promise<void> {
    const { directWrites } = this.#target;
    await directWrites?.allow(session);
    try {
      await statement.reset();
      const failure = await statement.execute(this.#target, session, signal);
      await this.explain(statement, failure, session, signal, 'direct');
    } finally {
      if (!session.closed) await directWrites?.withdraw(session);
    }
    if (statement.view.state !== 'done') return;
    statement.note({
      severity: 'NOTICE',
      message: `${this.#target.nodeName} is a standby: it sent this to its one shard itself.`,
    });
  }

  async #runDirectly(statement: RunStatement, session: Session, signal: AbortSignal): Promise<boolean> {
    await this.#target.directWrites?.allow(session);
    this.#connection.writesDirectly = true;
    await statement.reset();
    const failure = await this.#send(statement, session, signal);
    await this.explain(statement, failure, session, signal);
    return statement.view.state === 'done';
  }
}
