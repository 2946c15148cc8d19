import { renameSync, writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/**
 * @typedef {object} TestResult
 * @property {string} title
 * @property {'passed' | 'failed' | 'skipped'} state
 * @property {string} [reason] why it failed or was skipped
 */

const { EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_TEST_PENDING } = Mocha.Runner.constants;
const { Base, Spec } = Mocha.reporters;

/**
 * Shows tests as mocha's `spec` does, and writes a report for the runner to the file that the reporter option
 * `report` names: a JSON array of TestResult. A test that is skipped without a reason (see test/support/skip.ts)
 * has failed, because nobody would notice that it is gone.
 */
export default class ReportingSpec extends Spec {
  /** @type {TestResult[]} */
  #results = [];
  /** @type {string} */
  #file;

  /**
   * @param {Mocha.Runner} runner
   * @param {Mocha.MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    this.#file = options.reporterOptions.report;
    runner.on(EVENT_TEST_PASS, (test) => this.#results.push({ title: test.fullTitle(), state: 'passed' }));
    runner.on(EVENT_TEST_FAIL, (test, error) =>
      this.#results.push({ title: test.fullTitle(), state: 'failed', reason: error.message }),
    );
    runner.on(EVENT_TEST_PENDING, (test) => {
      const reason = skipReason(test);
      Base.consoleLog(
        `      ${reason === undefined ? 'FAILED: skipped without a reason' : `skipped: ${reason}`}`,
      );
      this.#results.push({
        title: test.fullTitle(),
        ...(reason === undefined
          ? { state: 'failed', reason: 'It was skipped without a reason.' }
          : { state: 'skipped', reason }),
      });
    });
  }

  /**
   * Called by mocha when all is done.
   *
   * @override
   * @param {number} failures
   * @param {((failures: number) => void) | undefined} callback
   */
  done(failures, callback) {
    writeReport(this.#file, this.#results);
    callback?.(failures);
  }
}

/**
 * Writes a report that appears whole: the runner may be waiting for it.
 *
 * @param {string} file
 * @param {readonly TestResult[]} results
 */
export function writeReport(file, results) {
  writeFileSync(`${file}.new`, JSON.stringify(results));
  renameSync(`${file}.new`, file);
}

/**
 * @param {Mocha.Test} test
 * @returns {string | undefined} the reason that it, or a suite around it, was given
 */
function skipReason(test) {
  /** @type {(Mocha.Test | Mocha.Suite) & { skipReason?: string } | undefined} */
  let node = test;
  while (node !== undefined && node.skipReason === undefined) node = node.parent;
  return node?.skipReason;
}
