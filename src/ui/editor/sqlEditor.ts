import * as vscode from 'vscode';
import type { ClusterService } from '../../cluster/clusters.ts';
import type { ClusterMonitor } from '../../cluster/monitor.ts';
import { Views } from '../../contract/ids.ts';
import type { ResultFiles } from '../../sql/results/resultFiles.ts';
import type { Targets } from '../commands/targets.ts';
import type { Guard } from '../guard.ts';
import { ResultsView } from '../results/resultsView.ts';
import { ActiveFile } from './activeFile.ts';
import { Attachments } from './attachments.ts';
import { SqlCommands } from './commands.ts';
import { Connections } from './connections.ts';
import { SqlDiagnostics } from './diagnostics.ts';
import { FileLife } from './fileLife.ts';
import { HeaderDiagnostics } from './headerDiagnostics.ts';
import { SqlLenses } from './lenses.ts';
import { Runs } from './runs.ts';
import { fileName } from './sqlFile.ts';
import { SqlStatusItem } from './statusItem.ts';
import { FilesWhereabouts } from './whereabouts.ts';
import { WhereHover } from './whereHover.ts';
import { WhereLenses } from './whereLenses.ts';

export interface SqlEditorDependencies {
  readonly service: Pick<ClusterService, 'credentials' | 'status' | 'sharding'>;
  readonly monitor: ClusterMonitor;
  readonly targets: Targets;
  readonly guard: Guard;
  readonly log: vscode.LogOutputChannel;
  readonly extensionUri: vscode.Uri;
  /** Where results go that are too large for memory. */
  readonly resultFiles: ResultFiles;
  /** Remembers which file is attached to which node. */
  readonly workspaceState: vscode.Memento;
}

/** Makes all that SQL files have to do with clusters: attaching, running, results. Dispose it to end it. */
export const createSqlEditor = (dependencies: SqlEditorDependencies): vscode.Disposable => {
  const { monitor, guard, log, extensionUri, resultFiles, workspaceState } = dependencies;
  const attachments = new Attachments(workspaceState);
  const connections = new Connections();
  const diagnostics = new SqlDiagnostics();
  const runs = new Runs(connections, diagnostics, guard, resultFiles);
  const results = new ResultsView(extensionUri, runs, (message) => {
    log.debug(message);
  });
  runs.showIn(results);
  const whereabouts = new FilesWhereabouts(dependencies.service, monitor, attachments, connections, runs);
  return vscode.Disposable.from(
    new SqlCommands({ ...dependencies, attachments, connections, runs, whereabouts }),
    // The lenses of whoever is registered last come first.
    new WhereLenses(whereabouts),
    new SqlLenses(attachments, monitor),
    new WhereHover(whereabouts),
    new HeaderDiagnostics(attachments, monitor, guard),
    new SqlStatusItem(attachments, connections, monitor, runs),
    new ActiveFile(attachments, monitor, runs, guard),
    new FileLife(attachments, connections, runs, guard),
    connections.onDidLose(({ file, loss }) => {
      log.warn(`${fileName(file)}: ${loss.error.message}`);
    }),
    vscode.window.registerWebviewViewProvider(Views.results, results),
    whereabouts,
    runs,
    results,
    diagnostics,
    connections,
    attachments,
  );
};
