import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startVscodeServer } from './editor/vscode-server.mjs';
import { ensureBuild, ensureDependencies } from './setup/dependencies.mjs';
import { ensureServerEditor } from './setup/editor.mjs';
import { cacheFolder, outFolder, root } from './setup/paths.mjs';
import { ensurePostgres } from './setup/postgres.mjs';
import { onInterrupt, which } from './setup/processes.mjs';
import { Unavailable, progress } from './setup/progress.mjs';
import { buildVsix } from './setup/vsix.mjs';

/**
 * `npm start [-- --no-editor | --json | --destroy]`: makes the demo cluster, or reuses it, runs the sample on it, and
 * opens an editor with the extension. The cluster is the business of src/cli/start.ts, which gets all arguments.
 */

const args = process.argv.slice(2);
const wantsEditor = !['--no-editor', '--json', '--destroy'].some((flag) => args.includes(flag));
/** The folder that the editor shows, with a .sql file to try. */
const workspace = join(root, 'resources');
/** The browser keeps what belongs to an address, so it should be the same every time. */
const usualPort = 8791;

/**
 * Runs a program in our own process group: Ctrl+C reaches it, so that it can take back what it had begun, and what
 * it leaves running is left alone.
 *
 * @param {string} file
 * @param {readonly string[]} fileArgs
 * @returns {Promise<number>} exit code
 */
async function inForeground(file, fileArgs) {
  const child = spawn(file, fileArgs, { cwd: root, stdio: 'inherit' });
  /** @type {Promise<number>} */
  const exited = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
  const forget = onInterrupt(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  return exited.finally(forget);
}

async function openEditor() {
  const code = await which('code');
  if (code !== undefined && (await openDesktop(code))) return;
  await openServer();
}

/**
 * @param {string} code path of VS Code's command line
 * @returns {Promise<boolean>} false when it fails, as it does where there is no screen
 */
async function openDesktop(code) {
  const asRoot = process.getuid?.() === 0;
  const userData = join(cacheFolder, 'desktop');
  const exitCode = await inForeground(code, [
    `--extensionDevelopmentPath=${root}`,
    ...(asRoot ? ['--no-sandbox', `--user-data-dir=${userData}`] : []),
    workspace,
  ]);
  return exitCode === 0;
}

/** Shows the editor in a browser until Ctrl+C. */
async function openServer() {
  const dataFolder = join(cacheFolder, 'server');
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const editor = await ensureServerEditor();
  const { vsix } = await buildVsix();
  const server = await startVscodeServer({
    editor,
    dataFolder,
    extensions: [vsix],
    preferredPort: usualPort,
  });
  console.log(`\nVS Code with the extension: ${server.url(workspace)}`);
  console.log(
    'Press Ctrl+C to close it. The database servers keep running; npm start -- --destroy removes them.',
  );
  await server.exited;
}

await ensureDependencies();
try {
  await ensurePostgres();
} catch (error) {
  if (!(error instanceof Unavailable)) throw error;
  progress(`${error.message}.`); // The program below says what to do, and knows of more places to look at.
}
await ensureBuild();
const exitCode = await inForeground(process.execPath, [join(outFolder, 'start.cjs'), ...args]);
if (exitCode === 0 && wantsEditor) await openEditor();
process.exitCode = exitCode;
