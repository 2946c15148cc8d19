import type { Work } from './work.ts';

/** Numbers moved between two looks at the clock. */
const portion = 32_768;
/** Fewer than this are sorted sooner by comparing them than by counting 65,536 values for each digit. */
const fewSlots = 4096;
/** Digits that are sorted by at a time: hardly any slots are alike in more. */
const leadingDigits = 4;

/**
 * Sorts slots by digits of 16 bits: by some of them with the last digit first (LSD radix sort), and what is alike in those
 * by the following ones. Stable, and as quick for one order of the slots as for another.
 * @param digits the most significant first; each has one number a slot
 * @returns the slots in order
 */
export const radixSort = async (
  digits: readonly Uint16Array[],
  count: number,
  work: Work,
): Promise<Uint32Array> => {
  const slots = new Uint32Array(count);
  for (let slot = 0; slot < count; slot++) slots[slot] = slot;
  await sortFrom(0, digits, slots, new Uint32Array(count), work);
  return slots;
};

/**
 * Sorts slots by the digits from one on.
 * @param spare as long as the slots
 */
const sortFrom = async (
  first: number,
  digits: readonly Uint16Array[],
  slots: Uint32Array,
  spare: Uint32Array,
  work: Work,
): Promise<void> => {
  if (slots.length < fewSlots) {
    slots.sort((one, other) => compare(digits, first, one, other));
    return;
  }
  const leading: Uint16Array[] = [];
  let next = first;
  for (; next < digits.length && leading.length < leadingDigits; next++) {
    const digit = digits[next];
    if (digit && (await varies(digit, slots, work))) leading.push(digit);
  }
  await sortByAll(leading, slots, spare, work);
  if (next === digits.length) return;
  for (let start = 0, at = 1; at <= slots.length; at++) {
    if (at % portion === 0 && work.due) await work.pause();
    if (at < slots.length && compare(leading, 0, slots[start] ?? 0, slots[at] ?? 0) === 0) continue;
    if (at - start > 1)
      await sortFrom(next, digits, slots.subarray(start, at), spare.subarray(start, at), work);
    start = at;
  }
};

/** Whether the slots have different numbers of a digit. */
const varies = async (digit: Uint16Array, slots: Uint32Array, work: Work): Promise<boolean> => {
  const number = digit[slots[0] ?? 0];
  for (let from = 0; from < slots.length; from += portion) {
    const end = Math.min(from + portion, slots.length);
    for (let at = from; at < end; at++) if (digit[slots[at] ?? 0] !== number) return true;
    if (work.due) await work.pause();
  }
  return false;
};

const sortByAll = async (
  digits: readonly Uint16Array[],
  slots: Uint32Array,
  spare: Uint32Array,
  work: Work,
): Promise<void> => {
  let [source, target] = [slots, spare];
  const places = new Uint32Array(65_536);
  for (const digit of digits.toReversed()) {
    places.fill(0);
    for (let from = 0; from < source.length; from += portion) {
      const end = Math.min(from + portion, source.length);
      for (let at = from; at < end; at++) {
        const value = digit[source[at] ?? 0] ?? 0;
        places[value] = (places[value] ?? 0) + 1;
      }
      if (work.due) await work.pause();
    }
    let place = 0;
    for (let value = 0; value < places.length; value++) {
      const here = places[value] ?? 0;
      places[value] = place;
      place += here;
    }
    for (let from = 0; from < source.length; from += portion) {
      const end = Math.min(from + portion, source.length);
      for (let at = from; at < end; at++) {
        const slot = source[at] ?? 0;
        const value = digit[slot] ?? 0;
        const to = places[value] ?? 0;
        target[to] = slot;
        places[value] = to + 1;
      }
      if (work.due) await work.pause();
    }
    [source, target] = [target, source];
  }
  if (source !== slots) slots.set(source);
};

const compare = (digits: readonly Uint16Array[], first: number, one: number, other: number): number => {
  for (let at = first; at < digits.length; at++) {
    const difference = (digits[at]?.[one] ?? 0) - (digits[at]?.[other] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};
