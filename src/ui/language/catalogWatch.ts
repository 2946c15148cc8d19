import type * as vscode from 'vscode';
import { catalogChange } from '../../sql/catalog/changes.ts';
import type { Connections } from '../editor/connections.ts';
import type { Runs } from '../editor/runs.ts';
import type { Guard } from '../guard.ts';
import type { KnowledgeOfFiles } from './knowledge.ts';

/** Looks at what files have run, and has what is known of their databases follow. */
export class CatalogWatch implements vscode.Disposable {
  readonly #runs: Runs;
  readonly #connections: Connections;
  readonly #knowledge: KnowledgeOfFiles;
  readonly #listener: vscode.Disposable;
  /** Files whose open transaction has changed something that others don't see before it ends. */
  readonly #uncommitted = new Set<string>();
  /** Files whose search path is to be asked for when their transaction has ended. */
  readonly #movedPaths = new Set<string>();

  constructor(runs: Runs, connections: Connections, knowledge: KnowledgeOfFiles, guard: Guard) {
    this.#runs = runs;
    this.#connections = connections;
    this.#knowledge = knowledge;
    this.#listener = runs.onDidChange((file) => {
      this.#changed(file).catch((error: unknown) => {
        guard.reportOnce(error);
      });
    });
  }

  dispose(): void {
    this.#listener.dispose();
  }

  async #changed(file: vscode.Uri): Promise<void> {
    const run = this.#runs.of(file);
    if (!run || run.running) return;
    const key = file.toString();
    const functionNames = this.#knowledge.functionNames(file);
    for (const { piece, view } of run.statements) {
      const { objects, searchPath } = catalogChange(
        { text: piece.text, commandTag: view.commandTag, columnCount: view.columns.length },
        functionNames,
      );
      if (objects) this.#uncommitted.add(key);
      if (searchPath) this.#movedPaths.add(key);
    }
    const isOpen = (this.#connections.of(file)?.transactionStatus ?? 'idle') !== 'idle';
    if (isOpen) return;
    if (this.#uncommitted.delete(key)) this.#knowledge.invalidate(file);
    const isRead = this.#movedPaths.has(key) && (await this.#knowledge.readSearchPath(file));
    if (isRead) this.#movedPaths.delete(key);
  }
}
