import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { before, describe, it } from 'mocha';
import { CITUS, TEST_PLATFORMS, type TestPlatform } from '../support/platforms.ts';
import { editorSettings, useWindow } from './harness.ts';

const LONG_MS = 60_000;

const FIRST = `-- The first look at a cluster.
CREATE TABLE sample (id int PRIMARY KEY, data int);
SELECT create_distributed_table('sample', 'id');
INSERT INTO sample SELECT i, i * 10 FROM generate_series(1, 10000) AS i;
SELECT * FROM sample WHERE id < 8 ORDER BY id;
`;
const STANDBY = `SELECT * FROM sample WHERE id < 8 ORDER BY id;

UPDATE sample SET data = data * 2 WHERE id < 4;

SELECT * FROM sample WHERE id < 8 ORDER BY id;
`;
const WRONG = `SELECT 1 AS one;

SELECT id, dtaa FROM sample;

SELECT 2 AS never;
`;

/** The main job as a person does it: provision, look, run files on either coordinator, stop, destroy. */
const describeMainJob = (platform: TestPlatform): void => {
  describe(`the main job on ${platform.title}`, function () {
    this.timeout(3 * LONG_MS);
    before(async function () {
      await platform.need(this);
    });
    const window = useWindow({
      files: { 'first.sql': FIRST, 'standby.sql': STANDBY, 'wrong.sql': WRONG },
      settings: async () => editorSettings(await platform.settings()),
    });
    const screenshot = (name: string): Promise<void> =>
      window().screenshot(platform === CITUS ? name : `${name} ${platform.title}`);

    /** Opens the dialog, and chooses what to make the cluster of where that isn't what is proposed. */
    const plan = async (): Promise<void> => {
      await welcomeButton().click();
      if (platform !== CITUS) {
        await window().pick('Servers');
        await window().quickInput('What should the servers be made of?').waitFor();
        await window().pick(platform.label);
      }
      await window()
        .page.getByText(/2 coordinators on \d+, \d+/)
        .first()
        .waitFor();
    };
    const welcomeButton = () =>
      window()
        .sideBar.getByRole('region', { name: 'Welcome' })
        .getByRole('button', { name: 'Provision Local Cluster…' });
    const cells = async (): Promise<string[]> => {
      // Cells are empty until their rows have come.
      await window().webview.getByRole('gridcell').filter({ hasText: /./ }).first().waitFor();
      return window().webview.getByRole('gridcell').allInnerTexts();
    };
    const selectTab = async (label: RegExp): Promise<void> => {
      await window().webview.getByRole('tab', { name: label }).click();
    };
    it('begins with a view that offers one button', async () => {
      await window().openView();
      await welcomeButton().waitFor();
      await screenshot('welcome dark');
      await window().useTheme('light');
      await screenshot('welcome light');
      await window().useTheme('dark');
    });

    it('leaves nothing of a provisioning that is cancelled', async () => {
      await plan();
      // With few it may be ready before the button is pressed.
      await window().pick(/Workers/);
      await window().pick('8 workers');
      await window().page.getByText('8 workers on').first().waitFor();
      await window().accept('Provision “demo”');
      await window().answerNotification(/Provisioning “demo”/, 'Cancel');
      await window().statusBarItem('Provisioning “demo” was cancelled; nothing is left of it.').waitFor();
      assert.deepEqual(await readdir(window().sandbox.clusters), ['clusters.json', 'locks']);
      await welcomeButton().waitFor();
    });

    it('provisions with one key press and names each step', async () => {
      await plan();
      await screenshot('provision');
      await window().accept('Provision “demo”');
      await window()
        .notification(/Provisioning “demo”.*(Make|Start|Copy|Install)/)
        .waitFor();
      await screenshot('provisioning');
      await window()
        .notification(/“demo” is running/)
        .waitFor({ timeout: LONG_MS });
    });

    it('shows coordinators and workers with role, port, state and lag', async () => {
      await window().expand(/Coordinators/);
      await window().expand(/Workers/);
      await window()
        .row(/coordinator1.*primary · \d+/)
        .waitFor();
      await window()
        .row(/coordinator2.*standby · \d+ · lag 0 B/)
        .waitFor();
      await window()
        .row(/worker2/)
        .waitFor();
    });

    it('runs a file on the primary', async () => {
      await window().openFile('first.sql');
      await window().attach('coordinator1');
      await window()
        .lens(/Attached to demo › coordinator1/)
        .waitFor();
      await window().page.keyboard.press('Control+Shift+Enter');
      await window()
        .webview.getByRole('tab', { name: /SELECT 7/ })
        .waitFor({ timeout: LONG_MS });
      assert.deepEqual((await cells()).slice(0, 4), ['1', '10', '2', '20']);
      await screenshot('results');
    });

    it('shows the table and its shards', async () => {
      await window().expand(/Tables/);
      await window()
        .row(/sample.*id.*32 shards/)
        .waitFor();
      await window().expand(/sample/);
      await window()
        .row(/worker1/)
        .waitFor();
      await screenshot('tables');
    });

    it('reads on the standby, and runs a write that it refuses on the primary, saying so', async () => {
      await window().openFile('standby.sql');
      await window().attach('coordinator2');
      await window().page.keyboard.press('Control+Shift+Enter');
      if (platform.sharding === 'citus') {
        const remedy = window().webview.getByRole('button', { name: 'Run on the primary coordinator' });
        await remedy.waitFor({ timeout: LONG_MS });
        await screenshot('standby write');
        await remedy.click();
      }
      await window()
        .webview.getByRole('tab', { name: /UPDATE 3/ })
        .waitFor({ timeout: LONG_MS });
      await window()
        .webview.getByRole('tab', { name: /3.*SELECT 7/ })
        .waitFor({ timeout: LONG_MS });
      if (platform.sharding === 'postgres_fdw') {
        await selectTab(/UPDATE 3/);
        await window().webview.getByText('this ran on coordinator1, the primary').first().waitFor();
        await screenshot('standby write');
      }
      await selectTab(/3.*SELECT 7/);
      assert.deepEqual((await cells()).slice(0, 8), ['1', '20', '2', '40', '3', '60', '4', '40']);
      await window().runCommand('Notifications: Clear All Notifications');
      await screenshot('overview');
    });

    it('underlines an error where the server saw it, and runs nothing after it', async () => {
      await window().openFile('wrong.sql');
      await window().attach('coordinator1');
      await window().page.keyboard.press('Control+Shift+Enter');
      await window().webview.getByText('column "dtaa" does not exist').first().waitFor();
      // Out of sight otherwise where the editor was scrolled when its lenses or the panel came.
      await window().goToLine(3);
      await window().errors.first().waitFor();
      await screenshot('error dark');
      await window().useTheme('light');
      await screenshot('error light');
      await window().useTheme('dark');
    });

    it('runs the statement at the cursor alone', async () => {
      await window().editor.locator('.view-lines').click();
      await window().goToLine(5);
      await window().page.keyboard.press('Control+Enter');
      await window()
        .webview.getByRole('tab', { name: /SELECT 1/ })
        .waitFor();
      assert.deepEqual(await cells(), ['2']);
    });

    it('shows within 2 s that a server was stopped', async () => {
      await window().chooseFromMenu(/worker2/, 'Stop Node');
      await window()
        .row(/worker2.*stopped/)
        .waitFor({ timeout: 10_000 });
      await screenshot('stopped');
      await window().chooseFromMenu(/worker2/, 'Start Node');
      await window()
        .row(/worker2.*\d+ · \d+ shards/)
        .waitFor({ timeout: 10_000 });
    });

    it('adds a worker', async () => {
      await window().chooseFromMenu(/^Workers/, 'Add Worker');
      await window()
        .row(/worker3.*\d+ · 0 shards/)
        .waitFor({ timeout: LONG_MS });
      await screenshot('worker added');
    });

    it('destroys the cluster once its name is typed', async () => {
      await window().chooseFromMenu(/^demo/, 'Destroy Cluster…');
      await window().answer(/demo/, 'demo');
      await welcomeButton().waitFor({ timeout: LONG_MS });
    });
  });
};

for (const platform of TEST_PLATFORMS) describeMainJob(platform);
