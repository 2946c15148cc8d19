import { classify } from '../../classify/classify.ts';
import type { Piece } from '../../splitter/piece.ts';
import type { Refusal } from '../../psql/script.ts';

/**
 * Finds the first piece that can't run on several nodes at once. Nothing is run where there is one. What PostgreSQL's
 * parser doesn't know is left to the servers, which don't let it write unless that was agreed to.
 * @param mayWrite whether somebody has agreed to writes
 */
export const findNodesRefusal = async (
  pieces: readonly Piece[],
  mayWrite: boolean,
): Promise<Refusal | undefined> => {
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
    const { kind, asksToWrite } = await classify(piece.text);
    if (kind === 'transaction') {
      const message =
        'Several nodes have no transaction in common: each statement is one by itself on each node.';
      return { index, offset: piece.start, message, hint };
    }
    if (asksToWrite && !mayWrite) {
      const message = 'It would let what follows write, which was not agreed to for this run.';
      return { index, offset: piece.start, message, hint };
    }
  }
  return undefined;
};
