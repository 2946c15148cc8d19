import { ensureBuild, ensureDependencies } from './setup/dependencies.mjs';
import { ensureChromium } from './setup/chromium.mjs';
import { withDocker } from './setup/docker.mjs';
import { ensureServerEditor } from './setup/editor.mjs';
import { ensurePostgres } from './setup/postgres.mjs';
import { Unavailable, progress } from './setup/progress.mjs';
import { runChecks } from './testing/checks.mjs';
import { runHostSuite } from './testing/host-suite.mjs';
import { runMochaSuite } from './testing/mocha-suite.mjs';

/**
 * `npm test [-- suite…]`: installs what is needed, builds, and runs all suites or those that are named. The last
 * line tells the sum; the exit code is 1 when a test failed.
 *
 * @typedef {import('./testing/reporter.mjs').TestResult} TestResult
 */

const minute = 60_000;

/** @type {Record<string, () => Promise<TestResult[]>>} */
const suites = {
  checks: runChecks,
  unit: () => runMochaSuite('unit', { testMs: minute / 2, suiteMs: 3 * minute }),
  integration: async () => {
    const postgres = await ensurePostgres();
    return withDocker((docker) =>
      runMochaSuite('integration', {
        testMs: minute,
        suiteMs: 29 * minute,
        env: { ...postgres, ...docker },
      }),
    );
  },
  host: async () => {
    await ensurePostgres();
    return runHostSuite();
  },
  e2e: async () => {
    const postgres = await ensurePostgres();
    const chromium = await ensureChromium();
    await ensureServerEditor();
    return withDocker((docker) =>
      runMochaSuite('e2e', {
        testMs: 3 * minute,
        suiteMs: 27 * minute,
        env: { ...postgres, ...docker, CHROME_PATH: chromium },
      }),
    );
  },
};

/**
 * @param {string} name
 * @returns {Promise<TestResult[]>} a suite that this machine can't run is one skipped test
 */
async function runSuite(name) {
  try {
    // Before every suite, since the check of the package leaves a production build behind.
    if (name !== 'checks') await ensureBuild();
    return await /** @type {() => Promise<TestResult[]>} */ (suites[name])();
  } catch (error) {
    if (error instanceof Unavailable) return [{ title: name, state: 'skipped', reason: error.message }];
    console.error(error);
    return [{ title: name, state: 'failed', reason: 'it could not be run, see above' }];
  }
}

/** @param {readonly TestResult[]} results */
function count(results) {
  /** @param {TestResult['state']} state */
  const number = (state) => results.filter((result) => result.state === state).length;
  return `${number('passed')} passed, ${number('failed')} failed, ${number('skipped')} skipped`;
}

/** Every failure in a line, and every reason to skip once. @param {readonly TestResult[]} results */
function explain(results) {
  for (const { title, state, reason = '' } of results) {
    if (state === 'failed') console.log(`failed: ${title}: ${reason.split('\n', 1)[0]}`);
  }
  const reasons = results.filter(({ state }) => state === 'skipped').map(({ reason }) => reason);
  for (const reason of new Set(reasons)) {
    console.log(`skipped: ${reasons.filter((other) => other === reason).length}: ${reason}`);
  }
}

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(suites);
const unknown = chosen.filter((name) => !(name in suites));
if (unknown.length > 0) {
  progress(`No such suite: ${unknown.join(', ')}. There are: ${Object.keys(suites).join(', ')}.`);
  process.exit(2);
}

await ensureDependencies();

/** @type {TestResult[]} */
const all = [];
const summary = [];
for (const name of chosen) {
  console.log(`\n── ${name}`);
  const began = Date.now();
  const results = await runSuite(name);
  summary.push(`${name.padEnd(12)} ${count(results)} (${((Date.now() - began) / 1_000).toFixed(1)} s)`);
  all.push(...results);
}

console.log(`\n── result\n${summary.join('\n')}`);
explain(all);
console.log(count(all));
process.exitCode = all.some(({ state }) => state === 'failed') ? 1 : 0;
