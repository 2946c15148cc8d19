import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { findInstalls } from '../../src/runtime/local/installs.ts';

/**
 * An image of this machine's own PostgreSQL, for machines that reach no registry: its programs, what they are linked
 * with, a shell and a few tools. Like the usual images it has an account postgres with a number of its own, and a
 * volume that nobody asks for.
 */

const run = promisify(execFile);

/** By this label the test run's set-up finds, and removes, what tests have left in an engine. */
const LABEL = 'citus-multi-coordinator.test=true';
const TOOLS = ['cat', 'chmod', 'df', 'env', 'id', 'ls', 'mkdir', 'mv', 'rm', 'sh', 'sleep'];
/** Just-in-time compilation is as large as all of the rest, and PostgreSQL does without. */
const LEFT_OUT = ['*llvmjit*', '*/bitcode'];

const ACCOUNTS: Readonly<Record<string, string>> = {
  'etc/passwd': 'root:x:0:0::/:/bin/sh\npostgres:x:999:999::/var/lib/postgresql:/bin/sh\n',
  'etc/group': 'root:x:0:\npostgres:x:999:\n',
  'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
};

/**
 * Makes the image in an engine, unless it is there already.
 * @returns its name
 */
export const makeTestImage = async (program: string): Promise<string> => {
  const files = await filesOfPostgres();
  const name = `citus-multi-coordinator-test:${await fingerprint(files)}`;
  const present = await run(program, ['image', 'inspect', name]).then(
    () => true,
    () => false,
  );
  if (!present) await importImage(program, name, files);
  return name;
};

/** Files and folders of this machine that belong into the image. */
const filesOfPostgres = async (): Promise<string[]> => {
  const [install] = await findInstalls('');
  if (!install) throw new Error('There is no PostgreSQL that an image could be made of.');
  const { binDirectory } = install;
  const config = path.join(binDirectory, 'pg_config');
  const { stdout } = await run(config, ['--pkglibdir', '--sharedir']);
  const [libraries = '', share = ''] = stdout.split('\n');
  const tools = await Promise.all(TOOLS.map(async (tool) => (await run('which', [tool])).stdout.trim()));
  const modules = (await readdir(libraries)).filter((name) => name.endsWith('.so') && !/llvmjit/.test(name));
  const programs = await readdir(binDirectory);
  const linked = await linkedLibraries([
    ...programs.map((name) => path.join(binDirectory, name)),
    ...modules.map((name) => path.join(libraries, name)),
    ...tools,
  ]);
  const links = (await Promise.all([...tools, ...linked].map(withLinks))).flat();
  const data = ['/usr/share/zoneinfo', '/usr/lib/locale/C.utf8'];
  return [...new Set([binDirectory, libraries, share, ...links, ...data])].sort();
};

/** Paths of the libraries, the loader among them, that programs are linked with. */
const linkedLibraries = async (programs: readonly string[]): Promise<string[]> => {
  // It fails as a whole where one of the files is a script, and prints what it knows of the others.
  const said = spawn('ldd', programs, { stdio: ['ignore', 'pipe', 'ignore'] });
  // Names of the programs themselves end with a colon.
  return [...new Set((await text(said.stdout)).match(/\/\S+\.so[\w.]*(?=\s\()/g))];
};

/** The file itself and all links that lead to it, each in its real folder. */
const withLinks = async (file: string): Promise<string[]> => {
  const place = path.join(await realpath(path.dirname(file)), path.basename(file));
  if (!(await lstat(place)).isSymbolicLink()) return [place];
  return [place, ...(await withLinks(path.resolve(path.dirname(place), await readlink(place))))];
};

const fingerprint = async (files: readonly string[]): Promise<string> => {
  const hash = createHash('sha256').update(JSON.stringify([ACCOUNTS, LEFT_OUT]));
  for (const file of files) {
    const { size, mtimeMs } = await stat(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 12);
};

const importImage = async (program: string, name: string, files: readonly string[]): Promise<void> => {
  const staging = await mkdtemp(path.join(os.tmpdir(), 'citus-image-'));
  try {
    const staged = await stage(staging);
    const exclusions = LEFT_OUT.map((pattern) => `--exclude=${pattern}`);
    const relative = files.map((file) => file.slice(1));
    const archive = spawn(
      'tar',
      ['--create', ...exclusions, '--directory=/', ...relative, `--directory=${staging}`, ...staged],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const changes = [
      'ENV PATH=/usr/local/bin:/usr/bin:/bin',
      'VOLUME /var/lib/postgresql/data',
      `LABEL ${LABEL}`,
    ].flatMap((change) => ['--change', change]);
    const importing = spawn(program, ['import', ...changes, '-', name], {
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let problem = '';
    importing.stderr.on('data', (words: Buffer) => (problem += words.toString()));
    const ended = new Promise<number | null>((resolve) => importing.once('close', resolve));
    await pipeline(archive.stdout, importing.stdin);
    if ((await ended) !== 0) throw new Error(`The test image could not be made: ${problem}`);
  } finally {
    await rm(staging, { recursive: true });
  }
};

/** What the image has of its own, and the links of this machine's root folder that paths go through (`/bin`). */
const stage = async (folder: string): Promise<string[]> => {
  await mkdir(path.join(folder, 'etc'));
  await mkdir(path.join(folder, 'tmp'), { mode: 0o777 });
  for (const [file, lines] of Object.entries(ACCOUNTS)) await writeFile(path.join(folder, file), lines);
  for (const name of await readdir('/')) {
    const link = await readlink(path.join('/', name)).catch(() => undefined);
    if (link?.startsWith('usr/')) await symlink(link, path.join(folder, name));
  }
  return await readdir(folder);
};
