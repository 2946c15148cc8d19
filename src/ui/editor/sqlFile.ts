import * as vscode from 'vscode';
import type { Source } from '../../sql/psql/script.ts';
import { resplit, type SplitText } from '../../sql/splitter/resplit.ts';
import { type Piece, split } from '../../sql/splitter/splitter.ts';

/** What can be attached to a node. */
export const SQL_FILES: vscode.DocumentSelector = [
  { language: 'sql', scheme: 'file' },
  { language: 'sql', scheme: 'untitled' },
  { pattern: '**/*.sql', scheme: 'file' },
];

export const isSqlFile = (document: vscode.TextDocument): boolean =>
  vscode.languages.match(SQL_FILES, document) > 0;

/** A file's name without its folders. */
export const fileName = (uri: vscode.Uri): string => uri.path.slice(uri.path.lastIndexOf('/') + 1);

const cache = new WeakMap<vscode.TextDocument, SplitText & { readonly version: number }>();

/** A document's statements and psql commands; of a version that was edited only what the edit touched is split anew. */
export const piecesOf = (document: vscode.TextDocument): readonly Piece[] => {
  const cached = cache.get(document);
  if (cached?.version === document.version) return cached.pieces;
  const source = document.getText();
  const pieces = cached ? resplit(cached, source) : split(source);
  cache.set(document, { version: document.version, source, pieces });
  return pieces;
};

/** A document's text, and where it is a file. */
export const sourceOf = (document: vscode.TextDocument): Source => ({
  name: fileName(document.uri),
  text: document.getText(),
  ...(document.uri.scheme === 'file' && { path: document.uri.fsPath }),
});

/**
 * What part of a document holds, taken by itself, with the offsets and lines of the document. Rows of a COPY that the
 * part leaves out belong to it all the same.
 */
export const piecesWithin = (document: vscode.TextDocument, range: vscode.Range): Piece[] => {
  const before = document.getText(new vscode.Range(new vscode.Position(0, 0), range.start));
  return split(before.replace(/[^\r\n]/g, ' ') + document.getText(range)).map((piece) => {
    if (!piece.copyData) return piece;
    const whole = piecesOf(document).find(({ start, end }) => start === piece.start && end === piece.end);
    return whole?.copyData ? { ...piece, copyData: whole.copyData } : piece;
  });
};

/** Where a piece stands, without its semicolon. */
export const rangeOf = (document: vscode.TextDocument, piece: Piece): vscode.Range =>
  new vscode.Range(document.positionAt(piece.start), document.positionAt(piece.end));
