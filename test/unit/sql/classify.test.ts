import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { classify, type StatementClass, type StatementKind } from '../../../src/sql/classify/classify.ts';

/** What is told of a class: kind, then what stands out about it. */
const words = (found: StatementClass): string => {
  const name = ({ schema, name }: { schema?: string; name: string }): string =>
    schema === undefined ? name : `${schema}.${name}`;
  return [
    found.mayWrite && 'may write',
    found.hasPlan && 'plan',
    found.boundToConnection && 'bound',
    found.mayBeHalfDone && 'half',
    found.asksToWrite && 'asks',
    found.ends,
    found.parameters > 0 && `$${found.parameters}`,
    found.rows !== undefined && `${found.rows} rows`,
    found.written.length > 0 && `> ${found.written.map(name).join(' ')}`,
    found.read.length > 0 && `< ${found.read.map(name).join(' ')}`,
  ]
    .filter((word) => typeof word === 'string')
    .join(', ');
};

const CASES: readonly (readonly [sql: string, kind: StatementKind, what: string])[] = [
  ['SELECT 1', 'read', 'plan'],
  ['/* a */ -- b\n SELECT count(*), now(), lower(a) FROM s.t', 'read', 'plan, < s.t'],
  ['(SELECT a FROM t) UNION (SELECT a FROM u)', 'read', 'plan, < t u'],
  ['TABLE t', 'read', 'plan, < t'],
  ['VALUES (1), (2)', 'read', 'plan'],
  ['WITH x AS (SELECT * FROM t) SELECT * FROM x JOIN u USING (id)', 'read', 'plan, < u t'],
  ['SELECT * FROM "T" WHERE id = $2', 'read', 'plan, $2, < T'],
  ['SELECT EXTRACT(year FROM now()), trim(a), current_date FROM t', 'read', 'plan, < t'],
  ['SELECT my_function(1)', 'call', 'may write, plan'],
  ['SELECT public.count(1)', 'call', 'may write, plan'],
  [`SELECT nextval('s')`, 'call', 'may write, plan'],
  [`SELECT set_config('transaction_read_only', 'off', false)`, 'call', 'may write, plan'],
  [`SELECT run_command_on_shards('t', 'DELETE FROM %s')`, 'call', 'may write, plan, half'],
  [`SELECT * FROM dblink('x', 'DELETE FROM t') AS t(a int)`, 'call', 'may write, plan, half'],
  [`SELECT create_distributed_table('t', 'id')`, 'call', 'may write, plan'],
  ['SELECT * FROM t FOR UPDATE', 'lock', 'plan, < t'],
  ['SELECT * FROM (SELECT * FROM t FOR SHARE) x', 'lock', 'plan, < t'],
  ['INSERT INTO t VALUES (1), (2)', 'write', 'may write, plan, 2 rows, > t'],
  ['INSERT INTO t DEFAULT VALUES', 'write', 'may write, plan, > t'],
  ['INSERT INTO s.t SELECT * FROM u', 'write', 'may write, plan, > s.t, < u'],
  ['INSERT INTO t VALUES ($1) ON CONFLICT DO NOTHING', 'write', 'may write, plan, $1, 1 rows, > t'],
  ['UPDATE t SET a = u.a FROM u', 'write', 'may write, plan, > t, < u'],
  ['-- why\nDELETE FROM t USING u', 'write', 'may write, plan, > t, < u'],
  ['MERGE INTO t USING u ON t.id = u.id WHEN MATCHED THEN DELETE', 'write', 'may write, plan, > t, < u'],
  ['WITH x AS (DELETE FROM t RETURNING id) SELECT * FROM x', 'write', 'may write, plan, > t'],
  ['WITH x AS (INSERT INTO t VALUES (1) RETURNING *) UPDATE u SET a = 1', 'write', 'may write, plan, > u t'],
  ['WITH t AS (SELECT 1) INSERT INTO t SELECT * FROM t', 'write', 'may write, plan, > t'],
  ['INSERT INTO pg_temp.t VALUES (1)', 'write', 'may write, plan, bound, 1 rows, > pg_temp.t'],
  ['TRUNCATE t, s.u', 'write', 'may write, > t s.u'],
  ['COPY t FROM STDIN', 'write', 'may write, > t'],
  [`COPY s.t (a) FROM '/tmp/x'`, 'write', 'may write, > s.t'],
  ['COPY t TO STDOUT', 'read', '< t'],
  [`COPY t TO '/tmp/x'`, 'read', 'may write, < t'],
  ['COPY (SELECT * FROM t) TO STDOUT', 'read', '< t'],
  ['COPY (DELETE FROM t RETURNING *) TO STDOUT', 'write', 'may write, > t'],
  ['SELECT * INTO n FROM t', 'ddl', 'may write, < n t'],
  ['SELECT 1 INTO TEMP n', 'ddl', 'may write, bound, < n'],
  ['CREATE TABLE n AS SELECT * FROM t', 'ddl', 'may write, < t n'],
  ['CREATE TABLE n (a int)', 'ddl', 'may write, < n'],
  ['CREATE TEMPORARY TABLE n (a int)', 'ddl', 'may write, bound, < n'],
  ['CREATE LOCAL TEMP TABLE n AS SELECT 1', 'ddl', 'may write, bound, < n'],
  ['ALTER TABLE t ADD a int', 'ddl', 'may write, < t'],
  ['DROP TABLE t', 'ddl', 'may write'],
  ['CREATE INDEX CONCURRENTLY ON t (a)', 'ddl', 'may write, < t'],
  ['GRANT SELECT ON t TO u', 'ddl', 'may write, < t'],
  ['CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1', 'ddl', 'may write'],
  ['REFRESH MATERIALIZED VIEW v', 'ddl', 'may write, < v'],
  ['BEGIN', 'transaction', 'bound'],
  ['START TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY', 'transaction', 'bound'],
  ['BEGIN READ WRITE', 'transaction', 'bound, asks'],
  ['/* so be it */ COMMIT', 'transaction', 'bound, commit'],
  ['END WORK', 'transaction', 'bound, commit'],
  [`PREPARE TRANSACTION 'x'`, 'transaction', 'bound, commit'],
  ['ROLLBACK AND CHAIN', 'transaction', 'bound, rollback'],
  ['ABORT', 'transaction', 'bound, rollback'],
  ['ROLLBACK TO SAVEPOINT a', 'transaction', 'bound, rollback'],
  ['SAVEPOINT a', 'transaction', 'bound'],
  [`COMMIT PREPARED 'x'`, 'transaction', 'may write, bound'],
  ['SET search_path = s', 'utility', 'bound'],
  ['SET default_transaction_read_only = on', 'utility', 'bound'],
  ['SET default_transaction_read_only = off', 'utility', 'bound, asks'],
  ['SET TRANSACTION READ WRITE', 'utility', 'bound, asks'],
  ['SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY', 'utility', 'bound'],
  ['RESET ALL', 'utility', 'bound'],
  ['SHOW search_path', 'utility', ''],
  ['LISTEN c', 'utility', 'bound'],
  ['NOTIFY c', 'utility', 'may write'],
  ['PREPARE p AS DELETE FROM t', 'utility', 'bound'],
  ['EXECUTE p(1)', 'utility', 'may write, bound'],
  ['DEALLOCATE p', 'utility', 'bound'],
  ['DECLARE c CURSOR FOR SELECT * FROM t', 'read', 'bound, < t'],
  ['FETCH 10 FROM c', 'read', 'bound'],
  ['LOCK TABLE t', 'lock', 'bound, < t'],
  ['CALL p(1)', 'utility', 'may write, half'],
  ['DO $$ BEGIN END $$', 'utility', 'may write, half'],
  ['VACUUM t', 'utility', 'may write, < t'],
  ['ANALYZE', 'utility', 'may write'],
  ['EXPLAIN DELETE FROM t', 'read', '< t'],
  ['EXPLAIN (COSTS OFF) SELECT * FROM t', 'read', '< t'],
  ['EXPLAIN ANALYZE SELECT * FROM t', 'read', '< t'],
  ['EXPLAIN ANALYZE DELETE FROM t', 'write', 'may write, > t'],
  ['EXPLAIN (ANALYZE, BUFFERS) UPDATE t SET a = 1', 'write', 'may write, > t'],
  ['EXPLAIN (ANALYZE off) DELETE FROM t', 'read', '< t'],
  ['SELEKT 1', 'unknown', 'may write, half'],
  ['SELECT 1; DELETE FROM t', 'unknown', 'may write, half'],
  ['SELECT :variable', 'unknown', 'may write, half'],
  ['-- nothing', 'utility', ''],
];

describe('statement classes', () => {
  for (const [sql, kind, what] of CASES) {
    it(sql.replaceAll('\n', ' '), async () => {
      const found = await classify(sql);
      assert.equal(`${found.kind}: ${words(found)}`, `${kind}: ${what}`);
    });
  }
});
