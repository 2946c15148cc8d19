/** What a pattern of `\d` and its like asks for, as regular expressions for PostgreSQL's `~`; undefined is anything. */
export interface NamePattern {
  readonly schema: string | undefined;
  readonly name: string | undefined;
}

/**
 * Reads a pattern as psql does (PostgreSQL manual, psql, "Patterns"; its processSQLNamePattern): unquoted letters become
 * lower case, `*` is any sequence, `?` any character, a dot parts the schema from the name, double quotes take
 * characters literally, and what else means something in regular expressions keeps meaning it, but for `$`.
 */
export const parsePattern = (pattern: string): NamePattern => {
  const parts = [''];
  const add = (text: string): void => {
    parts.push((parts.pop() ?? '') + text);
  };
  let quoted = false;
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (character === '"') {
      if (quoted && pattern.charAt(at + 1) === '"') {
        add('"');
        at += 1;
      } else {
        quoted = !quoted;
      }
    } else if (quoted) {
      add(/[|*+?()[\]{}.^$\\]/.test(character) ? `\\${character}` : character);
    } else if (character === '*') {
      add('.*');
    } else if (character === '?') {
      add('.');
    } else if (character === '.') {
      parts.push('');
    } else if (character === '$') {
      add('\\$');
    } else {
      add(character.toLowerCase());
    }
  }
  const [name, schema] = parts.reverse();
  // `*.*` says that the schema doesn't matter; without a dot only what is found without one is meant.
  return { name: name === '.*' ? undefined : anchored(name), schema: anchored(schema) };
};

/** The whole name has to match. */
const anchored = (part: string | undefined): string | undefined =>
  part === undefined || part === '' ? undefined : `^(${part})$`;
