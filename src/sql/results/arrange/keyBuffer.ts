/**
 * The first byte of a value's key. What follows makes keys of one column such that comparing them byte by byte orders
 * them as PostgreSQL does, and that none is the beginning of another.
 */
export const KeyClass = {
  lowest: 0x10,
  negative: 0x20,
  zero: 0x30,
  finite: 0x40,
  highest: 0x50,
  notANumber: 0x60,
  /** A value that isn't written as its type usually is: ordered as text, after the others. */
  other: 0xf0,
  null: 0xff,
} as const;

/** Bytes that are written one after another, in memory that is used again. */
export class KeyBuffer {
  bytes = Buffer.allocUnsafe(256);
  length = 0;

  /** @param value 0 to 255 */
  byte(value: number): void {
    this.#makeRoom(1);
    this.bytes[this.length++] = value;
  }

  /** The lowest `count` bytes of an integer from 0 on, the highest of them first. */
  integer(value: number, count: number): void {
    this.#makeRoom(count);
    this.bytes.writeUIntBE(value, this.length, count);
    this.length += count;
  }

  copy(source: Buffer, start: number, end: number): void {
    this.#makeRoom(end - start);
    source.copy(this.bytes, this.length, start, end);
    this.length += end - start;
  }

  /** Turns the order of everything from an offset on around. */
  invert(from: number): void {
    const { bytes, length } = this;
    for (let at = from; at < length; at++) bytes[at] = 0xff ^ (bytes[at] ?? 0);
  }

  #makeRoom(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}

/**
 * Writes the key of the value that is `bytes` from `start` up to `end`.
 * @returns whether it is a value of that kind; where not, what was written is of no use
 */
export type WriteKey = (key: KeyBuffer, bytes: Buffer, start: number, end: number) => boolean;
