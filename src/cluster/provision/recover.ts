import type { Machine } from '../../runtime/runtime.ts';
import { readDescription } from '../description.ts';
import type { Cluster } from '../model.ts';
import type { Registry, RegistryEntry } from '../registry.ts';
import type { SecretStore } from '../secrets.ts';
import { removeCluster } from './rollback.ts';

/**
 * Reads a registered cluster; one whose making or removal was cut off by a crash is rolled back to nothing.
 * The caller holds the cluster's lock, so nobody is at work on it.
 * @returns the cluster, or undefined where there is none (any more)
 * @throws ClusterError `damaged-description`; CommandError where something of it can't be removed
 */
export const readOrRecover = async (
  entry: RegistryEntry,
  context: { machine: Machine; registry: Registry; secretStore: SecretStore },
): Promise<Cluster | undefined> => {
  const { machine } = context;
  const cluster = await readDescription(machine.ownFiles, entry.folder);
  if (cluster?.status === 'ready') return cluster;
  // Without a description nothing but the folder has been made.
  const remains = cluster ?? { ...entry, nodes: [], runtime: { kind: 'local', binDirectory: '' } as const };
  await removeCluster(remains, await machine.runtime(remains), context);
  return undefined;
};
