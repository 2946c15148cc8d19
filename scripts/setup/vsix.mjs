import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { outFolder, root } from './paths.mjs';
import { run } from './processes.mjs';
import { progress } from './progress.mjs';

/**
 * Makes the file that users install: a production build, packaged as .vscodeignore says.
 *
 * @returns {Promise<{ vsix: string, listing: string }>} its path under out/, and what vsce says is in it
 * @throws with the words of esbuild or vsce when they fail
 */
export async function buildVsix() {
  progress('Packaging the extension…');
  const { name, version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const vsix = join(outFolder, `${name}-${version}.vsix`);
  await mkdir(outFolder, { recursive: true });
  await rm(join(root, 'dist'), { recursive: true, force: true });
  await must(process.execPath, 'esbuild.mjs', '--production');
  const listing = await must(
    join(root, 'node_modules', '.bin', 'vsce'),
    ...['package', '--out', vsix],
    '--no-dependencies', // esbuild has bundled them.
    ...['--allow-missing-repository', '--no-rewrite-relative-links'], // There is no address to point links to.
  );
  return { vsix, listing };
}

/**
 * @param {string} file
 * @param {...string} args
 */
async function must(file, ...args) {
  const { ok, output } = await run(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  if (!ok) throw new Error(`${file} ${args.join(' ')} failed:\n${output}`);
  return output;
}
