import type { Piece, PsqlCommand } from './piece.ts';
import { countBefore, type PieceList } from './pieceList.ts';
import { effectOf } from './psqlCommand.ts';

/** Whether a command sends the statement directly before it, which has no semicolon of its own. */
export function sends(statement: Piece, command: Piece): command is PsqlCommand {
  return (
    statement.kind === 'sql' &&
    command.kind === 'psql' &&
    statement.terminatorEnd === statement.end &&
    effectOf(command.name) === 'sends'
  );
}

/**
 * What one piece can't be run without: a statement and the command that sends it, such as `\gset`.
 *
 * @param pieces of one text, in order.
 * @param piece one of them, or nothing.
 */
export function together(pieces: PieceList, piece: Piece | undefined): readonly Piece[] {
  if (!piece) return [];
  const at = countBefore(pieces, piece.start);
  const before = at > 0 ? pieces.at(at - 1) : undefined;
  const after = pieces.at(at + 1);
  if (before && sends(before, piece)) return [before, piece];
  return after && sends(piece, after) ? [piece, after] : [piece];
}
