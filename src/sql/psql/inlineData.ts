import type { Range } from '../splitter/piece.ts';

/** UTF-16 code units that are made bytes at once. */
const CHUNK = 64 * 1024;

/**
 * The rows of a COPY that stand in a text, as bytes, a chunk at a time.
 * @param range of whole lines
 */
export function* inlineData(text: string, { start, end }: Range): Generator<Buffer> {
  let at = start;
  while (at < end) {
    let next = Math.min(at + CHUNK, end);
    // Not between the halves of a surrogate pair.
    if (next < end && /[\uD800-\uDBFF]/.test(text.charAt(next - 1))) next -= 1;
    yield Buffer.from(text.slice(at, next), 'utf8');
    at = next;
  }
}

/**
 * Where the line of rows begins that a COPY failed at.
 * @param context the server's, such as `COPY t, line 3, column a: "x"`
 * @returns the line from 1 and its offset in UTF-16 code units; undefined where the context names none
 */
export const failedLine = (
  text: string,
  range: Range,
  context: string,
): { readonly line: number; readonly offset: number } | undefined => {
  // In any language: `COPY`, the table, the word for line, its number.
  const number = Number(/^COPY .*?, \S+ (\d+)/m.exec(context)?.[1]);
  if (!(number >= 1)) return undefined;
  let offset = range.start;
  for (let line = 1; line < number; line++) {
    const newline = text.indexOf('\n', offset);
    if (newline < 0 || newline >= range.end) return undefined;
    offset = newline + 1;
  }
  let before = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) before += 1;
  return { line: before, offset };
};
