import * as vscode from 'vscode';
import type { ClusterService } from '../../cluster/clusters.ts';
import type { ClusterMonitor } from '../../cluster/monitor.ts';
import type { FileRef, NodeRef } from '../../contract/refs.ts';
import { planningMayWrite } from '../../sql/classify/classify.ts';
import type { ExplainWay } from '../../sql/plan/explain.ts';
import { measuringWords } from '../../sql/plan/measuring.ts';
import { Variables } from '../../sql/psql/variables.ts';
import { pieceAt, pieceStartingAt, type Piece, together } from '../../sql/splitter/splitter.ts';
import { clusterTarget } from '../../sql/run/target.ts';
import type { Targets } from '../commands/targets.ts';
import type { Guard } from '../guard.ts';
import { attachedTo, headerProblem } from './attached.ts';
import type { Attachments } from './attachments.ts';
import type { Connections } from './connections.ts';
import { offerHeaderChange } from './headerEdit.ts';
import { askPermission, mayWrite } from './permission.ts';
import { askToMeasure, nodeAddresses, noPlan, pieceToExplain } from './explaining.ts';
import type { Runs } from './runs.ts';
import {
  type Excerpt,
  excerptOf,
  fileName,
  piecesOf,
  piecesWithin,
  splitOf,
  sqlDocument,
} from './sqlFile.ts';
import type { TransactionModes } from '../transactions/transactionModes.ts';
import type { FilesWhereabouts } from './whereabouts.ts';

export interface SqlCommandDependencies {
  readonly service: Pick<ClusterService, 'credentials' | 'coordinatorStatus' | 'sharding'>;
  readonly monitor: ClusterMonitor;
  readonly targets: Targets;
  readonly guard: Guard;
  readonly attachments: Attachments;
  readonly connections: Connections;
  readonly runs: Runs;
  readonly whereabouts: FilesWhereabouts;
  readonly modes: TransactionModes;
}

const KEY = process.platform === 'darwin' ? 'Cmd' : 'Ctrl';
const NEW_FILE = `-- ${KEY}+Enter runs the statement at the cursor, ${KEY}+Shift+Enter the whole file.\n\n`;

/** The commands of SQL files. */
export class SqlCommands implements vscode.Disposable {
  readonly #deps: SqlCommandDependencies;
  readonly #registrations: vscode.Disposable;

