import type { Duplex } from 'node:stream';
import { DATA_ROW, MESSAGE_HEADER_BYTES, messageBytes } from './dataRows.ts';

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
  /** A message's beginning, in pieces as they came, and how many bytes are needed to go on with it. */
  #pieces: Buffer[] = [];
  #size = 0;
  #needed = MESSAGE_HEADER_BYTES;

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
    this.#pieces.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#needed) return;
    const bytes = this.#pieces.length === 1 ? chunk : Buffer.concat(this.#pieces, this.#size);
    const rest = bytes.subarray(this.#handOn(bytes));
    this.#pieces = rest.length > 0 ? [rest] : [];
    this.#size = rest.length;
    this.#needed = rest.length < MESSAGE_HEADER_BYTES ? MESSAGE_HEADER_BYTES : messageBytes(rest, 0);
  };

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
