import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ServerError } from '../../../../src/postgres/errors.ts';
import { TimeLimit } from '../../../../src/sql/run/timeLimit.ts';
import { explainTransaction, wantsTransaction } from '../../../../src/sql/run/transactions.ts';

const idle = { transactionStatus: 'idle' } as const;
const refusal = (code: string, routine?: string): ServerError =>
  new ServerError({ message: 'no', severity: 'ERROR', code, routine });
const ids = (explained: ReturnType<typeof explainTransaction>): string[] =>
  explained.remedies.map(({ id }) => id);

describe('manual commit', () => {
  it('begins a transaction before what isn’t about transactions, while none is open', async () => {
    for (const sql of [
      'SELECT 1',
      'INSERT INTO t VALUES (1)',
      'VACUUM',
      'SET x = 1',
      'begins()',
      'CALL p()',
      'PREPARE p AS SELECT 1',
      'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE',
      'SELECT 1 AS commit',
      'ABORT MISSION',
      '\\copy t from stdin',
    ]) {
      assert.equal(await wantsTransaction('manual', idle, sql), true, sql);
      assert.equal(await wantsTransaction('auto', idle, sql), false);
      assert.equal(await wantsTransaction('manual', { transactionStatus: 'transaction' }, sql), false);
      assert.equal(await wantsTransaction('manual', { transactionStatus: 'failed' }, sql), false);
    }
    for (const sql of [
      'BEGIN',
      'begin isolation level serializable',
      'START  TRANSACTION',
      '/* so */ BEGIN',
      'START /* a */ -- b\n TRANSACTION READ ONLY, DEFERRABLE',
      'END WORK',
      'COMMIT AND CHAIN',
      'ROLLBACK TRANSACTION AND NO CHAIN',
      "ROLLBACK PREPARED 'x'",
      'COMMIT',
      "COMMIT PREPARED 'x'",
      'end',
      'ROLLBACK TO s',
      'ABORT',
      'SAVEPOINT s',
      'RELEASE s',
      "PREPARE TRANSACTION 'x'",
    ]) {
      assert.equal(await wantsTransaction('manual', idle, sql), false, sql);
    }
  });

  it('offers to run without one what the server refuses in one', () => {
    const vacuum = refusal('25001', 'PreventInTransactionBlock');
    assert.deepEqual(ids(explainTransaction('manual', vacuum, idle, 'c1')), ['outside']);
    assert.deepEqual(ids(explainTransaction('manual', refusal('2D000'), idle, 'c1')), ['outside']);
    assert.deepEqual(ids(explainTransaction('auto', vacuum, idle, 'c1')), []);
    const late = refusal('25001', 'assign_XactIsoLevel');
    assert.deepEqual(ids(explainTransaction('manual', late, idle, 'c1')), []);
    const open = explainTransaction('manual', vacuum, { transactionStatus: 'failed' }, 'c1');
    assert.deepEqual(ids(open), ['rollback']);
    assert.match(open.explanation!, /Roll back, then run it by itself/);
    const other = explainTransaction('auto', refusal('42703'), { transactionStatus: 'failed' }, 'c1');
    assert.deepEqual(other.explanation, undefined);
  });

  it('without a time limit a cancelled statement isn’t said to have met it', () => {
    assert.equal(new TimeLimit().explain(refusal('57014'), 1000), undefined);
  });
});
