import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { ResultStore } from '../../../src/sql/resultStore.ts';

type Row = (string | null)[];

const numbered = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => [String(index), index % 2 === 0 ? null : '']);

describe('ResultStore', () => {
  it('gives back any window of what was put in, in whatever portions it came', () => {
    const row = fc.array(fc.option(fc.string({ unit: 'grapheme' })), { minLength: 2, maxLength: 2 });
    const portions = fc.array(fc.array(row, { maxLength: 400 }), { maxLength: 5 });
    fc.assert(
      fc.property(portions, fc.nat(1500), fc.nat(700), (batches, first, count) => {
        const store = new ResultStore();
        for (const batch of batches) store.append(batch);
        const all = batches.flat();
        assert.equal(store.rowCount, all.length);
        assert.deepEqual(store.window(first, count), all.slice(first, first + count));
      }),
      { numRuns: 50 },
    );
  });

  it('serves windows that reach over pages', () => {
    const store = new ResultStore();
    const rows = numbered(1750);
    store.append(rows);
    for (const [first, count] of [
      [0, 10],
      [499, 2],
      [400, 1200],
      [1499, 1000],
      [1750, 5],
    ] as const) {
      assert.deepEqual(store.window(first, count), rows.slice(first, first + count));
    }
  });

  it('keeps long values apart from each other', () => {
    const store = new ResultStore();
    const long = 'é'.repeat(300_000);
    store.append([[long], ['short'], [long]]);
    assert.deepEqual(store.window(1, 1), [['short']]);
    assert.deepEqual(store.window(2, 1), [[long]]);
  });

  it('is empty after it was cleared', () => {
    const store = new ResultStore();
    store.append(numbered(600));
    store.clear();
    assert.equal(store.rowCount, 0);
    assert.deepEqual(store.window(0, 10), []);
  });
});
