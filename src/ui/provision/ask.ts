import * as vscode from 'vscode';
import { ClusterError } from '../../cluster/errors.ts';

export interface Question {
  readonly title: string;
  readonly prompt: string;
  readonly value: string;
  /** A button beside the field that comes up with another value, or with none. */
  readonly button?: vscode.QuickInputButton & { readonly offer: () => Promise<string | undefined> };
}

/**
 * Asks for a text until it is accepted.
 * @param accept turns the text into the result; its ClusterError stands under the field, which stays open
 * @returns undefined where the person pressed Escape
 */
export const ask = async <T>(
  question: Question,
  accept: (text: string) => Promise<T>,
): Promise<T | undefined> => {
  const box = vscode.window.createInputBox();
  const { title, prompt, value, button } = question;
  Object.assign(box, { title, prompt, value, ignoreFocusOut: true, buttons: button ? [button] : [] });
  try {
    return await new Promise<T | undefined>((resolve, reject) => {
      const tryToAccept = async (): Promise<void> => {
        box.busy = true;
        box.enabled = false;
        try {
          resolve(await accept(box.value.trim()));
        } catch (error) {
          if (error instanceof ClusterError) box.validationMessage = error.message;
          else reject(error instanceof Error ? error : new Error(String(error)));
        } finally {
          box.busy = false;
          box.enabled = true;
        }
      };
      box.onDidAccept(() => void tryToAccept());
      box.onDidChangeValue(() => {
        box.validationMessage = undefined;
      });
      // The button's dialog may take the field's place, which is no Escape then.
      let offering = false;
      const offer = async (): Promise<void> => {
        offering = true;
        const offered = await button?.offer();
        offering = false;
        if (offered !== undefined) box.value = offered;
        box.show();
      };
      box.onDidTriggerButton(() => void offer().catch(reject));
      box.onDidHide(() => {
        if (!offering) resolve(undefined);
      });
      box.show();
    });
  } finally {
    box.dispose();
  }
};
