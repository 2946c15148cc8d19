import * as vscode from 'vscode';
import { Views } from '../../contract/ids.ts';
import type { HistoryRef } from '../../contract/refs.ts';
import type { HistoryEntry } from '../../sql/history/entry.ts';
import type { History } from '../../sql/history/history.ts';
import type { Guard } from '../guard.ts';
import { dayOf, entryFacts, entryGaps, entryLine, entryPlace, isWhole } from './historyWords.ts';

interface Day {
  readonly day: string;
  readonly entries: readonly HistoryEntry[];
}
interface Statement extends HistoryRef {
  readonly entry: HistoryEntry;
}
type Element = Day | Statement;

const ICONS = {
  done: ['pass', 'testing.iconPassed'],
  failed: ['error', 'testing.iconFailed'],
  cancelled: ['circle-slash', 'testing.iconSkipped'],
} as const;
/** Most of a statement that the tooltip shows. */
const TOOLTIP_LENGTH = 3000;

/** The view `citus.history`: the statements that ran, newest first, by day. Nothing is read before it is looked at. */
export class HistoryView implements vscode.TreeDataProvider<Element>, vscode.Disposable {
  readonly #history: Pick<History, 'entries'>;
  readonly #guard: Guard;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #view: vscode.TreeView<Element>;
  readonly #disposables: { dispose(): unknown }[];
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(history: Pick<History, 'entries'>, guard: Guard) {
    this.#history = history;
    this.#guard = guard;
    this.#view = vscode.window.createTreeView<Element>(Views.history, {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    // Another window may have written meanwhile.
    const refresh = (): void => {
      this.refresh();
    };
    this.#disposables = [
      this.#changed,
      this.#view,
      this.#view.onDidChangeVisibility(refresh),
      vscode.window.onDidChangeWindowState(refresh),
    ];
  }

  dispose(): void {
    for (const disposable of this.#disposables.reverse()) disposable.dispose();
  }

  /** Shows what the history holds now. */
  refresh(): void {
    if (this.#view.visible) this.#changed.fire(undefined);
  }

  async getChildren(element?: Element): Promise<Element[]> {
    if (element) {
      return 'day' in element ? element.entries.map((entry) => ({ entry, entryId: entry.id })) : [];
    }
    try {
      const now = Date.now();
      const days = new Map<string, HistoryEntry[]>();
      for (const entry of await this.#history.entries()) {
        const day = dayOf(entry.at, now);
        const entries = days.get(day);
        if (entries) entries.push(entry);
        else days.set(day, [entry]);
      }
      return [...days].map(([day, entries]) => ({ day, entries }));
    } catch (error) {
      this.#guard.reportOnce(error);
      return [];
    }
  }

  getTreeItem(element: Element): vscode.TreeItem {
    if ('day' in element) {
      const item = new vscode.TreeItem(
        element.day,
        element.day === 'Today'
          ? vscode.TreeItemCollapsibleState.Expanded
          : vscode.TreeItemCollapsibleState.Collapsed,
      );
      item.id = element.day;
      item.description = String(element.entries.length);
      return item;
    }
    const { entry } = element;
    const [icon, color] = ICONS[entry.outcome];
    const item = new vscode.TreeItem(entryLine(entry));
    item.id = entry.id;
    item.description = entryFacts(entry);
    item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
    item.tooltip = tooltip(entry);
    item.contextValue = isWhole(entry) ? 'statement' : 'statement;partly';
    item.accessibilityInformation = { label: `${entry.outcome}: ${entryLine(entry)}, ${entryFacts(entry)}` };
    return item;
  }
}

const tooltip = (entry: HistoryEntry): vscode.MarkdownString => {
  const text = new vscode.MarkdownString();
  const cut = entry.sql.length > TOOLTIP_LENGTH ? '\n…' : '';
  text.appendCodeblock(entry.sql.slice(0, TOOLTIP_LENGTH) + cut, 'sql');
  text.appendText(
    `${entryPlace(entry)}, ${new Date(entry.at).toLocaleString('en-GB')}, from ${entry.file}\n`,
  );
  if (entry.message !== undefined) text.appendText(`\n${entry.message}\n`);
  for (const gap of entryGaps(entry)) text.appendText(`\n${gap}\n`);
  return text;
};
