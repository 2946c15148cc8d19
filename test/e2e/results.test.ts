import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Frame, Locator } from 'playwright-core';
import { waitUntil } from '../../src/postgres/waitUntil.ts';
import { nodeNamed } from '../support/clusters.ts';
import { useClusterWindow } from './clusterWindow.ts';

const FILES = {
  'limit.sql': 'SELECT g AS number, md5(g::text) AS hash FROM generate_series(1, 5000) AS g;\n',
  'other.sql': "SELECT 'the other file' AS words;\n",
  'forty.sql': Array.from({ length: 40 }, (_, index) => `SELECT ${index + 1} AS answer;\n`).join(''),
  'nodes.sql': `SELECT inet_server_port() AS port, pg_is_in_recovery() AS standby,
  1 / (setting::int - PORT) AS one FROM pg_settings WHERE name = 'port';
CREATE TABLE made (a int);
`,
  // Each row tells, in ms since the epoch, when the server made it.
  'clock.sql': `SELECT floor(extract(epoch FROM clock_timestamp()) * 1000) AS made, g, repeat('x', 100) AS text
  FROM generate_series(1, 200000) AS g;
`,
};
/** How long, ms, the first row may take from the server to the screen, with room for a machine that is busy. */
const FIRST_ROW_MS = 400;

/** Has the page measure the time, ms, from when the server made the next grid's first row until that is painted. */
const AWAIT_FIRST_ROW = `(() => {
  const before = document.querySelector('.pane');
  window.firstRow = new Promise((resolve) => {
    const look = () => {
      const cell = document.querySelector('.pane .grid-cell');
      const made = before?.contains(cell) ? undefined : cell?.textContent;
      if (made) requestAnimationFrame(() => resolve(Date.now() - Number(made)));
      else requestAnimationFrame(look);
    };
    look();
  });
})()`;
const TAB_IN_SIGHT = `(() => {
  const { left, right } = document.querySelector('.tab[aria-selected=true]').getBoundingClientRect();
  return left >= 0 && right <= innerWidth;
})()`;

