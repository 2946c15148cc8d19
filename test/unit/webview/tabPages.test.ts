import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { pageOf, pageSize, pageText, tabAtKey } from '../../../src/webview/results/tabPages.ts';

const count = 31_000;

describe('pageOf', () => {
  it('shows all tabs of a run that has few', () => {
    assert.deepEqual(pageOf(0, 1), { first: 0, end: 1 });
    assert.deepEqual(pageOf(17, 40), { first: 0, end: 40 });
    assert.deepEqual(pageOf(pageSize - 1, pageSize), { first: 0, end: pageSize });
  });

  it('holds the tab that it is asked for, at either edge too', () => {
    assert.deepEqual(pageOf(199, count), { first: 0, end: 200 });
    assert.deepEqual(pageOf(200, count), { first: 200, end: 400 });
    assert.deepEqual(pageOf(count - 1, count), { first: 30_800, end: count });
  });

  it('ends where the statements end', () => {
    assert.deepEqual(pageOf(405, 410), { first: 400, end: 410 });
  });

  it('leads from a page to the one beside it', () => {
    const { first, end } = pageOf(450, count);
    assert.equal(pageOf(first - 1, count).end, first);
    assert.equal(pageOf(end, count).first, end);
  });
});

describe('pageText', () => {
  it('counts from one', () => {
    assert.equal(pageText(pageOf(0, count), count), '1–200 of 31,000');
    assert.equal(pageText(pageOf(count - 1, count), count), '30,801–31,000 of 31,000');
  });
});

describe('tabAtKey', () => {
  it('goes on to the next page, and to either end of the run', () => {
    assert.equal(tabAtKey('ArrowRight', 199, count), 200);
    assert.equal(tabAtKey('ArrowLeft', 200, count), 199);
    assert.equal(tabAtKey('Home', 500, count), 0);
    assert.equal(tabAtKey('End', 500, count), count - 1);
  });

  it('stays at the ends, and leaves other keys alone', () => {
    assert.equal(tabAtKey('ArrowLeft', 0, count), undefined);
    assert.equal(tabAtKey('ArrowRight', count - 1, count), undefined);
    assert.equal(tabAtKey('Enter', 5, count), undefined);
    assert.equal(tabAtKey('End', 0, 0), undefined);
  });
});
