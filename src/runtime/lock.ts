import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { ClusterError } from '../cluster/errors.ts';

/** A holder renews its lock every second; one that hasn't for this long has crashed. */
const STALE_MS = 5000;
const RETRY_MS = 100;

/**
 * Does something while nobody else on this machine does anything under the same lock.
 * The lock of a crashed holder is taken over once it is stale.
 * @param what named in the error, such as `cluster “demo”`
 * @param patience `wait` outlasts a crashed holder's lock; `none` gives up at once
 * @throws ClusterError `busy` where somebody else holds it
 */
export const withLock = async <T>(
  file: string,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
  patience: 'wait' | 'none' = 'wait',
): Promise<T> => {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o711 });
  const lost = new AbortController();
  let release: () => Promise<void>;
  // Loaded with the first lock, not with the extension.
  const { lock } = await import('proper-lockfile');
  try {
    release = await lock(file, {
      lockfilePath: file,
      realpath: false,
      stale: STALE_MS,
      update: STALE_MS / 5,
      retries:
        patience === 'none'
          ? 0
          : { retries: (STALE_MS * 1.5) / RETRY_MS, factor: 1, minTimeout: RETRY_MS, maxTimeout: RETRY_MS },
      onCompromised: (error) => {
        lost.abort(error);
      },
    });
  } catch (cause) {
    throw new ClusterError(
      'busy',
      `Another window is at work on ${what}.`,
      { cluster: what },
      { nextStep: 'Wait until it is done, then try again.', cause },
    );
  }
  try {
    return await work(lost.signal);
  } finally {
    // A lock that was taken over is no longer ours to release.
    if (!lost.signal.aborted) await release();
  }
};
