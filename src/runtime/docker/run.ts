import { CommandError } from '../runtime.ts';
import { ask, type CommandOptions, describeCommand, type Outcome } from './commandLine.ts';
import { lookAtEngine } from './engine.ts';
import type { EngineReason } from './engineProblem.ts';

/** A command failed because the engine can't be used (any more); the message says what to do. */
export class EngineError extends CommandError {
  readonly reason: EngineReason;
  constructor(reason: EngineReason, message: string, output: string) {
    super(message, output);
    this.reason = reason;
  }
}

/**
 * Runs a command of the engine's that is to succeed.
 * @returns what it printed, without the line break at its end
 * @throws CommandError; EngineError where the engine can't be used
 */
export const run = async (
  program: string,
  args: readonly string[],
  options?: CommandOptions,
): Promise<string> => {
  const outcome = await ask(program, args, options);
  if (outcome.exitCode === 0) return outcome.stdout.trimEnd();
  throw await failure(program, describeCommand(program, args), outcome);
};

/**
 * Runs a command of the engine's that fails where there is no such thing as it asks for.
 * @returns what it printed, or undefined where it failed
 * @throws CommandError; EngineError where the engine can't be used
 */
export const find = async (
  program: string,
  args: readonly string[],
  options?: CommandOptions,
): Promise<string | undefined> => {
  const outcome = await ask(program, args, options);
  if (outcome.exitCode === 0) return outcome.stdout.trimEnd();
  const error = await failure(program, describeCommand(program, args), outcome);
  if (error instanceof EngineError) throw error;
  return undefined;
};

/**
 * Runs a command of the engine's that makes something; one that is there already is fine.
 * @param lookUp a command that fails where there is no such thing
 * @throws CommandError; EngineError where the engine can't be used
 */
export const make = async (
  program: string,
  args: readonly string[],
  lookUp: readonly string[],
): Promise<void> => {
  const outcome = await ask(program, args);
  if (outcome.exitCode === 0 || (await find(program, lookUp)) !== undefined) return;
  throw await failure(program, describeCommand(program, args), outcome);
};

/**
 * The error for a command that failed. An engine that is gone is the reason for whatever else went wrong.
 * @param what the command, for people: `docker start`, `initdb`
 */
export const failure = async (program: string, what: string, outcome: Outcome): Promise<CommandError> => {
  const output = [outcome.stderr, outcome.stdout].filter((text) => text !== '').join('\n');
  const engine = await lookAtEngine(program);
  return engine.state === 'ready'
    ? new CommandError(`${what} failed (exit code ${outcome.exitCode}).`, output)
    : new EngineError(engine.reason, `${engine.message} ${engine.nextStep}`, output);
};
