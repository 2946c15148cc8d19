import type { Piece } from './piece.ts';

/** The pieces of a text, in order, to look some of them up in: an array, or a `SplitText`, which makes only those. */
export interface PieceList {
  readonly length: number;
  /** @param index from 0, less than `length` */
  at(index: number): Piece | undefined;
}

/** @returns how many pieces start before `offset`. */
export function countBefore(pieces: PieceList, offset: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces.at(middle)?.start ?? Infinity) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @returns the last piece that starts before `offset`. */
export function pieceBefore(pieces: PieceList, offset: number): Piece | undefined {
  const count = countBefore(pieces, offset);
  return count > 0 ? pieces.at(count - 1) : undefined;
}

/** @returns the piece that starts at `offset`, where one does. */
export function pieceStartingAt(pieces: PieceList, offset: number): Piece | undefined {
  const piece = pieces.at(countBefore(pieces, offset));
  return piece?.start === offset ? piece : undefined;
}
