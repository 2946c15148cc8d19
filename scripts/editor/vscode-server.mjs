import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { URLSearchParams } from 'node:url';
import { onInterrupt, run, start, stop } from '../setup/processes.mjs';

/**
 * VS Code's server: the editor in a browser, with a real extension host.
 *
 * @typedef {object} ServerOptions
 * @property {import('../setup/editor.mjs').ServerEditor} editor
 * @property {string} dataFolder the server keeps its state, settings and logs here; made when missing
 * @property {Record<string, unknown>} [settings] User and machine settings to begin with, for a data folder that has none
 * @property {readonly string[]} [extensions] VSIX files to install first
 * @property {boolean} [offline] without the extension gallery
 * @property {boolean} [testDriver] what a window needs to load extensions and tests from source; it shows no
 *   notifications then
 * @property {readonly string[]} [hidden] folders and files that the server and all it starts are not to see; needs
 *   root on Linux
 * @property {number} [preferredPort] taken when it is free, so that the browser finds again what it kept
 *
 * @typedef {object} WindowOptions only for a server with `testDriver`
 * @property {string} [extensionDevelopmentPath] folder of an extension to load from source
 * @property {string} [extensionTestsPath] module whose `run()` is called in the extension host
 *
 * @typedef {object} VscodeServer
 * @property {string} logFile what the server wrote
 * @property {(folder: string, options?: WindowOptions) => string} url address of a window on a folder
 * @property {Promise<unknown>} exited when the server has ended, for whatever reason
 * @property {() => Promise<void>} stop ends the server and everything that it started
 */

const host = '127.0.0.1';
const readyMs = 30_000;

/** No pages, questions and suggestions that the extension's user didn't ask for. */
const calmSettings = {
  'chat.disableAIFeatures': true,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'remote.autoForwardPorts': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
};

/**
 * Starts the server on loopback and waits until it answers. Its addresses carry a token that only this user can
 * read, since anybody on this machine can reach the port.
 *
 * @param {ServerOptions} options
 * @returns {Promise<VscodeServer>}
 * @throws when it ends or does not answer within 30 s; the message names its log
 */
export async function startVscodeServer({
  editor,
  dataFolder,
  settings = {},
  extensions = [],
  offline = false,
  testDriver = false,
  hidden = [],
  preferredPort = 0,
}) {
  const allSettings = JSON.stringify({ ...calmSettings, ...settings }, undefined, 2);
  // A window that is connected to a server takes settings of the scope `machine` from the server's own file only.
  for (const scope of ['User', 'Machine']) {
    const folder = join(dataFolder, 'data', scope);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await readOrCreate(join(folder, 'settings.json'), allSettings);
  }
  const tokenFile = join(dataFolder, 'token');
  const token = await readOrCreate(tokenFile, randomBytes(16).toString('hex'));

  const env = offline ? { ...process.env, EXTENSIONS_GALLERY: '{"serviceUrl":""}' } : process.env;
  const common = [editor.main, '--server-data-dir', dataFolder, '--accept-server-license-terms'];
  if (extensions.length > 0) await install(editor.node, common, extensions, env);

  const port = await freePort(preferredPort);
  const logFile = join(dataFolder, 'server.log');
  const log = await open(logFile, 'w');
  const [file = '', ...args] = [...hiding(hidden), editor.node];
  const { child, exited } = start(
    file,
    [
      ...args,
      ...common,
      ...['--host', host, '--port', String(port), '--connection-token-file', tokenFile],
      ...['--disable-workspace-trust', '--telemetry-level', 'off'],
      ...(testDriver ? ['--enable-smoke-test-driver'] : []),
    ],
    { stdio: ['ignore', log.fd, log.fd], env },
  );
  await log.close();
  const forget = onInterrupt(() => stop(child));
  const stopServer = async () => {
    forget();
    await stop(child);
  };

  try {
    await answers(`http://${host}:${port}/version`, exited);
  } catch (cause) {
    await stopServer();
    throw new Error(`The VS Code server did not start, see ${logFile}.`, { cause });
  }
  return { logFile, url: windowUrl(`${host}:${port}`, token), exited, stop: stopServer };
}

/**
 * @param {string} node
 * @param {readonly string[]} common arguments
 * @param {readonly string[]} extensions
 * @param {NodeJS.ProcessEnv} env
 */
async function install(node, common, extensions, env) {
  const args = extensions.flatMap((vsix) => ['--install-extension', vsix]);
  const { ok, output } = await run(node, [...common, ...args, '--force'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  if (!ok) throw new Error(`The extension could not be installed in the VS Code server:\n${output}`);
}

/**
 * What runs a program that doesn't see some folders and files: it gets mounts of its own, with nothing in these places.
 *
 * @param {readonly string[]} hidden
 * @returns {string[]} a command, to which the program and its arguments are to be appended
 */
function hiding(hidden) {
  if (hidden.length === 0) return [];
  const cover =
    'if [ -d "$1" ]; then mount -t tmpfs -o mode=755 none "$1"; elif [ -e "$1" ]; then mount --bind /dev/null "$1"; fi';
  const script = `set -e; while [ "$1" != -- ]; do ${cover}; shift; done; shift; exec "$@"`;
  return ['unshare', '--mount', 'sh', '-c', script, 'sh', ...hidden, '--'];
}

/**
 * @param {string} authority host and port
 * @param {string} token
 * @returns {VscodeServer['url']}
 */
function windowUrl(authority, token) {
  return (folder, options = {}) => {
    const query = new URLSearchParams({ tkn: token, folder });
    // The window looks for these where its files are: on the server.
    const payload = Object.entries(options).map(([name, path]) => [
      name,
      `vscode-remote://${authority}${path}`,
    ]);
    if (payload.length > 0) query.set('payload', JSON.stringify(payload));
    return `http://${authority}/?${query}`;
  };
}

/**
 * Waits until the address answers.
 *
 * @param {string} url
 * @param {Promise<unknown>} exited settles when the server has ended
 */
async function answers(url, exited) {
  const deadline = Date.now() + readyMs;
  let ended = false;
  exited.then(
    () => (ended = true),
    () => (ended = true),
  );
  while (!ended && Date.now() < deadline) {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    if (response?.ok) return;
    await delay(50);
  }
  throw new Error(ended ? 'It ended at once.' : `It did not answer within ${readyMs / 1_000} s.`);
}

/**
 * @param {number} preferred 0 for any
 * @returns {Promise<number>} a port that nothing listens on: the preferred one, if it is free
 */
async function freePort(preferred) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => (preferred === 0 ? reject(error) : resolve(freePort(0))));
    probe.listen(preferred, host, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : preferred));
    });
  });
}

/**
 * @param {string} file
 * @param {string} content what to put into it when there is none; only its owner may read it
 * @returns {Promise<string>} what is in it
 */
async function readOrCreate(file, content) {
  try {
    await writeFile(file, content, { flag: 'wx', mode: 0o600 });
    return content;
  } catch {
    return readFile(file, 'utf8');
  }
}
