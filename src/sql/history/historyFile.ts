import { randomUUID } from 'node:crypto';
import { appendFile, chmod, type FileHandle, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { HistoryEntry } from './entry.ts';

/** Another window's lock that wasn't renewed for this long was left by a crash. */
const STALE_MS = 5000;
const RETRY_MS = 50;
/** What is read at once. */
const CHUNK_BYTES = 1024 * 1024;

/** What the file held when it was read. `identity` and `length` tell what has come since, and whether it was replaced. */
interface Read {
  readonly identity: string;
  readonly length: number;
  readonly entries: readonly HistoryEntry[];
}

/**
 * The history on the disk: one JSON text a line, oldest first, in a file that nobody else can read. Several windows use
 * it at once, so whoever writes holds a lock. A line that a crash or a full disk tore is passed over: each write begins
 * on a line of its own.
 */
export class HistoryFile {
  readonly #folder: string;
  readonly #file: string;
  #read: Read = { identity: '', length: 0, entries: [] };

  /** @param folder of its own; made when the first entry is written */
  constructor(folder: string) {
    this.#folder = folder;
    this.#file = path.join(folder, 'statements.jsonl');
  }

  /** All entries, oldest first. Only what has come since the last call is read. @throws what the file system says */
  async entries(): Promise<readonly HistoryEntry[]> {
    let handle: FileHandle;
    try {
      handle = await open(this.#file, 'r');
    } catch (error) {
      if (!isMissing(error)) throw error;
      this.#read = { identity: '', length: 0, entries: [] };
      return [];
    }
    try {
      this.#read = await readOn(handle, this.#read);
    } finally {
      await handle.close();
    }
    return this.#read.entries;
  }

  /** Bytes of the file when it was last read. */
  get length(): number {
    return this.#read.length;
  }

  /** Adds entries at the end. @throws what the file system says */
  async append(entries: readonly HistoryEntry[]): Promise<void> {
    await this.#locked(async () => {
      await appendFile(this.#file, `\n${lines(entries)}`, { mode: 0o600 });
    });
  }

  /**
   * Replaces all entries by what `change` makes of them, in one step: a crash leaves the old file or the new one.
   * @throws what the file system says
   */
  async rewrite(change: (entries: readonly HistoryEntry[]) => readonly HistoryEntry[]): Promise<void> {
    await this.#locked(async () => {
      const kept = change(await this.entries());
      if (kept.length === 0) {
        await rm(this.#file, { force: true });
        return;
      }
      const made = `${this.#file}.${randomUUID()}`;
      try {
        await writeFile(made, lines(kept), { mode: 0o600, flag: 'wx' });
        await rename(made, this.#file);
      } finally {
        await rm(made, { force: true });
      }
    });
  }

  async #locked(work: () => Promise<void>): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    // It may have been there, with another mode.
    await chmod(this.#folder, 0o700);
    // Loaded when it is first needed, not with the extension.
    const { lock } = await import('proper-lockfile');
    const release = await lock(this.#file, {
      realpath: false,
      stale: STALE_MS,
      retries: {
        retries: (2 * STALE_MS) / RETRY_MS,
        factor: 1,
        minTimeout: RETRY_MS,
        maxTimeout: RETRY_MS,
        randomize: true,
      },
      // What is written under a lock that was taken over meanwhile is still whole lines, or a whole file.
      onCompromised: () => undefined,
    });
    try {
      await work();
    } finally {
      await release().catch(() => undefined);
    }
  }
}

const lines = (entries: readonly HistoryEntry[]): string =>
  entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');

/** Reads what comes after `before`, or all where the file is another one by now. */
const readOn = async (handle: FileHandle, before: Read): Promise<Read> => {
  const { dev, ino, birthtimeMs, size } = await handle.stat();
  const identity = [dev, ino, birthtimeMs].join(' ');
  const goesOn = identity === before.identity && size >= before.length;
  const start = goesOn ? before.length : 0;
  const added: HistoryEntry[] = [];
  const chunk = Buffer.alloc(Math.max(1, Math.min(CHUNK_BYTES, size - start)));
  let pieces: Buffer[] = [];
  let at = start;
  let length = start;
  for (let bytesRead = -1; bytesRead !== 0;) {
    ({ bytesRead } = await handle.read(chunk, 0, chunk.length, at));
    const bytes = Buffer.from(chunk.subarray(0, bytesRead));
    at += bytesRead;
    let from = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      const line = Buffer.concat([...pieces, bytes.subarray(from, end)]).toString('utf8');
      pieces = [];
      from = end + 1;
      length = at - bytesRead + from;
      const entry = parseLine(line);
      if (entry) added.push(entry);
    }
    pieces.push(bytes.subarray(from));
  }
  return { identity, length, entries: goesOn ? [...before.entries, ...added] : added };
};

/** @returns undefined for a line that isn't an entry: an empty one, or a part of one */
const parseLine = (line: string): HistoryEntry | undefined => {
  try {
    const parsed = v.safeParse(HistoryEntry, JSON.parse(line));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
};

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
