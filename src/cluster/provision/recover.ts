import type { Machine } from '../../runtime/runtime.ts';
import { readDescription } from '../description.ts';
import type { Cluster } from '../model.ts';
import type { Registry, RegistryEntry } from '../registry.ts';
import type { SecretStore } from '../secrets.ts';
import { type AddingContext, takeBack } from './addWorker.ts';
import { removeCluster } from './rollback.ts';

/**
 * Reads a registered cluster; one whose making or removal was cut off by a crash is rolled back to nothing, and a
 * worker that was being added is taken out.
 * The caller holds the cluster's lock, so nobody is at work on it.
 * @returns the cluster, or undefined where there is none (any more)
 * @throws ClusterError `damaged-description`, `not-found` where the primary is needed and doesn't answer; CommandError
 * where something can't be removed
 */
export const readOrRecover = async (
  entry: RegistryEntry,
  context: {
    machine: Machine;
    registry: Registry;
    secretStore: SecretStore;
    adding: (cluster: Cluster) => Promise<Omit<AddingContext, 'machine'>>;
  },
): Promise<Cluster | undefined> => {
  const { machine } = context;
  const cluster = await readDescription(machine.ownFiles, entry.folder);
  if (cluster?.status === 'ready') {
    if (cluster.adding === undefined) return cluster;
    return await takeBack(cluster, await machine.runtime(cluster), await context.adding(cluster));
  }
  // Without a description nothing but the folder has been made.
  const remains = cluster ?? { ...entry, nodes: [], runtime: { kind: 'local', binDirectory: '' } as const };
  await removeCluster(remains, await machine.runtime(remains), context);
  return undefined;
};
