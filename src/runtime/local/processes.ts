import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { loadExeca } from '../execa.ts';

/** A program of PostgreSQL's that is running. */
export interface PostgresProcess {
  readonly pid: number;
  /** Its program's name, such as `initdb`. */
  readonly program: string;
  /** Folder it works in, where the system tells. */
  readonly cwd: string | undefined;
  readonly args: readonly string[];
}

const PROGRAMS = new Set([
  'initdb',
  'pg_ctl',
  'postgres',
  'postmaster',
  'pg_basebackup',
  'pg_rewind',
  'psql',
]);

/** All running programs of PostgreSQL's that we may look at. */
export const postgresProcesses = async (): Promise<PostgresProcess[]> =>
  process.platform === 'linux' ? await fromProc() : await fromPs();

/** Whether a process works inside a folder: it runs there, or an argument of its names a path there. */
export const worksInside = (folder: string, candidate: PostgresProcess): boolean => {
  const inside = (value: string): boolean => value === folder || value.startsWith(folder + path.sep);
  return (
    (candidate.cwd !== undefined && inside(candidate.cwd)) ||
    candidate.args.some((argument) => inside(argument.replace(/^--?[a-zA-Z-]+=?/, '')))
  );
};

/** One process by its id; undefined where there is none, or it isn't PostgreSQL's. */
export const postgresProcess = async (pid: number): Promise<PostgresProcess | undefined> =>
  process.platform === 'linux'
    ? await readProc(pid)
    : (await fromPs()).find((candidate) => candidate.pid === pid);

const fromProc = async (): Promise<PostgresProcess[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(readProc));
  return found.filter((candidate) => candidate !== undefined);
};

const readProc = async (pid: number): Promise<PostgresProcess | undefined> => {
  // Processes come and go while we read, and some aren't ours to look at.
  const absent = (): undefined => undefined;
  const executable = await readlink(`/proc/${pid}/exe`).catch(absent);
  const program = path.basename(executable?.replace(/ \(deleted\)$/, '') ?? '');
  if (!PROGRAMS.has(program)) return undefined;
  const commandLine = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(absent)) ?? '';
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(absent);
  return { pid, program, cwd: cwd?.replace(/ \(deleted\)$/, ''), args: commandLine.split('\0').slice(1) };
};

const fromPs = async (): Promise<PostgresProcess[]> => {
  const { execa } = await loadExeca();
  const { stdout } = await execa('ps', ['-axo', 'pid=,command='], { timeout: 5000 });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, command = ''] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    const [executable = '', ...args] = command.split(' ');
    const program = path.basename(executable);
    return pid !== undefined && PROGRAMS.has(program)
      ? [{ pid: Number(pid), program, cwd: undefined, args }]
      : [];
  });
};
