import os from 'node:os';
import * as vscode from 'vscode';

/** What a PNG file begins with (RFC 2083, 3.1). */
const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const FILTERS = { png: { PNG: ['png'] }, svg: { SVG: ['svg'] } };

/**
 * Asks where a picture of a chart is to go, and writes it there. Tells the person what came of it.
 * @param picture SVG as text, PNG in base64
 */
export const saveChart = async (format: 'png' | 'svg', picture: string): Promise<void> => {
  const bytes = Buffer.from(picture, format === 'png' ? 'base64' : 'utf8');
  if (!isPicture(format, bytes)) {
    void vscode.window.showErrorMessage('Nothing was saved: the chart gave no picture. Draw it again.');
    return;
  }
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(os.homedir());
  const file = await vscode.window.showSaveDialog({
    title: 'Save Chart',
    defaultUri: vscode.Uri.joinPath(folder, `chart.${format}`),
    filters: FILTERS[format],
  });
  if (!file) return;
  try {
    await vscode.workspace.fs.writeFile(file, bytes);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(`The chart was not saved: ${why}`);
    return;
  }
  void vscode.window.showInformationMessage(`Saved the chart as ${vscode.workspace.asRelativePath(file)}.`);
};

const isPicture = (format: 'png' | 'svg', bytes: Buffer): boolean =>
  format === 'png'
    ? bytes.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE)
    : bytes.subarray(0, 5).toString('utf8') === '<svg ';
