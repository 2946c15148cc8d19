import * as vscode from 'vscode';
import type { Ask, Question } from '../../sql/psql/ask.ts';

/** Values that were given last, by file and name. They are kept in memory only: they may be secret. */
export class LastValues {
  readonly #values = new Map<string, string>();

  of(file: vscode.Uri, name: string): string {
    return this.#values.get(`${file.toString()} ${name}`) ?? '';
  }

  keep(file: vscode.Uri, name: string, value: string): void {
    this.#values.set(`${file.toString()} ${name}`, value);
  }
}

const NULL_BUTTON: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('circle-slash'),
  tooltip: 'NULL: give no value',
};

/**
 * Asks in input boxes what a file's statements want to know; Escape gives up.
 */
export const askFor =
  (file: vscode.Uri, lastValues: LastValues): Ask =>
  async (question) => {
    const { kind, name } = question;
    const box = vscode.window.createInputBox();
    box.title = titleOf(question);
    box.prompt = promptOf(question);
    box.value = lastValues.of(file, name);
    box.ignoreFocusOut = true;
    if (kind === 'parameter') box.buttons = [NULL_BUTTON];
    try {
      const value = await new Promise<string | null | undefined>((resolve) => {
        box.onDidAccept(() => {
          resolve(box.value);
        });
        box.onDidTriggerButton(() => {
          resolve(null);
        });
        box.onDidHide(() => {
          resolve(undefined);
        });
        box.show();
      });
      if (typeof value === 'string') lastValues.keep(file, name, value);
      return value;
    } finally {
      box.dispose();
    }
  };

/** `Value of :id (integer)`. */
const titleOf = ({ kind, name, type, text }: Question): string => {
  if (kind === 'prompt') return text ?? `Value of the variable ${name}`;
  return type === undefined ? `Value of ${name}` : `Value of ${name} (${type})`;
};

const promptOf = ({ kind, statement, line }: Question): string => {
  const where = `Line ${line}: ${statement}`;
  return kind === 'prompt'
    ? where
    : `${where} — the text is sent as it is, without quotes; the button gives NULL. Escape cancels the run.`;
};
