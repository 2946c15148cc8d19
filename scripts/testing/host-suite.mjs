import { createWriteStream } from 'node:fs';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openBrowser } from '../editor/browser.mjs';
import { startVscodeServer } from '../editor/vscode-server.mjs';
import { ensureChromium } from '../setup/chromium.mjs';
import { ensureDesktopEditor, ensureServerEditor } from '../setup/editor.mjs';
import { outFolder, root } from '../setup/paths.mjs';
import { newReport, readReport } from './report.mjs';
import { makeSandbox } from './sandbox.mjs';

/**
 * The suite that runs inside VS Code's extension host: in a desktop VS Code where one can be had, otherwise in VS
 * Code's server with a browser as its window. Both call `run()` of test/host/index.ts.
 *
 * @typedef {import('./sandbox.mjs').Sandbox} Sandbox
 * @typedef {object} HostConfig what the tests are told, by a file, since an environment doesn't reach every host
 * @property {string} output file that mocha's words go to; it is there from when the tests begin
 * @property {string} report file that the report goes to when they have ended
 * @property {number} testMs how long one test may take, unless it says otherwise
 * @property {string} clusters empty folder, to which the setting `citus.clusters.directory` is set
 */

const bundleFolder = join(outFolder, 'test', 'host');
const testMs = 60_000;
const suiteMs = 10 * 60_000;
/** How long the window may take until the tests begin. */
const windowMs = 60_000;

/** @returns {Promise<import('./reporter.mjs').TestResult[]>} */
export async function runHostSuite() {
  await bundle();
  const report = await newReport('host');
  const output = join(bundleFolder, 'output.txt');
  await rm(output, { force: true });
  const sandbox = await makeSandbox();
  /** @type {HostConfig} */
  const config = { report, output, testMs, clusters: sandbox.clusters };
  await writeFile(join(bundleFolder, 'config.json'), JSON.stringify(config));
  try {
    const desktop = await ensureDesktopEditor();
    const problem = await (desktop === undefined
      ? runInBrowser(sandbox, config)
      : runOnDesktop(desktop, sandbox));
    return await readReport('host', report, problem);
  } finally {
    process.stdout.write(await readFile(output, 'utf8').catch(() => ''));
    await sandbox.remove();
  }
}

/** `vscode` exists in the extension host only, and mocha must be the one that runs the tests. */
async function bundle() {
  const { build } = await import('esbuild');
  await rm(bundleFolder, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: ['test/host/index.ts', 'test/host/**/*.test.ts'],
    outdir: bundleFolder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
}

/**
 * @param {string} vscodeExecutablePath
 * @param {Sandbox} sandbox
 * @returns {Promise<string | undefined>} what went wrong, if anything did
 */
async function runOnDesktop(vscodeExecutablePath, sandbox) {
  const { runTests } = await import('@vscode/test-electron');
  const userData = join(sandbox.folder, 'data');
  await mkdir(join(userData, 'User'), { recursive: true });
  await writeFile(join(userData, 'User', 'settings.json'), JSON.stringify(sandbox.settings));
  try {
    await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: root,
      extensionTestsPath: join(bundleFolder, 'index.cjs'),
      launchArgs: [sandbox.workspace, '--disable-extensions', '--user-data-dir', userData],
    });
    return undefined;
  } catch (error) {
    return `VS Code ended with an error: ${error instanceof Error ? error.message : error}`;
  }
}

/**
 * @param {Sandbox} sandbox
 * @param {HostConfig} config
 * @returns {Promise<string | undefined>} what went wrong, if anything did
 */
async function runInBrowser(sandbox, { output, report }) {
  const [editor, chromium] = [await ensureServerEditor(), await ensureChromium()];
  const server = await startVscodeServer({
    editor,
    dataFolder: join(sandbox.folder, 'data'),
    settings: sandbox.settings,
    offline: true,
    testDriver: true,
  });
  const browser = await openBrowser(chromium);
  try {
    const page = await browser.newPage();
    const console = join(bundleFolder, 'console.txt');
    const consoleLog = createWriteStream(console);
    page.on('console', (message) => consoleLog.write(`${message.text()}\n`));
    await page.goto(
      server.url(sandbox.workspace, {
        extensionDevelopmentPath: root,
        extensionTestsPath: join(bundleFolder, 'index.cjs'),
      }),
    );
    if (!(await appears(output, windowMs)))
      return `The tests did not begin. The window's console is in ${console}.`;
    if (!(await appears(report, suiteMs))) return `The tests did not end within ${suiteMs / 1_000} s.`;
    return undefined;
  } finally {
    await browser.close();
    await server.stop();
  }
}

/**
 * @param {string} file
 * @param {number} deadlineMs
 * @returns {Promise<boolean>} false when it doesn't in time
 */
async function appears(file, deadlineMs) {
  const deadline = Date.now() + deadlineMs;
  while (Date.now() < deadline) {
    const there = await access(file).then(
      () => true,
      () => false,
    );
    if (there) return true;
    await delay(100);
  }
  return false;
}
