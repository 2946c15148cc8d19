import * as v from 'valibot';
import type { Session } from './session.ts';

/** What belongs into a copy of a data folder besides the files. Each is to be written byte for byte. */
export interface BackupFiles {
  /** Content of `backup_label`. */
  readonly labelFile: string;
  /** Content of `tablespace_map`; empty where there are no tablespaces, and then no file is to be made. */
  readonly tablespaceMap: string;
}

const Stopped = v.object({ labelFile: v.string(), tablespaceMap: v.string() });

/** Nobody archives WAL here: a replication slot keeps it. */
const STOP = `SELECT labelfile AS "labelFile", coalesce(spcmapfile, '') AS "tablespaceMap"
  FROM pg_catalog.pg_backup_stop(wait_for_archive => false)`;

/**
 * Makes a replication slot that keeps WAL from now on, and not only from when a standby first connects, so that a
 * copy begun after this lacks nothing.
 * @param name of the slot, not quoted
 * @throws ServerError where there is such a slot already
 */
export const createReplicationSlot = (session: Session, name: string): Promise<void> =>
  session.run('SELECT pg_catalog.pg_create_physical_replication_slot($1, immediately_reserve => true)', [
    name,
  ]);

/**
 * Has `copy` copy the files of a running server in a way that a server can recover from them (PostgreSQL manual,
 * 26.3.3 "Making a Base Backup Using the Low Level API"). Needs PostgreSQL 15 or later.
 * @param session stays open for as long as the copy takes: the server forgets the backup with it
 * @param label tells people what the backup is for
 * @throws ServerError, ConnectionError, and what `copy` throws; no backup is under way then
 */
export const withBackup = async (
  session: Session,
  label: string,
  copy: () => Promise<void>,
): Promise<BackupFiles> => {
  // The fast checkpoint spares the wait for the next one, minutes by default.
  await session.run('SELECT pg_catalog.pg_backup_start($1, fast => true)', [label]);
  try {
    await copy();
  } catch (error) {
    // Where this fails, the session is lost, and the backup with it.
    await session.run(STOP).catch(() => undefined);
    throw error;
  }
  const [files] = await session.query(Stopped, STOP);
  if (files === undefined) throw new Error('pg_backup_stop returned no row.');
  return files;
};
