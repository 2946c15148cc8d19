import * as vscode from 'vscode';
import type { ClusterService } from '../../cluster/clusters.ts';
import { coordinators, workers } from '../../cluster/model.ts';
import type { ClusterMonitor, MonitorChange } from '../../cluster/monitor.ts';
import { errorMessage } from '../errorText.ts';
import { ClusterTables } from './clusterTables.ts';
import { clusterContext, clusterDescription } from './describe.ts';
import {
  type ClusterElement,
  elementId,
  type ExplorerElement,
  type GroupElement,
  type MessageElement,
  type TableElement,
} from './elements.ts';
import { TreeItems } from './treeItems.ts';

/** No branch of the tree keeps anybody waiting longer for its first answer. */
const PATIENCE_MS = 2000;

/** Cluster → Coordinators, Workers → nodes; Tables → tables → shards. */
export class ExplorerTree implements vscode.TreeDataProvider<ExplorerElement>, vscode.Disposable {
  readonly #service: Pick<ClusterService, 'sharding' | 'credentials'>;
  readonly #monitor: ClusterMonitor;
  readonly #items: TreeItems;
  readonly #changed = new vscode.EventEmitter<ExplorerElement | ExplorerElement[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  /** VS Code knows an element by its identity, so the same thing is always the same object. */
  readonly #elements = new Map<string, ExplorerElement>();
  readonly #tables = new Map<string, ClusterTables>();
  /** Ids of clusters whose tables are unfolded, and of clusters that are folded up themselves. */
  readonly #unfoldedTables = new Set<string>();
  readonly #foldedClusters = new Set<string>();
  #visible = false;
  /** What each cluster's own line said last. */
  readonly #clusterLines = new Map<string, string>();
  readonly #unsubscribe: () => void;

