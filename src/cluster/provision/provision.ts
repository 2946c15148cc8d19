import { randomUUID } from 'node:crypto';
import type { RuntimeChoice } from '../../runtime/choice.ts';
import type { Machine, Runtime } from '../../runtime/runtime.ts';
import type { PostgresInstall, ServerVersions } from '../../postgres/install.ts';
import type { Sharding } from '../../sharding/sharding.ts';
import type { OperationOptions } from '../clusters.ts';
import { writeDescription } from '../description.ts';
import { ClusterError } from '../errors.ts';
import { type Cluster, type ClusterNode, paths, SCHEMA_VERSION } from '../model.ts';
import type { Registry } from '../registry.ts';
import { type ClusterSecrets, newSecrets, type SecretStore } from '../secrets.ts';
import { runSteps } from '../stepGraph.ts';
import { explain } from './explain.ts';
import type { ReadyPlatform } from './obtain.ts';
import { nameProblem } from './proposal.ts';
import { newNode, passfileOf } from './provisioning.ts';
import type { ProvisionRequest } from './request.ts';
import { removeCluster } from './rollback.ts';
import { provisioningSteps } from './steps.ts';

const SUPERUSER = 'postgres';
/** A fresh data folder with its WAL, with room to begin to work. */
export const BYTES_PER_NODE = 150 * 1024 ** 2;

export interface ProvisionContext {
  readonly machine: Machine;
  readonly registry: Registry;
  readonly secretStore: SecretStore;
  readonly sharding: Sharding;
  /** The account that runs the servers where we are root. */
  readonly osUser: string;
}

/** A request whose platform is there. */
export interface ReadyRequest extends ProvisionRequest {
  readonly platform: ReadyPlatform;
}

/**
 * Makes a cluster, or nothing: whatever fails or is cancelled on the way is rolled back to no process, folder or entry.
 * The caller holds the lock on the cluster's name.
 * @throws ClusterError; `cancelled` when the signal was aborted
 */
export const provision = async (
  request: ReadyRequest,
  context: ProvisionContext,
  options: OperationOptions = {},
): Promise<Cluster> => {
  const { machine, registry, secretStore, sharding } = context;
  const madeFolder = (await machine.ownFiles.list(request.folder)) === undefined;
  const cluster = describe(request, await choiceOf(request.platform, context), sharding, madeFolder);
  const runtime = await machine.runtime(cluster);
  await preflight(request, cluster, runtime);

  const secrets = newSecrets();
  await registry.add(cluster);
  try {
    options.signal?.throwIfAborted();
    await prepareFolder(runtime, cluster, secrets);
    await runtime.prepare(options.signal);
    const { parallelism } = machine;
    const steps = provisioningSteps({ cluster, secrets, runtime, sharding, parallelism });
    await runSteps(steps, { ...options, concurrency: parallelism });
    await secretStore.set(cluster.id, secrets);
    options.signal?.throwIfAborted();
    const ready: Cluster = { ...cluster, status: 'ready' };
    await writeDescription(runtime.files, ready);
    return ready;
  } catch (error) {
    const explained = await explain(error, cluster, runtime, {
      ...options,
      cancelled: `Provisioning “${cluster.name}” was cancelled; nothing is left of it.`,
    });
    await removeCluster(cluster, runtime, context);
    throw explained;
  }
};

const choiceOf = async (
  platform: ReadyPlatform,
  { machine, osUser }: ProvisionContext,
): Promise<RuntimeChoice> => {
  if (platform.kind === 'docker') {
    const { engine, image, memoryMegabytes } = platform;
    return { kind: 'docker', program: engine.program, image, memoryMegabytes };
  }
  const user = await machine.serverUser(osUser);
  const { binDirectory } = platform.install;
  return { kind: 'local', binDirectory, ...(user !== undefined && { osUser: user }) };
};

