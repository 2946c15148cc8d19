import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDependencies } from './setup/dependencies.mjs';
import { root } from './setup/paths.mjs';
import { buildVsix } from './setup/vsix.mjs';

/** `npm run package`: makes the VSIX and tells what is in it. The exit code is 1 when it has grown too large. */

const kilobyte = 1_024;
const bundleLimit = 700 * kilobyte;
const vsixLimit = 1_024 * kilobyte;

/**
 * @param {string} what
 * @param {readonly string[]} files
 * @param {number} limit bytes, for all of them
 */
async function checkSize(what, files, limit) {
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  const size = sizes.reduce((sum, each) => sum + each, 0);
  const verdict = size <= limit ? 'ok' : 'TOO LARGE';
  console.log(`${what}: ${(size / kilobyte).toFixed(1)} kB of at most ${limit / kilobyte} kB, ${verdict}`);
  if (size > limit) process.exitCode = 1;
}

await ensureDependencies();
const { vsix, listing } = await buildVsix();
console.log(listing);
const dist = join(root, 'dist');
const host = (await readdir(dist, { recursive: true })).filter((name) => name.endsWith('.cjs'));
await checkSize(
  `What runs in the extension host (${host.join(', ')})`,
  host.map((name) => join(dist, name)),
  bundleLimit,
);
await checkSize(vsix, [vsix], vsixLimit);
