import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { cacheFolder } from './paths.mjs';
import { run } from './processes.mjs';
import { progress } from './progress.mjs';

/**
 * Editors to test and to show the extension in. A desktop VS Code comes from Microsoft's download; where that can't
 * be reached, npm's `code-server` carries VS Code's own server, which a browser opens. Both are kept in the cache
 * folder, so that the next checkout finds them.
 *
 * @typedef {{ node: string, main: string }} ServerEditor the server's program and the Node to run it with
 */

/** VS Code's server needs a newer Node than the one that this project asks for, so it gets one of its own. */
const nodeVersion = '24.21.0';
const codeServerVersion = '4.139.1';
const serverFolder = join(cacheFolder, `vscode-server-${codeServerVersion}-node-${nodeVersion}`);
const partialPrefix = 'partial-';

const npmDeadlineMs = 10 * 60_000;
const lockPatienceMs = 15 * 60_000;
/** A refusal must not hold up a machine that can't download. */
const downloadProbeMs = 1_500;
const releases = 'https://update.code.visualstudio.com/api/releases/stable';

/**
 * VS Code's server, installed from npm on first use.
 *
 * @returns {Promise<ServerEditor>}
 * @throws with npm's words when the install fails
 */
export async function ensureServerEditor() {
  if (!(await exists(serverFolder))) await withInstallLock(installServer);
  return serverIn(serverFolder);
}

/**
 * A desktop VS Code, downloaded on first use.
 *
 * @returns {Promise<string | undefined>} path of its executable; undefined where it can't be downloaded or shown
 */
export function ensureDesktopEditor() {
  desktop ??= downloadDesktop();
  return desktop;
}

/** @type {Promise<string | undefined> | undefined} */
let desktop;

async function downloadDesktop() {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) return undefined;
  try {
    await fetch(releases, { method: 'HEAD', signal: AbortSignal.timeout(downloadProbeMs) });
    const { download } = await import('@vscode/test-electron');
    const cachePath = join(cacheFolder, 'vscode');
    await mkdir(cachePath, { recursive: true });
    return await download({ version: 'stable', cachePath });
  } catch (error) {
    progress(`VS Code can't be downloaded here (${reasonOf(error)}), its server from npm is used instead.`);
    return undefined;
  }
}

/**
 * Runs `install` while no other process does. A lock whose holder has died is taken over.
 *
 * @param {() => Promise<void>} install
 */
async function withInstallLock(install) {
  const { default: lockfile } = await import('proper-lockfile');
  await mkdir(cacheFolder, { recursive: true });
  const release = await lockfile.lock(cacheFolder, {
    lockfilePath: join(cacheFolder, 'install.lock'),
    stale: 30_000,
    retries: { retries: lockPatienceMs / 1_000, factor: 1, minTimeout: 1_000 },
  });
  try {
    await install();
  } finally {
    await release();
  }
}

/** Installs under another name first: what bears the right name is always whole. Call with the lock held. */
async function installServer() {
  if (await exists(serverFolder)) return; // Another run was faster.
  await removePartialInstalls();
  progress(`Installing the VS Code server from npm, once, into ${serverFolder} (about 700 MB)…`);
  const partial = await mkdtemp(join(cacheFolder, partialPrefix));
  await writeFile(
    join(partial, 'package.json'),
    // npm 11 and later run an install script only when it is allowed by name.
    JSON.stringify({ private: true, allowScripts: { node: true } }),
  );
  progress(`  Node ${nodeVersion}`);
  await npm(['install', `node@${nodeVersion}`], { cwd: partial });

  const { node, main } = serverIn(partial);
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
  progress(`  code-server ${codeServerVersion}`);
  await npm(['install', '--ignore-scripts', `code-server@${codeServerVersion}`], { cwd: partial, env });

  // code-server's own install script would compile every native module, most of which the server never loads here.
  progress('  packages of VS Code');
  const vscode = dirname(dirname(main));
  await npm(['install', '--omit=dev', '--ignore-scripts'], { cwd: vscode, env });
  progress('  two native modules');
  await npm(['rebuild', '@vscode/spdlog', '@vscode/native-watchdog'], { cwd: vscode, env }).catch(() =>
    progress('  (they could not be compiled: this editor writes no log files, all else works)'),
  );

  const check = await run(node, [main, '--version'], { stdio: ['ignore', 'pipe', 'pipe'] });
  if (!check.ok) throw new Error(`The VS Code server was installed but does not run:\n${check.output}`);
  await rename(partial, serverFolder);
  progress('  done');
}

/** What an interrupted install left behind. Call with the lock held: nobody else is installing. */
async function removePartialInstalls() {
  const names = await readdir(cacheFolder);
  const partial = names.filter((name) => name.startsWith(partialPrefix));
  await Promise.all(partial.map((name) => rm(join(cacheFolder, name), { recursive: true, force: true })));
}

/**
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 */
async function npm(args, options) {
  const { ok, output, timedOut } = await run(
    'npm',
    [...args, '--no-audit', '--no-fund', '--loglevel=error'],
    {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
      deadlineMs: npmDeadlineMs,
    },
  );
  if (ok) return;
  const reason = timedOut ? `took longer than ${npmDeadlineMs / 60_000} minutes` : 'failed';
  throw new Error(`npm ${args.join(' ')} ${reason}:\n${output}`);
}

/**
 * @param {string} folder
 * @returns {ServerEditor}
 */
function serverIn(folder) {
  const modules = join(folder, 'node_modules');
  return {
    node: join(modules, 'node', 'bin', 'node'),
    main: join(modules, 'code-server', 'lib', 'vscode', 'out', 'server-main.js'),
  };
}

/** @param {string} path */
function exists(path) {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** @param {unknown} error */
function reasonOf(error) {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
