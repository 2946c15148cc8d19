import * as vscode from 'vscode';
import { changeLines, type Draft, type PlanAction, type PlanLine, wayLines } from './plan.ts';

type HubItem = vscode.QuickPickItem & Partial<Pick<PlanLine, 'does'>>;

const SHOW_LIMITS: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('info'),
  tooltip: 'What built-in sharding can’t do, compared with Citus',
};

/**
 * Shows the whole plan with the best way to carry it out in focus, so that one Enter accepts it.
 * @param planning the plan may still be under way; the dialog is there at once
 * @param showLimits shows what built-in sharding can't do; the dialog stays open
 * @returns the plan with what the person picked; undefined where they pressed Escape
 * @throws what `planning` throws
 */
export const showHub = async (
  planning: Promise<Draft>,
  showLimits: () => void,
): Promise<{ plan: Draft; picked: PlanAction } | undefined> => {
  const hub = vscode.window.createQuickPick<HubItem>();
  hub.title = 'Provision a local cluster';
  hub.placeholder = 'Looking for Citus, PostgreSQL, Docker and free ports…';
  hub.ignoreFocusOut = true;
  hub.busy = true;
  try {
    return await new Promise((resolve, reject) => {
      hub.onDidHide(() => {
        resolve(undefined);
      });
      hub.onDidTriggerItemButton(showLimits);
      hub.show();
      planning.then((plan) => {
        hub.items = hubItems(plan);
        hub.activeItems = hub.items.filter(({ does }) => does?.kind === 'provision').slice(0, 1);
        hub.placeholder = 'Press Enter to provision, or pick what to change';
        hub.busy = false;
        hub.onDidAccept(() => {
          const picked = hub.activeItems[0]?.does;
          if (picked !== undefined) resolve({ plan, picked });
        });
      }, reject);
    });
  } finally {
    hub.dispose();
  }
};

const hubItems = (plan: Draft): HubItem[] => {
  const separator = { label: 'Change', kind: vscode.QuickPickItemKind.Separator };
  return [...wayLines(plan).map(lineItem), separator, ...changeLines(plan).map(lineItem)];
};

/** A plan's line as it stands in a list. */
export const lineItem = (line: PlanLine): HubItem & Pick<PlanLine, 'does'> => ({
  does: line.does,
  label: line.label,
  description: line.description,
  ...(line.detail !== undefined && { detail: line.detail }),
  ...(line.hasLimits && { buttons: [SHOW_LIMITS] }),
  alwaysShow: true,
});
