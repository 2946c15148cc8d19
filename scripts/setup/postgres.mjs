import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { canInstallPackages, installPackages } from './debian.mjs';
import { run, which } from './processes.mjs';
import { Unavailable } from './progress.mjs';

const oldestSupported = 14;
const debianFolder = '/usr/lib/postgresql';

/**
 * Finds PostgreSQL server programs, and installs Debian's where that is possible.
 *
 * @returns {Promise<string>} folder with initdb, pg_ctl and postgres
 * @throws {Unavailable} when there are none of version 14 or later
 */
export async function ensurePostgres() {
  const found = await findPostgres();
  if (found !== undefined) return found;
  if (await canInstallPackages()) {
    await keepDebianFromMakingCluster();
    await installPackages('postgresql');
    const installed = await findPostgres();
    if (installed !== undefined) return installed;
  }
  throw new Unavailable(
    `PostgreSQL ${oldestSupported} or later is not installed (its server programs, not only psql)`,
  );
}

/** Debian's package would make a cluster of its own and start it on port 5432, unless this file says otherwise. */
async function keepDebianFromMakingCluster() {
  const folder = '/etc/postgresql-common';
  await mkdir(folder, { recursive: true });
  const settled = writeFile(join(folder, 'createcluster.conf'), 'create_main_cluster = false\n', {
    flag: 'wx',
  });
  await settled.catch(() => undefined); // Somebody has decided that already.
}

async function findPostgres() {
  for (const folder of await candidateFolders()) {
    if ((await majorVersion(join(folder, 'postgres'))) >= oldestSupported) return folder;
  }
  return undefined;
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
