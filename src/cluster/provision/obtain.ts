import type { ServerVersions } from '../../postgres/install.ts';
import type { DownloadPlace, Machine } from '../../runtime/runtime.ts';
import type { OperationOptions } from '../clusters.ts';
import { ClusterError } from '../errors.ts';
import {
  type ContainerPlatform,
  imageProblem,
  type LocalPlatform,
  OTHER_IMAGE,
  type Platform,
} from './platform.ts';

/** A platform of which everything is on this machine. */
export type ReadyPlatform = LocalPlatform | (ContainerPlatform & { readonly contents: ServerVersions });

/**
 * Gets what a platform lacks: downloads PostgreSQL, pulls an image.
 * @param place for a downloaded PostgreSQL
 * @throws ClusterError; `cancelled` when the signal was aborted
 */
export const obtain = async (
  platform: Platform,
  machine: Machine,
  place: DownloadPlace,
  options: OperationOptions,
): Promise<ReadyPlatform> => {
  try {
    return await obtainFrom(platform, machine, place, options);
  } catch (error) {
    if (!options.signal?.aborted) throw error;
    throw new ClusterError('cancelled', 'Cancelled; no cluster was made.', { cluster: '' }, { cause: error });
  }
};

const obtainFrom = async (
  platform: Platform,
  machine: Machine,
  place: DownloadPlace,
  options: OperationOptions,
): Promise<ReadyPlatform> => {
  switch (platform.kind) {
    case 'local':
      return platform;
    case 'download': {
      const install = await machine.downloads.download(place, {
        ...(options.signal && { signal: options.signal }),
        onProgress: (received, total) =>
          options.onProgress?.({
            running: [`Download PostgreSQL ${platform.version}`],
            done: received,
            total,
          }),
      });
      return { kind: 'local', sharding: platform.sharding, install };
    }
    case 'docker': {
      const { contents } = platform;
      return contents ? { ...platform, contents } : await pull(platform, machine, options);
    }
  }
};

const pull = async (
  platform: ContainerPlatform,
  { containers }: Machine,
  { signal, onProgress }: OperationOptions,
): Promise<ReadyPlatform> => {
  const { engine, image } = platform;
  const running = [`Pull the image ${image}`];
  onProgress?.({ running, done: 0, total: 1 });
  await containers.pullImage(engine, image, {
    ...(signal && { signal }),
    onProgress: (done, total) => onProgress?.({ running, done, total }),
  });
  const contents = await containers.inspectImage(engine, image);
  if (contents === undefined) {
    throw new ClusterError(
      'no-image',
      `The image ${image} was pulled, but is not there.`,
      { image },
      { nextStep: 'Look at the images of this machine, and try again.' },
    );
  }
  const problem = imageProblem(image, contents);
  if (problem !== undefined) {
    throw new ClusterError('bad-image', problem, { image }, { nextStep: OTHER_IMAGE });
  }
  return { ...platform, contents };
};
