import { waitUntil } from '../../src/postgres/waitUntil.ts';
import { EditorWindow } from '../e2e/harness.ts';
import type { BenchResult } from '../support/bench.ts';
import { median } from '../support/median.ts';

export const name = 'Activation';

const ROUNDS = 5;
/** VS Code's own, in the same window; it is of a similar size. */
const REFERENCE = 'Git';
const LIMIT = 1;
const QUIET_MS = 3000;
const SETTLE_DEADLINE_MS = 60_000;

interface Round {
  readonly ours: number;
  readonly reference: number;
}

/** Milliseconds that VS Code's own list of running extensions gives for loading and activating, in a new window. */
const activate = async (): Promise<Round> => {
  const window = await EditorWindow.open();
  try {
    await settled(() => window.page.locator('body').innerText());
    await window.openView();
    await window.runCommand('Developer: Show Running Extensions');
    const read = async (extension: string): Promise<number> => {
      const row = window.page
        .locator('.runtime-extensions-editor .extension')
        .filter({ has: window.page.locator('.name').getByText(extension, { exact: true }) });
      const said = /Activation:\s*(\d+)\s*ms/.exec(await row.locator('.activation-time').innerText())?.[1];
      if (said === undefined) throw new Error('VS Code does not say how long activation took.');
      return Number(said);
    };
    return { ours: await read('Citus Multi-Coordinator'), reference: await read(REFERENCE) };
  } finally {
    await window.close();
  }
};

/** Waits until other extensions have started: they would be measured along with ours. */
const settled = async (read: () => Promise<string>): Promise<void> => {
  let before = '';
  const unchanged = async (): Promise<boolean> => {
    const now = await read();
    const same = now === before;
    before = now;
    return same;
  };
  const quiet = await waitUntil(unchanged, { deadlineMs: SETTLE_DEADLINE_MS, intervalMs: QUIET_MS });
  if (!quiet) throw new Error('The window does not come to rest.');
};

export const run = async (): Promise<BenchResult[]> => {
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await activate());
  return [
    {
      label: `loading and activating the packaged extension, against VS Code's ${REFERENCE}`,
      value: median(rounds.map(({ ours }) => ours)),
      unit: 'ms',
      reference: median(rounds.map(({ reference }) => reference)),
      limit: LIMIT,
    },
  ];
};
