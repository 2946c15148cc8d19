import * as vscode from 'vscode';
import { Views } from '../../contract/ids.ts';
import type { ResultsPage } from './resultsPage.ts';

/** The results view in the panel. What it shows is its page's to say. */
export class ResultsView implements vscode.WebviewViewProvider {
  readonly #page: ResultsPage;
  #view: vscode.WebviewView | undefined;

  constructor(page: ResultsPage) {
    this.#page = page;
  }

  /** Called by the editor when the view is to be shown and has no webview, also again after it was closed. */
  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view;
    this.#page.open({
      webview: view.webview,
      onDidHide: (hidden) =>
        view.onDidChangeVisibility(() => {
          if (!view.visible) hidden();
        }),
    });
    view.onDidDispose(() => {
      if (this.#view !== view) return;
      this.#view = undefined;
      this.#page.close();
    });
  }

  /** Brings the view into sight; the focus stays where it is. */
  async reveal(): Promise<void> {
    if (this.#view) this.#view.show(true);
    else await vscode.commands.executeCommand(`${Views.results}.focus`, { preserveFocus: true });
  }
}
