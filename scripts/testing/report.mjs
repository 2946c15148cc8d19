import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { outFolder } from '../setup/paths.mjs';

/** @typedef {import('./reporter.mjs').TestResult} TestResult */

/**
 * Where `reporter.mjs` is to write what became of a suite's tests. No such file is there yet.
 *
 * @param {string} suite
 * @returns {Promise<string>}
 */
export async function newReport(suite) {
  const folder = join(outFolder, 'reports');
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${suite}.json`);
  await rm(file, { force: true });
  return file;
}

/**
 * Results of a suite. Tests that crashed, hung or never began have failed, too.
 *
 * @param {string} suite
 * @param {string} report
 * @param {string} [problem] how the run as a whole went wrong
 * @returns {Promise<TestResult[]>}
 */
export async function readReport(suite, report, problem) {
  /** @type {TestResult[]} */
  const results = await readFile(report, 'utf8').then(JSON.parse, () => []);
  if (results.some(({ state }) => state === 'failed')) return results;
  if (problem !== undefined) return [...results, { title: suite, state: 'failed', reason: problem }];
  if (results.length === 0) return [{ title: suite, state: 'failed', reason: 'It ran no test.' }];
  return results;
}
