import * as vscode from 'vscode';
import type { ClusterService } from '../../cluster/clusters.ts';
import { type Cluster, type ClusterNode, coordinators, workers } from '../../cluster/model.ts';
import type { ClusterMonitor } from '../../cluster/monitor.ts';
import type { FileRef } from '../../contract/refs.ts';
import { classify } from '../../sql/classify/classify.ts';
import { clusterServer } from '../../sql/run/target.ts';
import type { Targets } from '../commands/targets.ts';
import { nodeDescription } from '../explorer/describe.ts';
import type { Guard } from '../guard.ts';
import { attachedTo } from './attached.ts';
import type { Attachments } from './attachments.ts';
import { excerptAt, type SqlCommands } from './commands.ts';
import type { Runs } from './runs.ts';
import { sqlDocument } from './sqlFile.ts';

interface RunOnNodesDependencies {
  readonly service: Pick<ClusterService, 'credentials'>;
  readonly monitor: ClusterMonitor;
  readonly targets: Targets;
  readonly guard: Guard;
  readonly attachments: Attachments;
  readonly runs: Runs;
  readonly commands: Pick<SqlCommands, 'offerCancel'>;
  readonly workspaceState: vscode.Memento;
}

/** What the person picked. */
interface Choice {
  readonly nodes: readonly ClusterNode[];
  /** Whether the lock was opened. */
  readonly writable: boolean;
}

interface ChoiceItem extends vscode.QuickPickItem {
  /** Undefined where the person is to choose among all. */
  readonly nodes: readonly ClusterNode[] | undefined;
}

const KEY = 'citus.sql.nodes';
/** More files than anybody works with; the oldest choices are forgotten. */
const LIMIT = 500;

const LOCKED: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('lock'),
  tooltip: 'Read-only: the servers refuse writes. Press to allow them.',
};
const UNLOCKED: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('unlock'),
  tooltip: 'Writes are allowed. Press to have the servers refuse them.',
};

/** The command that runs statements on several nodes at once. Which nodes were picked is remembered for each file. */
export class RunOnNodes implements vscode.Disposable {
  readonly #deps: RunOnNodesDependencies;
  readonly #registration: vscode.Disposable;

