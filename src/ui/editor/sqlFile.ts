import * as vscode from 'vscode';
import type { FileRef } from '../../contract/refs.ts';
import { type FileHeader, readHeader } from '../../sql/header/fileHeader.ts';
import type { Source } from '../../sql/psql/script.ts';
import { type Piece, pieceStartingAt, split } from '../../sql/splitter/splitter.ts';
import { SplitText } from '../../sql/splitter/splitText.ts';

/** What can be attached to a node. */
export const SQL_FILES: vscode.DocumentSelector = [
  { language: 'sql', scheme: 'file' },
  { language: 'sql', scheme: 'untitled' },
  { pattern: '**/*.sql', scheme: 'file' },
];

export const isSqlFile = (document: vscode.TextDocument): boolean =>
  vscode.languages.match(SQL_FILES, document) > 0;

/** The document that a command is meant for: the one it was called on, or the active one; only SQL files. */
export const sqlDocument = async (file: FileRef | undefined): Promise<vscode.TextDocument | undefined> => {
  const document =
    file instanceof vscode.Uri
      ? await vscode.workspace.openTextDocument(file)
      : vscode.window.activeTextEditor?.document;
  if (document && isSqlFile(document)) return document;
  void vscode.window.showInformationMessage('Open a SQL file first.');
  return undefined;
};

/** A file's name without its folders. */
export const fileName = (uri: vscode.Uri): string => uri.path.slice(uri.path.lastIndexOf('/') + 1);

const headers = new WeakMap<vscode.TextDocument, { version: number; header: FileHeader | undefined }>();

/** A document's header, read once for each version of it. */
export const headerOf = (document: vscode.TextDocument): FileHeader | undefined => {
  const cached = headers.get(document);
  if (cached?.version === document.version) return cached.header;
  const header = readHeader(document.getText());
  headers.set(document, { version: document.version, header });
  return header;
};

const texts = new WeakMap<vscode.TextDocument, { version: number; text: SplitText }>();

/**
 * A document's statements and psql commands, to look some of them up; of a version that was edited only what the edit
 * touched is split anew.
 */
export const splitOf = (document: vscode.TextDocument): SplitText => {
  const cached = texts.get(document);
  if (cached?.version === document.version) return cached.text;
  const source = document.getText();
  const text = cached ? cached.text.edited(source) : SplitText.of(source);
  texts.set(document, { version: document.version, text });
  return text;
};

/** All statements and psql commands of a document; `splitOf` is for what happens at each key press. */
export const piecesOf = (document: vscode.TextDocument): readonly Piece[] => splitOf(document).all();

/** A document's text, and where it is a file. */
const sourceOf = (document: vscode.TextDocument): Source => ({
  name: fileName(document.uri),
  text: document.getText(),
  ...(document.uri.scheme === 'file' && { path: document.uri.fsPath }),
});

/** What is to run of a document, and its text at that moment: by the time it runs the document may have been edited. */
export interface Excerpt {
  readonly pieces: readonly Piece[];
  readonly source: Source;
}

/** @param pieces of the document as it is now */
export const excerptOf = (document: vscode.TextDocument, pieces: readonly Piece[]): Excerpt => ({
  pieces,
  source: sourceOf(document),
});

/**
 * What part of a document holds, taken by itself, with the offsets and lines of the document. Rows of a COPY that the
 * part leaves out belong to it all the same.
 */
export const piecesWithin = (document: vscode.TextDocument, range: vscode.Range): Piece[] => {
  const before = document.getText(new vscode.Range(new vscode.Position(0, 0), range.start));
  return split(before.replace(/[^\r\n]/g, ' ') + document.getText(range)).map((piece) => {
    if (!piece.copyData) return piece;
    const whole = pieceStartingAt(splitOf(document), piece.start);
    return whole?.copyData && whole.end === piece.end ? { ...piece, copyData: whole.copyData } : piece;
  });
};

/** Where a piece stands, without its semicolon. */
export const rangeOf = (document: vscode.TextDocument, piece: Piece): vscode.Range =>
  new vscode.Range(document.positionAt(piece.start), document.positionAt(piece.end));

/** The column that has a file open, where one has. */
export const columnOf = (file: vscode.Uri): vscode.ViewColumn | undefined =>
  vscode.window.tabGroups.all.find(({ tabs }) =>
    tabs.some(
      ({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === file.toString(),
    ),
  )?.viewColumn;
