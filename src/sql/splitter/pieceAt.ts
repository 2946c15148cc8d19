import type { Piece } from './piece.ts';

/**
 * Finds the piece that a cursor belongs to: the one whose text, semicolon or rows it is in or directly behind, or
 * that ends earlier on the cursor's line; on blank and comment lines the piece that follows, and behind the last
 * piece the last one.
 *
 * @param pieces of `source`, as `split` gives them.
 * @param offset of the cursor, in UTF-16 code units.
 * @returns undefined where there are no pieces.
 */
export function pieceAt(pieces: readonly Piece[], source: string, offset: number): Piece | undefined {
  const following = countStartingUpTo(pieces, offset);
  const before = pieces[following - 1];
  if (!before) return pieces[following];
  const end = extentOf(before);
  const sameLine = offset <= end || !source.slice(end, offset).includes('\n');
  return sameLine ? before : (pieces[following] ?? before);
}

/** @returns the end of a piece with what belongs to it: its semicolon and its rows. */
function extentOf(piece: Piece): number {
  return piece.copyData?.end ?? (piece.kind === 'sql' ? piece.terminatorEnd : piece.end);
}

/** @returns how many pieces start at `offset` or before it. */
function countStartingUpTo(pieces: readonly Piece[], offset: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const piece = pieces[middle];
    if (piece && piece.start <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
