import * as vscode from 'vscode';
import type { ClusterService } from '../../cluster/clusters.ts';
import { ClusterError } from '../../cluster/errors.ts';
import { type Cluster, coordinators, workers } from '../../cluster/model.ts';
import type { ClusterMonitor } from '../../cluster/monitor.ts';
import { toRequest, type ProvisionWishes } from '../../cluster/provision/request.ts';
import type { SettingId } from '../../contract/settings.ts';
import type { Explorer } from '../explorer/explorer.ts';
import { count } from '../format.ts';
import type { Guard } from '../guard.ts';
import { withOperationProgress } from '../progress.ts';
import { askForChange, browseForInstall } from './changes.ts';
import { showHub } from './hub.ts';
import { type Draft, draft } from './plan.ts';

export interface ProvisionDependencies {
  readonly service: ClusterService;
  readonly monitor: ClusterMonitor;
  readonly explorer: Explorer;
  readonly guard: Guard;
}

/** Registers `Citus: Provision Local Cluster…`. */
export const registerProvisionCommand = (dependencies: ProvisionDependencies): vscode.Disposable => {
  const { service, monitor, explorer, guard } = dependencies;
  return guard.registerCommand('citus.cluster.provision', async () => {
    const plan = await agreeOnPlan(service, guard);
    if (!plan) return undefined;
    const cluster = await withOperationProgress(`Provisioning “${plan.proposal.name}”`, (options) =>
      service.provision(toRequest(plan.proposal), options),
    );
    await monitor.refresh();
    await explorer.reveal({ clusterId: cluster.id });
    void offerNewFile(cluster);
    return { clusterId: cluster.id };
  });
};

/** Shows the plan until it is accepted, with each change asked for worked into it. */
const agreeOnPlan = async (service: ClusterService, guard: Guard): Promise<Draft | undefined> => {
  let planning = draft(service, {});
  for (;;) {
    try {
      const answer = await showHub(planning);
      if (!answer || answer.picked === 'accept') return answer?.plan;
      const changed = await askForChange(service, answer.picked, answer.plan).catch((error: unknown) => {
        guard.report(error);
      });
      planning = Promise.resolve(changed ?? answer.plan);
    } catch (error) {
      if (!ClusterError.is(error, 'no-citus')) throw error;
      const wishes = await helpToFindCitus(error);
      if (!wishes) return undefined;
      planning = draft(service, wishes);
    }
  }
};

/** @returns wishes with a PostgreSQL that the person showed us; undefined where they do something else first */
const helpToFindCitus = async (error: ClusterError): Promise<ProvisionWishes | undefined> => {
  const browse = 'Choose Folder…';
  const openSetting = 'Open Setting';
  const answer = await vscode.window.showErrorMessage(
    [error.message, error.nextStep].filter(Boolean).join(' '),
    browse,
    openSetting,
  );
  if (answer === openSetting) {
    await vscode.commands.executeCommand(
      'workbench.action.openSettings',
      'citus.postgres.binDirectory' satisfies SettingId,
    );
  }
  if (answer !== browse) return undefined;
  const binDirectory = await browseForInstall();
  return binDirectory === undefined ? undefined : { binDirectory };
};

const offerNewFile = async (cluster: Cluster): Promise<void> => {
  const newFile = 'New SQL File';
  const [first] = coordinators(cluster);
  const nodes = `${count(coordinators(cluster).length, 'coordinator')} and ${count(workers(cluster).length, 'worker')}`;
  const answer = await vscode.window.showInformationMessage(
    `Cluster “${cluster.name}” is running with ${nodes}.`,
    newFile,
  );
  if (answer === newFile && first) {
    await vscode.commands.executeCommand('citus.sql.newFile', {
      clusterId: cluster.id,
      nodeName: first.name,
    });
  }
};
