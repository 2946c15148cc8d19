import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Ring } from '../../../src/webview/grid/ring.ts';

const ringOf = () => {
  let made = 0;
  return new Ring(() => made++);
};
const shown = (ring: Ring<number>) => new Map(ring);

describe('Ring', () => {
  it('changes one element when its window moves by one', () => {
    const ring = ringOf();
    ring.show(0, 10, 100);
    const before = shown(ring);
    ring.show(1, 11, 100);
    const after = shown(ring);
    assert.deepEqual([...after.keys()], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert.equal(after.get(10), before.get(0));
    for (let item = 1; item < 10; item++) assert.equal(after.get(item), before.get(item));
  });

  it('shows every item by an element of its own', () => {
    const ring = ringOf();
    ring.show(37, 54, 100);
    assert.equal(new Set(shown(ring).values()).size, 17);
  });

  it('keeps using all its elements in a smaller window and at the end', () => {
    const ring = ringOf();
    ring.show(0, 10, 100);
    ring.show(50, 53, 100);
    assert.deepEqual([ring.first, ring.end], [50, 60]);
    ring.show(97, 107, 100);
    assert.deepEqual([ring.first, ring.end], [90, 100]);
  });

  it('shows no more than there is', () => {
    const ring = ringOf();
    ring.show(0, 10, 3);
    assert.deepEqual([...shown(ring).keys()], [0, 1, 2]);
    assert.equal(ring.get(3), undefined);
  });

  it('tells which elements show nothing when there is less than before', () => {
    const ring = ringOf();
    ring.show(0, 10, 100);
    assert.deepEqual([...ring.idle()], []);
    ring.show(0, 10, 4);
    assert.deepEqual([...ring.idle()].toSorted(), [4, 5, 6, 7, 8, 9]);
    ring.show(0, 10, 0);
    assert.equal([...ring.idle()].length, 10);
    ring.show(90, 100, 100);
    assert.deepEqual([[...ring.idle()], shown(ring).size], [[], 10]);
  });
});
