import type { Piece } from '../../splitter/piece.ts';
import type { Refusal } from '../../psql/script.ts';

/** Statements that begin, end or shape a transaction, or say whether it may write. */
const TRANSACTION =
  /^(begin|start\s+transaction|commit|end|rollback|abort|savepoint|release|prepare\s+transaction|set\s+((session|local)\s+)?(session\s+characteristics|(default_)?transaction))/i;

/** Finds the first piece that can't run on several nodes at once. Nothing is run where there is one. */
export const findNodesRefusal = (pieces: readonly Piece[]): Refusal | undefined => {
  const hint = 'Nothing was run. Take it out, or run it on one node.';
  for (const [index, piece] of pieces.entries()) {
    const command = piece.kind === 'psql' ? piece : piece.interruptedBy;
    if (command) {
      const message = `${command.name} is a psql command, which can’t run on several nodes at once.`;
      return { index, offset: command.start, message, hint };
    }
    if (piece.copyData) {
      const message = 'COPY … FROM STDIN can’t send its rows to several nodes at once.';
      return { index, offset: piece.start, message, hint };
    }
    if (TRANSACTION.test(piece.text)) {
      const message =
        'Several nodes have no transaction in common: each statement is one by itself on each node.';
      return { index, offset: piece.start, message, hint };
    }
  }
  return undefined;
};
