import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Context } from 'mocha';
import { configuration, hostBasedAuthentication } from '../../src/postgres/configuration.ts';
import type { Credentials } from '../../src/postgres/endpoint.ts';
import { initdb } from '../../src/postgres/serverCommands.ts';
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
  return makePlainServer(install, firstPort);
};

/** Makes and starts a server on a free port from `firstPort` on. */
export const makePlainServer = async (
  { binDirectory }: { readonly binDirectory: string },
  firstPort: number,
): Promise<PlainServer> => {
  let port = firstPort;
  while (!(await localMachine.isPortFree(port))) port += 1;

  const directory = await makeTestDirectory();
  const folder = path.join(directory, 'server');
  const osUser = await localMachine.serverUser('postgres');
  const runtime = await localMachine.runtime({
    id: 'plain',
    name: 'plain',
    folder,
    runtime: {
      kind: 'local',
      binDirectory,
      ...(osUser !== undefined && { osUser }),
    },
    nodes: [],
  });
  const host = runtime.node('plain');
  const { files, paths } = host;
  const password = randomBytes(12).toString('hex');
  await files.makeDirectory(folder, 0o700);
  await host.create();
  await files.write(paths.password, `${password}\n`, 0o600);
  await host.run(initdb(paths.data, 'postgres', paths.password));
  const settings = configuration({
    clusterName: 'plain',
    listenAddresses: '127.0.0.1',
    port,
    socketFolder: paths.sockets,
    // Two-phase commits are tested, too.
    more: { max_prepared_transactions: '2' },
  });
  await files.write(path.join(paths.data, 'postgresql.conf'), settings, 0o600);
  const hba = hostBasedAuthentication('nobody', '127.0.0.1/32');
  await files.write(path.join(paths.data, 'pg_hba.conf'), hba, 0o600);
  await host.start();
  return {
    credentials: { host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' },
    destroy: async () => {
      await runtime.remove(['plain']);
      await files.remove(directory);
    },
  };
};
