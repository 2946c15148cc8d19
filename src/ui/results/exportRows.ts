import * as vscode from 'vscode';
import { textPieces, workbookPieces, writePieces } from '../../sql/export/exportFile.ts';
import { ExportError } from '../../sql/export/format.ts';
import type { Selected } from '../../sql/export/portions.ts';
import type { RunStatement } from '../../sql/run/runStatement.ts';
import { count } from '../format.ts';
import { askExportFormat } from './exportFormat.ts';
import { inFirstFolder } from './wholeValue.ts';

/** Asks how and where to, and writes rows of a statement's result to a file; how far it is stands in a notification. */
export const exportRows = async (statement: RunStatement, selected: Selected): Promise<void> => {
  const { state, columns } = statement.view;
  if (state === 'running') {
    void vscode.window.showInformationMessage(
      'The statement still runs, and more rows may come. Export when it has ended, or cancel it first.',
    );
    return;
  }
  const exported = selected.columns.flatMap((column) => columns[column] ?? []);
  if (exported.length === 0) {
    void vscode.window.showInformationMessage('There are no columns to export.');
    return;
  }
  const format = await askExportFormat(statement.piece.text, exported);
  if (!format) return;
  const file = await vscode.window.showSaveDialog({
    title: `Export ${count(selected.count, 'Row')}`,
    saveLabel: 'Export',
    defaultUri: inFirstFolder(`result.${format.ending}`),
    filters: { [format.label]: [format.ending], 'All files': ['*'] },
  });
  if (!file) return;
  if (file.scheme !== 'file')
    throw new ExportError('file', 'Rows can be exported only to the machine that this extension runs on.');
  await withCancel(`Exporting to ${baseName(file)}`, async (signal, report) => {
    const pieces = format.text
      ? textPieces(selected, format.text, signal)
      : workbookPieces(selected, exported, signal);
    const total = selected.count;
    await writePieces(file.fsPath, pieces, {
      signal,
      progress: (rows) => {
        report(rows, total);
      },
    });
    const partly = state === 'done' ? '' : ', those that had come before the statement ended early';
    void offerToOpen(file, `${count(total, 'row')} exported to ${baseName(file)}${partly}.`);
  });
};

/** Does something under a notification with a Cancel button; that it was cancelled is said in the status bar. */
const withCancel = (
  title: string,
  work: (signal: AbortSignal, report: (rows: number, total: number) => void) => Promise<void>,
): Thenable<void> =>
  vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const abort = new AbortController();
      const registration = token.onCancellationRequested(() => {
        abort.abort();
      });
      let shown = 0;
      try {
        await work(abort.signal, (rows, total) => {
          const percent = total === 0 ? 100 : Math.floor((100 * rows) / total);
          if (percent === shown) return;
          const message = `${rows.toLocaleString('en')} of ${count(total, 'row')}`;
          progress.report({ message, increment: percent - shown });
          shown = percent;
        });
      } catch (error) {
        if (!abort.signal.aborted) throw error;
        void vscode.window.showInformationMessage(`${title} was cancelled; the file has been removed.`);
      } finally {
        registration.dispose();
      }
    },
  );

const offerToOpen = async (file: vscode.Uri, message: string): Promise<void> => {
  const open = 'Open';
  const reveal = 'Copy Path';
  const answer = await vscode.window.showInformationMessage(message, open, reveal);
  if (answer === open) await vscode.commands.executeCommand('vscode.open', file);
  else if (answer === reveal) await vscode.env.clipboard.writeText(file.fsPath);
};

const baseName = (file: vscode.Uri): string => file.path.slice(file.path.lastIndexOf('/') + 1);
