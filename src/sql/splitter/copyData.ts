import type { Range } from './piece.ts';

/** Rows that stand in a SQL text behind the statement that reads them. */
interface InlineRows {
  readonly rows: Range;
  /** Where the text goes on with SQL: behind the line `\.`. */
  readonly resume: number;
}

/**
 * Finds the rows of a `COPY … FROM STDIN`: all lines up to a line `\.`, or to the end of the text.
 *
 * @param from where the first row begins.
 */
export function inlineRows(source: string, from: number): InlineRows {
  let line = from;
  for (;;) {
    const resume = behindTerminator(source, line);
    if (resume !== undefined) return { rows: { start: from, end: line }, resume };
    const newline = source.indexOf('\n\\.', line);
    if (newline < 0) return { rows: { start: from, end: source.length }, resume: source.length };
    line = newline + 1;
  }
}

/** @returns the offset behind the line that begins at `line` if that line is `\.`. */
function behindTerminator(source: string, line: number): number | undefined {
  if (!source.startsWith('\\.', line)) return undefined;
  const end = line + 2;
  if (end === source.length) return end;
  if (source.startsWith('\n', end)) return end + 1;
  return source.startsWith('\r\n', end) ? end + 2 : undefined;
}
