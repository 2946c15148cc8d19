import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import * as v from 'valibot';
import { connect, type Session } from '../../src/postgres/session.ts';
import { waitUntil } from '../../src/postgres/waitUntil.ts';
import { type ResultFile, ResultFiles } from '../../src/sql/results/resultFiles.ts';
import { FileSession, type Loss } from '../../src/sql/run/fileSession.ts';
import type { SqlRun } from '../../src/sql/run/run.ts';
import type { Target } from '../../src/sql/run/target.ts';
import { type PlainServer, startPlainServer } from '../support/plainServer.ts';
import { loneTarget, newRun, outcomes } from '../support/sql.ts';

const Count = v.object({ n: v.number() });
const Query = v.object({ query: v.string() });

describe('running SQL', function () {
  this.timeout(30_000);
  let server: PlainServer;
  let target: Target;
  let observer: Session;
  let file: FileSession;
  let losses: Loss[];

  before(async function () {
    this.timeout(60_000);
    server = await startPlainServer(this, 25710);
    target = loneTarget(server.credentials);
    observer = await connect(server.credentials, { applicationName: 'observer' });
  });
  after(async () => {
    await observer.close();
    await server.destroy();
  });
  beforeEach(() => {
    losses = [];
    file = new FileSession(target, 'test.sql', (loss) => losses.push(loss));
  });
  afterEach(() => file.close());

  const run = async (text: string): Promise<SqlRun> => {
    const running = newRun(file, target, text);
    await running.run();
    return running;
  };
  const rowsOf = async (text: string): Promise<(string | null)[][]> => {
    const { statements } = await run(text);
    const last = statements.at(-1)!;
    assert.equal(last.view.failure, undefined);
    return last.rows(0, 1_000_000);
  };
  const activeQueries = async (): Promise<string[]> => {
    const sql = `SELECT query FROM pg_stat_activity WHERE application_name = 'citus-sql test.sql' AND state = 'active'`;
    return (await observer.query(Query, sql)).map(({ query }) => query);
  };
  const runs = (query: string): Promise<boolean> =>
    waitUntil(async () => (await activeQueries()).includes(query), { deadlineMs: 5000 });

  it('keeps transactions, settings and temporary tables between runs', async () => {
    await run(
      `BEGIN; SET LOCAL search_path = pg_catalog; CREATE TEMP TABLE kept(a int); INSERT INTO kept VALUES (7)`,
    );
    assert.equal(file.transactionStatus, 'transaction');
    assert.deepEqual(await rowsOf('SHOW search_path'), [['pg_catalog']]);
    assert.deepEqual(await rowsOf('SELECT a FROM pg_temp.kept'), [['7']]);
    await run('COMMIT; SET application_name_is_fine.kept = yes');
    assert.equal(file.transactionStatus, 'idle');
    assert.deepEqual(
      await rowsOf(`SELECT current_setting('application_name_is_fine.kept'), count(*) FROM kept`),
      [['yes', '1']],
    );
    const connections = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'citus-sql test.sql'`;
    assert.deepEqual(await observer.query(Count, connections), [{ n: 1 }], 'all on one connection');
  });

  it('tells the time zone that values were shown in, also when it changes later', async () => {
    const { view } = await run(
      `SET timezone = 'Asia/Tokyo'; SELECT now(); SET timezone = 'UTC'; SELECT now()`,
    );
    assert.deepEqual(
      view.statements.map(({ timeZone }) => timeZone),
      [undefined, 'Asia/Tokyo', undefined, 'UTC'],
    );
  });

  it('stops at the first statement that fails, and tells where it failed', async () => {
    const text = `SELECT 1;\n\n-- 😀 first\nSELECT '😀 é' AS "naïve 😀", nosuch\n  FROM (VALUES (1)) t;\nSELECT 2`;
    const failed = await run(text);
    assert.deepEqual(outcomes(failed.view), ['done SELECT 1', 'failed 42703', 'skipped']);
    assert.equal(failed.statements[1]!.errorOffset, text.indexOf('nosuch'));
    assert.equal(failed.view.statements[1]!.line, 4);
    assert.equal(failed.view.statements[1]!.failure!.message, 'column "nosuch" does not exist');
    assert.equal(failed.running, false);
  });

  it('shows detail and hint', async () => {
    const { view } = await run(
      `CREATE TEMP TABLE once(a int PRIMARY KEY); INSERT INTO once VALUES (1), (1); SELECT 1`,
    );
    assert.equal(view.statements[1]!.failure!.detail, 'Key (a)=(1) already exists.');
    const second = await run('SELECT lenght(1)');
    assert.match(second.view.statements[0]!.failure!.hint!, /No function matches/);
  });

  it('shows notices while the statement is still running', async () => {
    const seen: number[] = [];
    const running = newRun(
      file,
      target,
      `DO $$ BEGIN RAISE NOTICE 'one' USING DETAIL = 'first'; PERFORM pg_sleep(60); END $$`,
      ({ view }) => {
        if (view.state === 'running') seen.push(view.notices.length);
        if (view.state === 'running' && view.notices.length === 1) running.cancel();
      },
    );
    await running.run();
    assert.deepEqual(running.view.statements[0]!.notices, [
      { severity: 'NOTICE', message: 'one', detail: 'first' },
    ]);
    assert.ok(seen.includes(1), 'the notice came before the end');
    assert.equal(running.view.statements[0]!.state, 'cancelled');
  });

  it('cancels on the server within a second', async () => {
    const running = newRun(file, target, 'SELECT pg_sleep(60); SELECT 1');
    const finished = running.run();
    assert.ok(await runs('SELECT pg_sleep(60)'), 'the statement has begun');
    const began = performance.now();
    running.cancel();
    await finished;
    assert.deepEqual(await activeQueries(), []);
    assert.ok(performance.now() - began < 1000);
    assert.deepEqual(outcomes(running.view), ['cancelled', 'skipped']);
    assert.deepEqual(await rowsOf('SELECT 1'), [['1']], 'the connection is as good as before');
  });

  it('cancels a statement that has only just been sent', async () => {
    const cancel = (): void => {
      running.cancel();
    };
    const running = newRun(file, target, 'SELECT 1; SELECT pg_sleep(60)', ({ view }) => {
      if (view.id === 1 && view.state === 'running') queueMicrotask(cancel);
    });
    await running.run();
    assert.deepEqual(outcomes(running.view), ['done SELECT 1', 'cancelled']);
  });

  it('cancels a result that is being sent', async () => {
    const running = newRun(
      file,
      target,
      `SELECT repeat('x', 1000), generate_series(1, 10000000)`,
      ({ view }) => {
        if (view.rowCount > 0) running.cancel();
      },
    );
    await running.run();
    const { state, rowCount } = running.view.statements[0]!;
    assert.equal(state, 'cancelled');
    assert.ok(rowCount > 0 && rowCount < 1_000_000);
    assert.deepEqual(await rowsOf('SELECT 1'), [['1']]);
  });

  it('leaves values as the server printed them', async () => {
    const { view, statements } = await run(`SET timezone = 'Asia/Kolkata';
      SELECT 12345678901234567890.12345678901234567890 AS n, 1e400::numeric::text = '' AS a, 0.1::float8 AS a,
             timestamptz '2024-02-29 23:59:59.123456+00' AS a, '\\x00ff10'::bytea AS b, 9223372036854775807 AS big,
             NULL AS nothing, '' AS empty, 'null'::jsonb AS j, E'two\\nlines\\t😀' AS t, true AS yes, '{1,NULL}'::int[] AS l`);
    assert.deepEqual(await statements[1]!.rows(0, 10), [
      [
        '12345678901234567890.12345678901234567890',
        'f',
        '0.1',
        '2024-03-01 05:29:59.123456+05:30',
        '\\x00ff10',
        '9223372036854775807',
        null,
        '',
        'null',
        'two\nlines\t😀',
        't',
        '{1,NULL}',
      ],
    ]);
    assert.deepEqual(
      view.statements[1]!.columns.map(({ name, numeric }) => (numeric ? `${name} (number)` : name)),
      ['n (number)', 'a', 'a (number)', 'a', 'b', 'big (number)', 'nothing', 'empty', 'j', 't', 'yes', 'l'],
    );
  });

  it('serves any window of a large result', async () => {
    const { statements } = await run(`SELECT g, 'row ' || g FROM generate_series(1, 100000) g`);
    const [statement] = statements;
    assert.equal(statement!.view.rowCount, 100_000);
    assert.equal(statement!.view.commandTag, 'SELECT 100000');
    assert.deepEqual(await statement!.rows(65_535, 2), [
      ['65536', 'row 65536'],
      ['65537', 'row 65537'],
    ]);
    assert.deepEqual(await statement!.rows(99_999, 10), [['100000', 'row 100000']]);
  });

  it('keeps what is too large for memory in a file until the run is closed', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'citus-results-'));
    const files = new ResultFiles(folder);
    const running = newRun(
      file,
      target,
      `SELECT g, repeat('x', 100) FROM generate_series(1, 300000) g`,
      undefined,
      { createFile: files.create },
    );
    await running.run();
    assert.deepEqual(outcomes(running.view), ['done SELECT 300000']);
    assert.equal((await readdir(folder)).length, 1);
    const [statement] = running.statements;
    for (const first of [0, 150_000, 299_998]) {
      const rows = await statement!.rows(first, 2);
      assert.deepEqual(rows, [
        [String(first + 1), 'x'.repeat(100)],
        [String(first + 2), 'x'.repeat(100)],
      ]);
    }
    await running.close();
    assert.deepEqual(await readdir(folder), []);
    await rm(folder, { recursive: true });
  });

  describe('while the disk is slow', () => {
    const TEN_MILLION = `SELECT g, repeat('x', 100) FROM generate_series(1, 10000000) g`;
    /** A run whose rows can't be written before `write` is called, and whose server waits for that by now. */
    const heldBack = async (): Promise<{
      running: SqlRun;
      finished: Promise<void>;
      fail: (e: Error) => void;
    }> => {
      let fail: (error: Error) => void = () => undefined;
      const held = new Promise<ResultFile>((_resolve, reject) => (fail = reject));
      const running = newRun(file, target, TEN_MILLION, undefined, { createFile: () => held });
      const finished = running.run();
      let before = -1;
      const waits = await waitUntil(
        async () => {
          const rowsBefore = before;
          before = running.view.statements[0]!.rowCount;
          return (await waitEvents()).includes('ClientWrite') && before > 0 && before === rowsBefore;
        },
        { deadlineMs: 10_000 },
      );
      assert.ok(waits, 'the server waits for its client');
      return { running, finished, fail };
    };
    const waitEvents = async (): Promise<(string | null)[]> => {
      const sql = `SELECT wait_event FROM pg_stat_activity WHERE application_name = 'citus-sql test.sql' AND state = 'active'`;
      return (await observer.query(v.object({ wait_event: v.nullable(v.string()) }), sql)).map(
        (row) => row.wait_event,
      );
    };

    it('the server waits, and cancelling frees it within a second', async () => {
      const { running, finished, fail } = await heldBack();
      const began = performance.now();
      running.cancel();
      await finished;
      assert.deepEqual(await activeQueries(), []);
      assert.ok(performance.now() - began < 1000);
      assert.deepEqual(outcomes(running.view), ['cancelled']);
      const { rowCount } = running.view.statements[0]!;
      assert.ok(rowCount < 1_000_000, `${rowCount} rows are in memory`);
      assert.equal(
        (await running.statements[0]!.rows(rowCount - 1, 5)).length,
        1,
        'its rows are still there',
      );
      fail(new Error('too late'));
      assert.deepEqual(await rowsOf('SELECT 1'), [['1']]);
      await running.close();
    });

    it('a lost connection fails the statement when the disk is done', async () => {
      const { running, finished, fail } = await heldBack();
      await observer.run(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'citus-sql test.sql'`,
      );
      fail(new Error('the disk is gone'));
      await finished;
      assert.equal(running.view.statements[0]!.state, 'failed');
      assert.equal(file.current, undefined);
      await running.close();
    });

    it('a lost connection is noticed while the disk is not done', async () => {
      const { running, finished, fail } = await heldBack();
      await observer.run(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'citus-sql test.sql'`,
      );
      await finished;
      const { state, rowCount } = running.view.statements[0]!;
      assert.equal(state, 'failed');
      assert.equal(losses.length, 1);
      assert.equal(
        (await running.statements[0]!.rows(rowCount - 1, 5)).length,
        1,
        'its rows are still there',
      );
      fail(new Error('too late'));
      await running.close();
    });

    it('a file that can’t be written fails the statement, which keeps its rows', async () => {
      const { running, finished, fail } = await heldBack();
      fail(new Error('the disk is gone'));
      await finished;
      const { state, failure, rowCount } = running.view.statements[0]!;
      assert.deepEqual([state, failure?.message], ['failed', 'the disk is gone']);
      assert.deepEqual(await running.statements[0]!.rows(rowCount - 1, 5), [
        [String(rowCount), 'x'.repeat(100)],
      ]);
      assert.deepEqual(await rowsOf('SELECT 1'), [['1']], 'the connection is as good as before');
      await running.close();
    });
  });

  it('shows what COPY TO STDOUT prints', async () => {
    const { view, statements } = await run(
      `COPY (VALUES (1, NULL), (2, E'a\\nb')) TO STDOUT; COPY (SELECT 1 WHERE false) TO STDOUT`,
    );
    assert.deepEqual(outcomes(view), ['done COPY 2', 'done COPY 0']);
    assert.deepEqual(await statements[0]!.rows(0, 10), [['1\t\\N'], ['2\ta\\nb']]);
    assert.deepEqual(
      view.statements.map(({ columns }) => columns.map(({ name }) => name)),
      [['copy'], ['copy']],
    );
  });

  it('takes an empty statement', async () => {
    const empty = { kind: 'sql', text: '', start: 0, end: 0, terminatorEnd: 0, line: 1 } as const;
    const session = await file.open();
    const completion = await session.execute(empty.text, { columns: () => undefined, rows: () => undefined });
    assert.deepEqual(completion, { commandTag: '', stopped: false });
  });

  it('runs nothing of a file that has a command that only psql runs', async () => {
    const text = 'CREATE TABLE half(a int);\n\\! ls\nSELECT 1';
    const refused = await run(text);
    assert.deepEqual(outcomes(refused.view), ['skipped', 'failed', 'skipped']);
    assert.match(refused.view.statements[1]!.failure!.message, /^\\! is a psql command/);
    assert.equal(refused.statements[1]!.errorOffset, text.indexOf('\\!'));
    assert.deepEqual(await rowsOf(`SELECT to_regclass('half')`), [[null]]);
  });

  it('notices a connection that is lost while idle, and opens another one for the next run', async () => {
    await run('BEGIN; SELECT 1');
    const { serverPid } = await file.open();
    await observer.run('SELECT pg_terminate_backend($1::int)', [serverPid]);
    assert.ok(await waitUntil(() => Promise.resolve(losses.length > 0), { deadlineMs: 2000 }));
    assert.equal(losses[0]!.openTransaction, true);
    assert.match(losses[0]!.error.message, /terminating connection due to administrator command/);
    assert.equal(file.current, undefined);
    assert.deepEqual(await rowsOf('SELECT 1'), [['1']]);
    assert.equal(file.transactionStatus, 'idle');
  });

  it('tells what is lost with a connection that ends during a statement', async () => {
    const running = newRun(file, target, 'BEGIN; SELECT pg_sleep(60); COMMIT');
    const finished = running.run();
    assert.ok(await runs('SELECT pg_sleep(60)'), 'the statement has begun');
    await observer.run(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'citus-sql test.sql'`,
    );
    await finished;
    assert.deepEqual(outcomes(running.view), ['done BEGIN', 'failed 57P01', 'skipped']);
    assert.match(
      running.view.statements[1]!.failure!.explanation!,
      /transaction that was open has been rolled back/,
    );
  });

  it('offers to roll back a failed transaction', async () => {
    const failed = await run('BEGIN; SELECT 1/0; SELECT 1');
    assert.deepEqual(
      failed.view.statements[1]!.failure!.remedies.map(({ id }) => id),
      ['rollback'],
    );
    await failed.applyRemedy(1, 'rollback');
    assert.equal(file.transactionStatus, 'idle');
    assert.deepEqual(failed.view.statements[1]!.failure!.remedies, []);
    assert.deepEqual(outcomes(failed.view), ['done BEGIN', 'failed 22012', 'skipped']);
  });

  it('rolls back what failed before when the whole file is run again', async () => {
    await run('BEGIN; SELECT 1/0');
    assert.equal(file.transactionStatus, 'failed');
    const again = await run('BEGIN; SELECT 1; COMMIT');
    assert.deepEqual(outcomes(again.view), ['done BEGIN', 'done SELECT 1', 'done COMMIT']);
    assert.match(again.view.statements[0]!.notices[0]!.message, /rolled back/);
  });

  it('fails the first statement where there is no server', async () => {
    const nobody = loneTarget({ ...server.credentials, port: 1 });
    const running = newRun(new FileSession(nobody, 'test.sql'), nobody, 'SELECT 1; SELECT 2');
    await running.run();
    assert.deepEqual(outcomes(running.view), ['failed', 'skipped']);
    assert.match(
      running.view.statements[0]!.failure!.message,
      /No server accepts connections at 127\.0\.0\.1:1/,
    );
  });
});
