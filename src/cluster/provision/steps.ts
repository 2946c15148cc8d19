import path from 'node:path';
import {
  CONFIGURATION_FILE,
  configuration,
  hostBasedAuthentication,
  INCLUDE_LINE,
} from '../../postgres/configuration.ts';
import type { Credentials } from '../../postgres/endpoint.ts';
import { quoteIdentifier, quoteLiteral } from '../../postgres/identifier.ts';
import { scramVerifier } from '../../postgres/scram.ts';
import { baseBackup, initdb, startServer } from '../../postgres/serverCommands.ts';
import { type Session, withSession } from '../../postgres/session.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Sharding } from '../../sharding/sharding.ts';
import { ClusterError } from '../errors.ts';
import { type Cluster, type ClusterNode, coordinators, paths, workers } from '../model.ts';
import { catchUp } from '../replication.ts';
import type { ClusterSecrets } from '../secrets.ts';
import type { Step } from '../stepGraph.ts';

/** The role that standbys stream as. */
export const REPLICATION_USER = 'citus_replication';

/** initdb reads the superuser's password from here; gone once the cluster stands. */
export const passwordFile = (folder: string): string => path.join(folder, 'superuser-password');

/** All that making a cluster needs to know. */
export interface Provisioning {
  readonly cluster: Cluster;
  readonly secrets: ClusterSecrets;
  readonly runtime: Runtime;
  readonly sharding: Sharding;
}

/**
 * The steps from an empty folder with passwords in it to a cluster that works, as a graph:
 * what a step needs is named, everything else runs side by side.
 */
export const provisioningSteps = (work: Provisioning): Step[] => {
  const [primary, ...standbys] = coordinators(work.cluster);
  if (primary === undefined) throw new Error('A cluster has at least one coordinator.');
  const workerNodes = workers(work.cluster);
  return [
    ...[primary, ...workerNodes].flatMap((node) => emptyServer(work, node)),
    ...registration(work, primary, workerNodes),
    ...standbys.flatMap((standby) => standbyServer(work, primary, standby)),
    verification(work, primary, standbys, workerNodes),
  ];
};

/** A server of its own: data folder, configuration, start, sharding installed. */
const emptyServer = (work: Provisioning, node: ClusterNode): Step[] => {
  const { cluster, runtime, sharding } = work;
  const dataDirectory = paths.data(cluster.folder, node.name);
  return [
    {
      id: `initdb ${node.name}`,
      title: `Make ${node.name}’s data folder`,
      needs: [],
      run: (signal) =>
        runtime.run(initdb(dataDirectory, cluster.superuser, passwordFile(cluster.folder)), signal),
    },
    {
      id: `configure ${node.name}`,
      title: `Configure ${node.name}`,
      needs: [`initdb ${node.name}`],
      run: async () => {
        await configure(work, node);
        const main = path.join(dataDirectory, 'postgresql.conf');
        await runtime.files.write(main, `${(await runtime.files.read(main)) ?? ''}\n${INCLUDE_LINE}`, 0o600);
        await runtime.files.write(
          path.join(dataDirectory, 'pg_hba.conf'),
          hostBasedAuthentication(REPLICATION_USER),
          0o600,
        );
      },
    },
    startStep(work, node, `configure ${node.name}`),
    {
      id: `extend ${node.name}`,
      title: `Install Citus in ${node.name}`,
      needs: [`start ${node.name}`],
      run: (signal) => onNode(work, node, signal, (session) => sharding.prepareNode(session)),
    },
  ];
};

/** Writes our configuration file: the one thing in which two nodes of a cluster differ. */
const configure = ({ cluster, runtime, sharding }: Provisioning, node: ClusterNode): Promise<void> =>
  runtime.files.write(
    path.join(paths.data(cluster.folder, node.name), CONFIGURATION_FILE),
    configuration({
      clusterName: node.name,
      host: node.host,
      port: node.port,
      socketFolder: paths.sockets(cluster.folder),
      more: sharding.serverSettings(node.host),
    }),
    0o600,
  );

const startStep = ({ cluster, runtime }: Provisioning, node: ClusterNode, needs: string): Step => ({
  id: `start ${node.name}`,
  title: `Start ${node.name}`,
  needs: [needs],
  run: (signal) =>
    runtime.run(
      startServer(
        paths.data(cluster.folder, node.name),
        paths.log(cluster.folder, node.name),
        paths.passfile(cluster.folder),
      ),
      signal,
    ),
});

