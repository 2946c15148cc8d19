/** Starts a timer, and returns what stops it. */
export type StartTimer = (callback: () => void, milliseconds: number) => () => void;

const startTimer: StartTimer = (callback, milliseconds) => {
  const timer = setTimeout(callback, milliseconds);
  return () => {
    clearTimeout(timer);
  };
};

/** Does something at once when asked to, but not again before some time is over; what is asked for meanwhile is done then, once. */
export class Throttle {
  readonly #act: () => void;
  readonly #milliseconds: number;
  readonly #startTimer: StartTimer;
  #stop: (() => void) | undefined;
  #asked = false;

  /** @param milliseconds least time between two acts */
  constructor(act: () => void, milliseconds: number, timer = startTimer) {
    this.#act = act;
    this.#milliseconds = milliseconds;
    this.#startTimer = timer;
  }

  ask(): void {
    this.#asked = true;
    if (!this.#stop) this.#run();
  }

  /** Forgets what was asked for. */
  dispose(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#asked = false;
  }

  #run(): void {
    this.#stop = undefined;
    if (!this.#asked) return;
    this.#asked = false;
    this.#stop = this.#startTimer(() => {
      this.#run();
    }, this.#milliseconds);
    this.#act();
  }
}