/** Where a file's results are, how they stop, and those of several nodes. */
describe('results', function () {
  this.timeout(120_000);
  const { window, service, cluster, reload, onNode } = useClusterWindow({
    files: FILES,
    settings: () => Promise.resolve({ 'citus.results.maxRows': 1000 }),
  });

  /** The group of editors that has the focus. */
  const activeGroup = (): Locator => window().page.locator('.editor-group-container.active');
  const attach = async (file: string, node: string): Promise<void> => {
    await window().openFile(file);
    await window().attach(node);
  };
  /** The page, wherever it is, that shows the results of a file. */
  const resultsOf = async (file: string): Promise<Frame> => {
    let found: Frame | undefined;
    const isThere = async (): Promise<boolean> => {
      for (const frame of window().page.frames()) {
        const text = await frame
          .locator('.run-file:visible, .gone-title:visible')
          .allInnerTexts()
          .catch(() => []);
        if (text.some((words) => words.includes(file))) found = frame;
      }
      return found !== undefined;
    };
    assert.ok(await waitUntil(isThere, { deadlineMs: 15_000 }), `no page shows ${file}`);
    return found!;
  };
  const runFile = async (file: string): Promise<Frame> => {
    await window().openFile(file);
    await window().page.keyboard.press('Control+Shift+Enter');
    return resultsOf(file);
  };
  const pictures = async (name: string): Promise<void> => {
    for (const theme of ['contrast', 'light', 'dark'] as const) {
      await window().useTheme(theme);
      await window().screenshot(`${name} ${theme}`);
    }
  };
  /** Backends of SQL files that hold a snapshot while nothing runs. */
  const openSnapshots = async (): Promise<number> => {
    return onNode('coordinator2', async (session) => {
      let rows = 0;
      await session.execute(
        `SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'citus-sql %.sql' AND backend_xmin IS NOT NULL`,
        { columns: () => undefined, rows: (_, count) => void (rows += count) },
      );
      return rows;
    });
  };

  it('stop at the limit, say so, and go on where they stopped', async () => {
    await attach('limit.sql', 'coordinator2');
    const page = await runFile('limit.sql');
    await page.getByText('Stopped at 1,000 rows:').waitFor();
    assert.equal(await page.locator('.limit-setting').innerText(), 'citus.results.maxRows');
    assert.equal(await openSnapshots(), 1);
    await window().statusBarItem('result open').waitFor();
    await pictures('limit');
    await page.getByRole('button', { name: 'Fetch the rest' }).click();
    await page.getByText('SELECT 5000').first().waitFor();
    await page.getByText('Stopped at').waitFor({ state: 'hidden' });
    assert.equal(await page.getByRole('grid').getAttribute('aria-rowcount'), '5001');
    await page.getByRole('gridcell').first().click();
    await window().page.keyboard.press('Control+End');
    await page.getByRole('gridcell', { name: '5000', exact: true }).waitFor();
    assert.equal(await openSnapshots(), 0);
  });

  it('say that the rest is gone when it is given up', async () => {
    const page = await runFile('limit.sql');
    await page.getByRole('button', { name: 'End here' }).click();
    await page.getByText('The rest is gone: you ended it here.').waitFor();
    assert.equal(await openSnapshots(), 0);
    await window().screenshot('limit ended');
  });

  it('follow the active file', async () => {
    await attach('other.sql', 'coordinator2');
    const other = await runFile('other.sql');
    await other.getByRole('gridcell', { name: 'the other file' }).waitFor();
    await window().openFile('limit.sql');
    const page = await resultsOf('limit.sql');
    await page.getByRole('gridcell', { name: '1', exact: true }).first().waitFor();
    await window().openFile('other.sql');
    await (await resultsOf('other.sql')).getByRole('gridcell', { name: 'the other file' }).waitFor();
  });

  it('show the first row soon after the server made it', async function () {
    await attach('clock.sql', 'coordinator2');
    const times: number[] = [];
    for (let round = 0; round < 6; round++) {
      const shown = await resultsOf(round === 0 ? 'other.sql' : 'clock.sql');
      await shown.evaluate(AWAIT_FIRST_ROW);
      const page = await runFile('clock.sql');
      times.push(Number(await page.evaluate('window.firstRow')));
      await page.getByText('Stopped at 1,000 rows:').waitFor();
    }
    const best = Math.min(...times.slice(1));
    console.log(`      first row on screen after ${times.join(', ')} ms`);
    assert.ok(best < FIRST_ROW_MS, `the first row took ${times.join(', ')} ms`);
  });

  it('have a tab for each of 40 statements, all within reach of the keyboard', async () => {
    await attach('forty.sql', 'coordinator2');
    const page = await runFile('forty.sql');
    await page.locator('.run-summary').getByText('40 statements').waitFor();
    await page.getByRole('tab').nth(39).waitFor();
    assert.equal(await page.getByRole('tab').count(), 40);
    await page.getByRole('tab', { selected: true }).focus();
    await window().page.keyboard.press('Home');
    for (let tab = 1; tab <= 40; tab++) {
      await page.getByRole('tab', { selected: true, name: new RegExp(`^${tab} ·`) }).waitFor();
      await page.getByRole('gridcell', { name: String(tab), exact: true }).waitFor();
      const inSight = await page.evaluate(TAB_IN_SIGHT);
      assert.equal(inSight, true, `tab ${tab} is in sight`);
      await window().page.keyboard.press('ArrowRight');
    }
    await window().screenshot('forty tabs');
  });

  it('run on several nodes make one grid, with the nodes that failed above it', async () => {
    await attach('nodes.sql', 'coordinator2');
    await window().page.keyboard.press('Control+a');
    const text = FILES['nodes.sql'].replace('PORT', String(nodeNamed(cluster(), 'coordinator1').port));
    await window().type(text);
    await service().stop(cluster(), [nodeNamed(cluster(), 'worker2')]);
    await window().goToLine(1);
    await window().runCommand('Citus: Run Statement on Several Nodes…');
    await window().quickInput('Pick where it runs, at once on all').waitFor();
    await window().screenshot('pick nodes');
    await window().pick('All nodes');
    const page = await resultsOf('nodes.sql');
    await page.getByText('division by zero (22012)').waitFor();
    await page.getByText(/No server accepts connections/).waitFor();
    await page.getByRole('gridcell', { name: 'worker1', exact: true }).waitFor();
    await page.getByRole('gridcell', { name: 'coordinator2', exact: true }).waitFor();
    assert.equal(await page.getByRole('grid').getAttribute('aria-rowcount'), '3');
    await pictures('nodes');
    await service().start(cluster(), [nodeNamed(cluster(), 'worker2')]);
  });

  it('ask before they write on several nodes', async () => {
    await window().goToLine(3);
    await window().runCommand('Citus: Run Statement on Several Nodes…');
    await window().pick('as before');
    const dialog = window().dialog;
    await dialog.getByText('Run on 4 nodes of demo at once, where it may write?').waitFor();
    await dialog.getByText('coordinator1, coordinator2, worker1, worker2').waitFor();
    await window().screenshot('write on nodes');
    await dialog.getByRole('button', { name: 'Run Read-Only' }).click();
    const page = await resultsOf('nodes.sql');
    await page.getByText('Nothing was written').first().waitFor();
    await page.getByText('(25006)').nth(3).waitFor();
    await window().screenshot('nodes read-only');
  });

  it('can be in editors of their own, beside two files side by side', async () => {
    // The panel below makes room.
    await window().page.keyboard.press('Control+j');
    await window().openFile('other.sql');
    await window().runCommand('Citus: Open Results Beside');
    const other = await resultsOf('other.sql');
    await other.getByRole('gridcell', { name: 'the other file' }).waitFor();
    await window().runCommand('View: Split Editor Orthogonal');
    await window().openFile('limit.sql');
    await window().runCommand('Citus: Open Results Beside');
    await window().page.keyboard.press('Control+Shift+Enter');
    const limit = await resultsOf('limit.sql');
    await limit.getByText('Stopped at 1,000 rows:').waitFor();
    await other.getByRole('gridcell', { name: 'the other file' }).waitFor();
    await activeGroup().locator('.tab.active[data-resource-name="limit.sql"]').waitFor();
    await activeGroup().locator('.monaco-editor.focused').waitFor();
    await pictures('beside');
  });

  it('come back after a reload, say that the rows are gone, and can be run again', async () => {
    // The editor's own command keeps all panels for afterwards; a reload by the browser leaves it no time for that.
    await reload(() => window().runCommand('Developer: Reload Window'));
    const limit = await resultsOf('limit.sql');
    await limit.getByText('The rows of limit.sql are gone.').waitFor();
    await limit.getByText('SELECT g AS number').waitFor();
    await (await resultsOf('other.sql')).getByText('The rows of other.sql are gone.').waitFor();
    await pictures('gone');
    await limit.getByRole('button', { name: 'Run again' }).click();
    await limit.getByText('Stopped at 1,000 rows:').waitFor();
    await limit.getByRole('gridcell', { name: '1', exact: true }).first().waitFor();
  });

  it('of a file that is closed are gone with it, also those of before the reload', async () => {
    const tabs = window().page.locator('.tab');
    for (const file of ['limit.sql', 'other.sql']) {
      await tabs.getByText(`Results: ${file}`).waitFor();
      const editors = window().page.locator(`.tab[data-resource-name="${file}"]`);
      for (let left = await editors.count(); left > 0; left--) {
        await editors.first().click();
        await activeGroup().locator(`.monaco-editor.focused[data-uri$="/${file}"]`).waitFor();
        await window().runCommand('View: Close Editor');
        await editors.nth(left - 1).waitFor({ state: 'detached' });
      }
      await tabs.getByText(`Results: ${file}`).waitFor({ state: 'detached' });
    }
  });
});
