import * as v from 'valibot';
import type { ServerFiles } from '../runtime/runtime.ts';
import { ClusterError } from './errors.ts';
import { type Cluster, ClusterDescription, paths, SCHEMA_VERSION } from './model.ts';

/** A description of before there were several runtimes: its servers are local ones. */
const FirstDescription = v.looseObject({
  schemaVersion: v.literal(1),
  postgres: v.object({ binDirectory: v.string(), version: v.string() }),
  osUser: v.optional(v.string()),
});

/** Brings a description of an older version of ours into today's shape; leaves anything else as it is. */
const bringUpToDate = (description: unknown): unknown => {
  if (!v.is(FirstDescription, description)) return description;
  const { postgres, osUser, ...rest } = description;
  return {
    ...rest,
    schemaVersion: SCHEMA_VERSION,
    postgresVersion: postgres.version,
    runtime: { kind: 'local', binDirectory: postgres.binDirectory, osUser },
  };
};

/**
 * Reads the description in a cluster's folder.
 * @returns undefined where there is none
 * @throws ClusterError `damaged-description` where it can't be understood, or a newer version of ours wrote it
 */
export const readDescription = async (files: ServerFiles, folder: string): Promise<Cluster | undefined> => {
  const file = paths.description(folder);
  const text = await files.read(file);
  if (text === undefined) return undefined;
  try {
    return { ...v.parse(ClusterDescription, bringUpToDate(JSON.parse(text))), folder };
  } catch (cause) {
    throw new ClusterError(
      'damaged-description',
      `The description of a cluster, ${file}, can't be read by this version (which reads schema ${SCHEMA_VERSION}).`,
      { file },
      { nextStep: 'Update the extension, or mend the file. Its servers and data are untouched.', cause },
    );
  }
};

/** Writes the description atomically, so that another window never reads half of it. */
export const writeDescription = async (files: ServerFiles, cluster: Cluster): Promise<void> => {
  const description = v.parse(ClusterDescription, cluster);
  await files.write(
    paths.description(cluster.folder),
    JSON.stringify(description, undefined, 2) + '\n',
    0o600,
  );
};
