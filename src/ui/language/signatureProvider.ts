import * as vscode from 'vscode';
import { callAt, type Signature } from '../../sql/completion/signature.ts';
import { splitOf } from '../editor/sqlFile.ts';
import type { KnowledgeOfFiles } from './knowledge.ts';

/** What brings a signature up, and what moves to the next argument. */
export const SIGNATURE_TRIGGERS = ['(', ','] as const;

/** Shows, in attached SQL files, what a function takes while its arguments are typed. */
export class SqlSignatureProvider implements vscode.SignatureHelpProvider {
  readonly #knowledge: KnowledgeOfFiles;

  constructor(knowledge: KnowledgeOfFiles) {
    this.#knowledge = knowledge;
  }

  async provideSignatureHelp(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
    context: vscode.SignatureHelpContext,
  ): Promise<vscode.SignatureHelp | undefined> {
    const knowledge = await this.#knowledge.of(document.uri);
    if (!knowledge || token.isCancellationRequested) return undefined;
    const call = callAt(document.getText(), splitOf(document), document.offsetAt(position), knowledge);
    if (!call) return undefined;
    const help = new vscode.SignatureHelp();
    help.signatures = call.signatures.map(toInformation);
    // The overload that somebody has turned to stays, while it has place for the argument.
    const before = context.activeSignatureHelp;
    const chosen = before?.signatures[before.activeSignature];
    const same = help.signatures.findIndex(({ label }) => label === chosen?.label);
    const fits = (help.signatures[same]?.parameters.length ?? 0) > call.parameter;
    help.activeSignature = context.isRetrigger && same >= 0 && fits ? same : call.signature;
    help.activeParameter = call.parameter;
    return help;
  }
}

const toInformation = ({ label, text, parameters }: Signature): vscode.SignatureInformation => {
  const information = new vscode.SignatureInformation(label, new vscode.MarkdownString(text ?? ''));
  information.parameters = parameters.map(
    ({ start, end, text: about }) =>
      new vscode.ParameterInformation([start, end], new vscode.MarkdownString(about ?? '')),
  );
  return information;
};
