import type { ChartOrder } from '../../contract/chart.ts';

/** The rows that a chart is drawn from, as they are shown. */
export interface ChartedRows {
  /** Number of their arrangement; each number stands for one order of the rows. */
  readonly arrangement: number;
  readonly count: number;
  /** Whether more may come. */
  readonly growing: boolean;
}

/** Tells the time, and waits. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  /** @returns what stops it */
  after(milliseconds: number, callback: () => void): () => void;
}

const clockOfPage: Clock = {
  now: () => performance.now(),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** While rows come, a chart rests between two readings: at least so long, ms, and so many times as long as reading takes. */
const LEAST_REST_MS = 500;
const RESTS_PER_READING = 3;

/**
 * Asks for the points of a chart: at once where another chart is wanted or its rows were arranged anew, and now and then
 * while rows come, for each time the whole result is read.
 */
export class PointRequests {
  readonly #ask: (request: number, order: ChartOrder) => void;
  readonly #clock: Clock;
  #wanted: { readonly order: ChartOrder; readonly rows: ChartedRows } | undefined;
  /** Tells apart what was asked for last. */
  #asked = '';
  #askedRows = 0;
  #request = 0;
  #askedAt = 0;
  /** Whether points are read, or reading rests. */
  #busy = false;
  #stopRest: (() => void) | undefined;

  /** @param ask sends a request; its number is given to `answered` with the answer */
  constructor(ask: (request: number, order: ChartOrder) => void, clock = clockOfPage) {
    this.#ask = ask;
    this.#clock = clock;
  }

  /** Tells which chart is wanted, and what its rows are now. */
  want(order: ChartOrder, rows: ChartedRows): void {
    this.#wanted = { order, rows };
    const wanted = JSON.stringify([order, rows.arrangement]);
    const isOther = wanted !== this.#asked;
    if (!isOther && rows.count === this.#askedRows) return;
    if (!isOther && rows.growing && this.#busy) return;
    this.#stopRest?.();
    this.#asked = wanted;
    this.#askedRows = rows.count;
    this.#askedAt = this.#clock.now();
    this.#busy = true;
    this.#ask(++this.#request, order);
  }

  /**
   * Takes note of an answer.
   * @returns whether it answers what was asked for last
   */
  answered(request: number): boolean {
    if (request !== this.#request) return false;
    const rest = (this.#clock.now() - this.#askedAt) * RESTS_PER_READING;
    this.#stopRest = this.#clock.after(Math.max(LEAST_REST_MS, rest), () => {
      this.#busy = false;
      if (this.#wanted) this.want(this.#wanted.order, this.#wanted.rows);
    });
    return true;
  }

  dispose(): void {
    this.#stopRest?.();
  }
}
