import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { batches } from '../../../src/ui/results/batches.ts';
import { resultsHtml } from '../../../src/ui/results/resultsHtml.ts';
import { Throttle } from '../../../src/ui/results/throttle.ts';

/** A throttle of 50 ms, how often it acted, and a timer that is run by hand. */
function throttled() {
  const seen = { acts: 0, timers: 0 };
  let due: (() => void) | undefined;
  const throttle = new Throttle(
    () => seen.acts++,
    50,
    (callback, milliseconds) => {
      assert.equal(milliseconds, 50);
      seen.timers++;
      due = callback;
      return () => (due = undefined);
    },
  );
  const pass = () => {
    const callback = due;
    due = undefined;
    callback?.();
  };
  return { throttle, seen, pass };
}

describe('Throttle', () => {
  it('acts at once, and once more for all that is asked for meanwhile', () => {
    const { throttle, seen, pass } = throttled();
    throttle.ask();
    assert.equal(seen.acts, 1);
    for (let asked = 0; asked < 1_000; asked++) throttle.ask();
    assert.equal(seen.acts, 1);
    pass();
    assert.equal(seen.acts, 2);
  });

  it('rests when nothing is asked for, and then acts at once again', () => {
    const { throttle, seen, pass } = throttled();
    throttle.ask();
    pass();
    assert.deepEqual(seen, { acts: 1, timers: 1 });
    throttle.ask();
    assert.equal(seen.acts, 2);
  });

  it('does nothing after it is disposed', () => {
    const { throttle, seen, pass } = throttled();
    throttle.ask();
    throttle.ask();
    throttle.dispose();
    pass();
    assert.equal(seen.acts, 1);
  });
});

describe('batches', () => {
  it('holds all items in order, so many at a time', () => {
    assert.deepEqual([...batches([1, 2, 3, 4, 5], 2)], [[1, 2], [3, 4], [5]]);
    assert.deepEqual([...batches([1, 2], 2)], [[1, 2]]);
    assert.deepEqual([...batches([], 2)], []);
  });
});

describe('resultsHtml', () => {
  it('lets nothing be loaded but our script and style', () => {
    const html = resultsHtml({ cspSource: 'https://host', nonce: 'abc', script: 's.js', style: 's.css' });
    assert.ok(html.includes(`content="default-src 'none'; style-src https://host; script-src 'nonce-abc'"`));
    assert.equal([...html.matchAll(/<script/g)].length, 1);
    assert.ok(!/ style=| on\w+=/.test(html));
  });
});
