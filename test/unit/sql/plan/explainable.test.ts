import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { explainable } from '../../../../src/sql/plan/explainable.ts';

const writes = (sql: string): boolean | undefined => explainable(sql)?.writes;

describe('explainable', () => {
  it('takes what EXPLAIN takes', () => {
    for (const sql of [
      'SELECT 1',
      '(SELECT 1) UNION SELECT 2',
      'VALUES (1)',
      'TABLE t',
      '-- why\nWITH a AS (SELECT 1) TABLE a',
      'CREATE TEMP TABLE t AS SELECT 1',
      'CREATE MATERIALIZED VIEW v AS SELECT 1',
      'EXECUTE it(1)',
    ])
      assert.equal(explainable(sql)?.sql, sql);
  });

  it('takes nothing else', () => {
    for (const sql of ['', 'CREATE TABLE t (a int)', 'VACUUM', 'BEGIN', 'SET a = 1', 'EXPLAIN', 'CALL p()'])
      assert.equal(explainable(sql), undefined, sql);
  });

  it('finds the statement behind EXPLAIN, and whether that measures', () => {
    for (const [prefix, analyze] of [
      ['EXPLAIN ', false],
      ['explain analyze ', true],
      ['EXPLAIN ANALYZE VERBOSE ', true],
      ['EXPLAIN (FORMAT JSON, ANALYZE) ', true],
      ['EXPLAIN (ANALYZE off, COSTS) ', false],
      ['EXPLAIN (ANALYZE true) /* (a) */ ', true],
    ] as const) {
      const found = explainable(`${prefix}SELECT analyze FROM t`);
      assert.deepEqual(found && [found.sql, found.analyze], ['SELECT analyze FROM t', analyze], prefix);
      assert.equal(found?.offset, prefix.length);
    }
    assert.equal(explainable('EXPLAIN (SELECT 1)')?.sql, '(SELECT 1)');
  });

  it('knows what changes something', () => {
    for (const sql of [
      'INSERT INTO t VALUES (1)',
      'WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone',
      'CREATE TABLE t AS SELECT 1',
      'EXPLAIN UPDATE t SET a = 1',
      'EXECUTE it',
    ])
      assert.equal(writes(sql), true, sql);
    for (const sql of [
      'SELECT * FROM t FOR UPDATE',
      `SELECT 'DELETE FROM t'`,
      'WITH a AS (SELECT 1) SELECT * FROM a FOR UPDATE',
      'EXPLAIN ANALYZE SELECT 1',
    ])
      assert.equal(writes(sql), false, sql);
  });
});
