import { randomUUID } from 'node:crypto';
import { formatPassfile } from '../../postgres/passfile.ts';
import { CommandError, type Machine, type Runtime } from '../../runtime/runtime.ts';
import type { Sharding } from '../../sharding/sharding.ts';
import type { OperationOptions } from '../clusters.ts';
import { writeDescription } from '../description.ts';
import { ClusterError } from '../errors.ts';
import { type Cluster, type ClusterNode, paths, SCHEMA_VERSION } from '../model.ts';
import type { Registry } from '../registry.ts';
import { type ClusterSecrets, newSecrets, type SecretStore } from '../secrets.ts';
import { runSteps, type Step, StepError } from '../stepGraph.ts';
import { nameProblem } from './proposal.ts';
import type { ProvisionRequest } from './request.ts';
import { removeCluster } from './rollback.ts';
import { passwordFile, provisioningSteps, REPLICATION_USER } from './steps.ts';

const LOOPBACK = '127.0.0.1';
const SUPERUSER = 'postgres';
/** A fresh data folder with its WAL, with room to begin to work. */
const BYTES_PER_NODE = 150 * 1024 ** 2;
/** How much of a server's log an error shows. */
const LOG_EXCERPT_BYTES = 1500;

export interface ProvisionContext {
  readonly machine: Machine;
  readonly registry: Registry;
  readonly secretStore: SecretStore;
  readonly sharding: Sharding;
  /** The account that runs the servers where we are root. */
  readonly osUser: string;
}

/**
 * Makes a cluster, or nothing: whatever fails or is cancelled on the way is rolled back to no process, folder or entry.
 * The caller holds the lock on the cluster's name.
 * @throws ClusterError; `cancelled` when the signal was aborted
 */
export const provision = async (
  request: ProvisionRequest,
  context: ProvisionContext,
  options: OperationOptions = {},
): Promise<Cluster> => {
  const { machine, registry, secretStore, sharding } = context;
  const osUser = await machine.serverUser(context.osUser);
  const runtime = await machine.runtime(request.install.binDirectory, osUser);
  const cluster = describe(request, osUser, (await runtime.files.list(request.folder)) === undefined);
  await preflight(request, cluster, runtime);

  const secrets = newSecrets();
  await registry.add(cluster);
  try {
    options.signal?.throwIfAborted();
    await prepareFolder(runtime, cluster, secrets);
    const steps = provisioningSteps({ cluster, secrets, runtime, sharding });
    await runSteps(steps, { ...options, concurrency: machine.parallelism });
    await runtime.files.remove(passwordFile(cluster.folder));
    await secretStore.set(cluster.id, secrets);
    const ready: Cluster = { ...cluster, status: 'ready' };
    await writeDescription(runtime.files, ready);
    return ready;
  } catch (error) {
    const explained = await explain(error, cluster, runtime, options.signal);
    await removeCluster(cluster, runtime, context);
    throw explained;
  }
};

const describe = (request: ProvisionRequest, osUser: string | undefined, madeFolder: boolean): Cluster => {
  const node =
    (kind: ClusterNode['kind']) =>
    (port: number, index: number): ClusterNode => ({
      name: `${kind}${index + 1}`,
      kind,
      host: LOOPBACK,
      port,
    });
  return {
    schemaVersion: SCHEMA_VERSION,
    id: randomUUID(),
    name: request.name,
    folder: request.folder,
    status: 'provisioning',
    createdAt: new Date().toISOString(),
    sharding: 'citus',
    shardingVersion: request.install.citusVersion ?? '',
    postgres: { binDirectory: request.install.binDirectory, version: request.install.version },
    ...(osUser !== undefined && { osUser }),
    superuser: SUPERUSER,
    database: 'postgres',
    madeFolder,
    nodes: [...request.coordinatorPorts.map(node('coordinator')), ...request.workerPorts.map(node('worker'))],
  };
};

/** Everything that can be known to go wrong is found out before anything is made. */
const preflight = async (request: ProvisionRequest, cluster: Cluster, runtime: Runtime): Promise<void> => {
  const problem = nameProblem(request.name);
  if (problem !== undefined) throw new ClusterError('bad-request', problem, { field: 'name' });
  if (request.install.citusVersion === undefined) {
    throw new ClusterError(
      'no-citus',
      `PostgreSQL ${request.install.version} in ${request.install.binDirectory} has no Citus.`,
      { searched: [request.install.binDirectory] },
      { nextStep: 'Install Citus for it, or choose another install.' },
    );
  }
  const present = await runtime.files.list(request.folder);
  if (present !== undefined && present.length > 0) {
    throw new ClusterError(
      'folder-not-empty',
      `The folder ${request.folder} is not empty.`,
      { folder: request.folder },
      { nextStep: 'Choose another folder: provisioning never touches what it hasn’t made.' },
    );
  }
  const folderProblem = await runtime.checkFolder(request.folder, cluster.nodes.length * BYTES_PER_NODE);
  if (folderProblem) {
    const { message, nextStep } = folderProblem;
    throw new ClusterError('folder-not-usable', message, { folder: request.folder }, { nextStep });
  }
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

const prepareFolder = async (runtime: Runtime, cluster: Cluster, secrets: ClusterSecrets): Promise<void> => {
  const { files } = runtime;
  const { folder, nodes, superuser } = cluster;
  await files.makeDirectory(folder, 0o700);
  await writeDescription(files, cluster);
  await files.makeDirectory(paths.sockets(folder), 0o700);
  const logins = nodes.flatMap(({ host, port }) => [
    { host, port, user: superuser, password: secrets.superuserPassword },
    { host, port, user: REPLICATION_USER, password: secrets.replicationPassword },
  ]);
  await files.write(paths.passfile(folder), formatPassfile(logins), 0o600);
  await files.write(passwordFile(folder), `${secrets.superuserPassword}\n`, 0o600);
};

/** Says what went wrong in people's and the server's words; must be asked before the rollback removes the logs. */
const explain = async (
  error: unknown,
  cluster: Cluster,
  runtime: Runtime,
  signal: AbortSignal | undefined,
): Promise<unknown> => {
  if (signal?.aborted) {
    return new ClusterError(
      'cancelled',
      `Provisioning “${cluster.name}” was cancelled; nothing is left of it.`,
      { cluster: cluster.name },
    );
  }
  if (!(error instanceof StepError)) return error;
  const { cause, step } = error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const output = cause instanceof CommandError ? cause.output : '';
  const log = await serverWords(step, cluster, runtime);
  const words = [output, log].filter((text) => text !== '').join('\n');
  return new ClusterError(
    'step-failed',
    `${step.title} failed: ${reason}${words === '' ? '' : `\n${words}`}`,
    { step: step.id, ...(words !== '' && { log: words }) },
    { nextStep: 'Nothing is left of the attempt. Mend the cause and provision again.', cause },
  );
};

/** Many failures are told only in the server's log: the lines since its last start, the newest ones if they are many. */
const serverWords = async (step: Step, cluster: Cluster, runtime: Runtime): Promise<string> => {
  const node = cluster.nodes.find(({ name }) => step.id.split(' ').includes(name));
  if (node === undefined) return '';
  const log = await runtime.files.readEnd(paths.log(cluster.folder, node.name), LOG_EXCERPT_BYTES);
  return log.slice(Math.max(0, log.lastIndexOf('starting PostgreSQL'))).trim();
};
