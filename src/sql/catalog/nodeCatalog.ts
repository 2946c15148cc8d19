import type { Session } from '../../postgres/session.ts';
import type { Sharding } from '../../sharding/sharding.ts';
import type { Catalog, RelationDetails } from './catalog.ts';
import { loadCatalog } from './loadCatalog.ts';
import { loadDetails } from './loadDetails.ts';

/** What others change is seen after this long at the latest, when it is next needed. */
const FRESH_MS = 5 * 60_000;
/** A server that couldn't be asked is left alone for a while: somebody is typing. */
const RETRY_MS = 5_000;
/** The connection serves the next table, too, and then goes. */
const IDLE_MS = 10_000;

/** Where a catalog comes from. */
export interface CatalogSource {
  readonly sharding: Sharding;
  /** Opens a connection that reads only, and that ends a statement that takes too long. */
  connect(): Promise<Session>;
  /** Told of each failure; the catalog stays as it was. */
  onProblem(error: unknown): void;
}

/**
 * What one node's database has, loaded when it is first needed and kept. Nobody has to wait for it: `current` is what is
 * there, however old.
 */
export class NodeCatalog {
  readonly #source: CatalogSource;
  #catalog: Catalog | undefined;
  #details = new Map<number, RelationDetails>();
  #loadedAt = 0;
  #stale = true;
  #failedAt = -Infinity;
  #loading: Promise<void> | undefined;
  #session: Promise<Session> | undefined;
  #closeTimer: NodeJS.Timeout | undefined;
  /** What the connection does at present, one after the other. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(source: CatalogSource) {
    this.#source = source;
  }

  /** What is known now; undefined until it was loaded for the first time. */
  get current(): Catalog | undefined {
    return this.#catalog;
  }

  /** Columns and keys of a relation, if they were loaded. */
  details(oid: number): RelationDetails | undefined {
    return this.#details.get(oid);
  }

  /** Has everything loaded anew when it is next needed: something may have been created, altered or dropped. */
  invalidate(): void {
    this.#stale = true;
    this.#failedAt = -Infinity;
  }

  /** Loads what isn't there or isn't fresh. Never fails: what can't be had stays as it was. */
  load(): Promise<void> {
    const now = performance.now();
    const fresh = !this.#stale && now - this.#loadedAt < FRESH_MS;
    if (fresh || now - this.#failedAt < RETRY_MS) return this.#loading ?? Promise.resolve();
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /** Loads the columns and keys of relations that `details` doesn't have. Never fails. */
  async loadDetails(oids: Iterable<number>): Promise<void> {
    const isMissing = (oid: number): boolean => !this.#details.has(oid);
    const wanted = [...oids].filter(isMissing);
    if (wanted.length === 0 || performance.now() - this.#failedAt < RETRY_MS) return;
    const details = this.#details;
    await this.#ask(async (session) => {
      // Another question may have loaded them while this one waited for its turn.
      const missing = wanted.filter(isMissing);
      if (missing.length === 0) return;
      const found = await loadDetails(session, missing);
      // What has no columns, or is gone, is not asked for again.
      for (const oid of missing) details.set(oid, found.get(oid) ?? { columns: [], foreignKeys: [] });
    });
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    clearTimeout(this.#closeTimer);
    const session = this.#session;
    this.#session = undefined;
    await (await session?.catch(() => undefined))?.close();
  }

  async #load(): Promise<void> {
    this.#stale = false;
    const succeeded = await this.#ask(async (session) => {
      this.#catalog = await loadCatalog(session, this.#source.sharding);
      this.#details = new Map();
      this.#loadedAt = performance.now();
    });
    if (!succeeded) this.#stale = true;
  }

  /** @returns whether that went well */
  async #ask(question: (session: Session) => Promise<void>): Promise<boolean> {
    const asking = this.#queue.then(async () => {
      clearTimeout(this.#closeTimer);
      try {
        await question(await this.#connected());
        return true;
      } catch (error) {
        this.#failedAt = performance.now();
        this.#source.onProblem(error);
        return false;
      } finally {
        this.#closeTimer = setTimeout(() => void this.close(), IDLE_MS).unref();
      }
    });
    this.#queue = asking;
    return asking;
  }

  #connected(): Promise<Session> {
    this.#session ??= this.#source.connect().then(
      (session) => {
        session.onLost(() => {
          this.#session = undefined;
        });
        return session;
      },
      (error: unknown) => {
        this.#session = undefined;
        throw error;
      },
    );
    return this.#session;
  }
}
