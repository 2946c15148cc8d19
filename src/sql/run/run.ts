import type { RunView } from '../../contract/results.ts';
import { classify } from '../classify/classify.ts';
import type { Session } from '../../postgres/session.ts';
import { Activity } from './activity.ts';
import { Executor, type ExecutorSettings } from './executor.ts';
import { failureView } from './failure.ts';
import type { FileRun } from './fileRun.ts';
import type { Ask } from '../psql/ask.ts';
import { isCommand } from '../psql/commands.ts';
import { Interpreter } from '../psql/interpreter.ts';
import { readScript, type Refusal, type Source } from '../psql/script.ts';
import { describeLoss, type FileSession } from './fileSession.ts';
import { RunLocation } from './location.ts';
import type { ExplainWay } from '../plan/explain.ts';
import type { CreateResultFile } from '../results/resultFiles.ts';
import { RunStatement } from './runStatement.ts';
import type { Piece } from '../splitter/piece.ts';
import type { Target } from './target.ts';
import { terminate } from './terminate.ts';

export interface RunRequest extends ExecutorSettings {
  readonly id: number;
  /** The file's name, for people. */
  readonly file: string;
  /** What to run, in order, at least one; offsets and lines are those of the file. */
  readonly pieces: readonly Piece[];
  /** What they are pieces of. */
  readonly source: Source;
  /** Whether that is the whole file, which begins anew: a transaction that failed is rolled back first. */
  readonly wholeFile: boolean;
  /** Seconds that a statement may take; 0: as long as it likes. */
  readonly statementTimeout: number;
  /** Asks for parameters, and for what `\prompt` wants. */
  readonly ask: Ask;
  /** How plans are asked for, where those are wanted instead of results. */
  readonly explain?: ExplainWay;
}

/** psql commands by which rows come in, or statements are run. */
const WRITING_COMMANDS: ReadonlySet<string> = new Set(['\\copy', '\\gexec']);

/**
 * Statements and psql commands of a file, run in order on the file's connection. The first that fails stops it, unless
 * the script says otherwise; the rest is skipped. What the server says is in the view, not thrown.
 */
export class SqlRun implements FileRun {
  readonly id: number;
  readonly file: string;
  readonly statements: readonly RunStatement[];
  readonly #wholeFile: boolean;
  readonly #statementTimeout: number;
  readonly #interpreter: Interpreter;
  readonly #refusal: Refusal | undefined;
  readonly #location: RunLocation;
  readonly #executor: Executor;
  /** The statement whose failure stopped the run. */
  #stoppedAt: number | undefined;
  #activity: Activity | undefined;

  /**
   * @param createFile makes a file for a result that is too large for memory
   * @param changed called after each change of a statement's view
   */
  constructor(
    request: RunRequest,
    connection: FileSession,
    target: Target,
    createFile: CreateResultFile,
    changed: (statement: RunStatement) => void = () => undefined,
  ) {
    this.id = request.id;
    this.file = request.file;
    const { pieces, source, explain } = request;
    const { steps, refusal } = readScript(pieces, source, isCommand, target.nodeName);
    this.statements = steps.map(
      (step, id) => new RunStatement(id, step, target, createFile, changed, explain),
    );
    this.#refusal = refusal;
    this.#interpreter = new Interpreter(connection.variables, request.ask);
    this.#wholeFile = request.wholeFile;
    this.#statementTimeout = request.statementTimeout;
    this.#location = new RunLocation(connection, target, request.file);
    this.#executor = new Executor(this.#location, request.file, request);
  }

