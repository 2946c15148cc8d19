/** How long, ms, the process is kept at a stretch. */
const stretch = 8;

/** What a long look through a result is told, and tells. */
export interface WorkOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told from time to time how many of `total` rows are done. */
  readonly progress?: ((done: number, total: number) => void) | undefined;
}

/** A look through all rows, once or several times, that lets others have their turn, can be stopped, and says how far it is. */
export class Work {
  readonly #rows: number;
  readonly #passes: number;
  readonly #options: WorkOptions;
  #finished = 0;
  #row = 0;
  #begun = performance.now();

  /** @param passes how often the rows will be looked through at least */
  constructor(rows: number, passes: number, options: WorkOptions) {
    this.#rows = rows;
    this.#passes = passes;
    this.#options = options;
  }

  /** Whether it is time to pause: to be asked once for some hundred rows. */
  get due(): boolean {
    return performance.now() - this.#begun > stretch;
  }

  /**
   * Says how far the work is, and lets everything else run that waits.
   * @param row where this pass is; leave it out where it isn't at a row
   * @throws the signal's reason where it was aborted
   */
  async pause(row = this.#row): Promise<void> {
    this.#row = row;
    const { signal, progress } = this.#options;
    const done = Math.floor((this.#finished * this.#rows + row) / this.#passes);
    progress?.(Math.min(done, this.#rows), this.#rows);
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    this.#begun = performance.now();
  }

  endPass(): void {
    this.#finished += 1;
    this.#row = 0;
  }
}
