import { readFile } from 'node:fs/promises';
import { ClusterError } from '../../cluster/errors.ts';

/** An account of the operating system. */
export interface OsUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/**
 * Finds the account that must run the servers. PostgreSQL refuses to run as root, and people are root
 * in dev containers; anybody else runs the servers as themselves.
 * @param wanted account to use when we are root
 * @returns undefined when servers run as the user that we are
 * @throws ClusterError `no-os-user` when we are root and there is no such account
 */
export const serverUser = async (wanted: string): Promise<OsUser | undefined> => {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = await readFile('/etc/passwd', 'utf8').catch(() => '');
  for (const line of accounts.split('\n')) {
    const [name, , uid, gid, , home] = line.split(':');
    if (name === wanted && Number(uid) > 0)
      return { name, uid: Number(uid), gid: Number(gid), home: home ?? '/' };
  }
  throw new ClusterError(
    'no-os-user',
    `PostgreSQL refuses to run as root, and there is no account named “${wanted}” that could run it instead.`,
    { osUser: wanted },
    {
      nextStep: `Make one (useradd --system ${wanted}), or name another in the setting citus.servers.osUser.`,
    },
  );
};
