import { access, readdir, readFile, realpath } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { PostgresInstall } from '../../postgres/install.ts';
import { loadExeca } from '../execa.ts';

/** Where packages put PostgreSQL; `*` stands for one folder name's varying part. */
const USUAL_FOLDERS = [
  '/usr/lib/postgresql/*/bin', // Debian, Ubuntu
  '/usr/pgsql-*/bin', // RHEL, Fedora, Rocky (packages of the PostgreSQL project)
  '/usr/local/pgsql*/bin', // built from source
  '/opt/homebrew/opt/postgresql*/bin', // Homebrew on Apple silicon
  '/usr/local/opt/postgresql*/bin', // Homebrew on Intel
  '/home/linuxbrew/.linuxbrew/opt/postgresql*/bin',
  '/Applications/Postgres.app/Contents/Versions/*/bin',
  '/opt/local/lib/postgresql*/bin', // MacPorts
];

/** Without pg_basebackup, which small distributions leave out, standbys are made by a copy of the data folder. */
const PROGRAMS = ['initdb', 'pg_ctl', 'postgres'];
const DEADLINE_MS = 5000;

/**
 * Finds PostgreSQL installs on this machine: in the folder that the setting names, on PATH, where pg_config
 * points to, and where packages put them. Those with Citus come first, then the newest.
 * @param configured folder from the setting; empty for none. It wins over all others.
 */
export const findInstalls = async (configured: string): Promise<PostgresInstall[]> => {
  const onPath = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const usual = (await Promise.all(USUAL_FOLDERS.map(expand))).flat();
  const pointedTo = await ask('pg_config', ['--bindir']);
  const candidates = [configured, ...onPath, pointedTo ?? '', ...usual].filter((folder) => folder !== '');
  const folders = (await Promise.all(candidates.map(binaryFolder))).filter((folder) => folder !== undefined);
  const installs = (await Promise.all([...new Set(folders)].map(inspect))).filter(
    (found) => found !== undefined,
  );
  const chosen = configured === '' ? undefined : await binaryFolder(configured);
  const rank = (install: PostgresInstall): number =>
    (install.binDirectory === chosen ? 1e6 : 0) +
    (install.citusVersion === undefined ? 0 : 1e3) +
    install.majorVersion;
  return installs.sort((a, b) => rank(b) - rank(a));
};

/** The real folder of the programs, following the links that some systems put on PATH; undefined where some are missing. */
const binaryFolder = async (folder: string): Promise<string | undefined> => {
  try {
    const real = path.dirname(await realpath(path.join(folder, 'pg_ctl')));
    await Promise.all(PROGRAMS.map((program) => access(path.join(real, program))));
    return real;
  } catch {
    return undefined;
  }
};

const inspect = async (binDirectory: string): Promise<PostgresInstall | undefined> => {
  const said = await ask(path.join(binDirectory, 'postgres'), ['--version']);
  const version = /(\d+(?:\.\d+|devel|beta\d+|rc\d+)*)/.exec(said ?? '')?.[1];
  if (version === undefined) return undefined;
  const extensions = await findExtensions(binDirectory);
  const citusVersion = extensions && (await findCitus(extensions));
  const foreignTables = ['postgres_fdw', 'dblink'].every((name) => extensions?.names.has(`${name}.control`));
  return {
    binDirectory,
    version,
    majorVersion: Number.parseInt(version, 10),
    ...(citusVersion !== undefined && { citusVersion }),
    ...(!foreignTables && { lacksForeignTables: true }),
  };
};

/** Where an install has its extensions, and the names of the files there. */
interface Extensions {
  readonly folder: string;
  readonly names: ReadonlySet<string>;
  readonly libraries: string | undefined;
}

/** As pg_config tells; small distributions have none, and keep to the usual places beside `bin`. */
const findExtensions = async (binDirectory: string): Promise<Extensions | undefined> => {
  const said = await ask(path.join(binDirectory, 'pg_config'), ['--sharedir', '--pkglibdir']);
  const [share, libraries] = said?.split('\n') ?? [];
  const beside = path.join(binDirectory, '..', 'share');
  for (const parent of share === undefined ? [path.join(beside, 'postgresql'), beside] : [share]) {
    const folder = path.join(parent, 'extension');
    const names = await readdir(folder).catch(() => undefined);
    if (names !== undefined) return { folder, names: new Set(names), libraries };
  }
  return undefined;
};

/** Version of the Citus extension that CREATE EXTENSION would install, from its control file. */
const findCitus = async ({ folder, names, libraries }: Extensions): Promise<string | undefined> => {
  if (!names.has('citus.control') || libraries === undefined) return undefined;
  const files = await readdir(libraries).catch(() => []);
  if (!files.some((name) => /^citus\.(so|dylib|dll)$/.test(name))) return undefined;
  const control = await readFile(path.join(folder, 'citus.control'), 'utf8').catch(() => '');
  return /default_version\s*=\s*'([^']+)'/.exec(control)?.[1];
};

const ask = async (program: string, args: readonly string[]): Promise<string | undefined> => {
  const { execa } = await loadExeca();
  const result = await execa(program, args, { cwd: os.tmpdir(), timeout: DEADLINE_MS, reject: false });
  return result.failed ? undefined : result.stdout.trim();
};

const expand = async (pattern: string): Promise<string[]> => {
  const [before = '', after] = pattern.split('*');
  if (after === undefined) return [pattern];
  const parent = path.dirname(`${before}x`);
  const prefix = before.slice(parent.length + 1);
  const names = await readdir(parent).catch(() => []);
  return names.filter((name) => name.startsWith(prefix)).map((name) => path.join(parent, name) + after);
};
