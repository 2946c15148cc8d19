import type { RowsView } from '../../contract/results.ts';
import { decodeRow, messageBytes } from '../../postgres/dataRows.ts';
import type { ResultRows } from './rows.ts';
import type { CreateResultFile, ResultFile } from './resultFiles.ts';

/** Sizes in bytes that a store goes by. */
export interface ResultStoreSizes {
  /** A page is full with this many, or with one series of rows that is larger. */
  readonly page: number;
  /** Pages in memory for good, the first ones; those that follow go to the file. */
  readonly memory: number;
  /** Pages that may wait to be written before the server has to wait. */
  readonly waiting: number;
  /** A window ends when it has this many, so that long values don't stall those who show them. */
  readonly window: number;
}

/** Some of the rows of a store that follow each other. */
export interface StoredPage {
  /** Index of the first row, from 0. */
  readonly firstRow: number;
  /** Where it begins in all pages put together, bytes. */
  readonly position: number;
  readonly bytes: Buffer;
}

const MB = 1024 * 1024;
const SIZES: ResultStoreSizes = { page: MB / 4, memory: 16 * MB, waiting: 8 * MB, window: 4 * MB };
/** What the first page begins with: most results are small, and a file may have hundreds. */
const SMALLEST_PAGE = 1024;

/**
 * The rows of one result, as the server sent them (DataRow messages), in pages: the first in memory, and what goes
 * beyond in a file. Only what is asked for is decoded. Of a page in the file 16 bytes stay in memory, so that
 * 10 million rows of ten values (1.5 GB) take 100 kB.
 */
export class ResultStore implements ResultRows {
  readonly #createFile: CreateResultFile;
  readonly #sizes: ResultStoreSizes;
  /** For each full page: its first row, and where it begins in all pages put together. */
  #firstRows: number[] = [];
  #starts: number[] = [];
  /** Where the page begins that isn't full yet. */
  #tailFirstRow = 0;
  #tailStart = 0;
  #tail: Buffer = Buffer.alloc(0);
  #tailLength = 0;
  #rowCount = 0;
  /** Pages in memory, by their index: those that stay there, and those that wait to be written. */
  readonly #inMemory = new Map<number, Buffer>();
  /** Where the file begins in all pages put together. */
  #fileStart: number | undefined;
  #file: ResultFile | undefined;
  #toWrite: number[] = [];
  #bytesToWrite = 0;
  /** Memory of pages that are written, for those that follow: what is thrown away instead stays for long. */
  #spare: Buffer[] = [];
  #writing: Promise<void> | undefined;
  #closed = false;

