import type { Credentials } from './endpoint.ts';

/** `postgresql://user@host:port/database`, with the password where asked for (PostgreSQL manual, 34.1.1.2 "Connection URIs"). */
export const connectionString = (credentials: Credentials, withPassword: boolean): string => {
  const { user, password, host, port, database } = credentials;
  const login = withPassword
    ? `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
    : encodeURIComponent(user);
  return `postgresql://${login}@${host}:${port}/${encodeURIComponent(database)}`;
};
