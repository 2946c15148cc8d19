import type { HostFiles, Runtime } from '../../runtime/runtime.ts';
import { type ClusterNode, paths } from '../model.ts';
import type { Registry } from '../registry.ts';
import type { SecretStore } from '../secrets.ts';

/** As much of a cluster as its removal needs: what there is of one may not have a description. */
interface Removable {
  readonly id: string;
  readonly folder: string;
  readonly madeFolder: boolean;
  readonly nodes: readonly ClusterNode[];
}

/**
 * Ends all servers of a cluster and removes what provisioning made: in its folder, and the folder too if provisioning
 * made it and nothing foreign is in it; its passwords; and last its registry entry, by which an interrupted removal
 * is found again.
 * @returns what else was in the folder and therefore stayed, by name
 */
export const removeCluster = async (
  cluster: Removable,
  runtime: Runtime,
  { registry, secretStore }: { readonly registry: Registry; readonly secretStore: SecretStore },
): Promise<string[]> => {
  await runtime.remove(cluster.nodes.map(({ name }) => name));
  const stayed = await clearFolder(runtime.files, cluster);
  await secretStore.delete(cluster.id);
  await registry.remove(cluster.id);
  return stayed;
};

const clearFolder = async (files: HostFiles, { folder, madeFolder }: Removable): Promise<string[]> => {
  await files.remove(paths.passfile(folder));
  // Last, so that an interrupted removal can be taken up again.
  await files.remove(paths.description(folder));
  await removeUnfinishedWrites(files, folder);
  if (madeFolder && (await files.removeIfEmpty(folder))) return [];
  return (await files.list(folder)) ?? [];
};

/** A crash in the middle of an atomic write leaves its temporary file. */
const removeUnfinishedWrites = async (files: HostFiles, folder: string): Promise<void> => {
  const names = (await files.list(folder)) ?? [];
  for (const name of names.filter((candidate) => /\.[0-9a-f]{12}\.new$/.test(candidate))) {
    await files.remove(`${folder}/${name}`);
  }
};