  constructor(createFile: CreateResultFile, sizes: ResultStoreSizes = SIZES) {
    this.#createFile = createFile;
    this.#sizes = sizes;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  /**
   * Copies rows into the store.
   * @param messages whole DataRow messages, `count` of them
   * @returns where enough waits to be written, what settles when it is; a rejection (ResultFileError) is for good: the
   * rows that are in the store stay there, and no more should come
   */
  append(messages: Buffer, count: number): Promise<void> | undefined {
    if (this.#closed) return undefined;
    if (this.#tailLength > 0 && this.#tailLength + messages.length > this.#sizes.page) this.#endPage();
    this.#makeRoom(messages.length);
    messages.copy(this.#tail, this.#tailLength);
    this.#tailLength += messages.length;
    this.#rowCount += count;
    return this.#bytesToWrite > this.#sizes.waiting ? this.#writing : undefined;
  }

  /** Settles when nothing waits to be written. @throws ResultFileError where something couldn't be, now or before */
  async written(): Promise<void> {
    await this.#writing;
    this.#spare = [];
  }

  /** The rows from `first` (counted from 0), at most `count`; fewer at the end and where they are large, but one at least. */
  async window(first: number, count: number): Promise<RowsView> {
    const rows: RowsView = [];
    let size = 0;
    for (let page = this.#pageOf(first); page <= this.#firstRows.length && rows.length < count; page++) {
      const skipped = first + rows.length - (this.#firstRows[page] ?? this.#tailFirstRow);
      const bytes = await this.#bytesOf(page);
      for (let at = 0, row = 0; at < bytes.length; at += messageBytes(bytes, at), row++) {
        if (row < skipped) continue;
        size += messageBytes(bytes, at);
        if (rows.length === count || (rows.length > 0 && size > this.#sizes.window)) return rows;
        rows.push(decodeRow(bytes, at));
      }
    }
    return rows;
  }

  /**
   * Rows as they came, from `first` (counted from 0) to the end of some page.
   * @returns DataRow messages and their number; none where there is no such row
   */
  async messagesFrom(first: number): Promise<{ messages: Buffer; count: number }> {
    const page = this.#pageOf(first);
    const skipped = first - (this.#firstRows[page] ?? this.#tailFirstRow);
    const bytes = await this.#bytesOf(page);
    let start = 0;
    let count = 0;
    for (let at = 0, row = 0; at < bytes.length; at += messageBytes(bytes, at), row++) {
      if (row === skipped) start = at;
      if (row >= skipped) count += 1;
    }
    return { messages: bytes.subarray(count > 0 ? start : bytes.length), count };
  }

  /** All rows there are when it is called, page by page in order: whole DataRow messages. @throws ResultFileError */
  async *pages(): AsyncGenerator<StoredPage> {
    const end = this.#tailStart + this.#tailLength;
    for (let page = 0; page <= this.#firstRows.length; page++) {
      const position = this.#starts[page] ?? this.#tailStart;
      const firstRow = this.#firstRows[page] ?? this.#tailFirstRow;
      const bytes = (await this.#bytesOf(page)).subarray(0, end - position);
      if (bytes.length === 0) return;
      yield { firstRow, position, bytes };
    }
  }

  /**
   * Some bytes of one page.
   * @param position of the first, in all pages put together
   * @param length the bytes up to the page's end are given where it is larger
   * @throws ResultFileError
   */
  async bytesAt(position: number, length: number): Promise<Buffer> {
    const page = this.#indexAt(this.#starts, this.#tailStart, position);
    const start = this.#starts[page];
    const end = Math.min(position + length, this.#starts[page + 1] ?? this.#tailStart);
    if (start !== undefined && !this.#inMemory.has(page)) return this.#fromFile(position, end);
    const from = position - (start ?? this.#tailStart);
    return (await this.#bytesOf(page)).subarray(from, from + length);
  }

  /** Frees the memory and deletes the file; the store is empty from now on. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#firstRows = [];
    this.#starts = [];
    this.#tail = Buffer.alloc(0);
    this.#tailFirstRow = this.#tailStart = this.#tailLength = this.#rowCount = this.#bytesToWrite = 0;
    this.#toWrite = [];
    this.#spare = [];
    this.#inMemory.clear();
    await this.#writing?.catch(() => undefined);
    await this.#file?.remove();
    this.#file = undefined;
  }

  #makeRoom(length: number): void {
    const needed = this.#tailLength + length;
    if (needed <= this.#tail.length) return;
    const { page } = this.#sizes;
    const least = this.#firstRows.length > 0 ? page : SMALLEST_PAGE;
    const spare = needed <= page ? this.#spare.pop() : undefined;
    const grown =
      spare ?? Buffer.allocUnsafeSlow(Math.max(needed, Math.min(2 * this.#tail.length, page), least));
    this.#tail.copy(grown, 0, 0, this.#tailLength);
    this.#tail = grown;
  }

  #endPage(): void {
    const page = this.#firstRows.length;
    this.#firstRows.push(this.#tailFirstRow);
    this.#starts.push(this.#tailStart);
    this.#inMemory.set(page, this.#tail.subarray(0, this.#tailLength));
    const end = this.#tailStart + this.#tailLength;
    if (this.#fileStart === undefined && end > this.#sizes.memory) this.#fileStart = this.#tailStart;
    if (this.#fileStart !== undefined) {
      this.#toWrite.push(page);
      this.#bytesToWrite += this.#tailLength;
      this.#write();
    }
    this.#tailFirstRow = this.#rowCount;
    this.#tailStart = end;
    this.#tail = Buffer.alloc(0);
    this.#tailLength = 0;
  }

  /** Begins to write, unless that is going on, or went wrong before. */
  #write(): void {
    if (this.#writing) return;
    this.#writing = this.#writeAll();
    // Whoever adds rows, or waits for the end, hears of it.
    this.#writing.catch(() => undefined);
  }

  async #writeAll(): Promise<void> {
    this.#file ??= await this.#createFile();
    for (let page = this.#toWrite.shift(); page !== undefined; page = this.#toWrite.shift()) {
      const bytes = this.#inMemory.get(page);
      if (!bytes) continue;
      await this.#file.append(bytes);
      if (this.#closed) return;
      this.#inMemory.delete(page);
      this.#bytesToWrite -= bytes.length;
      if (this.#isReusable(bytes)) this.#spare.push(Buffer.from(bytes.buffer));
    }
    this.#writing = undefined;
  }

  /** A page's bytes, of the last page what it has so far; none of a page that is gone. */
  async #bytesOf(page: number): Promise<Buffer> {
    if (page === this.#firstRows.length) return this.#lasting(this.#tail.subarray(0, this.#tailLength));
    const start = this.#starts[page];
    if (start === undefined) return Buffer.alloc(0);
    const inMemory = this.#inMemory.get(page);
    if (inMemory) return start < (this.#fileStart ?? Infinity) ? inMemory : this.#lasting(inMemory);
    return this.#fromFile(start, this.#starts[page + 1] ?? this.#tailStart);
  }

  /** Bytes that stay as they are: a copy of those whose memory another page may get. */
  #lasting(bytes: Buffer): Buffer {
    return this.#isReusable(bytes) ? Buffer.from(bytes) : bytes;
  }

  /** Whether a page's memory can be another page's after it. */
  #isReusable({ buffer }: Buffer): boolean {
    return buffer.byteLength === this.#sizes.page;
  }

  /** Bytes that are in the file, by their places in all pages put together; none where it is gone. */
  async #fromFile(start: number, end: number): Promise<Buffer> {
    if (!this.#file) return Buffer.alloc(0);
    try {
      return await this.#file.read(start - (this.#fileStart ?? 0), end - start);
    } catch (error) {
      if (this.#closed) return Buffer.alloc(0);
      throw error;
    }
  }

  /** Index of the page that holds a row, or of the last page where none does. */
  #pageOf(row: number): number {
    return this.#indexAt(this.#firstRows, this.#tailFirstRow, row);
  }

  /**
   * Index of the page that something is in.
   * @param begins where each full page begins, in rows or in bytes
   * @param tailBegin where the last one does
   */
  #indexAt(begins: readonly number[], tailBegin: number, place: number): number {
    let low = 0;
    let high = begins.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((begins[middle + 1] ?? tailBegin) <= place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
