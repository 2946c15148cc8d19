import type { HistoryEntry } from './entry.ts';
import { HistoryFile } from './historyFile.ts';

/** Beyond this the oldest entries go, however many may be kept: statements may be long. */
const MOST_BYTES = 64 * 1024 * 1024;
/** The file is put in order when it has this many entries more than are kept, not with each one. */
const SLACK = 200;

/** The statements that ran, on this machine, in any window. */
export class History {
  readonly #file: HistoryFile;
  readonly #limit: () => number;
  readonly #changed: () => void;
  readonly #onProblem: (error: unknown) => void;
  #waiting: HistoryEntry[] = [];
  #writing: Promise<void> | undefined;

  /**
   * @param options.folder of its own
   * @param options.limit how many entries are kept, asked each time; with 0 none is
   * @param options.changed called after each change
   * @param options.onProblem told what the file system says where entries can't be written
   */
  constructor(options: {
    readonly folder: string;
    readonly limit: () => number;
    readonly changed: () => void;
    readonly onProblem: (error: unknown) => void;
  }) {
    this.#file = new HistoryFile(options.folder);
    this.#limit = options.limit;
    this.#changed = options.changed;
    this.#onProblem = options.onProblem;
  }

  /** The newest first, at most as many as are kept. @throws what the file system says */
  async entries(): Promise<readonly HistoryEntry[]> {
    await this.written();
    return this.#newest(await this.#file.entries()).toReversed();
  }

  /** Adds an entry; it is written in the background, soon. */
  add(entry: HistoryEntry): void {
    if (this.#limit() === 0) return;
    this.#waiting.push(entry);
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Settles when all that was added is on the disk. */
  async written(): Promise<void> {
    await this.#writing;
  }

  /** Removes one entry from the disk, for good. @throws what the file system says */
  async remove(id: string): Promise<void> {
    await this.#rewrite((entries) => entries.filter((entry) => entry.id !== id));
  }

  /** Removes all. @throws what the file system says */
  async clear(): Promise<void> {
    await this.#rewrite(() => []);
  }

  /** Removes what is more than may be kept, such as after the limit was lowered. @throws what the file system says */
  async trim(): Promise<void> {
    const entries = await this.#file.entries();
    if (entries.length > this.#newest(entries).length) {
      await this.#rewrite((all) => this.#newest(all));
    }
  }

  async #rewrite(change: Parameters<HistoryFile['rewrite']>[0]): Promise<void> {
    await this.written();
    await this.#file.rewrite(change);
    this.#changed();
  }

  async #write(): Promise<void> {
    // The statements of a quick script are written together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      try {
        await this.#file.append(this.#waiting.splice(0));
        const count = (await this.#file.entries()).length;
        if (count > this.#limit() + SLACK || this.#file.length > MOST_BYTES) {
          await this.#file.rewrite((entries) => this.#newest(entries));
        }
      } catch (error) {
        this.#onProblem(error);
      }
      this.#changed();
    }
  }

  /** The newest entries of those given, oldest first, as many as may be kept. */
  #newest(entries: readonly HistoryEntry[]): readonly HistoryEntry[] {
    const limit = this.#limit();
    let from = Math.max(0, entries.length - limit);
    let bytes = 0;
    for (let index = entries.length - 1; index >= from; index--) {
      bytes += 2 * (entries[index]?.sql.length ?? 0);
      // Half of what the file may have, so that it isn't full again at once.
      if (bytes > MOST_BYTES / 2) from = index + 1;
    }
    return entries.slice(from);
  }
}
