import { setImmediate as turn } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Connections } from '../editor/connections.ts';
import type { Runs } from '../editor/runs.ts';
import { fileName } from '../editor/sqlFile.ts';
import type { Guard } from '../guard.ts';
import type { TransactionCommands } from './transactionCommands.ts';
import { UntitledTexts } from './untitledTexts.ts';

const COMMIT = { title: 'Commit' };
const ROLL_BACK = { title: 'Roll Back' };
const KEEP_OPEN = { title: 'Keep the File Open', isCloseAffordance: true };

/**
 * Asks what is to become of a file's open transaction when its last tab was closed. VS Code lets nobody refuse that, so
 * the connection is kept until the person has answered, and the file is opened again where they want to go on.
 */
export class ClosingQuestion implements vscode.Disposable {
  readonly #connections: Connections;
  readonly #runs: Pick<Runs, 'of' | 'end'>;
  readonly #commands: Pick<TransactionCommands, 'end'>;
  readonly #move: (from: vscode.Uri, to: vscode.Uri) => void;
  readonly #texts = new UntitledTexts();
  readonly #asked = new Map<string, Promise<boolean>>();
  readonly #tabs: vscode.Disposable;

  /** @param move carries what a file has over to the document that takes its place */
  constructor(
    connections: Connections,
    runs: Pick<Runs, 'of' | 'end'>,
    commands: Pick<TransactionCommands, 'end'>,
    guard: Guard,
    move: (from: vscode.Uri, to: vscode.Uri) => void,
  ) {
    this.#connections = connections;
    this.#runs = runs;
    this.#commands = commands;
    this.#move = move;
    this.#tabs = vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
      for (const { input } of closed) {
        if (!(input instanceof vscode.TabInputText)) continue;
        this.#tabClosed(input.uri).catch((error: unknown) => {
          guard.report(error);
        });
      }
    });
  }

  dispose(): void {
    this.#texts.dispose();
    this.#tabs.dispose();
  }

  /**
   * Asks, unless that is going on already, where a file has a transaction open.
   * @param document of the file, which may be closed
   * @returns whether the file stays open, and so does its connection
   */
  ask(document: vscode.TextDocument): Promise<boolean> {
    const key = document.uri.toString();
    const asking =
      this.#asked.get(key) ??
      this.#ask(document).finally(() => {
        this.#asked.delete(key);
      });
    this.#asked.set(key, asking);
    return asking;
  }

  async #tabClosed(file: vscode.Uri): Promise<void> {
    const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString());
    // A tab that is moved is closed, and opened again in the same breath.
    await turn();
    if (!document || isShown(file) || !(await isThere(file))) return;
    await this.ask(document);
  }

  async #ask(document: vscode.TextDocument): Promise<boolean> {
    const file = document.uri;
    const session = this.#connections.of(file);
    if (session?.transactionStatus !== 'transaction') return false;
    const running = this.#runs.of(file)?.running ?? false;
    const answer = await vscode.window.showWarningMessage(
      `${fileName(file)} has an open transaction on ${session.server.nodeName}.`,
      {
        modal: true,
        detail: `Its connection is closed with the file. ${running ? 'It is still running; that is cancelled, and ' : ''}${running ? 'what' : 'What'} the transaction has changed is rolled back${running ? '.' : ', unless you commit it.'}`,
      },
      ...(running ? [ROLL_BACK, KEEP_OPEN] : [COMMIT, ROLL_BACK, KEEP_OPEN]),
    );
    if (answer === COMMIT) await this.#commands.end(file, 'COMMIT');
    else if (answer === ROLL_BACK) {
      await this.#runs.end(file);
      const after = this.#connections.of(file)?.transactionStatus ?? 'idle';
      if (after !== 'idle') await this.#commands.end(file, 'ROLLBACK');
    } else await this.#openAgain(document);
    return answer !== COMMIT && answer !== ROLL_BACK;
  }

  async #openAgain(document: vscode.TextDocument): Promise<void> {
    const { uri, isUntitled, languageId } = document;
    const content = this.#texts.of(document);
    const again =
      isUntitled && document.isClosed
        ? await vscode.workspace.openTextDocument({ language: languageId, content })
        : await vscode.workspace.openTextDocument(uri);
    if (again.uri.toString() !== uri.toString()) this.#move(uri, again.uri);
    await vscode.window.showTextDocument(again, { preview: false });
  }
}

const isShown = (file: vscode.Uri): boolean =>
  vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === file.toString());

/** Whether a file is still there: one that was renamed is not, and goes on under its new name. */
const isThere = async (file: vscode.Uri): Promise<boolean> => {
  if (file.scheme !== 'file') return true;
  return vscode.workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
};
