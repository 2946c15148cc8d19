import type { Session } from '../../postgres/session.ts';
import type { Completion } from '../../postgres/statement.ts';
import type { RunStatement } from '../run/runStatement.ts';
import type { Target } from '../run/target.ts';
import type { Argument } from './arguments.ts';
import type { Ask } from './ask.ts';
import type { Variables } from './variables.ts';

/** Where `\c` goes to; what is left out stays as it is. */
export interface Place {
  readonly database?: string;
  /** A node of the cluster by its name, or an address that it is known by. */
  readonly node?: string;
  readonly port?: number;
}

/** What a command has to work with. */
export interface CommandContext {
  /** With its backslash. */
  readonly name: string;
  /** What stands behind the name, as it is written. */
  readonly text: string;
  /** What stands behind the name, as psql reads it; empty for commands that take the whole line. */
  readonly args: readonly Argument[];
  /** The command's own place in the run, where what it has to say is shown. */
  readonly statement: RunStatement;
  /** The statement before it, which commands such as `\gset` are about. */
  readonly previous: RunStatement | undefined;
  readonly session: Session;
  readonly server: Target;
  readonly variables: Variables;
  readonly signal: AbortSignal;
  readonly ask: Ask;
  /** Goes on elsewhere until the run ends. @throws CommandError, ServerError, ConnectionError */
  readonly connect: (place: Place) => Promise<void>;
}

/**
 * Does what a command is for. What it throws fails the run.
 * @returns how it ended, where the server told, or where it may have been cancelled without an error
 */
export type Command = (context: CommandContext) => Promise<Completion | undefined> | undefined;

/** A command that was cancelled. */
export const STOPPED: Completion = { commandTag: '', stopped: true };

/** Shows a line of output with a command. */
export const print = ({ statement }: Pick<CommandContext, 'statement'>, message: string): void => {
  statement.note({ severity: 'OUTPUT', message });
};