  constructor(dependencies: SqlCommandDependencies) {
    this.#deps = dependencies;
    const { guard } = dependencies;
    this.#registrations = vscode.Disposable.from(
      guard.registerCommand('citus.sql.newFile', (node) => this.#newFile(node)),
      guard.registerCommand('citus.sql.runFileOn', (nodeOrFile) => this.#runFileOn(nodeOrFile)),
      guard.registerCommand('citus.sql.attach', async (file) => {
        const document = await sqlDocument(file);
        if (document) await this.#attach(document);
      }),
      guard.registerCommand('citus.sql.detach', (file) => this.#detach(file)),
      guard.registerCommand('citus.sql.runStatement', (file, offset) => this.#runStatement(file, offset)),
      guard.registerCommand('citus.sql.runFile', async (file) => {
        const document = await sqlDocument(file);
        if (document) await this.#runFile(document);
      }),
      guard.registerCommand('citus.sql.cancel', async (file) => {
        const document = await sqlDocument(file);
        if (document) await dependencies.runs.cancelFile(document.uri);
      }),
      guard.registerCommand('citus.sql.explain', (file, offset) => this.#explain(file, offset, false)),
      guard.registerCommand('citus.sql.explainAnalyze', (file, offset) => this.#explain(file, offset, true)),
    );
  }

  dispose(): void {
    this.#registrations.dispose();
  }

  async #newFile(node: NodeRef | undefined): Promise<void> {
    const target = await this.#deps.targets.node(node, { title: 'New SQL file on a coordinator' });
    if (!target) return;
    const document = await vscode.workspace.openTextDocument({ language: 'sql', content: NEW_FILE });
    this.#deps.attachments.set(document.uri, { clusterId: target.cluster.id, nodeName: target.node.name });
    const end = document.positionAt(NEW_FILE.length);
    await vscode.window.showTextDocument(document, { selection: new vscode.Range(end, end), preview: false });
  }

  async #runFileOn(nodeOrFile: NodeRef | FileRef | undefined): Promise<void> {
    const node = nodeOrFile && 'clusterId' in nodeOrFile ? nodeOrFile : undefined;
    const file = nodeOrFile instanceof vscode.Uri ? nodeOrFile : await askForFile(node);
    if (!file) return;
    if (node && !(await this.#setAttachment(file, node))) return;
    await this.#runFile(await vscode.workspace.openTextDocument(file));
  }

  /** Runs a whole file, which is brought into sight: a menu of the file explorer may have named it. */
  async #runFile(document: vscode.TextDocument): Promise<void> {
    if (!editorOf(document)) await vscode.window.showTextDocument(document, { preview: false });
    await this.run(document, excerptOf(document, piecesOf(document)), true);
  }

  /** @returns whether the file is attached now */
  async #attach(document: vscode.TextDocument): Promise<boolean> {
    const name = fileName(document.uri);
    const target = await this.#deps.targets.node(undefined, { title: `Attach ${name} to a coordinator` });
    if (!target) return false;
    return this.#setAttachment(document.uri, { clusterId: target.cluster.id, nodeName: target.node.name });
  }

  async #detach(file: FileRef | undefined): Promise<void> {
    const document = await sqlDocument(file);
    if (document) await this.#setAttachment(document.uri, undefined);
  }

  /** @returns whether it was done: a running file keeps its node until its run has ended */
  async #setAttachment(file: vscode.Uri, node: NodeRef | undefined): Promise<boolean> {
    const { attachments, connections, runs } = this.#deps;
    if (runs.of(file)?.running && !(await this.offerCancel(file))) return false;
    const named = node && this.#deps.monitor.find(node.clusterId)?.cluster;
    const picked = named?.nodes.find(({ name }) => name === node?.nodeName);
    if (named && picked) {
      const document = await vscode.workspace.openTextDocument(file);
      if (!(await offerHeaderChange(document, named, picked))) return false;
    }
    const before = attachments.get(file);
    if (before?.clusterId !== node?.clusterId || before?.nodeName !== node?.nodeName) {
      await connections.close(file);
    }
    attachments.set(file, node);
    return true;
  }

  async #runStatement(file: FileRef | undefined, offset: number | undefined): Promise<void> {
    const document = await sqlDocument(file);
    if (!document) return;
    const excerpt = excerptAt(document, offset);
    if (excerpt.pieces.length === 0) {
      void vscode.window.showInformationMessage('There is no statement here.');
      return;
    }
    await this.run(document, excerpt, false);
  }

