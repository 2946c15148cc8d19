import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import * as v from 'valibot';
import { catchUp } from '../../src/cluster/replication.ts';
import type { Locator } from 'playwright-core';
import { postmasterOf } from '../support/clusters.ts';
import { useClusterWindow } from './clusterWindow.ts';
import { eventually } from './harness.ts';

const FILES = {
  'where.sql': `-- citus: cluster=demo node=coordinator2
SELECT * FROM sample WHERE id = 3;

SELECT count(*) FROM sample;

UPDATE sample SET data = data*2 WHERE id < 4;

UPDATE reference SET data = 1;

CREATE TABLE more (id int);

SELECT nothing FROM sample;
`,
  'wrong.sql': '-- citus: cluster=demo node=coordinator9 red-only\nSELECT 1;\n',
  'edited.sql': `-- citus: cluster=demo node=coordinator1 role=primary read-only
CREATE TEMP TABLE copied (id int);
COPY copied FROM STDIN;
40
2
\\.
SELECT sum(id) AS total FROM copied;
`,
  'careful.sql': `-- citus: cluster=demo node=coordinator1 role=primary read-only
UPDATE sample SET data = 50 WHERE id = 5;
`,
};

/** Has the page note what all lenses say, each time that one changes. */
const WATCH_LENSES = `(() => {
  window.lenses = [];
  const note = () => {
    const lines = [...document.querySelectorAll('.codelens-decoration')];
    window.lenses.push(lines.map((line) => line.textContent));
  };
  new MutationObserver(note).observe(document.querySelector('.editor-instance'), {
    childList: true, subtree: true, characterData: true,
  });
})()`;

