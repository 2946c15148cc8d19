import { constants } from 'node:fs';
import { access, realpath, stat, statfs } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import type { ServerCommand } from '../../postgres/serverCommands.ts';
import { stopServer } from '../../postgres/serverCommands.ts';
import { CommandError, type FolderProblem, type Postmaster, type Runtime } from '../runtime.ts';
import { waitUntil } from '../../postgres/waitUntil.ts';
import { LocalFiles } from './localFiles.ts';
import type { OsUser } from './osUser.ts';
import { postgresProcess, postgresProcesses, worksInside } from './processes.ts';
import { loadExeca } from './execa.ts';

const LOOPBACK = '127.0.0.1';
/** How long a leftover program may take to end after being asked. */
const END_DEADLINE_MS = 20_000;

/** Servers as processes of this machine. */
export class LocalRuntime implements Runtime {
  readonly files: LocalFiles;
  readonly #binDirectory: string;
  readonly #user: OsUser | undefined;

  /** @param user the account that runs the servers, where it isn't ours */
  constructor(binDirectory: string, user: OsUser | undefined) {
    this.#binDirectory = binDirectory;
    this.#user = user;
    this.files = new LocalFiles(user);
  }

  async run<T>(command: ServerCommand<T>, signal?: AbortSignal): Promise<T> {
    const { execa, ExecaError } = await loadExeca();
    try {
      const { stdout } = await execa(path.join(this.#binDirectory, command.file), command.args, {
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

  async postmaster(dataDirectory: string): Promise<Postmaster | undefined> {
    const pidFile = await this.files.read(path.join(dataDirectory, 'postmaster.pid'));
    const pid = Number(pidFile?.split('\n')[0]);
    if (!Number.isInteger(pid) || pid <= 1) return undefined;
    const candidate = await postgresProcess(pid);
    const folder = await realpath(dataDirectory);
    return candidate !== undefined && worksInside(folder, candidate) ? { pid } : undefined;
  }

  async endProcesses(folder: string, dataDirectories: readonly string[]): Promise<void> {
    const real = await realpath(folder).catch(() => folder);
    const leftovers = async () =>
      (await postgresProcesses()).filter((candidate) => worksInside(real, candidate));
    const end = async (): Promise<boolean> => {
      for (const dataDirectory of dataDirectories) {
        if (await this.postmaster(dataDirectory)) {
          // It may stop by itself between the look and the order.
          await this.run(stopServer(dataDirectory, 'immediate')).catch(() => undefined);
        }
      }
      const found = await leftovers();
      for (const { pid, program } of found) {
        // Servers were told above; what is left of them ends with their postmaster.
        if (program !== 'postgres' && program !== 'postmaster') signalQuietly(pid);
      }
      return found.length === 0;
    };
    const ended = await waitUntil(end, { deadlineMs: END_DEADLINE_MS });
    if (!ended) {
      const names = (await leftovers()).map(({ program, pid }) => `${program} (process ${pid})`).join(', ');
      throw new CommandError(`These programs still work in ${folder} and did not end: ${names}.`, '');
    }
  }

  async isPortFree(port: number): Promise<boolean> {
    // Some systems let a listener on one address hide behind another's on all addresses, so both are asked.
    return !(await canConnect(port)) && (await canListen(port));
  }

  async checkFolder(folder: string, neededBytes: number): Promise<FolderProblem | undefined> {
    const ancestor = await nearestExisting(folder);
    if (!(await isWritable(ancestor))) {
      return {
        message: `You may not write in ${ancestor}, so ${folder} can't be made.`,
        nextStep: 'Choose a folder that you may write in.',
      };
    }
    const blocked = this.#user && (await firstClosedTo(this.#user, ancestor));
    if (this.#user && blocked !== undefined) {
      return {
        message: `PostgreSQL runs as ${this.#user.name} here, and ${this.#user.name} may not enter ${blocked}.`,
        nextStep: `Choose a folder outside of ${blocked}.`,
      };
    }
    const { bavail, bsize } = await statfs(ancestor);
    if (bavail * bsize < neededBytes) {
      const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MB`;
      return {
        message: `${ancestor} has ${megabytes(bavail * bsize)} of free space; about ${megabytes(neededBytes)} are needed.`,
        nextStep: 'Choose a folder on another disk, or make room.',
      };
    }
    return undefined;
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

const signalQuietly = (pid: number): void => {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It ended in the meantime.
  }
};

const canListen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });

const canConnect = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect({ port, host: LOOPBACK, timeout: 500 });
    const answer = (connected: boolean) => () => {
      socket.destroy();
      resolve(connected);
    };
    socket.once('connect', answer(true)).once('error', answer(false)).once('timeout', answer(false));
  });

const nearestExisting = async (folder: string): Promise<string> => {
  const exists = await stat(folder).then(
    () => true,
    () => false,
  );
  return exists || path.dirname(folder) === folder ? folder : await nearestExisting(path.dirname(folder));
};

const isWritable = (folder: string): Promise<boolean> =>
  access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );

/** The first folder on the way down to `folder` that the user may not pass. */
const firstClosedTo = async (user: OsUser, folder: string): Promise<string | undefined> => {
  const parent = path.dirname(folder);
  const above = parent === folder ? undefined : await firstClosedTo(user, parent);
  if (above !== undefined) return above;
  const { uid, gid, mode } = await stat(folder);
  const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  return (mode & bit) === 0 ? folder : undefined;
};
