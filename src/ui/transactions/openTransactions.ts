import * as v from 'valibot';
import * as vscode from 'vscode';
import type { Connections } from '../editor/connections.ts';
import { fileName } from '../editor/sqlFile.ts';

const KEY = 'citus.sql.openTransactions';
/** A transaction in which nothing was run for this long may be forgotten: it holds locks, and keeps VACUUM from its work. */
const LONG_IDLE_MS = 5 * 60_000;

/** A file's open transaction. */
export interface OpenTransaction {
  readonly file: vscode.Uri;
  readonly state: 'transaction' | 'failed';
  readonly clusterName: string;
  readonly nodeName: string;
  /** When something was last run in it, milliseconds since the epoch. */
  readonly idleSince: number;
}

/** What is remembered of transactions for the case that the window closes. */
const Notes = v.array(v.object({ file: v.string(), where: v.string() }));

/**
 * The files whose connection has an open transaction. When a window closes nobody can be asked: the server rolls back
 * what is open. So that is noted with the workspace, and told when it is opened again.
 */
export class OpenTransactions implements vscode.Disposable {
  readonly #connections: Connections;
  readonly #memento: vscode.Memento;
  readonly #open = new Map<string, OpenTransaction>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #events: vscode.Disposable;
  #wake: NodeJS.Timeout | undefined;
  /** One was opened, has failed or ended, or was left alone for long. */
  readonly onDidChange = this.#changed.event;

  constructor(connections: Connections, memento: vscode.Memento) {
    this.#connections = connections;
    this.#memento = memento;
    this.#events = connections.onDidChange((file) => {
      this.update(file);
    });
    this.#tellOfLost();
  }

  of(file: vscode.Uri): OpenTransaction | undefined {
    return this.#open.get(file.toString());
  }

  /** Whether nothing was run in it for long. */
  isForgotten({ idleSince }: OpenTransaction): boolean {
    return Date.now() - idleSince >= LONG_IDLE_MS;
  }

  /** Looks at a file's connection after something was run there, or it has changed. */
  update(file: vscode.Uri): void {
    const session = this.#connections.of(file);
    const state = session?.transactionStatus ?? 'idle';
    if (!session || state === 'idle') this.#open.delete(file.toString());
    else {
      const { clusterName, nodeName } = session.server;
      this.#open.set(file.toString(), { file, state, clusterName, nodeName, idleSince: Date.now() });
    }
    this.#note();
    this.#changed.fire();
    this.#watch();
  }

  dispose(): void {
    clearTimeout(this.#wake);
    this.#events.dispose();
    this.#changed.dispose();
  }

  #note(): void {
    const notes: v.InferOutput<typeof Notes> = [...this.#open.values()]
      .filter(({ state }) => state === 'transaction')
      .map(({ file, clusterName, nodeName }) => ({
        file: fileName(file),
        where: `${clusterName} › ${nodeName}`,
      }));
    void this.#memento.update(KEY, notes.length > 0 ? notes : undefined);
  }

  #tellOfLost(): void {
    const notes = v.safeParse(Notes, this.#memento.get(KEY));
    if (!notes.success) return;
    void this.#memento.update(KEY, undefined);
    for (const { file, where } of notes.output) {
      void vscode.window.showWarningMessage(
        `The transaction of ${file} on ${where} was still open when this window closed, so the server rolled it back.`,
      );
    }
  }

  /** Tells again when the next one has been idle for long. */
  #watch(): void {
    clearTimeout(this.#wake);
    const waits = [...this.#open.values()]
      .map(({ idleSince }) => idleSince + LONG_IDLE_MS - Date.now())
      .filter((ms) => ms > 0);
    if (waits.length === 0) return;
    this.#wake = setTimeout(
      () => {
        this.#changed.fire();
        this.#watch();
      },
      Math.min(...waits),
    );
  }
}
