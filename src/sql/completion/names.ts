import { quoteIdentifier } from '../../postgres/identifier.ts';
import { isReserved } from './keywords.ts';

/** A name as people write it: quoted only where it would mean another one, or a keyword, without quotes. */
export const quoteIfNeeded = (name: string): string =>
  /^[a-z_][a-z0-9_$]*$/.test(name) && !isReserved(name) ? name : quoteIdentifier(name);

/** Whether what was typed may become a name: its letters come in that order, whatever their case. */
export const mayBecome = (typed: string, name: string): boolean => {
  const lower = name.toLowerCase();
  let at = -1;
  for (const letter of typed.toLowerCase()) {
    at = lower.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return true;
};

/** The same, stricter: the name, or a part of it behind an underscore, begins with what was typed. */
export const begins = (typed: string, name: string): boolean => {
  const [lower, wanted] = [name.toLowerCase(), typed.toLowerCase()];
  return lower.startsWith(wanted) || lower.includes(`_${wanted}`);
};
