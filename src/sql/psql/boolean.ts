/**
 * Reads a truth value as psql does (PostgreSQL's ParseVariableBool in src/bin/psql/variables.c): `true`, `false`, `yes`,
 * `no`, `on`, `off`, also shortened as long as it is clear, in either case; `1` and `0`.
 * @returns undefined where it is none
 */
export const parseBoolean = (text: string): boolean | undefined => {
  const word = text.toLowerCase();
  if (word === '') return undefined;
  if (word === '1' || 'true'.startsWith(word) || 'yes'.startsWith(word)) return true;
  if (word === '0' || 'false'.startsWith(word) || 'no'.startsWith(word)) return false;
  if (word === 'on') return true;
  // `o` could be either.
  return word.length >= 2 && 'off'.startsWith(word) ? false : undefined;
};
