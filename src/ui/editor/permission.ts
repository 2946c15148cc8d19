import * as vscode from 'vscode';
import type { ClusterService } from '../../cluster/clusters.ts';
import { classify, type StatementClass } from '../../sql/classify/classify.ts';
import type { Piece } from '../../sql/splitter/splitter.ts';
import { count } from '../format.ts';
import type { Attached } from './attached.ts';
import { fileName, headerOf } from './sqlFile.ts';
import type { FilesWhereabouts } from './whereabouts.ts';

/** What a person has agreed to. */
export interface Permission {
  /** Whether the connection is to be one that only reads. */
  readonly readOnly: boolean;
}

/** psql commands by which rows or other files come in. */
const PSQL_WRITES = /^\\(copy|i|ir|include|include_relative|gexec|g|gx|gset)$/;
/** Statements that a question names; the rest is counted. */
const MOST_NAMED = 3;

/**
 * Asks before something runs that the file or the cluster is guarded against: on a node that isn't what the header says,
 * a write of a file that is marked as read-only, a write on a cluster that is marked as production.
 * @returns undefined where it is not to run
 */
export const askPermission = async (
  document: vscode.TextDocument,
  attached: Attached,
  pieces: readonly Piece[],
  service: Pick<ClusterService, 'coordinatorStatus'>,
  whereabouts: FilesWhereabouts,
): Promise<Permission | undefined> => {
  const { cluster, node, readOnly } = attached;
  const reasons: string[] = [];
  const mismatch = await roleMismatch(document, attached, service);
  if (mismatch !== undefined) reasons.push(mismatch);
  const guarded = readOnly || cluster.mark?.production === true;
  const writes = guarded ? await piecesThatMayWrite(document.uri, pieces, whereabouts) : [];
  const where = `${cluster.name} › ${node.name}`;
  if (writes.length > 0 && readOnly) reasons.push('The file is marked read-only in its header.');
  if (writes.length > 0 && cluster.mark?.production)
    reasons.push(`“${cluster.name}” is marked as production.`);
  if (reasons.length === 0) return { readOnly };

  const anyway = writes.length > 0 && readOnly ? 'Run Once Anyway' : 'Run Anyway';
  const detail = [
    ...reasons,
    ...(writes.length > 0 ? [`May write on ${where}: ${named(writes)}.`] : []),
    ...(writes.length > 0 && readOnly
      ? ['It runs on a new connection: settings and temporary tables of the one before are gone.']
      : []),
  ].join('\n\n');
  const message =
    writes.length > 0
      ? `${fileName(document.uri)}: run ${writes.length === 1 ? 'a statement' : count(writes.length, 'statement')} that may write?`
      : `${fileName(document.uri)}: run it on ${where}?`;
  const answer = await vscode.window.showWarningMessage(message, { modal: true, detail }, anyway);
  return answer === anyway ? { readOnly: readOnly && writes.length === 0 } : undefined;
};

/** Asks the node itself: what it was a moment ago doesn't count. */
const roleMismatch = async (
  document: vscode.TextDocument,
  { cluster, node }: Attached,
  service: Pick<ClusterService, 'coordinatorStatus'>,
): Promise<string | undefined> => {
  const expected = headerOf(document)?.role?.text;
  if (expected === undefined) return undefined;
  const actual =
    node.kind === 'worker' ? 'worker' : (await service.coordinatorStatus(cluster)).get(node.name)?.role;
  if (actual === expected) return undefined;
  const is =
    actual === undefined
      ? 'doesn’t say what it is'
      : `is ${actual === 'primary' ? 'the' : 'a'} ${actual} now`;
  return `The header expects ${node.name} to be a ${expected}, but it ${is}.`;
};

const piecesThatMayWrite = async (
  file: vscode.Uri,
  pieces: readonly Piece[],
  whereabouts: FilesWhereabouts,
): Promise<readonly Piece[]> => {
  const writes: Piece[] = [];
  for (const piece of pieces) if (await mayWrite(file, piece, whereabouts)) writes.push(piece);
  return writes;
};

/** Whether a piece may write where its file is attached: as its syntax tells, and of functions the catalog. */
export const mayWrite = async (
  file: vscode.Uri,
  piece: Piece,
  whereabouts: FilesWhereabouts,
): Promise<boolean> => {
  if (piece.kind === 'psql') return PSQL_WRITES.test(piece.name);
  const statement: StatementClass = await classify(piece.text);
  if (statement.asksToWrite) return true;
  if (!statement.mayWrite || statement.kind !== 'call') return statement.mayWrite;
  // Whether its functions write the catalog knows better.
  const found = await whereabouts.find(file, piece, new AbortController().signal);
  return found?.where.effect !== 'read';
};

/** `line 3, line 7 and 5 more`. */
const named = (pieces: readonly Piece[]): string => {
  const lines = pieces.slice(0, MOST_NAMED).map(({ line, text }) => `line ${line} (${firstWord(text)})`);
  const more = pieces.length - lines.length;
  return lines.join(', ') + (more > 0 ? ` and ${more} more` : '');
};

const firstWord = (text: string): string => /^\\?\w+/.exec(text)?.[0].toUpperCase() ?? '…';
