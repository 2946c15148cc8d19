import * as vscode from 'vscode';
import type { RunView } from '../../contract/results.ts';
import { SUMMARY_LENGTH } from '../../sql/run/runStatement.ts';
import type { Piece } from '../../sql/splitter/splitter.ts';
import { summary } from '../../sql/splitter/summary.ts';
import type { SqlCommands } from './commands.ts';
import { columnOf, excerptOf, fileName, piecesOf } from './sqlFile.ts';

/**
 * Runs the statements of a run whose rows are gone. They are looked for in the file as it is now: where one isn't there
 * any more, nothing is run.
 */
export const runAgain = async (
  file: vscode.Uri,
  { statements }: RunView,
  commands: Pick<SqlCommands, 'run'>,
): Promise<void> => {
  const document = await vscode.workspace.openTextDocument(file);
  const pieces = piecesOf(document);
  const wanted = statements.map(({ sql }) => sql);
  const found: Piece[] = [];
  for (const piece of pieces) {
    if (summary(piece.text, SUMMARY_LENGTH) === wanted[found.length]) found.push(piece);
  }
  if (found.length < wanted.length) {
    const viewColumn = columnOf(file);
    await vscode.window.showTextDocument(document, viewColumn === undefined ? {} : { viewColumn });
    void vscode.window.showInformationMessage(
      `${fileName(file)} has changed since: nothing was run. Run the statements from the file.`,
    );
    return;
  }
  await commands.run(document, excerptOf(document, found), found.length === pieces.length);
};