const describe = (
  request: ReadyRequest,
  runtime: RuntimeChoice,
  sharding: Sharding,
  madeFolder: boolean,
): Cluster => {
  const { name, folder, platform, coordinatorPorts, workerPorts } = request;
  const versions = platform.kind === 'docker' ? platform.contents : platformVersions(platform.install);
  const node =
    (kind: ClusterNode['kind']) =>
    (port: number, index: number): ClusterNode =>
      newNode(kind, index + 1, port, runtime);
  return {
    schemaVersion: SCHEMA_VERSION,
    id: randomUUID(),
    name,
    folder,
    status: 'provisioning',
    createdAt: new Date().toISOString(),
    sharding: sharding.id,
    shardingVersion: versionOf(sharding, versions),
    postgresVersion: versions.postgresVersion,
    runtime,
    superuser: SUPERUSER,
    database: 'postgres',
    madeFolder,
    nodes: [...coordinatorPorts.map(node('coordinator')), ...workerPorts.map(node('worker'))],
  };
};

const versionOf = (sharding: Sharding, servers: ServerVersions): string => {
  const version = sharding.version(servers);
  if (version !== undefined) return version;
  throw new ClusterError(
    'no-sharding',
    `PostgreSQL ${servers.postgresVersion} has no ${sharding.label} there.`,
    { sharding: sharding.id },
    { nextStep: 'Install it, or choose something else for the servers.' },
  );
};

const platformVersions = ({ version, citusVersion }: PostgresInstall): ServerVersions => ({
  postgresVersion: version,
  ...(citusVersion !== undefined && { citusVersion }),
});

/** Everything that can be known to go wrong is found out before anything is made. */
const preflight = async (request: ReadyRequest, cluster: Cluster, runtime: Runtime): Promise<void> => {
  const problem = nameProblem(request.name);
  if (problem !== undefined) throw new ClusterError('bad-request', problem, { field: 'name' });
  const present = await runtime.files.list(request.folder);
  if (present !== undefined && present.length > 0) {
    throw new ClusterError(
      'folder-not-empty',
      `The folder ${request.folder} is not empty.`,
      { folder: request.folder },
      { nextStep: 'Choose another folder: provisioning never touches what it hasn’t made.' },
    );
  }
  await refuseObstacle(runtime, cluster, cluster.nodes.length * BYTES_PER_NODE);
  for (const { name, port } of cluster.nodes) {
    const isTwice = cluster.nodes.filter((other) => other.port === port).length > 1;
    if (isTwice || !(await runtime.isPortFree(port))) {
      throw new ClusterError(
        'port-taken',
        isTwice ? `Port ${port} is given to two nodes.` : `Port ${port}, meant for ${name}, is in use.`,
        { port, node: name },
        { nextStep: 'Choose another port.' },
      );
    }
  }
};

/**
 * Finds out what stands in the way of running servers.
 * @param neededBytes on the disk
 * @throws ClusterError `folder-not-usable`, `engine-not-usable`
 */
export const refuseObstacle = async (
  runtime: Runtime,
  { folder, runtime: choice }: Cluster,
  neededBytes: number,
): Promise<void> => {
  const obstacle = await runtime.problem(neededBytes);
  if (!obstacle) return;
  const { message, nextStep } = obstacle;
  throw choice.kind === 'local'
    ? new ClusterError('folder-not-usable', message, { folder }, { nextStep })
    : new ClusterError('engine-not-usable', message, { program: choice.program }, { nextStep });
};

const prepareFolder = async (
  { files }: Runtime,
  cluster: Cluster,
  secrets: ClusterSecrets,
): Promise<void> => {
  const { folder, nodes, superuser } = cluster;
  await files.makeDirectory(folder, 0o700);
  // From here on, a crash leaves something that the next look can find and remove.
  await writeDescription(files, cluster);
  await files.write(paths.passfile(folder), passfileOf(nodes, superuser, secrets), 0o600);
};
