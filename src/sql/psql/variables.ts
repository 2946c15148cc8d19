import type { Session } from '../../postgres/session.ts';

/** psql's rule for the names of variables: letters of any script, digits and underscores. */
const NAME = /^[A-Za-z\u0080-\uffff_0-9]+$/;

/**
 * Variables that a connection begins with. Unlike in psql a failing statement ends the run unless told otherwise, and
 * those about the last statement are there before the first one.
 */
const INITIAL: readonly (readonly [string, string])[] = [
  ['ON_ERROR_STOP', 'on'],
  ['ERROR', 'false'],
  ['SQLSTATE', '00000'],
  ['ROW_COUNT', '0'],
  ['LAST_ERROR_MESSAGE', ''],
  ['LAST_ERROR_SQLSTATE', '00000'],
];

/**
 * psql's variables (PostgreSQL manual, psql, "Variables"). They live as long as the file's connection. Besides what a
 * script sets they hold what psql itself would keep there about the connection and the last statement.
 */
export class Variables {
  readonly #values = new Map<string, string>(INITIAL);

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** @returns whether the name is one that a variable can have; where it isn't nothing happens */
  set(name: string, value: string): boolean {
    if (!isVariableName(name)) return false;
    this.#values.set(name, value);
    return true;
  }

  unset(name: string): void {
    this.#values.delete(name);
  }

  /** All variables, by name. */
  list(): [string, string][] {
    return [...this.#values].sort(([one], [other]) => (one < other ? -1 : 1));
  }

  /** Forgets what was set: the connection has ended. */
  reset(): void {
    this.#values.clear();
    for (const [name, value] of INITIAL) this.#values.set(name, value);
  }

  /** Sets what psql sets when it has connected. */
  connected({ peer, serverVersion }: Session): void {
    this.set('DBNAME', peer.database);
    this.set('USER', peer.user);
    this.set('HOST', peer.host);
    this.set('PORT', String(peer.port));
    this.set('ENCODING', 'UTF8');
    this.set('SERVER_VERSION_NAME', serverVersion);
    this.set('SERVER_VERSION_NUM', versionNumber(serverVersion));
  }

  /** Sets what psql sets when a statement has succeeded. */
  succeeded(rowCount: number): void {
    this.set('ERROR', 'false');
    this.set('SQLSTATE', '00000');
    this.set('ROW_COUNT', String(rowCount));
  }

  /** Sets what psql sets when a statement has failed. */
  failed(code: string, message: string): void {
    this.set('ERROR', 'true');
    this.set('SQLSTATE', code);
    this.set('ROW_COUNT', '0');
    this.set('LAST_ERROR_SQLSTATE', code);
    this.set('LAST_ERROR_MESSAGE', message);
  }
}

export const isVariableName = (name: string): boolean => NAME.test(name);

/** `150020` of `15.20 (Debian …)`, as libpq's PQserverVersion counts since PostgreSQL 10. */
const versionNumber = (version: string): string => {
  const [, major = '0', minor = '0'] = /^(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  return String(Number(major) * 10_000 + Number(minor));
};
