import { standbyConfiguration } from '../../postgres/configuration.ts';
import { createReplicationSlot, withBackup } from '../../postgres/lowLevelBackup.ts';
import { baseBackup } from '../../postgres/serverCommands.ts';
import type { DataFolderCopy } from '../../runtime/runtime.ts';
import { type ClusterNode, peerAddress } from '../model.ts';
import { inFolder, onNode, type Provisioning, REPLICATION_USER } from './provisioning.ts';

/**
 * Copies the running primary to a new node that will follow it through a replication slot of its own: by
 * pg_basebackup, or, where there is none, by PostgreSQL's low-level backup functions and a copy of the folder.
 * @throws CommandError, ServerError, ConnectionError
 */
export const copyPrimary = async (
  work: Provisioning,
  primary: ClusterNode,
  standby: ClusterNode,
  signal: AbortSignal,
): Promise<void> => {
  const host = work.runtime.node(standby.name);
  const copy = await host.dataFolderCopy();
  if (copy) {
    await copyByHand(work, primary, standby, copy, signal);
    return;
  }
  const command = baseBackup({
    primary: peerAddress(primary),
    user: REPLICATION_USER,
    slot: standby.name,
    dataDirectory: host.paths.data,
    passfile: host.paths.passfile,
  });
  await host.run(command, signal);
};

const copyByHand = async (
  work: Provisioning,
  primary: ClusterNode,
  standby: ClusterNode,
  copy: DataFolderCopy,
  signal: AbortSignal,
): Promise<void> => {
  const { files, paths } = work.runtime.node(standby.name);
  const { labelFile } = await onNode(work, primary, signal, async (session) => {
    // The slot keeps what is written from here on, so that the copy needs no WAL of its own.
    await createReplicationSlot(session, standby.name);
    return await withBackup(session, standby.name, () => copy(work.runtime.node(primary.name).paths, signal));
  });
  await files.write(inFolder(paths.data, 'backup_label'), labelFile, 0o600);
  await files.write(inFolder(paths.data, 'standby.signal'), '', 0o600);
  const settings = standbyConfiguration({
    primary: peerAddress(primary),
    user: REPLICATION_USER,
    slot: standby.name,
    passfile: paths.passfile,
  });
  const automatic = inFolder(paths.data, 'postgresql.auto.conf');
  await files.write(automatic, `${(await files.read(automatic)) ?? ''}${settings}`, 0o600);
};
