import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { RunStatement } from '../../../src/sql/run/runStatement.ts';
import type { HistoryEntry } from '../../../src/sql/history/entry.ts';
import { dayOf, entryFacts, entryGaps, entryOutcome, isWhole } from '../../../src/ui/history/historyWords.ts';
import { HistoryRecorder } from '../../../src/ui/history/recorder.ts';

const ENTRY: HistoryEntry = {
  id: '1',
  at: new Date(2026, 10, 24, 14, 3).getTime(),
  file: 'a.sql',
  clusterId: 'c1',
  cluster: 'demo',
  node: 'coordinator1',
  role: 'primary',
  ms: 12,
  outcome: 'done',
  tag: 'SELECT 5',
  rows: 5,
  sql: 'SELECT 5',
};

describe('the history in words', () => {
  it('says how a statement went', () => {
    assert.equal(entryFacts(ENTRY), '14:03 · 5 rows · 12 ms · demo › coordinator1');
    const { rows, ...update } = { ...ENTRY, tag: 'UPDATE 3' };
    assert.equal(rows, 5);
    assert.equal(entryOutcome(update), 'UPDATE 3');
    assert.equal(entryOutcome({ ...ENTRY, outcome: 'failed', code: '42P01' }), 'failed 42P01');
    assert.equal(entryOutcome({ ...ENTRY, outcome: 'cancelled' }), 'cancelled');
  });

  it('names days', () => {
    const at = (day: number, hour: number): number => new Date(2026, 10, day, hour).getTime();
    const now = at(24, 0);
    assert.equal(dayOf(at(24, 23), now), 'Today');
    assert.equal(dayOf(at(23, 0), now), 'Yesterday');
    // ICU's versions differ about the comma.
    assert.match(dayOf(at(22, 23), now), /^Sunday,? 22 November 2026$/);
  });

  it('says what was left out, and runs nothing again that isn’t whole', () => {
    assert.deepEqual(entryGaps(ENTRY), []);
    assert.equal(isWhole(ENTRY), true);
    const gaps = entryGaps({ ...ENTRY, masked: true, wholeLength: 2_000_000 });
    assert.match(gaps.join(' '), /secret.*2,000,000 characters/);
    assert.equal(isWhole({ ...ENTRY, masked: true }), false);
  });

  it('takes down each attempt at a statement that was sent, once', () => {
    const added: string[] = [];
    const recorder = new HistoryRecorder({ add: ({ outcome }) => added.push(outcome) });
    const view = {
      id: 0,
      sql: '',
      line: 1,
      state: 'pending' as RunStatement['view']['state'],
      target: { cluster: 'demo', node: 'coordinator2', role: 'standby' },
      columns: [],
      rowCount: 0,
      startedAt: 1,
      elapsedMs: 1,
      notices: [],
    };
    const statement = { view, piece: { text: 'SELECT 1' } } as unknown as RunStatement;
    for (const state of [
      'pending',
      'running',
      'running',
      'failed',
      'failed',
      'pending',
      'running',
      'done',
      'done',
    ] as const) {
      view.state = state;
      recorder.take(statement, { file: 'a.sql', clusterId: 'c1' });
    }
    assert.deepEqual(added, ['failed', 'done']);
    view.state = 'skipped';
    recorder.take(statement, { file: 'a.sql', clusterId: 'c1' });
    assert.equal(added.length, 2);
  });
});
