import * as vscode from 'vscode';
import { type Cluster, peerAddress } from '../../cluster/model.ts';
import type { NodeAddress } from '../../contract/results.ts';
import type { ExplainWay } from '../../sql/plan/explain.ts';
import type { StatementClass } from '../../sql/classify/classify.ts';
import { explainable } from '../../sql/plan/explainable.ts';
import { InterpolationError } from '../../sql/psql/interpolate.ts';
import { asSent } from '../../sql/psql/parameters.ts';
import { type Substituted, substitute } from '../../sql/psql/substitute.ts';
import type { Variables } from '../../sql/psql/variables.ts';
import type { Piece } from '../../sql/splitter/splitter.ts';

/** A piece whose plan can be asked for. */
interface PieceToExplain {
  /** Without an EXPLAIN before it. */
  readonly piece: Piece;
  /** It as the server gets it, with psql's variables as they are now. */
  readonly asSent: Piece;
  readonly statement: StatementClass;
}

/**
 * The statement of a piece that a plan can be asked of; undefined where there is none.
 * @param variables of the file's connection
 */
export const pieceToExplain = async (
  piece: Piece,
  variables: Pick<Variables, 'get'>,
): Promise<PieceToExplain | undefined> => {
  if (piece.kind !== 'sql') return undefined;
  const { text, origin } = sent(piece.text, variables);
  const found = await explainable(text);
  if (!found) return undefined;
  const offset = origin(found.offset);
  const bare = { ...piece, text: piece.text.slice(offset), start: piece.start + offset };
  return { piece: bare, asSent: { ...bare, text: found.sql }, statement: found.statement };
};

/** What can't be sent is told when it is run. */
const sent = (sql: string, variables: Pick<Variables, 'get'>): Substituted => {
  try {
    return asSent(sql, variables);
  } catch (error) {
    if (error instanceof InterpolationError) return substitute(sql, []);
    throw error;
  }
};

/** Why there is no plan to show. */
export const noPlan = (piece: Piece | undefined): string =>
  piece
    ? 'This statement has no plan: EXPLAIN takes queries, INSERT, UPDATE, DELETE, MERGE, EXECUTE, and what is made of a query.'
    : 'There is no statement here.';

/**
 * Asks what is to become of what a statement changes that has to be run to be measured.
 * @param words see measuringWords
 * @returns undefined where the person thinks better of it
 */
export const askToMeasure = async (words: string): Promise<ExplainWay | undefined> => {
  const undo = 'Run and Roll Back';
  const keep = 'Run and Keep';
  const answer = await vscode.window.showWarningMessage(
    'To measure this statement, it has to be run. It may change something.',
    { modal: true, detail: words },
    undo,
    keep,
  );
  return answer === undefined ? undefined : { analyze: true, keep: answer === keep };
};

/** The addresses by which a cluster's nodes know each other. */
export const nodeAddresses = (cluster: Cluster): NodeAddress[] =>
  cluster.nodes.map((node) => {
    const { host, port } = peerAddress(node);
    return { name: node.name, host, port };
  });
