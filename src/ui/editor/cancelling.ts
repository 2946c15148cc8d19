import * as vscode from 'vscode';
import type { FileRun } from '../../sql/run/fileRun.ts';

/** A request to cancel that has had this long has not worked. */
const PATIENCE_MS = 1000;

/** Cancels runs; asked again where that has not worked, it offers to end the connection. */
export class Cancelling {
  readonly #asking = new WeakSet<FileRun>();

  /**
   * Returns when the server was asked, or the person has answered.
   * @param inVain whether the person was shown already that cancelling has not worked
   */
  async cancel(run: FileRun, inVain = false): Promise<void> {
    const { cancelledFor } = run;
    if (cancelledFor === undefined) run.cancel();
    else if ((inVain || cancelledFor >= PATIENCE_MS) && !this.#asking.has(run)) {
      this.#asking.add(run);
      try {
        await this.#offerToTerminate(run);
      } finally {
        this.#asking.delete(run);
      }
    }
  }

  async #offerToTerminate(run: FileRun): Promise<void> {
    const terminate = 'Terminate the Connection';
    const answer = await vscode.window.showWarningMessage(
      `${run.file} doesn’t stop, although the server was asked to cancel it.`,
      {
        modal: true,
        detail:
          'Terminating its connection ends it. An open transaction is rolled back, and the connection’s settings, temporary tables and prepared statements are lost. The next run opens a new connection.',
      },
      terminate,
    );
    if (answer !== terminate || !run.running) return;
    if ((await run.terminate()) === 'here') {
      void vscode.window.showWarningMessage(
        `The connection of ${run.file} was closed from here, because the server didn’t answer. There the statement may go on until the server notices.`,
      );
    }
  }
}
