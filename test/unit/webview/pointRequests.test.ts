import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ChartOrder } from '../../../src/contract/chart.ts';
import { type ChartedRows, PointRequests } from '../../../src/webview/chart/pointRequests.ts';

const LINE: ChartOrder = { kind: 'line', axis: 'row', x: 0, ys: [0] };
const BARS: ChartOrder = { ...LINE, kind: 'bar' };
const rows = (count: number, more: Partial<ChartedRows> = {}): ChartedRows => ({
  arrangement: 0,
  count,
  growing: false,
  ...more,
});
const growing = (count: number): ChartedRows => rows(count, { growing: true });

/** Requests whose clock is set by hand, and the kinds of chart that were asked for. */
function watched() {
  const asked: string[] = [];
  let now = 0;
  let due: { at: number; callback: () => void } | undefined;
  const requests = new PointRequests((_, { kind }) => asked.push(kind), {
    now: () => now,
    after: (milliseconds, callback) => {
      due = { at: now + milliseconds, callback };
      return () => (due = undefined);
    },
  });
  const pass = (milliseconds: number): void => {
    now += milliseconds;
    if (!due || due.at > now) return;
    const { callback } = due;
    due = undefined;
    callback();
  };
  return { requests, asked, pass };
}

describe('a chart’s requests', () => {
  it('ask once for the same chart of the same rows', () => {
    const { requests, asked, pass } = watched();
    requests.want(LINE, rows(10));
    requests.want(LINE, rows(10));
    requests.answered(1);
    pass(10_000);
    assert.deepEqual(asked, ['line']);
  });

  it('ask at once for rows that were arranged anew, filtered, or another chart', () => {
    const { requests, asked } = watched();
    requests.want(LINE, rows(10));
    requests.want(LINE, rows(10, { arrangement: 1 }));
    requests.want(LINE, rows(4, { arrangement: 2 }));
    requests.want(BARS, rows(4, { arrangement: 2 }));
    assert.deepEqual(asked, ['line', 'line', 'line', 'bar']);
  });

  it('drop the answers to all but the last', () => {
    const { requests } = watched();
    requests.want(LINE, rows(10));
    requests.want(BARS, rows(10));
    assert.equal(requests.answered(1), false);
    assert.equal(requests.answered(2), true);
  });

  it('rest between two readings of rows that still come, the longer the longer one takes', () => {
    const { requests, asked, pass } = watched();
    requests.want(LINE, growing(10));
    requests.want(LINE, growing(20));
    pass(1000);
    requests.answered(1);
    requests.want(LINE, growing(30));
    pass(2999);
    assert.equal(asked.length, 1);
    pass(1);
    assert.equal(asked.length, 2, 'the rows that came meanwhile are read without another word');
    requests.answered(2);
    pass(500);
    assert.equal(asked.length, 2, 'there are no others');
    requests.want(LINE, growing(40));
    assert.equal(asked.length, 3);
  });

  it('don’t rest when the last rows have come', () => {
    const { requests, asked, pass } = watched();
    requests.want(LINE, growing(10));
    requests.answered(1);
    requests.want(LINE, rows(20));
    assert.equal(asked.length, 2);
    requests.answered(2);
    pass(10_000);
    assert.equal(asked.length, 2);
  });
});
