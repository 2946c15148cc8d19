import { KeyClass, type WriteKey } from './keyBuffer.ts';

/** Further than any number of PostgreSQL goes, and few enough for three bytes. */
const largestExponent = 4_000_000;
const exponentZero = 0x800000;

const [zero, nine, point, plus, minus] = [0x30, 0x39, 0x2e, 0x2b, 0x2d];

let digits = Buffer.allocUnsafe(64);

const special = (word: string, negative: boolean): number | undefined => {
  if (/^inf(inity)?$/i.test(word)) return negative ? KeyClass.lowest : KeyClass.highest;
  return /^nan$/i.test(word) && !negative ? KeyClass.notANumber : undefined;
};

/**
 * The key of a number of any length: its sign, how many digits stand before the point, and all its digits, two to a
 * byte. So `numeric` and `bigint` lose nothing. NaN is greater than all others (PostgreSQL manual, 8.1.2 and 8.1.3).
 */
export const writeNumberKey: WriteKey = (key, bytes, start, end) => {
  let at = start;
  const negative = bytes[at] === minus;
  if (negative || bytes[at] === plus) at += 1;
  if (digits.length < end - at + 1) digits = Buffer.allocUnsafe(2 * (end - at) + 1);
  const body = at;
  let count = 0;
  let exponent = 0;
  let fraction = false;
  let anyDigit = false;
  for (; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= zero && byte <= nine) {
      anyDigit = true;
      if (count > 0 || byte > zero) {
        digits[count++] = byte - zero;
        if (!fraction) exponent += 1;
      } else if (fraction) exponent -= 1;
    } else if (byte === point && !fraction) fraction = true;
    else break;
  }
  if (!anyDigit) {
    const found = special(bytes.toString('latin1', body, end), negative);
    if (found !== undefined) key.byte(found);
    return found !== undefined;
  }
  if (at < end) {
    const power = /^e([+-]?\d+)$/i.exec(bytes.toString('latin1', at, end))?.[1];
    if (power === undefined) return false;
    exponent += Number(power);
  }
  while (count > 0 && digits[count - 1] === 0) count -= 1;
  if (count === 0) {
    key.byte(KeyClass.zero);
    return true;
  }
  if (Math.abs(exponent) > largestExponent) return false;
  key.byte(negative ? KeyClass.negative : KeyClass.finite);
  const begun = key.length;
  key.integer(exponent + exponentZero, 3);
  digits[count] = 0;
  for (let digit = 0; digit < count; digit += 2)
    key.byte(10 * (digits[digit] ?? 0) + (digits[digit + 1] ?? 0) + 1);
  key.byte(0);
  if (negative) key.invert(begun);
  return true;
};
