import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Context } from 'mocha';
import { configuration, hostBasedAuthentication } from '../../src/postgres/configuration.ts';
import type { Credentials } from '../../src/postgres/endpoint.ts';
import { initdb, startServer, stopServer } from '../../src/postgres/serverCommands.ts';
import { localMachine } from '../../src/runtime/local/localMachine.ts';
import { makeTestDirectory } from './clusters.ts';
import { skip } from './skip.ts';

/** A PostgreSQL server without Citus, for one suite. */
export interface PlainServer {
  readonly credentials: Credentials;
  /** Stops the server and removes it. */
  destroy(): Promise<void>;
}

/** Makes and starts a server on a free port from `firstPort` on. Skips where this machine has no PostgreSQL. */
export const startPlainServer = async (context: Context, firstPort: number): Promise<PlainServer> => {
  const [install] = await localMachine.findInstalls('');
  if (!install) return skip(context, 'PostgreSQL is not installed');
  const runtime = await localMachine.runtime(install.binDirectory, await localMachine.serverUser('postgres'));
  let port = firstPort;
  while (!(await runtime.isPortFree(port))) port += 1;

  const folder = path.join(await makeTestDirectory(), 'server');
  const data = path.join(folder, 'data');
  const password = randomBytes(12).toString('hex');
  const passwordFile = path.join(folder, 'password');
  await runtime.files.makeDirectory(folder, 0o700);
  await runtime.files.write(passwordFile, `${password}\n`, 0o600);
  await runtime.run(initdb(data, 'postgres', passwordFile));
  const settings = configuration({
    clusterName: 'plain',
    host: '127.0.0.1',
    port,
    socketFolder: folder,
    more: {},
  });
  await runtime.files.write(path.join(data, 'postgresql.conf'), settings, 0o600);
  await runtime.files.write(path.join(data, 'pg_hba.conf'), hostBasedAuthentication('nobody'), 0o600);
  await runtime.run(startServer(data, path.join(folder, 'log'), passwordFile));
  return {
    credentials: { host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' },
    destroy: async () => {
      await runtime.run(stopServer(data, 'immediate'));
      await runtime.files.remove(path.dirname(folder));
    },
  };
};
