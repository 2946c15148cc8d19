import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  knownOrder,
  moveColumns,
  withAllColumns,
  withoutColumns,
} from '../../../src/webview/grid/columnOrder.ts';

/** Some of `count` columns in some order, and two places among them. */
const orders = fc
  .integer({ min: 1, max: 12 })
  .chain((count) =>
    fc
      .shuffledSubarray([...Array(count).keys()], { minLength: 1 })
      .chain((shown) =>
        fc
          .tuple(fc.nat(shown.length - 1), fc.nat(shown.length - 1), fc.nat(shown.length))
          .map(([a, b, to]) => ({ count, shown, left: Math.min(a, b), right: Math.max(a, b), to })),
      ),
  );

describe('the order of columns', () => {
  it('moves columns together, and loses none', () => {
    fc.assert(
      fc.property(orders, ({ shown, left, right, to }) => {
        const moved = moveColumns(shown, left, right, to);
        const block = shown.slice(left, right + 1);
        assert.deepEqual(moved.toSorted(), shown.toSorted());
        const rest = (order: readonly number[]): number[] =>
          order.filter((column) => !block.includes(column));
        assert.deepEqual(rest(moved), rest(shown), 'the others stay in their order');
        const at = moved.indexOf(block[0]!);
        assert.deepEqual(moved.slice(at, at + block.length), block);
        if (to < left || to > right + 1)
          assert.equal(moved[at + block.length] ?? shown.length, shown[to] ?? shown.length);
      }),
    );
  });

  it('hides columns but never all, and shows all again', () => {
    fc.assert(
      fc.property(orders, ({ count, shown, left, right }) => {
        const rest = withoutColumns(shown, left, right);
        assert.ok(rest.length > 0);
        const all = withAllColumns(rest, count);
        assert.deepEqual(
          all.toSorted((a, b) => a - b),
          [...Array(count).keys()],
        );
        assert.deepEqual(
          all.filter((column) => rest.includes(column)),
          rest,
        );
      }),
    );
    assert.deepEqual(withoutColumns([0, 1, 2, 3], 1, 2), [0, 3]);
    assert.deepEqual(withAllColumns([3, 0], 4), [3, 0, 1, 2]);
    assert.deepEqual(withAllColumns([1, 2], 3), [0, 1, 2]);
  });

  it('takes a remembered order only if it is one', () => {
    assert.deepEqual(knownOrder([2, 0], 3), [2, 0]);
    for (const wrong of [undefined, [], [0, 0], [3], [-1], [0.5]])
      assert.deepEqual(knownOrder(wrong, 3), [0, 1, 2]);
  });
});
