import * as vscode from 'vscode';
import { Walkthroughs } from '../../contract/ids.ts';

/** The pages that help a person further. */
export interface Guides {
  /** Shows what built-in sharding can't do, compared with Citus. */
  showLimits(): Promise<void>;
  /** Shows how Citus is installed on each platform. */
  showInstallCitus(): Promise<void>;
}

/** @param extension the extension's id and folder, which the pages are part of */
export const createGuides = ({ id, extensionUri }: { id: string; extensionUri: vscode.Uri }): Guides => ({
  async showLimits() {
    const page = vscode.Uri.joinPath(extensionUri, 'media', 'walkthrough', 'built-in-sharding.md');
    await vscode.commands.executeCommand('markdown.showPreview', page);
  },
  async showInstallCitus() {
    await vscode.commands.executeCommand(
      'workbench.action.openWalkthrough',
      `${id}#${Walkthroughs.installCitus}`,
      false,
    );
  },
});
