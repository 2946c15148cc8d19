import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { canInstallPackages } from './debian.mjs';
import { cacheFolder } from './paths.mjs';
import { isExecutable, run, which } from './processes.mjs';
import { progress } from './progress.mjs';

const packageName = 'docker-registry';
const program = join(cacheFolder, packageName, 'usr', 'bin', packageName);

/**
 * A registry's program, for tests that pull images. Debian's package is unpacked, not installed: installed, it would
 * start a registry for everybody.
 *
 * @returns {Promise<string | undefined>} undefined where there is none
 */
export async function findRegistry() {
  const installed = await which(packageName);
  if (installed !== undefined) return installed;
  if (await isExecutable(program)) return program;
  if (!(await canInstallPackages())) return undefined;
  progress(`Downloading ${packageName} (apt-get)…`);
  await mkdir(cacheFolder, { recursive: true });
  const partial = await mkdtemp(join(cacheFolder, 'partial-'));
  try {
    await command('apt-get', ['-qq', 'update'], partial);
    await command('apt-get', ['-qq', 'download', packageName], partial);
    const [archive = ''] = await readdir(partial);
    await command('dpkg-deb', ['--extract', archive, packageName], partial);
    await rename(join(partial, packageName), join(cacheFolder, packageName));
    return program;
  } catch (error) {
    progress(`There is no registry to pull from: ${error instanceof Error ? error.message : error}`);
    return undefined;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/**
 * @param {string} file
 * @param {readonly string[]} args
 * @param {string} cwd
 */
async function command(file, args, cwd) {
  const { ok, output } = await run(file, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  if (!ok) throw new Error(`${file} ${args.join(' ')} failed: ${output}`);
}
