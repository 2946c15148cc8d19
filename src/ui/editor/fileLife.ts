import { setImmediate as turn } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Guard } from '../guard.ts';
import type { Attachments } from './attachments.ts';
import type { Connections } from './connections.ts';
import type { Runs } from './runs.ts';
import { ClosingQuestion } from '../transactions/closingQuestion.ts';
import type { TransactionCommands } from '../transactions/transactionCommands.ts';
import type { TransactionModes } from '../transactions/transactionModes.ts';

/** Carries what a file has over to its new name, and ends it when the file is closed. */
export class FileLife implements vscode.Disposable {
  readonly #attachments: Attachments;
  readonly #connections: Connections;
  readonly #runs: Runs;
  readonly #modes: TransactionModes;
  readonly #closing: ClosingQuestion;
  readonly #events: vscode.Disposable;

  constructor(
    attachments: Attachments,
    connections: Connections,
    runs: Runs,
    transactions: {
      readonly modes: TransactionModes;
      readonly commands: TransactionCommands;
    },
    guard: Guard,
  ) {
    this.#attachments = attachments;
    this.#connections = connections;
    this.#runs = runs;
    this.#modes = transactions.modes;
    this.#closing = new ClosingQuestion(connections, runs, transactions.commands, guard, (from, to) => {
      this.#move(from, to);
    });
    this.#events = vscode.Disposable.from(
      this.#closing,
      vscode.workspace.onDidRenameFiles(({ files }) => {
        for (const { oldUri, newUri } of files) this.#move(oldUri, newUri);
      }),
      vscode.workspace.onDidSaveTextDocument((document) => {
        this.#saved(document);
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
    this.#modes.move(from, to);
  }

  /** An untitled document that is saved is still there with the same text when its file is; no event joins the two. */
  #saved(document: vscode.TextDocument): void {
    const text = document.getText();
    if (text === '' || this.#attachments.get(document.uri)) return;
    const untitled = vscode.workspace.textDocuments.find(
      (other) => other.isUntitled && this.#attachments.get(other.uri) && other.getText() === text,
    );
    if (untitled) this.#move(untitled.uri, document.uri);
  }

  async #closed(document: vscode.TextDocument): Promise<void> {
    const file = document.uri;
    // A document whose language was changed is closed, and opened again in the same breath.
    await turn();
    if (vscode.workspace.textDocuments.some(({ uri }) => uri.toString() === file.toString())) return;
    if (await this.#closing.ask(document)) return;
    // The next untitled document may have the same name.
    if (document.isUntitled) this.#attachments.set(file, undefined);
    await this.#runs.forget(file);
    await this.#connections.close(file);
  }
}
