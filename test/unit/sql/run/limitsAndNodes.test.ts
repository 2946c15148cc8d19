import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { findNodesRefusal } from '../../../../src/sql/run/nodes/refusal.ts';
import type { Session } from '../../../../src/postgres/session.ts';
import { isLimitable } from '../../../../src/sql/run/resultLimit.ts';
import { split } from '../../../../src/sql/splitter/splitter.ts';

/** Only functions that aren't PostgreSQL's own are asked about. */
const unasked = {} as Session;

describe('isLimitable', () => {
  it('takes queries, and nothing that writes', async () => {
    for (const sql of [
      'SELECT 1',
      '(select 1) union select 2',
      'TABLE t',
      'VALUES (1)',
      'WITH a AS (SELECT 1) SELECT * FROM a',
    ])
      assert.ok(await isLimitable(unasked, sql), sql);
    for (const sql of [
      'INSERT INTO t VALUES (1) RETURNING *',
      'WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d',
      'EXPLAIN ANALYZE DELETE FROM t',
      'FETCH ALL FROM c',
      'CALL p()',
    ])
      assert.ok(!(await isLimitable(unasked, sql)), sql);
  });
});

describe('statements on several nodes', () => {
  const refusalOf = (text: string, mayWrite = false): ReturnType<typeof findNodesRefusal> =>
    findNodesRefusal(split(text), mayWrite);

  it('are refused where only psql or one transaction could run them', async () => {
    const refused = [
      'SELECT 1;\n\\dt',
      'BEGIN',
      'start  transaction read only',
      'START /* so */ TRANSACTION',
      'COMMIT',
      'END WORK',
      'COMMIT AND CHAIN',
      'SAVEPOINT a',
      'PREPARE TRANSACTION $$a$$',
      'COPY t FROM STDIN;\n1\n\\.\n',
    ];
    for (const text of refused) {
      assert.match((await refusalOf(text, true))?.hint ?? '', /^Nothing was run/, text);
    }
    const taken = `SET work_mem = '1MB'; SELECT 1; PREPARE a AS SELECT 1; VACUUM; SELECT begin FROM "commit";
      SET default_transaction_isolation = serializable; SET default_transaction_read_only = on; SOME NEWER SYNTAX`;
    assert.equal(await refusalOf(taken), undefined);
    assert.equal((await refusalOf('SELECT 1;\n BEGIN'))?.offset, 11);
  });

  it('are refused where they would let others write, unless writes are allowed', async () => {
    for (const text of [
      'SET LOCAL transaction_read_only = off',
      'set default_transaction_read_only to off',
      'SET "Default_Transaction_Read_Only" = false',
      'SET SESSION CHARACTERISTICS AS TRANSACTION READ /* so */ WRITE',
    ]) {
      assert.match((await refusalOf(text))?.message ?? '', /let what follows write/, text);
      assert.equal(await refusalOf(text, true), undefined, text);
    }
  });
});
