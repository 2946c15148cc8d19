import * as vscode from 'vscode';
import { type Cluster, peerAddress } from '../../cluster/model.ts';
import type { NodeAddress } from '../../contract/results.ts';
import type { ExplainWay } from '../../sql/plan/explain.ts';
import { explainable } from '../../sql/plan/explainable.ts';
import type { Piece } from '../../sql/splitter/splitter.ts';

/** The statement of a piece that a plan can be asked of, without an EXPLAIN before it; undefined where there is none. */
export const pieceToExplain = (piece: Piece): { piece: Piece; writes: boolean } | undefined => {
  const found = piece.kind === 'sql' ? explainable(piece.text) : undefined;
  if (!found) return undefined;
  const { sql, offset, writes } = found;
  return { piece: { ...piece, text: sql, start: piece.start + offset }, writes };
};

/** Why there is no plan to show. */
export const noPlan = (piece: Piece | undefined): string =>
  piece
    ? 'This statement has no plan: EXPLAIN takes queries, INSERT, UPDATE, DELETE, MERGE, EXECUTE, and what is made of a query.'
    : 'There is no statement here.';

/**
 * How a statement is to be explained; asks where running it would change something.
 * @returns undefined where the person thinks better of it
 */
export const wayToExplain = async (
  analyze: boolean,
  writes: boolean,
  inTransaction: boolean,
): Promise<ExplainWay | undefined> => {
  if (!analyze || !writes) return { analyze, keep: false };
  const undo = 'Run and Roll Back';
  const keep = 'Run and Keep';
  const detail = inTransaction
    ? 'Rolled back, it leaves your open transaction as it is now. Kept, its changes are part of that transaction.'
    : 'Rolled back, it changes nothing, apart from sequences that it draws numbers from. Kept, its changes are committed.';
  const answer = await vscode.window.showWarningMessage(
    'To measure this statement, it has to be run.',
    { modal: true, detail },
    undo,
    keep,
  );
  return answer === undefined ? undefined : { analyze, keep: answer === keep };
};

/** The addresses by which a cluster's nodes know each other. */
export const nodeAddresses = (cluster: Cluster): NodeAddress[] =>
  cluster.nodes.map((node) => {
    const { host, port } = peerAddress(node);
    return { name: node.name, host, port };
  });
