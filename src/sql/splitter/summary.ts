import { Lexer, Token } from './lexer.ts';

/**
 * A SQL text on one line, to name it by: comments removed, each run of whitespace folded into one space.
 *
 * @param length the most UTF-16 code units that the result may have, at least 1; a longer text is cut and ends with `…`.
 */
export function summary(sql: string, length = 80): string {
  const lexer = new Lexer(sql);
  let line = '';
  let gap = false;
  while (line.length <= length && lexer.next()) {
    if (lexer.kind === Token.space || lexer.kind === Token.comment) {
      gap = true;
      continue;
    }
    for (let at = lexer.start; at < lexer.end && line.length <= length; at++) {
      const character = sql.charAt(at);
      if (/\s/.test(character)) {
        gap = true;
      } else {
        if (gap && line !== '') line += ' ';
        line += character;
        gap = false;
      }
    }
  }
  return line.length <= length ? line : `${cut(line, length - 1)}…`;
}

/** Cuts to `length` code units, without half of a surrogate pair and without a space at the end. */
function cut(line: string, length: number): string {
  return line
    .slice(0, length)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd();
}
