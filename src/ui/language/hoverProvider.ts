import * as vscode from 'vscode';
import { meaningAt } from '../../sql/completion/hover.ts';
import { splitOf } from '../editor/sqlFile.ts';
import type { KnowledgeOfFiles } from './knowledge.ts';

/** Tells, in attached SQL files, what a name means in the node's database. */
export class SqlHoverProvider implements vscode.HoverProvider {
  readonly #knowledge: KnowledgeOfFiles;

  constructor(knowledge: KnowledgeOfFiles) {
    this.#knowledge = knowledge;
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.Hover | undefined> {
    const knowledge = await this.#knowledge.of(document.uri);
    if (!knowledge) return undefined;
    const offset = document.offsetAt(position);
    const text = document.getText();
    const pieces = splitOf(document);
    const meaning = await this.#knowledge.ask(knowledge, (known) => meaningAt(text, pieces, offset, known));
    if (meaning?.text === undefined) return undefined;
    const range = new vscode.Range(document.positionAt(meaning.start), document.positionAt(meaning.end));
    return new vscode.Hover(new vscode.MarkdownString(meaning.text), range);
  }
}
