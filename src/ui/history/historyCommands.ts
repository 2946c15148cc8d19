import * as vscode from 'vscode';
import type { ClusterMonitor } from '../../cluster/monitor.ts';
import type { HistoryRef, NodeRef } from '../../contract/refs.ts';
import type { HistoryEntry } from '../../sql/history/entry.ts';
import type { History } from '../../sql/history/history.ts';
import type { Targets } from '../commands/targets.ts';
import type { Attachments } from '../editor/attachments.ts';
import { count } from '../format.ts';
import type { Guard } from '../guard.ts';
import { searchHistory } from './historySearch.ts';
import { entryGaps, isWhole } from './historyWords.ts';

const SHOWN_MS = 3000;

export interface HistoryCommandDependencies {
  readonly history: History;
  readonly attachments: Attachments;
  readonly monitor: ClusterMonitor;
  readonly targets: Targets;
  readonly guard: Guard;
}

/** What can be done with the statements that ran. */
export class HistoryCommands implements vscode.Disposable {
  readonly #deps: HistoryCommandDependencies;
  readonly #registrations: vscode.Disposable;

  constructor(dependencies: HistoryCommandDependencies) {
    this.#deps = dependencies;
    const { guard, history } = dependencies;
    this.#registrations = vscode.Disposable.from(
      guard.registerCommand('citus.history.search', () => this.#search()),
      guard.registerCommand('citus.history.runAgain', (item) => this.#with(item, (e) => this.#runAgain(e))),
      guard.registerCommand('citus.history.open', async (item) => {
        await this.#with(item, (entry) => this.#open(entry));
      }),
      guard.registerCommand('citus.history.copy', (item) => this.#with(item, copy)),
      guard.registerCommand('citus.history.remove', async (item) => {
        if (item) await history.remove(item.entryId);
      }),
      guard.registerCommand('citus.history.clear', () => this.#clear()),
    );
  }

  dispose(): void {
    this.#registrations.dispose();
  }

  async #with(item: HistoryRef | undefined, use: (entry: HistoryEntry) => Promise<unknown>): Promise<void> {
    const entries = await this.#deps.history.entries();
    const entry = entries.find(({ id }) => id === item?.entryId);
    if (entry) await use(entry);
  }

  async #search(): Promise<void> {
    const choice = await searchHistory(await this.#deps.history.entries());
    if (choice?.action === 'open') await this.#open(choice.entry);
    else if (choice?.action === 'runAgain') await this.#runAgain(choice.entry);
    else if (choice) await copy(choice.entry);
  }

  async #runAgain(entry: HistoryEntry): Promise<void> {
    const document = await this.#open(entry);
    if (document && isWhole(entry)) await vscode.commands.executeCommand('citus.sql.runFile', document.uri);
  }

  /** @returns the SQL file that shows the statement; undefined where its node is gone and no other was picked */
  async #open(entry: HistoryEntry): Promise<vscode.TextDocument | undefined> {
    const { attachments } = this.#deps;
    const node = await this.#nodeOf(entry);
    if (!node) return undefined;
    const gaps = entryGaps(entry).map((gap) => `-- ${gap}\n`);
    const content = `${gaps.join('')}${entry.sql};\n`;
    const open = vscode.workspace.textDocuments.find((document) => {
      const attached = attachments.get(document.uri);
      const same = attached?.clusterId === node.clusterId && attached.nodeName === node.nodeName;
      return document.isUntitled && same && document.getText() === content;
    });
    const document = open ?? (await vscode.workspace.openTextDocument({ language: 'sql', content }));
    attachments.set(document.uri, node);
    await vscode.window.showTextDocument(document, { preview: false });
    return document;
  }

  /** The node that a statement ran on, or where that is gone, one that the person picks. */
  async #nodeOf({ clusterId, cluster, node: nodeName }: HistoryEntry): Promise<NodeRef | undefined> {
    const { monitor, targets } = this.#deps;
    await monitor.known();
    const known = monitor.find(clusterId)?.cluster.nodes.some(({ name }) => name === nodeName);
    if (known) return { clusterId, nodeName };
    const target = await targets.node(undefined, {
      title: `${cluster} › ${nodeName} is not there any more: use another node`,
    });
    return target && { clusterId: target.cluster.id, nodeName: target.node.name };
  }

  async #clear(): Promise<void> {
    const { history } = this.#deps;
    const { length } = await history.entries();
    if (length === 0) {
      void vscode.window.showInformationMessage('The history is empty.');
      return;
    }
    const clear = 'Clear History';
    const answer = await vscode.window.showWarningMessage(
      `Clear the history of ${count(length, 'statement')}?`,
      { modal: true, detail: 'It is removed from this machine for good, also for other windows.' },
      clear,
    );
    if (answer === clear) await history.clear();
  }
}

const copy = async (entry: HistoryEntry): Promise<void> => {
  await vscode.env.clipboard.writeText(entry.sql);
  vscode.window.setStatusBarMessage(['The statement was copied.', ...entryGaps(entry)].join(' '), SHOWN_MS);
};
