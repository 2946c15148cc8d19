import { constants, type Stats } from 'node:fs';
import { chmod, chown, copyFile, mkdir, open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CommandError } from '../runtime.ts';

/** Folders that a copy needs empty: the server fills them anew, or their contents would harm the copy. */
const EMPTY_FOLDERS = new Set([
  'pg_dynshmem',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_wal',
]);
const LEFT_OUT = /^(postmaster\.(pid|opts)$|pgsql_tmp|pg_internal\.init)/;
/** Comes last, so that no server starts on a copy that isn't whole. */
const CONTROL_FILE = path.join('global', 'pg_control');

/** As many as Node has threads for files, unless told otherwise. */
const COPIERS = 4;
const CHUNK_BYTES = 1024 ** 2;

/**
 * Copies the data folder of a running server, with owners and permissions, as PostgreSQL's low-level backup wants it
 * (PostgreSQL manual, 26.3.3 "Making a Base Backup Using the Low Level API"). To be called between `pg_backup_start`
 * and `pg_backup_stop`. The copy has no WAL; its server makes it durable when it first starts.
 * @param target folder that isn't there yet; its parent is. After an error it is left to the caller.
 * @throws CommandError where there are tablespaces, or files can't be copied; `cancelled` when the signal is aborted
 */
export const copyDataFolder = async (source: string, target: string, signal?: AbortSignal): Promise<void> => {
  try {
    await refuseTablespaces(source);
    await copyFiles(await copyFolders(source, target, ''), fileCopier(source, target, signal));
    await copyControlFile(path.join(source, CONTROL_FILE), path.join(target, CONTROL_FILE));
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    if (signal?.aborted) {
      throw new CommandError('Copying the data folder was cancelled.', '', { cancelled: true, cause });
    }
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`The data folder ${source} could not be copied.`, why, { cause });
  }
};

/** Their files lie elsewhere, and two servers of one machine can't have them in the same place. */
const refuseTablespaces = async (source: string): Promise<void> => {
  const tablespaces = await readdir(path.join(source, 'pg_tblspc'));
  if (tablespaces.length === 0) return;
  throw new CommandError(
    `The server in ${source} has tablespaces, so it can't be copied on its own machine. Drop them, then try again.`,
    '',
  );
};

/**
 * Makes a folder and those in it, without files.
 * @param folder relative to source and target
 * @returns the files to copy, likewise
 */
const copyFolders = async (source: string, target: string, folder: string): Promise<string[]> => {
  const from = path.join(source, folder);
  const to = path.join(target, folder);
  const like = await stat(from);
  await mkdir(to, 0o700);
  await takeAfter(like, to);
  if (EMPTY_FOLDERS.has(folder)) return [];
  const files: string[] = [];
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (LEFT_OUT.test(entry.name) || name === CONTROL_FILE) continue;
    // pg_wal may be a link to a folder elsewhere.
    if (entry.isDirectory() || EMPTY_FOLDERS.has(name))
      files.push(...((await unlessGone(copyFolders(source, target, name))) ?? []));
    else if (entry.isFile()) files.push(name);
  }
  return files;
};

/** Several at a time. When this ends, all of them have ended. */
const copyFiles = async (
  files: readonly string[],
  copyOne: (file: string, buffer: Buffer) => Promise<void>,
): Promise<void> => {
  const queue = [...files];
  const copyRest = async (): Promise<void> => {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    try {
      for (let file = queue.pop(); file !== undefined; file = queue.pop())
        await unlessGone(copyOne(file, buffer));
    } catch (error) {
      queue.length = 0;
      throw error;
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: COPIERS }, copyRest));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
};

/**
 * Copies files by having them share their blocks, where the file system can do that, and otherwise by reading and
 * writing: a plain `copyFile` never ends when its source is truncated meanwhile, as servers do.
 */
const fileCopier = (source: string, target: string, signal?: AbortSignal) => {
  let canClone = true;
  return async (file: string, buffer: Buffer): Promise<void> => {
    signal?.throwIfAborted();
    const from = path.join(source, file);
    const to = path.join(target, file);
    const like = await stat(from);
    const cloned = canClone && (await clone(from, to));
    canClone = cloned;
    if (!cloned) await readAndWrite(from, to, buffer, signal);
    await takeAfter(like, to);
  };
};

/** @returns whether the file system could */
const clone = async (from: string, to: string): Promise<boolean> => {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch (error) {
    if (isGone(error)) throw error;
    return false;
  }
};

const readAndWrite = async (
  from: string,
  to: string,
  buffer: Buffer,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const reader = await open(from);
  try {
    const writer = await open(to, 'wx', 0o600);
    try {
      for (;;) {
        signal?.throwIfAborted();
        const { bytesRead } = await reader.read(buffer, 0, buffer.length, null);
        if (bytesRead === 0) return;
        await writer.writeFile(buffer.subarray(0, bytesRead));
      }
    } finally {
      await writer.close();
    }
  } finally {
    await reader.close();
  }
};

/** The server writes this file in place, so a reading may be torn; two equal ones in a row are not. */
const copyControlFile = async (from: string, to: string): Promise<void> => {
  let content = await readFile(from);
  for (;;) {
    const again = await readFile(from);
    if (again.equals(content)) break;
    content = again;
  }
  await writeFile(to, content, { flag: 'wx', mode: 0o600 });
  await takeAfter(await stat(from), to);
};

const takeAfter = async ({ mode, uid, gid }: Stats, to: string): Promise<void> => {
  // Only root may give files away; everybody else's are their own.
  if (process.getuid?.() === 0) await chown(to, uid, gid);
  await chmod(to, mode & 0o777);
};

/** Files and folders go while a server works, and its WAL says that they did. */
const unlessGone = <T>(copying: Promise<T>): Promise<T | undefined> =>
  copying.catch((error: unknown) => {
    if (isGone(error)) return undefined;
    throw error;
  });

const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
