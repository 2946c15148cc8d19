import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { RowCache } from '../../../src/webview/grid/rowCache.ts';
import { RowSource } from '../../../src/webview/grid/rowSource.ts';

const row = (index: number) => [String(index)];
const rows = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => row(first + index));

/** A source of pages of 10 rows, and what it asked for. */
function sourceOf(rowCount: number) {
  const asked: [number, number][] = [];
  const source = new RowSource(
    (first, count) => {
      asked.push([first, count]);
    },
    new RowCache({ pageRows: 10 }),
  );
  source.rowCount = rowCount;
  return { source, asked };
}

describe('RowSource', () => {
  it('asks once for each page that is not here', () => {
    const { source, asked } = sourceOf(25);
    source.want(5, 30);
    source.want(5, 30);
    assert.deepEqual(asked, [
      [0, 10],
      [10, 10],
      [20, 5],
    ]);
  });

  it('queues nothing during a fast scroll: four pages are under way, and then what is wanted by then', () => {
    const { source, asked } = sourceOf(1_000);
    source.want(0, 60);
    assert.equal(asked.length, 4);
    source.want(500, 510);
    assert.equal(asked.length, 4);
    source.accept(0, rows(0, 10));
    source.want(500, 510);
    assert.deepEqual(asked.at(-1), [500, 10]);
  });

  it('asks for the rest of a short answer', () => {
    const { source, asked } = sourceOf(10);
    source.want(0, 10);
    source.accept(0, rows(0, 3));
    source.want(0, 10);
    assert.deepEqual(asked.at(-1), [3, 7]);
    assert.deepEqual(source.get(2), row(2));
  });

  it('asks no more for rows that can not be had, until the result grows', () => {
    const { source, asked } = sourceOf(10);
    source.want(0, 10);
    source.accept(0, []);
    source.want(0, 10);
    assert.equal(asked.length, 1);
    source.rowCount = 12;
    source.want(0, 10);
    assert.equal(asked.length, 2);
  });

  it('asks for rows that were added to a page', () => {
    const { source, asked } = sourceOf(3);
    source.want(0, 10);
    source.accept(0, rows(0, 3));
    source.rowCount = 8;
    source.want(0, 10);
    assert.deepEqual(asked.at(-1), [3, 5]);
  });

  it('keeps rows that come unasked, and asks for the rest', () => {
    const { source, asked } = sourceOf(10);
    source.accept(0, rows(0, 4));
    assert.deepEqual(source.get(3), row(3));
    source.want(0, 10);
    assert.deepEqual(asked, [[4, 6]]);
  });

  it('forgets all rows when others are at their places, and asks anew', () => {
    const { source, asked } = sourceOf(10);
    source.want(0, 10);
    source.accept(0, rows(0, 10), [7, 3]);
    assert.equal(source.numberOf(source.get(1) ?? []), 3);
    source.reset();
    assert.equal(source.get(0), undefined);
    asked.length = 0;
    source.want(0, 10);
    assert.deepEqual(asked, [[0, 10]]);
  });
});
