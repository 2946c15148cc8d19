/** A decimal number of any size, without rounding: `units` / 10^`scale`. */
export interface Decimal {
  readonly units: bigint;
  /** Digits behind the point, from 0. */
  readonly scale: number;
}

export const ZERO: Decimal = { units: 0n, scale: 0 };

const PATTERN = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Reads a number as PostgreSQL prints it; undefined for NaN, infinities, and what is no number. */
export const parseDecimal = (text: string): Decimal | undefined => {
  const [, sign, whole = '', fraction = '', exponent = '0'] = PATTERN.exec(text) ?? [];
  if (sign === undefined) return undefined;
  const digits = BigInt(`${sign}${whole}${fraction}`);
  const scale = fraction.length - Number(exponent);
  return scale >= 0 ? { units: digits, scale } : { units: digits * 10n ** BigInt(-scale), scale: 0 };
};

const unitsAt = ({ units, scale }: Decimal, wanted: number): bigint =>
  wanted === scale ? units : units * 10n ** BigInt(wanted - scale);

export const add = (one: Decimal, other: Decimal): Decimal => {
  const scale = Math.max(one.scale, other.scale);
  return { units: unitsAt(one, scale) + unitsAt(other, scale), scale };
};

/** Negative where the first is less, 0 where they are equal. */
export const compare = (one: Decimal, other: Decimal): number => {
  const scale = Math.max(one.scale, other.scale);
  const difference = unitsAt(one, scale) - unitsAt(other, scale);
  return difference < 0n ? -1 : Number(difference > 0n);
};

/**
 * A number divided by a count, to some digits more than it has itself, the last one rounded half away from zero.
 * @returns `exact` tells whether nothing was rounded
 */
export const divide = (
  { units, scale }: Decimal,
  by: number,
  moreDigits: number,
): { value: Decimal; exact: boolean } => {
  const divisor = BigInt(by);
  const dividend = units * 10n ** BigInt(moreDigits);
  const half = dividend < 0n ? -divisor : divisor;
  return {
    value: { units: (2n * dividend + half) / (2n * divisor), scale: scale + moreDigits },
    exact: dividend % divisor === 0n,
  };
};

/** The number in digits; with `short`, without zeros at the end. */
export const printDecimal = ({ units, scale }: Decimal, short = false): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale);
  const shown = short ? fraction.replace(/0+$/, '') : fraction;
  return `${units < 0n ? '-' : ''}${whole}${shown === '' ? '' : `.${shown}`}`;
};
