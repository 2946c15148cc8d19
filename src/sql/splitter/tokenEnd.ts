import { Char, Class, classOf } from './characters.ts';

/*
 * Where tokens end, by the rules of psql's scanner. Each function takes the offset behind the characters that tell
 * what the token is, and returns the one behind the token; a token that isn't closed ends with the text.
 */

/** @returns the first offset whose character's class is not between `lowest` and `highest`. */
export function endOfRun(source: string, from: number, lowest: number, highest: number): number {
  let end = from;
  while (end < source.length) {
    const found = classOf(source.charCodeAt(end));
    if (found < lowest || found > highest) break;
    end++;
  }
  return end;
}

/** A keyword or an identifier without quotes, behind its first letter. */
export function endOfWord(source: string, from: number): number {
  return endOfRun(source, from, Class.letter, Class.dollar);
}

/** Digits and the letters that stick to them: `1e5`, `0xFF`, and junk such as `1abc`. */
export function endOfNumber(source: string, from: number): number {
  const end = endOfRun(source, from, Class.digit, Class.digit);
  return classOf(source.charCodeAt(end)) === Class.letter ? endOfWord(source, end + 1) : end;
}

/** Text between quotes, which a doubled quote does not end. */
export function endOfQuoted(source: string, from: number, quote: number): number {
  const mark = quote === Char.quote ? "'" : '"';
  let close = source.indexOf(mark, from);
  while (close >= 0 && source.charCodeAt(close + 1) === quote) close = source.indexOf(mark, close + 2);
  return close < 0 ? source.length : close + 1;
}

/** Text between single quotes where a backslash takes the character behind it. */
export function endOfEscapeString(source: string, from: number): number {
  for (let at = from; at < source.length; at++) {
    const code = source.charCodeAt(at);
    if (code === Char.backslash) {
      at++;
    } else if (code === Char.quote) {
      if (source.charCodeAt(at + 1) !== Char.quote) return at + 1;
      at++;
    }
  }
  return source.length;
}

/** A dollar-quoted text, a parameter such as `$1`, or else the dollar alone, behind that dollar. */
export function endOfDollar(source: string, from: number): number {
  if (classOf(source.charCodeAt(from)) === Class.digit) return endOfNumber(source, from + 1);
  const tagEnd = endOfRun(source, from, Class.letter, Class.digit);
  if (source.charCodeAt(tagEnd) !== Char.dollar) return from;
  const delimiter = source.slice(from - 1, tagEnd + 1);
  const close = source.indexOf(delimiter, tagEnd + 1);
  return close < 0 ? source.length : close + delimiter.length;
}

/** A cast `::`, a variable of psql's such as `:name`, whose name has no dollar, or else the colon alone. */
export function endOfColon(source: string, from: number): number {
  if (source.charCodeAt(from) === Char.colon) return from + 1;
  return endOfRun(source, from, Class.letter, Class.digit);
}

/** A comment up to the end of its line, behind the dashes. */
export function endOfLineComment(source: string, from: number): number {
  let end = from;
  while (end < source.length) {
    const code = source.charCodeAt(end);
    if (code === Char.newline || code === Char.carriageReturn) break;
    end++;
  }
  return end;
}

/** A comment up to the end mark that belongs to it, as such comments nest. @returns undefined if there is none. */
export function endOfBlockComment(source: string, from: number): number | undefined {
  let depth = 1;
  for (let at = from; at < source.length; at++) {
    const code = source.charCodeAt(at);
    if (code === Char.asterisk && source.charCodeAt(at + 1) === Char.slash) {
      at++;
      depth--;
      if (depth === 0) return at + 1;
    } else if (code === Char.slash && source.charCodeAt(at + 1) === Char.asterisk) {
      at++;
      depth++;
    }
  }
  return undefined;
}
