import * as vscode from 'vscode';
import type { Cluster } from '../../cluster/model.ts';
import type { WatchedCluster } from '../../cluster/monitor.ts';
import type { Sharding } from '../../sharding/sharding.ts';
import type { ClusterTables } from './clusterTables.ts';
import {
  clusterContext,
  clusterDescription,
  clusterState,
  nodeContext,
  nodeDescription,
  nodeSpoken,
  shardDescription,
  tableDescription,
  tableLabel,
} from './describe.ts';
import { elementId, type ExplorerElement, type Group, type MessageElement } from './elements.ts';
import { clusterIcon, type Icon, nodeIcon, tableIcon } from './icons.ts';
import { clusterTooltip, nodeTooltip, shardTooltip, tableTooltip, type Tooltip } from './tooltips.ts';

const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;

/** Turns elements into what VS Code draws, from what is known at the moment. */
export class TreeItems {
  readonly #extensionUri: vscode.Uri;
  readonly #watched: (clusterId: string) => WatchedCluster | undefined;
  readonly #tables: (clusterId: string) => ClusterTables;
  readonly #sharding: (cluster: Cluster) => Sharding;

  constructor(
    extensionUri: vscode.Uri,
    watched: (clusterId: string) => WatchedCluster | undefined,
    tables: (clusterId: string) => ClusterTables,
    sharding: (cluster: Cluster) => Sharding,
  ) {
    this.#extensionUri = extensionUri;
    this.#watched = watched;
    this.#tables = tables;
    this.#sharding = sharding;
  }

  /** The item without its tooltip, which `tooltip` gives when somebody points at it. */
  item(element: ExplorerElement): vscode.TreeItem {
    const item = this.#item(element);
    item.id = elementId(element);
    return item;
  }

  tooltip(element: ExplorerElement): vscode.MarkdownString | undefined {
    if (element.kind === 'message') return markdown({ title: element.text, rows: [] });
    const watched = this.#watched(element.clusterId);
    if (!watched || element.kind === 'group') return undefined;
    const { cluster, status } = watched;
    switch (element.kind) {
      case 'cluster':
        return markdown(clusterTooltip(cluster, status));
      case 'node': {
        const node = cluster.nodes.find(({ name }) => name === element.nodeName);
        const nodeStatus = node && status?.get(node.name);
        const allowance = nodeStatus?.role && this.#sharding(cluster).allowance(nodeStatus.role);
        return node && markdown(nodeTooltip(node, nodeStatus, Date.now(), allowance));
      }
      case 'table':
        return markdown(tableTooltip(element.table, this.#tables(cluster.id).tableSize(element.table)));
      case 'shard':
        return markdown(shardTooltip(cluster, element.shard, this.#tables(cluster.id).size([element.shard])));
    }
  }

  #item(element: ExplorerElement): vscode.TreeItem {
    if (element.kind === 'message') return messageItem(element);
    if (element.kind === 'group') return groupItem(element.group);
    const watched = this.#watched(element.clusterId);
    // Gone between two looks; the tree is about to be told.
    if (!watched) return new vscode.TreeItem('');
    switch (element.kind) {
      case 'cluster':
        return this.#clusterItem(watched);
      case 'node':
        return this.#nodeItem(watched, element.nodeName);
      case 'table': {
        const { table } = element;
        const item = new vscode.TreeItem(tableLabel(table), Collapsed);
        item.description = tableDescription(table, this.#tables(watched.cluster.id).tableSize(table));
        item.iconPath = this.#icon(tableIcon(table.type));
        item.contextValue = `table;${table.type};${watched.cluster.sharding}`;
        return item;
      }
      case 'shard': {
        const { shard } = element;
        const item = new vscode.TreeItem(shard.id, None);
        item.description = shardDescription(
          watched.cluster,
          shard,
          this.#tables(watched.cluster.id).size([shard]),
        );
        item.iconPath = this.#icon('shard');
        item.contextValue = 'shard';
        return item;
      }
    }
  }

  #clusterItem({ cluster, status }: WatchedCluster): vscode.TreeItem {
    const item = new vscode.TreeItem(cluster.name, Expanded);
    item.description = clusterDescription(cluster, status);
    item.iconPath = this.#icon(clusterIcon(clusterState(cluster, status)));
    item.contextValue = clusterContext(cluster, status);
    return item;
  }

  #nodeItem({ cluster, status, hasPsql }: WatchedCluster, nodeName: string): vscode.TreeItem {
    const item = new vscode.TreeItem(nodeName, None);
    const node = cluster.nodes.find(({ name }) => name === nodeName);
    if (!node) return item;
    const nodeStatus = status?.get(nodeName);
    item.description = nodeDescription(node, nodeStatus);
    item.iconPath = this.#icon(nodeIcon(node, nodeStatus));
    item.contextValue = nodeContext(node, nodeStatus, hasPsql);
    item.accessibilityInformation = { label: nodeSpoken(node, nodeStatus) };
    return item;
  }

  /** A turning circle stands for what isn't known yet. */
  #icon(icon: Icon | undefined): vscode.IconPath {
    if (!icon) return new vscode.ThemeIcon('loading~spin');
    const file = (theme: 'light' | 'dark'): vscode.Uri =>
      vscode.Uri.joinPath(this.#extensionUri, 'media', 'icons', theme, `${icon}.svg`);
    return { light: file('light'), dark: file('dark') };
  }
}

const GROUPS: Readonly<Record<Group, string>> = {
  coordinators: 'Coordinators',
  workers: 'Workers',
  tables: 'Tables',
};

const groupItem = (group: Group): vscode.TreeItem => {
  const item = new vscode.TreeItem(GROUPS[group], group === 'tables' ? Collapsed : Expanded);
  item.contextValue = `group;${group}`;
  return item;
};

const messageItem = (message: MessageElement): vscode.TreeItem => {
  const item = new vscode.TreeItem(message.text, None);
  if (message.severity === 'problem') {
    item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  }
  if (message.severity === 'waiting') item.iconPath = new vscode.ThemeIcon('loading~spin');
  item.contextValue = 'message';
  return item;
};

const markdown = (tooltip: Tooltip): vscode.MarkdownString => {
  const text = new vscode.MarkdownString('**').appendText(tooltip.title).appendMarkdown('**');
  if (tooltip.rows.length > 0) text.appendMarkdown('\n\n');
  for (const [label, value] of tooltip.rows) {
    text.appendMarkdown(`${label}: `).appendText(value).appendMarkdown('  \n');
  }
  if (tooltip.problem !== undefined) text.appendMarkdown('\n\n---\n\n').appendText(tooltip.problem);
  return text;
};
