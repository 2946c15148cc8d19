import * as vscode from 'vscode';
import { PANEL_TYPE } from '../../contract/ids.ts';
import { fileName } from '../editor/sqlFile.ts';
import type { ResultsPage } from './resultsPage.ts';

/** A results page in an editor panel, beside the one file whose results it shows. */
export class BesidePanel implements vscode.Disposable {
  readonly page: ResultsPage;
  readonly #panel: vscode.WebviewPanel;

  /**
   * @param panel that came back after the window was reloaded; a new one beside the file where there is none
   * @param closed called when the panel is gone, whoever closed it
   */
  constructor(
    file: vscode.Uri,
    page: ResultsPage,
    panel: vscode.WebviewPanel | undefined,
    closed: () => void,
  ) {
    this.page = page;
    this.#panel =
      panel ??
      vscode.window.createWebviewPanel(PANEL_TYPE, titleOf(file), {
        viewColumn: columnBeside(file),
        preserveFocus: true,
      });
    this.move(file);
    this.#panel.onDidDispose(() => {
      page.dispose();
      closed();
    });
  }

  /** Shows the results of the file under another name from now on. */
  move(file: vscode.Uri): void {
    this.#panel.title = titleOf(file);
    this.page.open(
      {
        webview: this.#panel.webview,
        onDidHide: (hidden) =>
          this.#panel.onDidChangeViewState(() => {
            if (!this.#panel.visible) hidden();
          }),
      },
      file.toString(),
    );
  }

  /** Whether it is the editor with the focus. */
  get active(): boolean {
    return this.#panel.active;
  }

  /** Brings it into sight where it is; the focus stays where it is. */
  reveal(): void {
    if (!this.#panel.visible) this.#panel.reveal(undefined, true);
  }

  dispose(): void {
    this.#panel.dispose();
  }
}

/** The columns that an editor can have, from left to right. */
const { One, Two, Three, Four, Five, Six, Seven, Eight, Nine } = vscode.ViewColumn;
const COLUMNS = [One, Two, Three, Four, Five, Six, Seven, Eight, Nine];

const titleOf = (file: vscode.Uri): string => `Results: ${fileName(file)}`;

/**
 * The column for a new panel: the one to the right of the file, unless that shows another file, or the results of
 * another file that is in sight as well; then a new one.
 */
const columnBeside = (file: vscode.Uri): vscode.ViewColumn => {
  const { all } = vscode.window.tabGroups;
  const own = all.findIndex(({ activeTab }) => uriOf(activeTab)?.toString() === file.toString());
  if (own < 0) return vscode.ViewColumn.Beside;
  const next = all[own + 1]?.activeTab;
  const othersInSight = vscode.window.visibleTextEditors
    .map(({ document }) => document.uri)
    .filter((uri) => uri.toString() !== file.toString());
  const taken = uriOf(next) !== undefined || othersInSight.some((other) => titleOf(other) === next?.label);
  return COLUMNS[taken ? all.length : own + 1] ?? vscode.ViewColumn.Beside;
};

const uriOf = (tab: vscode.Tab | undefined): vscode.Uri | undefined =>
  tab?.input instanceof vscode.TabInputText ? tab.input.uri : undefined;
