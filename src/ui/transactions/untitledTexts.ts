import * as vscode from 'vscode';
import { isSqlFile } from '../editor/sqlFile.ts';

/**
 * The texts of untitled SQL files. VS Code empties one that is closed without being saved before anybody hears of its
 * being closed, so its text has to be kept beforehand.
 */
export class UntitledTexts implements vscode.Disposable {
  /** By document, the last text that wasn't empty. */
  readonly #texts = new WeakMap<vscode.TextDocument, string>();
  readonly #events: vscode.Disposable;

  constructor() {
    for (const document of vscode.workspace.textDocuments) this.#keep(document);
    this.#events = vscode.Disposable.from(
      vscode.workspace.onDidOpenTextDocument((document) => {
        this.#keep(document);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        this.#keep(document);
      }),
    );
  }

  /** The text that a document has, or had before it was emptied. */
  of(document: vscode.TextDocument): string {
    return document.getText() || (this.#texts.get(document) ?? '');
  }

  dispose(): void {
    this.#events.dispose();
  }

  #keep(document: vscode.TextDocument): void {
    if (!document.isUntitled || !isSqlFile(document)) return;
    const text = document.getText();
    if (text !== '') this.#texts.set(document, text);
  }
}