  get #connection(): FileSession {
    return this.#location.connection;
  }

  get #target(): Target {
    return this.#location.target;
  }

  get running(): boolean {
    return this.#activity !== undefined;
  }

  get view(): RunView {
    return {
      id: this.id,
      file: this.file,
      running: this.running,
      statements: this.statements.map((statement) => statement.view),
    };
  }

  /** Runs all statements. Nothing at all is run where one of them is for psql only. */
  async run(): Promise<void> {
    await this.#active(async (signal) => {
      if (this.#refusal) {
        const { index, offset, message, hint } = this.#refusal;
        this.statements[index]?.refuse({ message, hint }, offset);
        return;
      }
      const session = await this.#connect(signal);
      if (!session || !(await this.#interpreter.askAhead(this.statements, { session, signal }))) return;
      await this.#runFrom(0, session, signal);
    });
  }

  /** Cancels the running statement on its server; those after it are skipped. Rows that a limit left are given up. */
  cancel(): void {
    this.#activity?.cancel();
    if (this.running) return;
    for (const statement of this.statements) void statement.giveUpRest();
  }

  /** Fetches the rows of a statement that a limit left; nothing is run again. */
  async fetchRest(statementId: number): Promise<void> {
    const statement = this.statements[statementId];
    const session = this.#connection.current;
    if (!statement || !session || this.running) return;
    await this.#active(async (signal) => {
      const failure = await statement.fetchRest(signal);
      await this.#executor.explain(statement, failure, session, signal);
    });
  }

  /** Milliseconds since it was cancelled, while it goes on all the same. */
  get cancelledFor(): number | undefined {
    return this.#activity?.cancelledFor;
  }

  /**
   * Ends the connection that the running statement is on, where cancelling does nothing: what was open on it is lost,
   * which the statement says then. Those after it are skipped.
   * @returns `server` where the server has ended it, `here` where only the socket could be dropped, undefined where no
   * statement runs
   */
  async terminate(): Promise<'server' | 'here' | undefined> {
    const on = this.statements.find(({ runningOn }) => runningOn)?.runningOn;
    return on && terminate(on.server, on.session);
  }

  /**
   * Does what a failed statement offers, and where that makes it succeed goes on with the rest.
   * @throws ServerError, ConnectionError where it can't be tried at all
   */
  async applyRemedy(statementId: number, remedyId: string): Promise<void> {
    const statement = this.statements[statementId];
    const offered = statement?.view.failure?.remedies.some(({ id }) => id === remedyId);
    if (!statement || !offered || this.running) return;
    const session = this.#connection.current;
    if (!session) {
      statement.explain({
        explanation: `The connection has been lost since. ${describeLoss(false)}`,
        remedies: [],
      });
      return;
    }
    await this.#active(async (signal) => {
      if (remedyId === 'rollback') {
        await session.run('ROLLBACK');
        statement.explain({ explanation: 'The transaction has been rolled back.', remedies: [] });
        return;
      }
      const succeeded = await this.#executor.retry(remedyId, statement, session, signal);
      if (!succeeded) return;
      this.#interpreter.note(statement);
      // Where the script says that failures don't matter, the rest has been run.
      if (this.#stoppedAt === statementId) await this.#runFrom(statementId + 1, session, signal);
    });
  }

  /** Cancels, frees all rows, and deletes their files. */
  async close(): Promise<void> {
    this.cancel();
    await Promise.all([this.#location.comeHome(), ...this.statements.map((statement) => statement.clear())]);
  }

  async #active(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const activity = new Activity();
    this.#activity = activity;
    try {
      await work(activity.signal);
    } catch (error) {
      if (!activity.signal.aborted) throw error;
    } finally {
      const offers = this.statements.some(
        ({ view }) => (view.failure?.remedies.length ?? 0) > 0 || view.limit?.open === true,
      );
      const last = this.statements.findLast(({ view }) => view.startedAt > 0);
      if (!offers) await this.#location.comeHome(last);
      this.#activity = undefined;
      for (const statement of this.statements) {
        if (statement.view.state === 'pending') statement.skip();
      }
    }
  }

  /** Opens the file's connection; a failure to do so is the first statement's failure. */
  async #connect(signal: AbortSignal): Promise<Session | undefined> {
    const [first] = this.statements;
    const { loss } = this.#connection;
    try {
      const session = await this.#connection.open(signal);
      await this.#connection.timeLimit.apply(session, this.#statementTimeout);
      if (loss) {
        first?.note({
          severity: 'WARNING',
          message: 'This is a new connection: the one before was lost.',
          detail: `${loss.error.message} ${describeLoss(loss.openTransaction)}`,
        });
      }
      return session;
    } catch (error) {
      if (!signal.aborted) first?.refuse(failureView(error));
      return undefined;
    }
  }

  async #runFrom(index: number, session: Session, signal: AbortSignal): Promise<void> {
    this.#stoppedAt = undefined;
    const statements = this.statements.slice(index);
    for (const statement of statements) {
      if (statement.view.state !== 'pending') await statement.reset();
    }
    if (index === 0 && this.#wholeFile) await this.#rollBackLeftover(session);
    for (const statement of statements) {
      if (signal.aborted) return;
      await this.#runStep(statement, signal);
      const { state, id } = statement.view;
      if (state === 'cancelled') return;
      if (state !== 'failed') continue;
      if (!this.#interpreter.stopsOnError && this.#connection.current) continue;
      this.#stoppedAt = id;
      return;
    }
  }

  /** @param signal of the run */
  async #runStep(statement: RunStatement, signal: AbortSignal): Promise<void> {
    const session = this.#connection.current;
    if (!session) return;
    const skipped = this.#interpreter.whySkipped(statement);
    if (skipped !== undefined) {
      statement.skip(skipped);
      return;
    }
    if (statement.piece.kind === 'psql') {
      const writes = WRITING_COMMANDS.has(statement.piece.name.toLowerCase());
      if (writes && (await this.#executor.begin(statement, session)) === 'refused') return;
      const failure = await this.#interpreter.command(statement, this.statements[statement.view.id - 1], {
        session,
        server: this.#target,
        signal,
        connect: (place) => this.#location.goTo(place, statement, signal),
      });
      await this.#executor.explain(statement, failure, session, signal);
      return;
    }
    if (!(await this.#interpreter.prepare(statement, { session, signal }))) return;
    await this.#executor.execute(statement, session, signal);
    this.#interpreter.note(statement);
  }

  async #rollBackLeftover(session: Session): Promise<void> {
    const [first] = this.statements;
    if (!first || session.transactionStatus !== 'failed') return;
    if ((await classify(first.piece.text)).ends !== undefined) return;
    await session.run('ROLLBACK');
    first.note({ severity: 'NOTICE', message: 'The transaction that had failed before was rolled back.' });
  }
}
