import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Processes that the scripts start. Each one leads a process group of its own, so that it can be ended together
 * with everything that it started, and none of them outlives the script.
 *
 * @typedef {import('node:child_process').ChildProcess} ChildProcess
 * @typedef {import('node:child_process').SpawnOptions} SpawnOptions
 * @typedef {SpawnOptions & { tidiesUp?: boolean }} StartOptions `tidiesUp`: is started even in an interrupted script
 * @typedef {{ code: number | null, signal: NodeJS.Signals | null }} Exit
 */

const graceMs = 5_000;

/** The script is about to end; only what tidies up is started now. */
let isInterrupted = false;

/** Groups that are still to be ended, by the pid of their leader. @type {Set<number>} */
const groups = new Set();

/** What else has to be tidied up when the script is interrupted. @type {Set<() => Promise<void>>} */
const cleanups = new Set();

/**
 * Starts a process as the leader of a new group.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {StartOptions} [options] stdio is inherited unless it says otherwise
 * @returns {{ child: ChildProcess, exited: Promise<Exit> }} `exited` is rejected when `file` can't be started
 * @throws when the script is being interrupted
 */
export function start(file, args, { tidiesUp = false, ...options } = {}) {
  if (isInterrupted && !tidiesUp) throw new Error('The run was interrupted.');
  const child = spawn(file, args, { stdio: 'inherit', ...options, detached: true });
  const { pid } = child;
  if (pid !== undefined) groups.add(pid);
  const exited = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  exited.catch(() => undefined); // A caller that only looks at the child must not crash the script.
  return { child, exited };
}

/**
 * Runs a command to its end.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {StartOptions & { deadlineMs?: number }} [options] past the deadline, the command is ended and counts as failed
 * @returns {Promise<{ ok: boolean, output: string, timedOut: boolean }>} `output` is what it wrote to those of
 *   stdout and stderr that are piped
 */
export async function run(file, args, { deadlineMs, ...options } = {}) {
  const { child, exited } = start(file, args, options);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => (output += text));
  }
  let timedOut = false;
  const timer =
    deadlineMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          void stop(child);
        }, deadlineMs);
  try {
    const { code } = await exited;
    return { ok: code === 0 && !timedOut, output, timedOut };
  } catch (error) {
    return { ok: false, output: `${output}${error instanceof Error ? error.message : error}\n`, timedOut };
  } finally {
    clearTimeout(timer);
    await stop(child);
  }
}

/**
 * Ends a process that `start` started and all of its group: asks first, and insists after 5 s.
 *
 * @param {ChildProcess} child
 */
export async function stop({ pid }) {
  if (pid !== undefined && groups.has(pid)) await endGroup(pid);
}

/**
 * Has `cleanup` run if the script is interrupted before `dispose` is called.
 *
 * @param {() => Promise<void>} cleanup
 * @returns {() => void} dispose
 */
export function onInterrupt(cleanup) {
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

/**
 * Full path of a program on PATH, or in one of the other folders.
 *
 * @param {string} name
 * @param {readonly string[]} [folders] looked at first
 * @returns {Promise<string | undefined>}
 */
export async function which(name, folders = []) {
  for (const folder of [...folders, ...(process.env.PATH ?? '').split(delimiter)]) {
    const file = join(folder, name);
    if (folder !== '' && (await isExecutable(file))) return file;
  }
  return undefined;
}

/**
 * @param {string} file
 * @returns {Promise<boolean>}
 */
export function isExecutable(file) {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** @param {number} pid leader of a group */
async function endGroup(pid) {
  signalGroup(pid, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  while (groupLives(pid) && Date.now() < deadline) await delay(20);
  signalGroup(pid, 'SIGKILL');
  groups.delete(pid);
}

/**
 * @param {number} pid leader of a group
 * @param {NodeJS.Signals} signal
 */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already, which is what we want.
  }
}

/** @param {number} pid leader of a group */
function groupLives(pid) {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Ends what was started, so that nothing more is made, and then tidies up. @param {NodeJS.Signals} signal */
async function interrupted(signal) {
  isInterrupted = true;
  await Promise.all([...groups].map((pid) => endGroup(pid)));
  for (const cleanup of [...cleanups].reverse()) await cleanup().catch(() => undefined);
  process.exit(signal === 'SIGINT' ? 130 : 143);
}

process.once('SIGINT', interrupted);
process.once('SIGTERM', interrupted);
process.once('exit', () => {
  for (const pid of groups) signalGroup(pid, 'SIGKILL');
});
