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
  #widths: readonly number[];
  #shown: readonly number[];
  #layout: ColumnLayout;
  #fitted: boolean;

  /**
   * @param widths px, to begin with, if they are known and there is one for each column
   * @param shown the columns that are shown, in order
   */
  constructor(
    columns: readonly SizedColumn[],
    widths: readonly number[] | undefined,
    shown: readonly number[] = [...columns.keys()],
  ) {
    this.#columns = columns;
    this.#fitted = widths?.length === columns.length;
    this.#widths = this.#fitted && widths ? widths : columns.map(() => unfitted);
    this.#shown = shown;
    this.#layout = this.#layOut();
  }

  /** Shows other columns, or in another order. */
  show(shown: readonly number[]): void {
    this.#shown = shown;
    this.#layout = this.#layOut();
  }

  /** Where the columns that are shown stand: another object after each change. */
  get layout(): ColumnLayout {
    return this.#layout;
  }

  /** Widths of all columns, px, once they are more than a guess. */
  get widths(): readonly number[] | undefined {
    return this.#fitted ? this.#widths : undefined;
  }

  /** Fits all columns to the first rows that come, and widens numeric ones for later rows: a number must not be cut. */
  fitTo(rows: readonly Row[], measure: TextMeasure): void {
    if (rows.length === 0) return;
    const widths = this.#widths;
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
    if (!changed) return;
    this.#widths = fitting;
    this.#layout = this.#layOut();
  }

  /** Fits one column to its name and to rows, as the user asked for. */
  fit(column: number, rows: readonly Row[], measure: TextMeasure): void {
    const name = this.#columns[column]?.name ?? '';
    this.resize(column, fitWidth(name, valuesOf(rows, column), measure, 'onRequest'));
  }

  /** Gives a column the width, px, that the user chose, or the nearest that it can have. */
  resize(column: number, width: number): void {
    this.#chosen.add(column);
    this.#widths = new ColumnLayout(this.#widths.with(column, width)).widths;
    this.#layout = this.#layOut();
  }

  #layOut(): ColumnLayout {
    return new ColumnLayout(this.#shown.map((column) => this.#widths[column] ?? unfitted));
  }
}

function valuesOf(rows: readonly Row[], column: number): (string | null)[] {
  return rows.map((row) => row[column] ?? null);
}

function longest(values: readonly (string | null)[]): string {
  return values.reduce<string>((found, value) => (value && value.length > found.length ? value : found), '');
}
