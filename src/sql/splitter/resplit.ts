import type { Piece, PsqlCommand, Range } from './piece.ts';
import { type Boundary, Splitter } from './splitter.ts';

/** A text and the pieces that `split` makes of it. */
export interface SplitText {
  readonly source: string;
  readonly pieces: readonly Piece[];
}

/**
 * Splits a text that was edited, in about the time that the edited part takes: it is read from the last boundary before
 * the edit up to the first one behind it that there was before, too. Where the edit opens a quote that is never closed,
 * that is the end of the text.
 *
 * @param before the text as it was; what is the same at both ends of the two is found here.
 * @returns what `split(source)` gives. Its texts don't keep the text before in memory where that was read anew.
 */
export function resplit({ source: old, pieces: oldPieces }: SplitText, source: string): readonly Piece[] {
  const prefix = commonPrefix(old, source);
  if (prefix === old.length && prefix === source.length) return oldPieces;
  const suffix = commonSuffix(old, source, prefix);
  const shift = source.length - old.length;
  const editEnd = source.length - suffix;

  const kept = boundaryBefore(oldPieces, old, prefix);
  const from = kept < 0 ? { offset: 0, line: 1 } : boundaryBehind(oldPieces[kept], old);
  /** Index of the piece that ends where both texts go on alike. */
  let agreed: number | undefined;
  const read = new Splitter(source, from).run((offset) => {
    if (offset < editEnd) return false;
    const index = indexEndingAt(oldPieces, offset - shift);
    if (index === undefined || !isBoundary(oldPieces, old, index)) return false;
    agreed = index;
    return true;
  });
  const pieces = oldPieces.slice(0, kept + 1);
  for (const piece of read) pieces.push({ ...piece, text: copyOf(piece.text) });
  if (agreed === undefined) return pieces;

  const last = read.at(-1);
  const lines = last ? boundaryBehind(last, source).line - boundaryBehind(oldPieces[agreed], old).line : 0;
  for (let index = agreed + 1; index < oldPieces.length; index++) {
    const piece = oldPieces[index];
    if (piece) pieces.push(shift === 0 && lines === 0 ? piece : moved(piece, shift, lines));
  }
  return pieces;
}

/** Characters that are compared at once. */
const BLOCK = 16 * 1024;

function commonPrefix(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let same = 0;
  while (same < most && one.slice(same, same + BLOCK) === other.slice(same, same + BLOCK)) same += BLOCK;
  while (same < most && one.charCodeAt(same) === other.charCodeAt(same)) same++;
  return Math.min(same, most);
}

/** @param prefix what is common at the beginning, which doesn't count again. */
function commonSuffix(one: string, other: string, prefix: number): number {
  const most = Math.min(one.length, other.length) - prefix;
  const block = (text: string, same: number): string =>
    text.slice(text.length - same - BLOCK, text.length - same);
  let same = 0;
  while (same + BLOCK <= most && block(one, same) === block(other, same)) same += BLOCK;
  while (same < most && one.charCodeAt(one.length - 1 - same) === other.charCodeAt(other.length - 1 - same))
    same++;
  return same;
}

/** @returns index of the last piece that ends with a boundary at `offset` or before it; -1 where none does. */
function boundaryBefore(pieces: readonly Piece[], source: string, offset: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const piece = pieces[middle];
    if (piece && endOf(piece) <= offset) low = middle + 1;
    else high = middle;
  }
  let index = low - 1;
  while (index >= 0 && !isBoundary(pieces, source, index)) index--;
  return index;
}

const endOf = (piece: Piece): number => (piece.kind === 'sql' ? piece.terminatorEnd : piece.end);

/**
 * Whether the text is as at its beginning behind a piece: it has a semicolon, and neither it nor an earlier one on its
 * line has rows to come.
 */
function isBoundary(pieces: readonly Piece[], source: string, index: number): boolean {
  const piece = pieces[index];
  if (piece?.kind !== 'sql' || piece.terminatorEnd === piece.end) return false;
  const end = piece.terminatorEnd;
  for (let at = index; at >= 0; at--) {
    const before = pieces[at];
    if (!before) break;
    if (before.copyData) return before.copyData.start < end;
    if (source.slice(endOf(before), end).includes('\n')) break;
  }
  return true;
}

function indexEndingAt(pieces: readonly Piece[], offset: number): number | undefined {
  let low = 0;
  let high = pieces.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const piece = pieces[middle];
    const end = piece ? endOf(piece) : 0;
    if (end === offset) return middle;
    if (end < offset) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

function boundaryBehind(piece: Piece | undefined, source: string): Boundary {
  if (!piece) return { offset: 0, line: 1 };
  const offset = endOf(piece);
  let { line } = piece;
  for (let at = source.indexOf('\n', piece.start); at >= 0 && at < offset; at = source.indexOf('\n', at + 1))
    line++;
  return { offset, line };
}

/** The same text, but no part of a larger one, which it would keep in memory. */
const copyOf = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le');

/** A piece of a text in which it stands further on by so many code units and lines. */
function moved(piece: Piece, shift: number, lines: number): Piece {
  const start = piece.start + shift;
  const end = piece.end + shift;
  const line = piece.line + lines;
  const { text, copyData } = piece;
  const rows = copyData && { copyData: movedRange(copyData, shift) };
  if (piece.kind === 'psql') {
    const command = { kind: 'psql', name: piece.name, text, start, end, line } as const;
    return rows ? { ...command, ...rows } : command;
  }
  const sql = { kind: 'sql', text, start, end, terminatorEnd: piece.terminatorEnd + shift, line } as const;
  const { interruptedBy } = piece;
  if (!rows && !interruptedBy) return sql;
  return {
    ...sql,
    ...rows,
    ...(interruptedBy && { interruptedBy: movedCommand(interruptedBy, shift, lines) }),
  };
}

const movedRange = ({ start, end }: Range, shift: number): Range => ({
  start: start + shift,
  end: end + shift,
});

const movedCommand = (command: PsqlCommand, shift: number, lines: number): PsqlCommand => ({
  ...command,
  ...movedRange(command, shift),
  line: command.line + lines,
});
