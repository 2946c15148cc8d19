import { cellText } from './cellText.ts';

const narrowest = 40;
/** Widest, px, that a column starts with, and that fitting it on request makes it. */
const widest = { atFirst: 360, onRequest: 1_200 };
/** Characters that are measured; wider text is clipped anyway. */
const measuredLength = 300;

/** Widths, px, of texts in the fonts of the grid, padding included. */
export interface TextMeasure {
  header(text: string): number;
  cell(text: string): number;
}

/** The width, px, that shows a column's name and values, within limits. */
export function fitWidth(
  name: string,
  values: readonly (string | null)[],
  measure: TextMeasure,
  limit: keyof typeof widest,
): number {
  const cells = values.map((value) => measure.cell(cellText(value).slice(0, measuredLength)));
  const width = Math.ceil(Math.max(measure.header(name.slice(0, measuredLength)), ...cells));
  return Math.min(Math.max(width, narrowest), widest[limit]);
}

/** Where the columns stand: their widths, px, and the left edges that follow from them. */
export class ColumnLayout {
  readonly widths: readonly number[];
  readonly #edges: number[] = [0];

  /** @param widths px; what is narrower than a column can be is widened */
  constructor(widths: readonly number[]) {
    this.widths = widths.map((width) => Math.max(Math.round(width), narrowest));
    for (const [column, width] of this.widths.entries()) this.#edges[column + 1] = this.left(column) + width;
  }

  get count(): number {
    return this.widths.length;
  }

  /** Width, px, of all columns. */
  get total(): number {
    return this.left(this.count);
  }

  /** Left edge, px, of a column; of the one after the last, the right edge of the last. */
  left(column: number): number {
    return this.#edges[column] ?? 0;
  }

  width(column: number): number {
    return this.widths[column] ?? 0;
  }

  /** The column at a position, px; the nearest where there is none. */
  at(x: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.left(middle) <= x) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The edge that is nearest to a position, px: that on the left of the column with this place. */
  edgeAt(x: number): number {
    const column = this.at(x);
    return x > this.left(column) + this.width(column) / 2 ? column + 1 : column;
  }

  /** The columns that show between two positions, px: the first, and the one after the last. */
  between(from: number, to: number): { first: number; end: number } {
    return { first: this.at(from), end: Math.min(this.at(to) + 1, this.count) };
  }
}
