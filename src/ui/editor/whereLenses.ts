import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Piece } from '../../sql/splitter/splitter.ts';
import { whereAtLength, whereInShort } from '../../sql/where/words.ts';
import { signalOf } from '../signal.ts';
import { MOST_LENSES } from './lenses.ts';
import { isSqlFile, piecesOf, splitOf, SQL_FILES } from './sqlFile.ts';
import type { FilesWhereabouts, FileWhereabouts } from './whereabouts.ts';

/** Nothing is asked of a server before typing has rested for so long. */
const REST_MS = 300;

/** The lens on each statement that says where it would run. Only those in sight are looked into. */
export class WhereLenses implements vscode.CodeLensProvider<WhereLens>, vscode.Disposable {
  readonly #whereabouts: FilesWhereabouts;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable;
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(whereabouts: FilesWhereabouts) {
    this.#whereabouts = whereabouts;
    this.#disposables = vscode.Disposable.from(
      this.#changed,
      whereabouts.onDidChange(() => {
        this.#changed.fire();
      }),
      vscode.languages.registerCodeLensProvider(SQL_FILES, this),
    );
  }

  provideCodeLenses(document: vscode.TextDocument): WhereLens[] {
    const { uri } = document;
    if (!isSqlFile(document) || !this.#whereabouts.canFind(uri)) return [];
    if (splitOf(document).length > MOST_LENSES) return [];
    const statements = piecesOf(document).filter(({ kind }) => kind === 'sql');
    return statements.flatMap((piece) => {
      const known = this.#whereabouts.known(uri, piece);
      if (!known) return new WhereLens(uri, piece, undefined);
      const command = commandOf(known);
      return command ? new WhereLens(uri, piece, command) : [];
    });
  }

  async resolveCodeLens(lens: WhereLens, token: vscode.CancellationToken): Promise<WhereLens> {
    const signal = signalOf(token);
    await pause(REST_MS, undefined, { signal }).catch(() => undefined);
    const found = signal.aborted ? undefined : await this.#whereabouts.find(lens.file, lens.piece, signal);
    const command = found && commandOf(found);
    lens.command = command ?? NOTHING;
    // There is nothing to say of it, which is known from now on: next time it has no lens.
    if (found && !command) this.#changed.fire();
    return lens;
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}

class WhereLens extends vscode.CodeLens {
  readonly file: vscode.Uri;
  readonly piece: Piece;

  constructor(file: vscode.Uri, piece: Piece, command: vscode.Command | undefined) {
    super(new vscode.Range(piece.line - 1, 0, piece.line - 1, 0), command);
    this.file = file;
    this.piece = piece;
  }
}

/** A lens that does nothing, it only says something. */
const NOTHING: vscode.Command = { title: '', command: '' };

const commandOf = ({ where, sender }: FileWhereabouts): vscode.Command | undefined => {
  const title = whereInShort(where, sender);
  return title === undefined
    ? undefined
    : { title, tooltip: whereAtLength(where, sender).join('\n'), command: '' };
};
