import * as vscode from 'vscode';
import type { OperationOptions } from '../cluster/clusters.ts';

/** Runs a long operation under a notification that names the steps under way and has a Cancel button. */
export const withOperationProgress = async <T>(
  title: string,
  run: (options: OperationOptions) => Promise<T>,
): Promise<T> =>
  vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const abort = new AbortController();
      const subscription = token.onCancellationRequested(() => {
        progress.report({ message: 'cancelling…' });
        abort.abort();
      });
      let shown = 0;
      try {
        return await run({
          signal: abort.signal,
          onProgress: ({ running, done, total }) => {
            if (abort.signal.aborted) return;
            const percent = total === 0 ? 0 : (100 * done) / total;
            progress.report({ message: running.join(', '), increment: percent - shown });
            shown = percent;
          },
        });
      } finally {
        subscription.dispose();
      }
    },
  );
