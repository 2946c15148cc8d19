import * as vscode from 'vscode';
import { History } from '../../sql/history/history.ts';
import { historyLimit } from '../settings.ts';
import { HistoryCommands, type HistoryCommandDependencies } from './historyCommands.ts';
import { HistoryRecorder } from './recorder.ts';
import { HistoryView } from './historyView.ts';

/** The history of what was run: who writes it, and what shows it. */
export interface HistoryFeature {
  readonly recorder: HistoryRecorder;
  dispose(): void;
  /** Settles when all is on the disk. */
  written(): Promise<void>;
}

/** @param folder of its own, where the history is kept */
export const createHistory = (
  folder: vscode.Uri,
  dependencies: Omit<HistoryCommandDependencies, 'history'>,
): HistoryFeature => {
  const { guard } = dependencies;
  const history = new History({
    folder: folder.fsPath,
    limit: historyLimit,
    changed: () => {
      view.refresh();
    },
    onProblem: (error) => {
      guard.reportOnce(error);
    },
  });
  const view = new HistoryView(history, guard);
  const parts = vscode.Disposable.from(
    new HistoryCommands({ ...dependencies, history }),
    view,
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration('citus.history.limit')) return;
      history.trim().catch((error: unknown) => {
        guard.report(error);
      });
    }),
  );
  return {
    recorder: new HistoryRecorder(history),
    written: () => history.written(),
    dispose: () => {
      parts.dispose();
    },
  };
};
