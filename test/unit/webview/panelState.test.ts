import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { RunView, StatementView } from '../../../src/contract/results.ts';
import {
  openStatement,
  runSummary,
  withRun,
  withStatements,
} from '../../../src/webview/results/panelState.ts';

const statement = (
  id: number,
  state: StatementView['state'],
  more: Partial<StatementView> = {},
): StatementView => ({
  id,
  sql: 'SELECT 1',
  line: 1,
  state,
  target: { cluster: 'demo', node: 'coordinator1', role: 'primary' },
  columns: [],
  rowCount: 0,
  startedAt: 1,
  elapsedMs: 1,
  notices: [],
  ...more,
});
const run = (...states: StatementView['state'][]): RunView => ({
  id: 7,
  file: 'a.sql',
  running: states.includes('running'),
  statements: states.map((state, id) => statement(id, state)),
});
const notice = (message: string) => ({ severity: 'NOTICE', message });
const news = (
  changed: StatementView,
  { noticesBefore = 0, runId = 7 } = {},
): Parameters<typeof withStatements>[1] => ({
  type: 'statements',
  runId,
  running: true,
  changes: [{ statement: changed, noticesBefore }],
});

describe('openStatement', () => {
  it('follows the statement that was started last', () => {
    assert.equal(openStatement({ run: run('done', 'running', 'pending'), picked: undefined })?.id, 1);
    assert.equal(openStatement({ run: run('done', 'failed', 'skipped'), picked: undefined })?.id, 1);
    assert.equal(openStatement({ run: run('pending', 'pending'), picked: undefined })?.id, 0);
  });

  it('stays with the one that was picked, in that run', () => {
    const state = { run: run('done', 'running', 'pending'), picked: 0 };
    assert.equal(openStatement(state)?.id, 0);
    assert.equal(withRun(state, run('done', 'done', 'running')).picked, 0);
    assert.equal(withRun(state, { ...run('running'), id: 8 }).picked, undefined);
  });
});

describe('withStatements', () => {
  it('puts new notices behind those that came before', () => {
    const first = withStatements(
      { run: run('running'), picked: undefined },
      news(statement(0, 'running', { notices: [notice('a'), notice('b')] })),
    );
    const second = withStatements(
      first,
      news(statement(0, 'running', { notices: [notice('c')] }), { noticesBefore: 2 }),
    );
    assert.deepEqual(
      second.run?.statements[0]?.notices.map(({ message }) => message),
      ['a', 'b', 'c'],
    );
  });

  it('forgets the notices of an attempt before', () => {
    const before = { ...run('failed'), statements: [statement(0, 'failed', { notices: [notice('old')] })] };
    const state = withStatements({ run: before, picked: undefined }, news(statement(0, 'running')));
    assert.deepEqual(state.run?.statements[0]?.notices, []);
  });

  it('takes the statements that follow a run, and leaves the others as they are', () => {
    const state = { run: run('done', 'running'), picked: undefined };
    const changes = [statement(1, 'done'), statement(2, 'running'), statement(3, 'pending')].map(
      (changed) => ({
        statement: changed,
        noticesBefore: 0,
      }),
    );
    const now = withStatements(state, { type: 'statements', runId: 7, running: true, changes });
    assert.deepEqual(
      now.run?.statements.map(({ id, state }) => `${id} ${state}`),
      ['0 done', '1 done', '2 running', '3 pending'],
    );
    assert.equal(now.run.statements[0], state.run.statements[0]);
    assert.equal(state.run.statements.length, 2);
  });

  it('drops news of another run', () => {
    const state = { run: run('running'), picked: undefined };
    assert.equal(withStatements(state, news(statement(0, 'done'), { runId: 6 })), state);
  });
});

describe('runSummary', () => {
  const cases: [StatementView['state'][], string, string][] = [
    [['done', 'running', 'pending'], 'running', 'Running 2 of 3'],
    [['running'], 'running', 'Running'],
    [['done', 'failed', 'skipped'], 'failed', 'Failed at 2 of 3'],
    [['failed'], 'failed', 'Failed'],
    [['done', 'cancelled', 'skipped'], 'cancelled', 'Cancelled at 2 of 3'],
    [['done', 'done'], 'done', '2 statements'],
    [['done'], 'done', '1 statement'],
    [['pending', 'pending'], 'pending', '2 statements'],
  ];
  it('writes large numbers so that they can be read', () => {
    const states = new Array<StatementView['state']>(31_000).fill('done').fill('failed', 2_999);
    assert.equal(runSummary(run(...states)).text, 'Failed at 3,000 of 31,000');
  });

  for (const [states, state, text] of cases) {
    it(`sums up ${states.join(', ')} as ${text}`, () => {
      assert.deepEqual(runSummary(run(...states)), { state, text });
    });
  }
});
