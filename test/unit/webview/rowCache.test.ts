import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { RowCache } from '../../../src/webview/grid/rowCache.ts';

const rows = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => [String(first + index)]);

describe('RowCache', () => {
  it('gives back rows that span pages', () => {
    const cache = new RowCache({ pageRows: 10 });
    cache.set(0, rows(0, 25));
    assert.deepEqual(
      [cache.get(0), cache.get(9), cache.get(10), cache.get(24)],
      [['0'], ['9'], ['10'], ['24']],
    );
    assert.equal(cache.get(25), undefined);
  });

  it('tells what is missing by page, up to the end of the result', () => {
    const cache = new RowCache({ pageRows: 10 });
    cache.set(10, rows(10, 10));
    assert.deepEqual(cache.missing(5, 32, 34), [
      { first: 0, count: 10 },
      { first: 20, count: 10 },
      { first: 30, count: 4 },
    ]);
  });

  it('asks for the rest of a page that came short, and takes it', () => {
    const cache = new RowCache({ pageRows: 10 });
    cache.set(0, rows(0, 4));
    assert.deepEqual(cache.missing(0, 10, 10), [{ first: 4, count: 6 }]);
    cache.set(4, rows(4, 6));
    assert.deepEqual(cache.missing(0, 10, 10), []);
    assert.deepEqual(cache.get(9), ['9']);
  });

  it('keeps no rows that would leave a gap', () => {
    const cache = new RowCache({ pageRows: 10 });
    cache.set(5, rows(5, 2));
    assert.equal(cache.get(5), undefined);
  });

  it('keeps what it holds when rows come twice', () => {
    const cache = new RowCache({ pageRows: 10 });
    cache.set(0, rows(0, 6));
    cache.set(0, rows(0, 4));
    assert.deepEqual([cache.get(5), cache.missing(0, 10, 10)], [['5'], [{ first: 6, count: 4 }]]);
  });

  it('drops the page that was wanted longest ago when it holds too much', () => {
    const cache = new RowCache({ pageRows: 1, budget: 3_200, keptPages: 1 });
    const long = 'x'.repeat(1_000);
    for (const index of [0, 1, 2]) cache.set(index, [[long]]);
    cache.missing(0, 1, 100);
    cache.set(3, [[long]]);
    assert.equal(cache.get(1), undefined);
    assert.deepEqual([cache.get(0), cache.get(2), cache.get(3)], [[long], [long], [long]]);
  });

  it('keeps the last pages whatever they weigh', () => {
    const cache = new RowCache({ pageRows: 1, budget: 10, keptPages: 2 });
    for (const index of [0, 1, 2]) cache.set(index, [['x'.repeat(100)]]);
    assert.deepEqual(
      [0, 1, 2].map((index) => cache.get(index) !== undefined),
      [false, true, true],
    );
  });
});
