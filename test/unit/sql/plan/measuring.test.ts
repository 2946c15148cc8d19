import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { classify } from '../../../../src/sql/classify/classify.ts';
import { measuringWords } from '../../../../src/sql/plan/measuring.ts';

describe('measuringWords', () => {
  it('tells what becomes of changes by how the file commits', async () => {
    const write = await classify('DELETE FROM t');
    assert.match(
      measuringWords(write, 'auto', 'idle'),
      /stay as they are now\. Kept, its changes are committed/,
    );
    assert.match(measuringWords(write, 'manual', 'idle'), /stay as they are now\. .*wait for your COMMIT/);
    for (const mode of ['auto', 'manual'] as const)
      assert.match(measuringWords(write, mode, 'transaction'), /as it is now\. .*part of that transaction/);
  });

  it('promises no rollback of what is done outside of the transaction', async () => {
    const words = async (sql: string): Promise<string> => measuringWords(await classify(sql), 'auto', 'idle');
    assert.match(await words('SELECT f()'), /can’t be rolled back: numbers drawn from sequences/);
    assert.match(
      await words(`SELECT dblink_exec('x', 'DELETE FROM t')`),
      /dblink_exec works on other servers outside of the transaction: what is done there can’t be rolled back/,
    );
    assert.match(
      await words(`SELECT run_command_on_workers('VACUUM'), f(), public.dblink('x', 'y')`),
      /run_command_on_workers, dblink work on other servers/,
    );
    assert.match(await words('SELEKT 1'), /Its syntax isn’t known here/);
  });
});
