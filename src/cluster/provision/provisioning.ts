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
  return withSession(credentials, { applicationName: 'citus-provision', signal }, use);
};
