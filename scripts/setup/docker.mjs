import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { canInstallPackages, installPackages } from './debian.mjs';
import { onInterrupt, run, start, which } from './processes.mjs';
import { progress, Unavailable } from './progress.mjs';
import { findRegistry } from './registry.mjs';

/**
 * An engine for the tests that need containers.
 *
 * @typedef {object} Engine
 * @property {NodeJS.ProcessEnv} env what the tests find it by
 * @property {() => Promise<void>} stop removes what was started for them
 */

/** What tests make bears this label. */
const testLabel = 'citus-multi-coordinator.test=true';
const systemFolders = ['/usr/sbin', '/usr/local/sbin'];
const readyMs = 30_000;
const stopMs = 20_000;
/** Its networks' addresses: of a range for benchmarks of networks (RFC 2544), which nobody routes. */
const addresses = 'base=198.18.0.0/16,size=24';

/**
 * Does something while there is an engine: the one that answers, or else a daemon of our own, installed where that
 * is possible. Where there is none, the tests are told why.
 *
 * @template T
 * @param {(env: NodeJS.ProcessEnv) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withDocker(use) {
  const engine = await ensureDocker().catch(unavailableEngine);
  try {
    const registry = await findRegistry();
    return await use({ ...engine.env, ...(registry !== undefined && { CITUS_TEST_REGISTRY: registry }) });
  } finally {
    await engine.stop();
  }
}

/**
 * @param {unknown} error
 * @returns {Engine}
 */
function unavailableEngine(error) {
  if (!(error instanceof Unavailable)) throw error;
  return { env: { CITUS_TEST_NO_CONTAINERS: error.message }, stop: async () => undefined };
}

/**
 * @returns {Promise<Engine>}
 * @throws {Unavailable} when there is no engine and none can be started
 */
async function ensureDocker() {
  const client = await which('docker');
  if (client !== undefined && (await answers(client))) return foreignEngine(client);
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Unavailable('Docker is not running (start it, or run the tests as root on Debian)');
  }
  if ((await findDaemon()) === undefined && (await canInstallPackages())) await installPackages('docker.io');
  const [docker, daemon] = [await which('docker'), await findDaemon()];
  if (docker === undefined || daemon === undefined) throw new Unavailable('Docker is not installed');
  // Where its package starts it, there is one now.
  if (await answers(docker)) return foreignEngine(docker);
  return await startDaemon(docker, daemon);
}

/**
 * An engine that isn't ours: only the images that tests have made in it are removed.
 *
 * @param {string} docker
 * @returns {Engine}
 */
function foreignEngine(docker) {
  const prune = ['image', 'prune', '--all', '--force', '--filter', `label=${testLabel}`];
  return {
    env: {},
    stop: async () => {
      await run(docker, prune, { stdio: 'ignore', tidiesUp: true });
    },
  };
}

const findDaemon = () => which('dockerd', systemFolders);

/**
 * A daemon in a folder of its own, which touches nothing else: it has no default network, leaves the firewall and
 * routing alone (ports are published by its proxy) and has a containerd of its own.
 *
 * @param {string} docker
 * @param {string} daemon
 * @returns {Promise<Engine>}
 */
async function startDaemon(docker, daemon) {
  progress('Starting a Docker daemon for the tests…');
  const folder = await mkdtemp(join(tmpdir(), 'citus-docker-'));
  const socket = `unix://${join(folder, 'socket')}`;
  const logFile = join(folder, 'log');
  const log = await open(logFile, 'w');
  // Not by `start`: an interrupted script ends what that has started before it tidies up, and this must tidy up itself.
  const child = spawn(
    daemon,
    [
      ...['--host', socket, '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'run')],
      ...['--pidfile', join(folder, 'pid'), '--containerd-namespace', 'citus-test'],
      ...['--bridge', 'none', '--default-address-pool', addresses, '--iptables=false', '--ip-forward=false'],
    ],
    { stdio: ['ignore', log.fd, log.fd], env: withSystemFolders(process.env), detached: true },
  );
  await log.close();
  const exited = once(child, 'exit').catch(() => undefined);
  const env = { DOCKER_HOST: socket };
  /** @type {Promise<void> | undefined} */
  let stopping;
  const stop = () => (stopping ??= endDaemon(docker, child, exited, folder).finally(forget));
  const forget = onInterrupt(stop);

  let hasEnded = false;
  void exited.then(() => (hasEnded = true));
  const deadline = Date.now() + readyMs;
  while (!hasEnded && Date.now() < deadline) {
    if (await answers(docker, env)) {
      const problem = await unpackProblem(docker, env);
      if (problem === undefined) return { env, stop };
      await stop();
      throw new Unavailable(`A Docker daemon runs here, but can't unpack images: ${problem}`);
    }
    await delay(50);
  }
  const lastWords = (await readFile(logFile, 'utf8').catch(() => '')).trim().split('\n').at(-1);
  await stop();
  throw new Unavailable(`A Docker daemon can't be started here: ${lastWords}`);
}

/**
 * Has a daemon unpack an image with nothing in it, which fails where it may not mount.
 *
 * @param {string} docker
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string | undefined>} what it says where it can't
 */
async function unpackProblem(docker, env) {
  const { child, exited } = start(docker, ['import', '-'], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text) => (words += text));
  child.stdin?.on('error', () => undefined).end(Buffer.alloc(1024)); // The end of an archive, and no more of it.
  const { code } = await exited;
  return code === 0 ? undefined : words.trim();
}

/**
 * @param {string} docker
 * @param {import('node:child_process').ChildProcess} child
 * @param {Promise<unknown>} exited
 * @param {string} folder
 */
async function endDaemon(docker, child, exited, folder) {
  const env = { ...process.env, DOCKER_HOST: `unix://${join(folder, 'socket')}` };
  const stdio = /** @type {['ignore', 'pipe', 'ignore']} */ (['ignore', 'pipe', 'ignore']);
  const options = { env, stdio, tidiesUp: true };
  // The daemon would leave its networks' bridges, and wait for containers that don't end when asked.
  const { output } = await run(docker, ['ps', '--all', '--quiet'], options);
  const containers = output.split('\n').filter((id) => id !== '');
  if (containers.length > 0) await run(docker, ['rm', '--force', '--volumes', ...containers], options);
  await run(docker, ['network', 'prune', '--force'], options);

  child.kill('SIGTERM');
  await Promise.race([exited, delay(stopMs, undefined, { ref: false })]);
  if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  await exited;
  await unmount(folder);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** What a daemon that ended the hard way has left mounted. @param {string} folder */
async function unmount(folder) {
  const mounts = (await readFile('/proc/self/mounts', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  for (const mount of mounts.filter((path) => path.startsWith(`${folder}/`)).reverse()) {
    await run('umount', ['--lazy', mount], { stdio: 'ignore', tidiesUp: true });
  }
}

/**
 * @param {string} docker
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<boolean>} whether a daemon answers
 */
async function answers(docker, env) {
  const { ok } = await run(docker, ['version'], {
    stdio: 'ignore',
    env: { ...process.env, ...env },
    deadlineMs: 5_000,
  });
  return ok;
}

/**
 * The daemon looks for its helpers on PATH.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function withSystemFolders(env) {
  return { ...env, PATH: [env.PATH, ...systemFolders, '/sbin'].join(':') };
}
