import { waitUntil } from '../../postgres/waitUntil.ts';
import { isPortFree } from '../ports.ts';
import {
  CommandError,
  type HostFiles,
  type NodeHost,
  type Runtime,
  type RuntimeOwner,
  type RuntimeProblem,
} from '../runtime.ts';
import { ask } from './commandLine.ts';
import { DockerNode } from './dockerNode.ts';
import { lookAtEngine } from './engine.ts';
import { type ClusterNames, namesOf } from './names.ts';
import type { DockerChoice } from './nodeContainer.ts';
import { find, run } from './run.ts';

const REMOVAL_DEADLINE_MS = 60_000;
/** What `df` ends with where there is no such program. */
const NOT_FOUND = 127;

/** Servers as containers: one network a cluster, one volume a node, all of it labelled with the cluster's id. */
export class DockerRuntime implements Runtime {
  readonly files: HostFiles;
  readonly #owner: RuntimeOwner;
  readonly #choice: DockerChoice;
  readonly #names: ClusterNames;

  /** @param files those of this machine, for the cluster's folder */
  constructor(owner: RuntimeOwner, choice: DockerChoice, files: HostFiles) {
    this.#owner = owner;
    this.#choice = choice;
    this.#names = namesOf(owner);
    this.files = files;
  }

  node(name: string): NodeHost {
    const node = this.#owner.nodes.find((candidate) => candidate.name === name);
    if (node === undefined) throw new Error(`${this.#owner.name} has no node ${name}.`);
    return new DockerNode(name, node.port, this.#names, this.#choice);
  }

  async problem(neededBytes: number): Promise<RuntimeProblem | undefined> {
    const { program, image } = this.#choice;
    const engine = await lookAtEngine(program);
    if (engine.state === 'unusable') return engine;
    if ((await find(program, ['image', 'inspect', image])) === undefined) {
      return {
        message: `The image ${image} is not on this machine.`,
        nextStep: `Pull it: ${engine.kind} pull ${image}`,
      };
    }
    const freeBytes = await this.#freeBytes();
    if (freeBytes !== undefined && freeBytes < neededBytes) {
      const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MB`;
      return {
        message: `The disk of ${program} has ${megabytes(freeBytes)} of free space; about ${megabytes(neededBytes)} are needed.`,
        nextStep: `Make room there, for example with “${engine.kind} system prune”.`,
      };
    }
    return undefined;
  }

  isPortFree(port: number): Promise<boolean> {
    return isPortFree(port);
  }

  async prepare(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { program } = this.#choice;
    const { network, labels } = this.#names;
    if ((await find(program, ['network', 'inspect', network])) !== undefined) return;
    await run(program, ['network', 'create', ...labels, network]);
  }

  removeNode(name: string): Promise<void> {
    return this.#removeAll(this.#names.node(name).filters);
  }

  remove(): Promise<void> {
    return this.#removeAll([this.#names.filter]);
  }

  /** Removes all that bears the labels. */
  async #removeAll(filters: readonly string[]): Promise<void> {
    const { program } = this.#choice;
    // What goes away by itself in the meantime fails to be removed, so only the next look tells.
    const removed = await waitUntil(
      async () => {
        const { containers, volumes, networks } = await this.#found(filters);
        if (containers.length > 0) await ask(program, ['rm', '--force', '--volumes', ...containers]);
        if (volumes.length > 0) await ask(program, ['volume', 'rm', '--force', ...volumes]);
        if (networks.length > 0) await ask(program, ['network', 'rm', ...networks]);
        return containers.length + volumes.length + networks.length === 0;
      },
      { deadlineMs: REMOVAL_DEADLINE_MS },
    );
    if (removed) return;
    const names = Object.values(await this.#found(filters))
      .flat()
      .join(', ');
    throw new CommandError(`These can’t be removed from ${program}: ${names}.`, '');
  }

  async #found(filters: readonly string[]): Promise<Record<'containers' | 'volumes' | 'networks', string[]>> {
    const list = async (...args: string[]): Promise<string[]> => {
      const matching = filters.flatMap((filter) => ['--filter', filter]);
      const printed = await run(this.#choice.program, [...args, '--quiet', ...matching]);
      return printed.split('\n').filter((line) => line !== '');
    };
    return {
      containers: await list('ps', '--all'),
      volumes: await list('volume', 'ls'),
      networks: await list('network', 'ls'),
    };
  }

  /** Free space where the engine keeps its volumes, which may be another machine's disk; undefined where it can't be told. */
  async #freeBytes(): Promise<number | undefined> {
    const { program, image } = this.#choice;
    const options = ['--rm', ...this.#names.labels, '--pull=never', '--network=none', '--entrypoint=df'];
    const { exitCode, stdout } = await ask(program, ['run', ...options, image, '-Pk', '/']);
    if (exitCode === NOT_FOUND) return undefined;
    const available = Number(stdout.split('\n')[1]?.split(/\s+/)[3]);
    return Number.isFinite(available) ? available * 1024 : undefined;
  }
}
