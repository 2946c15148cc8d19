import * as vscode from 'vscode';
import type { FileRef } from '../../contract/refs.ts';
import { ConnectionError, ServerError } from '../../postgres/errors.ts';
import type { FileSession } from '../../sql/run/fileSession.ts';
import type { Connections } from '../editor/connections.ts';
import type { Runs } from '../editor/runs.ts';
import { fileName, sqlDocument } from '../editor/sqlFile.ts';
import type { Guard } from '../guard.ts';
import type { TransactionModes } from './transactionModes.ts';

const SHOWN_MS = 5000;
const ROLL_BACK = 'Roll Back';

export interface TransactionCommandDependencies {
  readonly connections: Connections;
  readonly runs: Pick<Runs, 'of'>;
  readonly modes: TransactionModes;
  readonly guard: Guard;
}

/** The commands that end a file's transaction, and say who commits. */
export class TransactionCommands implements vscode.Disposable {
  readonly #deps: TransactionCommandDependencies;
  readonly #registrations: vscode.Disposable;

  constructor(dependencies: TransactionCommandDependencies) {
    this.#deps = dependencies;
    const { guard, modes } = dependencies;
    this.#registrations = vscode.Disposable.from(
      guard.registerCommand('citus.sql.commit', async (file) => {
        const document = await sqlDocument(file);
        if (document) await this.end(document.uri, 'COMMIT');
      }),
      guard.registerCommand('citus.sql.rollback', async (file) => {
        const document = await sqlDocument(file);
        if (document) await this.end(document.uri, 'ROLLBACK');
      }),
      guard.registerCommand('citus.sql.toggleTransactions', async (file?: FileRef) => {
        const document = await sqlDocument(file);
        if (!document) return;
        const mode = modes.toggle(document.uri);
        const name = fileName(document.uri);
        vscode.window.setStatusBarMessage(
          mode === 'manual'
            ? `${name} commits by hand from now on.`
            : `Statements of ${name} commit by themselves from now on.`,
          SHOWN_MS,
        );
      }),
    );
  }

  dispose(): void {
    this.#registrations.dispose();
  }

  /** Ends the transaction that a file has open, and tells the person how that went. */
  async end(file: vscode.Uri, how: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    const { connections, runs } = this.#deps;
    const session = connections.of(file);
    const name = fileName(file);
    if (runs.of(file)?.running) {
      void vscode.window.showInformationMessage(`${name} is still running. Cancel it first.`);
      return;
    }
    if (!session || session.transactionStatus === 'idle') {
      void vscode.window.showInformationMessage(`${name} has no open transaction.`);
      return;
    }
    if (how === 'COMMIT' && session.transactionStatus === 'failed') {
      const answer = await vscode.window.showWarningMessage(
        `The transaction of ${name} has failed, so it can only be rolled back.`,
        ROLL_BACK,
      );
      if (answer === ROLL_BACK) await this.end(file, 'ROLLBACK');
      return;
    }
    try {
      const tag = await withProgress(name, how, session);
      vscode.window.setStatusBarMessage(
        `The transaction of ${name} was ${tag === 'COMMIT' ? 'committed' : 'rolled back'}.`,
        SHOWN_MS,
      );
    } catch (error) {
      const problem = explain(name, session, how, error);
      if (problem === undefined) throw error;
      void vscode.window.showErrorMessage(problem);
    } finally {
      connections.touch(file);
    }
  }
}

const withProgress = (name: string, how: 'COMMIT' | 'ROLLBACK', session: FileSession): Thenable<string> =>
  vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `${how === 'COMMIT' ? 'Committing' : 'Rolling back'} ${name} on ${session.server.nodeName}…`,
      cancellable: true,
    },
    async (_progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => {
        abort.abort();
      });
      return session.endTransaction(how, abort.signal);
    },
  );

const explain = (
  name: string,
  { server }: FileSession,
  how: 'COMMIT' | 'ROLLBACK',
  error: unknown,
): string | undefined => {
  if (error instanceof ServerError && how === 'COMMIT') {
    return `The transaction of ${name} was not committed, but rolled back: ${error.message}${error.detail === undefined ? '' : ` (${error.detail})`}`;
  }
  if (error instanceof ConnectionError) {
    return how === 'COMMIT'
      ? `The connection of ${name} to ${server.nodeName} was lost while it committed. Whether the transaction was committed is not known: look before you run it again.`
      : `The connection of ${name} to ${server.nodeName} was lost, so the server rolls the transaction back.`;
  }
  return undefined;
};
