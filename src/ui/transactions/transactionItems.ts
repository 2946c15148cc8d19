import * as vscode from 'vscode';
import type { Runs } from '../editor/runs.ts';
import { fileName, isSqlFile } from '../editor/sqlFile.ts';
import type { OpenTransactions } from './openTransactions.ts';
import type { TransactionModes } from './transactionModes.ts';

/** Status bar items of the active SQL file: Commit and Roll Back while a transaction is open, and that it commits by hand. */
export class TransactionItems implements vscode.Disposable {
  readonly #transactions: OpenTransactions;
  readonly #modes: TransactionModes;
  readonly #runs: Pick<Runs, 'of'>;
  readonly #mode = item('citus.sql.transactions', 'Citus Commit Mode', 53);
  readonly #commit = item('citus.sql.commit', 'Citus Commit', 52);
  readonly #rollback = item('citus.sql.rollback', 'Citus Roll Back', 51);
  readonly #disposables: { dispose(): unknown }[];

  constructor(
    transactions: OpenTransactions,
    modes: TransactionModes,
    runs: Pick<Runs, 'of' | 'onDidChange'>,
  ) {
    this.#transactions = transactions;
    this.#modes = modes;
    this.#runs = runs;
    this.#mode.text = '$(lock) Manual Commit';
    this.#mode.command = 'citus.sql.toggleTransactions';
    this.#commit.text = '$(check) Commit';
    this.#commit.command = 'citus.sql.commit';
    this.#rollback.text = '$(discard) Roll Back';
    this.#rollback.command = 'citus.sql.rollback';
    const show = (): void => {
      this.#show();
    };
    this.#disposables = [
      this.#mode,
      this.#commit,
      this.#rollback,
      transactions.onDidChange(show),
      modes.onDidChange(show),
      runs.onDidChange(show),
      vscode.window.onDidChangeActiveTextEditor(show),
    ];
    show();
  }

  dispose(): void {
    for (const disposable of this.#disposables.reverse()) disposable.dispose();
  }

  #show(): void {
    const document = vscode.window.activeTextEditor?.document;
    const file = document && isSqlFile(document) ? document.uri : undefined;
    const open = file && !this.#runs.of(file)?.running ? this.#transactions.of(file) : undefined;
    setVisible(this.#mode, file !== undefined && this.#modes.of(file) === 'manual');
    setVisible(this.#commit, open?.state === 'transaction');
    setVisible(this.#rollback, open !== undefined);
    if (!file) return;
    this.#mode.tooltip = `Statements of ${fileName(file)} stay in a transaction until you commit it. Click to have them commit by themselves.`;
    if (!open) return;
    const where = `of ${fileName(file)} on ${open.nodeName}`;
    this.#commit.tooltip = `Commits the open transaction ${where}`;
    this.#rollback.tooltip = `Rolls back the ${open.state === 'failed' ? 'failed' : 'open'} transaction ${where}`;
  }
}

const item = (id: string, name: string, priority: number): vscode.StatusBarItem => {
  const made = vscode.window.createStatusBarItem(id, vscode.StatusBarAlignment.Left, priority);
  made.name = name;
  return made;
};

const setVisible = (what: vscode.StatusBarItem, visible: boolean): void => {
  if (visible) what.show();
  else what.hide();
};
