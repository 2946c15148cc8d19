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
  it('are refused where only psql or one transaction could run them', () => {
    const refused = [
      'SELECT 1;\n\\dt',
      'BEGIN',
      'start  transaction read only',
      'COMMIT',
      'SET LOCAL transaction_read_only = off',
      'set default_transaction_read_only to off',
      'SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE',
      'SAVEPOINT a',
      'PREPARE TRANSACTION $$a$$',
      'COPY t FROM STDIN;\n1\n\\.\n',
    ];
    for (const text of refused) {
      const refusal = findNodesRefusal(split(text));
      assert.match(refusal?.hint ?? '', /^Nothing was run/, text);
    }
    assert.equal(
      findNodesRefusal(split("SET work_mem = '1MB'; SELECT 1; PREPARE a AS SELECT 1; VACUUM")),
      undefined,
    );
    assert.equal(findNodesRefusal(split('SELECT 1;\n BEGIN'))?.offset, 11);
  });
});
