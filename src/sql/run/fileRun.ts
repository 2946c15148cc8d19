import type { RunView } from '../../contract/results.ts';
import type { RunStatement } from './runStatement.ts';

/** Statements of a file that run, or have run: on one server (SqlRun), or on several at once (NodesRun). */
export interface FileRun {
  readonly id: number;
  /** The file's name, for people. */
  readonly file: string;
  readonly statements: readonly RunStatement[];
  readonly running: boolean;
  readonly view: RunView;
  /** Runs all statements; what servers say is in the view, not thrown. */
  run(): Promise<void>;
  /** Cancels what runs on its server, and skips the rest. */
  cancel(): void;
  /** Milliseconds since it was cancelled, while it goes on all the same. */
  readonly cancelledFor: number | undefined;
  /**
   * Ends the connections that run statements, where cancelling does nothing: what was open on them is lost.
   * @returns `server` where servers have ended them, `here` where of some only the socket could be dropped, undefined
   * where no statement runs
   */
  terminate(): Promise<'server' | 'here' | undefined>;
  /** Does what a failed statement offers. @throws ServerError, ConnectionError where it can't be tried at all */
  applyRemedy(statementId: number, remedyId: string): Promise<void>;
  /** Fetches the rows of a statement that a limit left. */
  fetchRest(statementId: number): Promise<void>;
  /** Cancels, frees all rows, and deletes their files. */
  close(): Promise<void>;
}
