import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { explainable } from '../../../../src/sql/plan/explainable.ts';

const mayWrite = async (sql: string): Promise<boolean | undefined> =>
  (await explainable(sql))?.statement.mayWrite;

describe('explainable', () => {
  it('takes what EXPLAIN shows a plan of', async () => {
    for (const sql of [
      'SELECT 1',
      '(SELECT 1) UNION SELECT 2',
      'VALUES (1)',
      '(VALUES (1))',
      'TABLE t',
      '-- why\nWITH a AS (SELECT 1) TABLE a',
      'SELECT 1 INTO n',
      'CREATE /* so */ TEMP TABLE t AS SELECT 1',
      'CREATE UNLOGGED TABLE IF NOT EXISTS t (a) AS EXECUTE it',
      'CREATE MATERIALIZED VIEW v AS SELECT 1',
      'DECLARE c SCROLL CURSOR FOR SELECT 1',
      'EXECUTE it(1)',
    ])
      assert.equal((await explainable(sql))?.sql, sql);
  });

  it('takes nothing else', async () => {
    for (const sql of [
      '-- nothing',
      'CREATE TABLE t (a int)',
      'CREATE TABLE t (a int GENERATED ALWAYS AS (1) STORED)',
      'CREATE VIEW v AS SELECT 1',
      'REFRESH MATERIALIZED VIEW v',
      'EXPLAIN REFRESH MATERIALIZED VIEW v',
      'COPY (SELECT 1) TO STDOUT',
      'PREPARE p AS SELECT 1',
      'VACUUM',
      'BEGIN',
      'SET a = 1',
      'CALL p()',
    ])
      assert.equal(await explainable(sql), undefined, sql);
  });

  it('leaves what the parser doesn’t know to the server, and takes it for what could do most harm', async () => {
    const found = await explainable('SELECT * FROM t SOME NEWER CLAUSE');
    assert.deepEqual([found?.offset, found?.statement.kind, found?.statement.mayWrite], [0, 'unknown', true]);
  });

  it('finds the statement behind EXPLAIN, and whether that measures', async () => {
    for (const [prefix, analyze] of [
      ['EXPLAIN ', false],
      ['explain analyze ', true],
      ['EXPLAIN VERBOSE ', false],
      ['EXPLAIN ANALYZE VERBOSE ', true],
      ['EXPLAIN /* (a) */ ANALYSE -- verbose\n ', true],
      ['EXPLAIN (FORMAT JSON, ANALYZE) ', true],
      ['EXPLAIN (ANALYZE off, COSTS) ', false],
      ['EXPLAIN (ANALYZE 0) ', false],
      ['EXPLAIN (ANALYZE, ANALYZE false) ', false],
      ['EXPLAIN (ANALYZE true) /* (a) */ ', true],
      ['EXPLAIN (SERIALIZE text, MEMORY, ANALYZE 1) ', true],
    ] as const) {
      for (const sql of [
        'SELECT verbose(1) FROM t',
        '(SELECT 1) UNION (SELECT 2)',
        'WITH a AS (SELECT 1) TABLE a',
      ]) {
        const found = await explainable(prefix + sql);
        assert.deepEqual(found && [found.sql, found.analyze], [sql, analyze], prefix + sql);
        assert.equal(found?.offset, prefix.length);
      }
    }
    assert.equal((await explainable('EXPLAIN (SELECT 1)'))?.sql, '(SELECT 1)');
  });

  it('knows what may change something', async () => {
    for (const sql of [
      'INSERT INTO t VALUES (1)',
      'WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone',
      'WITH a AS (WITH b AS (UPDATE t SET a = 1 RETURNING *) TABLE b) SELECT 1',
      'SELECT f()',
      'SELECT 1 WHERE EXISTS (SELECT FROM s.f(1))',
      `SELECT nextval('s') FOR UPDATE`,
      'SELECT * INTO n FROM t',
      'CREATE TABLE t AS SELECT 1',
      'EXPLAIN UPDATE t SET a = 1',
      'DECLARE c CURSOR FOR SELECT f()',
      'EXECUTE it',
    ])
      assert.equal(await mayWrite(sql), true, sql);
    for (const sql of [
      'SELECT * FROM t FOR UPDATE',
      `SELECT 'DELETE FROM t', "insert" FROM "update"`,
      'WITH a AS (SELECT 1) SELECT * FROM a FOR UPDATE',
      'WITH RECURSIVE execute AS (SELECT 1) TABLE execute',
      'DECLARE c CURSOR FOR SELECT 1',
      'EXPLAIN ANALYZE SELECT 1',
    ])
      assert.equal(await mayWrite(sql), false, sql);
  });
});
