import { standbyConfiguration } from '../../postgres/configuration.ts';
import { createReplicationSlot, withBackup } from '../../postgres/lowLevelBackup.ts';
import { baseBackup } from '../../postgres/serverCommands.ts';
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
  const { files, paths } = host;
  const inData = (name: string): string => inFolder(paths.data, name);
  const copy = await host.dataFolderCopy();
  const source = { primary: peerAddress(primary), user: REPLICATION_USER, passfile: paths.passfile };
  await onNode(work, primary, signal, async (session) => {
    await createReplicationSlot(session, standby.name);
    if (!copy) return;
    const { labelFile } = await withBackup(session, standby.name, () =>
      copy(work.runtime.node(primary.name).paths, signal),
    );
    await files.write(inData('backup_label'), labelFile, 0o600);
  });
  if (!copy) await host.run(baseBackup({ ...source, dataDirectory: paths.data }), signal);
  await files.write(inData('standby.signal'), '', 0o600);
  const settings = standbyConfiguration({ ...source, slot: standby.name });
  const automatic = inData('postgresql.auto.conf');
  await files.write(automatic, `${(await files.read(automatic)) ?? ''}${settings}`, 0o600);
};
