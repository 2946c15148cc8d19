import * as vscode from 'vscode';
import { BYTEA, isJson } from '../../sql/export/valueTypes.ts';

/** A cell's whole value, and its column. */
interface WholeValue {
  readonly name: string;
  /** OID in pg_type. */
  readonly typeOid: number;
  readonly value: string | null;
}

const XML = 142;
/** Characters that an editor takes well; VS Code hands no larger documents to extensions. */
const EDITOR_CHARACTERS = 20_000_000;

/** Shows a value in an editor, or saves it where it is too long for one. */
export const openValue = async (cell: WholeValue): Promise<void> => {
  const { typeOid, value } = cell;
  if (value !== null && value.length > EDITOR_CHARACTERS) {
    const save = 'Save…';
    const answer = await vscode.window.showWarningMessage(
      `The value has ${value.length.toLocaleString('en')} characters, too many for an editor.`,
      save,
    );
    if (answer === save) await saveValue(cell);
    return;
  }
  const language = isJson(typeOid) ? 'json' : typeOid === XML ? 'xml' : 'plaintext';
  const document = await vscode.workspace.openTextDocument({ language, content: value ?? '' });
  await vscode.window.showTextDocument(document, { preview: false });
};

/** Saves a value to a file that the person picks: a text as UTF-8, bytea as its bytes. */
export const saveValue = async ({ name, typeOid, value }: WholeValue): Promise<void> => {
  const ending = isJson(typeOid) ? 'json' : typeOid === XML ? 'xml' : typeOid === BYTEA ? 'bin' : 'txt';
  const file = await vscode.window.showSaveDialog({
    title: 'Save Value',
    defaultUri: inFirstFolder(`${name.replace(/[^\p{L}\p{N}_-]+/gu, '_')}.${ending}`),
  });
  if (!file) return;
  const bytes =
    typeOid === BYTEA && value?.startsWith('\\x') === true
      ? Buffer.from(value.slice(2), 'hex')
      : Buffer.from(value ?? '');
  await vscode.workspace.fs.writeFile(file, bytes);
};

/** A file that a dialog proposes: in the workspace's first folder, where there is one. */
export const inFirstFolder = (name: string): vscode.Uri => {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  return folder ? vscode.Uri.joinPath(folder.uri, name) : vscode.Uri.file(name);
};
