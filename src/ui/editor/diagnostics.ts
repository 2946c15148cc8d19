import * as vscode from 'vscode';
import type { RunStatement } from '../../sql/run/runStatement.ts';
import { rangeOf } from './sqlFile.ts';

/** Underlines the statement that failed, until it is edited or run again. */
export class SqlDiagnostics implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('citus-sql');
  readonly #edits: vscode.Disposable;

  constructor() {
    this.#edits = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      this.#adjust(document.uri, contentChanges);
    });
  }

  clear(file: vscode.Uri): void {
    this.#collection.delete(file);
  }

  /** Shows where a statement failed, unless the document has changed there since it was run. */
  show(document: vscode.TextDocument, statement: RunStatement): void {
    const { failure, target } = statement.view;
    const whole = rangeOf(document, statement.piece);
    if (!failure || document.getText(whole) !== statement.piece.text) return;
    const range = culprit(document, whole, statement.errorOffset);
    const message = [failure.message, failure.detail, failure.hint && `Hint: ${failure.hint}`];
    const diagnostic = new vscode.Diagnostic(range, message.filter((part) => part !== undefined).join('\n'));
    diagnostic.source = target.node;
    if (failure.code !== undefined) diagnostic.code = failure.code;
    this.#collection.set(document.uri, [diagnostic]);
  }

  dispose(): void {
    this.#edits.dispose();
    this.#collection.dispose();
  }

  #adjust(file: vscode.Uri, changes: readonly vscode.TextDocumentContentChangeEvent[]): void {
    const before = this.#collection.get(file);
    if (!before || before.length === 0 || changes.length === 0) return;
    const after = before.filter((diagnostic) =>
      changes.every((change) => {
        const moved = rangeAfter(diagnostic.range, change);
        if (moved) diagnostic.range = moved;
        return moved !== undefined;
      }),
    );
    this.#collection.set(file, after);
  }
}

/** The word at the error's position; without a position the statement's first line. */
const culprit = (
  document: vscode.TextDocument,
  statement: vscode.Range,
  errorOffset: number | undefined,
): vscode.Range => {
  if (errorOffset === undefined) {
    return statement.isSingleLine
      ? statement
      : statement.with({ end: document.lineAt(statement.start).range.end });
  }
  const position = document.positionAt(errorOffset);
  return document.getWordRangeAtPosition(position) ?? new vscode.Range(position, position.translate(0, 1));
};

/** Where a range is after a change; undefined where the change touches it. */
const rangeAfter = (
  range: vscode.Range,
  { range: changed, text }: vscode.TextDocumentContentChangeEvent,
): vscode.Range | undefined => {
  if (changed.start.isAfter(range.end)) return range;
  if (changed.end.line >= range.start.line) return undefined;
  const lines = text.split('\n').length - 1 - (changed.end.line - changed.start.line);
  return new vscode.Range(range.start.translate(lines), range.end.translate(lines));
};
