import { access, chmod, mkdir, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { ClusterError } from '../../../cluster/errors.ts';
import { withLock } from '../../lock.ts';
import { fileProblem } from './errors.ts';
import { PACKAGE_VERSION, packageOfThisMachine, type PostgresPackage } from './packages.ts';
import { finishInstall } from './unpack.ts';

/** Name of a package's folder among the installs, and of the files that belong to it. */
const nameOf = ({ platform }: PostgresPackage): string => `${platform}-${PACKAGE_VERSION}`;

/** Where a package's archive is kept while it is downloaded. */
export const archiveIn = (folder: string, wanted: PostgresPackage): string =>
  path.join(folder, `${nameOf(wanted)}.tgz.part`);

/**
 * Finds the PostgreSQL that was put into a folder.
 * @returns folder with its programs; undefined where it isn't there, or not whole
 */
export const downloadedInstall = async (folder: string): Promise<string | undefined> => {
  const wanted = packageOfThisMachine();
  if (wanted === undefined) return undefined;
  const programs = path.join(folder, nameOf(wanted), 'bin');
  return await access(programs).then(
    () => programs,
    () => undefined,
  );
};

/**
 * Puts PostgreSQL into a folder, unless it is there already. What bears its name is always whole, and nobody else
 * works in the folder meanwhile: another window that does is waited for.
 * @param folder where other accounts can get to; made where there is none
 * @param fill puts a package's `bin`, `lib` and `share` into the folder it is given, which isn't there yet
 * @param signal ends the waiting
 * @returns folder with the programs
 * @throws ClusterError `busy` where the waiting was ended, `folder-not-usable`; DownloadError; and what `fill` throws
 */
export const putInstall = async (
  folder: string,
  wanted: PostgresPackage,
  fill: (target: string, lost: AbortSignal) => Promise<void>,
  signal?: AbortSignal,
): Promise<string> => {
  const target = path.join(folder, nameOf(wanted));
  const partial = `${target}.new`;
  try {
    await makeFolder(folder);
    return await afterOthers(folder, signal, async (lost) => {
      const there = await downloadedInstall(folder);
      if (there !== undefined) return there;
      await removeWhole(partial);
      try {
        await fill(partial, lost);
        await finishInstall(partial);
        lost.throwIfAborted();
        await rename(partial, target);
      } catch (error) {
        await removeWhole(partial);
        throw error;
      }
      return path.join(target, 'bin');
    });
  } catch (error) {
    throw fileProblem(error, folder);
  }
};

/**
 * Removes the PostgreSQL that was put into a folder, and what an interrupted download left. No server may run with it.
 * @throws ClusterError `busy`, `folder-not-usable`
 */
export const removeDownloaded = async (folder: string): Promise<void> => {
  const wanted = packageOfThisMachine();
  if (wanted === undefined) return;
  const target = path.join(folder, nameOf(wanted));
  try {
    await alone(folder, async () => {
      await removeWhole(`${target}.new`);
      // Under another name first: what bears the right one is always whole.
      await rename(target, `${target}.new`).catch(ignoreMissing);
      await removeWhole(`${target}.new`);
      await rm(archiveIn(folder, wanted), { force: true });
    });
    await rmdir(folder).catch(() => undefined); // It may hold things that aren't ours.
  } catch (error) {
    throw fileProblem(error, folder);
  }
};

/** Makes a folder that every account can get to, but not look around in, with its missing parents. */
const makeFolder = async (folder: string): Promise<void> => {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = path.dirname(made)) await chmod(made, 0o711);
};

const alone = <T>(folder: string, work: (lost: AbortSignal) => Promise<T>): Promise<T> =>
  withLock(path.join(folder, 'lock'), 'the download of PostgreSQL', work);

/** A download takes as long as it takes; the lock of one that crashed is taken over. */
const afterOthers = async <T>(
  folder: string,
  signal: AbortSignal | undefined,
  work: (lost: AbortSignal) => Promise<T>,
): Promise<T> => {
  for (;;) {
    try {
      return await alone(folder, work);
    } catch (error) {
      if (!ClusterError.is(error, 'busy') || signal?.aborted) throw error;
    }
  }
};

const removeWhole = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });

const ignoreMissing = (error: unknown): void => {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
};
