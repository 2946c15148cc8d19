import { address } from '../../postgres/endpoint.ts';
import type { Machine, Runtime } from '../../runtime/runtime.ts';
import type { Sharding } from '../../sharding/sharding.ts';
import type { OperationOptions } from '../clusters.ts';
import { writeDescription } from '../description.ts';
import { type Cluster, type ClusterNode, paths, peerAddress, workers } from '../model.ts';
import type { ClusterSecrets } from '../secrets.ts';
import { runSteps, type Step } from '../stepGraph.ts';
import { explain } from './explain.ts';
import { BYTES_PER_NODE, refuseObstacle } from './provision.ts';
import { endUnfinishedWork, newNode, onNode, passfileOf, type Provisioning } from './provisioning.ts';
import { checkCoordinator, emptyServer } from './steps.ts';

export interface AddingContext {
  readonly machine: Machine;
  readonly sharding: Sharding;
  readonly secrets: ClusterSecrets;
  /** The coordinator that is the primary now. */
  readonly primary: ClusterNode;
}

/**
 * Adds a worker, or nothing: whatever fails or is cancelled on the way is taken back.
 * The caller holds the cluster's lock.
 * @param port on loopback
 * @returns the cluster with its new worker
 * @throws ClusterError; `cancelled` when the signal was aborted
 */
export const addWorker = async (
  cluster: Cluster,
  port: number,
  context: AddingContext,
  options: OperationOptions = {},
): Promise<Cluster> => {
  const worker = describeWorker(cluster, port);
  const larger: Cluster = { ...cluster, adding: worker.name, nodes: [...cluster.nodes, worker] };
  const runtime = await context.machine.runtime(larger);
  await refuseObstacle(runtime, cluster, BYTES_PER_NODE);
  const work: Provisioning = {
    cluster: larger,
    secrets: context.secrets,
    runtime,
    sharding: context.sharding,
    parallelism: context.machine.parallelism,
  };
  // From here on, a crash leaves something that the next look can find and take back.
  await writeDescription(runtime.files, larger);
  try {
    options.signal?.throwIfAborted();
    await writePassfiles(work);
    await runSteps(addingSteps(work, context.primary, worker), {
      ...options,
      concurrency: work.parallelism,
    });
    const ready: Cluster = { ...cluster, nodes: larger.nodes };
    await writeDescription(runtime.files, ready);
    return ready;
  } catch (error) {
    const explained = await explain(error, larger, runtime, {
      ...options,
      cancelled: `Adding ${worker.name} was cancelled; “${cluster.name}” is as it was.`,
    });
    await takeBack(larger, runtime, context);
    throw explained;
  }
};

/**
 * Takes out the worker that is being added to a cluster, as far as it has come.
 * The caller holds the cluster's lock.
 * @throws ServerError, ConnectionError where the primary can't be asked to forget it; then all stays as it is
 */
export const takeBack = async (
  cluster: Cluster,
  runtime: Runtime,
  { sharding, secrets, primary }: Omit<AddingContext, 'machine'>,
): Promise<Cluster> => {
  const { adding, ...rest } = cluster;
  const smaller: Cluster = { ...rest, nodes: cluster.nodes.filter(({ name }) => name !== adding) };
  const worker = cluster.nodes.find(({ name }) => name === adding);
  const work = { cluster: smaller, secrets, runtime };
  if (worker) {
    const own = peerAddress(worker);
    await onNode(work, primary, new AbortController().signal, async (session) => {
      await endUnfinishedWork(session);
      const known = (await sharding.listWorkers(session)).map(address);
      if (known.includes(address(own))) await sharding.removeWorker(session, { name: worker.name, ...own });
    });
    await runtime.removeNode(worker.name);
  }
  await writePassfiles(work);
  await writeDescription(runtime.files, smaller);
  return smaller;
};

const describeWorker = (cluster: Cluster, port: number): ClusterNode => {
  const numbers = workers(cluster).map(({ name }) => Number(/\d+$/.exec(name)?.[0] ?? 0));
  return newNode('worker', Math.max(0, ...numbers) + 1, port, cluster.runtime);
};

/** Lets everybody find the passwords of all of a cluster's nodes. */
const writePassfiles = async ({
  cluster,
  secrets,
  runtime,
}: Pick<Provisioning, 'cluster' | 'secrets' | 'runtime'>): Promise<void> => {
  const { folder, nodes, superuser } = cluster;
  await runtime.files.write(paths.passfile(folder), passfileOf(nodes, superuser, secrets), 0o600);
  const logins = passfileOf(nodes.map(peerAddress), superuser, secrets);
  for (const { name } of nodes) {
    if (name === cluster.adding) continue;
    const host = runtime.node(name);
    await host.files.write(host.paths.passfile, logins, 0o600);
  }
};

const addingSteps = (work: Provisioning, primary: ClusterNode, worker: ClusterNode): Step[] => {
  const { cluster, sharding } = work;
  return [
    ...emptyServer(work, worker),
    {
      id: `add ${worker.name}`,
      title: `Add ${worker.name}`,
      needs: [`extend ${worker.name}`],
      run: (signal) =>
        onNode(work, primary, signal, (session) =>
          sharding.addWorker(session, { name: worker.name, ...peerAddress(worker) }),
        ),
    },
    {
      id: 'verify',
      title: 'Check that all nodes see each other',
      needs: [`add ${worker.name}`],
      run: (signal) =>
        onNode(work, primary, signal, (session) =>
          checkCoordinator(sharding, session, primary, workers(cluster)),
        ),
    },
  ];
};
