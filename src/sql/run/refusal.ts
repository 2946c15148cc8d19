import type { Piece } from '../splitter/piece.ts';

/** Why pieces of a file can't be run at all. */
export interface Refusal {
  /** Index of the piece that stands in the way. */
  readonly index: number;
  /** Offset in the file, in UTF-16 code units, of what stands in the way. */
  readonly offset: number;
  readonly message: string;
  readonly hint: string;
}

/**
 * Finds the first piece that only psql can run. Nothing is run of a file that has one: left out it could
 * change what the rest means, and stopping at it would leave the file half done.
 */
export const findRefusal = (pieces: readonly Piece[], nodeName: string): Refusal | undefined => {
  const hint = `Nothing was run. Take it out, or run the file in psql: "Open psql Terminal" on ${nodeName}.`;
  for (const [index, piece] of pieces.entries()) {
    const command = piece.kind === 'psql' ? piece : piece.interruptedBy;
    if (command) {
      const message = `${command.name} is a psql command: psql runs it, the server doesn't know it.`;
      return { index, offset: command.start, message, hint };
    }
    if (piece.copyData) {
      const message = 'COPY … FROM STDIN reads the rows that follow it in the file, which only psql sends.';
      return { index, offset: piece.start, message, hint };
    }
  }
  return undefined;
};
