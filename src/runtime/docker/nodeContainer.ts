import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { ClusterError } from '../../cluster/errors.ts';
import { waitUntil } from '../../postgres/waitUntil.ts';
import type { RuntimeChoice } from '../choice.ts';
import { CommandError } from '../runtime.ts';
import { ask, type Outcome } from './commandLine.ts';
import { type ImageContents, inspectImage } from './imageContents.ts';
import type { NodeNames } from './names.ts';
import { find, make, run } from './run.ts';
import { tar, type TarEntry } from './tar.ts';

export type DockerChoice = Extract<RuntimeChoice, { kind: 'docker' }>;

/** What a node's container is made of. */
export interface ContainerPlan {
  /** The node's name, by which the others reach it. */
  readonly node: string;
  readonly names: NodeNames;
  readonly network: string;
  readonly choice: DockerChoice;
  /** The port of this machine's loopback interface that the server is published on. */
  readonly port: number;
  /** Folder inside that the node's volume is mounted on. */
  readonly mount: string;
  /** Folders on the volume to begin with, the servers' user's alone. */
  readonly folders: readonly string[];
  /** What runs in it, and what it finds in its environment, as does every program beside it. */
  readonly command: readonly [program: string, ...args: string[]];
  readonly env: Readonly<Record<string, string>>;
}

/** How to run a program inside. */
export interface InsideOptions {
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** What it reads from its standard input. */
  readonly input?: string;
  /** It speaks to other nodes. */
  readonly needsNetwork?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** 1 minute unless told. */
  readonly deadlineMs?: number;
}

/** A container as the engine describes it (`docker container inspect`). */
const Inspected = v.pipe(
  v.string(),
  v.parseJson(),
  v.tuple([
    v.object({
      Image: v.string(),
      State: v.object({ Running: v.boolean(), ExitCode: v.number() }),
      Config: v.object({ User: v.string(), Env: v.array(v.string()) }),
    }),
  ]),
  v.transform(([container]) => container),
);
type Inspected = v.InferOutput<typeof Inspected>;

/** The port that every server has inside. */
const SERVER_PORT = 5432;
const DEADLINE_MS = 60_000;
/** People wait for what is only looked at. */
const LOOK_DEADLINE_MS = 10_000;
/** How long a container may take to go away after that was ordered. */
const REMOVAL_DEADLINE_MS = 30_000;

/** One node's container with its volume: makes it, and runs programs in it or, while it doesn't run, beside it. */
export class NodeContainer {
  readonly name: string;
  readonly #plan: ContainerPlan;
  readonly #program: string;

  constructor(plan: ContainerPlan) {
    this.name = plan.names.container;
    this.#plan = plan;
    this.#program = plan.choice.program;
  }

