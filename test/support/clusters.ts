import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Context } from 'mocha';
import type { ClusterService } from '../../src/cluster/clusters.ts';
import { defaultDirectory, downloadDirectory } from '../../src/cluster/defaultDirectory.ts';
import type { Cluster, ClusterNode } from '../../src/cluster/model.ts';
import { type Proposal, type ProvisionWishes, toRequest } from '../../src/cluster/provision/request.ts';
import { noSecretStore } from '../../src/cluster/secrets.ts';
import { type ClusterSettings, createClusterService } from '../../src/cluster/service.ts';
import type { ClusterStatus } from '../../src/cluster/status.ts';
import type { Machine } from '../../src/runtime/runtime.ts';
import { type Session, withSession } from '../../src/postgres/session.ts';
import { waitUntil } from '../../src/postgres/waitUntil.ts';
import { LocalNode } from '../../src/runtime/local/localNode.ts';
import { localMachine } from '../../src/runtime/local/localMachine.ts';
import { skip } from './skip.ts';

/** Suites that run at the same time ask for different ports, below those that systems give to clients. */
const BASE_PORT = 20_000 + (process.pid % 1000) * 10;

/** Ports that tests ask for; taken ones are passed over like anybody's. */
const TEST_PORTS = Object.fromEntries(
  ['coordinator1', 'coordinator2', 'coordinator3', 'worker1', 'worker2', 'worker3'].map((name, index) => [
    name,
    BASE_PORT + index,
  ]),
);

/** What a test's cluster is made with, besides its folder. */
const TEST_SETTINGS = {
  binDirectory: '',
  osUser: 'postgres',
  // What the set-up has put there, where this machine has no PostgreSQL.
  download: { folder: downloadDirectory(defaultDirectory()), registry: 'http://127.0.0.1:9' },
  image: 'citus-test',
  memoryMegabytes: 512,
};

/** A folder of its own for a suite's clusters, that the servers' user can enter. */
export const makeTestDirectory = async (): Promise<string> => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'citus-test-'));
  await chmod(directory, 0o711);
  return directory;
};

/** @param machine the one that tests run on, unless told */
export const createTestService = (
  directory: string,
  { machine = localMachine, settings = {} }: { machine?: Machine; settings?: Partial<ClusterSettings> } = {},
): ClusterService =>
  createClusterService({
    machine,
    secretStore: noSecretStore,
    settings: () => ({ ...TEST_SETTINGS, directory, ...settings }),
    resources: path.join(import.meta.dirname, '../../resources'),
    onProblem: (error) => {
      throw error;
    },
  });

/** Destroys all clusters of a suite and removes its folder. */
export const removeTestDirectory = async (directory: string): Promise<void> => {
  const service = createTestService(directory);
  for (const cluster of await service.list()) await service.destroy(cluster);
  await service.close();
  await rm(directory, { recursive: true, force: true });
};

/** Skips where this machine has no Citus. */
export const needCitus = async (context: Context): Promise<void> => {
  const installs = await localMachine.findInstalls('');
  if (installs.every(({ citusVersion }) => citusVersion === undefined))
    skip(context, 'Citus is not installed');
};

export const proposeTestCluster = (
  service: ClusterService,
  wishes: ProvisionWishes = {},
): Promise<Proposal> => service.propose({ ports: TEST_PORTS, ...wishes });

/** A cluster that a suite or a benchmark has to itself. */
interface TestCluster {
  /** The folder that it is in. */
  readonly directory: string;
  readonly service: ClusterService;
  readonly cluster: Cluster;
  /** Destroys it, and removes the folder. */
  readonly remove: () => Promise<void>;
}

/** Provisions a Citus cluster for a suite. Skips where this machine has no Citus. */
export const provisionTestCluster = async (
  context: Context,
  wishes: ProvisionWishes = {},
): Promise<TestCluster> => {
  await needCitus(context);
  return makeTestCluster(wishes);
};

/** Provisions a cluster, of Citus where this machine has it. */
export const makeTestCluster = async (wishes: ProvisionWishes = {}): Promise<TestCluster> => {
  const directory = await makeTestDirectory();
  const service = createTestService(directory);
  const remove = async (): Promise<void> => {
    await service.close();
    await removeTestDirectory(directory);
  };
  try {
    const cluster = await service.provision(toRequest(await proposeTestCluster(service, wishes)));
    return { directory, service, cluster, remove };
  } catch (error) {
    await remove();
    throw error;
  }
};

export const nodeNamed = (cluster: Cluster, name: string): ClusterNode => {
  const node = cluster.nodes.find((candidate) => candidate.name === name);
  if (node === undefined) throw new Error(`${cluster.name} has no node ${name}.`);
  return node;
};

/** How nodes are that all should answer: one that is well may take more than a glance, just after much else was done. */
export const settledStatus = async (service: ClusterService, cluster: Cluster): Promise<ClusterStatus> => {
  let status = await service.status(cluster);
  const isSettled = async (): Promise<boolean> => {
    if ([...status.values()].every(({ state }) => state !== 'unresponsive')) return true;
    status = await service.status(cluster);
    return false;
  };
  await waitUntil(isSettled, { deadlineMs: 30_000 });
  return status;
};

/** Process id of a local node's server, which must run. */
export const postmasterOf = async (cluster: Cluster, name: string): Promise<number> => {
  const node = (await localMachine.runtime(cluster)).node(name);
  if (!(node instanceof LocalNode)) throw new Error(`${name} is no local node.`);
  const pid = await node.postmaster();
  if (pid === undefined) throw new Error(`${name} doesn't run.`);
  return pid;
};

/** Does something in a session on a node. */
export const onNode = async <T>(
  service: ClusterService,
  cluster: Cluster,
  name: string,
  use: (session: Session) => Promise<T>,
): Promise<T> =>
  withSession(await service.credentials(cluster, nodeNamed(cluster, name)), { applicationName: 'test' }, use);
