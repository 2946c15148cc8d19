import { realpath } from 'node:fs/promises';
import { waitUntil } from '../../postgres/waitUntil.ts';
import { isPortFree } from '../ports.ts';
import { CommandError, type Runtime, type RuntimeProblem } from '../runtime.ts';
import { folderProblem } from './folderProblem.ts';
import { LocalFiles } from './localFiles.ts';
import { LocalNode, socketFolder } from './localNode.ts';
import type { OsUser } from './osUser.ts';
import { type PostgresProcess, postgresProcesses, worksInside } from './processes.ts';
import { ServerPrograms } from './serverPrograms.ts';

/** How long a leftover program may take to end after being asked. */
const END_DEADLINE_MS = 20_000;

/** Servers as processes of this machine, all in the cluster's folder. */
export class LocalRuntime implements Runtime {
  readonly files: LocalFiles;
  readonly #folder: string;
  readonly #user: OsUser | undefined;
  readonly #programs: ServerPrograms;

  /**
   * @param folder the cluster's folder
   * @param user the account that runs the servers, where it isn't ours
   */
  constructor(folder: string, binDirectory: string, user: OsUser | undefined) {
    this.#folder = folder;
    this.#user = user;
    this.#programs = new ServerPrograms(binDirectory, user);
    this.files = new LocalFiles(user);
  }

  node(name: string): LocalNode {
    return new LocalNode(this.#folder, name, this.files, this.#programs);
  }

  problem(neededBytes: number): Promise<RuntimeProblem | undefined> {
    return folderProblem(this.#folder, neededBytes, this.#user);
  }

  isPortFree(port: number): Promise<boolean> {
    return isPortFree(port);
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  async removeNode(name: string): Promise<void> {
    const node = this.node(name);
    await this.#endProcesses(node.paths.data, [node]);
    await this.#clear([node]);
  }

  async remove(nodeNames: readonly string[]): Promise<void> {
    const nodes = nodeNames.map((name) => this.node(name));
    await this.#endProcesses(this.#folder, nodes);
    await this.#clear(nodes);
    await this.files.remove(socketFolder(this.#folder));
  }

  async #clear(nodes: readonly LocalNode[]): Promise<void> {
    for (const { paths, log } of nodes) {
      await this.files.remove(paths.data);
      await this.files.remove(paths.password);
      await this.files.remove(log);
    }
  }

  /** Ends every program of PostgreSQL's that works in a folder, what a crashed run of ours left behind among them. */
  async #endProcesses(folder: string, nodes: readonly LocalNode[]): Promise<void> {
    const real = await realpath(folder).catch(() => folder);
    const leftovers = async (): Promise<PostgresProcess[]> =>
      (await postgresProcesses()).filter((candidate) => worksInside(real, candidate));
    const end = async (): Promise<boolean> => {
      for (const node of nodes) {
        // It may stop by itself between the look and the order.
        if (await node.isAlive()) await node.stop('immediate').catch(() => undefined);
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
}

const signalQuietly = (pid: number): void => {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It ended in the meantime.
  }
};
