import * as vscode from 'vscode';
import { ClusterError } from '../cluster/errors.ts';
import type { CommandId, CommandMap } from '../contract/commands.ts';
import { errorText, errorTrace } from './errorText.ts';

/** The one boundary between commands and people: no error leaves it, each becomes a message and a line in the log. */
export interface Guard {
  /** Registers a command. Where it fails, the person is told and its result is undefined. */
  registerCommand<Id extends CommandId>(id: Id, handler: CommandMap[Id]): vscode.Disposable;
  /** Tells the person about an error, without waiting for them; for what runs outside a command. */
  report(error: unknown): void;
  /** The same for what is looked at again and again: tells about each problem only once. */
  reportOnce(error: unknown): void;
}

const SHOW_DETAILS = 'Show Details';
const CANCELLED_MS = 10_000;

/** @param log the channel that `Show Details` opens */
export const createGuard = (log: vscode.LogOutputChannel): Guard => {
  const report = (error: unknown): void => {
    if (ClusterError.is(error, 'cancelled')) {
      // The progress goes when Cancel is pressed; this comes when everything is undone.
      vscode.window.setStatusBarMessage(error.message, CANCELLED_MS);
      return;
    }
    const text = errorText(error);
    if (!text) return;
    log.error(text.foreseen ? `${text.message}\n${errorTrace(error)}` : errorTrace(error));
    void vscode.window.showErrorMessage(text.message, SHOW_DETAILS).then((answer) => {
      if (answer === SHOW_DETAILS) log.show();
    });
  };
  const reported = new Set<string>();
  return {
    report,
    reportOnce(error) {
      const text = errorText(error)?.message;
      if (text === undefined || reported.has(text)) return;
      reported.add(text);
      report(error);
    },
    registerCommand: (id, handler: (...args: never[]) => Promise<unknown>) =>
      vscode.commands.registerCommand(id, async (...args: never[]) => {
        try {
          return await handler(...args);
        } catch (error) {
          report(error);
          return undefined;
        }
      }),
  };
};
