/** Something that goes on, and can be cancelled. */
export class Activity {
  readonly #controller = new AbortController();
  #cancelledAt = 0;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  cancel(): void {
    if (!this.signal.aborted) this.#cancelledAt = performance.now();
    this.#controller.abort();
  }

  /** Milliseconds since it was cancelled; undefined where it wasn't. */
  get cancelledFor(): number | undefined {
    return this.signal.aborted ? performance.now() - this.#cancelledAt : undefined;
  }
}
