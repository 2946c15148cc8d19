import { access, constants } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { ClusterService } from '../../cluster/clusters.ts';
import { ClusterError } from '../../cluster/errors.ts';
import { peerAddress } from '../../cluster/model.ts';
import type { TerminalCommand } from '../../runtime/runtime.ts';
import type { Guard } from '../guard.ts';
import { connectionString } from '../../postgres/connectionString.ts';
import type { NodeTarget, Targets } from './targets.ts';

/** More lines than a file has; the editor goes to its last one. */
const LAST_LINE = 2 ** 31 - 2;

type Service = Pick<ClusterService, 'credentials' | 'host'>;

/** Registers what helps a person look into one node: its log, psql, connection strings. */
export const nodeTools = (service: Service, targets: Targets, guard: Guard): vscode.Disposable =>
  vscode.Disposable.from(
    guard.registerCommand('citus.node.showLog', async (ref) => {
      const target = await targets.node(ref, { title: 'Show the log of a node' });
      if (target) await showLog(service, target);
    }),
    guard.registerCommand('citus.node.openPsql', async (ref) => {
      const target = await targets.node(ref, {
        title: 'Open psql on a node',
        states: ['running'],
        none: 'No node is running.',
      });
      if (target) await openPsql(service, target);
    }),
    guard.registerCommand('citus.node.explainNoPsql', async (ref) => {
      const target = await targets.node(ref, { title: 'Why there is no psql for a node' });
      if (target) await openPsql(service, target);
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

const showLog = async (service: Service, { cluster, node }: NodeTarget): Promise<void> => {
  const log = (await service.host(cluster, node)).logView();
  if (log.kind === 'file') await showLogFile(log.path, node.name);
  else openTerminal(`log of ${node.name} (${cluster.name})`, 'output', log.command);
};

/** Opens the server's log at its end, protected against typing; VS Code shows what is added to it. */
const showLogFile = async (file: string, nodeName: string): Promise<void> => {
  if (!(await isReadable(file))) {
    throw new ClusterError(
      'not-found',
      `${nodeName} has no log that can be read: ${file}`,
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

/** Opens a terminal with psql. */
const openPsql = async (service: Service, { cluster, node }: NodeTarget): Promise<void> => {
  const { superuser: user, database } = cluster;
  const psql = await (await service.host(cluster, node)).psql({ ...peerAddress(node), user, database });
  if (typeof psql === 'string') {
    throw new ClusterError(
      'not-found',
      psql,
      { what: 'psql' },
      {
        nextStep: 'Install PostgreSQL’s client programs, or copy the connection string for another client.',
      },
    );
  }
  openTerminal(`psql ${node.name} (${cluster.name})`, 'database', psql);
};

const openTerminal = (name: string, icon: string, { file, args, env }: TerminalCommand): void => {
  vscode.window
    .createTerminal({
      name,
      shellPath: file,
      shellArgs: [...args],
      env,
      iconPath: new vscode.ThemeIcon(icon),
      isTransient: true,
    })
    .show();
};

const copyConnectionString = async (
  service: Service,
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

const isReadable = (file: string): Promise<boolean> =>
  access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
