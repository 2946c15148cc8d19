import * as vscode from 'vscode';
import type { ClusterService } from '../../cluster/clusters.ts';
import type { ClusterMonitor } from '../../cluster/monitor.ts';
import type { ResultFiles } from '../../sql/results/resultFiles.ts';
import type { Targets } from '../commands/targets.ts';
import type { Guard } from '../guard.ts';
import { CellRequests } from '../results/cellRequests.ts';
import { Results } from '../results/results.ts';
import { createLanguage } from '../language/language.ts';
import { ActiveFile } from './activeFile.ts';
import type { Attachments } from './attachments.ts';
import type { HistoryRecorder } from '../history/recorder.ts';
import { OpenTransactions } from '../transactions/openTransactions.ts';
import { TransactionCommands } from '../transactions/transactionCommands.ts';
import { TransactionItems } from '../transactions/transactionItems.ts';
import { TransactionModes } from '../transactions/transactionModes.ts';
import { SqlCommands } from './commands.ts';
import { Connections } from './connections.ts';
import { SqlDiagnostics } from './diagnostics.ts';
import { FileLife } from './fileLife.ts';
import { HeaderDiagnostics } from './headerDiagnostics.ts';
import { SqlLenses } from './lenses.ts';
import { runAgain } from './runAgain.ts';
import { RunOnNodes } from './runOnNodes.ts';
import { Runs } from './runs.ts';
import { fileName } from './sqlFile.ts';
import { SqlStatusItem } from './statusItem.ts';
import { FilesWhereabouts } from './whereabouts.ts';
import { WhereHover } from './whereHover.ts';
import { WhereLenses } from './whereLenses.ts';

export interface SqlEditorDependencies {
  readonly service: Pick<ClusterService, 'credentials' | 'coordinatorStatus' | 'sharding'>;
  readonly monitor: ClusterMonitor;
  readonly targets: Targets;
  readonly guard: Guard;
  readonly log: vscode.LogOutputChannel;
  readonly extensionUri: vscode.Uri;
  /** Where results go that are too large for memory. */
  readonly resultFiles: ResultFiles;
  readonly attachments: Attachments;
  readonly recorder: HistoryRecorder;
  /** Remembers which files commit by hand, and what was open when the window closed. */
  readonly workspaceState: vscode.Memento;
}

/** Makes all that SQL files have to do with clusters: attaching, running, results. Dispose it to end it. */
export const createSqlEditor = (dependencies: SqlEditorDependencies): vscode.Disposable => {
  const { monitor, guard, log, extensionUri, resultFiles, attachments, recorder, workspaceState } =
    dependencies;
  const connections = new Connections();
  const diagnostics = new SqlDiagnostics();
  const modes = new TransactionModes(workspaceState);
  const runs = new Runs(connections, diagnostics, guard, resultFiles, attachments, modes, recorder);
  const transactions = new OpenTransactions(connections, workspaceState);
  const transactionCommands = new TransactionCommands({ connections, runs, modes, guard });
  const whereabouts = new FilesWhereabouts(dependencies.service, monitor, attachments, connections, runs);
  const commands = new SqlCommands({ ...dependencies, connections, runs, whereabouts, modes });
  const cells = new CellRequests(runs, guard);
  const page = {
    extensionUri,
    actions: runs,
    cells,
    log: (message: string) => {
      log.debug(message);
    },
  };
  const results = new Results(page, {
    last: (file) => runs.last(file),
    runAgain: (file, run) => {
      runAgain(file, run, commands).catch((error: unknown) => {
        guard.report(error);
      });
    },
  });
  runs.showIn(results);
  return vscode.Disposable.from(
    commands,
    new RunOnNodes({ ...dependencies, attachments, runs, commands }),
    // The lenses of whoever is registered last come first.
    new WhereLenses(whereabouts),
    new SqlLenses(attachments, monitor),
    new WhereHover(whereabouts),
    new HeaderDiagnostics(attachments, monitor, guard),
    createLanguage({ ...dependencies, attachments, connections, runs }),
    runs.onDidChange((file) => {
      transactions.update(file);
    }),
    transactions.onDidChange(() => {
      results.transactionsChanged();
    }),
    new SqlStatusItem(attachments, transactions, monitor, runs),
    new TransactionItems(transactions, modes, runs),
    new ActiveFile(attachments, monitor, runs, transactions, guard),
    new FileLife(attachments, connections, runs, { modes, commands: transactionCommands }, guard),
    transactionCommands,
    connections.onDidLose(({ file, loss }) => {
      log.warn(`${fileName(file)}: ${loss.error.message}`);
    }),
    guard.registerCommand('citus.results.openBeside', (file) => {
      results.openBeside(file instanceof vscode.Uri ? file : undefined);
      return Promise.resolve();
    }),
    guard.registerCommand('citus.results.export', () => results.export()),
    whereabouts,
    runs,
    results,
    cells,
    diagnostics,
    transactions,
    modes,
    connections,
  );
};
