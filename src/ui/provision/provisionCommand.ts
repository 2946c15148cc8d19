import * as vscode from 'vscode';
import type { ClusterService } from '../../cluster/clusters.ts';
import { ClusterError } from '../../cluster/errors.ts';
import { type Cluster, coordinators, workers } from '../../cluster/model.ts';
import type { ClusterMonitor } from '../../cluster/monitor.ts';
import { type ProvisionRequest, toRequest, type ProvisionWishes } from '../../cluster/provision/request.ts';
import type { SettingId } from '../../contract/settings.ts';
import type { Explorer } from '../explorer/explorer.ts';
import { count } from '../format.ts';
import type { Guard } from '../guard.ts';
import { withOperationProgress } from '../progress.ts';
import { askForChange, browseForInstall } from './changes.ts';
import type { Guides } from './guides.ts';
import { showHub } from './hub.ts';
import { draft } from './plan.ts';

export interface ProvisionDependencies {
  readonly service: ClusterService;
  readonly monitor: ClusterMonitor;
  readonly explorer: Explorer;
  readonly guides: Guides;
  readonly guard: Guard;
}

/** Registers `Citus: Provision Local Cluster…`. */
export const registerProvisionCommand = (dependencies: ProvisionDependencies): vscode.Disposable => {
  const { service, monitor, explorer, guides, guard } = dependencies;
  return guard.registerCommand('citus.cluster.provision', async () => {
    const request = await agreeOnPlan(service, guides, guard);
    if (!request) return undefined;
    const cluster = await provision(service, request);
    if (!cluster) return undefined;
    await monitor.refresh();
    await explorer.reveal({ clusterId: cluster.id });
    void offerNewFile(cluster);
    return { clusterId: cluster.id };
  });
};

/** Shows the plan until it is accepted, with each change asked for worked into it. */
const agreeOnPlan = async (
  service: ClusterService,
  guides: Guides,
  guard: Guard,
): Promise<ProvisionRequest | undefined> => {
  let planning = draft(service, {});
  for (;;) {
    try {
      const answer = await showHub(planning, () => void guides.showLimits());
      if (!answer) return undefined;
      const { plan, picked } = answer;
      planning = Promise.resolve(plan);
      switch (picked.kind) {
        case 'provision':
          return toRequest({ ...plan.proposal, platform: picked.platform });
        case 'installCitus':
          await guides.showInstallCitus();
          return undefined;
        case 'obstacle':
          if (!(await lookAgain(picked))) return undefined;
          planning = draft(service, plan.wishes);
          break;
        case 'change': {
          const changed = await askForChange(service, guides, picked.change, plan).catch((error: unknown) => {
            guard.report(error);
          });
          if (changed === 'elsewhere') return undefined;
          if (changed) planning = Promise.resolve(changed);
        }
      }
    } catch (error) {
      if (!ClusterError.is(error, 'no-platform')) throw error;
      const wishes = await helpToFindPostgres(error);
      if (!wishes) return undefined;
      planning = draft(service, wishes);
    }
  }
};

/** Provisions; where the account that the servers need isn't there, offers to make it first. */
const provision = async (
  service: ClusterService,
  request: ProvisionRequest,
): Promise<Cluster | undefined> => {
  const run = (): Promise<Cluster> =>
    withOperationProgress(`Provisioning “${request.name}”`, (options) => service.provision(request, options));
  try {
    return await run();
  } catch (error) {
    if (!ClusterError.is(error, 'no-os-user')) throw error;
    const make = `Make Account “${error.detail.osUser}”`;
    const answer = await vscode.window.showErrorMessage(
      [error.message, error.nextStep].filter(Boolean).join(' '),
      make,
    );
    if (answer !== make) return undefined;
    await service.createServerUser();
    return await run();
  }
};

/** @returns whether to look again, after the person has mended it */
const lookAgain = async ({ message, nextStep }: { message: string; nextStep: string }): Promise<boolean> => {
  const again = 'Check Again';
  return (
    (await vscode.window.showInformationMessage(message, { modal: true, detail: nextStep }, again)) === again
  );
};

/** @returns wishes with a PostgreSQL that the person showed us; undefined where they do something else first */
const helpToFindPostgres = async (error: ClusterError): Promise<ProvisionWishes | undefined> => {
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
