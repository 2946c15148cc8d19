import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import axe from 'axe-core';
import { before, describe, it } from 'mocha';
import type { Frame } from 'playwright-core';
import * as v from 'valibot';
import { waitUntil } from '../../src/postgres/waitUntil.ts';
import { useClusterWindow } from './clusterWindow.ts';
import type { Theme } from './harness.ts';

const FILES = {
  'values.sql': `SET timezone = 'Europe/Berlin';
SELECT i AS id, i * 1.10 AS amount, 'text ' || i AS text, '' AS empty, NULL::text AS nothing, 'null'::jsonb AS json_null,
  jsonb_build_object('order', i, 'total', 12345678901234567890.10, 'tags', ARRAY['new', NULL], 'customer', jsonb_build_object('name', 'Ada', 'note', E'two\\nlines')) AS doc,
  ARRAY['a', 'NULL', NULL, ''] AS list, decode(repeat('00ff48656c6c6f', 20), 'hex') AS bytes,
  timestamptz '2024-07-01 12:00:00+00' AS at, CASE WHEN i < 3 THEN repeat('long ', 100000) END AS long, NULL AS id
FROM generate_series(1, 3000) AS i;
`,
};

const Violations = v.array(
  v.object({
    id: v.string(),
    impact: v.nullable(v.string()),
    nodes: v.array(v.object({ html: v.string(), failureSummary: v.optional(v.string()) })),
  }),
);