  constructor(dependencies: RunOnNodesDependencies) {
    this.#deps = dependencies;
    this.#registration = dependencies.guard.registerCommand('citus.sql.runOnNodes', (file, offset) =>
      this.#run(file, offset),
    );
  }

  dispose(): void {
    this.#registration.dispose();
  }

  async #run(file: FileRef | undefined, offset: number | undefined): Promise<void> {
    const { service, runs, commands } = this.#deps;
    const document = await sqlDocument(file);
    if (!document) return;
    const excerpt = excerptAt(document, offset);
    const { pieces } = excerpt;
    if (pieces.length === 0) {
      void vscode.window.showInformationMessage('There is no statement here.');
      return;
    }
    if (runs.of(document.uri)?.running) {
      await commands.offerCancel(document.uri);
      return;
    }
    const cluster = await this.#clusterOf(document.uri);
    const choice = cluster && (await this.#choose(cluster, document.uri, pieces.length));
    if (!choice) return;
    const classes = await Promise.all(pieces.map(({ text }) => classify(text)));
    const mayWrite = choice.writable || classes.some((found) => found.mayWrite || found.asksToWrite);
    const writes = await confirm(cluster, choice, mayWrite, this.#isReadOnly(document.uri));
    if (writes === undefined) return;
    const servers = choice.nodes.map((node) => clusterServer(service, cluster, node));
    await runs.startOnNodes({ ...excerpt, file: document.uri, servers, mayWrite: writes });
  }

  #isReadOnly(file: vscode.Uri): boolean {
    const { attachments, monitor } = this.#deps;
    return attachedTo(file, attachments, monitor)?.readOnly ?? false;
  }

  async #clusterOf(file: vscode.Uri): Promise<Cluster | undefined> {
    const { attachments, monitor, targets } = this.#deps;
    await monitor.known();
    return (
      attachedTo(file, attachments, monitor)?.cluster ??
      (await targets.cluster(undefined, { title: 'Run on several nodes of a cluster' }))
    );
  }

  /** @returns undefined where the person picked nothing */
  async #choose(cluster: Cluster, file: vscode.Uri, statements: number): Promise<Choice | undefined> {
    const { monitor } = this.#deps;
    const status = monitor.find(cluster.id)?.status;
    const describe = (node: ClusterNode): string => nodeDescription(node, status?.get(node.name));
    const before = this.#remembered(file);
    const last = cluster.nodes.filter(({ name }) => before.includes(name));
    const title = statements === 1 ? 'Run the statement on' : `Run ${statements} statements on`;
    const groups: [label: string, nodes: readonly ClusterNode[]][] = [
      ['All coordinators', coordinators(cluster)],
      ['All workers', workers(cluster)],
      ['All nodes', cluster.nodes],
    ];
    const items: ChoiceItem[] = [
      ...(last.length > 0
        ? [{ label: `$(history) ${namesOf(last)}`, description: 'as before', nodes: last }]
        : []),
      ...groups
        .filter(([, nodes]) => nodes.length > 0)
        .map(([label, nodes]) => ({ label, description: namesOf(nodes), nodes })),
      { label: 'Choose nodes…', nodes: undefined },
      { label: 'One node', kind: vscode.QuickPickItemKind.Separator, nodes: undefined },
      ...cluster.nodes.map((node) => ({ label: node.name, description: describe(node), nodes: [node] })),
    ];
    const picked = await pickWithLock(items, title);
    if (!picked) return undefined;
    const nodes =
      picked.item.nodes ??
      (
        await vscode.window.showQuickPick(
          cluster.nodes.map((node) => ({
            label: node.name,
            description: describe(node),
            picked: before.includes(node.name),
            node,
          })),
          { title, placeHolder: 'Pick the nodes', canPickMany: true },
        )
      )?.map(({ node }) => node) ??
      [];
    if (nodes.length === 0) return undefined;
    await this.#remember(file, nodes);
    return { nodes, writable: picked.writable };
  }

  #remembered(file: vscode.Uri): readonly string[] {
    return new Map(this.#entries()).get(file.toString()) ?? [];
  }

  async #remember(file: vscode.Uri, nodes: readonly ClusterNode[]): Promise<void> {
    const others = this.#entries().filter(([key]) => key !== file.toString());
    const entry: [string, string[]] = [file.toString(), nodes.map(({ name }) => name)];
    await this.#deps.workspaceState.update(KEY, [...others, entry].slice(-LIMIT));
  }

  #entries(): [file: string, nodes: string[]][] {
    return this.#deps.workspaceState.get(KEY, []);
  }
}

const namesOf = (nodes: readonly ClusterNode[]): string => nodes.map(({ name }) => name).join(', ');

/** A quick pick whose lock says whether what is picked may be written to. */
const pickWithLock = (
  items: readonly ChoiceItem[],
  title: string,
): Promise<{ item: ChoiceItem; writable: boolean } | undefined> =>
  new Promise((resolve) => {
    const pick = vscode.window.createQuickPick<ChoiceItem>();
    let writable = false;
    const showLock = (): void => {
      pick.title = `${title}${writable ? ' (writes allowed)' : ''}`;
      pick.buttons = [writable ? UNLOCKED : LOCKED];
    };
    pick.items = items;
    pick.placeholder = 'Pick where it runs, at once on all';
    pick.matchOnDescription = true;
    pick.onDidTriggerButton(() => {
      writable = !writable;
      showLock();
    });
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      resolve(item && { item, writable });
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    showLock();
    pick.show();
  });

/**
 * Asks before anything may be written.
 * @returns whether writes are allowed; undefined where nothing is to be run
 */
const confirm = async (
  cluster: Cluster,
  { nodes }: Choice,
  mayWriteHere: boolean,
  readOnly: boolean,
): Promise<boolean | undefined> => {
  if (!mayWriteHere) return false;
  const write = 'Allow Writes';
  const read = 'Run Read-Only';
  const answer = await vscode.window.showWarningMessage(
    nodes.length === 1
      ? `Run on ${namesOf(nodes)} of ${cluster.name}, where it may write?`
      : `Run on ${nodes.length} nodes of ${cluster.name} at once, where it may write?`,
    {
      modal: true,
      detail: [
        namesOf(nodes),
        ...(readOnly ? ['The file is marked read-only in its header.'] : []),
        ...(cluster.mark?.production ? [`“${cluster.name}” is marked as production.`] : []),
        'Each node commits by itself: where one fails, the others keep what they wrote.',
      ].join('\n\n'),
    },
    write,
    read,
  );
  return answer === undefined ? undefined : answer === write;
};
