import type { ChartRow } from './chartData.ts';

/** The first rows of a result, each with a place of its own and the text that stands there. */
export class CategoryPoints {
  readonly categories: (string | null)[] = [];
  readonly series: [number, number | null][][];
  readonly #most: number;

  /** @param most places that there are */
  constructor(seriesCount: number, most: number) {
    this.series = Array.from({ length: seriesCount }, () => []);
    this.#most = most;
  }

  add({ text, ys }: ChartRow): void {
    const place = this.categories.length;
    if (place === this.#most) return;
    this.categories.push(text);
    for (const [index, points] of this.series.entries()) points.push([place, ys[index] ?? null]);
  }
}
