import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The checkout that this script belongs to. */
export const root = resolve(import.meta.dirname, '..', '..');

/** What builds and test runs leave behind; git ignores it. */
export const outFolder = join(root, 'out');

/** Large things that are worth keeping between checkouts, such as the editor that tests run in. */
export const cacheFolder = join(
  process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
  'citus-multi-coordinator',
);
