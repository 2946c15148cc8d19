/** Characters that mean something to the lexer, by code unit. */
export const Char = {
  newline: 10,
  carriageReturn: 13,
  doubleQuote: 34,
  dollar: 36,
  ampersand: 38,
  quote: 39,
  open: 40,
  close: 41,
  asterisk: 42,
  dash: 45,
  slash: 47,
  colon: 58,
  semicolon: 59,
  backslash: 92,
  b: 98,
  e: 101,
  n: 110,
  u: 117,
  x: 120,
  byteOrderMark: 0xfeff,
} as const;

/**
 * Classes of characters, in an order that makes runs intervals: an identifier goes on with a letter, a digit or a
 * dollar, and a dollar quote's tag with a letter or a digit.
 */
export const Class = { other: 0, space: 1, letter: 2, digit: 3, dollar: 4 } as const;

const ASCII = 128;
const classes = new Uint8Array(ASCII);
const classify = (characters: string, value: number): void => {
  for (const character of characters) classes[character.charCodeAt(0)] = value;
};
classify(' \t\n\r\f\v', Class.space);
classify('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_', Class.letter);
classify('0123456789', Class.digit);
classify('$', Class.dollar);

/**
 * @param code a UTF-16 code unit. Everything above ASCII is a letter to PostgreSQL, whatever Unicode says; NaN, which
 *   `charCodeAt` gives behind the end of a text, is `other`.
 */
export function classOf(code: number): number {
  if (code >= ASCII) return Class.letter;
  return classes[code] ?? Class.other;
}