  async #explain(file: FileRef | undefined, offset: number | undefined, analyze: boolean): Promise<void> {
    const document = await sqlDocument(file);
    if (!document) return;
    const { pieces, source } = excerptAt(document, offset);
    const [piece] = pieces;
    const { connections, modes, monitor, whereabouts } = this.#deps;
    const connection = connections.of(document.uri);
    const found = piece && (await pieceToExplain(piece, connection?.variables ?? new Variables()));
    if (!found) {
      void vscode.window.showInformationMessage(noPlan(piece));
      return;
    }
    await monitor.known();
    // What is measured without a question is undone all the same.
    const unasked = !analyze || !(await mayWrite(document.uri, found.asSent, whereabouts));
    const words = (): string =>
      measuringWords(found.statement, modes.of(document.uri), connection?.transactionStatus ?? 'idle');
    const way = unasked ? { analyze, keep: false } : await askToMeasure(words());
    if (!way) return;
    const executed = way.analyze || planningMayWrite(found.statement) ? [found.piece] : [];
    await this.run(document, { pieces: [found.piece], source }, false, { way, executed });
  }

  /**
   * Runs pieces of a document on the node that it is attached to; asks for one where it isn't.
   * @param excerpt taken before anything was waited for
   * @param explain how plans are asked for, where those are wanted instead of results, and which of the pieces are
   * executed for that
   */
  async run(
    document: vscode.TextDocument,
    excerpt: Excerpt,
    wholeFile: boolean,
    explain?: { readonly way: ExplainWay; readonly executed: readonly Piece[] },
  ): Promise<void> {
    const { attachments, connections, monitor, runs, service } = this.#deps;
    const { uri } = document;
    const { pieces } = excerpt;
    if (pieces.length === 0) {
      void vscode.window.showInformationMessage(`${fileName(uri)} has no statements.`);
      return;
    }
    if (runs.of(uri)?.running) {
      await this.offerCancel(uri);
      return;
    }
    await monitor.known();
    const problem = headerProblem(uri, attachments, monitor);
    if (problem) {
      void vscode.window.showErrorMessage(
        `Nothing was run: the header of ${fileName(uri)} doesn’t say where. ${problem.message}`,
      );
      return;
    }
    if (!attachedTo(uri, attachments, monitor) && !(await this.#attach(document))) return;
    const attached = attachedTo(uri, attachments, monitor);
    if (!attached) return;
    const executed = explain?.executed ?? pieces;
    const permission = await askPermission(document, attached, executed, service, this.#deps.whereabouts);
    if (!permission) return;
    const open = connections.of(uri);
    if (open && open.transactionStatus !== 'idle' && open.server.readOnly !== permission.readOnly) {
      void vscode.window.showWarningMessage(
        `${fileName(uri)} has a transaction open, which a new connection would roll back. End it first, with COMMIT or ROLLBACK.`,
      );
      return;
    }
    const target = clusterTarget(service, attached.cluster, attached.node, permission);
    const nodes = nodeAddresses(attached.cluster);
    await runs.start({
      ...excerpt,
      file: uri,
      target,
      wholeFile,
      nodes,
      ...(explain && { explain: explain.way }),
    });
  }

  /** @returns whether the person cancelled what the file runs */
  async offerCancel(file: vscode.Uri): Promise<boolean> {
    const cancel = 'Cancel It';
    const answer = await vscode.window.showWarningMessage(`${fileName(file)} is still running.`, cancel);
    if (answer !== cancel) return false;
    await this.#deps.runs.end(file);
    return true;
  }
}

const askForFile = async (node: NodeRef | undefined): Promise<vscode.Uri | undefined> => {
  const files = await vscode.window.showOpenDialog({
    title: node ? `Run SQL File on ${node.nodeName}` : 'Run SQL File',
    openLabel: 'Run',
    filters: { SQL: ['sql'], 'All files': ['*'] },
  });
  return files?.[0];
};

const editorOf = (document: vscode.TextDocument): vscode.TextEditor | undefined => {
  const active = vscode.window.activeTextEditor;
  if (active?.document === document) return active;
  return vscode.window.visibleTextEditors.find((editor) => editor.document === document);
};

/**
 * What a command is to run of a document.
 * @param offset of a statement; menus pass something else of their own in its place
 */
export const excerptAt = (document: vscode.TextDocument, offset: unknown): Excerpt =>
  excerptOf(document, typeof offset === 'number' ? pieceFrom(document, offset) : selectedPieces(document));

/** The piece that starts at an offset, if one does, with the command that sends it. */
const pieceFrom = (document: vscode.TextDocument, offset: number): readonly Piece[] => {
  const pieces = splitOf(document);
  return together(pieces, pieceStartingAt(pieces, offset));
};

/** What is selected, and where nothing is the statement at the cursor. */
const selectedPieces = (document: vscode.TextDocument): readonly Piece[] => {
  const editor = editorOf(document);
  if (!editor) return [];
  const selections = editor.selections.filter(({ isEmpty }) => !isEmpty);
  if (selections.length > 0) {
    return selections
      .toSorted((one, other) => one.start.compareTo(other.start))
      .flatMap((selection) => piecesWithin(document, selection));
  }
  const cursor = document.offsetAt(editor.selection.active);
  const pieces = splitOf(document);
  return together(pieces, pieceAt(pieces, pieces.source, cursor));
};
