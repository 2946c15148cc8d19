import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { waitUntil } from '../../src/postgres/waitUntil.ts';
import { useClusterWindow } from './clusterWindow.ts';

const JOIN = `SELECT c.name, sum(o.total)
FROM orders o JOIN customers c ON c.id = o.customer
GROUP BY 1;
`;
const FILES = {
  'plan.sql': `${JOIN}
EXPLAIN SELECT * FROM orders WHERE customer = 7;

DELETE FROM orders;

SELECT adds();

SELECT reads();
`,
  'chart.sql': `SELECT day, round(100 + 80 * sin(extract(doy FROM day) / 20)) AS sold, round(60 + 40 * cos(extract(doy FROM day) / 9)) AS returned
FROM generate_series(date '2024-01-01', '2024-12-31', '1 day') AS day;
`,
  'growing.sql': `SELECT i AS number, i * i % 1000 AS value FROM generate_series(1, 1000) AS i;
`,
};
/** More rows than any other result here has. */
const MOST_ROWS = 600;
const TABLES = [
  'SET citus.shard_count = 8',
  'CREATE TABLE orders (id bigint, customer int, total numeric)',
  `SELECT create_distributed_table('orders', 'customer')`,
  'CREATE TABLE customers (id int PRIMARY KEY, name text)',
  `SELECT create_distributed_table('customers', 'id', colocate_with => 'orders')`,
  `INSERT INTO orders SELECT i, CASE WHEN i % 3 = 0 THEN 7 ELSE i % 500 END, i FROM generate_series(1, 60000) i`,
  `INSERT INTO customers SELECT i, 'customer ' || i FROM generate_series(0, 499) i`,
  'ANALYZE orders, customers',
  `CREATE FUNCTION adds() RETURNS void LANGUAGE sql AS 'INSERT INTO orders VALUES (0, 7, 1)'`,
  `CREATE FUNCTION reads() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM customers'`,
];

