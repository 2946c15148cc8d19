import { ColumnLayout, fitWidth, type TextMeasure } from './columnLayout.ts';
import type { Row } from './rows.ts';

/** Width, px, of a column before any rows have come. */
const unfitted = 100;

/** What deciding on widths needs to know of a column. */
interface SizedColumn {
  readonly name: string;
  readonly numeric: boolean;
}

/** Decides how wide columns are: by their first rows, by later numbers, and above all by the user. */
export class ColumnSizing {
  readonly #columns: readonly SizedColumn[];
  /** Columns whose width the user chose. */
  readonly #chosen = new Set<number>();
  #layout: ColumnLayout;
  #fitted: boolean;

  /** @param widths px, to begin with, if they are known and there is one for each column */
  constructor(columns: readonly SizedColumn[], widths: readonly number[] | undefined) {
    this.#columns = columns;
    this.#fitted = widths?.length === columns.length;
    this.#layout = new ColumnLayout(this.#fitted && widths ? widths : columns.map(() => unfitted));
  }

  /** Where the columns stand: another object after each change. */
  get layout(): ColumnLayout {
    return this.#layout;
  }

  /** Widths, px, once they are more than a guess. */
  get widths(): readonly number[] | undefined {
    return this.#fitted ? this.#layout.widths : undefined;
  }

  /** Fits all columns to the first rows that come, and widens numeric ones for later rows: a number must not be cut. */
  fitTo(rows: readonly Row[], measure: TextMeasure): void {
    if (rows.length === 0) return;
    const { widths } = this.#layout;
    const fitting = this.#columns.map(({ name, numeric }, column) => {
      const width = widths[column] ?? unfitted;
      const values = valuesOf(rows, column);
      if (!this.#fitted) return fitWidth(name, values, measure, 'atFirst');
      // Digits are equally wide, so the longest number is the widest.
      if (numeric && !this.#chosen.has(column))
        return Math.max(width, fitWidth('', [longest(values)], measure, 'atFirst'));
      return width;
    });
    const changed = fitting.some((width, column) => width !== widths[column]);
    this.#fitted = true;
    if (changed) this.#layout = new ColumnLayout(fitting);
  }

  /** Fits one column to its name and to rows, as the user asked for. */
  fit(column: number, rows: readonly Row[], measure: TextMeasure): void {
    const name = this.#columns[column]?.name ?? '';
    this.resize(column, fitWidth(name, valuesOf(rows, column), measure, 'onRequest'));
  }

  /** Gives a column the width, px, that the user chose, or the nearest that it can have. */
  resize(column: number, width: number): void {
    this.#chosen.add(column);
    this.#layout = new ColumnLayout(this.#layout.widths.with(column, width));
  }
}

function valuesOf(rows: readonly Row[], column: number): (string | null)[] {
  return rows.map((row) => row[column] ?? null);
}

function longest(values: readonly (string | null)[]): string {
  return values.reduce<string>((found, value) => (value && value.length > found.length ? value : found), '');
}
