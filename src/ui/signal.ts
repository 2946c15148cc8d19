import type * as vscode from 'vscode';

/** A token of VS Code's as the signal that everything else takes. */
export const signalOf = (token: vscode.CancellationToken): AbortSignal => {
  const abort = new AbortController();
  if (token.isCancellationRequested) abort.abort();
  token.onCancellationRequested(() => {
    abort.abort();
  });
  return abort.signal;
};
