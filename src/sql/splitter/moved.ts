import type { Piece, PsqlCommand, Range } from './piece.ts';

/** A piece of a text in which it stands further on by so many code units and lines. */
export function moved(piece: Piece, shift: number, lines: number): Piece {
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
