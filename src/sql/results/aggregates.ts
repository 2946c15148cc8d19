import type { Row } from '../../postgres/dataRows.ts';
import { add, compare, type Decimal, divide, parseDecimal, printDecimal, ZERO } from './decimal.ts';
import { instant } from './instant.ts';
import { beginning } from './shownRows.ts';

/** Different values that are told apart, and their characters; where there are more, how many isn't counted. */
const DISTINCT_LIMIT = { values: 100_000, characters: 16_000_000 };
/** Characters of a value that are shown. */
const SHOWN_CHARACTERS = 200;
/** Digits that an average has more than its sum. */
const AVERAGE_DIGITS = 6;

/** int8, int2, int4, float4, float8 and numeric (OIDs in pg_type): what can be added up. */
const SUMMED = new Set([20, 21, 23, 700, 701, 1700]);
/** date, timestamp and timestamp with time zone. */
const DATES = new Set([1082, 1114, 1184]);
/** "char", name, text, char(n), varchar, and uuid, whose text is in the order of its values. */
const TEXTS = new Set([18, 19, 25, 1042, 1043, 2950]);

type Kind = 'number' | 'date' | 'text' | 'other';

const kindOf = (typeOid: number): Kind =>
  SUMMED.has(typeOid) ? 'number' : DATES.has(typeOid) ? 'date' : TEXTS.has(typeOid) ? 'text' : 'other';

interface Extreme {
  readonly key: Decimal | bigint | string;
  readonly text: string;
}

/**
 * What some cells come to. Sum and average are of the columns with numbers and exact; least and greatest are there where
 * all columns are of one kind: numbers, dates, or texts (by code unit).
 */
export class Aggregates {
  readonly #kinds: readonly Kind[];
  readonly #common: Kind;
  #cells = 0;
  #nulls = 0;
  readonly #distinct = new Set<string>();
  #distinctCharacters = 0;
  #tooManyDistinct = false;
  #numbers = 0;
  #sum: Decimal = ZERO;
  /** Numbers that are none, such as NaN: with one of these there is no sum. */
  #unsummable: string | undefined;
  #least: Extreme | undefined;
  #greatest: Extreme | undefined;
  #ordered = true;

  /** @param typeOids of the columns, by their OIDs in pg_type */
  constructor(typeOids: readonly number[]) {
    this.#kinds = typeOids.map(kindOf);
    const [first = 'other', ...rest] = this.#kinds;
    this.#common = rest.every((kind) => kind === first) ? first : 'other';
  }

  take(row: Row): void {
    for (let column = 0; column < row.length; column++) {
      const value = row[column] ?? null;
      this.#cells += 1;
      if (value === null) this.#nulls += 1;
      else this.#value(value, this.#kinds[column] ?? 'other');
    }
  }

  /** In words, what is looked for most often first; always how many cells there are and how many different values. */
  get facts(): readonly { readonly name: string; readonly value: string }[] {
    const facts = [{ name: 'Cells', value: this.#cells.toLocaleString('en') }];
    const tell = (name: string, value: string | undefined): void => {
      if (value === undefined) return;
      const shown = beginning(value, SHOWN_CHARACTERS);
      facts.push({ name, value: shown === value ? value : `${shown}…` });
    };
    if (this.#numbers > 0) {
      tell('Sum', this.#unsummable ?? printDecimal(this.#sum));
      tell('Average', this.#unsummable ?? this.#average);
    }
    if (this.#ordered) {
      tell('Min', this.#least?.text);
      tell('Max', this.#greatest?.text);
    }
    tell('Null', this.#nulls > 0 ? this.#nulls.toLocaleString('en') : undefined);
    tell('Distinct', `${this.#tooManyDistinct ? '> ' : ''}${this.#distinct.size.toLocaleString('en')}`);
    return facts;
  }

  get #average(): string {
    const { value, exact } = divide(this.#sum, this.#numbers, AVERAGE_DIGITS);
    return `${exact ? '' : '≈ '}${printDecimal(value, true)}`;
  }

  #value(value: string, kind: Kind): void {
    if (!this.#tooManyDistinct) this.#countDistinct(value);
    const number = kind === 'number' ? parseDecimal(value) : undefined;
    if (kind === 'number') {
      this.#numbers += 1;
      if (number) this.#sum = add(this.#sum, number);
      else this.#unsummable = this.#sumWith(value);
    }
    if (this.#common === 'other' || !this.#ordered) return;
    const key = kind === 'number' ? number : kind === 'date' ? instant(value) : value;
    // NaN and the infinities have no place among exact numbers, nor have dates in a style of their own.
    if (key === undefined) this.#ordered = false;
    else this.#order({ key, text: value });
  }

  #countDistinct(value: string): void {
    if (this.#distinct.has(value)) return;
    this.#distinctCharacters += value.length;
    this.#tooManyDistinct =
      this.#distinct.size === DISTINCT_LIMIT.values || this.#distinctCharacters > DISTINCT_LIMIT.characters;
    if (!this.#tooManyDistinct) this.#distinct.add(value);
  }

  /** The sum as soon as a value is none that can be added exactly, by the rules of floating point. */
  #sumWith(value: string): string {
    const sum = Number(this.#unsummable ?? 0) + Number(value);
    return String(sum);
  }

  #order(found: Extreme): void {
    if (!this.#least || before(found.key, this.#least.key)) this.#least = found;
    if (!this.#greatest || before(this.#greatest.key, found.key)) this.#greatest = found;
  }
}

const before = (one: Extreme['key'], other: Extreme['key']): boolean =>
  typeof one === 'object' && typeof other === 'object' ? compare(one, other) < 0 : one < other;
