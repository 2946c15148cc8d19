import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDependencies } from './setup/dependencies.mjs';
import { root } from './setup/paths.mjs';
import { buildVsix } from './setup/vsix.mjs';

/** `npm run package`: makes the VSIX and tells what is in it. The exit code is 1 when it has grown too large. */

const kilobyte = 1_024;
/** Of what is read to activate the extension; packages that are loaded when they are needed come besides. */
const bundleLimit = 600 * kilobyte;
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
await checkSize('What is read to activate it', [join(root, 'dist', 'extension.cjs')], bundleLimit);
await checkSize(vsix, [vsix], vsixLimit);
