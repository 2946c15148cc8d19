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
  let ties = new Ties(store.rowCount);
  if (rows.length > 0) ties.add(order, 0, rows.length);
  for (let depth = 0; ties.rows > 0;) {
    const keyBytes = Math.min(Math.max(Math.floor(heldBytes / ties.rows / 2) * 2, leastBytes), mostBytes);
    const pieces = new KeyPieces(ties.rows, keyBytes, depth);
    await visitRows(store, work, (row, bytes, offset) => {
      if (ties.of(row) >= 0) pieces.add(row, keys.of(bytes, offset));
    });
    ties = await breakTies(order, ties, pieces, work);
    depth += keyBytes;
  }
  return order;
};

/** Groups of rows that stand next to each other in the order and were alike in what was read of their keys. */
class Ties {
  /** Rows in all groups. */
  rows = 0;
  /** For each group, where it begins in the order. */
  readonly starts: number[] = [];
  /** For each row of the result the number of its group, from 1; 0 where it is in none. */
  readonly #groups: Uint32Array;

  /** @param rowCount rows of the whole result */
  constructor(rowCount: number) {
    this.#groups = new Uint32Array(rowCount);
  }

  get rowCount(): number {
    return this.#groups.length;
  }

  /** The row's group, or -1. */
  of(row: number): number {
    return (this.#groups[row] ?? 0) - 1;
  }

  add(order: Uint32Array, start: number, end: number): void {
    this.starts.push(start);
    this.rows += end - start;
    for (let at = start; at < end; at++) this.#groups[order[at] ?? 0] = this.starts.length;
  }
}

/** A piece of each of some rows' keys. Each row has a slot, in the order of rows. */
class KeyPieces {
  readonly digits: Uint16Array[];
  readonly rows: Uint32Array;
  count = 0;
  readonly #depth: number;
  /** For each slot a number that stands for what follows in the key; 0 where nothing does. Made when there is something. */
  #rest: Float64Array | undefined;

  /** @param depth bytes of each key that were looked at before */
  constructor(rowCount: number, keyBytes: number, depth: number) {
    this.rows = new Uint32Array(rowCount);
    this.digits = Array.from({ length: keyBytes / 2 }, () => new Uint16Array(rowCount));
    this.#depth = depth;
  }

  add(row: number, { bytes, length }: KeyBuffer): void {
    const slot = this.count++;
    this.rows[slot] = row;
    let at = this.#depth;
    for (const digit of this.digits) {
      if (at >= length) return;
      digit[slot] = ((bytes[at] ?? 0) << 8) | (at + 1 < length ? (bytes[at + 1] ?? 0) : 0);
      at += 2;
    }
    if (at >= length) return;
    this.#rest ??= new Float64Array(this.rows.length);
    // Long values are often the same: this finds out without reading all of them piece by piece.
    this.#rest[slot] = hash('sha256', bytes.subarray(at, length), 'buffer').readUIntBE(0, 6) + 1;
  }

  /** Whether two slots have the same piece. */
  same(one: number, other: number): boolean {
    for (const digit of this.digits) if (digit[one] !== digit[other]) return false;
    return true;
  }

  /** Whether what follows in the keys of two slots is the same. */
  sameRest(one: number, other: number): boolean {
    return this.#rest === undefined || this.#rest[one] === this.#rest[other];
  }
}

/** Puts rows that were alike into the order of their pieces. @returns those that are alike still, and have more to be read */
const breakTies = async (order: Uint32Array, ties: Ties, pieces: KeyPieces, work: Work): Promise<Ties> => {
  const { rows, count } = pieces;
  const groupOf = (slot: number): number => ties.of(rows[slot] ?? 0);
  const digits = [...groupDigits(ties, rows, count), ...pieces.digits];
  const slots = await radixSort(digits, count, work);
  const left = new Ties(ties.rowCount);
  let at = 0;
  let from = 0;
  while (from < count) {
    const first = slots[from] ?? 0;
    const group = groupOf(first);
    if (from === 0 || groupOf(slots[from - 1] ?? 0) !== group) at = ties.starts[group] ?? 0;
    const start = at;
    let finished = true;
    for (; from < count; from++) {
      const slot = slots[from] ?? 0;
      if (slot !== first && (groupOf(slot) !== group || !pieces.same(first, slot))) break;
      finished &&= pieces.sameRest(first, slot);
      order[at++] = rows[slot] ?? 0;
      if (from % 4096 === 0 && work.due) await work.pause();
    }
    if (!finished) left.add(order, start, at);
  }
  return left;
};

/** The groups' numbers as digits to sort by. */
const groupDigits = (ties: Ties, rows: Uint32Array, count: number): Uint16Array[] =>
  [16, 0]
    .filter((shift) => ties.starts.length > 2 ** shift)
    .map((shift) => {
      const digit = new Uint16Array(count);
      for (let slot = 0; slot < count; slot++) digit[slot] = ties.of(rows[slot] ?? 0) >>> shift;
      return digit;
    });
