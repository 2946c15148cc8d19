import path from 'node:path';
import type { Credentials } from '../postgres/endpoint.ts';
import { passwordFrom } from '../postgres/passfile.ts';
import type { DownloadPlace, Machine } from '../runtime/runtime.ts';
import { builtinSharding } from '../sharding/builtin/builtin.ts';
import { citus } from '../sharding/citus/citus.ts';
import type { Sharding, ShardingId } from '../sharding/sharding.ts';
import type { ClusterService, OperationOptions } from './clusters.ts';
import { readDescription, writeDescription } from './description.ts';
import { ClusterError } from './errors.ts';
import { withLock } from '../runtime/lock.ts';
import { type Cluster, type ClusterNode, coordinators, paths, peerAddress, workers } from './model.ts';
import { type ClusterStatus, primariesIn, primaryIn } from './status.ts';
import { type MoveSide, moveTable } from './moveTable.ts';
import { startNodes, stopNodes } from './operate.ts';
import { GLANCE_MS, PATIENCE_MS, type ProbeContext, probeNodes } from './probe.ts';
import { addWorker, type AddingContext } from './provision/addWorker.ts';
import { lookAround } from './provision/equipment.ts';
import { obtain } from './provision/obtain.ts';
import { FIRST_WORKER_PORT, nextFreePort, propose } from './provision/proposal.ts';
import { provision } from './provision/provision.ts';
import { REPLICATION_USER } from './provision/provisioning.ts';
import { readOrRecover } from './provision/recover.ts';
import { removeCluster } from './provision/rollback.ts';
import { Registry, type RegistryEntry } from './registry.ts';
import type { ClusterSecrets, SecretStore } from './secrets.ts';

/** What the user has set, read anew for each operation. */
export interface ClusterSettings {
  /** Folder with PostgreSQL's programs; empty to look for installs. */
  readonly binDirectory: string;
  /** Folder of new clusters and of the list of known ones. */
  readonly directory: string;
  /** Account that runs servers where we are root. */
  readonly osUser: string;
  readonly download: DownloadPlace;
  /** Image of new clusters in containers, and the most memory that one of their nodes may use. */
  readonly image: string;
  readonly memoryMegabytes: number;
}

export interface ClusterServiceDependencies {
  readonly machine: Machine;
  readonly secretStore: SecretStore;
  readonly settings: () => ClusterSettings;
  /** Folder with what clusters are made from: `resources` of this project. */
  readonly resources: string;
  /** A cluster that can't be read or cleaned up; the others are listed all the same. */
  readonly onProblem: (error: unknown) => void;
}

