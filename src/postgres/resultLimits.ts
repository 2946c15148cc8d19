/** How much of a result is taken before somebody is asked whether to go on; 0 means no limit. */
export interface ResultLimits {
  readonly rows: number;
  readonly bytes: number;
}

/** Whether they limit anything. */
export const isLimited = ({ rows, bytes }: ResultLimits): boolean => rows > 0 || bytes > 0;

/** Which limit stopped a result. */
export type ReachedLimit = keyof ResultLimits;

/** Rows of the first portion where only bytes are limited: nothing is known of their size yet. */
const FIRST_PORTION = 16;
/** What a portion is meant to hold where bytes are limited, so that a limit is passed by little. */
const PORTION_BYTES = 1024 * 1024;

/** What the limits of one result still leave, and so how many rows to ask the server for at once. */
export class Allowance {
  readonly #limits: ResultLimits;
  #rows = 0;
  #bytes = 0;

  constructor(limits: ResultLimits) {
    this.#limits = limits;
  }

  get reached(): ReachedLimit | undefined {
    const { rows, bytes } = this.#limits;
    if (rows > 0 && this.#rows >= rows) return 'rows';
    return bytes > 0 && this.#bytes >= bytes ? 'bytes' : undefined;
  }

  /** How many rows to ask for next, as Execute takes it: 0 stands for all. */
  get portion(): number {
    const { rows, bytes } = this.#limits;
    const byRows = rows > 0 ? Math.max(1, rows - this.#rows) : Infinity;
    const portion = bytes > 0 ? Math.min(byRows, this.#rowsInPortion(bytes - this.#bytes)) : byRows;
    return portion === Infinity ? 0 : portion;
  }

  /** Counts rows that have come. */
  take(bytes: number, rows: number): void {
    this.#bytes += bytes;
    this.#rows += rows;
  }

  #rowsInPortion(bytesLeft: number): number {
    if (this.#rows === 0) return FIRST_PORTION;
    return Math.max(1, Math.ceil(Math.min(PORTION_BYTES, bytesLeft) / (this.#bytes / this.#rows)));
  }
}
