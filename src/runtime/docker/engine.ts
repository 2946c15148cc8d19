import { access, constants, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import type { ContainerEngine } from '../containers.ts';
import { CommandError } from '../runtime.ts';
import { ask, type Outcome } from './commandLine.ts';
import { reach } from './endpoint.ts';
import {
  type EngineFacts,
  type EngineProblem,
  engineProblem,
  type EngineReason,
  type Host,
} from './engineProblem.ts';

/** An engine that can be used, or why it can't. */
export type EngineState =
  ({ readonly state: 'ready' } & ContainerEngine) | ({ readonly state: 'unusable' } & EngineProblem);

const DEADLINE_MS = 5000;

/** Where installers put the programs, besides PATH; `~` stands for the home folder. */
const USUAL_FOLDERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['/usr/bin', '/usr/local/bin', '/snap/bin'],
  darwin: [
    '/usr/local/bin',
    '/opt/homebrew/bin',
    '~/.docker/bin',
    '/Applications/Docker.app/Contents/Resources/bin',
    '~/.orbstack/bin',
    '~/.rd/bin',
    '/opt/podman/bin',
  ],
  win32: ['C:\\Program Files\\Docker\\Docker\\resources\\bin', 'C:\\Program Files\\RedHat\\Podman'],
};

/** What `docker version` prints; there is no `Server` where it reaches none. */
const DockerVersion = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    Client: v.object({ ApiVersion: v.string() }),
    Server: v.nullish(v.object({ Version: v.string(), Os: v.string() })),
  }),
);
/** What `podman version` prints. It may call itself `docker`, so the two are told apart by this. */
const PodmanVersion = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ Client: v.object({ APIVersion: v.string(), Version: v.string() }) }),
);

/**
 * Finds Docker, or else Podman: the first that can be used right now. Which daemon that is, DOCKER_HOST,
 * DOCKER_CONTEXT and the chosen context decide, as in a terminal.
 */
export const findEngine = async (): Promise<EngineState> => {
  let problem: EngineState | undefined;
  for (const name of ['docker', 'podman']) {
    const program = await findProgram(name);
    if (program === undefined) continue;
    const state = await lookAtEngine(program);
    if (state.state === 'ready') return state;
    problem ??= state;
  }
  return problem ?? unusable('docker', 'absent');
};

/**
 * Asks whether one engine can be used right now.
 * @param program `docker` or `podman`, by its full path
 */
export const lookAtEngine = async (program: string): Promise<EngineState> => {
  if (!(await isExecutable(program))) return unusable('docker', 'absent', { program });
  const version = await askQuietly(program, ['version', '--format', '{{json .}}']);
  const docker = v.safeParse(DockerVersion, version.stdout);
  if (docker.success) {
    const { Server: server } = docker.output;
    if (!server) return await whyNoDaemon(program, version);
    if (server.Os === 'windows') return unusable('docker', 'windows-containers');
    return { state: 'ready', kind: 'docker', program, version: server.Version };
  }
  const podman = v.safeParse(PodmanVersion, version.stdout);
  if (podman.success) {
    // It runs containers itself, or in a virtual machine that may be stopped.
    const info = await askQuietly(program, ['info']);
    if (info.exitCode === 0) {
      return { state: 'ready', kind: 'podman', program, version: podman.output.Client.Version };
    }
    const inMachine = process.platform !== 'linux';
    return await unusable('podman', inMachine ? 'stopped' : 'unreachable', { output: info.stderr });
  }
  // What Docker Desktop puts on the PATH of a distribution that it isn't shared with only prints a hint.
  if ((await host()) === 'wsl' && program.startsWith('/mnt/')) return unusable('docker', 'not-integrated');
  return await unusable('docker', 'unreachable', { output: version.stderr });
};

/** The command line works, but no daemon answered it: its socket tells why. */
const whyNoDaemon = async (program: string, { stderr }: Outcome): Promise<EngineState> => {
  const context = await askQuietly(program, ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}']);
  const endpoint = context.stdout.trim();
  switch (await reach(endpoint)) {
    case 'missing':
    case 'refused':
      // Another machine's daemon is nothing that can be started here.
      return await unusable('docker', endpoint.startsWith('tcp:') ? 'unreachable' : 'stopped', { endpoint });
    case 'forbidden':
      return await unusable('docker', 'forbidden', { endpoint });
    case 'connected':
    case 'unreachable':
    case undefined:
      return await unusable('docker', 'unreachable', { endpoint, output: stderr });
  }
};

/** An engine that hangs or can't be run is one that fails. */
const askQuietly = async (program: string, args: readonly string[]): Promise<Outcome> => {
  try {
    return await ask(program, args, { deadlineMs: DEADLINE_MS });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { exitCode: 1, stdout: '', stderr: error.message };
  }
};

const unusable = async (
  kind: ContainerEngine['kind'],
  reason: EngineReason,
  facts: EngineFacts = {},
): Promise<EngineState> => ({ state: 'unusable', ...engineProblem(kind, reason, await host(), facts) });

const host = async (): Promise<Host> => {
  if (process.platform === 'darwin') return 'macos';
  if (process.platform === 'win32') return 'windows';
  const kernel = await readFile('/proc/sys/kernel/osrelease', 'utf8').catch(() => '');
  return /microsoft/i.test(kernel) ? 'wsl' : 'linux';
};

/** Full path of a program on PATH, or where installers put it. */
const findProgram = async (name: string): Promise<string | undefined> => {
  const usual = (USUAL_FOLDERS[process.platform] ?? []).map((folder) => folder.replace('~', os.homedir()));
  const onPath = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  for (const folder of [...onPath, ...usual]) {
    const candidate = path.join(folder, file);
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
};

const isExecutable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
