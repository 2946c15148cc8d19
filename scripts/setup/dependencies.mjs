import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { run } from './processes.mjs';
import { progress } from './progress.mjs';

/** Results go to stdout, and installing or building is none. */
const toStderr = /** @type {const} */ (['ignore', 2, 2]);

/**
 * Installs the packages that package-lock.json names, unless they are there already.
 *
 * @throws when npm fails
 */
export async function ensureDependencies() {
  if (await installedMatchesLock()) return;
  progress('Installing packages (npm ci)…');
  const { ok } = await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root, stdio: [...toStderr] });
  if (!ok) throw new Error('Packages could not be installed: npm ci failed, see its words above.');
}

/**
 * Builds the extension, the webviews and the `npm start` program. Takes a moment only, so it is always done.
 *
 * @throws when the sources don't build
 */
export async function ensureBuild() {
  progress('Building…');
  const { ok } = await run(process.execPath, ['esbuild.mjs'], { cwd: root, stdio: [...toStderr] });
  if (!ok) throw new Error('The sources could not be built, see the errors above.');
}

/**
 * Whether node_modules holds what the lock file says. npm writes what it installed to a lock file of its own, and
 * comparing the two is surer than comparing times, which a fresh clone sets anew.
 */
async function installedMatchesLock() {
  const [wanted, installed] = await Promise.all([
    readPackages(join(root, 'package-lock.json')),
    readPackages(join(root, 'node_modules', '.package-lock.json')),
  ]);
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional === true || installed[path]?.version === entry.version,
  );
}

/**
 * @param {string} lockFile
 * @returns {Promise<Record<string, { version?: string, optional?: boolean }>>} empty when there is no such file
 */
async function readPackages(lockFile) {
  try {
    return JSON.parse(await readFile(lockFile, 'utf8')).packages ?? {};
  } catch {
    return {};
  }
}
