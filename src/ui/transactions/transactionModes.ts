import * as vscode from 'vscode';
import type { TransactionMode } from '../../contract/settings.ts';
import { transactionMode } from '../settings.ts';

const KEY = 'citus.sql.transactions';
/** More files than anybody switches; the oldest are forgotten. */
const LIMIT = 500;

/** Whether each file's statements commit by themselves: as the settings say, unless the person switched the file. */
export class TransactionModes implements vscode.Disposable {
  readonly #memento: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<void>();
  /** The files that were switched, by their URI, oldest first. */
  readonly #switched: Map<string, TransactionMode>;
  readonly #settings: vscode.Disposable;
  readonly onDidChange = this.#changed.event;

  constructor(memento: vscode.Memento) {
    this.#memento = memento;
    this.#switched = new Map(memento.get<[string, TransactionMode][]>(KEY, []));
    this.#settings = vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('citus.transactions')) this.#changed.fire();
    });
  }

  of(file: vscode.Uri): TransactionMode {
    return this.#switched.get(file.toString()) ?? transactionMode(file);
  }

  /** @returns the mode that the file has now */
  toggle(file: vscode.Uri): TransactionMode {
    const mode = this.of(file) === 'auto' ? 'manual' : 'auto';
    this.#set(file, mode === transactionMode(file) ? undefined : mode);
    return mode;
  }

  /** A file has another name now. */
  move(from: vscode.Uri, to: vscode.Uri): void {
    const mode = this.#switched.get(from.toString());
    if (!mode) return;
    this.#set(to, mode);
    this.#set(from, undefined);
  }

  dispose(): void {
    this.#settings.dispose();
    this.#changed.dispose();
  }

  #set(file: vscode.Uri, mode: TransactionMode | undefined): void {
    this.#switched.delete(file.toString());
    if (mode) this.#switched.set(file.toString(), mode);
    void this.#memento.update(KEY, [...this.#switched].slice(-LIMIT));
    this.#changed.fire();
  }
}
