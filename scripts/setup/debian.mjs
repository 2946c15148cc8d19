import { run, which } from './processes.mjs';
import { progress } from './progress.mjs';

/** Whether packages can be installed without asking anybody: on Debian and its kin, as root. */
export async function canInstallPackages() {
  return process.getuid?.() === 0 && (await which('apt-get')) !== undefined;
}

/**
 * Installs Debian packages.
 *
 * @param {...string} names
 * @throws with apt's own words when it fails
 */
export async function installPackages(...names) {
  progress(`Installing ${names.join(', ')} (apt-get)…`);
  await apt('update');
  await apt('install', '--yes', '--no-install-recommends', ...names);
}

/** @param {...string} args */
async function apt(...args) {
  const { ok, output } = await run('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (!ok) throw new Error(`apt-get ${args[0]} failed:\n${output}`);
}
