import * as vscode from 'vscode';
import type { ClusterService } from '../../cluster/clusters.ts';
import { ClusterError } from '../../cluster/errors.ts';
import type { Cluster, ClusterNode } from '../../cluster/model.ts';
import type { ClusterMonitor, WatchedCluster } from '../../cluster/monitor.ts';
import type { NodeState } from '../../cluster/status.ts';
import type { ClusterRef, NodeRef } from '../../contract/refs.ts';
import { clusterDescription, nodeDescription } from '../explorer/describe.ts';

export interface NodeTarget {
  readonly cluster: Cluster;
  readonly node: ClusterNode;
}

/** What a command can be used on. */
export interface Fitting {
  /** Title of the list to pick from, such as `Stop a node`. */
  readonly title: string;
  /** States in which the command makes sense; all unless told. */
  readonly states?: readonly NodeState[];
  /** Kind of node that the command is for; any unless told. */
  readonly kind?: ClusterNode['kind'];
  /** What to say where there is nothing in these states. */
  readonly none?: string;
}

/** Finds out what a command is meant for: what it was called on, or what the person picks. */
export class Targets {
  readonly #service: Pick<ClusterService, 'list'>;
  readonly #monitor: ClusterMonitor;

  constructor(service: Pick<ClusterService, 'list'>, monitor: ClusterMonitor) {
    this.#service = service;
    this.#monitor = monitor;
  }

  /**
   * @returns undefined where the person picked nothing
   * @throws ClusterError `not-found` where the cluster is gone
   */
  async cluster(ref: ClusterRef | undefined, fitting: Fitting): Promise<Cluster | undefined> {
    if (ref) return this.#find(ref);
    const items = (await this.#fresh()).flatMap(({ cluster, status }): Choice<Cluster>[] => {
      const fits = cluster.nodes.some(({ name }) => fitsState(fitting, status?.get(name)?.state));
      const description = clusterDescription(cluster, status);
      return fits ? [{ label: cluster.name, description, detail: cluster.folder, target: cluster }] : [];
    });
    if (items.length === 1) return items[0]?.target;
    return this.#pick(items, fitting, 'cluster');
  }

  /**
   * @returns undefined where the person picked nothing
   * @throws ClusterError `not-found` where the cluster or the node is gone
   */
  async node(ref: NodeRef | undefined, fitting: Fitting): Promise<NodeTarget | undefined> {
    if (ref) {
      const cluster = await this.#find(ref);
      const node = cluster.nodes.find(({ name }) => name === ref.nodeName);
      if (!node) throw notFound(`${cluster.name} has no node ${ref.nodeName} any more.`, ref.nodeName);
      return { cluster, node };
    }
    const items = (await this.#fresh()).flatMap(({ cluster, status }) =>
      cluster.nodes
        .filter(({ kind }) => fitting.kind === undefined || fitting.kind === kind)
        .filter(({ name }) => fitsState(fitting, status?.get(name)?.state))
        .map((node): Choice<NodeTarget> => ({
          label: `${node.name} (${cluster.name})`,
          description: nodeDescription(node, status?.get(node.name)),
          target: { cluster, node },
        })),
    );
    return this.#pick(items, fitting, 'node');
  }

  async #fresh(): Promise<readonly WatchedCluster[]> {
    await this.#monitor.refresh();
    return this.#monitor.clusters;
  }

  async #find({ clusterId }: ClusterRef): Promise<Cluster> {
    const cluster = (await this.#service.list()).find(({ id }) => id === clusterId);
    if (!cluster) throw notFound('This cluster is not there any more.', clusterId);
    return cluster;
  }

  async #pick<T>(items: Choice<T>[], { title, none }: Fitting, noun: string): Promise<T | undefined> {
    if (items.length === 0) {
      await this.#sayNone(none);
      return undefined;
    }
    const picked = await vscode.window.showQuickPick(items, {
      title,
      placeHolder: `Pick a ${noun}`,
      matchOnDescription: true,
    });
    return picked?.target;
  }

  async #sayNone(none: string | undefined): Promise<void> {
    if (none !== undefined && this.#monitor.clusters.length > 0) {
      void vscode.window.showInformationMessage(none);
      return;
    }
    const provision = 'Provision Local Cluster…';
    const answer = await vscode.window.showInformationMessage('There is no cluster yet.', provision);
    if (answer === provision) await vscode.commands.executeCommand('citus.cluster.provision');
  }
}

interface Choice<T> extends vscode.QuickPickItem {
  readonly target: T;
}

const fitsState = ({ states }: Fitting, state: NodeState | undefined): boolean =>
  states === undefined || state === undefined || states.includes(state);

const notFound = (message: string, what: string): ClusterError =>
  new ClusterError('not-found', message, { what }, { nextStep: 'Refresh the Citus view.' });
