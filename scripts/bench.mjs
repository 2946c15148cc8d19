import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureBuild, ensureDependencies } from './setup/dependencies.mjs';
import { root } from './setup/paths.mjs';
import { start, stop } from './setup/processes.mjs';
import { progress } from './setup/progress.mjs';
import { makeSandbox } from './testing/sandbox.mjs';

/**
 * `npm run bench [-- word…]`: runs the benchmarks in test/bench one after another, or those whose file names contain
 * one of the words, and prints what they measured. The exit code is 1 when one fails or passes a limit.
 *
 * @typedef {import('../test/support/bench.ts').BenchResult} BenchResult
 * @typedef {{ name: string, results: BenchResult[] }} Bench
 */

const folder = join(root, 'test', 'bench');

/**
 * @param {string} file name of a benchmark
 * @returns {Promise<Bench>}
 * @throws when it fails
 */
async function measure(file) {
  const sandbox = await makeSandbox();
  const { child, exited } = start(
    process.execPath,
    ['--import', 'tsx', '--expose-gc', join(root, 'scripts', 'bench', 'run-one.mjs'), join(folder, file)],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, TMPDIR: sandbox.folder },
    },
  );
  try {
    /** @type {Bench | undefined} */
    let bench;
    child.on('message', (message) => (bench = /** @type {Bench} */ (message)));
    const { code } = await exited;
    if (code !== 0 || bench === undefined) throw new Error(`${file} failed, see above.`);
    return bench;
  } finally {
    await stop(child);
    await sandbox.remove();
  }
}

/**
 * A limit is for the ratio to the reference where there is one, otherwise for the value.
 *
 * @param {BenchResult} result
 */
function judge({ label, value, unit, reference, limit }) {
  const ratio = reference === undefined ? undefined : value / reference;
  const passed = limit === undefined || (ratio ?? value) <= limit;
  const row = {
    what: label,
    value: rounded(value),
    unit,
    reference: rounded(reference),
    ratio: rounded(ratio),
    limit,
    verdict: limit === undefined ? '' : passed ? 'ok' : 'TOO MUCH',
  };
  return { row, passed };
}

/** @param {number | undefined} number */
const rounded = (number) => (number === undefined ? undefined : Number(number.toPrecision(4)));

await ensureDependencies();
await ensureBuild();
const words = process.argv.slice(2);
const files = (await readdir(folder))
  .filter(
    (file) => file.endsWith('.bench.ts') && (words.length === 0 || words.some((word) => file.includes(word))),
  )
  .sort();
for (const file of files) {
  progress(`Measuring ${file}…`);
  const { name, results } = await measure(file);
  const judged = results.map(judge);
  console.log(`\n${name}`);
  console.table(Object.fromEntries(judged.map(({ row: { what, ...rest } }) => [what, rest])));
  if (judged.some(({ passed }) => !passed)) process.exitCode = 1;
}
