import { readdir } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { ensureEmbeddedPostgres } from './embedded.mjs';
import { run, which } from './processes.mjs';

const oldestSupported = 14;
const debianFolder = '/usr/lib/postgresql';

/**
 * Sees to it that there is a PostgreSQL for servers, and an account to run them: what is installed, or else that of
 * npm's package. Nothing is installed in the system for it.
 *
 * @returns {Promise<NodeJS.ProcessEnv>} what programs find it by, where they would not find it anyway
 * @throws {import('./progress.mjs').Unavailable} when there is none of version 14 or later for this kind of machine
 */
export async function ensurePostgres() {
  if (await isInstalled()) return {};
  return { PATH: `${await ensureEmbeddedPostgres()}${delimiter}${process.env.PATH}` };
}

/** Whether PostgreSQL's server programs are where the product looks for them first. */
async function isInstalled() {
  for (const folder of await candidateFolders()) {
    if ((await majorVersion(join(folder, 'postgres'))) >= oldestSupported) return true;
  }
  return false;
}

/** Folders that may hold the server programs: that of PATH first, then Debian's, newest first. */
async function candidateFolders() {
  const onPath = await which('postgres');
  const versions = await readdir(debianFolder).catch(() => /** @type {string[]} */ ([]));
  return [
    ...(onPath === undefined ? [] : [dirname(onPath)]),
    ...versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(debianFolder, version, 'bin')),
  ];
}

/**
 * @param {string} postgres path of the server program
 * @returns {Promise<number>} 0 when it can't be run
 */
async function majorVersion(postgres) {
  const { ok, output } = await run(postgres, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] });
  return ok ? Number(/\d+/.exec(output)?.[0] ?? 0) : 0;
}