  /**
   * Makes volume and container, as far as they aren't there, and the folders on the volume.
   * @throws ClusterError `no-image`, `bad-image`; CommandError
   */
  async create(): Promise<void> {
    const { image } = this.#plan.choice;
    const contents = await inspectImage(this.#program, image);
    if (contents === undefined) {
      throw new ClusterError(
        'no-image',
        `The image ${image} is not on this machine (any more).`,
        { image },
        { nextStep: 'Pull it, and try again.' },
      );
    }
    const { uid, gid } = contents.user;
    const env = { ...this.#plan.env, PATH: contents.path };
    const volume = ['volume', 'create', ...this.#plan.names.labels, this.name];
    await make(this.#program, volume, ['volume', 'inspect', this.name]);
    const container = ['container', 'create', ...this.#createArguments(env, `${uid}:${gid}`)];
    await make(this.#program, container, ['container', 'inspect', this.name]);
    const folders = this.#plan.folders.map((name): TarEntry => ({ name: `${name}/`, mode: 0o700 }));
    await this.unpack(this.#plan.mount, folders);
  }

  /**
   * The container as it is now; undefined where there is none.
   * @throws CommandError; EngineError where the engine can't be used
   */
  async look(): Promise<Inspected | undefined> {
    const found = await find(this.#program, ['container', 'inspect', this.name], {
      deadlineMs: LOOK_DEADLINE_MS,
    });
    return found === undefined ? undefined : v.parse(Inspected, found);
  }

  /**
   * What the container's image holds.
   * @throws CommandError where there is no container; EngineError where the engine can't be used
   */
  async contents(): Promise<ImageContents | undefined> {
    return await inspectImage(this.#program, (await this.#existing()).Image);
  }

  /**
   * Runs a program to its end, as the servers' user: in the container while that runs, else in one of its own that is
   * removed afterwards. Aborted, the latter is ended; in a running container, a program that was begun may go on.
   * @throws CommandError where it can't be run, was cancelled, or didn't end in time
   */
  async inside(argv: readonly [string, ...string[]], options: InsideOptions = {}): Promise<Outcome> {
    const container = await this.#existing();
    if (options.signal?.aborted) throw cancelled(argv[0]);
    return container.State.Running
      ? await this.#runInside(argv, options)
      : await this.#runBeside(container, argv, options);
  }

  /**
   * Puts files and folders into a folder of a container that doesn't run.
   * @returns whether that was done: not where it runs
   */
  async unpack(folder: string, entries: readonly TarEntry[]): Promise<boolean> {
    const { State: state, Config: config } = await this.#existing();
    if (state.Running) return false;
    const [uid, gid] = config.User.split(':').map(Number);
    if (uid === undefined || gid === undefined) throw new Error(`${this.name} was made by something else.`);
    await run(this.#program, ['cp', '-', `${this.name}:${folder}`], { input: tar(entries, { uid, gid }) });
    return true;
  }

  async #existing(): Promise<Inspected> {
    const container = await this.look();
    if (container) return container;
    throw new CommandError(`The container ${this.name} is not there (any more).`, '');
  }

  #createArguments(env: Readonly<Record<string, string>>, user: string): string[] {
    const { node, names, network, choice, port, mount, command } = this.#plan;
    const [program, ...args] = command;
    return [
      `--name=${this.name}`,
      ...names.labels,
      '--pull=never',
      // PostgreSQL takes orphans of other programs for its own children, and their failure for a crash of its own.
      '--init',
      `--user=${user}`,
      ...Object.entries(env).map(([name, value]) => `--env=${name}=${value}`),
      `--network=${network}`,
      `--network-alias=${node}`,
      `--publish=127.0.0.1:${port}:${SERVER_PORT}`,
      `--volume=${this.name}:${mount}`,
      `--memory=${choice.memoryMegabytes}m`,
      // For parallel queries; it counts as the container's memory.
      `--shm-size=${Math.ceil(choice.memoryMegabytes / 2)}m`,
      // A fast shutdown (PostgreSQL manual, 19.5).
      '--stop-signal=SIGINT',
      '--health-cmd=pg_isready --quiet --host=127.0.0.1',
      '--health-interval=10s',
      '--health-timeout=5s',
      '--health-start-period=60s',
      `--entrypoint=${program}`,
      choice.image,
      ...args,
    ];
  }

  async #runInside(
    argv: readonly string[],
    { env = {}, input, signal, deadlineMs = DEADLINE_MS }: InsideOptions,
  ): Promise<Outcome> {
    const environment = Object.entries(env).map(([name, value]) => `--env=${name}=${value}`);
    const interactive = input === undefined ? [] : ['--interactive'];
    return await ask(this.#program, ['exec', ...interactive, ...environment, this.name, ...argv], {
      deadlineMs,
      ...(input !== undefined && { input }),
      ...(signal && { signal }),
    });
  }

  async #runBeside(
    { Image: image, Config: { User: user, Env: inherited } }: Inspected,
    [program, ...args]: readonly [string, ...string[]],
    { env = {}, input, needsNetwork = false, signal, deadlineMs = DEADLINE_MS }: InsideOptions,
  ): Promise<Outcome> {
    const { names, network, mount } = this.#plan;
    const name = `${this.name}-${randomBytes(4).toString('hex')}`;
    const environment = [...inherited, ...Object.entries(env).map(([key, value]) => `${key}=${value}`)];
    const running = ask(
      this.#program,
      [
        'run',
        '--rm',
        `--name=${name}`,
        ...names.labels,
        '--pull=never',
        // Podman would first ask it to end, and wait.
        '--stop-timeout=0',
        ...(input === undefined ? [] : ['--interactive']),
        `--user=${user}`,
        ...environment.map((variable) => `--env=${variable}`),
        `--network=${needsNetwork ? network : 'none'}`,
        `--volume=${this.name}:${mount}`,
        `--entrypoint=${program}`,
        // The very image that the server runs: its name may stand for a newer one by now.
        image,
        ...args,
      ],
      { deadlineMs: deadlineMs + REMOVAL_DEADLINE_MS, ...(input !== undefined && { input }) },
    );
    const deadline = AbortSignal.timeout(deadlineMs);
    const stop = signal ? AbortSignal.any([signal, deadline]) : deadline;
    const outcome = await Promise.race([running, aborted(stop)]);
    if (outcome !== 'aborted') return outcome;
    await this.#end(name, running);
    throw signal?.aborted
      ? cancelled(program)
      : new CommandError(`${program} did not finish within ${deadlineMs / 1000} s.`, '');
  }

  /**
   * Ends a container by removing it until its client has ended. The client itself is left alone: it may be about to
   * make the container, which would then stay.
   */
  async #end(name: string, client: Promise<Outcome>): Promise<void> {
    let ended = false;
    const end = (): void => {
      ended = true;
    };
    client.then(end, end);
    await waitUntil(
      async () => {
        if (!ended) await ask(this.#program, ['rm', '--force', '--volumes', name]);
        return ended;
      },
      { deadlineMs: REMOVAL_DEADLINE_MS },
    );
  }
}

const cancelled = (program: string): CommandError =>
  new CommandError(`${program} was cancelled.`, '', { cancelled: true });

const aborted = (signal: AbortSignal): Promise<'aborted'> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve('aborted');
    signal.addEventListener(
      'abort',
      () => {
        resolve('aborted');
      },
      { once: true },
    );
  });
