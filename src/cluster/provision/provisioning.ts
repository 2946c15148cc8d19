import path from 'node:path';
import type { Credentials, Endpoint } from '../../postgres/endpoint.ts';
import { formatPassfile } from '../../postgres/passfile.ts';
import { type Session, withSession } from '../../postgres/session.ts';
import { networkOf, type RuntimeChoice } from '../../runtime/choice.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Sharding } from '../../sharding/sharding.ts';
import type { Cluster, ClusterNode } from '../model.ts';
import type { ClusterSecrets } from '../secrets.ts';

/** The role that standbys stream as. */
export const REPLICATION_USER = 'citus_replication';

/** All that making a cluster needs to know. */
export interface Provisioning {
  readonly cluster: Cluster;
  readonly secrets: ClusterSecrets;
  readonly runtime: Runtime;
  readonly sharding: Sharding;
  /** How many programs can make headway at once on the machine, which all nodes share. */
  readonly parallelism: number;
}

/** What pg_stat_activity shows of our work on a cluster. */
const APPLICATION_NAME = 'citus-provision';
/** How long a server process may take to end, ms. */
const BACKEND_END_MS = 30_000;

/** Every server is reached on this interface of this machine. */
const LOOPBACK = '127.0.0.1';

/** A node that is to be made. @param port on loopback */
export const newNode = (
  kind: ClusterNode['kind'],
  number: number,
  port: number,
  runtime: RuntimeChoice,
): ClusterNode => {
  const name = `${kind}${number}`;
  const { innerPort } = networkOf(runtime);
  return {
    name,
    kind,
    host: LOOPBACK,
    port,
    ...(innerPort !== undefined && { peerAddress: { host: name, port: innerPort } }),
  };
};

/** A file in a node's folder, which is never on Windows. */
export const inFolder = (folder: string, name: string): string => path.posix.join(folder, name);

/** The text of a password file for all servers at these addresses. */
export const passfileOf = (
  addresses: readonly Endpoint[],
  superuser: string,
  { superuserPassword, replicationPassword }: ClusterSecrets,
): string =>
  formatPassfile(
    addresses.flatMap(({ host, port }) => [
      { host, port, user: superuser, password: superuserPassword },
      { host, port, user: REPLICATION_USER, password: replicationPassword },
    ]),
  );

/** Does something in a session of the superuser's; aborting closes it. */
export const onNode = <T>(
  { cluster, secrets }: Pick<Provisioning, 'cluster' | 'secrets'>,
  node: ClusterNode,
  signal: AbortSignal,
  use: (session: Session) => Promise<T>,
): Promise<T> => {
  const credentials: Credentials = {
    host: node.host,
    port: node.port,
    user: cluster.superuser,
    password: secrets.superuserPassword,
    database: cluster.database,
  };
  return withSession(credentials, { applicationName: APPLICATION_NAME, signal }, use);
};

/**
 * Ends what a server still does for work that was broken off, and so undoes it: a server whose client is gone goes on
 * to the end of the statement, and commits it. The caller holds the cluster's lock, so nobody else is at work.
 *
 * @param session on that server, as `onNode` gives it
 */
export const endUnfinishedWork = (session: Session): Promise<void> =>
  session.run(
    `SELECT pg_catalog.pg_terminate_backend(pid, $1) FROM pg_catalog.pg_stat_activity
     WHERE application_name = $2 AND pid <> pg_catalog.pg_backend_pid()`,
    [BACKEND_END_MS, APPLICATION_NAME],
  );
