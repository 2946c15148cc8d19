import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  cellAfterKey,
  contains,
  rangeOf,
  selectionAfterKey,
  wholeColumns,
  wholeRows,
} from '../../../src/webview/grid/selection.ts';

const shape = { rows: 100, columns: 5, page: 20 };
const press = (key: string, ctrlKey = false, shiftKey = false) => ({
  key,
  ctrlKey,
  metaKey: false,
  shiftKey,
});

describe('cellAfterKey', () => {
  const from = { row: 50, column: 2 };
  const targets: [string, boolean, number, number][] = [
    ['ArrowUp', false, 49, 2],
    ['ArrowDown', false, 51, 2],
    ['ArrowLeft', false, 50, 1],
    ['ArrowRight', false, 50, 3],
    ['PageUp', false, 30, 2],
    ['PageDown', false, 70, 2],
    ['Home', false, 50, 0],
    ['End', false, 50, 4],
    ['Home', true, 0, 0],
    ['End', true, 99, 4],
    ['ArrowUp', true, 0, 2],
    ['ArrowDown', true, 99, 2],
    ['ArrowLeft', true, 50, 0],
    ['ArrowRight', true, 50, 4],
  ];
  for (const [key, control, row, column] of targets) {
    it(`moves with ${control ? 'Ctrl+' : ''}${key}`, () => {
      assert.deepEqual(cellAfterKey(from, press(key, control), shape), { row, column });
    });
  }

  it('stays inside the grid', () => {
    assert.deepEqual(cellAfterKey({ row: 0, column: 0 }, press('ArrowUp'), shape), { row: 0, column: 0 });
    assert.deepEqual(cellAfterKey({ row: 90, column: 4 }, press('PageDown'), shape), { row: 99, column: 4 });
  });

  it('leaves other keys alone', () => {
    assert.equal(cellAfterKey(from, press('c', true), shape), undefined);
    assert.equal(cellAfterKey(from, press('Tab'), shape), undefined);
  });
});

describe('selectionAfterKey', () => {
  const selection = { anchor: { row: 7, column: 1 }, focus: { row: 3, column: 2 } };
  const selected = (key: string, ctrlKey: boolean, shiftKey: boolean) => {
    const after = selectionAfterKey(selection, press(key, ctrlKey, shiftKey), shape);
    return after && rangeOf(after);
  };

  it('selects everything, whole rows and whole columns', () => {
    assert.deepEqual(selected('a', true, false), { top: 0, bottom: 99, left: 0, right: 4 });
    assert.deepEqual(selected(' ', false, true), { top: 3, bottom: 7, left: 0, right: 4 });
    assert.deepEqual(selected(' ', true, false), { top: 0, bottom: 99, left: 1, right: 2 });
  });

  it('leaves other keys alone', () => {
    assert.equal(selected('a', false, false), undefined);
    assert.equal(selected(' ', false, false), undefined);
  });
});

describe('rangeOf', () => {
  it('has its edges in order, wherever the selection was begun', () => {
    const range = rangeOf({ anchor: { row: 7, column: 1 }, focus: { row: 3, column: 4 } });
    assert.deepEqual(range, { top: 3, bottom: 7, left: 1, right: 4 });
    assert.ok(contains(range, 3, 4) && contains(range, 7, 1));
    assert.ok(!contains(range, 2, 4) && !contains(range, 3, 0));
  });

  it('covers whole rows and whole columns', () => {
    assert.deepEqual(rangeOf(wholeRows(5, 2, shape)), { top: 2, bottom: 5, left: 0, right: 4 });
    assert.deepEqual(rangeOf(wholeColumns(1, 3, shape)), { top: 0, bottom: 99, left: 1, right: 3 });
  });
});
