import { access, constants, realpath } from 'node:fs/promises';
import path from 'node:path';
import { startServer, type ServerCommand, stopServer, type StopMode } from '../../postgres/serverCommands.ts';
import type { DataFolderCopy, LogView, NodeHost, NodePaths, PsqlLogin, TerminalCommand } from '../runtime.ts';
import { copyDataFolder } from './copyDataFolder.ts';
import type { LocalFiles } from './localFiles.ts';
import { postgresProcess, worksInside } from './processes.ts';
import type { ServerPrograms } from './serverPrograms.ts';

/** One node's server as a process of this machine, in the cluster's folder. */
export class LocalNode implements NodeHost {
  readonly paths: NodePaths;
  readonly files: LocalFiles;
  readonly log: string;
  readonly #programs: ServerPrograms;

  constructor(folder: string, name: string, files: LocalFiles, programs: ServerPrograms) {
    this.paths = {
      data: path.join(folder, name),
      password: path.join(folder, `${name}.password`),
      passfile: path.join(folder, 'passfile'),
      sockets: socketFolder(folder),
    };
    this.log = path.join(folder, `${name}.log`);
    this.files = files;
    this.#programs = programs;
  }

  async create(): Promise<void> {
    await this.files.makeDirectory(this.paths.sockets, 0o700);
  }

  run<T>(command: ServerCommand<T>, signal?: AbortSignal): Promise<T> {
    return this.#programs.run(command, signal);
  }

  async start(signal?: AbortSignal): Promise<void> {
    await this.run(startServer(this.paths.data, this.log, this.paths.passfile), signal);
  }

  async stop(mode: StopMode, signal?: AbortSignal): Promise<void> {
    await this.run(stopServer(this.paths.data, mode), signal);
  }

  async isAlive(): Promise<boolean> {
    return (await this.postmaster()) !== undefined;
  }

  /**
   * Process id of the live server of the data folder. A pid in a file is believed only if that process really
   * works there.
   */
  async postmaster(): Promise<number | undefined> {
    const pidFile = await this.files.read(path.join(this.paths.data, 'postmaster.pid'));
    const pid = Number(pidFile?.split('\n')[0]);
    if (!Number.isInteger(pid) || pid <= 1) return undefined;
    const candidate = await postgresProcess(pid);
    const folder = await realpath(this.paths.data);
    return candidate !== undefined && worksInside(folder, candidate) ? pid : undefined;
  }

  logEnd(bytes: number): Promise<string> {
    return this.files.readEnd(this.log, bytes);
  }

  logView(): LogView {
    return { kind: 'file', path: this.log };
  }

  async psql({ host, port, user, database }: PsqlLogin): Promise<TerminalCommand | string> {
    const { binDirectory } = this.#programs;
    const onPath = (process.env['PATH'] ?? '').split(path.delimiter);
    const file = await firstExecutable('psql', [binDirectory, ...onPath]);
    if (file === undefined) return 'This PostgreSQL has no psql, and there is none on the PATH.';
    return {
      file,
      args: [],
      // The password comes from the passfile, so it is in no command line.
      env: {
        PGHOST: host,
        PGPORT: String(port),
        PGUSER: user,
        PGDATABASE: database,
        PGPASSFILE: this.paths.passfile,
      },
    };
  }

  async dataFolderCopy(): Promise<DataFolderCopy | undefined> {
    if ((await firstExecutable('pg_basebackup', [this.#programs.binDirectory])) !== undefined)
      return undefined;
    return (source, signal) => copyDataFolder(source.data, this.paths.data, signal);
  }
}

/** Folder of the sockets of all of a cluster's servers; their names differ by port. */
export const socketFolder = (folder: string): string => path.join(folder, 'run');

const firstExecutable = async (program: string, folders: readonly string[]): Promise<string | undefined> => {
  for (const folder of folders) {
    const file = path.join(folder, program);
    const executable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== '' && executable) return file;
  }
  return undefined;
};