export const createClusterService = (dependencies: ClusterServiceDependencies): ClusterService => {
  const { machine, secretStore, settings, resources, onProblem } = dependencies;
  const listeners = new Set<() => void>();
  const closing = new AbortController();
  const underWay = new Set<Promise<unknown>>();

  const registry = (): Registry => new Registry(settings().directory, machine.ownFiles);
  const shardings: Readonly<Record<ShardingId, Sharding>> = {
    citus,
    postgres_fdw: builtinSharding((name) => readResource(machine, resources, name)),
  };
  const sharding = (cluster: Cluster): Sharding => shardings[cluster.sharding];

  /** Ends early when the service is closed, and close() waits for it. */
  const cancellable = async <O extends OperationOptions, T>(
    options: O,
    work: (options: O & { signal: AbortSignal }) => Promise<T>,
  ): Promise<T> => {
    const signals = [closing.signal, ...(options.signal ? [options.signal] : [])];
    const operation = work({ ...options, signal: AbortSignal.any(signals) });
    underWay.add(operation);
    try {
      return await operation;
    } finally {
      underWay.delete(operation);
      for (const listener of listeners) listener();
    }
  };

  /** Works on one cluster alone. */
  const exclusively = <T>(
    name: string,
    options: OperationOptions | undefined,
    work: (options: OperationOptions & { signal: AbortSignal }) => Promise<T>,
  ): Promise<T> =>
    cancellable(options ?? {}, (limits) =>
      withLock(registry().lockFile(name), `cluster “${name}”`, (lockLost) =>
        work({ ...limits, signal: AbortSignal.any([limits.signal, lockLost]) }),
      ),
    );

  /** A cluster that is whole; one that isn't is recovered, unless somebody is at work on it. */
  const read = async (entry: RegistryEntry): Promise<Cluster | undefined> => {
    const cluster = await readDescription(machine.ownFiles, entry.folder);
    if (cluster?.status === 'ready' && cluster.adding === undefined) return cluster;
    try {
      return await withLock(
        registry().lockFile(entry.name),
        `cluster “${entry.name}”`,
        () => readOrRecover(entry, recovery()),
        'none',
      );
    } catch (error) {
      // It works while a worker is being added to it, and until one that wasn't can be taken out.
      if (cluster?.status !== 'ready') throw error;
      if (!ClusterError.is(error, 'busy')) onProblem(error);
      return cluster;
    }
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

  /** What provisioning knew of a cluster's passwords. */
  const secretsOf = async (cluster: Cluster, node: ClusterNode): Promise<ClusterSecrets> => {
    const kept = await secretStore.get(cluster.id);
    if (kept) return kept;
    const passfile = (await machine.ownFiles.read(paths.passfile(cluster.folder))) ?? '';
    const { host, port } = node;
    const replicationPassword = passwordFrom(passfile, { host, port, user: REPLICATION_USER }) ?? '';
    return { superuserPassword: (await credentials(cluster, node)).password, replicationPassword };
  };

  const addingContext = async (cluster: Cluster): Promise<Omit<AddingContext, 'machine'>> => {
    const primary = await primaryOf(cluster);
    return { sharding: sharding(cluster), primary, secrets: await secretsOf(cluster, primary) };
  };

  const recovery = (): Parameters<typeof readOrRecover>[1] => ({
    machine,
    registry: registry(),
    secretStore,
    adding: addingContext,
  });

  /** The descriptions that can be read, of whatever state. */
  const descriptions = async (): Promise<Cluster[]> => {
    const entries = await registry().entries();
    const read = entries.map(({ folder }) =>
      readDescription(machine.ownFiles, folder).catch(() => undefined),
    );
    return (await Promise.all(read)).filter((cluster) => cluster !== undefined);
  };

  const list = async (): Promise<Cluster[]> => {
    const clusters: Cluster[] = [];
    for (const entry of await registry().entries()) {
      try {
        const cluster = await read(entry);
        if (cluster !== undefined) clusters.push({ ...cluster, ...(entry.mark && { mark: entry.mark }) });
      } catch (error) {
        if (!ClusterError.is(error, 'busy')) onProblem(error);
      }
    }
    return clusters;
  };

  const probeContext = async (cluster: Cluster, deadlineMs: number): Promise<ProbeContext> => ({
    runtime: await machine.runtime(cluster),
    sharding: sharding(cluster),
    credentials: (node) => credentials(cluster, node),
    deadlineMs,
  });

  const coordinatorStatus = async (cluster: Cluster, signal?: AbortSignal): Promise<ClusterStatus> =>
    probeNodes(coordinators(cluster), await probeContext(cluster, PATIENCE_MS), signal);

  const primaryOf = async (cluster: Cluster): Promise<ClusterNode> => {
    const roles = await coordinatorStatus(cluster);
    const primary = primaryIn(cluster, roles);
    if (primary) return primary;
    const primaries = primariesIn(cluster, roles).map(({ name }) => name);
    if (primaries.length > 1) {
      throw new ClusterError(
        'not-found',
        `${primaries.join(' and ')} both say that they are the primary coordinator of “${cluster.name}”.`,
        { what: cluster.name },
        { nextStep: 'Stop the one that is out of date, then try again.' },
      );
    }
    throw new ClusterError(
      'not-found',
      `No primary coordinator of “${cluster.name}” answers.`,
      { what: cluster.name },
      { nextStep: 'Start the cluster, then try again.' },
    );
  };

  return {
    list,

    installs: () => machine.findInstalls(settings().binDirectory),

    async propose(wishes) {
      const { directory } = settings();
      const described = await descriptions();
      return await propose(wishes, {
        ...(await lookAround(machine, settings(), wishes.binDirectory)),
        directory,
        takenNames: new Set(described.filter(({ status: is }) => is === 'ready').map(({ name }) => name)),
        reservedPorts: portsOf(described),
        isPortFree: (port) => machine.isPortFree(port),
      });
    },

    provision: (request, options) =>
      exclusively(request.name, options, async (limits) => {
        const { osUser, download } = settings();
        const platform = await obtain(request.platform, machine, download, limits);
        const context = {
          machine,
          registry: registry(),
          secretStore,
          sharding: shardings[platform.sharding],
          osUser,
        };
        // What a crashed attempt of the same name left is in the way: it goes first.
        const earlier = (await context.registry.entries()).find(({ name }) => name === request.name);
        if (earlier !== undefined) await readOrRecover(earlier, recovery());
        return await provision({ ...request, platform }, context, limits);
      }),

    async removeDownload() {
      const { folder } = settings().download;
      const downloaded = await machine.downloads.downloaded(folder);
      const user = (await list()).find(
        ({ runtime }) => runtime.kind === 'local' && runtime.binDirectory === downloaded?.binDirectory,
      );
      if (user) {
        throw new ClusterError(
          'in-use',
          `The servers of cluster “${user.name}” are of the downloaded PostgreSQL.`,
          { cluster: user.name },
          { nextStep: 'Destroy that cluster first.' },
        );
      }
      await machine.downloads.remove(folder);
      return downloaded !== undefined;
    },

    createServerUser: () => machine.createServerUser(settings().osUser),

    addWorker: (cluster, options) =>
      exclusively(cluster.name, options, async (limits) => {
        const described = (await readDescription(machine.ownFiles, cluster.folder)) ?? cluster;
        const wanted = Math.max(FIRST_WORKER_PORT, ...workers(described).map(({ port: last }) => last + 1));
        const port = await nextFreePort(wanted, new Set(), {
          reservedPorts: portsOf(await descriptions()),
          isPortFree: (candidate) => machine.isPortFree(candidate),
        });
        const context = { machine, ...(await addingContext(described)) };
        return await addWorker(described, port, context, limits);
      }),

    start: (cluster, nodes = cluster.nodes, options) =>
      exclusively(cluster.name, options, async (limits) => {
        await startNodes(nodes, await machine.runtime(cluster), limits);
      }),

    stop: (cluster, nodes = cluster.nodes, options) =>
      exclusively(cluster.name, options, async (limits) => {
        await stopNodes(nodes, await machine.runtime(cluster), limits);
      }),

    restart: (cluster, nodes = cluster.nodes, options) =>
      exclusively(cluster.name, options, async (limits) => {
        const runtime = await machine.runtime(cluster);
        await stopNodes(nodes, runtime, limits);
        await startNodes(nodes, runtime, limits);
      }),

    destroy: (cluster, options) =>
      exclusively(cluster.name, options, async () => {
        const runtime = await machine.runtime(cluster);
        // From here on there is no way back: a crash leaves a cluster that the next look finishes removing.
        await writeDescription(runtime.files, { ...cluster, status: 'destroying' });
        return await removeCluster(cluster, runtime, { registry: registry(), secretStore });
      }),

    moveTable: (from, table, to, options) =>
      cancellable(options, async (limits) => {
        const side = async (cluster: Cluster): Promise<MoveSide> => ({
          sharding: sharding(cluster),
          primary: await credentials(cluster, await primaryOf(cluster)),
        });
        return await moveTable(await side(from), table, await side(to), limits);
      }),

    host: async (cluster, node) => (await machine.runtime(cluster)).node(node.name),

    async hasPsql(cluster) {
      const [node] = cluster.nodes;
      if (node === undefined) return false;
      const login = { ...peerAddress(node), user: cluster.superuser, database: cluster.database };
      return typeof (await (await machine.runtime(cluster)).node(node.name).psql(login)) !== 'string';
    },

    async mark(cluster, mark) {
      await registry().mark(cluster.id, mark);
      for (const listener of listeners) listener();
    },

    credentials,

    status: async (cluster, { patiently = false, signal } = {}) =>
      probeNodes(cluster.nodes, await probeContext(cluster, patiently ? PATIENCE_MS : GLANCE_MS), signal),

    coordinatorStatus,

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

const portsOf = (clusters: readonly Cluster[]): ReadonlySet<number> =>
  new Set(clusters.flatMap(({ nodes }) => nodes.map(({ port }) => port)));

const readResource = async (machine: Machine, folder: string, name: string): Promise<string> => {
  const text = await machine.ownFiles.read(path.join(folder, name));
  if (text === undefined) throw new Error(`${path.join(folder, name)} is missing from this installation.`);
  return text;
};
