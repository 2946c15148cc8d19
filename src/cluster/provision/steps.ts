import {
  CONFIGURATION_FILE,
  configuration,
  hostBasedAuthentication,
  INCLUDE_LINE,
} from '../../postgres/configuration.ts';
import { address } from '../../postgres/endpoint.ts';
import { quoteIdentifier, quoteLiteral } from '../../postgres/identifier.ts';
import { scramVerifier } from '../../postgres/scram.ts';
import { initdb } from '../../postgres/serverCommands.ts';
import type { Session } from '../../postgres/session.ts';
import { networkOf } from '../../runtime/choice.ts';
import type { Sharding } from '../../sharding/sharding.ts';
import { ClusterError } from '../errors.ts';
import { type ClusterNode, coordinators, peerAddress, workers } from '../model.ts';
import { catchUp } from '../replication.ts';
import type { Step } from '../stepGraph.ts';
import { copyPrimary } from './copyPrimary.ts';
import { inFolder, onNode, passfileOf, type Provisioning, REPLICATION_USER } from './provisioning.ts';

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

/** A server of its own: data folder, configuration, start, sharding installed; the last step's id is `extend <name>`. */
export const emptyServer = (work: Provisioning, node: ClusterNode): Step[] => {
  const { cluster, secrets, runtime, sharding } = work;
  const host = runtime.node(node.name);
  const { files, paths } = host;
  return [
    {
      id: `initdb ${node.name}`,
      title: `Make ${node.name}’s data folder`,
      needs: [],
      run: async (signal) => {
        await prepareHost(work, node, signal);
        await files.write(paths.password, `${secrets.superuserPassword}\n`, 0o600);
        await host.run(initdb(paths.data, cluster.superuser, paths.password), signal);
        await files.remove(paths.password);
      },
    },
    {
      id: `configure ${node.name}`,
      title: `Configure ${node.name}`,
      needs: [`initdb ${node.name}`],
      run: async () => {
        await configure(work, node);
        const { clientAddresses } = networkOf(cluster.runtime);
        const main = inFolder(paths.data, 'postgresql.conf');
        await files.write(main, `${(await files.read(main)) ?? ''}\n${INCLUDE_LINE}`, 0o600);
        await files.write(
          inFolder(paths.data, 'pg_hba.conf'),
          hostBasedAuthentication(REPLICATION_USER, clientAddresses),
          0o600,
        );
      },
    },
    startStep(work, node, `configure ${node.name}`),
    {
      id: `extend ${node.name}`,
      title: `Install ${sharding.label} in ${node.name}`,
      needs: [`start ${node.name}`],
      run: (signal) => onNode(work, node, signal, (session) => sharding.prepareNode(session)),
    },
  ];
};

/** Makes the place that a node will live in, with what it needs to log in to the other nodes. */
const prepareHost = async (
  { cluster, secrets, runtime }: Provisioning,
  node: ClusterNode,
  signal: AbortSignal,
): Promise<void> => {
  const host = runtime.node(node.name);
  await host.create(signal);
  const logins = passfileOf(cluster.nodes.map(peerAddress), cluster.superuser, secrets);
  await host.files.write(host.paths.passfile, logins, 0o600);
};

/** Writes our configuration file: the one thing in which two nodes of a cluster differ. */
const configure = async (
  { cluster, runtime, sharding, parallelism }: Provisioning,
  node: ClusterNode,
): Promise<void> => {
  const { files, paths } = runtime.node(node.name);
  const peer = peerAddress(node);
  await files.write(
    inFolder(paths.data, CONFIGURATION_FILE),
    configuration({
      clusterName: node.name,
      listenAddresses: networkOf(cluster.runtime).listenAddresses,
      port: peer.port,
      socketFolder: paths.sockets,
      more: sharding.serverSettings(peer.host, parallelism),
    }),
    0o600,
  );
};

const startStep = ({ runtime }: Provisioning, node: ClusterNode, needs: string): Step => ({
  id: `start ${node.name}`,
  title: `Start ${node.name}`,
  needs: [needs],
  run: (signal) => runtime.node(node.name).start(signal),
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
        onNode(work, primary, signal, (session) =>
          sharding.registerCoordinator(session, peerAddress(primary)),
        ),
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
        run: (signal) =>
          onNode(work, primary, signal, (session) =>
            sharding.addWorker(session, { name: worker.name, ...peerAddress(worker) }),
          ),
      };
    }),
  ];
};

/** A standby: a copy of the primary that follows it, and has replayed everything once all workers are known. */
const standbyServer = (work: Provisioning, primary: ClusterNode, standby: ClusterNode): Step[] => {
  const { cluster } = work;
  return [
    {
      id: `copy ${standby.name}`,
      title: `Copy ${primary.name} to ${standby.name}`,
      needs: ['replication role'],
      run: async (signal) => {
        await prepareHost(work, standby, signal);
        await copyPrimary(work, primary, standby, signal);
      },
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

/** @throws ClusterError `not-converging` where a coordinator doesn't see a worker, or nodes don't reach each other */
export const checkCoordinator = async (
  sharding: Sharding,
  session: Session,
  coordinator: ClusterNode,
  workerNodes: readonly ClusterNode[],
): Promise<void> => {
  const seen = new Set((await sharding.listWorkers(session)).map(address));
  const unseen = workerNodes.filter((worker) => !seen.has(address(peerAddress(worker))));
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
