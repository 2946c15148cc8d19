import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Piece } from '../../sql/splitter/splitter.ts';
import { whereAtLength, whereInShort } from '../../sql/where/words.ts';
import { carriedOver, type Told } from './carriedOver.ts';
import { MOST_LENSES } from './lenses.ts';
import { isSqlFile, piecesOf, splitOf, SQL_FILES } from './sqlFile.ts';
import type { FilesWhereabouts, FileWhereabouts } from './whereabouts.ts';

/** Nothing is asked of a server before typing and scrolling have rested for so long. */
const REST_MS = 300;

/** What was told last of a file's statements, and of which node. */
interface ToldOfFile {
  readonly node: string;
  readonly statements: readonly Told<vscode.Command>[];
}

/**
 * The lens on each statement that says where it would run. Only those in sight are looked into.
 *
 * They are looked into beside the editor, not when it resolves lenses: it draws a bar before a lens that isn't resolved,
 * or has no words, and nothing after it. Until the answer is there a statement keeps the words that it had, also while its
 * node is silent.
 */
export class WhereLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #whereabouts: FilesWhereabouts;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #told = new Map<string, ToldOfFile>();
  /** What is being looked into, by file. */
  readonly #looking = new Map<string, AbortController>();
  readonly #disposables: vscode.Disposable;
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(whereabouts: FilesWhereabouts) {
    this.#whereabouts = whereabouts;
    this.#disposables = vscode.Disposable.from(
      this.#changed,
      whereabouts.onDidChange(() => {
        this.#changed.fire();
      }),
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => {
        if (this.#told.has(textEditor.document.uri.toString())) this.#look(textEditor.document);
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        this.#forget(uri);
      }),
      vscode.languages.registerCodeLensProvider(SQL_FILES, this),
    );
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const { uri } = document;
    const node = isSqlFile(document) ? this.#whereabouts.nodeOf(uri)?.key : undefined;
    if (node === undefined || splitOf(document).length > MOST_LENSES) {
      this.#forget(uri);
      return [];
    }
    const pieces = statementsOf(document);
    const before = this.#told.get(uri.toString());
    const carried = carriedOver(
      before?.node === node ? before.statements : [],
      pieces.map(({ text }) => text),
    );
    const statements = pieces.map((piece, index) => {
      const known = this.#whereabouts.known(uri, piece);
      return { text: piece.text, words: known ? commandOf(known) : carried[index] };
    });
    this.#told.set(uri.toString(), { node, statements });
    this.#look(document);
    return pieces.flatMap(({ line }, index) => {
      const command = statements[index]?.words;
      return command ? new vscode.CodeLens(new vscode.Range(line - 1, 0, line - 1, 0), command) : [];
    });
  }

  dispose(): void {
    this.#disposables.dispose();
    for (const looking of this.#looking.values()) looking.abort();
  }

  /** Looks into the statements in sight of which nothing is known, and no longer into what was before. */
  #look(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    this.#looking.get(key)?.abort();
    const looking = new AbortController();
    this.#looking.set(key, looking);
    void this.#find(document, looking.signal).then((isNew) => {
      if (this.#looking.get(key) === looking) this.#looking.delete(key);
      if (isNew) this.#changed.fire();
    });
  }

  /** @returns whether there is something else to say than before */
  async #find(document: vscode.TextDocument, signal: AbortSignal): Promise<boolean> {
    const { uri } = document;
    const isOver = (): boolean =>
      signal.aborted || document.isClosed || !this.#whereabouts.nodeOf(uri)?.answers;
    await pause(REST_MS, undefined, { signal }).catch(() => undefined);
    let isNew = false;
    for (const piece of isOver() ? [] : inSight(document)) {
      if (this.#whereabouts.known(uri, piece)) continue;
      const found = await this.#whereabouts.find(uri, piece, signal);
      if (found) isNew = true;
      if (isOver()) break;
      // A node that can't tell leaves nothing to say.
      if (!found && this.#unsay(uri, piece.text)) isNew = true;
    }
    return isNew;
  }

  /** Takes back what was told of a statement; returns whether something was. */
  #unsay(file: vscode.Uri, text: string): boolean {
    const told = this.#told.get(file.toString());
    if (!told?.statements.some((statement) => statement.text === text && statement.words)) return false;
    const statements = told.statements.map((statement) =>
      statement.text === text ? { text, words: undefined } : statement,
    );
    this.#told.set(file.toString(), { ...told, statements });
    return true;
  }

  #forget(file: vscode.Uri): void {
    this.#told.delete(file.toString());
    this.#looking.get(file.toString())?.abort();
  }
}

const statementsOf = (document: vscode.TextDocument): Piece[] =>
  piecesOf(document).filter(({ kind }) => kind === 'sql');

/** The statements of a document that begin within what an editor shows of it. */
const inSight = (document: vscode.TextDocument): Piece[] => {
  const ranges = vscode.window.visibleTextEditors
    .filter((editor) => editor.document === document)
    .flatMap(({ visibleRanges }) => visibleRanges);
  return statementsOf(document).filter(({ line }) =>
    ranges.some(({ start, end }) => line - 1 >= start.line && line - 1 <= end.line),
  );
};

const commandOf = ({ where, sender }: FileWhereabouts): vscode.Command | undefined => {
  const title = whereInShort(where, sender);
  // It does nothing, it only says something.
  return title === undefined
    ? undefined
    : { title, tooltip: whereAtLength(where, sender).join('\n'), command: '' };
};
