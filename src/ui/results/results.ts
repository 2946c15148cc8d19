import * as v from 'valibot';
import * as vscode from 'vscode';
import { PANEL_TYPE, Views } from '../../contract/ids.ts';
import { KeptRun, type RunView, type StatementView } from '../../contract/results.ts';
import { isSqlFile } from '../editor/sqlFile.ts';
import { resultsLocation } from '../settings.ts';
import { BesidePanel } from './besidePanel.ts';
import { ResultsPage, type ResultsPageDependencies } from './resultsPage.ts';
import { ResultsView } from './resultsView.ts';

/** A file's last run. */
export interface LastRun {
  readonly run: RunView;
  /** Why its rows are not there any more, as a sentence; undefined while they are. */
  readonly gone?: string;
}

/** What results need to know of files' runs. */
export interface RunsOfFiles {
  last(file: vscode.Uri): LastRun | undefined;
  /** Runs the statements of a run whose rows are gone. */
  runAgain(file: vscode.Uri, run: RunView): void;
}

const RELOADED = 'The window was reloaded since, and rows are not kept for longer than that.';

/**
 * Shows each file's last run: in the panel below, which follows the active file, or in an editor panel of the file's own.
 * The focus stays where it is.
 */
export class Results implements vscode.Disposable {
  readonly #deps: ResultsPageDependencies;
  readonly #runs: RunsOfFiles;
  readonly #page: ResultsPage;
  readonly #view: ResultsView;
  /** The file whose run the view shows. */
  #shown: vscode.Uri | undefined;
  /** Files with a panel of their own, by URI. */
  readonly #panels = new Map<string, BesidePanel>();
  readonly #registrations: vscode.Disposable;

