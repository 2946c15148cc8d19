import { describe, it } from 'mocha';
import { useClusterWindow } from './clusterWindow.ts';

const SCRIPT = String.raw`\set shards 8
CREATE TABLE visits (id bigint PRIMARY KEY, page text);
SELECT create_distributed_table('visits', 'id', shard_count => :shards);
COPY visits FROM STDIN;
1	start
2	search
3	start
\.
SELECT count(*) > 2 AS many FROM visits \gset
\if :many
  \echo There are many visits.
  SELECT * FROM visits WHERE page = :page ORDER BY id;
\else
  SELECT 'few';
\endif
\d visits
\ir more.sql
`;

/** A script of psql's in the editor: it asks, it branches, it describes. */
describe('a psql script', function () {
  this.timeout(120_000);
  const { window } = useClusterWindow({
    files: {
      'visits.sql': SCRIPT,
      'more.sql': "SELECT 'from another file' AS said;\nSELECT nosuch;\n",
      'wrong.sql': 'SELECT 1;\n\\! ls\n',
      'ask.sql': 'SELECT * FROM visits WHERE id = :id;\n',
    },
  });

  const runFile = async (file: string): Promise<void> => {
    await window().openFile(file);
    await window().attach('coordinator1');
    await window().page.keyboard.press('Control+Shift+Enter');
  };
  const openTab = async (name: RegExp): Promise<void> => {
    await window().webview.getByRole('tab', { name }).first().click();
  };

  it('asks for a parameter, runs the branch, and shows how the table is distributed', async () => {
    await runFile('visits.sql');
    await window()
      .quickInput(/Value of :page/)
      .waitFor();
    await window().screenshot('parameter asked');
    await window().answer(/Value of :page/, 'start');
    await window().webview.getByText('column "nosuch" does not exist').first().waitFor();
    await window().screenshot('failure in an included file');
    await openTab(/SELECT 2/);
    await window().webview.getByRole('gridcell', { name: 'start', exact: true }).first().waitFor();
    await window().screenshot('rows by a parameter');
    await openTab(/echo/);
    await window().webview.getByText('There are many visits.').waitFor();
    await window().screenshot('echo');
    await openTab(/\\d/);
    await window().webview.getByRole('gridcell', { name: 'distribution column', exact: true }).waitFor();
    await window().screenshot('table described');
    await openTab(/^11 ·/);
    await window()
      .webview.getByText(/branch of \\if was not taken/)
      .waitFor();
    await window().screenshot('branch left out');
  });

  it('shows the type that the server infers, and NULL by a button', async () => {
    await runFile('ask.sql');
    const input = window().page.locator('.quick-input-widget');
    await input.getByText('Value of :id (bigint)').waitFor();
    await window().screenshot('typed parameter');
    await input.getByRole('button', { name: /NULL/ }).click();
    await window().webview.getByText('No rows.').waitFor();
  });

  it('refuses what only psql runs, before anything is run', async () => {
    await runFile('wrong.sql');
    await window()
      .webview.getByRole('tabpanel')
      .getByText(/\\! is a psql command that only psql runs/)
      .waitFor();
    await window().useTheme('light');
    await window().screenshot('refused');
  });
});
