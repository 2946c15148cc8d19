import type { Place } from '../psql/command.ts';
import { CommandError } from '../psql/commandError.ts';
import { FileSession } from './fileSession.ts';
import type { RunStatement } from './runStatement.ts';
import type { Target } from './target.ts';

/** Where a run is: on the file's own connection, until psql's `\c` goes elsewhere. */
export class RunLocation {
  readonly #home: { readonly connection: FileSession; readonly target: Target };
  readonly #file: string;
  #connection: FileSession;
  #target: Target;

  /** @param file its name, for people */
  constructor(connection: FileSession, target: Target, file: string) {
    this.#home = { connection, target };
    this.#file = file;
    this.#connection = connection;
    this.#target = target;
  }

  get connection(): FileSession {
    return this.#connection;
  }

  get target(): Target {
    return this.#target;
  }

  /**
   * Goes on over another connection until the run ends, and says so.
   * @throws CommandError, ServerError, ConnectionError
   */
  async goTo(place: Place, statement: RunStatement, signal: AbortSignal): Promise<void> {
    const target = this.#target.elsewhere(place);
    if (!target) {
      const node = [place.node, place.port].filter((part) => part !== undefined).join(':');
      throw new CommandError(
        `${this.#target.clusterName} has no node ${node}.`,
        'Name a node as the explorer does: \\c - - coordinator2',
      );
    }
    const connection = new FileSession(target, this.#file);
    const session = await connection.open(signal);
    if (this.#connection !== this.#home.connection) await this.#connection.close();
    this.#connection = connection;
    this.#target = target;
    this.#home.connection.variables.connected(session);
    statement.note({
      severity: 'NOTICE',
      message: `The rest of this run goes to ${target.nodeName}, database ${session.peer.database}, over a connection of its own. The file stays attached to ${this.#home.target.nodeName}.`,
    });
  }

  /**
   * Ends what `\c` began.
   * @param last the statement that ran last, which tells what was lost with it
   */
  async comeHome(last?: RunStatement): Promise<void> {
    const { connection, target } = this.#home;
    const left = this.#connection;
    if (left === connection) return;
    if (left.transactionStatus !== 'idle') {
      last?.note({
        severity: 'WARNING',
        message: `The transaction that was open on ${this.#target.nodeName} was rolled back: the run has ended, and with it what \\c began.`,
      });
    }
    this.#connection = connection;
    this.#target = target;
    if (connection.current) connection.variables.connected(connection.current);
    await left.close();
  }
}
