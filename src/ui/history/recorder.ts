import { randomUUID } from 'node:crypto';
import type { RunStatement } from '../../sql/run/runStatement.ts';
import { historyEntry } from '../../sql/history/entry.ts';
import type { History } from '../../sql/history/history.ts';

/** Writes statements into the history as they end. One that is run a second time, such as on the primary, is written twice. */
export class HistoryRecorder {
  readonly #history: Pick<History, 'add'>;
  readonly #running = new WeakSet<RunStatement>();

  constructor(history: Pick<History, 'add'>) {
    this.#history = history;
  }

  /**
   * Is told of each change of a statement.
   * @param where name of the file that it is run from, and the id of the cluster that it runs on
   */
  take(statement: RunStatement, where: { readonly file: string; readonly clusterId: string }): void {
    const { view, piece } = statement;
    if (view.state === 'running') this.#running.add(statement);
    // What was never sent didn't run.
    else if (this.#running.delete(statement)) {
      const entry = historyEntry(randomUUID(), where, view, piece.text);
      if (entry) this.#history.add(entry);
    }
  }
}
