import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import * as v from 'valibot';
import { ConnectionError, ServerError } from '../../src/postgres/errors.ts';
import { connect, type Session } from '../../src/postgres/session.ts';
import { waitUntil } from '../../src/postgres/waitUntil.ts';
import { FileSession, type Loss } from '../../src/sql/run/fileSession.ts';
import type { SqlRun } from '../../src/sql/run/run.ts';
import type { Target } from '../../src/sql/run/target.ts';
import { type PlainServer, startPlainServer } from '../support/plainServer.ts';
import { loneTarget, newRun, outcomes } from '../support/sql.ts';

const Count = v.object({ n: v.number() });

describe('transactions and time limits', function () {
  this.timeout(30_000);
  let server: PlainServer;
  let target: Target;
  let observer: Session;
  let file: FileSession;
  let losses: Loss[];

  before(async function () {
    this.timeout(60_000);
    server = await startPlainServer(this, 25760);
    target = loneTarget(server.credentials);
    observer = await connect(server.credentials, { applicationName: 'observer' });
    await observer.run('CREATE TABLE t (a int PRIMARY KEY)');
    await observer.run('CREATE TABLE late (a int PRIMARY KEY REFERENCES t DEFERRABLE INITIALLY DEFERRED)');
  });
  after(async () => {
    await observer.close();
    await server.destroy();
  });
  beforeEach(async () => {
    losses = [];
    file = new FileSession(target, 'test.sql', (loss) => losses.push(loss));
    await observer.run('TRUNCATE t, late');
  });
  afterEach(() => file.close());

  const run = async (text: string, options: Parameters<typeof newRun>[4] = {}): Promise<SqlRun> => {
    const running = newRun(file, target, text, undefined, options);
    await running.run();
    return running;
  };
  const manually = (text: string): Promise<SqlRun> => run(text, { transactions: 'manual' });
  const count = async (sql = 'SELECT count(*)::int AS n FROM t'): Promise<number> =>
    (await observer.query(Count, sql))[0]!.n;
  const backends = (where: string): Promise<number> =>
    count(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'citus-sql test.sql' AND ${where}`,
    );

  describe('committed by hand', () => {
    it('begins before the first statement, and stays until it is committed', async () => {
      await manually('INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)');
      assert.equal(file.transactionStatus, 'transaction');
      await manually('INSERT INTO t VALUES (3)');
      assert.equal(await count(), 0);
      assert.equal(await file.endTransaction('COMMIT'), 'COMMIT');
      assert.equal(await count(), 3);
      assert.equal(file.transactionStatus, 'idle');
    });

    it('begins before rows that are copied in, too', async () => {
      const { view } = await manually('\\copy t from stdin\n1\n2\n\\.\n');
      assert.deepEqual(outcomes(view), ['done COPY 2']);
      assert.equal(file.transactionStatus, 'transaction');
      assert.equal(await count(), 0);
      await file.endTransaction('ROLLBACK');
      assert.equal(await count(), 0);
    });

    it('leaves what begins and ends transactions to the file', async () => {
      const { view } = await manually(
        'BEGIN; INSERT INTO t VALUES (1); SAVEPOINT s; INSERT INTO t VALUES (2); ROLLBACK TO s; COMMIT; -- done\nROLLBACK',
      );
      assert.deepEqual(outcomes(view), [
        'done BEGIN',
        'done INSERT 0 1',
        'done SAVEPOINT',
        'done INSERT 0 1',
        'done ROLLBACK',
        'done COMMIT',
        'done ROLLBACK',
      ]);
      assert.deepEqual(view.statements[0]!.notices, [], 'no transaction was open before');
      assert.equal(await count(), 1);
      assert.equal(file.transactionStatus, 'idle');
    });

    it('knows what begins and ends them however that is written', async () => {
      const { view } = await manually(
        `START /* so */ TRANSACTION; INSERT INTO t VALUES (1); END /* it */ WORK;
         /* x */ BEGIN -- y
           READ WRITE; INSERT INTO t VALUES (2); COMMIT
         AND CHAIN; INSERT INTO t VALUES (3); ABORT;
         SELECT 'commit' AS "begin"; ROLLBACK
         WORK`,
      );
      assert.deepEqual(outcomes(view), [
        'done START TRANSACTION',
        'done INSERT 0 1',
        'done COMMIT',
        'done BEGIN',
        'done INSERT 0 1',
        'done COMMIT',
        'done INSERT 0 1',
        'done ROLLBACK',
        'done SELECT 1',
        'done ROLLBACK',
      ]);
      const notices = view.statements.flatMap((statement) => statement.notices);
      assert.deepEqual(notices, [], 'each began or ended one of its own');
      assert.equal(await count(), 2);
      assert.equal(file.transactionStatus, 'idle');
    });

    it('knows it behind psql’s variables, too, and begins before what it can’t know', async () => {
      const { view } = await manually(String.raw`\set go 'START  TRANSACTION'
        :go; INSERT INTO t VALUES (1); \set stop 'ROLLBACK WORK'
        :stop`);
      assert.deepEqual(
        view.statements.flatMap((statement) => statement.notices),
        [],
      );
      assert.equal(file.transactionStatus, 'idle');
      const unknown = await manually('SELEKT 1');
      assert.deepEqual(outcomes(unknown.view), ['failed 42601']);
      assert.equal(file.transactionStatus, 'idle', 'what was begun in vain is ended');
    });

    it('a two-phase commit is the file’s own, and ends what was begun by hand', async () => {
      await manually(`INSERT INTO t VALUES (1); PREPARE /* so */ TRANSACTION 'x'`);
      assert.equal(file.transactionStatus, 'idle');
      assert.equal(await count(), 0);
      await manually(`COMMIT /* so */ PREPARED 'x'`);
      assert.equal(await count(), 1);
    });

    it('a failure keeps the transaction, as failed, which can be rolled back', async () => {
      const failed = await manually('INSERT INTO t VALUES (1); SELECT nosuch; SELECT 1');
      assert.deepEqual(outcomes(failed.view), ['done INSERT 0 1', 'failed 42703', 'skipped']);
      assert.equal(file.transactionStatus, 'failed');
      const [remedy] = failed.view.statements[1]!.failure!.remedies;
      assert.equal(remedy?.id, 'rollback');
      await failed.applyRemedy(1, 'rollback');
      assert.equal(file.transactionStatus, 'idle');
      assert.equal(await count(), 0);
    });

    it('no transaction is left where its first statement fails or is cancelled', async () => {
      await manually('SELECT nosuch');
      assert.equal(file.transactionStatus, 'idle');
      const running = newRun(file, target, 'SELECT pg_sleep(60)', undefined, { transactions: 'manual' });
      const finished = running.run();
      assert.ok(
        await waitUntil(async () => (await backends(`wait_event = 'PgSleep'`)) === 1, { deadlineMs: 5000 }),
      );
      running.cancel();
      await finished;
      assert.deepEqual(outcomes(running.view), ['cancelled']);
      assert.equal(file.transactionStatus, 'idle');
    });

    it('tells of what can’t run in a transaction, and runs it without one when asked to', async () => {
      for (const sql of ['VACUUM t', 'CREATE INDEX CONCURRENTLY i ON t (a)', 'CREATE DATABASE other']) {
        const refused = await manually(`${sql}; INSERT INTO t VALUES (1)`);
        assert.deepEqual(outcomes(refused.view), ['failed 25001', 'skipped']);
        const { explanation, remedies } = refused.view.statements[0]!.failure!;
        assert.match(explanation!, /commits by hand/);
        assert.deepEqual(
          remedies.map(({ id }) => id),
          ['outside'],
        );
        assert.equal(file.transactionStatus, 'idle');
        await refused.applyRemedy(0, 'outside');
        assert.deepEqual(
          refused.view.statements.map(({ state }) => state),
          ['done', 'done'],
          sql,
        );
        assert.equal(file.transactionStatus, 'transaction', 'what follows is in a transaction again');
        await file.endTransaction('ROLLBACK');
      }
      assert.equal(await count(`SELECT count(*)::int AS n FROM pg_database WHERE datname = 'other'`), 1);
    });

    it('so it does with a procedure that commits', async () => {
      await observer.run(
        'CREATE PROCEDURE commits() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (7); COMMIT; END $$',
      );
      const refused = await manually('CALL commits()');
      assert.deepEqual(outcomes(refused.view), ['failed 2D000']);
      assert.equal(await count(), 0);
      await refused.applyRemedy(0, 'outside');
      assert.deepEqual(outcomes(refused.view), ['done CALL']);
      assert.equal(await count(), 1);
    });

    it('in an open transaction there is only rolling back', async () => {
      const refused = await manually('INSERT INTO t VALUES (1); VACUUM t');
      const { explanation, remedies } = refused.view.statements[1]!.failure!;
      assert.match(explanation!, /Roll back, then run it by itself/);
      assert.deepEqual(
        remedies.map(({ id }) => id),
        ['rollback'],
      );
    });
  });

  it('tells a COMMIT that failed from one that worked', async () => {
    await run('BEGIN; INSERT INTO late VALUES (5)');
    await assert.rejects(file.endTransaction('COMMIT'), (error) => {
      assert.ok(error instanceof ServerError);
      assert.equal(error.code, '23503');
      return true;
    });
    assert.equal(file.transactionStatus, 'idle');
    await run('BEGIN; SELECT nosuch');
    assert.equal(await file.endTransaction('COMMIT'), 'ROLLBACK');
    await run('BEGIN');
    await observer.run(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'citus-sql test.sql'`,
    );
    const outcome = await file.endTransaction('COMMIT').catch((error: unknown) => error);
    assert.ok(outcome === 'ROLLBACK' || outcome instanceof ConnectionError || outcome instanceof ServerError);
    assert.equal(losses.at(-1)?.openTransaction, true);
  });

  describe('lost connections', () => {
    const terminate = (): Promise<void> =>
      observer.run(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'citus-sql test.sql'`,
      );
    const lost = async (): Promise<Loss> => {
      assert.ok(await waitUntil(() => Promise.resolve(losses.length > 0), { deadlineMs: 5000 }));
      return losses[0]!;
    };

    it('while nothing runs', async () => {
      await run('SELECT 1');
      await terminate();
      assert.equal((await lost()).openTransaction, false);
      const next = await run('SELECT 2');
      assert.deepEqual(outcomes(next.view), ['done SELECT 1']);
      assert.match(next.view.statements[0]!.notices[0]!.detail!, /No transaction was open/);
    });

    it('in a transaction', async () => {
      await run('BEGIN; INSERT INTO t VALUES (1)');
      await terminate();
      assert.equal((await lost()).openTransaction, true);
      const next = await run('SELECT count(*) FROM t');
      assert.match(next.view.statements[0]!.notices[0]!.detail!, /has been rolled back/);
      assert.deepEqual(await next.statements[0]!.rows(0, 1), [['0']], 'nothing was run again');
    });

    it('while a statement runs', async () => {
      const running = newRun(file, target, 'BEGIN; SELECT pg_sleep(60); SELECT 1');
      const finished = running.run();
      assert.ok(
        await waitUntil(async () => (await backends(`query LIKE '%pg_sleep%' AND state = 'active'`)) === 1, {
          deadlineMs: 5000,
        }),
      );
      await terminate();
      await finished;
      assert.deepEqual(outcomes(running.view), ['done BEGIN', 'failed 57P01', 'skipped']);
      assert.match(running.view.statements[1]!.failure!.explanation!, /has been rolled back/);
    });
  });

  describe('terminated on request', () => {
    /** Hears every request to cancel, and goes on; the outer block is for one that comes while the inner one answers. */
    const STUBBORN = `DO $$ BEGIN LOOP
        BEGIN
          BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN RAISE NOTICE 'no'; END;
        EXCEPTION WHEN query_canceled THEN
        END;
      END LOOP; END $$`;
    const stubborn = async (): Promise<{ running: SqlRun; finished: Promise<void>; pid: number }> => {
      const running = newRun(file, target, `BEGIN; INSERT INTO t VALUES (1); ${STUBBORN}; SELECT 1`);
      const finished = running.run();
      const [, , statement] = running.statements;
      // A cancel that comes before its block has begun would end it like any other.
      assert.ok(
        await waitUntil(async () => (await backends(`query LIKE 'DO%' AND wait_event = 'PgSleep'`)) === 1, {
          deadlineMs: 5000,
        }),
      );
      running.cancel();
      assert.ok(
        await waitUntil(() => Promise.resolve(statement!.view.notices.length > 0), { deadlineMs: 5000 }),
      );
      assert.ok(running.cancelledFor !== undefined);
      return { running, finished, pid: file.current!.serverPid };
    };
    const assertLost = (running: SqlRun): void => {
      assert.equal(running.cancelledFor, undefined);
      const { statements } = running.view;
      assert.deepEqual(
        statements.map(({ state }) => state),
        ['done', 'done', 'failed', 'skipped'],
      );
      assert.match(
        statements[2]!.failure!.explanation!,
        /The transaction that was open has been rolled back/,
      );
      assert.equal(losses.length, 1);
    };

    it('the server ends a backend that hears no cancel, and the statement tells what is lost', async () => {
      const { running, finished } = await stubborn();
      const began = performance.now();
      assert.equal(await running.terminate(), 'server');
      await finished;
      assert.ok(performance.now() - began < 1000, `took ${performance.now() - began} ms`);
      assert.equal(await backends('true'), 0);
      assertLost(running);
    });

    it('where the backend doesn’t react, the socket is dropped here', async () => {
      const { running, finished, pid } = await stubborn();
      process.kill(pid, 'SIGSTOP');
      try {
        const began = performance.now();
        assert.equal(await running.terminate(), 'here');
        await finished;
        assert.ok(performance.now() - began < 4500, `took ${performance.now() - began} ms`);
        assertLost(running);
        assert.equal(file.current, undefined);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      assert.ok(await waitUntil(async () => (await backends('true')) === 0, { deadlineMs: 5000 }));
    });

    it('of a COMMIT that was on its way then, nobody knows how it went', async () => {
      await observer.run(
        `CREATE OR REPLACE FUNCTION lingers() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$;
         CREATE CONSTRAINT TRIGGER lingers AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED
           FOR EACH ROW EXECUTE FUNCTION lingers()`,
      );
      await run('BEGIN; INSERT INTO t VALUES (1); INSERT INTO late VALUES (1)');
      const running = newRun(file, target, 'END /* it */ WORK');
      const finished = running.run();
      assert.ok(
        await waitUntil(async () => (await backends(`wait_event = 'PgSleep'`)) === 1, { deadlineMs: 5000 }),
      );
      const pid = file.current!.serverPid;
      process.kill(pid, 'SIGSTOP');
      try {
        assert.equal(await running.terminate(), 'here');
        await finished;
        const { explanation } = running.view.statements[0]!.failure!;
        assert.match(explanation!, /^Whether this statement took effect is not known\. Settings/);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      assert.ok(await waitUntil(async () => (await backends('true')) === 0, { deadlineMs: 5000 }));
      await observer.run('DROP TRIGGER lingers ON late');
    });

    it('there is nothing to end where nothing runs', async () => {
      const { terminate } = await run('SELECT 1').then((done) => ({ terminate: () => done.terminate() }));
      assert.equal(await terminate(), undefined);
      assert.equal(await backends('true'), 1);
    });
  });

  describe('the time limit', () => {
    const limit = { statementTimeout: 1 };

    it('has the server end a statement, and names the setting', async () => {
      const { view } = await run('SELECT pg_sleep(60)', limit);
      assert.deepEqual(outcomes(view), ['failed 57014']);
      assert.match(
        view.statements[0]!.failure!.explanation!,
        /1 s, the limit that the setting citus\.statementTimeout/,
      );
      assert.ok(view.statements[0]!.elapsedMs < 3000);
      assert.equal(await backends(`state = 'active'`), 0);
    });

    it('follows the setting', async () => {
      const shown = async (options: { statementTimeout: number }): Promise<unknown> =>
        (await run('SHOW statement_timeout', options)).statements[0]!.rows(0, 1);
      assert.deepEqual(await shown({ statementTimeout: 0 }), [['0']]);
      assert.deepEqual(await shown({ statementTimeout: 5 }), [['5s']]);
      assert.deepEqual(await shown({ statementTimeout: 90 }), [['90s']]);
      assert.deepEqual(await shown({ statementTimeout: 0 }), [['0']]);
    });

    it('what the file sets itself wins, until the connection ends', async () => {
      await run(`SET statement_timeout = '7s'`, limit);
      const { statements } = await run('SELECT pg_sleep(1.2); SHOW statement_timeout', {
        statementTimeout: 3,
      });
      assert.deepEqual(await statements[1]!.rows(0, 1), [['7s']]);
      await file.close();
      const fresh = await run('SHOW statement_timeout', { statementTimeout: 3 });
      assert.deepEqual(await fresh.statements[0]!.rows(0, 1), [['3s']]);
    });

    it('leaves an open transaction alone', async () => {
      await run('BEGIN');
      const { statements } = await run('SHOW statement_timeout', limit);
      assert.deepEqual(await statements[0]!.rows(0, 1), [['0']]);
      await run('SELECT nosuch', limit);
      assert.equal(file.transactionStatus, 'failed');
    });
  });
});
