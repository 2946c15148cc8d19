import * as vscode from 'vscode';
import type { Change, Draft, PlanLine } from './plan.ts';
import { planLines } from './plan.ts';

type HubItem = vscode.QuickPickItem & Partial<Pick<PlanLine, 'does'>>;

/**
 * Shows the whole plan with its first line in focus, so that one Enter accepts it.
 * @param planning the plan may still be under way; the dialog is there at once
 * @returns the plan with what the person picked; undefined where they pressed Escape
 * @throws what `planning` throws
 */
export const showHub = async (
  planning: Promise<Draft>,
): Promise<{ plan: Draft; picked: 'accept' | Change } | undefined> => {
  const hub = vscode.window.createQuickPick<HubItem>();
  hub.title = 'Provision a local Citus cluster';
  hub.placeholder = 'Looking for PostgreSQL and free ports…';
  hub.ignoreFocusOut = true;
  hub.busy = true;
  try {
    return await new Promise((resolve, reject) => {
      hub.onDidHide(() => {
        resolve(undefined);
      });
      hub.show();
      planning.then((plan) => {
        hub.items = hubItems(plan);
        hub.activeItems = hub.items.slice(0, 1);
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
  const [accept, ...changes] = planLines(plan).map((line): HubItem => ({ ...line, alwaysShow: true }));
  const separator = { label: 'Change', kind: vscode.QuickPickItemKind.Separator };
  return [...(accept ? [accept] : []), separator, ...changes];
};
