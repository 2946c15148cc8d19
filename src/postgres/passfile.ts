import type { Credentials, Endpoint } from './endpoint.ts';

type Entry = Omit<Credentials, 'database'>;

const escape = (field: string | number): string => String(field).replace(/[\\:]/g, '\\$&');

/** The text of a password file for libpq, one line a login (PostgreSQL manual, 34.16 "The Password File"). */
export const formatPassfile = (entries: readonly Entry[]): string =>
  entries
    .map(({ host, port, user, password }) => `${[host, port, '*', user, password].map(escape).join(':')}\n`)
    .join('');

/** The password that a password file of ours has for a login; undefined where it has none. */
export const passwordFrom = (passfile: string, login: Endpoint & { user: string }): string | undefined => {
  const wanted = [login.host, login.port, '*', login.user].map(escape).join(':') + ':';
  const line = passfile.split('\n').find((candidate) => candidate.startsWith(wanted));
  return line?.slice(wanted.length).replace(/\\(.)/g, '$1');
};
