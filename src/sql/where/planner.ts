import { ConnectionError, ServerError } from '../../postgres/errors.ts';
import type { Session } from '../../postgres/session.ts';
import type { ShardedTable, Sharding } from '../../sharding/sharding.ts';
import type { Server } from '../run/target.ts';
import { findWhereabouts, type Whereabouts } from './whereabouts.ts';

/** For so long nobody asks again whether tables or places have changed. */
const FRESH_MS = 1000;
/** A connection that nobody has used for so long is closed. */
const IDLE_MS = 60_000;
/** Answers kept for one node. */
const MOST_KEPT = 2000;

/**
 * Says where statements would run that are sent to one node. It has a connection of its own, so that a file's own is
 * left alone, and plans one statement at a time. Answers are kept until tables or their places change.
 */
export class Planner {
  readonly #server: Server;
  readonly #sharding: Sharding;
  readonly #answers = new Map<string, Whereabouts>();
  #session: Session | undefined;
  #tables: readonly ShardedTable[] = [];
  #version: string | undefined;
  #checkedAt = 0;
  #queue: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(server: Server, sharding: Sharding) {
    this.#server = server;
    this.#sharding = sharding;
  }

  /** What was found before, which may be out of date. */
  known(sql: string, searchPath: string | undefined): Whereabouts | undefined {
    return this.#answers.get(key(sql, searchPath));
  }

  /**
   * @param searchPath the value of `search_path` that the statement is meant for; undefined for the server's own
   * @param signal aborted where nobody wants to know any more
   * @returns undefined where it was aborted, or the node doesn't answer
   */
  whereabouts(
    sql: string,
    searchPath: string | undefined,
    signal: AbortSignal,
  ): Promise<Whereabouts | undefined> {
    const answer = this.#queue.then(async () => {
      if (signal.aborted || this.#closed) return undefined;
      try {
        return await this.#find(sql, searchPath);
      } catch (error) {
        if (error instanceof ConnectionError || error instanceof ServerError) return undefined;
        throw error;
      }
    });
    this.#queue = answer.catch(() => undefined);
    return answer;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#idle);
    await this.#session?.close();
  }

  async #find(sql: string, searchPath: string | undefined): Promise<Whereabouts> {
    const session = await this.#connect();
    await this.#refresh(session);
    const known = this.#answers.get(key(sql, searchPath));
    if (known) return known;
    await session.run(
      "SELECT pg_catalog.set_config('search_path', coalesce($1, reset_val), false) FROM pg_catalog.pg_settings WHERE name = 'search_path'",
      [searchPath ?? null],
    );
    const found = await findWhereabouts(session, this.#sharding, this.#tables, sql);
    if (this.#answers.size >= MOST_KEPT) this.#answers.clear();
    this.#answers.set(key(sql, searchPath), found);
    return found;
  }

  /** One question that is given up must not end the connection, which others use, too. */
  async #connect(): Promise<Session> {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.#forget(), IDLE_MS);
    this.#idle.unref();
    const open = this.#session;
    if (open && !open.closed) return open;
    const session = await this.#server.connect('citus-sql where');
    this.#session = session;
    this.#checkedAt = 0;
    return session;
  }

  async #forget(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  async #refresh(session: Session): Promise<void> {
    if (Date.now() - this.#checkedAt < FRESH_MS) return;
    const version = await this.#sharding.placesVersion(session);
    if (version !== this.#version) {
      this.#tables = await this.#sharding.listTables(session);
      this.#answers.clear();
      this.#version = version;
    }
    this.#checkedAt = Date.now();
  }
}

const key = (sql: string, searchPath: string | undefined): string => `${searchPath ?? ''}\n${sql}`;
