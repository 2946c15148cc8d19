import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import type { Locator } from 'playwright-core';
import * as v from 'valibot';
import { useClusterWindow } from './clusterWindow.ts';
import { eventually, START_MS } from './harness.ts';

const FILES = {
  'open.sql': 'BEGIN;\nINSERT INTO kept VALUES (1);\nSELECT nosuch;\n',
  'manual.sql': 'INSERT INTO kept VALUES (2);\n',
  // Hears every request to cancel, and goes on. The outer block is for a request that comes while the inner one answers.
  'stubborn.sql': `BEGIN;
DO $$ BEGIN LOOP
  BEGIN
    BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN RAISE NOTICE 'not now'; END;
  EXCEPTION WHEN query_canceled THEN
  END;
END LOOP; END $$;
`,
  'role.sql': "CREATE ROLE reader PASSWORD 'hunter2';\n",
};

/** Transactions, cancelling and the history, as a person meets them. */
describe('transactions and the history', function () {
  this.timeout(120_000);
  const { window, onNode } = useClusterWindow({
    files: FILES,
    prepare: async (session) => {
      await session.run('CREATE TABLE kept (id int)');
    },
  });
  before(async () => {
    for (const name of Object.keys(FILES)) {
      await window().openFile(name);
      await window().attach('coordinator1');
    }
  });

  const kept = async (): Promise<number> => {
    const [row] = await onNode('coordinator1', (session) =>
      session.query(v.object({ n: v.number() }), 'SELECT count(*)::int AS n FROM kept'),
    );
    return row?.n ?? -1;
  };
  const isDeaf = async (): Promise<boolean> => {
    const [row] = await onNode('coordinator1', (session) =>
      session.query(
        v.object({ sleeps: v.boolean() }),
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'DO%' AND wait_event = 'PgSleep') AS sleeps",
      ),
    );
    return row?.sleeps === true;
  };
  const runLine = async (file: string, line: number): Promise<void> => {
    await window().openFile(file);
    await window().goToLine(line);
    await window().page.keyboard.press('Control+Enter');
  };
  const inPanel = (name: string): Locator =>
    window().webview.getByRole('group', { name: 'Transaction' }).getByRole('button', { name });
  const history = (text: string | RegExp): Locator =>
    window()
      .page.getByRole('tree', { name: 'History' })
      .getByRole('treeitem')
      .filter({ hasText: text })
      .first();
  const closeEditor = (): Promise<void> => window().runCommand('View: Close Editor');

  it('shows an open transaction, and what can be done with it', async () => {
    await runLine('open.sql', 1);
    await window()
      .statusBarItem(/in a transaction/)
      .waitFor();
    await runLine('open.sql', 2);
    await window().webview.getByText('INSERT 0 1').first().waitFor();
    await window().statusBarItem('Commit').waitFor();
    await inPanel('Commit').waitFor();
    await window().screenshot('transaction open');
  });

  it('shows one that has failed, which can only be rolled back', async () => {
    await runLine('open.sql', 3);
    await window()
      .statusBarItem(/in a failed transaction/)
      .waitFor();
    await inPanel('Commit').waitFor({ state: 'hidden' });
    await window().screenshot('transaction failed');
    await window().statusBarItem('Roll Back').click();
    await window()
      .statusBarItem(/in a failed transaction/)
      .waitFor({ state: 'detached' });
    await inPanel('Roll back').waitFor({ state: 'hidden' });
    assert.equal(await kept(), 0);
  });

  it('commits by hand where that is wanted', async () => {
    await window().openFile('manual.sql');
    await window().runCommand('Citus: Switch between Automatic and Manual Commit');
    await window().statusBarItem('Manual Commit').waitFor();
    await runLine('manual.sql', 1);
    await window()
      .statusBarItem(/in a transaction/)
      .waitFor();
    assert.equal(await kept(), 0);
    await window().useTheme('light');
    await window().screenshot('manual commit light');
    await window().useTheme('dark');
    await inPanel('Commit').click();
    await window()
      .statusBarItem(/in a transaction/)
      .waitFor({ state: 'detached' });
    assert.equal(await kept(), 1);
  });

  it('asks before a file with an open transaction is closed', async () => {
    await runLine('manual.sql', 1);
    await window()
      .statusBarItem(/in a transaction/)
      .waitFor();
    await closeEditor();
    await window().dialog.getByText('manual.sql has an open transaction on coordinator1.').waitFor();
    await window().screenshot('closing question');
    await window().dialog.getByRole('button', { name: 'Keep the File Open' }).click();
    await window().page.locator('.tab.active').filter({ hasText: 'manual.sql' }).waitFor();
    await window()
      .statusBarItem(/in a transaction/)
      .waitFor();
    await closeEditor();
    await window().dialog.getByRole('button', { name: 'Commit' }).click();
    await window().statusBarItem('The transaction of manual.sql was committed').waitFor();
    assert.equal(await kept(), 2);
  });

  it('keeps the transaction of an untitled file that is to stay open', async () => {
    await window().openView();
    await window().runCommand('Citus: New SQL File Here');
    await window().pick('coordinator1');
    // Its tab is there before its editor is.
    await window().page.locator('.monaco-editor.focused[data-uri^="untitled:"]').waitFor();
    await window().type('BEGIN; INSERT INTO kept VALUES (3);');
    await window().page.keyboard.press('Control+Shift+Enter');
    await window()
      .statusBarItem(/in a transaction/)
      .waitFor();
    await closeEditor();
    await window().dialog.getByRole('button', { name: "Don't Save" }).click();
    await window()
      .dialog.getByText(/has an open transaction on coordinator1/)
      .waitFor();
    await window().dialog.getByRole('button', { name: 'Keep the File Open' }).click();
    await window().page.locator('.tab.active').filter({ hasText: 'Untitled' }).waitFor();
    await window().editor.getByText('INSERT INTO kept VALUES (3)').waitFor();
    await window()
      .statusBarItem(/in a transaction/)
      .waitFor();
    await window().screenshot('untitled transaction');
    const before = await kept();
    await window().statusBarItem('Commit').first().click();
    await window()
      .statusBarItem(/in a transaction/)
      .waitFor({ state: 'detached' });
    assert.equal(await kept(), before + 1);
    await closeEditor();
    await window().dialog.getByRole('button', { name: "Don't Save" }).click();
  });

  it('offers to end the connection of a statement that doesn’t hear its cancel', async () => {
    await window().openFile('stubborn.sql');
    await window().page.keyboard.press('Control+Shift+Enter');
    await window().webview.getByText('Running 2 of 2').waitFor();
    await eventually(isDeaf, 'the block that hears no cancel has begun');
    await window().webview.getByRole('button', { name: 'Cancel' }).click();
    await window().webview.getByText('not now').first().waitFor();
    await window().webview.getByRole('button', { name: 'Terminate…' }).waitFor();
    await window().screenshot('cancel in vain');
    await window().webview.getByRole('button', { name: 'Terminate…' }).click();
    await window().screenshot('terminate question');
    await window().dialog.getByRole('button', { name: 'Terminate the Connection' }).click();
    await window().webview.getByText('The transaction that was open has been rolled back.').first().waitFor();
    await window().screenshot('terminated');
  });

  it('keeps a history without secrets, to be searched and run again', async () => {
    await window().openFile('role.sql');
    await window().page.keyboard.press('Control+Shift+Enter');
    await window().webview.getByText('CREATE ROLE').first().waitFor();
    await window().openView();
    await window().page.getByRole('button', { name: 'History Section' }).click();
    await window().screenshot('history beside the clusters');
    await window().page.getByRole('button', { name: 'Clusters Section' }).click();
    await history("CREATE ROLE reader PASSWORD '•••'").waitFor();
    await history('INSERT INTO kept VALUES (2)').waitFor();
    await history(/SELECT nosuch.*failed 42703/).waitFor();
    await history('INSERT INTO kept VALUES (2)').hover();
    await window().screenshot('history');
    await window().useTheme('light');
    await window().screenshot('history light');
    await window().useTheme('dark');
    const before = await kept();
    await window().runCommand('Citus: Search History…');
    await window().quickInput('Part of a statement').locator('input.input').fill('into kept values (2)');
    await window().screenshot('history search');
    await window().pick('INSERT INTO kept VALUES (2)');
    await window().screenshot('history actions');
    await window().pick('Run Again');
    await window()
      .page.locator('.tab.active')
      .filter({ hasText: 'INSERT INTO kept' })
      .or(window().page.locator('.tab.active').filter({ hasText: 'Untitled' }))
      .waitFor();
    await window().webview.getByText('INSERT 0 1').first().waitFor();
    assert.equal(await kept(), before + 1);
    await window().runCommand('Citus: Clear History…');
    await window().dialog.getByRole('button', { name: 'Clear History' }).click();
    await history('INSERT INTO kept').waitFor({ state: 'detached' });
    await window().page.getByText('Statements that run from SQL files appear here').waitFor();
    await window().screenshot('history empty');
  });

  it('tells after a reload which transaction was rolled back', async () => {
    await runLine('open.sql', 1);
    await window()
      .statusBarItem(/in a transaction/)
      .waitFor();
    // In a browser VS Code writes down what is to be kept a moment later.
    await runLine('open.sql', 2);
    await window().webview.getByText('INSERT 0 1').first().waitFor();
    await window().reload(() => window().page.reload());
    await window()
      .notification(
        'The transaction of open.sql on demo › coordinator1 was still open when this window closed',
      )
      .waitFor({ timeout: START_MS });
    await window().screenshot('transaction lost by reload');
  });
});