  constructor(
    service: Pick<ClusterService, 'sharding' | 'credentials'>,
    monitor: ClusterMonitor,
    extensionUri: vscode.Uri,
  ) {
    this.#service = service;
    this.#monitor = monitor;
    this.#items = new TreeItems(
      extensionUri,
      (clusterId) => monitor.find(clusterId),
      (clusterId) => this.#tablesOf(clusterId),
      (cluster) => service.sharding(cluster),
    );
    this.#unsubscribe = monitor.onDidChange((change) => {
      this.#onMonitorChange(change);
    });
  }

  getTreeItem(element: ExplorerElement): vscode.TreeItem {
    return this.#items.item(element);
  }

  resolveTreeItem(item: vscode.TreeItem, element: ExplorerElement): vscode.TreeItem {
    const tooltip = this.#items.tooltip(element);
    if (tooltip) item.tooltip = tooltip;
    return item;
  }

  async getChildren(element?: ExplorerElement): Promise<ExplorerElement[]> {
    switch (element?.kind) {
      case undefined:
        return this.#clusters();
      case 'cluster':
        return (['coordinators', 'workers', 'tables'] as const).map((group) =>
          this.#same({ kind: 'group', clusterId: element.clusterId, group }),
        );
      case 'group':
        return element.group === 'tables' ? this.#tableElements(element) : this.#nodes(element);
      case 'table':
        return this.#shards(element);
      case 'node':
      case 'shard':
      case 'message':
        return [];
    }
  }

  /** Asked for only by `reveal`, which is used for clusters. */
  getParent(): undefined {
    return undefined;
  }

  clusterElement(clusterId: string): ClusterElement {
    return this.#same({ kind: 'cluster', clusterId });
  }

  /** Whether the view is on the screen: what nobody sees isn't asked for. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    this.#followTables();
  }

  /** Told when a person folds or unfolds something. */
  setFolded(element: ExplorerElement, folded: boolean): void {
    if (element.kind === 'cluster') toggle(this.#foldedClusters, element.clusterId, folded);
    if (element.kind === 'group' && element.group === 'tables') {
      toggle(this.#unfoldedTables, element.clusterId, !folded);
    }
    this.#followTables();
  }

  /** Reads again what the monitor doesn't know: the tables that are in sight. */
  async refreshTables(): Promise<void> {
    await Promise.all([...this.#tables.values()].map((tables) => tables.refresh()));
  }

  dispose(): void {
    this.#unsubscribe();
    for (const tables of this.#tables.values()) tables.dispose();
    this.#changed.dispose();
  }

  #tablesOf(clusterId: string): ClusterTables {
    const known = this.#tables.get(clusterId);
    if (known) return known;
    const tables = new ClusterTables(
      this.#service,
      () => this.#monitor.find(clusterId),
      () => {
        this.#changed.fire(this.#group(clusterId, 'tables'));
      },
    );
    this.#tables.set(clusterId, tables);
    return tables;
  }

  #followTables(): void {
    for (const [clusterId, tables] of this.#tables) {
      const inSight =
        this.#visible && this.#unfoldedTables.has(clusterId) && !this.#foldedClusters.has(clusterId);
      if (inSight) tables.follow();
      else tables.rest();
    }
  }

  async #clusters(): Promise<ExplorerElement[]> {
    const watched = await this.#monitor.known();
    const { listFailure } = this.#monitor;
    if (listFailure !== undefined) {
      return [message('', 'problem', `The list of clusters can't be read: ${errorMessage(listFailure)}`)];
    }
    return watched
      .map(({ cluster }) => cluster)
      .sort((a, b) => a.name.localeCompare(b.name))
      .map((cluster) => this.clusterElement(cluster.id));
  }

  #nodes({ clusterId, group }: GroupElement): ExplorerElement[] {
    const cluster = this.#monitor.find(clusterId)?.cluster;
    if (!cluster) return [];
    const nodes = group === 'workers' ? workers(cluster) : coordinators(cluster);
    return nodes.map((node) => this.#same({ kind: 'node', clusterId, nodeName: node.name }));
  }

  async #tableElements(group: GroupElement): Promise<ExplorerElement[]> {
    const tables = this.#tablesOf(group.clusterId);
    this.setFolded(group, false);
    if (!tables.tables && tables.failure === undefined) await tables.news(PATIENCE_MS);
    if (tables.failure !== undefined) return [message(elementId(group), 'problem', tables.failure)];
    if (!tables.tables) return [message(elementId(group), 'waiting', 'Waiting for the coordinator…')];
    if (tables.tables.length === 0) return [message(elementId(group), 'note', 'No distributed tables yet')];
    return tables.tables.map((table) => ({ kind: 'table', clusterId: group.clusterId, table }));
  }

  async #shards(element: TableElement): Promise<ExplorerElement[]> {
    const tables = this.#tablesOf(element.clusterId);
    if (!tables.shards(element.table)) await tables.news(PATIENCE_MS);
    const shards = tables.shards(element.table);
    if (!shards) return [message(elementId(element), 'waiting', 'Waiting for the coordinator…')];
    return shards.map((shard) => ({ ...element, kind: 'shard', shard }));
  }

  #group(clusterId: string, group: GroupElement['group']): GroupElement {
    return this.#same({ kind: 'group', clusterId, group });
  }

  #same<E extends ExplorerElement>(element: E): E {
    const id = elementId(element);
    const known = this.#elements.get(id);
    if (known) return known as E;
    this.#elements.set(id, element);
    return element;
  }

  #onMonitorChange(change: MonitorChange): void {
    if (change.kind === 'clusters') {
      for (const [clusterId, tables] of this.#tables) {
        if (this.#monitor.find(clusterId)) continue;
        tables.dispose();
        this.#tables.delete(clusterId);
      }
      this.#changed.fire(undefined);
      return;
    }
    const { clusterId, nodeNames } = change;
    this.#tables.get(clusterId)?.nodesChanged();
    this.#changed.fire([
      ...(this.#clusterLineChanged(clusterId) ? [this.clusterElement(clusterId)] : []),
      ...nodeNames.map((nodeName) => this.#same({ kind: 'node', clusterId, nodeName })),
    ]);
  }

  /** A refreshed element is drawn with all that is under it, so a cluster is refreshed only for its own sake. */
  #clusterLineChanged(clusterId: string): boolean {
    const watched = this.#monitor.find(clusterId);
    if (!watched) return false;
    const line = `${clusterContext(watched.cluster, watched.status)} ${clusterDescription(watched.cluster, watched.status)}`;
    const changed = this.#clusterLines.get(clusterId) !== line;
    this.#clusterLines.set(clusterId, line);
    return changed;
  }
}

const toggle = (set: Set<string>, id: string, present: boolean): void => {
  if (present) set.add(id);
  else set.delete(id);
};

const message = (parentId: string, severity: MessageElement['severity'], text: string): MessageElement => ({
  kind: 'message',
  parentId,
  severity,
  text,
});
