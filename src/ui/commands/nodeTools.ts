import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ClusterService } from '../../cluster/clusters.ts';
import { ClusterError } from '../../cluster/errors.ts';
import { paths } from '../../cluster/model.ts';
import type { Guard } from '../guard.ts';
import { connectionString } from '../../postgres/connectionString.ts';
import type { NodeTarget, Targets } from './targets.ts';

/** More lines than a file has; the editor goes to its last one. */
const LAST_LINE = 2 ** 31 - 2;

/** Registers what helps a person look into one node: its log, psql, connection strings. */
export const nodeTools = (
  service: Pick<ClusterService, 'credentials'>,
  targets: Targets,
  guard: Guard,
): vscode.Disposable =>
  vscode.Disposable.from(
    guard.registerCommand('citus.node.showLog', async (ref) => {
      const target = await targets.node(ref, { title: 'Show the log of a node' });
      if (target) await showLog(target);
    }),
    guard.registerCommand('citus.node.openPsql', async (ref) => {
      const target = await targets.node(ref, {
        title: 'Open psql on a node',
        states: ['running'],
        none: 'No node is running.',
      });
      if (target) await openPsql(target);
    }),
    guard.registerCommand('citus.node.copyConnectionString', async (ref) => {
      const target = await targets.node(ref, { title: 'Copy the connection string of a node' });
      if (target) await copyConnectionString(service, target, false);
    }),
    guard.registerCommand('citus.node.copyConnectionStringWithPassword', async (ref) => {
      const target = await targets.node(ref, {
        title: 'Copy the connection string of a node, with password',
      });
      if (target) await copyConnectionString(service, target, true);
    }),
  );

/** Opens the server's log at its end, protected against typing; VS Code shows what is added to it. */
const showLog = async ({ cluster, node }: NodeTarget): Promise<void> => {
  const file = paths.log(cluster.folder, node.name);
  if (!(await isThere(file, constants.R_OK))) {
    throw new ClusterError(
      'not-found',
      `${node.name} has no log that can be read: ${file}`,
      { what: file },
      { nextStep: 'A log is begun when the node is started.' },
    );
  }
  // By command, since a document opened through the API is limited to 50 MB.
  const end = new vscode.Position(LAST_LINE, 0);
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file), {
    preview: true,
    selection: new vscode.Range(end, end),
  } satisfies vscode.TextDocumentShowOptions);
  await vscode.commands.executeCommand('workbench.action.files.setActiveEditorReadonlyInSession');
};

/** Opens a terminal with psql. The password comes from the cluster's passfile, so it is in no command line. */
const openPsql = async ({ cluster, node }: NodeTarget): Promise<void> => {
  const { binDirectory } = cluster.postgres;
  const psql = path.join(binDirectory, 'psql');
  if (!(await isThere(psql, constants.X_OK))) {
    throw new ClusterError(
      'not-found',
      `There is no psql in ${binDirectory}.`,
      { what: psql },
      {
        nextStep:
          'Install PostgreSQL’s client programs there, or copy the connection string for another client.',
      },
    );
  }
  vscode.window
    .createTerminal({
      name: `psql ${node.name} (${cluster.name})`,
      shellPath: psql,
      env: {
        PGHOST: node.host,
        PGPORT: String(node.port),
        PGUSER: cluster.superuser,
        PGDATABASE: cluster.database,
        PGPASSFILE: paths.passfile(cluster.folder),
      },
      iconPath: new vscode.ThemeIcon('database'),
      isTransient: true,
    })
    .show();
};

const copyConnectionString = async (
  service: Pick<ClusterService, 'credentials'>,
  { cluster, node }: NodeTarget,
  withPassword: boolean,
): Promise<void> => {
  const credentials = await service.credentials(cluster, node);
  await vscode.env.clipboard.writeText(connectionString(credentials, withPassword));
  vscode.window.setStatusBarMessage(
    `$(check) Connection string of ${node.name} copied${withPassword ? ', with its password' : ''}`,
    4000,
  );
};

const isThere = async (file: string, mode: number): Promise<boolean> => {
  try {
    await access(file, mode);
    return true;
  } catch {
    return false;
  }
};
