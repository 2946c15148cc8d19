import { Lexer } from '../splitter/lexer.ts';
import { split } from '../splitter/splitter.ts';
import { quoteAs } from './arguments.ts';
import { type Replacement, type Substituted, substitute } from './substitute.ts';
import type { Variables } from './variables.ts';

/** A statement that can't be sent as psql would make it with its variables, for people. */
export class InterpolationError extends Error {
  override readonly name = 'InterpolationError';
}

const REFERENCE = /:(?:\{\?([A-Za-z\u0080-\uffff_0-9]+)\}|(['"]?)([A-Za-z\u0080-\uffff_0-9]+)\2)/y;

/**
 * Puts psql's variables into a statement as psql does (PostgreSQL's src/fe_utils/psqlscan.l): `:name`, `:'name'`,
 * `:"name"` and `:{?name}`, outside of quotes, dollar quotes and comments; `::` is left alone, and so are variables that
 * aren't set. A value that is put in bare is read as SQL in its turn, with the variables in it.
 *
 * @throws InterpolationError where values would make it more or less than one statement: psql cuts it anew then
 */
export const interpolate = (sql: string, variables: Pick<Variables, 'get'>): Substituted => {
  const { replacements, bare } = findReplacements(sql, variables, []);
  const result = substitute(sql, replacements);
  if (bare !== undefined && !isOneLike(sql, result.text)) {
    throw new InterpolationError(
      `With the value of :${bare} this is not one whole statement any more: it has a semicolon, a psql command, rows to copy, or a quote that isn't closed.`,
    );
  }
  return result;
};

/** @param within variables whose values are being read, which psql doesn't expand again */
const findReplacements = (
  sql: string,
  variables: Pick<Variables, 'get'>,
  within: readonly string[],
): { replacements: Replacement[]; bare: string | undefined } => {
  const replacements: Replacement[] = [];
  let bare: string | undefined;
  const lexer = new Lexer(sql);
  while (lexer.next()) {
    if (sql.charAt(lexer.start) !== ':' || sql.charAt(lexer.start + 1) === ':') continue;
    REFERENCE.lastIndex = lexer.start;
    const match = REFERENCE.exec(sql);
    if (!match) continue;
    const [all, asked, quote = '', name = ''] = match;
    const range = { start: lexer.start, end: lexer.start + all.length };
    if (asked !== undefined) {
      replacements.push({ ...range, by: variables.get(asked) === undefined ? 'FALSE' : 'TRUE' });
    } else {
      const value = variables.get(name);
      if (value === undefined || within.includes(name)) continue;
      if (quote === '') {
        bare ??= name;
        const inner = findReplacements(value, variables, [...within, name]);
        replacements.push({ ...range, by: substitute(value, inner.replacements).text });
      } else {
        replacements.push({ ...range, by: quoteAs(quote, value) });
      }
    }
    lexer.moveTo(range.end);
  }
  return { replacements, bare };
};

/** Whether a text is one statement to the splitter, or none, and reads rows if the one before does. */
const isOneLike = (before: string, after: string): boolean => {
  const closed = `${after}\n;`;
  const [only, ...more] = split(closed);
  if (!only) return true;
  return (
    more.length === 0 &&
    only.kind === 'sql' &&
    // Of an open quote the semicolon is a part.
    only.terminatorEnd > only.end &&
    only.terminatorEnd === closed.length &&
    only.interruptedBy === undefined &&
    (only.copyData === undefined) === (split(before)[0]?.copyData === undefined)
  );
};
