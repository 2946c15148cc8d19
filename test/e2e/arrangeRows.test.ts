import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import type { Locator } from 'playwright-core';
import { useClusterWindow } from './clusterWindow.ts';
import { eventually, type Theme } from './harness.ts';

const ROWS = 200_000;
const FILES = {
  'orders.sql': `SELECT i AS id, 'customer ' || (i * 7919) % 1000 AS customer, round(i * 104729::bigint % ${ROWS} / 8.0, 3) AS amount,
  date '2024-01-01' + i % 366 AS day, CASE WHEN i % 3 = 0 THEN 'shipped' END AS state
FROM generate_series(1, ${ROWS}) AS i;
`,
};

/** Sorting, filtering, finding and columns, over the whole result, by keyboard and mouse. */
describe('arranging a result', function () {
  this.timeout(120_000);
  const { window } = useClusterWindow({ files: FILES });
  before(async () => {
    await window().openFile('orders.sql');
    await window().attach('coordinator1');
    await window().page.keyboard.press('Control+Shift+Enter');
    await window()
      .webview.getByRole('tab', { name: new RegExp(`SELECT ${ROWS}`) })
      .waitFor({ timeout: 60_000 });
  });

  const press = (key: string): Promise<void> => window().page.keyboard.press(key);
  const header = (name: string): Locator =>
    window().webview.getByRole('columnheader', { name: new RegExp(`^${name}`) });
  const cell = (text: string): Locator =>
    window().webview.getByRole('gridcell', { name: text, exact: true }).first();
  const choose = async (item: string): Promise<void> => {
    await window()
      .webview.getByRole('menuitem', { name: item })
      .or(window().webview.getByRole('menuitemradio', { name: item }))
      .first()
      .click();
  };

  it('sorts by keyboard, over all rows', async () => {
    await window().webview.getByRole('gridcell').nth(2).click();
    await press('Alt+ArrowDown');
    await window().webview.getByRole('menu', { name: 'Column amount' }).waitFor();
    await press('ArrowDown');
    await press('Enter');
    await cell('24999.875').waitFor();
    assert.equal(await header('amount').getAttribute('aria-sort'), 'descending');
  });

  it('filters by a popover, and tells how many rows are left', async () => {
    await header('state').hover();
    await header('state').getByRole('button', { name: 'Menu of column state' }).click();
    await window().screenshot('column menu');
    await choose('Filter…');
    await window().webview.getByLabel('Condition').selectOption('contains');
    await window().webview.getByLabel('Value', { exact: true }).fill('SHIP');
    await window().screenshot('filter popover');
    await press('Enter');
    await window().webview.getByText('66,666 of 200,000 rows').waitFor();
    assert.equal(await window().webview.getByRole('grid').getAttribute('aria-rowcount'), '66667');
  });

  it('finds over all rows, forwards and backwards', async () => {
    await press('Control+f');
    await window().webview.getByLabel('Find in all rows').fill('CUSTOMER 777');
    await window()
      .webview.getByText(/^\d+ matches$/)
      .waitFor();
    await window().webview.locator('.grid-cell.focus', { hasText: 'customer 777' }).waitFor();
    const rowOf = (): Promise<string | null> =>
      window().webview.locator('.grid-row:has(.focus)').getAttribute('aria-rowindex');
    const first = await rowOf();
    await press('Enter');
    await window().webview.locator(`.grid-row:not([aria-rowindex="${first}"]):has(.focus)`).waitFor();
    await window().webview.locator('.grid-cell.focus', { hasText: 'customer 777' }).waitFor();
    await press('Shift+Enter');
    await window().webview.locator(`.grid-row[aria-rowindex="${first}"]:has(.focus)`).waitFor();
    for (const theme of ['dark', 'light'] satisfies Theme[]) {
      await window().useTheme(theme);
      await window().webview.getByRole('grid').waitFor();
      await window().screenshot(`arranged ${theme}`);
    }
  });

  it('moves and hides columns, and has all of it again when the panel comes back', async () => {
    await window().webview.getByLabel('Find in all rows').click();
    await press('Escape');
    await header('day').click();
    await press('Alt+Shift+ArrowLeft');
    await press('Alt+Shift+ArrowLeft');
    await header('id').click({ button: 'right' });
    await choose('Hide Column');
    const names = async (): Promise<string[]> =>
      (await window().webview.locator('.grid-name:not([hidden])').allInnerTexts())
        .map((text) => text.split('\n')[0] ?? '')
        .toSorted();
    const isHidden = async (): Promise<boolean> => !(await names()).includes('id');
    await eventually(isHidden, 'the column is hidden');
    assert.deepEqual(await names(), ['amount', 'customer', 'day', 'state']);
    const left = async (name: string): Promise<number> => (await header(name).boundingBox())?.x ?? 0;
    assert.ok((await left('day')) < (await left('customer')));
    await window().runCommand('View: Toggle Panel Visibility');
    await window().webview.getByRole('grid').waitFor({ state: 'hidden' });
    await window().runCommand('View: Toggle Panel Visibility');
    await window().webview.getByText('66,666 of 200,000 rows').waitFor();
    assert.deepEqual(await names(), ['amount', 'customer', 'day', 'state']);
    assert.ok((await left('day')) < (await left('customer')));
    assert.equal(await header('amount').getAttribute('aria-sort'), 'descending');
    await window().screenshot('arranged again');
  });

  it('says what it can’t compare, and clears everything', async () => {
    await header('amount').click({ button: 'right' });
    await choose('Filter…');
    await window().webview.getByLabel('Condition').selectOption('less');
    await window().webview.getByLabel('Value', { exact: true }).fill('a lot');
    await press('Enter');
    await window()
      .webview.getByText(/“a lot” can’t be compared/)
      .waitFor();
    await window().screenshot('filter problem');
    await window().webview.getByRole('button', { name: 'Clear all' }).click();
    await window().webview.getByText('66,666 of 200,000 rows').waitFor({ state: 'hidden' });
    await header('amount').click({ button: 'right' });
    await choose('Show All Columns');
    await press('Control+Home');
    await cell('1').waitFor();
  });
});
