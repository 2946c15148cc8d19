/** Calls back once after `ms` milliseconds; returns how to call that off. */
export type Timer = (ms: number, callback: () => void) => () => void;

export const systemTimer: Timer = (ms, callback) => {
  const handle = setTimeout(callback, ms);
  return () => {
    clearTimeout(handle);
  };
};

/**
 * Runs a task again and again, never twice at a time: each run begins a pause after the end of the one before.
 * The task deals with its own errors; it must not reject.
 */
export class Repeating {
  readonly #task: () => Promise<void>;
  readonly #pauseMs: number;
  readonly #timer: Timer;
  #active = false;
  #current: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #cancelPause: () => void = () => undefined;

  constructor(task: () => Promise<void>, pauseMs: number, timer: Timer = systemTimer) {
    this.#task = task;
    this.#pauseMs = pauseMs;
    this.#timer = timer;
  }

  /** Runs now and goes on until `stop`. */
  start(): void {
    if (this.#active) return;
    this.#active = true;
    if (!this.#current) void this.now();
  }

  /** Lets the run under way end and begins no further one. */
  stop(): void {
    this.#active = false;
    this.#cancelPause();
  }

  /**
   * Runs at once, also while stopped. Where a run is under way, another follows it,
   * because that one may have looked too early.
   */
  now(): Promise<void> {
    this.#cancelPause();
    this.#next ??= (this.#current ?? Promise.resolve()).then(() => this.#run());
    return this.#next;
  }

  #run(): Promise<void> {
    this.#next = undefined;
    this.#current = this.#task().finally(() => {
      this.#current = undefined;
      if (this.#active && !this.#next) this.#pause();
    });
    return this.#current;
  }

  #pause(): void {
    this.#cancelPause = this.#timer(this.#pauseMs, () => {
      void this.now();
    });
  }
}
