import * as vscode from 'vscode';
import { formatSql } from '../../sql/format/formatSql.ts';
import type { Piece } from '../../sql/splitter/splitter.ts';
import { isSqlFile, piecesOf } from '../editor/sqlFile.ts';

const MESSAGE_MS = 10_000;
/** Lines that a message names at most. */
const MOST_LINES = 5;

/** Lays out the statements of SQL files, those that a selection touches or all. */
export class SqlFormattingProvider
  implements vscode.DocumentFormattingEditProvider, vscode.DocumentRangeFormattingEditProvider
{
  provideDocumentFormattingEdits(
    document: vscode.TextDocument,
    options: vscode.FormattingOptions,
    token: vscode.CancellationToken,
  ): Promise<vscode.TextEdit[]> {
    return format(document, piecesOf(document), options, token);
  }

  provideDocumentRangeFormattingEdits(
    document: vscode.TextDocument,
    range: vscode.Range,
    options: vscode.FormattingOptions,
    token: vscode.CancellationToken,
  ): Promise<vscode.TextEdit[]> {
    const [from, to] = [document.offsetAt(range.start), document.offsetAt(range.end)];
    const touched = piecesOf(document).filter(({ start, end }) => start < to && end > from);
    return format(document, touched, options, token);
  }
}

const format = async (
  document: vscode.TextDocument,
  pieces: readonly Piece[],
  options: vscode.FormattingOptions,
  token: vscode.CancellationToken,
): Promise<vscode.TextEdit[]> => {
  if (!isSqlFile(document)) return [];
  const cancelled = new AbortController();
  const listener = token.onCancellationRequested(() => {
    cancelled.abort();
  });
  try {
    const { edits, left } = await formatSql(pieces, options, cancelled.signal);
    if (token.isCancellationRequested) return [];
    if (left.length > 0) tell(left);
    return edits.map(({ start, end, text }) =>
      vscode.TextEdit.replace(new vscode.Range(document.positionAt(start), document.positionAt(end)), text),
    );
  } finally {
    listener.dispose();
  }
};

/** Says which statements stay as they are. */
const tell = (lines: readonly number[]): void => {
  const named = lines.slice(0, MOST_LINES).join(', ');
  const more = lines.length > MOST_LINES ? ` and ${lines.length - MOST_LINES} more` : '';
  const what = lines.length === 1 ? 'The statement' : `${lines.length} statements`;
  vscode.window.setStatusBarMessage(
    `$(info) ${what} on line ${named}${more} could not be formatted and stayed as written`,
    MESSAGE_MS,
  );
};
