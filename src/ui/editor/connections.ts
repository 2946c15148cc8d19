import * as vscode from 'vscode';
import { FileSession, type Loss } from '../../sql/run/fileSession.ts';
import type { Server, Target } from '../../sql/run/target.ts';
import { fileName } from './sqlFile.ts';

/** A file's connection that ended by itself. */
export interface LostConnection {
  readonly file: vscode.Uri;
  readonly nodeName: string;
  readonly loss: Loss;
}

const isSame = (one: Server, other: Server): boolean =>
  one.clusterName === other.clusterName &&
  one.nodeName === other.nodeName &&
  (one.readOnly ?? false) === (other.readOnly ?? false);

/** The connections of files, one each. */
export class Connections implements vscode.Disposable {
  readonly #sessions = new Map<string, FileSession>();
  readonly #lost = new vscode.EventEmitter<LostConnection>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidLose = this.#lost.event;
  /** A file's connection was lost or closed, goes on under another name, or its transaction was ended. */
  readonly onDidChange = this.#changed.event;

  /** The file's connection to a node; one that it had to another node, or in another mode, is closed. */
  async to(file: vscode.Uri, target: Target): Promise<FileSession> {
    const existing = this.#sessions.get(file.toString());
    if (existing && isSame(existing.server, target)) return existing;
    await this.close(file);
    const session = new FileSession(target, fileName(file), (loss) => {
      this.#lost.fire({ file, nodeName: target.nodeName, loss });
      this.#changed.fire(file);
    });
    this.#sessions.set(file.toString(), session);
    return session;
  }

  of(file: vscode.Uri): FileSession | undefined {
    return this.#sessions.get(file.toString());
  }

  /** Tells that a file's connection isn't in the state that it was in. */
  touch(file: vscode.Uri): void {
    this.#changed.fire(file);
  }

  /** Ends a file's connection; tells the person where that rolled back a transaction. */
  async close(file: vscode.Uri): Promise<void> {
    const session = this.#sessions.get(file.toString());
    if (!session) return;
    this.#sessions.delete(file.toString());
    if (session.transactionStatus === 'transaction') {
      void vscode.window.showWarningMessage(
        `The open transaction of ${fileName(file)} on ${session.server.nodeName} was rolled back, because its connection was closed.`,
      );
    }
    this.#changed.fire(file);
    await session.close();
  }

  /** A file has another name now. */
  move(from: vscode.Uri, to: vscode.Uri): void {
    const session = this.#sessions.get(from.toString());
    if (!session) return;
    this.#sessions.delete(from.toString());
    this.#sessions.set(to.toString(), session);
    this.#changed.fire(from);
    this.#changed.fire(to);
  }

  dispose(): void {
    for (const session of this.#sessions.values()) void session.close();
    this.#sessions.clear();
    this.#lost.dispose();
    this.#changed.dispose();
  }
}
