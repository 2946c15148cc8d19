import { setImmediate as turn } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Guard } from '../guard.ts';
import type { Attachments } from './attachments.ts';
import type { Connections } from './connections.ts';
import type { Runs } from './runs.ts';

/** Carries what a file has over to its new name, and ends it when the file is closed. */
export class FileLife implements vscode.Disposable {
  readonly #attachments: Attachments;
  readonly #connections: Connections;
  readonly #runs: Runs;
  readonly #events: vscode.Disposable;

  constructor(attachments: Attachments, connections: Connections, runs: Runs, guard: Guard) {
    this.#attachments = attachments;
    this.#connections = connections;
    this.#runs = runs;
    this.#events = vscode.Disposable.from(
      vscode.workspace.onDidRenameFiles(({ files }) => {
        for (const { oldUri, newUri } of files) this.#move(oldUri, newUri);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.#closed(document).catch((error: unknown) => {
          guard.report(error);
        });
      }),
    );
  }

  dispose(): void {
    this.#events.dispose();
  }

  #move(from: vscode.Uri, to: vscode.Uri): void {
    this.#connections.move(from, to);
    this.#runs.move(from, to);
    this.#attachments.move(from, to);
  }

  async #closed(document: vscode.TextDocument): Promise<void> {
    const file = document.uri;
    // A document whose language was changed is closed, and opened again in the same breath; so is one that is saved.
    await turn();
    if (openDocument((other) => other.uri.toString() === file.toString())) return;
    if (document.isUntitled) {
      const text = document.getText();
      const saved = openDocument((other) => other.uri.scheme === 'file' && other.getText() === text);
      if (saved && text !== '' && !this.#attachments.get(saved.uri)) {
        this.#move(file, saved.uri);
        return;
      }
      // The next untitled document may have the same name.
      this.#attachments.set(file, undefined);
    }
    await this.#runs.end(file);
    await this.#connections.close(file);
  }
}

const openDocument = (fits: (document: vscode.TextDocument) => boolean): vscode.TextDocument | undefined =>
  vscode.workspace.textDocuments.find((document) => !document.isClosed && fits(document));
