import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onInterrupt, run } from '../setup/processes.mjs';
import { progress } from '../setup/progress.mjs';

/**
 * A folder for one test run, so that it meets no state but its own and leaves none behind.
 *
 * @typedef {object} Sandbox
 * @property {string} folder
 * @property {string} clusters empty folder for new clusters; other users may pass through it, not read it
 * @property {string} workspace empty folder to open in the editor
 * @property {Record<string, unknown>} settings User settings that keep the extension inside of the sandbox
 * @property {() => Promise<void>} remove stops the database servers that were left running in it, and removes it
 */

const stopDeadlineMs = 20_000;

/** @returns {Promise<Sandbox>} */
export async function makeSandbox() {
  // Unix sockets live in here and their paths must be short. Servers may run as another user, as they do under /tmp.
  const folder = await mkdtemp(join(tmpdir(), 'citus-'));
  await chmod(folder, 0o1777);
  const clusters = join(folder, 'clusters');
  const workspace = join(folder, 'workspace');
  await mkdir(clusters);
  await chmod(clusters, 0o711);
  await mkdir(workspace);

  /** @type {Promise<void> | undefined} */
  let removal;
  const remove = () => (removal ??= emptyAndRemove(folder).finally(forget));
  const forget = onInterrupt(remove);
  return { folder, clusters, workspace, settings: { 'citus.clusters.directory': clusters }, remove };
}

/** @param {string} folder */
async function emptyAndRemove(folder) {
  for (const dataFolder of await runningServers(folder)) await stopServer(dataFolder);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * @param {string} folder
 * @returns {Promise<string[]>} data folders in it, at any depth, that a server has not closed
 */
async function runningServers(folder) {
  // Folders may vanish while we look: what a test started may be going down, too.
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  if (entries.some(({ name }) => name === 'postmaster.pid')) return [folder];
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  return (await Promise.all(folders.map(runningServers))).flat();
}

/** @param {string} dataFolder */
async function stopServer(dataFolder) {
  progress(`A test left a database server in ${dataFolder}, stopping it.`);
  // The file holds the command line that started the server; pg_ctl lies beside that program.
  const [postgres = ''] = (await readFile(join(dataFolder, 'postmaster.opts'), 'utf8')).split(' ');
  const { uid, gid } = await stat(dataFolder);
  const { ok, output } = await run(
    join(dirname(postgres), 'pg_ctl'),
    ['stop', '--wait', '--mode=fast', '--pgdata', dataFolder],
    { uid, gid, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'], deadlineMs: stopDeadlineMs, tidiesUp: true },
  );
  if (!ok) progress(`It could not be stopped: ${output}`);
}
