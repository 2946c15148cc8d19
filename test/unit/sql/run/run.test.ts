import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { encodeRow } from '../../../../src/postgres/dataRows.ts';
import { ConnectionError, ServerError } from '../../../../src/postgres/errors.ts';
import type { Session, TransactionStatus } from '../../../../src/postgres/session.ts';
import type { Completion, ResultSink } from '../../../../src/postgres/statement.ts';
import { FileSession } from '../../../../src/sql/run/fileSession.ts';
import type { SqlRun } from '../../../../src/sql/run/run.ts';
import type { Target } from '../../../../src/sql/run/target.ts';
import { newRun, outcomes } from '../../../support/sql.ts';

type Answer = (session: FakeSession, sink: ResultSink, signal: AbortSignal | undefined) => Completion;

/** A session that answers statements from a table; statements that are not in it are done at once. */
class FakeSession implements Session {
  readonly serverPid = 1;
  readonly timeZone = 'UTC';
  readonly inHotStandby = false;
  readonly rest = undefined;
  readonly peer = { host: '127.0.0.1', port: 5432, user: 'me', database: 'postgres' };
  readonly serverVersion = '15.2';
  readonly ownSettings = new Set<string>();
  readonly sent: string[] = [];
  transactionStatus: TransactionStatus = 'idle';
  closed = false;
  readonly #answers: Readonly<Record<string, Answer>>;
  #onLost: (error: ConnectionError) => void = () => undefined;

  constructor(answers: Readonly<Record<string, Answer>>) {
    this.#answers = answers;
  }

  execute(sql: string, sink: ResultSink, signal?: AbortSignal): Promise<Completion> {
    this.sent.push(sql);
    return Promise.resolve().then(
      () => this.#answers[sql]?.(this, sink, signal) ?? { commandTag: 'DONE', stopped: false },
    );
  }

  lose(): never {
    this.closed = true;
    const error = new ConnectionError('lost', 'The line is dead.');
    this.#onLost(error);
    throw error;
  }

  onLost(listener: (error: ConnectionError) => void): () => void {
    this.#onLost = listener;
    return () => undefined;
  }

  onNotice = () => () => undefined;
  query = () => Promise.reject(new Error('not in this test'));
  describe = () => Promise.reject(new Error('not in this test'));
  copyOut = () => Promise.reject(new Error('not in this test'));
  copyIn = () => Promise.reject(new Error('not in this test'));
  run = (sql: string): Promise<void> => {
    this.sent.push(sql);
    return Promise.resolve();
  };
  cancel = () => Promise.resolve();
  close = () => Promise.resolve();
  destroy = () => undefined;
}

const runOn = (
  sessions: FakeSession[],
  text: string,
  changed?: Parameters<typeof newRun>[3],
): { run: SqlRun; file: FileSession; target: Target } => {
  const target: Target = {
    clusterName: 'demo',
    nodeName: 'coordinator1',
    role: () => 'primary',
    connect: () => Promise.resolve(sessions.shift()!),
    findPrimary: () => Promise.resolve(undefined),
    mayHavePrimary: () => Promise.resolve(false),
    whyNoPrimary: () => Promise.resolve('coordinator1 is stopped'),
    workers: [],
    elsewhere: () => undefined,
  };
  const file = new FileSession(target, 'test.sql');
  return { run: newRun(file, target, text, changed), file, target };
};

const failed = (): never => {
  throw new ServerError({ message: 'no', severity: 'ERROR', code: '42601', position: 3 });
};

describe('SqlRun', () => {
  it('sends statements as they are written, one after the other, and stops at a failure', async () => {
    const session = new FakeSession({ 'b  /* x */ 2': failed });
    const text = 'a 1;\nb  /* x */ 2;\nc 3;';
    const { run } = runOn([session], text);
    await run.run();
    assert.deepEqual(session.sent, ['a 1', 'b  /* x */ 2']);
    assert.deepEqual(outcomes(run.view), ['done DONE', 'failed 42601', 'skipped']);
    assert.equal(run.statements[1]!.errorOffset, text.indexOf('b ') + 2);
  });

  it('skips what follows a statement that was cancelled', async () => {
    const session = new FakeSession({
      b: (_session, _sink, signal) => {
        run.cancel();
        assert.equal(signal?.aborted, true);
        return { commandTag: 'SELECT 5', stopped: true };
      },
    });
    const { run } = runOn([session], 'a; b; c');
    await run.run();
    assert.deepEqual(outcomes(run.view), ['done DONE', 'cancelled SELECT 5', 'skipped']);
    assert.equal(run.running, false);
  });

  it('begins nothing more when it is cancelled between statements', async () => {
    const session = new FakeSession({});
    const { run } = runOn([session], 'a; b', ({ view }) => {
      if (view.id === 0 && view.state === 'done') run.cancel();
    });
    await run.run();
    assert.deepEqual(session.sent, ['a']);
    assert.deepEqual(outcomes(run.view), ['done DONE', 'skipped']);
  });

  it('says that it doesn’t know whether a write took effect when the connection is lost', async () => {
    const lose = (session: FakeSession): never => session.lose();
    const writing = runOn([new FakeSession({ 'UPDATE t SET a = 1': lose })], 'UPDATE t SET a = 1; b').run;
    await writing.run();
    assert.deepEqual(outcomes(writing.view), ['failed', 'skipped']);
    assert.match(writing.view.statements[0]!.failure!.explanation!, /took effect is not known/);
    const reading = runOn([new FakeSession({ 'SELECT 1': lose })], 'SELECT 1').run;
    await reading.run();
    assert.doesNotMatch(reading.view.statements[0]!.failure!.explanation!, /took effect/);
  });

  it('tells the next run that it has a new connection, and runs nothing again', async () => {
    const next = new FakeSession({});
    const { run, file, target } = runOn([new FakeSession({ a: (session) => session.lose() }), next], 'a; b');
    await run.run();
    assert.deepEqual(next.sent, []);
    const second = newRun(file, target, 'c');
    await second.run();
    assert.deepEqual(next.sent, ['c']);
    assert.match(second.view.statements[0]!.notices[0]!.message, /new connection/);
  });

  it('frees the rows when it is closed', async () => {
    const session = new FakeSession({
      a: (_session, sink) => {
        sink.columns([{ name: 'x', typeOid: 23 }]);
        void sink.rows(Buffer.concat([encodeRow(['1']), encodeRow([null])]), 2);
        return { commandTag: 'SELECT 2', stopped: false };
      },
    });
    const { run } = runOn([session], 'a');
    await run.run();
    assert.deepEqual(run.view.statements[0]!.columns, [{ name: 'x', typeOid: 23, numeric: true }]);
    assert.deepEqual(await run.statements[0]!.rows(0, 10), [['1'], [null]]);
    await run.close();
    assert.deepEqual(await run.statements[0]!.rows(0, 10), []);
  });
});
