import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDependencies } from './setup/dependencies.mjs';
import { root } from './setup/paths.mjs';
import { buildVsix } from './setup/vsix.mjs';

/** `npm run package`: makes the VSIX and tells what is in it. The exit code is 1 when it has grown too large. */

const kilobyte = 1_024;
const bundleLimit = 600 * kilobyte;
const vsixLimit = 1_024 * kilobyte;

/**
 * @param {string} file
 * @param {number} limit bytes
 */
async function checkSize(file, limit) {
  const { size } = await stat(file);
  const verdict = size <= limit ? 'ok' : 'TOO LARGE';
  console.log(`${file}: ${(size / kilobyte).toFixed(1)} kB of at most ${limit / kilobyte} kB, ${verdict}`);
  if (size > limit) process.exitCode = 1;
}

await ensureDependencies();
const { vsix, listing } = await buildVsix();
console.log(listing);
await checkSize(join(root, 'dist', 'extension.cjs'), bundleLimit);
await checkSize(vsix, vsixLimit);
