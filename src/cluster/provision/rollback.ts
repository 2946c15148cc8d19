import type { Runtime, ServerFiles } from '../../runtime/runtime.ts';
import { type ClusterNode, paths } from '../model.ts';
import type { Registry } from '../registry.ts';
import type { SecretStore } from '../secrets.ts';
import { passwordFile } from './steps.ts';

/** What provisioning makes in a cluster's folder, and nothing else. */
const madePaths = (folder: string, nodes: readonly ClusterNode[]): string[] => [
  ...nodes.flatMap(({ name }) => [paths.data(folder, name), paths.log(folder, name)]),
  paths.sockets(folder),
  paths.passfile(folder),
  passwordFile(folder),
  // Last, so that an interrupted removal can be taken up again.
  paths.description(folder),
];

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
  const stayed = await clearFolder(runtime, cluster);
  await secretStore.delete(cluster.id);
  await registry.remove(cluster.id);
  return stayed;
};

const clearFolder = async (runtime: Runtime, cluster: Removable): Promise<string[]> => {
  const { folder, nodes } = cluster;
  await runtime.endProcesses(
    folder,
    nodes.map(({ name }) => paths.data(folder, name)),
  );
  for (const made of madePaths(folder, nodes)) await runtime.files.remove(made);
  await removeUnfinishedWrites(runtime.files, folder);
  if (cluster.madeFolder && (await runtime.files.removeIfEmpty(folder))) return [];
  return (await runtime.files.list(folder)) ?? [];
};

/** A crash in the middle of an atomic write leaves its temporary file. */
const removeUnfinishedWrites = async (files: ServerFiles, folder: string): Promise<void> => {
  const names = (await files.list(folder)) ?? [];
  for (const name of names.filter((candidate) => /\.[0-9a-f]{12}\.new$/.test(candidate))) {
    await files.remove(`${folder}/${name}`);
  }
};
