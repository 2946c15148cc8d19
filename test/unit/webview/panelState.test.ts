import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { RunView, StatementView } from '../../../src/contract/results.ts';
import {
  openStatement,
  runSummary,
  withRun,
  withStatement,
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
const news = (changed: StatementView, more: { noticesBefore?: number; runId?: number } = {}) =>
  ({ type: 'statement', runId: 7, running: true, statement: changed, noticesBefore: 0, ...more }) as const;

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

describe('withStatement', () => {
  it('puts new notices behind those that came before', () => {
    const first = withStatement(
      { run: run('running'), picked: undefined },
      news(statement(0, 'running', { notices: [notice('a'), notice('b')] })),
    );
    const second = withStatement(
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
    const state = withStatement({ run: before, picked: undefined }, news(statement(0, 'running')));
    assert.deepEqual(state.run?.statements[0]?.notices, []);
  });

  it('drops news of another run', () => {
    const state = { run: run('running'), picked: undefined };
    assert.equal(withStatement(state, news(statement(0, 'done'), { runId: 6 })), state);
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
  for (const [states, state, text] of cases) {
    it(`sums up ${states.join(', ')} as ${text}`, () => {
      assert.deepEqual(runSummary(run(...states)), { state, text });
    });
  }
});
