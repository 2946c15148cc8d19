import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { DATA_ROW, MESSAGE_HEADER_BYTES, messageBytes } from './dataRows.ts';

/** Room for a message that comes in two chunks; a longer one gets its own for as long as it takes. */
const HELD_BYTES = 64 * 1024;
/** What a socket reads at once; the loop of Node's own sockets takes as much. */
const READ_BYTES = 64 * 1024;

/**
 * Takes a series of `count` DataRow messages as they came. The bytes are the receiver's only until it returns.
 */
export type TakeRows = (messages: Buffer, count: number) => void;

/**
 * Stands between a connection's socket and pg's parser, which makes a string of every value: a statement that wants its
 * rows as bytes takes them here. Everything else goes on to pg, in order, as whole messages.
 */
export class RowTap {
  /** Who takes the rows; pg while there is nobody. */
  taker: TakeRows | undefined;
  #toPg: (bytes: Buffer) => void = () => undefined;
  /** A message that hasn't come to its end, and how many bytes of it are here. */
  #held = Buffer.allocUnsafeSlow(HELD_BYTES);
  #heldLength = 0;

  /**
   * Makes a socket that reads rows into the same memory again and again: pieces that are thrown away pile up until the
   * next garbage collection, some 20 MB of them. While nobody takes rows it is as any other: the stream of a COPY reads it itself.
   */
  makeSocket(): Socket {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    const onread = {
      buffer,
      callback: (length: number): boolean => {
        const chunk = buffer.subarray(0, length);
        if (!this.taker || socket.readableLength > 0) return socket.push(Buffer.from(chunk));
        this.#read(chunk);
        return true;
      },
    };
    // The published types have `onread` with `connect` only.
    const options = { allowHalfOpen: false, onread };
    const socket = new Socket(options);
    return socket;
  }

  /** @param stream a connection's, on which pg listens, and on which nothing has arrived yet */
  attach(stream: Duplex): void {
    const listeners = stream.listeners('data') as ((bytes: Buffer) => void)[];
    stream.removeAllListeners('data');
    this.#toPg = (bytes) => {
      for (const listener of listeners) listener(bytes);
    };
    stream.on('data', this.#read);
  }

  readonly #read = (chunk: Buffer): void => {
    const begun = this.#finishHeld(chunk);
    const end = begun + this.#handOn(begun > 0 ? chunk.subarray(begun) : chunk);
    if (end < chunk.length) this.#hold(chunk, end, chunk.length);
  };

  /**
   * Adds to the message that is held what a chunk has of it, and hands it on where that makes it whole.
   * @returns where in the chunk the next message begins
   */
  #finishHeld(chunk: Buffer): number {
    if (this.#heldLength === 0) return 0;
    const header = Math.min(Math.max(MESSAGE_HEADER_BYTES - this.#heldLength, 0), chunk.length);
    this.#hold(chunk, 0, header);
    if (this.#heldLength < MESSAGE_HEADER_BYTES) return header;
    const length = messageBytes(this.#held, 0);
    const end = Math.min(header + length - this.#heldLength, chunk.length);
    this.#hold(chunk, header, end, length);
    if (this.#heldLength < length) return end;
    this.#heldLength = 0;
    this.#handOn(this.#held.subarray(0, length));
    if (this.#held.length > HELD_BYTES) this.#held = Buffer.allocUnsafeSlow(HELD_BYTES);
    return end;
  }

  /** @param room bytes that the message that is held will have in all, where that is known */
  #hold(chunk: Buffer, start: number, end: number, room = this.#heldLength + end - start): void {
    if (room > this.#held.length) {
      const grown = Buffer.allocUnsafeSlow(room);
      this.#held.copy(grown, 0, 0, this.#heldLength);
      this.#held = grown;
    }
    this.#heldLength += chunk.copy(this.#held, this.#heldLength, start, end);
  }

  /** @returns where the first message begins that isn't whole yet */
  #handOn(bytes: Buffer): number {
    let seriesStart = 0;
    let seriesIsRows = false;
    let count = 0;
    let at = 0;
    while (at + MESSAGE_HEADER_BYTES <= bytes.length) {
      const end = at + messageBytes(bytes, at);
      if (end > bytes.length) break;
      const isRow = bytes[at] === DATA_ROW;
      if (isRow !== seriesIsRows) {
        this.#handSeries(bytes.subarray(seriesStart, at), seriesIsRows, count);
        seriesStart = at;
        seriesIsRows = isRow;
        count = 0;
      }
      count += 1;
      at = end;
    }
    this.#handSeries(bytes.subarray(seriesStart, at), seriesIsRows, count);
    return at;
  }

  #handSeries(messages: Buffer, areRows: boolean, count: number): void {
    if (count === 0) return;
    if (areRows && this.taker) this.taker(messages, count);
    else this.#toPg(messages);
  }
}
