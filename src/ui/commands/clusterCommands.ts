import * as vscode from 'vscode';
import type { ClusterService } from '../../cluster/clusters.ts';
import type { Cluster, ClusterNode } from '../../cluster/model.ts';
import type { ClusterMonitor } from '../../cluster/monitor.ts';
import type { NodeState } from '../../cluster/status.ts';
import { count } from '../format.ts';
import type { Guard } from '../guard.ts';
import { withOperationProgress } from '../progress.ts';
import { nodeTools } from './nodeTools.ts';
import { Targets } from './targets.ts';

export interface ClusterCommandDependencies {
  readonly service: ClusterService;
  readonly monitor: ClusterMonitor;
  readonly guard: Guard;
}

type Operation = 'start' | 'stop' | 'restart';

interface OperationWords {
  readonly verb: string;
  readonly doing: string;
  /** States of a node in which the operation makes sense. */
  readonly states: readonly NodeState[];
  /** Said where no node is in one of them. */
  readonly none: string;
}

const OPERATIONS: Readonly<Record<Operation, OperationWords>> = {
  start: { verb: 'Start', doing: 'Starting', states: ['stopped'], none: 'Every node runs already.' },
  stop: {
    verb: 'Stop',
    doing: 'Stopping',
    states: ['running', 'starting', 'unresponsive', 'refused'],
    none: 'No node is running.',
  },
  restart: {
    verb: 'Restart',
    doing: 'Restarting',
    states: ['running', 'starting', 'unresponsive', 'refused'],
    none: 'No node is running.',
  },
};

/** Registers what is done to clusters and nodes that exist. */
export const registerClusterCommands = ({
  service,
  monitor,
  guard,
}: ClusterCommandDependencies): vscode.Disposable => {
  const targets = new Targets(service, monitor);

  const operate = async (
    operation: Operation,
    cluster: Cluster,
    nodes?: readonly ClusterNode[],
  ): Promise<void> => {
    const what = nodes
      ? `${nodes.map(({ name }) => name).join(', ')} (${cluster.name})`
      : `“${cluster.name}”`;
    await withOperationProgress(`${OPERATIONS[operation].doing} ${what}`, (options) =>
      service[operation](cluster, nodes, options),
    );
  };

  const clusterCommand = (operation: Operation): vscode.Disposable =>
    guard.registerCommand(`citus.cluster.${operation}`, async (ref) => {
      const { verb, states, none } = OPERATIONS[operation];
      const cluster = await targets.cluster(ref, { title: `${verb} a cluster`, states, none });
      if (cluster) await operate(operation, cluster);
    });

  const nodeCommand = (operation: Operation): vscode.Disposable =>
    guard.registerCommand(`citus.node.${operation}`, async (ref) => {
      const { verb, states, none } = OPERATIONS[operation];
      const target = await targets.node(ref, { title: `${verb} a node`, states, none });
      if (target) await operate(operation, target.cluster, [target.node]);
    });

  const addWorker = guard.registerCommand('citus.cluster.addWorker', async (ref) => {
    const cluster = await targets.cluster(ref, {
      title: 'Add a worker to a cluster',
      states: ['running'],
      none: 'No cluster is running.',
    });
    if (!cluster) return;
    const larger = await withOperationProgress(`Adding a worker to “${cluster.name}”`, (options) =>
      service.addWorker(cluster, options),
    );
    const added = larger.nodes.at(-1);
    void vscode.window.showInformationMessage(
      `${added?.name ?? 'A worker'} belongs to “${cluster.name}” now. Tables that are distributed from here on use it.`,
    );
  });

  const destroy = guard.registerCommand('citus.cluster.destroy', async (ref) => {
    const cluster = await targets.cluster(ref, { title: 'Destroy a cluster' });
    if (!cluster || !(await confirmDestroy(cluster))) return;
    const stayed = await withOperationProgress(`Destroying “${cluster.name}”`, (options) =>
      service.destroy(cluster, options),
    );
    void vscode.window.showInformationMessage(destroyedText(cluster, stayed));
  });

  return vscode.Disposable.from(
    clusterCommand('start'),
    clusterCommand('stop'),
    clusterCommand('restart'),
    nodeCommand('start'),
    nodeCommand('stop'),
    nodeCommand('restart'),
    addWorker,
    destroy,
    nodeTools(service, targets, guard),
  );
};

/** Has the person type the cluster's name. */
const confirmDestroy = async (cluster: Cluster): Promise<boolean> => {
  const consequence = `Its data in ${cluster.folder} is deleted for good.`;
  const typed = await vscode.window.showInputBox({
    title: `Destroy “${cluster.name}” and its ${count(cluster.nodes.length, 'server')}`,
    prompt: `${consequence} Type ${cluster.name} to confirm.`,
    placeHolder: cluster.name,
    ignoreFocusOut: true,
    validateInput: (value) =>
      cluster.name.startsWith(value) ? undefined : `That is not “${cluster.name}”. ${consequence}`,
  });
  return typed === cluster.name;
};

const destroyedText = (cluster: Cluster, stayed: readonly string[]): string =>
  stayed.length === 0
    ? `Cluster “${cluster.name}” is gone.`
    : `Cluster “${cluster.name}” is gone. Its folder ${cluster.folder} stays, because it holds other things: ${stayed.join(', ')}.`;
