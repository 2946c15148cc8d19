import type { Work } from './work.ts';

/** Numbers moved between two looks at the clock. */
const portion = 32_768;
/** Fewer than this are sorted sooner by comparing them than by counting 65,536 values for each digit. */
const fewSlots = 4096;

/**
 * Sorts slots by digits of 16 bits, the last digit first (LSD radix sort): stable, and as quick for one order of the
 * slots as for another.
 * @param digits the most significant first; each has one number a slot
 * @returns the slots in order
 */
export const radixSort = async (
  digits: readonly Uint16Array[],
  count: number,
  work: Work,
): Promise<Uint32Array> => {
  let slots = new Uint32Array(count);
  for (let slot = 0; slot < count; slot++) slots[slot] = slot;
  if (count < fewSlots) return slots.sort((one, other) => compare(digits, one, other));
  let sorted = new Uint32Array(count);
  const starts = new Uint32Array(65_536);
  for (const digit of digits.toReversed()) {
    starts.fill(0);
    for (let from = 0; from < count; from += portion) {
      const end = Math.min(from + portion, count);
      for (let slot = from; slot < end; slot++)
        starts[digit[slot] ?? 0] = (starts[digit[slot] ?? 0] ?? 0) + 1;
      if (work.due) await work.pause();
    }
    if (starts[digit[0] ?? 0] === count) continue;
    let start = 0;
    for (let value = 0; value < starts.length; value++) {
      const here = starts[value] ?? 0;
      starts[value] = start;
      start += here;
    }
    for (let from = 0; from < count; from += portion) {
      const end = Math.min(from + portion, count);
      for (let at = from; at < end; at++) {
        const slot = slots[at] ?? 0;
        const value = digit[slot] ?? 0;
        const target = starts[value] ?? 0;
        sorted[target] = slot;
        starts[value] = target + 1;
      }
      if (work.due) await work.pause();
    }
    [slots, sorted] = [sorted, slots];
  }
  return slots;
};

const compare = (digits: readonly Uint16Array[], one: number, other: number): number => {
  for (const digit of digits) {
    const difference = (digit[one] ?? 0) - (digit[other] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};
