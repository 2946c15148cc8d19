import type { Session } from '../../postgres/session.ts';
import type { RunStatement } from '../run/runStatement.ts';
import type { Target } from '../run/target.ts';
import { ArgumentError, readArguments } from './arguments.ts';
import type { Ask } from './ask.ts';
import { parseBoolean } from './boolean.ts';
import type { Place } from './command.ts';
import { CommandError } from './commandError.ts';
import { findCommand, WHOLE_LINE_COMMANDS } from './commands.ts';
import { Conditionals } from './conditionals.ts';
import { InterpolationError } from './interpolate.ts';
import { certainParameters, GivenUp, ParameterValues } from './parameterValues.ts';
import { asSent } from './parameters.ts';
import type { Variables } from './variables.ts';

/** Where a run is. */
export interface Whereabouts {
  readonly session: Session;
  readonly server: Target;
  readonly signal: AbortSignal;
  /** Goes on elsewhere until the run ends. @throws CommandError, ServerError, ConnectionError */
  readonly connect: (place: Place) => Promise<void>;
}

/** What psql's commands make of a script on its way: which branches are run, with which variables and parameters. */
export class Interpreter {
  readonly #variables: Variables;
  readonly #ask: Ask;
  readonly #parameters: ParameterValues;
  /** Of each file that is being run, the outermost first. */
  readonly #blocks: Conditionals[] = [new Conditionals()];
  /** `\q` was met in a file so many levels down. */
  #quit: number | undefined;

  constructor(variables: Variables, ask: Ask) {
    this.#variables = variables;
    this.#ask = ask;
    this.#parameters = new ParameterValues(ask);
  }

  /** Whether a failure ends the run. */
  get stopsOnError(): boolean {
    return parseBoolean(this.#variables.get('ON_ERROR_STOP') ?? 'off') ?? true;
  }

  /**
   * Asks for the values that are sure to be needed.
   * @returns whether they were given; otherwise nothing is to be sent
   * @throws ConnectionError
   */
  async askAhead(
    statements: readonly RunStatement[],
    { session, signal }: Pick<Whereabouts, 'session' | 'signal'>,
  ): Promise<boolean> {
    for (const { statement, parametrized, names } of certainParameters(statements, this.#variables)) {
      try {
        await this.#parameters.complete(statement, parametrized, session, signal, names);
      } catch (error) {
        if (!(error instanceof GivenUp)) throw error;
        statement.giveUp(`${error.message} Nothing was sent.`);
        return false;
      }
    }
    return true;
  }

  /** Why a step isn't to be run, as a clause; undefined where it is. */
  whySkipped({ step: { depth, piece } }: RunStatement): string | undefined {
    if (this.#quit !== undefined) {
      if (depth >= this.#quit) return '\\q ended the script before it';
      this.#quit = undefined;
    }
    this.#blocks.length = Math.min(this.#blocks.length, depth + 1);
    if (this.#blocks.length <= depth) return 'the file it is in was left out';
    const { active } = this.#here;
    const decides = piece.kind === 'psql' && /^\\(if|elif|else|endif)$/.test(piece.name);
    return active || decides ? undefined : 'its branch of \\if was not taken';
  }

  /**
   * Makes of a statement what goes to the server.
   * @returns whether it is to go there
   * @throws ConnectionError
   */
  async prepare(
    statement: RunStatement,
    { session, signal }: Pick<Whereabouts, 'session' | 'signal'>,
  ): Promise<boolean> {
    try {
      const parametrized = asSent(statement.piece.text, this.#variables);
      const described = statement.step.sentBy === '\\gdesc';
      if (!described) await this.#parameters.complete(statement, parametrized, session, signal);
      statement.sent = {
        text: parametrized.text,
        values: described ? [] : this.#parameters.of(statement, parametrized),
        origin: parametrized.origin,
      };
      if (described) statement.skip('\\gdesc only asks what it would give');
      return !described;
    } catch (error) {
      if (error instanceof GivenUp) statement.giveUp(`${error.message} This statement was not sent.`);
      else if (error instanceof InterpolationError) statement.refuse({ message: error.message });
      else throw error;
      return false;
    }
  }

  /** Notes how a statement went, for those that ask by variables. */
  note({ view: { state, failure, commandTag = '' } }: RunStatement): void {
    if (state === 'done') this.#variables.succeeded(Number(/ (\d+)$/.exec(commandTag)?.[1] ?? 0));
    else if (state === 'failed') this.#variables.failed(failure?.code ?? '', failure?.message ?? '');
  }

  /**
   * Does a psql command; how it went is in its view.
   * @param previous the step before it
   * @returns the error that it failed with
   */
  async command(
    statement: RunStatement,
    previous: RunStatement | undefined,
    where: Whereabouts,
  ): Promise<unknown> {
    const { piece, step } = statement;
    if (piece.kind !== 'psql') return undefined;
    const { name } = piece;
    const text = piece.text.slice(name.length);
    return statement.perform(where.server, where.session, where.signal, async () => {
      if (step.problem !== undefined) throw new CommandError(step.problem);
      const tag = this.#control(statement, name, text);
      if (tag !== undefined) return { commandTag: tag, stopped: false };
      const args = WHOLE_LINE_COMMANDS.has(name.toLowerCase()) ? [] : this.#arguments(text);
      const completion = await findCommand(name)?.({
        ...where,
        name,
        text,
        args,
        statement,
        previous,
        variables: this.#variables,
        ask: this.#ask,
      });
      return { stopped: false, ...completion, commandTag: completion?.commandTag ?? name };
    });
  }

  get #here(): Conditionals {
    return this.#blocks.at(-1) ?? new Conditionals();
  }

  /** @returns what there is to say of a command that decides what is run; undefined for the others */
  #control(statement: RunStatement, name: string, text: string): string | undefined {
    const here = this.#here;
    switch (name) {
      case '\\if':
      case '\\elif': {
        const counts = here.evaluates(name);
        const condition = counts && this.#condition(statement, name, text);
        if (name === '\\if') here.if(condition);
        else here.elif(condition);
        return counts ? `${name} ${condition ? 'true' : 'false'}` : name;
      }
      case '\\else':
        here.else();
        return name;
      case '\\endif':
        here.endif();
        return name;
      case '\\q':
      case '\\quit':
        this.#quit = statement.step.depth;
        return name;
      case '\\i':
      case '\\ir':
      case '\\include':
      case '\\include_relative':
        this.#blocks.push(new Conditionals());
        return name;
      default:
        return undefined;
    }
  }

  #condition(statement: RunStatement, name: string, text: string): boolean {
    const expression = this.#arguments(text)
      .map(({ value }) => value)
      .join(' ');
    const condition = parseBoolean(expression);
    if (condition !== undefined) return condition;
    statement.note({
      severity: 'WARNING',
      message: `“${expression}” is neither true nor false, so ${name} takes it as false.`,
    });
    return false;
  }

  /** @throws CommandError */
  #arguments(text: string): ReturnType<typeof readArguments> {
    try {
      return readArguments(text, this.#variables);
    } catch (error) {
      if (error instanceof ArgumentError) throw new CommandError(error.message);
      throw error;
    }
  }
}