  constructor(dependencies: ResultsPageDependencies, runs: RunsOfFiles) {
    this.#deps = dependencies;
    this.#runs = runs;
    this.#page = new ResultsPage(dependencies, (run) => {
      if (this.#shown) runs.runAgain(this.#shown, run);
    });
    this.#view = new ResultsView(this.#page);
    this.#registrations = vscode.Disposable.from(
      this.#page,
      vscode.window.registerWebviewViewProvider(Views.results, this.#view),
      vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, {
        deserializeWebviewPanel: (panel, state) => {
          this.#restore(panel, state);
          return Promise.resolve();
        },
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        if (editor && isSqlFile(editor.document)) this.#follow(editor.document.uri);
      }),
    );
  }

  /** Shows a run that begins, and brings it into sight. */
  async show(file: vscode.Uri, run: RunView): Promise<void> {
    const panel = this.#panels.get(file.toString());
    if (panel) {
      panel.page.show(run);
      panel.reveal();
    } else if (resultsLocation(file) === 'beside') {
      this.#makePanel(file).page.show(run);
    } else {
      this.#shown = file;
      this.#page.show(run);
      await this.#view.reveal();
    }
  }

  /**
   * Shows that a statement has changed.
   * @param running whether the run goes on; must be told to be false at the end of each run
   */
  update(runId: number, statement: StatementView, running: boolean): void {
    this.#page.update(runId, statement, running);
    for (const { page } of this.#panels.values()) page.update(runId, statement, running);
  }

  /**
   * Exports the rows on show, which are brought into sight: those of the panel with the focus, of the active file's own
   * panel, or in the view.
   */
  async export(): Promise<void> {
    const file = vscode.window.activeTextEditor?.document.uri;
    const focused = [...this.#panels.values()].find((panel) => panel.active);
    const panel = focused ?? (file && this.#panels.get(file.toString()));
    if (panel) {
      panel.reveal();
      panel.page.export();
    } else if (this.#shown) {
      await this.#view.reveal();
      this.#page.export();
    } else sayNoResults();
  }

  /** Shows how the transactions of connections stand now. */
  transactionsChanged(): void {
    this.#page.transactionChanged();
    for (const { page } of this.#panels.values()) page.transactionChanged();
  }

  /**
   * Moves a file's results to a panel of its own, or brings that into sight.
   * @param asked the file; that of the active editor unless told, or where it has no results, the one on show
   */
  openBeside(asked: vscode.Uri | undefined): void {
    const candidates = [asked, vscode.window.activeTextEditor?.document.uri, this.#shown];
    const file = candidates.find((candidate) => candidate && this.#runs.last(candidate));
    if (!file) {
      sayNoResults();
      return;
    }
    const panel = this.#panels.get(file.toString());
    if (panel) {
      panel.reveal();
      return;
    }
    showLast(this.#makePanel(file).page, this.#runs.last(file));
  }

  /** Shows a file's last run once more where it is on show: its rows are gone. */
  showAgain(file: vscode.Uri): void {
    const panel = this.#panels.get(file.toString());
    if (panel) showLast(panel.page, this.#runs.last(file));
    else if (this.#shown?.toString() === file.toString()) showLast(this.#page, this.#runs.last(file));
  }

  /** A file is closed, and its runs with it. */
  forget(file: vscode.Uri): void {
    this.#panels.get(file.toString())?.dispose();
    if (this.#shown?.toString() === file.toString()) this.#showNothing();
  }

  /** A file has another name now. */
  move(from: vscode.Uri, to: vscode.Uri): void {
    if (this.#shown?.toString() === from.toString()) this.#shown = to;
    const panel = this.#panels.get(from.toString());
    if (!panel) return;
    this.#panels.delete(from.toString());
    this.#panels.set(to.toString(), panel);
    panel.move(to);
  }

  dispose(): void {
    this.#registrations.dispose();
    for (const panel of this.#panels.values()) panel.page.dispose();
  }

  /** Has the view show the active file's last run; a file without one leaves it as it is. */
  #follow(file: vscode.Uri): void {
    const last = this.#runs.last(file);
    const shown = this.#shown?.toString() === file.toString() && this.#page.run?.id === last?.run.id;
    if (!last || shown || this.#panels.has(file.toString())) return;
    this.#shown = file;
    showLast(this.#page, last);
  }

  #showNothing(): void {
    this.#shown = undefined;
    this.#page.showNothing();
  }

  /**
   * Makes a file's panel; the view doesn't show its results any more.
   * @param panel one that the editor has brought back
   */
  #makePanel(file: vscode.Uri, panel?: vscode.WebviewPanel): BesidePanel {
    if (this.#shown?.toString() === file.toString()) this.#showNothing();
    const page = new ResultsPage(this.#deps, (run) => {
      const [current] = [...this.#panels].find(([, { page: other }]) => other === page) ?? [];
      if (current !== undefined) this.#runs.runAgain(vscode.Uri.parse(current), run);
    });
    const beside = new BesidePanel(file, page, panel, () => {
      for (const [key, other] of this.#panels) if (other === beside) this.#panels.delete(key);
      const active = vscode.window.activeTextEditor?.document.uri;
      if (active) this.#follow(active);
    });
    this.#panels.set(file.toString(), beside);
    return beside;
  }

  /** Takes over a panel from before the window was reloaded. */
  #restore(panel: vscode.WebviewPanel, state: unknown): void {
    const kept = v.safeParse(KeptRun, state);
    // A second panel of the same file can't be: the first has its results.
    if (!kept.success || this.#panels.has(kept.output.document)) {
      panel.dispose();
      return;
    }
    const { document, lastRun } = kept.output;
    const file = vscode.Uri.parse(document);
    const { page } = this.#makePanel(file, panel);
    const last = this.#runs.last(file);
    if (last) showLast(page, last);
    else if (lastRun) page.showGone(lastRun, RELOADED);
  }
}

const sayNoResults = (): void => {
  void vscode.window.showInformationMessage('There are no results yet: run a statement first.');
};

const showLast = (page: ResultsPage, last: LastRun | undefined): void => {
  if (!last) page.showNothing();
  else if (last.gone === undefined) page.show(last.run);
  else page.showGone(last.run, last.gone);
};
