import * as vscode from 'vscode';
import type { ClusterService } from '../../cluster/clusters.ts';
import { isSupported } from '../../cluster/provision/platform.ts';
import { ContextKeys } from '../../contract/ids.ts';
import type { Guard } from '../guard.ts';
import type { Guides } from './guides.ts';

export interface InstallCommandDependencies {
  readonly service: Pick<ClusterService, 'installs' | 'removeDownload'>;
  readonly guides: Guides;
  readonly guard: Guard;
}

/** Registers what is done about the PostgreSQL and Citus of this machine. */
export const registerInstallCommands = ({
  service,
  guides,
  guard,
}: InstallCommandDependencies): vscode.Disposable =>
  vscode.Disposable.from(
    guard.registerCommand('citus.installs.howTo', () => guides.showInstallCitus()),
    guard.registerCommand('citus.installs.checkAgain', () => checkAgain(service)),
    guard.registerCommand('citus.installs.removeDownload', async () => {
      const removed = await service.removeDownload();
      void vscode.window.showInformationMessage(
        removed ? 'The downloaded PostgreSQL is removed.' : 'No PostgreSQL was downloaded.',
      );
    }),
  );

/** Finds what was installed since, without a restart. */
const checkAgain = async (service: Pick<ClusterService, 'installs'>): Promise<void> => {
  const installs = await service.installs();
  const found = installs.find(
    ({ version, citusVersion }) => isSupported(version) && citusVersion !== undefined,
  );
  await vscode.commands.executeCommand('setContext', ContextKeys.citusInstalled, found !== undefined);
  if (!found) {
    void vscode.window.showInformationMessage(
      'Citus is not there yet: no PostgreSQL of this machine has it. If yours lies in an unusual folder, name that in the setting citus.postgres.binDirectory.',
    );
    return;
  }
  const provision = 'Provision Local Cluster…';
  const answer = await vscode.window.showInformationMessage(
    `Citus ${found.citusVersion ?? ''} is there, with PostgreSQL ${found.version} in ${found.binDirectory}.`,
    provision,
  );
  if (answer === provision) await vscode.commands.executeCommand('citus.cluster.provision');
};
