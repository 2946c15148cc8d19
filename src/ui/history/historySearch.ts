import * as vscode from 'vscode';
import type { HistoryEntry } from '../../sql/history/entry.ts';
import { dayOf, entryFacts, entryGaps, entryLine, entryPlace, isWhole } from './historyWords.ts';

/** Code units of a statement that the search looks at. */
const SEARCHED_LENGTH = 2000;

type HistoryAction = 'open' | 'runAgain' | 'copy';

/** What the person picked, and what is to be done with it. */
export interface HistoryChoice {
  readonly entry: HistoryEntry;
  readonly action: HistoryAction;
}

interface EntryItem extends vscode.QuickPickItem {
  readonly entry: HistoryEntry;
}

const BUTTONS: readonly (vscode.QuickInputButton & { readonly action: HistoryAction })[] = [
  { action: 'runAgain', iconPath: new vscode.ThemeIcon('play'), tooltip: 'Run Again' },
  { action: 'open', iconPath: new vscode.ThemeIcon('go-to-file'), tooltip: 'Open in a New SQL File' },
  { action: 'copy', iconPath: new vscode.ThemeIcon('copy'), tooltip: 'Copy Statement' },
];

/** Has the person look for a statement by its text, where it ran, or how it went. */
export const searchHistory = async (entries: readonly HistoryEntry[]): Promise<HistoryChoice | undefined> => {
  const picked = await pickEntry(entries);
  if (!picked || 'action' in picked) return picked;
  const { entry } = picked;
  const action = await vscode.window.showQuickPick(
    [
      ...(isWhole(entry)
        ? [
            {
              label: '$(play) Run Again',
              description: `on ${entryPlace(entry)}`,
              action: 'runAgain' as const,
            },
          ]
        : []),
      {
        label: '$(go-to-file) Open in a New SQL File',
        description: `attached to ${entryPlace(entry)}`,
        action: 'open' as const,
      },
      { label: '$(copy) Copy Statement', description: entryGaps(entry).join(' '), action: 'copy' as const },
    ],
    { title: entryLine(entry), placeHolder: 'What is to be done with it?' },
  );
  return action && { entry, action: action.action };
};

const pickEntry = (
  entries: readonly HistoryEntry[],
): Promise<HistoryChoice | Pick<HistoryChoice, 'entry'> | undefined> =>
  new Promise((resolve) => {
    const pick = vscode.window.createQuickPick<EntryItem>();
    pick.title = 'Search the history';
    pick.placeholder = 'Part of a statement, a cluster, a node, a file, or failed';
    pick.matchOnDescription = true;
    pick.matchOnDetail = true;
    const now = Date.now();
    pick.items = entries.map((entry) => ({
      entry,
      label: entryLine(entry),
      description: `${dayOf(entry.at, now)} ${entryFacts(entry)} · ${entry.file}`,
      ...searchedDetail(entry),
      buttons: BUTTONS.filter(({ action }) => action !== 'runAgain' || isWhole(entry)),
    }));
    pick.onDidTriggerItemButton(({ item, button }) => {
      const action = BUTTONS.find((known) => known === button)?.action;
      if (action) resolve({ entry: item.entry, action });
      pick.hide();
    });
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      if (item) resolve({ entry: item.entry });
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });

/** What a long statement has beyond its line, and the error, so that both are found. */
const searchedDetail = (entry: HistoryEntry): { detail?: string } => {
  const line = entryLine(entry);
  const more = line.endsWith('…') ? entry.sql.slice(0, SEARCHED_LENGTH).replaceAll(/\s+/g, ' ') : undefined;
  const detail = entry.message ?? more;
  return detail === undefined ? {} : { detail };
};
