import { CopyError, copyText, copyTextAtOnce } from './copy.ts';
import type { RowSource } from './rowSource.ts';
import type { CellRange } from './selection.ts';

/** Answers the editor's and the browser's copy command with the selected cells, reading rows that are not here. */
export class ClipboardCopy {
  /** What to copy. */
  range: CellRange | undefined;
  readonly #grid: HTMLElement;
  readonly #source: Pick<RowSource, 'get' | 'read'>;
  readonly #announce: (message: string) => void;
  readonly #disposed = new AbortController();
  #running: AbortController | undefined;

  /**
   * @param grid copies while it has the focus
   * @param source rows as they are shown
   * @param announce is told in words what came of it
   */
  constructor(
    grid: HTMLElement,
    source: Pick<RowSource, 'get' | 'read'>,
    announce: (message: string) => void,
  ) {
    this.#grid = grid;
    this.#source = source;
    this.#announce = announce;
    const { signal } = this.#disposed;
    // Without a text selection the command is on only if somebody says that they will answer it.
    document.addEventListener('beforecopy', this.#claim, { signal });
    document.addEventListener('copy', this.#onCopy, { signal });
  }

  /** Stops a copy that is still reading rows; returns whether there was one. */
  stop(): boolean {
    const running = this.#running;
    this.#running = undefined;
    running?.abort();
    return running !== undefined;
  }

  dispose(): void {
    this.stop();
    this.#disposed.abort();
  }

  get #claimed(): boolean {
    return this.range !== undefined && document.activeElement === this.#grid;
  }

  readonly #claim = (event: Event): void => {
    if (this.#claimed) event.preventDefault();
  };

  readonly #onCopy = (event: ClipboardEvent): void => {
    const { range } = this;
    if (!range || !this.#claimed) return;
    event.preventDefault();
    this.stop();
    const text = copyTextAtOnce(range, (row) => this.#source.get(row));
    if (text === undefined) {
      void this.#copyLater(range);
    } else {
      event.clipboardData?.setData('text/plain', text);
      this.#announce(`Copied ${sizeOf(range)}.`);
    }
  };

  async #copyLater(range: CellRange): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    const { signal } = running;
    const total = (range.bottom - range.top + 1).toLocaleString('en');
    const progress = (rows: number) => {
      this.#announce(`Copying: ${rows.toLocaleString('en')} of ${total} rows. Esc stops.`);
    };
    try {
      const text = await copyText(range, (first, count) => this.#source.read(first, count), {
        signal,
        progress,
      });
      await navigator.clipboard.writeText(text);
      this.#announce(`Copied ${sizeOf(range)}.`);
    } catch (error) {
      if (signal.aborted) this.#announce('Copying stopped; nothing was copied.');
      else if (error instanceof CopyError) this.#announce(error.message);
      else
        this.#announce(
          `Nothing was copied: the clipboard refused it (${String(error)}). Click the grid and copy again.`,
        );
    } finally {
      if (this.#running === running) this.#running = undefined;
    }
  }
}

function sizeOf(range: CellRange): string {
  const rows = range.bottom - range.top + 1;
  const columns = range.right - range.left + 1;
  const count = (number: number, noun: string) =>
    `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
  return rows === 1 && columns === 1 ? '1 cell' : `${count(rows, 'row')} × ${count(columns, 'column')}`;
}