/** Where statements run, as the lenses and hovers of a window tell it; headers of files; marks of clusters. */
describe('where statements run, in a window', function () {
  this.timeout(120_000);
  const { window, cluster, onNode } = useClusterWindow({
    files: FILES,
    prepare: async (session) => {
      for (const sql of [
        'CREATE TABLE sample (id int PRIMARY KEY, data int)',
        `SELECT create_distributed_table('sample', 'id', shard_count => 8)`,
        'INSERT INTO sample SELECT i, i FROM generate_series(1, 100) i',
        'CREATE TABLE reference (id int PRIMARY KEY, data int)',
        `SELECT create_reference_table('reference')`,
      ]) {
        await session.run(sql);
      }
      await catchUp(session, 'coordinator2');
    },
  });

  const dataOf = async (id: number): Promise<number | undefined> => {
    const rows = await onNode('coordinator1', (session) =>
      session.query(v.object({ data: v.number() }), 'SELECT data FROM sample WHERE id = $1', [id]),
    );
    return rows[0]?.data;
  };

  /** A lens that only says something is no link. */
  const lensWords = (words: RegExp): Locator =>
    window().editor.locator('.codelens-decoration > span').filter({ hasText: words });

  it('says on each statement where it would run, on the node that the header names', async () => {
    await window().openFile('where.sql');
    await window().statusBarItem('demo › coordinator2 (standby)').waitFor();
    for (const words of [
      /^one shard · worker[12]$/,
      /^8 shards on 2 workers$/,
      /^writes 8 shards on 2 workers · a standby can’t: you will be asked$/,
      /^writes a reference table on all nodes · a standby can’t: you will be asked$/,
      /^changes definitions · a standby can’t: you will be asked$/,
    ]) {
      await lensWords(words).waitFor();
    }
    // What has no plan has no words.
    assert.equal(await lensWords(/shard|writes|definitions/).count(), 5);
    await window().screenshot('where lenses');
    await window().useTheme('light');
    await window().screenshot('where lenses light');
    await window().useTheme('dark');
  });

  it('keeps the words while the node is silent', async () => {
    const postmaster = await postmasterOf(cluster(), 'coordinator2');
    process.kill(postmaster, 'SIGSTOP');
    try {
      await window()
        .editor.getByText(/Attached to demo › coordinator2 \(.*not responding/)
        .waitFor();
      assert.equal(await lensWords(/shard|writes|definitions/).count(), 5);
      await window().screenshot('where lenses of a silent node');
    } finally {
      process.kill(postmaster, 'SIGCONT');
    }
    await window().statusBarItem('demo › coordinator2 (standby)').waitFor();
  });

  it('keeps the words of a statement while it is typed in, and draws no bar with nothing after it', async () => {
    await window().page.evaluate(WATCH_LENSES);
    await window().goToLine(4);
    await window().page.keyboard.press('End');
    await window().page.keyboard.press('ArrowLeft');
    // What can be planned at each letter: where typing rests, a statement that can't be has no words, and rightly so.
    await window().page.keyboard.type(' seen', { delay: 60 });
    await window().type(' WHERE id = 3');
    await window().screenshot('where lenses being typed');
    await lensWords(/^8 shards/).waitFor({ state: 'detached' });
    assert.equal(await lensWords(/^one shard · worker[12]$/).count(), 2);
    await window().page.keyboard.press('Control+End');
    await window().page.keyboard.type('COMMIT; SELECT 1 AS two;', { delay: 60 });
    await lensWords(/^coordinator only$/).waitFor();
    const seen = v.parse(v.array(v.array(v.string())), await window().page.evaluate('window.lenses'));
    const lines = seen.flat().map((line) => line.replaceAll('\u00a0', ' ').trim());
    assert.ok(lines.some((line) => /Run on… \| one shard/.test(line)));
    assert.deepEqual(
      lines.filter((line) => line.endsWith('|')),
      [],
    );
    const fewest = Math.min(
      ...seen.map((all) => all.filter((line) => /shard|writes|changes/.test(line)).length),
    );
    assert.equal(fewest, 5, 'a statement lost its words for a moment');
  });

  it('names shards and nodes in a hover on the first word', async () => {
    await window().goToLine(6);
    await window().runCommand('Show or Focus Hover');
    const hover = window().page.locator('.monaco-hover:visible');
    await hover.getByText(/worker1: sample_\d+, sample_\d+/).waitFor();
    await hover.getByText(/coordinator2 is a standby and refuses it/).waitFor();
    await window().screenshot('where hover');
    await window().page.keyboard.press('Escape');
  });

  it('says what is wrong with a header, and what it could be', async () => {
    await window().openFile('wrong.sql');
    await eventually(async () => (await window().errors.count()) === 2, 'both are underlined');
    await window().page.keyboard.press('Control+Shift+Enter');
    await window()
      .notification(/Nothing was run: the header of wrong\.sql .* has no node “coordinator9”/)
      .waitFor();
    await window().goToLine(1);
    await window().page.keyboard.press('F8');
    await window()
      .page.getByText(/It could be coordinator1, coordinator2, worker1, worker2/)
      .first()
      .waitFor();
    await window().screenshot('header problem');
    await window().page.keyboard.press('Escape');
    await window().page.keyboard.press('Control+.');
    const fix = window().page.locator('.action-widget').getByText('Change to coordinator2');
    await fix.click();
    await window().statusBarItem('demo › coordinator2 (standby)').waitFor();
    await eventually(async () => (await window().errors.count()) === 1, 'the other problem is left');
  });

  it('runs what a file held when it was told to, whatever becomes of it before the question is answered', async () => {
    await window().openFile('edited.sql');
    await window()
      .statusBarItem(/demo › coordinator1 \(primary\).*read-only/)
      .waitFor();
    await window().page.keyboard.press('Control+Shift+Enter');
    const goOn = window().dialog.getByRole('button', { name: 'Run Once Anyway' });
    await goOn.waitFor();
    const changed = FILES['edited.sql'].replace('COPY', '-- meanwhile\nCOPY').replace('40', '4000');
    await writeFile(join(window().sandbox.workspace, 'edited.sql'), changed);
    await window().editor.getByText('-- meanwhile').waitFor();
    await goOn.click();
    await window().webview.getByRole('gridcell', { name: '42', exact: true }).waitFor();
  });

  it('asks before a file writes that is marked read-only', async () => {
    await window().openFile('careful.sql');
    await window()
      .statusBarItem(/demo › coordinator1 \(primary\).*read-only/)
      .waitFor();
    await window().page.keyboard.press('Control+Shift+Enter');
    await window()
      .dialog.getByText(/marked read-only/)
      .waitFor();
    await window().screenshot('read-only');
    await window().dialog.getByRole('button', { name: 'Cancel' }).click();
    assert.equal(await dataOf(5), 5);
    await window().page.keyboard.press('Control+Shift+Enter');
    await window().dialog.getByRole('button', { name: 'Run Once Anyway' }).click();
    await window().webview.getByText('UPDATE 1').first().waitFor();
    assert.equal(await dataOf(5), 50);
    await window().page.keyboard.press('Control+Shift+Enter');
    await window()
      .dialog.getByText(/marked read-only/)
      .waitFor();
    await window().dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  it('shows the colour of a cluster, and asks before writes on one that is production', async () => {
    for (const mark of ['Purple', 'Production: ask before writes']) {
      await window().runCommand('Citus: Mark Cluster…');
      await window().pick(mark);
      if (mark === 'Purple') {
        await window().openFile('where.sql');
        await window().goToLine(2);
        await window().page.keyboard.press('Control+Enter');
        await window().webview.locator('.badge[data-colour="purple"]').waitFor();
        await window().screenshot('mark purple');
      }
    }
    await window()
      .statusBarItem(/demo › coordinator2.*production/)
      .waitFor();
    await window().editor.locator('.view-lines').click();
    await window().goToLine(6);
    await window().page.keyboard.press('Control+Enter');
    await window()
      .dialog.getByText(/“demo” is marked as production/)
      .waitFor();
    await window().screenshot('mark production');
    await window().dialog.getByRole('button', { name: 'Cancel' }).click();
    await window().useTheme('light');
    await window().screenshot('mark production light');
    await window().useTheme('dark');
    assert.equal(await dataOf(3), 3);
  });
});
