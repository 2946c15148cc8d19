import * as v from 'valibot';
import { ServerError, SqlState } from '../../postgres/errors.ts';
import type { Session } from '../../postgres/session.ts';

const Milliseconds = v.object({ ms: v.pipe(v.string(), v.transform(Number)) });
/** The server needs a moment to end a statement; one that was ended much later was ended for another reason. */
const MOST_DELAY_MS = 5000;

/** How long each statement of one connection may take, by the server's own `statement_timeout`. */
export class TimeLimit {
  /** Seconds, as we have set it on the connection. */
  #seconds = 0;

  /**
   * Sets the limit, unless the person has set another one on this connection. Does nothing within a transaction, whose
   * end could undo it.
   * @param seconds 0: no limit
   * @throws ServerError, ConnectionError
   */
  async apply(session: Session, seconds: number): Promise<void> {
    if (seconds === this.#seconds || session.transactionStatus !== 'idle') return;
    const [current] = await session.query(
      Milliseconds,
      `SELECT setting AS ms FROM pg_catalog.pg_settings WHERE name = 'statement_timeout' AND (source <> 'session' OR setting = $1)`,
      [String(this.#seconds * 1000)],
    );
    if (!current) return;
    await session.run(`SELECT pg_catalog.set_config('statement_timeout', $1, false)`, [
      String(seconds * 1000),
    ]);
    this.#seconds = seconds;
  }

  /**
   * Explains a statement that the limit has ended.
   * @param ms that it took
   * @returns undefined where it failed for another reason
   */
  explain(failure: unknown, ms: number): string | undefined {
    const limit = this.#seconds * 1000;
    const ended = failure instanceof ServerError && failure.code === SqlState.queryCanceled;
    if (!ended || limit === 0 || ms < limit || ms > limit + MOST_DELAY_MS) return undefined;
    return `It took longer than ${this.#seconds} s, the limit that the setting citus.statementTimeout sets for each statement. SET statement_timeout in the file sets another one.`;
  }
}
