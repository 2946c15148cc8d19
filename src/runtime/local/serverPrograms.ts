import path from 'node:path';
import type { ServerCommand } from '../../postgres/serverCommands.ts';
import { loadExeca } from '../execa.ts';
import { CommandError } from '../runtime.ts';
import type { OsUser } from './osUser.ts';

/** PostgreSQL's programs of one install, run as the servers' user. */
export class ServerPrograms {
  readonly binDirectory: string;
  readonly #user: OsUser | undefined;

  /** @param user the account that runs the servers, where it isn't ours */
  constructor(binDirectory: string, user: OsUser | undefined) {
    this.binDirectory = binDirectory;
    this.#user = user;
  }

  /** @throws CommandError */
  async run<T>(command: ServerCommand<T>, signal?: AbortSignal): Promise<T> {
    const { execa, ExecaError } = await loadExeca();
    try {
      const { stdout } = await execa(path.join(this.binDirectory, command.file), command.args, {
        cwd: '/',
        env: this.#environment(command.env),
        extendEnv: false,
        stdin: 'ignore',
        // A server would keep a pipe open for as long as it lives, and we would wait for that.
        stdout: command.leavesServer ? 'ignore' : 'pipe',
        stderr: command.leavesServer ? 'ignore' : 'pipe',
        timeout: command.deadlineMs,
        forceKillAfterDelay: 5000,
        ...(signal && { cancelSignal: signal }),
        ...(this.#user && { uid: this.#user.uid, gid: this.#user.gid }),
      });
      return command.parse(typeof stdout === 'string' ? stdout : '');
    } catch (error) {
      if (!(error instanceof ExecaError)) throw error;
      const output = [error.stderr, error.stdout]
        .filter((text) => typeof text === 'string' && text !== '')
        .join('\n');
      if (error.isCanceled)
        throw new CommandError(`${command.file} was cancelled.`, output, { cancelled: true });
      const why = error.timedOut
        ? `did not finish within ${command.deadlineMs / 1000} s`
        : error.exitCode === undefined
          ? `could not be run: ${error.originalMessage}`
          : `failed (exit code ${error.exitCode})`;
      throw new CommandError(`${command.file} ${why}.`, output, { cause: error });
    }
  }

  #environment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
    const { PATH, TZ, HOME } = process.env;
    return {
      // The servers' own words are shown to people and are the same in every language setting.
      LC_ALL: 'C',
      ...(PATH !== undefined && { PATH }),
      ...(TZ !== undefined && { TZ }),
      ...(this.#user ? { HOME: this.#user.home } : HOME !== undefined && { HOME }),
      ...extra,
    };
  }
}
