import { hash } from 'node:crypto';
import type { ResultStore } from '../resultStore.ts';
import type { KeyBuffer } from './keyBuffer.ts';
import { radixSort } from './radixSort.ts';
import type { RowKeys } from './rowKeys.ts';
import { visitRows } from './visitRows.ts';
import type { Work } from './work.ts';

/** Bytes of keys that are held at one time, about; but at least `leastBytes` and at most `mostBytes` of each key. */
const heldBytes = 24 * 1024 * 1024;
const leastBytes = 8;
const mostBytes = 4096;
/** What follows the first piece of a key isn't looked at as a whole where it is as short, bytes: reading it on is no effort. */
const shortRest = 64;

/**
 * Sorts rows by keys of any length while only a few bytes of each are held: it sorts by the first bytes, reads more of
 * those that were alike so far, and so on.
 * @param rows their indices, ascending; rows with the same key stay in this order
 * @returns the indices in order
 * @throws ResultFileError, and the signal's reason where the work was stopped
 */
export const sortRows = async (
  store: ResultStore,
  keys: RowKeys,
  rows: Uint32Array,
  work: Work,
): Promise<Uint32Array> => {
  const order = rows.slice();
  const ties = new Ties(store.rowCount);
  if (rows.length > 0) ties.add(order, 0, rows.length);
  for (let depth = 0; ties.rows > 0;) {
    const keyBytes = Math.min(Math.max(Math.floor(heldBytes / ties.rows / 2) * 2, leastBytes), mostBytes);
    const pieces = new KeyPieces(depth === 0 ? rows : new Uint32Array(ties.rows), keyBytes, depth);
    await visitRows(store, work, (row, bytes, offset) => {
      if (ties.of(row) >= 0) pieces.add(row, keys.of(bytes, offset));
    });
    await breakTies(order, ties, pieces, work);
    depth += keyBytes;
  }
  return order;
};

/** Groups of rows that stand next to each other in the order and were alike in what was read of their keys. */
class Ties {
  /** Rows in all groups. */
  rows = 0;
  /** For each group, where it begins in the order. */
  starts: number[] = [];
  /** For each row of the result the number of its group, from 1; 0 where it is in none. */
  readonly #groups: Uint32Array;

  /** @param rowCount rows of the whole result */
  constructor(rowCount: number) {
    this.#groups = new Uint32Array(rowCount);
  }

  /** The row's group, or -1. */
  of(row: number): number {
    return (this.#groups[row] ?? 0) - 1;
  }

  /** Begins to number groups anew. Rows are in their old ones until they are added to a new one, or removed. */
  renew(): void {
    this.starts = [];
    this.rows = 0;
  }

  add(order: Uint32Array, start: number, end: number): void {
    this.starts.push(start);
    this.rows += end - start;
    this.#set(order, start, end, this.starts.length);
  }

  remove(order: Uint32Array, start: number, end: number): void {
    this.#set(order, start, end, 0);
  }

  #set(order: Uint32Array, start: number, end: number, group: number): void {
    for (let at = start; at < end; at++) this.#groups[order[at] ?? 0] = group;
  }
}

/** A piece of each of some rows' keys. Each row has a slot, in the order of rows. */
class KeyPieces {
  readonly digits: Uint16Array[];
  readonly rows: Uint32Array;
  #count = 0;
  readonly #depth: number;
  /** Whether there is more of some key. */
  #more = false;
  /** For each slot a number that stands for what follows in the key, made when it is needed; 0 where nothing does, or it is short. */
  #rest: Float64Array | undefined;

  /**
   * @param rows takes the rows in the order that their keys are added; those that it has must be the same
   * @param depth bytes of each key that were looked at before
   */
  constructor(rows: Uint32Array, keyBytes: number, depth: number) {
    this.rows = rows;
    this.digits = Array.from({ length: keyBytes / 2 }, () => new Uint16Array(rows.length));
    this.#depth = depth;
  }

  add(row: number, { bytes, length }: KeyBuffer): void {
    const slot = this.#count++;
    this.rows[slot] = row;
    let at = this.#depth;
    for (const digit of this.digits) {
      if (at >= length) return;
      digit[slot] = ((bytes[at] ?? 0) << 8) | (at + 1 < length ? (bytes[at + 1] ?? 0) : 0);
      at += 2;
    }
    if (at >= length) return;
    this.#more = true;
    // Most keys are told apart by their beginning.
    if (this.#depth === 0 && length - at <= shortRest) return;
    this.#rest ??= new Float64Array(this.rows.length);
    // Long values are often the same: this finds out without reading all of them piece by piece.
    this.#rest[slot] = hash('sha256', bytes.subarray(at, length), 'buffer').readUIntBE(0, 6) + 1;
  }

  /** Whether two slots have the same piece. */
  same(one: number, other: number): boolean {
    for (const digit of this.digits) if (digit[one] !== digit[other]) return false;
    return true;
  }

  /** Whether what follows in the keys of two slots is known to be the same. */
  sameRest(one: number, other: number): boolean {
    if (one === other || !this.#more) return true;
    const rest = this.#rest?.[one];
    return rest !== undefined && rest === this.#rest?.[other] && (rest > 0 || this.#depth > 0);
  }
}

/** Puts rows that were alike into the order of their pieces. Those are left that are alike still, and have more to be read. */
const breakTies = async (order: Uint32Array, ties: Ties, pieces: KeyPieces, work: Work): Promise<void> => {
  const { rows } = pieces;
  const { starts } = ties;
  const groupOf = (slot: number): number => ties.of(rows[slot] ?? 0);
  const digits = [...groupDigits(ties, rows), ...pieces.digits];
  const slots = await radixSort(digits, rows.length, work);
  ties.renew();
  let group = -1;
  let at = 0;
  let from = 0;
  while (from < slots.length) {
    const first = slots[from] ?? 0;
    if (groupOf(first) !== group) {
      group = groupOf(first);
      at = starts[group] ?? 0;
    }
    const start = at;
    let finished = true;
    for (; from < slots.length; from++) {
      const slot = slots[from] ?? 0;
      if (slot !== first && (groupOf(slot) !== group || !pieces.same(first, slot))) break;
      finished &&= pieces.sameRest(first, slot);
      order[at++] = rows[slot] ?? 0;
      if (from % 4096 === 0 && work.due) await work.pause();
    }
    if (finished) ties.remove(order, start, at);
    else ties.add(order, start, at);
  }
};

/** The groups' numbers as digits to sort by. */
const groupDigits = (ties: Ties, rows: Uint32Array): Uint16Array[] =>
  [16, 0]
    .filter((shift) => ties.starts.length > 2 ** shift)
    .map((shift) => {
      const digit = new Uint16Array(rows.length);
      for (let slot = 0; slot < rows.length; slot++) digit[slot] = ties.of(rows[slot] ?? 0) >>> shift;
      return digit;
    });
