import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import type { Locator } from 'playwright-core';
import { waitUntil } from '../../src/postgres/waitUntil.ts';
import { postmasterOf } from '../support/clusters.ts';
import { useClusterWindow } from './clusterWindow.ts';
import { eventually } from './harness.ts';

const FILES = {
  'query.sql': 'SELECT \nFROM orders o\n  JOIN items i ON ;\n\nSELECT ;\n',
  'untidy.sql': "select tenant_id,count(*) from orders where status='open' group by 1;\n\\d   orders\n",
};

/** Writing SQL in a file that is attached to a standby coordinator. */
describe('writing SQL', function () {
  this.timeout(120_000);
  const { window, cluster } = useClusterWindow({
    files: FILES,
    prepare: async (session) => {
      await session.run(
        'CREATE TABLE orders (tenant_id bigint, order_id bigint, status text, total numeric(12,2), PRIMARY KEY (tenant_id, order_id))',
      );
      await session.run(
        'CREATE TABLE items (tenant_id bigint, order_id bigint, sku text, FOREIGN KEY (tenant_id, order_id) REFERENCES orders)',
      );
      await session.run(`COMMENT ON TABLE orders IS 'What people have bought'`);
      await session.run(`SELECT create_distributed_table('orders', 'tenant_id')`);
      await session.run(`SELECT create_distributed_table('items', 'tenant_id', colocate_with => 'orders')`);
    },
  });
  before(async () => {
    await window().openFile('query.sql');
    await window().attach('coordinator2');
  });

  const suggestion = (text: string | RegExp): Locator =>
    window().page.locator('.suggest-widget.visible .monaco-list-row').filter({ hasText: text }).first();
  const text = async (): Promise<string> => {
    const lines = await window().editor.locator('.view-line').allInnerTexts();
    return lines.join('\n').replaceAll('\u00a0', ' ');
  };
  /** Puts the cursor to the end of a line. */
  const goToEndOf = async (line: number): Promise<void> => {
    await window().goToLine(line);
    await window().page.keyboard.press('End');
  };

  it('suggests again when a slow server has told what it has', async () => {
    const postmaster = await postmasterOf(cluster(), 'coordinator2');
    process.kill(postmaster, 'SIGSTOP');
    try {
      await goToEndOf(1);
      await window().page.keyboard.type('o.', { delay: 50 });
      await suggestion('all columns').waitFor();
      assert.equal(await suggestion('total').count(), 0);
    } finally {
      process.kill(postmaster, 'SIGCONT');
    }
    await suggestion('total').waitFor();
    await window().page.keyboard.press('Escape');
    await window().page.keyboard.press('Backspace');
    await window().page.keyboard.press('Backspace');
  });

  it('suggests the columns of an alias, the distribution column first', async () => {
    await goToEndOf(1);
    await window().page.keyboard.type('o.', { delay: 50 });
    await suggestion('total').waitFor();
    await window().screenshot('completion dark');
    assert.match(await suggestion(/./).innerText(), /tenant_id/);
    await window().page.keyboard.type('sta', { delay: 50 });
    await suggestion('status').waitFor();
    await window().page.keyboard.press('Enter');
    await window().editor.getByText('o.status').first().waitFor();
  });

  it('suggests a join that runs shard by shard', async () => {
    await window().goToLine(3);
    for (let step = 0; step < '  JOIN items i ON '.length; step++)
      await window().page.keyboard.press('ArrowRight');
    await window().page.keyboard.press('Control+Space');
    await suggestion('i.tenant_id = o.tenant_id AND i.order_id = o.order_id').waitFor();
    await window().screenshot('join dark');
    await window().page.keyboard.press('Enter');
    await window().editor.getByText('i.order_id = o.order_id').first().waitFor();
  });

  it('completes a function of Citus and shows what it takes', async () => {
    await window().goToLine(5);
    for (let step = 0; step < 'SELECT '.length; step++) await window().page.keyboard.press('ArrowRight');
    await window().page.keyboard.type('create_dist', { delay: 50 });
    await suggestion('create_distributed_table').waitFor();
    const details = window().page.locator('.suggest-details').getByText('Makes a plain table').first();
    // While the list is being made anew the key only asks for the list.
    await eventually(async () => {
      if (!(await details.isVisible())) await window().page.keyboard.press('Control+Space');
      await details.waitFor({ timeout: 2_000 }).catch(() => undefined);
      return details.isVisible();
    }, 'the details were shown');
    await window().screenshot('function dark');
    await window().page.keyboard.press('Enter');
    const hints = window().page.locator('.parameter-hints-widget.visible');
    await hints.getByText('table_name regclass').first().waitFor();
    await window().screenshot('signature dark');
    await window().page.keyboard.press('Escape');
  });

  it('tells of a table how it is spread, in dark and light', async () => {
    const hover = window().page.locator('.monaco-hover:visible');
    for (const theme of ['dark', 'light'] as const) {
      await window().useTheme(theme);
      await window().editor.locator('.view-line').getByText('orders').first().hover();
      await hover
        .getByText(/distributed by tenant_id, 32 shards, colocation group/)
        .first()
        .waitFor();
      await hover.getByText('What people have bought').first().waitFor();
      await window().screenshot(`hover ${theme}`);
      await window().page.keyboard.press('Escape');
      await window().statusBarItem('demo').first().hover();
    }
    await window().useTheme('light');
    await goToEndOf(1);
    await window().page.keyboard.type(', i.', { delay: 50 });
    await suggestion('sku').waitFor();
    await window().screenshot('completion light');
    await window().page.keyboard.press('Escape');
    await window().useTheme('dark');
  });

  it('formats the statements of a file and nothing else', async () => {
    await window().openFile('untidy.sql');
    await window().runCommand('Format Document');
    const formatted = /select\n {2,4}tenant_id,\n {2,4}count\(\*\)\nfrom\n {2,4}orders/;
    await waitUntil(async () => formatted.test(await text()), { deadlineMs: 15_000 });
    assert.match(await text(), formatted);
    assert.match(await text(), /\\d {3}orders/);
    await window().screenshot('formatted');
  });
});