/** What is done with the cells of a result: copied, summed up, looked at one by one, exported; and for everybody. */
describe('result cells', function () {
  this.timeout(120_000);
  const { window } = useClusterWindow({ files: FILES });
  before(async () => {
    await window().page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await window().openFile('values.sql');
    await window().attach('coordinator2');
    await window().page.keyboard.press('Control+Shift+Enter');
    await window()
      .webview.getByRole('tab', { name: /SELECT 3000/ })
      .waitFor();
  });

  const press = (key: string): Promise<void> => window().page.keyboard.press(key);
  const clipboard = (): Promise<string> => window().page.evaluate<string>('navigator.clipboard.readText()');
  /** Waits until something was copied, and the page says so; the same may have been said of what was copied before. */
  const copied = async (what: string, text: string): Promise<void> => {
    await window().webview.getByText(`Copied ${what}.`).waitFor();
    await waitUntil(async () => (await clipboard()) === text, { deadlineMs: 10_000 });
    assert.equal(await clipboard(), text);
  };
  const cell = (name: string) => window().webview.getByRole('gridcell', { name, exact: true }).first();
  const viewer = () => window().webview.getByRole('complementary', { name: 'Value' });

  it('copies what is selected with Ctrl+C', async () => {
    await cell('text 1').click();
    await press('Control+c');
    await copied('1 cell', 'text 1');
    await press('Shift+ArrowDown');
    await press('Shift+ArrowRight');
    await press('Shift+ArrowRight');
    await press('Control+c');
    await copied('2 rows × 3 columns', 'text 1\t""\t\ntext 2\t""\t');
  });

  it('copies whole values, and rows that the page never had', async () => {
    await press('Control+a');
    await press('Control+Home');
    await press('Control+Space');
    await press('Control+c');
    const numbers = Array.from({ length: 3000 }, (_, n) => String(n + 1)).join('\n');
    await copied('3,000 rows × 1 column', numbers);
  });

  it('sums up the selection in the status bar and in the panel, exactly', async () => {
    await cell('1.10').click();
    await press('Control+Space');
    await window().statusBarItem('Sum 4951650.00').waitFor();
    await window()
      .webview.getByText(/Cells 3,000 · Sum 4951650\.00 · Average 1650\.55 · Min 1\.10 · Max 3300\.00/)
      .waitFor();
    await window().screenshot('cells summed up');
    await cell('1.10').click();
    await window().statusBarItem('Sum 4951650.00').waitFor({ state: 'hidden' });
  });

  it('offers formats in a menu, by keyboard and by mouse', async () => {
    await cell('1.10').click();
    await press('Shift+ArrowRight');
    await press('Shift+F10');
    const menu = window().webview.getByRole('menu', { name: 'Cells' });
    await menu.waitFor();
    await window().screenshot('cells menu');
    await menu.getByRole('menuitem', { name: 'Copy as JSON' }).click();
    await copied('1 row × 2 columns', '[\n  {"amount": 1.10, "text": "text 1"}\n]\n');
    await cell('2.20').click({ button: 'right' });
    await menu.getByRole('menuitem', { name: /Copy as IN \(/ }).click();
    await copied('1 cell', 'IN (2.20)');
  });

  it('shows a value in full, and follows the grid', async () => {
    await cell('text 1').click();
    await press('Enter');
    await viewer().getByText('6 characters').waitFor();
    for (let step = 0; step < 4; step++) await press('ArrowRight');
    await viewer().getByText('12345678901234567890.10').waitFor();
    await window().screenshot('value json');
    await press('ArrowRight');
    await viewer().getByText('"NULL"').waitFor();
    await press('ArrowRight');
    await viewer().getByText('140 bytes').waitFor();
    const line = window().webview.getByRole('separator', { name: 'Width of the value' });
    for (let step = 0; step < 4; step++) await line.press('ArrowLeft');
    assert.equal(await line.getAttribute('aria-valuenow'), '60');
    await window().webview.getByRole('grid').focus();
    await window().screenshot('value bytes');
    await press('ArrowRight');
    await press('ArrowRight');
    await viewer().getByText('the first 250,000 characters of 500,000').waitFor();
    await viewer().getByRole('button', { name: 'Copy Value' }).click();
    await copied('1 cell', 'long '.repeat(100_000));
    await press('Escape');
    await viewer().waitFor({ state: 'detached' });
    await press('Home');
    await press('Control+c');
    // The grid has the focus again.
    await copied('1 cell', '1');
  });

  it('opens a value in an editor', async () => {
    await cell('text 2').click();
    await press('Enter');
    await viewer().getByRole('button', { name: 'Open Value in Editor' }).click();
    await window()
      .page.locator('.tab.active')
      .filter({ hasText: /Untitled|text 2/ })
      .waitFor();
    await window().editor.locator('.view-lines').filter({ hasText: 'text 2' }).waitFor();
    await viewer().getByRole('button', { name: /Close/ }).click();
  });

  it('exports the rows to a file', async () => {
    const file = path.join(window().sandbox.workspace, 'out.csv');
    await window().webview.getByRole('button', { name: 'Export…' }).click();
    await window().screenshot('export formats');
    await window().pick('commas, names of the columns first');
    await window().saveAs('Export 3,000 Rows', file);
    await window().notification('3,000 rows exported to out.csv').waitFor({ timeout: 60_000 });
    await window().screenshot('exported');
    const text = await readFile(file, 'utf8');
    assert.ok(
      text.startsWith(
        'id,amount,text,empty,nothing,json_null,doc,list,bytes,at,long,id\r\n1,1.10,text 1,"",,null,',
      ),
    );
    assert.ok(text.includes('2024-07-01 14:00:00+02'));
    assert.equal(text.split('\r\n').length, 3002);
    assert.ok((await readdir(window().sandbox.workspace)).every((name) => !name.endsWith('.part')));
    await window().runCommand('Notifications: Clear All Notifications');
  });

  it('exports from the palette while the panel is hidden, and brings it back', async () => {
    await window().runCommand('View: Toggle Panel Visibility');
    await window().webview.getByRole('grid').waitFor({ state: 'hidden' });
    await window().runCommand('Citus: Export Result…');
    await window().quickInput('Format of the file').waitFor();
    await window().webview.getByRole('grid').waitFor();
    await window().screenshot('exported from the palette');
    await window().page.keyboard.press('Escape');
  });

  for (const theme of ['dark', 'light', 'contrast'] as const satisfies readonly Theme[]) {
    it(`has no serious fault of accessibility, ${theme}`, async () => {
      await window().useTheme(theme);
      await window().webview.getByRole('grid').focus();
      await press('Control+Home');
      await cell('text 1').click();
      await press('Shift+ArrowDown');
      await press('Enter');
      await viewer().getByText('6 characters').waitFor();
      await press('ArrowRight');
      for (let step = 0; step < 3; step++) await press('ArrowRight');
      await viewer().getByText('12345678901234567890.10').waitFor();
      await window().screenshot(`cells ${theme}`);
      const frame = await resultsFrame(window().page.frames());
      await frame.evaluate(axe.source);
      const found = v.parse(
        Violations,
        await frame.evaluate('axe.run(document).then(({ violations }) => violations)'),
      );
      const serious = found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      assert.deepEqual(serious, []);
      await press('Escape');
    });
  }
});

/** The frame that has the results page in it. */
const resultsFrame = async (frames: readonly Frame[]): Promise<Frame> => {
  for (const frame of frames) {
    if ((await frame.locator('.grid').count()) > 0) return frame;
  }
  throw new Error('No frame has a grid.');
};