describe('plans and charts', function () {
  this.timeout(120_000);
  const { window } = useClusterWindow({
    files: FILES,
    prepare: async (session) => {
      for (const sql of TABLES) await session.run(sql);
    },
    settings: () => Promise.resolve({ 'citus.results.maxRows': MOST_ROWS }),
  });

  const open = async (file: string): Promise<void> => {
    await window().openFile(file);
    await window().attach('coordinator1');
  };
  const toEditor = (): Promise<void> => window().editor.locator('.view-lines').click();
  const pictures = async (name: string): Promise<void> => {
    for (const theme of ['dark', 'light', 'contrast'] as const) {
      await window().useTheme(theme);
      await window().screenshot(`${name} ${theme}`);
    }
    await window().useTheme('dark');
  };

  it('measures a distributed join, and draws its plan', async () => {
    await open('plan.sql');
    await toEditor();
    await window().goToLine(1);
    await window().page.keyboard.press('Shift+F7');
    const { webview } = window();
    const tree = webview.getByRole('tree', { name: 'Steps of the plan' });
    await tree.getByRole('treeitem', { name: /^Citus Adaptive: 8 tasks on 2 nodes/ }).waitFor();
    await tree.getByRole('treeitem', { name: /^Task \d of 8 on worker\d.*slowest task/ }).waitFor();
    await webview.getByText(/slowest task .* on worker\d/).waitFor();
    await tree
      .getByRole('treeitem', { name: /^Hash Join/ })
      .first()
      .click();
    await webview.getByText('Actual Total Time (ms)').waitFor();
    await pictures('plan');
  });

  it('moves in the plan by keys, and shows it as rows', async () => {
    const { webview, page } = { webview: window().webview, page: window().page };
    await webview.locator('[role=treeitem][aria-selected=true]').click();
    const chosenWith = (state: string) => webview.locator(`[role=treeitem][aria-selected=true]${state}`);
    await page.keyboard.press('Home');
    await chosenWith('[aria-level="1"]').waitFor();
    const before = await webview.getByRole('treeitem').count();
    await page.keyboard.press('ArrowLeft');
    await chosenWith('[aria-expanded=false]').waitFor();
    assert.equal(await webview.getByRole('treeitem').count(), 1);
    await page.keyboard.press('ArrowRight');
    await chosenWith('[aria-expanded=true]').waitFor();
    assert.equal(await webview.getByRole('treeitem').count(), before);
    await page.keyboard.press('End');
    await chosenWith('[aria-level="3"]').waitFor();
    await webview.getByRole('button', { name: 'Rows', exact: true }).press('Enter');
    await webview.getByRole('grid').waitFor();
    await webview.getByRole('button', { name: 'Plan', exact: true }).press('Enter');
    await webview.getByRole('tree').waitFor();
  });

  it('draws what a plain EXPLAIN has printed', async () => {
    await toEditor();
    await window().goToLine(5);
    await window().page.keyboard.press('Control+Enter');
    await window().webview.getByRole('button', { name: 'Show as a Plan' }).click();
    await window()
      .webview.getByRole('treeitem', { name: /^Citus Adaptive: 1 task on 1 node/ })
      .waitFor();
    await window().webview.getByText('Planned, not run').waitFor();
  });

  it('asks before it measures what changes rows, and undoes that', async () => {
    await toEditor();
    await window().goToLine(7);
    await window().page.keyboard.press('Shift+F7');
    await window().dialog.getByText('has to be run').waitFor();
    await window().screenshot('plan of a write');
    await window().dialog.getByRole('button', { name: 'Run and Roll Back' }).click();
    await window()
      .webview.getByRole('treeitem', { name: /^Delete on orders_/ })
      .waitFor();
    await window()
      .statusBarItem(/coordinator1 \(primary\)/)
      .waitFor();
    await toEditor();
    await window().goToLine(1);
    await window().page.keyboard.press('Control+Enter');
    await window()
      .webview.getByRole('tab', { name: /SELECT 500/ })
      .waitFor();
  });

  it('asks before it measures a function that may write, and not about one that reads', async () => {
    await window().goToLine(9);
    await window().page.keyboard.press('Shift+F7');
    await window().dialog.getByText('can’t be rolled back: numbers drawn from sequences').waitFor();
    await window().screenshot('plan of a function that may write');
    await window().dialog.getByRole('button', { name: 'Cancel' }).click();
    await toEditor();
    await window().goToLine(11);
    await window().page.keyboard.press('Shift+F7');
    await window()
      .webview.getByRole('treeitem', { name: /^Result/ })
      .waitFor();
  });

  it('draws a chart, which comes back with the panel, and saves it', async () => {
    await open('chart.sql');
    await toEditor();
    await window().page.keyboard.press('Control+Enter');
    const { webview } = window();
    await webview.getByRole('button', { name: 'Chart', exact: true }).click();
    await webview.getByRole('img', { name: /^Line chart of sold from 20 to 180 by day, 366 rows/ }).waitFor();
    await webview.getByRole('button', { name: 'Values: sold' }).click();
    await webview.getByRole('menuitemradio', { name: 'returned' }).click();
    const both = webview.getByRole('img', { name: /^Line chart of sold from 20 to 180, returned from 20/ });
    await both.focus();
    await window().page.keyboard.press('End');
    await webview
      .getByRole('status')
      .getByText(/^day 2024-12-31 .*: returned \d+/)
      .waitFor();
    await pictures('chart');
    await window().runCommand('View: Toggle Panel Visibility');
    await window().runCommand('View: Toggle Panel Visibility');
    await window()
      .webview.getByRole('img', { name: /^Line chart of sold from 20 to 180, returned/ })
      .waitFor();
    const png = await save('Save as PNG', 'chart.png');
    assert.equal(png.subarray(1, 4).toString(), 'PNG');
    const svg = (await save('Save as SVG', 'chart.svg')).toString();
    assert.match(svg, /^<svg [^]*>returned<\/text>[^]*<\/svg>\n$/);
  });

  it('has a chart follow the rows that are fetched, sorted and filtered', async () => {
    await open('growing.sql');
    await toEditor();
    await window().page.keyboard.press('Control+Enter');
    const { webview } = window();
    const chart = (about: RegExp) => webview.getByRole('img', { name: about });
    await webview.getByText('Stopped at 600 rows:').waitFor();
    await webview.getByRole('button', { name: 'Chart', exact: true }).click();
    await chart(/^Scatter chart of value from 0 to \d+ by number, 600 rows/).waitFor();
    await webview.getByRole('button', { name: 'Fetch the rest' }).click();
    await chart(/by number, 1,000 rows/).waitFor();
    await webview.getByRole('button', { name: 'Rows', exact: true }).click();
    await webview.getByRole('columnheader', { name: /^number/ }).click({ button: 'right' });
    await webview.getByRole('menuitem', { name: 'Filter…' }).click();
    await webview.getByLabel('Condition').selectOption('atMost');
    await webview.getByLabel('Value', { exact: true }).fill('40');
    await window().page.keyboard.press('Enter');
    await webview.getByText('40 of 1,000 rows').waitFor();
    await webview.getByRole('button', { name: 'Chart', exact: true }).click();
    await chart(/by number, 40 rows/).waitFor();
    await window().screenshot('chart of filtered rows');
    await webview.getByRole('button', { name: 'Remove number ≤ 40' }).click();
    await chart(/by number, 1,000 rows/).waitFor();
    await window().screenshot('chart of all rows again');
  });

  const save = async (button: string, name: string): Promise<Buffer> => {
    await window().webview.getByRole('button', { name: button }).click();
    const file = join(window().sandbox.workspace, name);
    await window().saveAs('Save Chart', file);
    const written = await waitUntil(
      () =>
        readFile(file).then(
          (bytes) => bytes.length > 0,
          () => false,
        ),
      { deadlineMs: 10_000 },
    );
    assert.ok(written, `${file} was not written`);
    return readFile(file);
  };
});
