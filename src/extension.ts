import * as vscode from 'vscode';
import type { ClusterService } from './cluster/clusters.ts';
import { ClusterMonitor } from './cluster/monitor.ts';
import { createClusterService } from './cluster/service.ts';
import { localMachine } from './runtime/local/localMachine.ts';
import { ResultFiles } from './sql/results/resultFiles.ts';
import { registerClusterCommands } from './ui/commands/clusterCommands.ts';
import { registerMarkCluster } from './ui/commands/markCluster.ts';
import { registerMoveTable } from './ui/commands/moveTable.ts';
import { Targets } from './ui/commands/targets.ts';
import { Attachments } from './ui/editor/attachments.ts';
import { createSqlEditor } from './ui/editor/sqlEditor.ts';
import { Explorer } from './ui/explorer/explorer.ts';
import { createGuard } from './ui/guard.ts';
import { createHistory, type HistoryFeature } from './ui/history/historyFeature.ts';
import { createGuides } from './ui/provision/guides.ts';
import { registerInstallCommands } from './ui/provision/installCommands.ts';
import { registerProvisionCommand } from './ui/provision/provisionCommand.ts';
import { createSecretStore } from './ui/secretStore.ts';
import { readSettings } from './ui/settings.ts';

let service: ClusterService | undefined;
let resultFiles: ResultFiles | undefined;
let history: HistoryFeature | undefined;

/**
 * Puts the pieces together. Waits for no disk and starts nothing: that waits until somebody looks or asks. Only results
 * that a crash left on the disk are cleared away, in the background.
 */
export const activate = ({
  extension,
  extensionUri,
  globalStorageUri,
  secrets,
  subscriptions,
  workspaceState,
}: vscode.ExtensionContext): void => {
  const log = vscode.window.createOutputChannel('Citus', { log: true });
  const guard = createGuard(log);
  service = createClusterService({
    machine: localMachine,
    secretStore: createSecretStore(secrets),
    settings: () => readSettings(globalStorageUri),
    resources: vscode.Uri.joinPath(extensionUri, 'resources').fsPath,
    onProblem: (error) => {
      guard.reportOnce(error);
    },
  });
  const monitor = new ClusterMonitor(service, {
    onProblem: (error) => {
      log.warn(error instanceof Error ? error.message : String(error));
    },
  });
  resultFiles = new ResultFiles(vscode.Uri.joinPath(globalStorageUri, 'results').fsPath);
  resultFiles.removeLeftovers().catch((error: unknown) => {
    log.warn(`What a crash left of results could not be removed: ${String(error)}`);
  });
  const targets = new Targets(service, monitor);
  const attachments = new Attachments(workspaceState);
  history = createHistory(vscode.Uri.joinPath(globalStorageUri, 'history'), {
    attachments,
    monitor,
    targets,
    guard,
  });
  const guides = createGuides(extension);
  const explorer = new Explorer({ service, monitor, guard, extensionUri });
  subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('citus.clusters.directory')) void monitor.refresh();
    }),
    log,
    monitor,
    explorer,
    attachments,
    history,
    registerMarkCluster({ service, targets, guard }),
    registerMoveTable({ service, monitor, targets, guard }),
    registerProvisionCommand({ service, monitor, explorer, guides, guard }),
    registerInstallCommands({ service, guides, guard }),
    registerClusterCommands({ service, monitor, guard }),
    createSqlEditor({
      service,
      monitor,
      targets,
      guard,
      log,
      extensionUri,
      resultFiles,
      attachments,
      recorder: history.recorder,
      workspaceState,
    }),
  );
};

/** Rolls back what is under way, deletes results, and writes down the history; servers live on. */
export const deactivate = async (): Promise<void> => {
  await Promise.all([service?.close(), resultFiles?.close(), history?.written()]);
};