/** Makes the nodes know each other. */
const registration = (
  work: Provisioning,
  primary: ClusterNode,
  workerNodes: readonly ClusterNode[],
): Step[] => {
  const { secrets, sharding } = work;
  return [
    {
      id: 'register coordinator',
      title: `Register ${primary.name}`,
      needs: [`extend ${primary.name}`],
      run: (signal) =>
        onNode(work, primary, signal, (session) => sharding.registerCoordinator(session, primary)),
    },
    {
      id: 'replication role',
      title: 'Make the replication role',
      needs: ['register coordinator'],
      run: (signal) =>
        onNode(work, primary, signal, (session) =>
          session.run(
            `CREATE ROLE ${quoteIdentifier(REPLICATION_USER)} LOGIN REPLICATION PASSWORD ${quoteLiteral(scramVerifier(secrets.replicationPassword))}`,
          ),
        ),
    },
    // One after the other: each takes a lock on the list of nodes, and the role must be there to be spread.
    ...workerNodes.map((worker, index): Step => {
      const before = workerNodes[index - 1];
      return {
        id: `add ${worker.name}`,
        title: `Add ${worker.name}`,
        needs: [`extend ${worker.name}`, before === undefined ? 'replication role' : `add ${before.name}`],
        run: (signal) => onNode(work, primary, signal, (session) => sharding.addWorker(session, worker)),
      };
    }),
  ];
};

/** A standby: a copy of the primary that follows it, and has replayed everything once all workers are known. */
const standbyServer = (work: Provisioning, primary: ClusterNode, standby: ClusterNode): Step[] => {
  const { cluster, runtime } = work;
  return [
    {
      id: `copy ${standby.name}`,
      title: `Copy ${primary.name} to ${standby.name}`,
      needs: ['replication role'],
      run: (signal) =>
        runtime.run(
          baseBackup({
            primary,
            user: REPLICATION_USER,
            slot: standby.name,
            dataDirectory: paths.data(cluster.folder, standby.name),
            passfile: paths.passfile(cluster.folder),
          }),
          signal,
        ),
    },
    {
      id: `configure ${standby.name}`,
      title: `Configure ${standby.name}`,
      needs: [`copy ${standby.name}`],
      run: () => configure(work, standby),
    },
    startStep(work, standby, `configure ${standby.name}`),
    {
      id: `catch up ${standby.name}`,
      title: `Wait for ${standby.name} to catch up`,
      needs: [`start ${standby.name}`, ...workers(cluster).map(({ name }) => `add ${name}`)],
      run: (signal) => onNode(work, primary, signal, (session) => catchUp(session, standby.name, signal)),
    },
  ];
};

/** Asks every coordinator whether it sees all workers, and all nodes whether they reach each other. */
const verification = (
  work: Provisioning,
  primary: ClusterNode,
  standbys: readonly ClusterNode[],
  workerNodes: readonly ClusterNode[],
): Step => ({
  id: 'verify',
  title: 'Check that all nodes see each other',
  needs: [...standbys.map(({ name }) => `catch up ${name}`), ...workerNodes.map(({ name }) => `add ${name}`)],
  run: async (signal) => {
    await Promise.all(
      [primary, ...standbys].map((coordinator) =>
        onNode(work, coordinator, signal, (session) =>
          checkCoordinator(work.sharding, session, coordinator, workerNodes),
        ),
      ),
    );
  },
});

const checkCoordinator = async (
  sharding: Sharding,
  session: Session,
  coordinator: ClusterNode,
  workerNodes: readonly ClusterNode[],
): Promise<void> => {
  const seen = new Set((await sharding.listWorkers(session)).map(({ port }) => port));
  const unseen = workerNodes.filter(({ port }) => !seen.has(port));
  if (unseen.length > 0) {
    const names = unseen.map(({ name }) => name).join(', ');
    throw new ClusterError('not-converging', `${coordinator.name} does not see ${names}.`, {
      node: coordinator.name,
    });
  }
  const problems = await sharding.checkConnections(session);
  if (problems.length > 0) {
    const list = problems.map(({ from, to, message }) => `${from} → ${to}: ${message}`).join('; ');
    throw new ClusterError('not-converging', `Some nodes don’t reach each other: ${list}.`, {
      node: coordinator.name,
    });
  }
};

/** Does something in a session of the superuser's; aborting closes it. */
const onNode = (
  { cluster, secrets }: Provisioning,
  node: ClusterNode,
  signal: AbortSignal,
  use: (session: Session) => Promise<void>,
): Promise<void> => {
  const credentials: Credentials = {
    host: node.host,
    port: node.port,
    user: cluster.superuser,
    password: secrets.superuserPassword,
    database: cluster.database,
  };
  return withSession(credentials, { applicationName: 'citus-provision', signal }, use);
};
