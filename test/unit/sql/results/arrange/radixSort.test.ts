import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { radixSort } from '../../../../../src/sql/results/arrange/radixSort.ts';
import { Work } from '../../../../../src/sql/results/arrange/work.ts';

describe('radixSort', () => {
  it('sorts as comparing does, however many digits are alike, and leaves what is alike in its order', async () => {
    // How many numbers each digit has: one, or so few that thousands of slots are alike in it, or many.
    const digit = fc.tuple(fc.constantFrom(1, 2, 300, 65_536), fc.nat());
    await fc.assert(
      fc.asyncProperty(
        fc.array(digit, { maxLength: 9 }),
        fc.constantFrom(0, 1, 100, 9000, 30_000),
        async (kinds, count) => {
          const digits = kinds.map(([numbers, seed]) =>
            Uint16Array.from({ length: count }, (_, slot) => hashed(slot + seed) % numbers),
          );
          const expected = Array.from({ length: count }, (_, slot) => slot).sort((one, other) => {
            for (const numbers of digits) {
              const difference = numbers[one]! - numbers[other]!;
              if (difference !== 0) return difference;
            }
            return 0;
          });
          const sorted = await radixSort(digits, count, new Work(count, 1, {}));
          assert.deepEqual([...sorted], expected);
        },
      ),
      { numRuns: 40 },
    );
  });
});

/** A number from 0 on that looks random. */
const hashed = (number: number): number => {
  const mixed = Math.imul(number ^ (number >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 12)) >>> 0;
};
