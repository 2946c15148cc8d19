import type { ServerCommand, StopMode } from '../../postgres/serverCommands.ts';
import {
  CommandError,
  type LogView,
  type NodeHost,
  type NodePaths,
  type PsqlLogin,
  type TerminalCommand,
} from '../runtime.ts';
import { ask } from './commandLine.ts';
import { ContainerFiles } from './containerFiles.ts';
import type { ClusterNames } from './names.ts';
import { type DockerChoice, NodeContainer } from './nodeContainer.ts';
import { EngineError, failure, run } from './run.ts';

/** Folder inside that the node's volume is mounted on. */
const MOUNT = '/var/lib/citus-multi-coordinator';
/** The volume's own folder is root's, so the servers' user has one in it. */
const HOME = `${MOUNT}/server`;
/** More than the wait for the server below. */
const START_DEADLINE_MS = 90_000;
const STOP_DEADLINE_MS = 90_000;
const LOG_DEADLINE_MS = 10_000;
/** More lines than anybody asks for bytes of. */
const LOG_LINES = 1000;

/** Waits until the server accepts connections, a minute at most. Not every sleep knows fractions. */
const WAIT_UNTIL_READY = `
tries=0
until pg_isready --quiet --host=127.0.0.1; do
  tries=$((tries + 1))
  [ "$tries" -lt 1000 ] || exit 1
  sleep 0.05 2>/dev/null || sleep 1
done
`;

/** Signals that end a server (PostgreSQL manual, 19.5 "Shutting Down the Server"). */
const STOP_SIGNALS: Readonly<Record<StopMode, string>> = { fast: 'INT', immediate: 'QUIT' };

/** One node's server in a container, with its data on a volume. */
export class DockerNode implements NodeHost {
  readonly paths: NodePaths = {
    data: `${HOME}/data`,
    password: `${HOME}/password`,
    passfile: `${HOME}/passfile`,
    sockets: `${HOME}/run`,
  };
  readonly files: ContainerFiles;
  readonly #container: NodeContainer;
  readonly #program: string;

  /** @param port the port of this machine's loopback interface to publish the server on */
  constructor(node: string, port: number, names: ClusterNames, choice: DockerChoice) {
    this.#program = choice.program;
    this.#container = new NodeContainer({
      node,
      port,
      choice,
      names: names.node(node),
      network: names.network,
      mount: MOUNT,
      folders: ['server', 'server/run'],
      command: ['postgres', '-D', this.paths.data],
      env: { PGPASSFILE: this.paths.passfile, LC_ALL: 'C.UTF-8' },
    });
    this.files = new ContainerFiles(this.#container, this.#program);
  }

  async create(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await this.#container.create();
  }

  async run<T>(command: ServerCommand<T>, signal?: AbortSignal): Promise<T> {
    const { file, args, env, deadlineMs } = command;
    const outcome = await this.#container.inside([file, ...args], {
      env,
      signal,
      deadlineMs,
      needsNetwork: true,
    });
    if (outcome.exitCode !== 0) throw await failure(this.#program, file, outcome);
    return command.parse(outcome.stdout.trimEnd());
  }

  async start(signal?: AbortSignal): Promise<void> {
    const { name } = this.#container;
    signal?.throwIfAborted();
    await run(this.#program, ['start', name]);
    const waiting = await ask(this.#program, ['exec', name, 'sh', '-c', WAIT_UNTIL_READY], {
      deadlineMs: START_DEADLINE_MS,
      ...(signal && { signal }),
    });
    if (waiting.exitCode === 0) return;
    const container = await this.#container.look();
    throw new CommandError(
      container?.State.Running
        ? 'The server did not accept connections within a minute.'
        : `The server ended as it was started (exit code ${container?.State.ExitCode ?? 'unknown'}).`,
      '',
    );
  }

  async stop(mode: StopMode, signal?: AbortSignal): Promise<void> {
    const { name } = this.#container;
    const order = await ask(this.#program, ['kill', `--signal=${STOP_SIGNALS[mode]}`, name]);
    // It may have stopped by itself.
    if (order.exitCode !== 0 && (await this.isAlive())) {
      throw await failure(this.#program, `Stopping ${name}`, order);
    }
    await run(this.#program, ['wait', name], {
      deadlineMs: STOP_DEADLINE_MS,
      ...(signal && { signal }),
    });
  }

  /** A stopped engine runs no container. @throws EngineError where the engine doesn't tell */
  async isAlive(): Promise<boolean> {
    try {
      return (await this.#container.look())?.State.Running ?? false;
    } catch (error) {
      if (error instanceof EngineError && error.reason === 'stopped') return false;
      throw error;
    }
  }

  async logEnd(bytes: number): Promise<string> {
    const args = ['logs', `--tail=${LOG_LINES}`, this.#container.name];
    const { exitCode, stdout, stderr } = await ask(this.#program, args, { deadlineMs: LOG_DEADLINE_MS });
    if (exitCode !== 0) return '';
    const log = Buffer.from(stdout + stderr);
    return log.toString('utf8', Math.max(0, log.length - bytes));
  }

  logView(): LogView {
    const args = ['logs', '--follow', `--tail=${LOG_LINES}`, this.#container.name];
    return { kind: 'terminal', command: { file: this.#program, args, env: engineAddress() } };
  }

  async psql({ host, port, user, database }: PsqlLogin): Promise<TerminalCommand | string> {
    const { name } = this.#container;
    try {
      const contents = await this.#container.contents();
      if (!contents?.hasPsql) return 'There is no psql in the container’s image.';
    } catch (error) {
      if (error instanceof CommandError) return error.message;
      throw error;
    }
    const login = [`--host=${host}`, `--port=${port}`, `--username=${user}`, `--dbname=${database}`];
    return {
      file: this.#program,
      // The password comes from the passfile inside, which the container's environment names.
      args: ['exec', '--interactive', '--tty', name, 'psql', ...login],
      env: engineAddress(),
    };
  }

  /** Images without pg_basebackup are refused. */
  dataFolderCopy(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

/** A terminal is to speak to the same engine as we do. */
const engineAddress = (): Record<string, string> =>
  Object.fromEntries(
    ['DOCKER_HOST', 'DOCKER_CONTEXT', 'CONTAINER_HOST'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
