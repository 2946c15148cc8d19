import type { Runtime, ServerFiles } from '../../runtime/runtime.ts';
import { type ClusterNode, paths } from '../model.ts';
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

/**
 * Ends all servers of a folder and removes what provisioning made there, and the folder too if provisioning made it
 * and nothing foreign is in it.
 * @returns what else was in the folder and therefore stayed, by name
 */
export const removeCluster = async (
  runtime: Runtime,
  cluster: { readonly folder: string; readonly madeFolder: boolean; readonly nodes: readonly ClusterNode[] },
): Promise<string[]> => {
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
