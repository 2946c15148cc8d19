import * as vscode from 'vscode';
import type { ClusterMonitor } from '../../cluster/monitor.ts';
import type { Guard } from '../guard.ts';
import { headerProblem } from './attached.ts';
import type { Attachments } from './attachments.ts';
import { headerOf, isSqlFile, SQL_FILES } from './sqlFile.ts';

/** Underlines what is wrong with files' headers, offers what could stand there, and tells when a header changes. */
export class HeaderDiagnostics implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #attachments: Attachments;
  readonly #monitor: ClusterMonitor;
  readonly #collection = vscode.languages.createDiagnosticCollection('citus-header');
  readonly #suggestions = new WeakMap<vscode.Diagnostic, readonly string[]>();
  /** Each open file's header as it was last seen. */
  readonly #seen = new Map<string, string>();
  readonly #disposables: vscode.Disposable;

  constructor(attachments: Attachments, monitor: ClusterMonitor, guard: Guard) {
    this.#attachments = attachments;
    this.#monitor = monitor;
    const look = (document: vscode.TextDocument): void => {
      this.#look(document).catch((error: unknown) => {
        guard.report(error);
      });
    };
    const lookAtAll = (): void => {
      vscode.workspace.textDocuments.forEach(look);
    };
    this.#disposables = vscode.Disposable.from(
      this.#collection,
      vscode.workspace.onDidOpenTextDocument(look),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) look(document);
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        this.#seen.delete(uri.toString());
        this.#collection.delete(uri);
      }),
      new vscode.Disposable(
        monitor.onDidChange(({ kind }) => {
          if (kind === 'clusters') lookAtAll();
        }),
      ),
      vscode.languages.registerCodeActionsProvider(SQL_FILES, this, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      }),
    );
    lookAtAll();
  }

  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    return (this.#collection.get(document.uri) ?? [])
      .filter((ours) => diagnostics.some((asked) => asked.range.isEqual(ours.range)))
      .flatMap((diagnostic) =>
        (this.#suggestions.get(diagnostic) ?? []).map((name) => {
          const action = new vscode.CodeAction(`Change to ${name}`, vscode.CodeActionKind.QuickFix);
          action.diagnostics = [diagnostic];
          action.edit = new vscode.WorkspaceEdit();
          action.edit.replace(document.uri, diagnostic.range, name);
          return action;
        }),
      );
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #look(document: vscode.TextDocument): Promise<void> {
    if (!isSqlFile(document)) return;
    const key = document.uri.toString();
    const header = headerOf(document);
    const text = header ? document.getText().slice(header.start, header.end) : '';
    const before = this.#seen.get(key) ?? '';
    this.#seen.set(key, text);
    if (header) await this.#monitor.known();
    if (document.isClosed) return;
    this.#show(document);
    if (text !== before) this.#attachments.headerChanged(document.uri);
  }

  #show(document: vscode.TextDocument): void {
    const header = headerOf(document);
    const problem = headerProblem(document.uri, this.#attachments, this.#monitor);
    const found = [
      ...(header?.mistakes ?? []).map((mistake) => ({ ...mistake, suggestions: [] as string[] })),
      ...(problem ? [problem] : []),
    ].map(({ start, end, message, suggestions }) => {
      const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
      const known = suggestions.length > 0 ? ` It could be ${suggestions.join(', ')}.` : '';
      const diagnostic = new vscode.Diagnostic(range, message + known);
      diagnostic.source = 'Citus';
      this.#suggestions.set(diagnostic, suggestions);
      return diagnostic;
    });
    if (found.length > 0) this.#collection.set(document.uri, found);
    else this.#collection.delete(document.uri);
  }
}
