import * as vscode from 'vscode';
import type { ClusterMonitor } from '../../cluster/monitor.ts';
import type { CommandId } from '../../contract/commands.ts';
import { type Attached, attachedName, attachedState, attachedTo, headerProblem } from './attached.ts';
import type { Attachments } from './attachments.ts';
import { isSqlFile, piecesOf, splitOf, SQL_FILES } from './sqlFile.ts';

/** A file with more statements gets no lens on each: the editor would be busy with them at each key press. */
export const MOST_LENSES = 3000;

/** The lenses of SQL files: at the top the node that the file is attached to, and on each statement `Run` and `Run on…`. */
export class SqlLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #attachments: Attachments;
  readonly #monitor: ClusterMonitor;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: { dispose(): unknown }[];
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(attachments: Attachments, monitor: ClusterMonitor) {
    this.#attachments = attachments;
    this.#monitor = monitor;
    const changed = (): void => {
      this.#changed.fire();
    };
    this.#disposables = [
      this.#changed,
      attachments.onDidChange(changed),
      new vscode.Disposable(monitor.onDidChange(changed)),
      vscode.languages.registerCodeLensProvider(SQL_FILES, this),
    ];
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    if (!isSqlFile(document)) return [];
    const attached = attachedTo(document.uri, this.#attachments, this.#monitor);
    if (attached) return [...this.#top(document, attached), ...this.#statements(document)];
    const problem = headerProblem(document.uri, this.#attachments, this.#monitor);
    if (problem) return [lens(0, `$(warning) ${problem.message}`, 'citus.sql.attach', [document.uri])];
    if (this.#monitor.clusters.length === 0) return [];
    return [lens(0, '$(plug) Attach to a coordinator…', 'citus.sql.attach', [document.uri])];
  }

  dispose(): void {
    for (const disposable of this.#disposables.reverse()) disposable.dispose();
  }

  #top(document: vscode.TextDocument, attached: Attached): vscode.CodeLens[] {
    const many = splitOf(document).length > MOST_LENSES;
    const title = `Attached to ${attachedName(attached)} (${attachedState(attached)})`;
    return [
      lens(0, title, 'citus.sql.attach', [document.uri]),
      lens(0, 'Change', 'citus.sql.attach', [document.uri]),
      lens(0, '$(run-all) Run File', 'citus.sql.runFile', [document.uri]),
      ...(many
        ? [lens(0, '$(play) Run the Statement at the Cursor', 'citus.sql.runStatement', [document.uri])]
        : []),
    ];
  }

  #statements(document: vscode.TextDocument): vscode.CodeLens[] {
    if (splitOf(document).length > MOST_LENSES) return [];
    return piecesOf(document)
      .filter(({ kind }) => kind === 'sql')
      .flatMap(({ line, start }) => [
        lens(line - 1, '$(play) Run', 'citus.sql.runStatement', [document.uri, start]),
        lens(line - 1, 'Run on…', 'citus.sql.runOnNodes', [document.uri, start]),
      ]);
  }
}

const lens = (line: number, title: string, command: CommandId, args: unknown[]): vscode.CodeLens =>
  new vscode.CodeLens(new vscode.Range(line, 0, line, 0), { title, command, arguments: args });
