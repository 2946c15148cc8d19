import * as vscode from 'vscode';
import { pieceStartingAt } from '../../sql/splitter/splitter.ts';
import { whereAtLength } from '../../sql/where/words.ts';
import { signalOf } from '../signal.ts';
import { isSqlFile, splitOf, SQL_FILES } from './sqlFile.ts';
import type { FilesWhereabouts } from './whereabouts.ts';

/** The hover on a statement's first word: what the statement does on the cluster, and where. */
export class WhereHover implements vscode.HoverProvider, vscode.Disposable {
  readonly #whereabouts: FilesWhereabouts;
  readonly #registration: vscode.Disposable;

  constructor(whereabouts: FilesWhereabouts) {
    this.#whereabouts = whereabouts;
    this.#registration = vscode.languages.registerHoverProvider(SQL_FILES, this);
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const word = document.getWordRangeAtPosition(position);
    if (!word || !isSqlFile(document)) return undefined;
    const start = document.offsetAt(word.start);
    const piece = pieceStartingAt(splitOf(document), start);
    const found = piece && (await this.#whereabouts.find(document.uri, piece, signalOf(token)));
    if (!found) return undefined;
    const text = new vscode.MarkdownString();
    for (const line of whereAtLength(found.where, found.sender)) text.appendMarkdown(`${escaped(line)}\n\n`);
    return new vscode.Hover(text, word);
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

/** Text as Markdown that shows it. VS Code's own appendText makes all spaces unbreakable. */
const escaped = (text: string): string => text.replace(/[\\`*_{}[\]()#+\-.!|<>~&]/g, '\\$&');
