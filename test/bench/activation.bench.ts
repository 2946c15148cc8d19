import { EditorWindow } from '../e2e/harness.ts';
import type { BenchResult } from '../support/bench.ts';
import { median } from '../support/median.ts';

export const name = 'Activation';

const ROUNDS = 3;
const LIMIT_MS = 50;

/** Milliseconds that VS Code's own list of running extensions gives for loading and activating ours, in a new window. */
const activate = async (): Promise<number> => {
  const window = await EditorWindow.open();
  try {
    await window.openView();
    await window.runCommand('Developer: Show Running Extensions');
    const row = window.page.locator('.runtime-extensions-editor .extension').filter({ hasText: 'Citus' });
    const said = /Activation:\s*(\d+)\s*ms/.exec(await row.locator('.activation-time').innerText())?.[1];
    if (said === undefined) throw new Error('VS Code does not say how long activation took.');
    return Number(said);
  } finally {
    await window.close();
  }
};

export const run = async (): Promise<BenchResult[]> => {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await activate());
  return [
    {
      label: 'loading and activating the packaged extension',
      value: median(times),
      unit: 'ms',
      limit: LIMIT_MS,
    },
  ];
};
