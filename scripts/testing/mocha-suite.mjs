import { join } from 'node:path';
import { root } from '../setup/paths.mjs';
import { run } from '../setup/processes.mjs';
import { newReport, readReport } from './report.mjs';
import { makeSandbox } from './sandbox.mjs';

/**
 * Runs the tests below a folder of test/ with mocha, in a process and a temporary folder of their own.
 *
 * @param {string} suite name of the folder below test/
 * @param {object} options
 * @param {number} options.testMs how long one test may take, unless it says otherwise
 * @param {number} options.suiteMs how long all of them may take
 * @param {NodeJS.ProcessEnv} [options.env] more variables for the environment
 * @returns {Promise<import('./reporter.mjs').TestResult[]>}
 */
export async function runMochaSuite(suite, { testMs, suiteMs, env }) {
  const report = await newReport(suite);
  const sandbox = await makeSandbox();
  try {
    const { ok, timedOut } = await run(
      process.execPath,
      [
        ...['--import', 'tsx', join(root, 'node_modules', 'mocha', 'bin', 'mocha.js')],
        ...[
          '--reporter',
          join(root, 'scripts', 'testing', 'reporter.mjs'),
          '--reporter-option',
          `report=${report}`,
        ],
        ...['--timeout', String(testMs), ...(process.env.CI ? ['--forbid-only'] : [])],
        `test/${suite}/**/*.test.ts`,
      ],
      { cwd: root, deadlineMs: suiteMs, env: { ...process.env, ...env, TMPDIR: sandbox.folder } },
    );
    if (timedOut) return await readReport(suite, report, `It did not end within ${suiteMs / 1_000} s.`);
    return await readReport(suite, report, ok ? undefined : 'It ended with an error, see above.');
  } finally {
    await sandbox.remove();
  }
}
