import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';
import ReportingSpec, { writeReport } from '../../scripts/testing/reporter.mjs';
import { config } from './config.ts';

/**
 * Runs all tests of this folder. VS Code calls it in the extension host, where nobody sees the console: what mocha
 * prints goes to a file.
 */
export async function run(): Promise<void> {
  const print = (...message: unknown[]) => {
    appendFileSync(config.output, `${format(...message)}\n`);
  };
  print();
  Mocha.reporters.Base.consoleLog = print;
  const mocha = new Mocha({
    timeout: config.testMs,
    reporter: ReportingSpec,
    reporterOptions: { report: config.report },
    forbidOnly: Boolean(process.env['CI']),
  });
  for (const file of readdirSync(__dirname, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.test.cjs')) mocha.addFile(join(__dirname, file));
  }
  try {
    await mocha.loadFilesAsync();
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    writeReport(config.report, [{ title: 'loading the tests', state: 'failed', reason }]);
    throw error;
  }
  await new Promise<void>((resolve, reject) => {
    mocha.run((failures) => {
      if (failures === 0) resolve();
      else reject(new Error(`${failures} tests failed`));
    });
  });
}
