import type { Credentials } from '../postgres/endpoint.ts';
import { passwordFrom } from '../postgres/passfile.ts';
import type { Machine, Runtime } from '../runtime/runtime.ts';
import { citus } from '../sharding/citus/citus.ts';
import type { Sharding } from '../sharding/sharding.ts';
import type { ClusterService, OperationOptions } from './clusters.ts';
import { readDescription, writeDescription } from './description.ts';
import { ClusterError } from './errors.ts';
import { withLock } from './lock.ts';
import { type Cluster, type ClusterNode, paths } from './model.ts';
import { startNodes, stopNodes } from './operate.ts';
import { probeCluster } from './probe.ts';
import { propose } from './provision/proposal.ts';
import { provision } from './provision/provision.ts';
import { readOrRecover } from './provision/recover.ts';
import { removeCluster } from './provision/rollback.ts';
import { Registry, type RegistryEntry } from './registry.ts';
import type { SecretStore } from './secrets.ts';

/** What the user has set, read anew for each operation. */
export interface ClusterSettings {
  /** Folder with PostgreSQL's programs; empty to look for installs. */
  readonly binDirectory: string;
  /** Folder of new clusters and of the list of known ones. */
  readonly directory: string;
  /** Account that runs servers where we are root. */
  readonly osUser: string;
}

export interface ClusterServiceDependencies {
  readonly machine: Machine;
  readonly secretStore: SecretStore;
  readonly settings: () => ClusterSettings;
  /** A cluster that can't be read or cleaned up; the others are listed all the same. */
  readonly onProblem: (error: unknown) => void;
}

/** How tables are spread, by the name in a cluster's description. */
const SHARDINGS: Readonly<Record<Cluster['sharding'], Sharding>> = { citus };

export const createClusterService = (dependencies: ClusterServiceDependencies): ClusterService => {
  const { machine, secretStore, settings, onProblem } = dependencies;
  const listeners = new Set<() => void>();
  const closing = new AbortController();
  const underWay = new Set<Promise<unknown>>();

  const registry = (): Registry => new Registry(settings().directory, machine.ownFiles);
  const runtimeOf = (cluster: Cluster): Promise<Runtime> =>
    machine.runtime(cluster.postgres.binDirectory, cluster.osUser);
  const sharding = (cluster: Cluster): Sharding => SHARDINGS[cluster.sharding];

  /** Works on one cluster alone; ends early when the service is closed, and close() waits for it. */
  const exclusively = async <T>(
    name: string,
    options: OperationOptions | undefined,
    work: (options: OperationOptions & { signal: AbortSignal }) => Promise<T>,
  ): Promise<T> => {
    const operation = withLock(registry().lockFile(name), `cluster “${name}”`, (lockLost) =>
      work({
        ...options,
        signal: AbortSignal.any([closing.signal, lockLost, ...(options?.signal ? [options.signal] : [])]),
      }),
    );
    underWay.add(operation);
    try {
      return await operation;
    } finally {
      underWay.delete(operation);
      for (const listener of listeners) listener();
    }
  };

  /** A cluster that is whole; one that isn't is recovered, unless somebody is at work on it. */
  const read = async (entry: RegistryEntry): Promise<Cluster | undefined> => {
    const cluster = await readDescription(machine.ownFiles, entry.folder);
    if (cluster?.status === 'ready') return cluster;
    const context = { machine, registry: registry(), secretStore };
    return await withLock(
      registry().lockFile(entry.name),
      `cluster “${entry.name}”`,
      () => readOrRecover(entry, context),
      'none',
    );
  };

  const credentials = async (cluster: Cluster, node: ClusterNode): Promise<Credentials> => {
    const login = { host: node.host, port: node.port, user: cluster.superuser };
    const password =
      (await secretStore.get(cluster.id))?.superuserPassword ??
      passwordFrom((await machine.ownFiles.read(paths.passfile(cluster.folder))) ?? '', login);
    if (password === undefined) {
      throw new ClusterError(
        'not-found',
        `The password of ${cluster.name}’s superuser is neither in the secret storage nor in ${paths.passfile(cluster.folder)}.`,
        { what: 'password' },
        { nextStep: 'Restore the passfile from a backup.' },
      );
    }
    return { ...login, password, database: cluster.database };
  };

  return {
    async list() {
      const clusters: Cluster[] = [];
      for (const entry of await registry().entries()) {
        try {
          const cluster = await read(entry);
          if (cluster !== undefined) clusters.push(cluster);
        } catch (error) {
          if (!ClusterError.is(error, 'busy')) onProblem(error);
        }
      }
      return clusters;
    },

    installs: () => machine.findInstalls(settings().binDirectory),

    async propose(wishes) {
      const { binDirectory, directory } = settings();
      const installs = await machine.findInstalls(wishes.binDirectory ?? binDirectory);
      const entries = await registry().entries();
      const described = await Promise.all(
        entries.map(({ folder }) => readDescription(machine.ownFiles, folder).catch(() => undefined)),
      );
      const runtime = await machine.runtime('', undefined);
      return await propose(wishes, {
        installs,
        directory,
        takenNames: new Set(
          described.flatMap((cluster) => (cluster?.status === 'ready' ? [cluster.name] : [])),
        ),
        reservedPorts: new Set(described.flatMap((cluster) => cluster?.nodes.map(({ port }) => port) ?? [])),
        isPortFree: (port) => runtime.isPortFree(port),
      });
    },

    provision: (request, options) =>
      exclusively(request.name, options, async (limits) => {
        const context = {
          machine,
          registry: registry(),
          secretStore,
          sharding: citus,
          osUser: settings().osUser,
        };
        // What a crashed attempt of the same name left is in the way: it goes first.
        const earlier = (await context.registry.entries()).find(({ name }) => name === request.name);
        if (earlier !== undefined) await readOrRecover(earlier, context);
        return await provision(request, context, limits);
      }),

    start: (cluster, nodes = cluster.nodes, options) =>
      exclusively(cluster.name, options, async (limits) => {
        await startNodes(cluster, nodes, await runtimeOf(cluster), limits);
      }),

    stop: (cluster, nodes = cluster.nodes, options) =>
      exclusively(cluster.name, options, async (limits) => {
        await stopNodes(cluster, nodes, await runtimeOf(cluster), limits);
      }),

    restart: (cluster, nodes = cluster.nodes, options) =>
      exclusively(cluster.name, options, async (limits) => {
        const runtime = await runtimeOf(cluster);
        await stopNodes(cluster, nodes, runtime, limits);
        await startNodes(cluster, nodes, runtime, limits);
      }),

    destroy: (cluster, options) =>
      exclusively(cluster.name, options, async () => {
        const runtime = await runtimeOf(cluster);
        // From here on there is no way back: a crash leaves a cluster that the next look finishes removing.
        await writeDescription(runtime.files, { ...cluster, status: 'destroying' });
        return await removeCluster(cluster, runtime, { registry: registry(), secretStore });
      }),

    credentials,

    async status(cluster, signal) {
      const context = {
        runtime: await runtimeOf(cluster),
        sharding: sharding(cluster),
        credentials: (node: ClusterNode) => credentials(cluster, node),
      };
      return await probeCluster(cluster, context, signal);
    },

    sharding,

    onDidChangeClusters(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    async close() {
      closing.abort();
      await Promise.allSettled(underWay);
    },
  };
};
