import { delimiter, join } from 'node:path';
import { root } from '../setup/paths.mjs';
import { run } from '../setup/processes.mjs';

/** What reads the sources without running them. Each is a test: it passes or fails. */
const checks = [
  { title: 'types: src and test', command: ['tsc', '--noEmit'] },
  { title: 'types: src/webview', command: ['tsc', '--noEmit', '--project', 'src/webview'] },
  { title: 'types: scripts', command: ['tsc', '--noEmit', '--project', 'scripts'] },
  { title: 'eslint', command: ['eslint', '.'] },
  { title: 'prettier', command: ['prettier', '--check', '--log-level=warn', '.'] },
  { title: 'knip (nothing unused)', command: ['knip', '--no-progress'] },
  { title: 'package (sizes and contents)', command: ['node', 'scripts/package.mjs'] },
];
const checkMs = 5 * 60_000;

/** @returns {Promise<import('./reporter.mjs').TestResult[]>} */
export async function runChecks() {
  /** @type {import('./reporter.mjs').TestResult[]} */
  const results = [];
  const env = {
    ...process.env,
    PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`,
  };
  for (const { title, command } of checks) {
    const [file = '', ...args] = command;
    const stdio = /** @type {const} */ (['ignore', 'pipe', 'pipe']);
    const { ok, output } = await run(file, args, { cwd: root, env, stdio: [...stdio], deadlineMs: checkMs });
    console.log(`  ${ok ? '✔' : '✖'} ${title}`);
    if (!ok) console.log(output);
    results.push(ok ? { title, state: 'passed' } : { title, state: 'failed', reason: 'see its words above' });
  }
  return results;
}
