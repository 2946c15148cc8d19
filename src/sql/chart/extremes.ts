import type { ChartRow } from './chartData.ts';

type Point = [number, number];
interface Bucket {
  least: Point;
  greatest: Point;
}

/** Of the first place, by this much narrower are the stretches that a line begins with: 2 to the power of 40. */
const FINENESS = 2 ** 40;
/** Stretches are numbered exactly up to here. */
const MOST_EXACT = 2 ** 50;

/**
 * For each stretch of a line the points with its least and its greatest value, in whatever order the rows come. Nobody
 * knows beforehand how long the line will be, so each time that there are too many stretches, every two become one.
 */
export class Extremes {
  readonly #most: number;
  readonly #series: Map<number, Bucket>[];
  #width = 0;

  /** @param most stretches of a series; there are at least half as many where the places are spread evenly */
  constructor(seriesCount: number, most: number) {
    this.#series = Array.from({ length: seriesCount }, () => new Map<number, Bucket>());
    this.#most = most;
  }

  add({ x, ys }: ChartRow): void {
    if (this.#width === 0) this.#width = (Math.abs(x) || 1) / FINENESS;
    while (Math.abs(x) / this.#width > MOST_EXACT) this.#widen();
    const index = Math.floor(x / this.#width);
    for (const [series, y] of ys.entries()) {
      const buckets = this.#series[series];
      if (y === null || !buckets) continue;
      const bucket = buckets.get(index);
      if (!bucket) {
        buckets.set(index, { least: [x, y], greatest: [x, y] });
      } else if (y < bucket.least[1]) bucket.least = [x, y];
      else if (y > bucket.greatest[1]) bucket.greatest = [x, y];
    }
    while (this.#series.some(({ size }) => size > this.#most)) this.#widen();
  }

  /** The points of each series along the line. A stretch without any is no gap: only NULL is, where all is drawn. */
  series(): [number, number | null][][] {
    return this.#series.map((buckets) =>
      [...buckets]
        .sort(([one], [other]) => one - other)
        .flatMap(([, { least, greatest }]): Point[] => {
          if (least[0] === greatest[0] && least[1] === greatest[1]) return [least];
          return least[0] <= greatest[0] ? [least, greatest] : [greatest, least];
        }),
    );
  }

  #widen(): void {
    this.#width *= 2;
    for (const [series, buckets] of this.#series.entries()) {
      const wider = new Map<number, Bucket>();
      for (const [index, { least, greatest }] of buckets) {
        const place = Math.floor(index / 2);
        const other = wider.get(place);
        wider.set(place, {
          least: other && other.least[1] <= least[1] ? other.least : least,
          greatest: other && other.greatest[1] >= greatest[1] ? other.greatest : greatest,
        });
      }
      this.#series[series] = wider;
    }
  }
}
