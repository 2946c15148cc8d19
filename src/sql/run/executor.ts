import type { StandbyWrites, TransactionMode } from '../../contract/settings.ts';
import type { ResultLimits } from '../../postgres/resultLimits.ts';
import type { Session } from '../../postgres/session.ts';
import { classify } from '../classify/classify.ts';
import {
  classifyRefused,
  explainRefusedCommand,
  explainStandbyRefusal,
  isDirectKind,
  standbyRefusal,
  wayUnasked,
} from '../writes/standbyWrites.ts';
import { runOnPrimary, runOnWorker } from './elsewhere.ts';
import { failureView, IN_DOUBT, leavesInDoubt } from './failure.ts';
import { describeLoss, type FileSession } from './fileSession.ts';
import { runFromStandby } from './fromStandby.ts';
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
    const way =
      refusal &&
      remedies.length > 0 &&
      wayUnasked(policy, refusal, await classifyRefused(session, statement.sent), this.#target, remedies);
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
      const inDoubt = leavesInDoubt(failure) && isInDoubt;
      const loss = describeLoss(inDoubt && open ? undefined : open);
      statement.explain({ explanation: inDoubt ? `${IN_DOUBT} ${loss}` : loss });
      return;
    }
    const refusal = session.inHotStandby ? standbyRefusal(failure) : undefined;
    const { piece, sent } = statement;
    const explained =
      refusal &&
      (piece.kind === 'psql'
        ? await explainRefusedCommand(piece.name, this.#target, signal)
        : await explainStandbyRefusal(policy, refusal, sent, session, this.#target, signal));
    const inDoubt =
      leavesInDoubt(failure) && session.transactionStatus === 'idle' && (await classify(sent.text)).mayWrite;
    const why = inDoubt ? IN_DOUBT : this.#connection.timeLimit.explain(failure, statement.view.elapsedMs);
    const { remedies, explanation = why } = explainTransaction(
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
    // What was allowed before the setting said otherwise.
    if (this.#settings.standbyWrites() !== 'ask') this.#connection.writesDirectly = false;
    const direct =
      this.#connection.writesDirectly &&
      session.inHotStandby &&
      session.transactionStatus === 'idle' &&
      !(await wantsTransaction(this.#settings.transactions(), session, statement.sent.text)) &&
      isDirectKind(await classify(statement.sent.text));
    return direct
      ? runFromStandby(statement, session, this.#target, signal)
      : this.#sendInTransaction(statement, session, signal);
  }

  /** Runs a statement on the file's connection, in a transaction where the person commits by hand. */
  async #sendInTransaction(statement: RunStatement, session: Session, signal: AbortSignal): Promise<unknown> {
    const begun = await this.begin(statement, session);
    if (begun === 'refused') return undefined;
    // A standby's writes may have to take them along; elsewhere the parser isn't loaded for them.
    if (session.inHotStandby) {
      for (const name of (await classify(statement.sent.text)).ownSettings) session.ownSettings.add(name);
    }
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
    const { timeLimit } = this.#connection;
    return run(statement, { standby, target: this.#target, file: this.#file, signal, timeLimit });
  }

  /** Sends a write to its shard; the next one is asked about again. */
  async #runDirectlyOnce(statement: RunStatement, session: Session, signal: AbortSignal): Promise<void> {
    const failure = await runFromStandby(statement, session, this.#target, signal);
    await this.explain(statement, failure, session, signal, 'direct');
    if (statement.view.state !== 'done') return;
    statement.note({
      severity: 'NOTICE',
      message: `${this.#target.nodeName} is a standby: it sent this to its one shard itself.`,
    });
  }

  async #runDirectly(statement: RunStatement, session: Session, signal: AbortSignal): Promise<boolean> {
    this.#connection.writesDirectly = true;
    const failure = await this.#send(statement, session, signal);
    await this.explain(statement, failure, session, signal);
    return statement.view.state === 'done';
  }
}
