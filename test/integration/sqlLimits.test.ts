import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import * as v from 'valibot';
import type { ResultLimits } from '../../src/postgres/resultLimits.ts';
import { connect, type Session } from '../../src/postgres/session.ts';
import { waitUntil } from '../../src/postgres/waitUntil.ts';
import { FileSession } from '../../src/sql/run/fileSession.ts';
import type { SqlRun } from '../../src/sql/run/run.ts';
import type { Target } from '../../src/sql/run/target.ts';
import { type PlainServer, startPlainServer } from '../support/plainServer.ts';
import { loneTarget, newRun, outcomes } from '../support/sql.ts';

const Backend = v.object({ state: v.nullable(v.string()), snapshot: v.boolean() });
const MB = 1024 * 1024;

describe('results that a limit stops', function () {
  this.timeout(30_000);
  let server: PlainServer;
  let target: Target;
  let observer: Session;
  let file: FileSession;

  before(async function () {
    this.timeout(60_000);
    server = await startPlainServer(this, 25740);
    target = loneTarget(server.credentials);
    observer = await connect(server.credentials, { applicationName: 'observer' });
    await observer.run('CREATE TABLE numbers AS SELECT g AS n FROM generate_series(1, 10000) g');
  });
  after(async () => {
    await observer.close();
    await server.destroy();
  });
  beforeEach(() => {
    file = new FileSession(target, 'limits.sql');
  });
  afterEach(() => file.close());

  const begin = async (text: string, limits: Partial<ResultLimits>): Promise<SqlRun> => {
    const running = newRun(file, target, text, undefined, { limits: { rows: 0, bytes: 0, ...limits } });
    await running.run();
    return running;
  };
  /** The file's backends, and whether each holds a snapshot. */
  const backends = (): Promise<v.InferOutput<typeof Backend>[]> =>
    observer.query(
      Backend,
      `SELECT state, backend_xmin IS NOT NULL AS snapshot FROM pg_stat_activity
       WHERE application_name = 'citus-sql limits.sql'`,
    );
  const isFree = (): Promise<boolean> =>
    waitUntil(async () => (await backends()).every(({ state, snapshot }) => state === 'idle' && !snapshot), {
      deadlineMs: 5000,
    });

  it('goes on with the same snapshot, and runs nothing again', async () => {
    await observer.run('CREATE SEQUENCE calls');
    const running = await begin(`SELECT n, nextval('calls') FROM numbers ORDER BY n`, { rows: 100 });
    const [statement] = running.statements;
    assert.deepEqual(outcomes(running.view), ['done']);
    assert.equal(statement!.view.rowCount, 100);
    assert.deepEqual(statement!.view.limit, {
      setting: 'citus.results.maxRows',
      at: '100 rows',
      open: true,
    });
    await observer.run('DELETE FROM numbers WHERE n > 5000');
    await running.fetchRest(0);
    assert.deepEqual(outcomes(running.view), ['done SELECT 10000']);
    assert.equal(statement!.view.rowCount, 10_000);
    assert.equal(statement!.view.limit, undefined);
    assert.deepEqual(await statement!.rows(9_999, 1), [['10000', '10000']], 'each row was made once');
    assert.ok(await isFree());
    const again = await begin('SELECT count(*) FROM numbers', {});
    assert.deepEqual(await again.statements[0]!.rows(0, 1), [['5000']]);
    await observer.run('INSERT INTO numbers SELECT g FROM generate_series(5001, 10000) g');
  });

  it('frees the backend when the rest is given up, and when the run is cancelled or closed', async () => {
    for (const free of ['giveUp', 'cancel', 'close'] as const) {
      const running = await begin('SELECT n FROM numbers', { rows: 10 });
      const [statement] = running.statements;
      assert.ok((await backends()).some(({ snapshot }) => snapshot));
      if (free === 'giveUp') await statement!.giveUpRest();
      else if (free === 'cancel') running.cancel();
      else await running.close();
      assert.ok(await isFree(), free);
      if (free === 'giveUp') assert.equal(statement!.view.limit?.gone, 'you ended it here');
    }
  });

  it('lets the statement that follows go on, and says that the rest is gone', async () => {
    const running = await begin('SELECT n FROM numbers; SELECT 2; SELECT n + 1 FROM numbers', { rows: 5 });
    assert.deepEqual(outcomes(running.view), ['done', 'done SELECT 1', 'done']);
    const [first, , last] = running.view.statements;
    assert.equal(first!.limit!.open, false);
    assert.equal(first!.limit!.gone, 'the connection has gone on to something else');
    assert.equal(last!.limit!.open, true);
    await running.fetchRest(0);
    assert.equal(first!.rowCount, 5);
    await running.fetchRest(2);
    assert.equal(last!.rowCount, 10_000);
  });

  it('leaves an open transaction as it is', async () => {
    const running = await begin('BEGIN; SELECT n FROM numbers; SELECT n FROM numbers', { rows: 5 });
    assert.deepEqual(outcomes(running.view), ['done BEGIN', 'done', 'done']);
    await running.statements[2]!.giveUpRest();
    assert.equal(file.transactionStatus, 'transaction');
    assert.deepEqual(outcomes((await begin('COMMIT', {})).view), ['done COMMIT']);
  });

  it('says nothing of a limit that a result doesn’t reach, nor loses errors, empty statements and wide rows', async () => {
    const running = await begin(`SELECT 1; SELECT 1/0`, { rows: 2, bytes: MB });
    assert.deepEqual(outcomes(running.view), ['done SELECT 1', 'failed 22012']);
    assert.equal(running.view.statements[0]!.limit, undefined);
    assert.deepEqual(outcomes((await begin('SELECT nosuch', { rows: 2 })).view), ['failed 42703']);
    assert.deepEqual(outcomes((await begin('SELECT WHERE false', { rows: 2 })).view), ['done SELECT 0']);
    const late = await begin('SELECT 1 / (3 - n) FROM numbers ORDER BY n', { bytes: 100 * MB });
    assert.deepEqual(outcomes(late.view), ['failed 22012']);
  });

  it('stops at so many megabytes, or a little later', async () => {
    const running = await begin(`SELECT repeat('x', 1000) FROM numbers`, { bytes: 2 * MB });
    const { limit, rowCount } = running.view.statements[0]!;
    assert.deepEqual(limit, { setting: 'citus.results.maxMegabytes', at: '2 MB', open: true });
    assert.ok(rowCount >= 2000 && rowCount < 3200, String(rowCount));
    await running.fetchRest(0);
    assert.equal(running.view.statements[0]!.rowCount, 10_000);
    const portions = await begin(`SELECT repeat('x', 1000) FROM numbers`, { bytes: 100 * MB });
    assert.deepEqual(outcomes(portions.view), ['done SELECT 10000']);
  });

  it('runs what writes whole', async () => {
    await observer.run('CREATE TABLE written(n int)');
    for (const text of [
      'INSERT INTO written SELECT n FROM numbers RETURNING n',
      'WITH w AS (DELETE FROM written RETURNING n) SELECT * FROM w',
    ]) {
      const running = await begin(text, { rows: 10 });
      assert.equal(running.view.statements[0]!.rowCount, 10_000);
      assert.equal(running.view.statements[0]!.limit, undefined);
    }
  });

  it('cancels while it fetches the rest, and while it comes in portions', async () => {
    const running = await begin(`SELECT n, CASE WHEN n > 20 THEN pg_sleep(60) END FROM numbers`, {
      rows: 10,
    });
    const fetching = running.fetchRest(0);
    running.cancel();
    await fetching;
    assert.deepEqual(outcomes(running.view), ['cancelled']);
    const portions = newRun(
      file,
      target,
      `SELECT repeat('x', 1000), generate_series(1, 10000000)`,
      ({ view }) => {
        if (view.rowCount > 5000) portions.cancel();
      },
      { limits: { rows: 0, bytes: 1000 * MB } },
    );
    await portions.run();
    assert.deepEqual(outcomes(portions.view), ['cancelled']);
    assert.deepEqual(outcomes((await begin('SELECT 1', {})).view), ['done SELECT 1']);
  });

  it('says so when the server ends it', async () => {
    const running = await begin('SELECT n FROM numbers', { rows: 10 });
    const [statement] = running.statements;
    await observer.run(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'citus-sql limits.sql'`,
    );
    assert.ok(
      await waitUntil(() => Promise.resolve(statement!.view.limit?.open === false), { deadlineMs: 5000 }),
    );
    assert.match(statement!.view.limit!.gone!, /^the server ended it: .*terminating connection/);
    assert.deepEqual(await statement!.rows(9, 10), [['10']], 'what had come is still there');
    assert.deepEqual(outcomes((await begin('SELECT 1', {})).view), ['done SELECT 1']);
  });
});
