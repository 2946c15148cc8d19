import * as vscode from 'vscode';
import type { ClusterMonitor } from '../../cluster/monitor.ts';
import type { CommandId } from '../../contract/commands.ts';
import type { FileRun } from '../../sql/run/fileRun.ts';
import { count, dotted, formatDuration } from '../format.ts';
import {
  type Attached,
  attachedName,
  attachedRole,
  attachedState,
  attachedTo,
  headerProblem,
} from './attached.ts';
import type { Attachments } from './attachments.ts';
import type { Runs } from './runs.ts';
import { fileName, isSqlFile } from './sqlFile.ts';
import type { OpenTransactions } from '../transactions/openTransactions.ts';

/** While statements run, their time is shown anew this often. */
const TICK_MS = 200;

/** The status bar's item for the active SQL file: where it runs, how it goes, and how it went. */
export class SqlStatusItem implements vscode.Disposable {
  readonly #attachments: Attachments;
  readonly #transactions: OpenTransactions;
  readonly #monitor: ClusterMonitor;
  readonly #runs: Runs;
  readonly #item = vscode.window.createStatusBarItem('citus.sql', vscode.StatusBarAlignment.Left, 54);
  readonly #disposables: { dispose(): unknown }[];
  #tick: NodeJS.Timeout | undefined;

  constructor(attachments: Attachments, transactions: OpenTransactions, monitor: ClusterMonitor, runs: Runs) {
    this.#attachments = attachments;
    this.#transactions = transactions;
    this.#monitor = monitor;
    this.#runs = runs;
    this.#item.name = 'Citus SQL';
    const show = (): void => {
      this.#show();
    };
    this.#disposables = [
      this.#item,
      attachments.onDidChange(show),
      runs.onDidChange(show),
      transactions.onDidChange(show),
      new vscode.Disposable(monitor.onDidChange(show)),
      vscode.window.onDidChangeActiveTextEditor(show),
    ];
    show();
  }

  dispose(): void {
    clearTimeout(this.#tick);
    for (const disposable of this.#disposables.reverse()) disposable.dispose();
  }

  #show(): void {
    clearTimeout(this.#tick);
    const document = vscode.window.activeTextEditor?.document;
    if (!document || !isSqlFile(document)) {
      this.#item.hide();
      return;
    }
    const attached = attachedTo(document.uri, this.#attachments, this.#monitor);
    const problem = headerProblem(document.uri, this.#attachments, this.#monitor);
    if (attached) this.#showAttached(document.uri, attached);
    else if (problem) this.#set('$(warning) Citus header', 'citus.sql.attach', problem.message);
    else if (this.#monitor.clusters.length > 0) {
      this.#set(
        '$(plug) Attach to Citus',
        'citus.sql.attach',
        'Choose the coordinator that this file runs on',
      );
    } else this.#item.hide();
  }

  #showAttached(file: vscode.Uri, attached: Attached): void {
    const run = this.#runs.of(file);
    const name = attachedName(attached);
    if (run?.running) {
      this.#set(
        dotted(`$(loading~spin) ${name}`, progress(run), formatDuration(elapsed(run))),
        'citus.sql.cancel',
        run.cancelledFor === undefined ? 'Click to cancel' : 'Click again if it doesn’t stop',
      );
      this.#tick = setTimeout(() => {
        this.#show();
      }, TICK_MS);
      return;
    }
    const role = attachedRole(attached);
    const open = this.#transactions.of(file);
    this.#set(
      dotted(
        `${attached.readOnly ? '$(lock)' : '$(database)'} ${name} (${role})`,
        attached.readOnly ? 'read-only' : undefined,
        attached.cluster.mark?.production ? 'production' : undefined,
        open && TRANSACTIONS[open.state],
        run && outcome(run),
      ),
      'citus.sql.attach',
      `${fileName(file)} runs on ${name} (${attachedState(attached)}). Click to change.`,
    );
    const { colour, production } = attached.cluster.mark ?? {};
    if (production) {
      this.#item.backgroundColor = new vscode.ThemeColor(
        colour === 'red' ? 'statusBarItem.errorBackground' : 'statusBarItem.warningBackground',
      );
    } else if (colour) this.#item.color = new vscode.ThemeColor(`charts.${colour}`);
    else if (role === 'standby') this.#item.color = new vscode.ThemeColor('charts.yellow');
    if (open && (open.state === 'failed' || this.#transactions.isForgotten(open))) {
      this.#item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
      this.#item.color = undefined;
    }
    if (open && this.#transactions.isForgotten(open)) {
      this.#item.tooltip = `The transaction of ${fileName(file)} has been open since ${new Date(open.idleSince).toLocaleTimeString('en-GB')} with nothing run in it. It holds its locks, and keeps the server from clearing away old rows.`;
    }
  }

  #set(text: string, command: CommandId, tooltip: string): void {
    this.#item.text = text;
    this.#item.command = command;
    this.#item.tooltip = tooltip;
    this.#item.color = undefined;
    this.#item.backgroundColor = undefined;
    this.#item.show();
  }
}

const TRANSACTIONS = {
  transaction: 'in a transaction',
  failed: 'in a failed transaction',
} as const;

/** `cancelling`, or how many rows have come so far. */
const progress = (run: FileRun): string | undefined => {
  if (run.cancelledFor !== undefined) return 'cancelling…';
  const running = run.statements.find(({ view }) => view.state === 'running');
  return running && running.view.rowCount > 0 ? `${count(running.view.rowCount, 'row')} so far` : undefined;
};

/** `5 rows · 12 ms`, `failed · 3 ms`, `3 statements · 1.2 s`. */
const outcome = (run: FileRun): string => {
  const { statements } = run.view;
  const stopped = statements.find(({ state }) => state === 'failed' || state === 'cancelled');
  const [only] = statements;
  const what = stopped
    ? stopped.state
    : statements.length === 1 && only
      ? only.columns.length > 0
        ? count(only.rowCount, 'row')
        : only.commandTag
      : count(statements.length, 'statement');
  const open = statements.some(({ limit }) => limit?.open) ? 'result open' : undefined;
  return dotted(what, formatDuration(elapsed(run)), open);
};

/** Milliseconds that a run's statements took, the running one up to now. */
const elapsed = (run: FileRun): number =>
  run.statements.reduce(
    (sum, { view }) => sum + (view.state === 'running' ? Date.now() - view.startedAt : view.elapsedMs),
    0,
  );
