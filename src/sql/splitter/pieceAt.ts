import type { Piece } from './piece.ts';
import { countBefore, type PieceList } from './pieceList.ts';

/**
 * Finds the piece that a cursor belongs to: the one whose text, semicolon or rows it is in or directly behind, or
 * that ends earlier on the cursor's line; on blank and comment lines the piece that follows, and behind the last
 * piece the last one.
 *
 * @param pieces of `source`, as `split` gives them.
 * @param offset of the cursor, in UTF-16 code units.
 * @returns undefined where there are no pieces.
 */
export function pieceAt(pieces: PieceList, source: string, offset: number): Piece | undefined {
  const following = countBefore(pieces, offset + 1);
  const before = following > 0 ? pieces.at(following - 1) : undefined;
  if (!before) return pieces.at(following);
  const end = extentOf(before);
  const sameLine = offset <= end || !source.slice(end, offset).includes('\n');
  return sameLine ? before : (pieces.at(following) ?? before);
}

/** @returns the end of a piece with what belongs to it: its semicolon and its rows. */
function extentOf(piece: Piece): number {
  return piece.copyData?.end ?? (piece.kind === 'sql' ? piece.terminatorEnd : piece.end);
}
