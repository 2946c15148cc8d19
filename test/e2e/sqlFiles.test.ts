import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as v from 'valibot';
import { useClusterWindow } from './clusterWindow.ts';
import { eventually } from './harness.ts';

const FILES = {
  'big.sql':
    "SELECT i AS number, md5(i::text) AS text, NULL AS nothing, '' AS empty FROM generate_series(1, 100000) AS i;\n",
  'slow.sql': 'SELECT pg_sleep(60);\n',
  'talk.sql': `DO $$
BEGIN
  RAISE NOTICE 'first words';
  PERFORM pg_sleep(60);
END $$;
`,
  'transaction.sql': 'BEGIN;\nCREATE TABLE kept (id int);\n',
};

/** SQL files on a cluster that another program made: the window finds it by itself. */
describe('SQL files', function () {
  this.timeout(120_000);
  const { window, reload, onNode } = useClusterWindow({
    files: FILES,
    // Draws the terminal as text, which a test can read.
    settings: () => Promise.resolve({ 'terminal.integrated.gpuAcceleration': 'off' }),
  });

  const runFile = async (file: string, node: string): Promise<void> => {
    await window().openFile(file);
    await window().attach(node);
    await window().page.keyboard.press('Control+Shift+Enter');
  };
  /** Those of files: what a lens says is asked with the same text, on a connection of its own. */
  const busyBackends = async (): Promise<number> => {
    const [row] = await onNode('coordinator2', (session) =>
      session.query(
        v.object({ n: v.number() }),
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND state = 'active' AND application_name LIKE 'citus-sql %.sql'",
      ),
    );
    return row?.n ?? -1;
  };

  it('shows 100,000 rows and goes to the last one', async () => {
    await runFile('big.sql', 'coordinator2');
    await window()
      .webview.getByRole('tab', { name: /SELECT 100000/ })
      .waitFor();
    await window().webview.getByRole('gridcell').first().click();
    await window().page.keyboard.press('Control+End');
    await window().webview.getByRole('gridcell', { name: '100000', exact: true }).waitFor();
    await window().screenshot('big grid');
    const grid = window().webview.getByRole('grid');
    assert.equal(await grid.getAttribute('aria-rowcount'), '100001');
    assert.ok((await window().webview.getByRole('gridcell').count()) < 500, 'only what is seen is drawn');
  });

  it('cancels on the server', async () => {
    await runFile('slow.sql', 'coordinator2');
    await window()
      .webview.getByRole('button', { name: /Cancel/ })
      .waitFor();
    await eventually(async () => (await busyBackends()) === 1, 'the server runs it');
    await window().screenshot('running');
    await window()
      .webview.getByRole('button', { name: /Cancel/ })
      .click();
    await window().webview.getByText('Cancelled.').waitFor();
    assert.equal(await busyBackends(), 0);
  });

  it('shows notices while the statement runs', async () => {
    await runFile('talk.sql', 'coordinator2');
    await window().webview.getByText('first words').waitFor();
    assert.equal(await busyBackends(), 1);
    await window().screenshot('notice');
    await window().runCommand('Citus: Cancel Running Statements');
    await window()
      .webview.getByRole('button', { name: /Cancel/ })
      .waitFor({ state: 'hidden' });
    assert.equal(await busyBackends(), 0);
  });

  it('shows an open transaction in the status bar', async () => {
    await runFile('transaction.sql', 'coordinator1');
    await window()
      .statusBarItem(/coordinator1 \(primary\).*in a transaction/)
      .waitFor();
  });

  it('opens psql on a node without asking for a password', async () => {
    await window().expand(/Coordinators/);
    await window().chooseFromMenu(/coordinator2/, 'Open psql');
    await window()
      .page.locator('.terminal-tab, .single-terminal-tab, .tabs-list')
      .getByText(/psql coordinator2/)
      .first()
      .waitFor();
    await window().page.locator('.terminal-wrapper.active .xterm').click();
    await window().type('SELECT 6 * 7 AS answer, pg_is_in_recovery() AS standby \\gx');
    await window().page.keyboard.press('Enter');
    await window()
      .page.locator('.xterm-rows')
      .getByText(/answer\s*\|\s*42/)
      .first()
      .waitFor();
    await window().screenshot('psql');
  });

  it('remembers after a reload what each file is attached to', async () => {
    await reload(() => window().page.reload());
    await window().openFile('big.sql');
    await window().statusBarItem('demo › coordinator2 (standby)').waitFor();
  });
});
