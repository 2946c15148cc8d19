import * as vscode from 'vscode';
import type { ClusterService } from '../../cluster/clusters.ts';
import type { ClusterMonitor } from '../../cluster/monitor.ts';
import { ContextKeys, Views } from '../../contract/ids.ts';
import type { ClusterRef } from '../../contract/refs.ts';
import type { Guard } from '../guard.ts';
import type { ExplorerElement } from './elements.ts';
import { ExplorerTree } from './explorerTree.ts';

export interface ExplorerDependencies {
  readonly service: Pick<ClusterService, 'sharding' | 'credentials'>;
  readonly monitor: ClusterMonitor;
  readonly guard: Guard;
  readonly extensionUri: vscode.Uri;
}

/** The view `citus.explorer`: has the monitor watch while it is visible, and follows tables while they are unfolded. */
export class Explorer implements vscode.Disposable {
  readonly #monitor: ClusterMonitor;
  readonly #tree: ExplorerTree;
  readonly #view: vscode.TreeView<ExplorerElement>;
  readonly #disposables: { dispose(): unknown }[] = [];
  #stopWatching: (() => void) | undefined;

  constructor({ service, monitor, guard, extensionUri }: ExplorerDependencies) {
    this.#monitor = monitor;
    this.#tree = new ExplorerTree(service, monitor, extensionUri);
    this.#view = vscode.window.createTreeView(Views.explorer, {
      treeDataProvider: this.#tree,
      showCollapseAll: true,
    });
    this.#disposables.push(
      this.#tree,
      this.#view,
      this.#view.onDidChangeVisibility(() => {
        this.#follow();
      }),
      this.#view.onDidExpandElement(({ element }) => {
        this.#tree.setFolded(element, false);
      }),
      this.#view.onDidCollapseElement(({ element }) => {
        this.#tree.setFolded(element, true);
      }),
      {
        dispose: monitor.onDidChange(({ kind }) => {
          if (kind === 'clusters') this.#updateContext();
        }),
      },
      guard.registerCommand('citus.explorer.refresh', () => this.refresh()),
    );
    this.#follow();
  }

  /** Looks at everything now. */
  async refresh(): Promise<void> {
    await Promise.all([this.#monitor.refresh(), this.#tree.refreshTables()]);
  }

  /** Shows the view with the cluster selected and unfolded. */
  async reveal({ clusterId }: ClusterRef): Promise<void> {
    await this.#view.reveal(this.#tree.clusterElement(clusterId), { select: true, focus: false, expand: 1 });
  }

  dispose(): void {
    this.#stopWatching?.();
    for (const disposable of this.#disposables.reverse()) disposable.dispose();
  }

  #follow(): void {
    const { visible } = this.#view;
    if (visible) this.#stopWatching ??= this.#monitor.watch();
    else {
      this.#stopWatching?.();
      this.#stopWatching = undefined;
    }
    this.#tree.setVisible(visible);
  }

  #updateContext(): void {
    void vscode.commands.executeCommand(
      'setContext',
      ContextKeys.hasClusters,
      this.#monitor.clusters.length > 0,
    );
  }
}
