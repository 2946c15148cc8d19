import * as vscode from 'vscode';
import type { ClusterMonitor } from '../../cluster/monitor.ts';
import { ContextKeys } from '../../contract/ids.ts';
import type { Guard } from '../guard.ts';
import { attachedTo, headerProblem } from './attached.ts';
import type { Attachments } from './attachments.ts';
import type { OpenTransactions } from '../transactions/openTransactions.ts';
import type { Runs } from './runs.ts';
import { isSqlFile } from './sqlFile.ts';

/** Follows the active editor: sets the context keys that guard keys and menus, and keeps an attached file's node watched. */
export class ActiveFile implements vscode.Disposable {
  readonly #attachments: Attachments;
  readonly #monitor: ClusterMonitor;
  readonly #runs: Runs;
  readonly #transactions: OpenTransactions;
  readonly #disposables: vscode.Disposable[];
  readonly #keys = new Map<string, boolean>();
  #stopWatching: (() => void) | undefined;

  constructor(
    attachments: Attachments,
    monitor: ClusterMonitor,
    runs: Runs,
    transactions: OpenTransactions,
    guard: Guard,
  ) {
    this.#attachments = attachments;
    this.#monitor = monitor;
    this.#runs = runs;
    this.#transactions = transactions;
    const follow = (): void => {
      this.#follow().catch((error: unknown) => {
        guard.report(error);
      });
    };
    this.#disposables = [
      attachments.onDidChange(follow),
      runs.onDidChange(follow),
      transactions.onDidChange(follow),
      new vscode.Disposable(
        monitor.onDidChange(({ kind }) => {
          if (kind === 'clusters') follow();
        }),
      ),
      vscode.window.onDidChangeActiveTextEditor(follow),
    ];
    follow();
  }

  dispose(): void {
    this.#stopWatching?.();
    for (const disposable of this.#disposables.reverse()) disposable.dispose();
  }

  async #follow(): Promise<void> {
    // Nothing is read before the first SQL file is looked at.
    if (activeSqlFile()) await this.#monitor.known();
    const file = activeSqlFile();
    const attached = file !== undefined && attachedTo(file, this.#attachments, this.#monitor) !== undefined;
    const problem = file && headerProblem(file, this.#attachments, this.#monitor);
    // Running a file whose header has a problem says so.
    this.#setKey(ContextKeys.sqlAttached, attached || problem !== undefined);
    this.#setKey(ContextKeys.sqlRunning, file !== undefined && (this.#runs.of(file)?.running ?? false));
    const open = file && this.#transactions.of(file);
    this.#setKey(ContextKeys.sqlInTransaction, open !== undefined);
    this.#setKey(ContextKeys.sqlTransactionFailed, open?.state === 'failed');
    if (attached) this.#stopWatching ??= this.#monitor.watch();
    else {
      this.#stopWatching?.();
      this.#stopWatching = undefined;
    }
  }

  #setKey(key: string, value: boolean): void {
    if (this.#keys.get(key) === value) return;
    this.#keys.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  }
}

/** The SQL file in the active editor, if there is one. */
const activeSqlFile = (): vscode.Uri | undefined => {
  const document = vscode.window.activeTextEditor?.document;
  return document && isSqlFile(document) ? document.uri : undefined;
};
