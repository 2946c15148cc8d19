import type { ChartRow } from './chartData.ts';

/** The least and the greatest of some numbers. */
export interface Extent {
  least: number;
  greatest: number;
}

type Point = [number, number];
interface Bucket {
  least: Point;
  greatest: Point;
}

/** For each stretch of a line the points with its least and its greatest value, in whatever order the rows come. */
export class Extremes {
  readonly #buckets: (Bucket | undefined)[][];
  readonly #count: number;
  readonly #from: number;
  readonly #width: number;

  /**
   * @param bucketCount stretches that the line is cut into, all of the same width
   * @param extent of the places along the line
   */
  constructor(seriesCount: number, bucketCount: number, { least, greatest }: Extent) {
    this.#buckets = Array.from({ length: seriesCount }, () => Array<Bucket | undefined>(bucketCount));
    this.#count = bucketCount;
    this.#from = least;
    this.#width = (greatest - least) / bucketCount || 1;
  }

  add({ x, ys }: ChartRow): void {
    const index = Math.min(this.#count - 1, Math.floor((x - this.#from) / this.#width));
    for (const [series, y] of ys.entries()) {
      const buckets = this.#buckets[series];
      if (y === null || !buckets) continue;
      const bucket = buckets[index];
      if (!bucket) buckets[index] = { least: [x, y], greatest: [x, y] };
      else if (y < bucket.least[1]) bucket.least = [x, y];
      else if (y > bucket.greatest[1]) bucket.greatest = [x, y];
    }
  }

  /** The points of each series along the line. A stretch without any is no gap: only NULL is, where all is drawn. */
  series(): [number, number | null][][] {
    return this.#buckets.map((buckets) =>
      buckets.flatMap((bucket): Point[] => {
        if (!bucket) return [];
        const { least, greatest } = bucket;
        if (least[0] === greatest[0] && least[1] === greatest[1]) return [least];
        return least[0] <= greatest[0] ? [least, greatest] : [greatest, least];
      }),
    );
  }
}
