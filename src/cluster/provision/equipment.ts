import { CommandError, type Machine } from '../../runtime/runtime.ts';
import { ClusterError } from '../errors.ts';
import type { ClusterSettings } from '../service.ts';
import { type Equipment, imageProblem, OTHER_IMAGE } from './platform.ts';
import type { PlatformObstacle } from './request.ts';

type Wanted = Pick<ClusterSettings, 'binDirectory' | 'download' | 'image' | 'memoryMegabytes'>;
type Containers = NonNullable<Equipment['containers']>;

/**
 * Looks at what a machine has to make clusters of. Nothing is made or fetched.
 * @param binDirectory folder of a PostgreSQL that the usual search doesn't find; wins over the setting
 */
export const lookAround = async (
  machine: Machine,
  settings: Wanted,
  binDirectory: string | undefined,
): Promise<{ equipment: Equipment; obstacles: PlatformObstacle[] }> => {
  const [installs, downloaded, containers] = await Promise.all([
    machine.findInstalls(binDirectory ?? settings.binDirectory),
    machine.downloads.downloaded(settings.download.folder),
    lookAtContainers(machine, settings),
  ]);
  const { offer } = machine.downloads;
  const usable = containers !== undefined && 'engine' in containers ? containers : undefined;
  return {
    equipment: {
      installs: [...installs, ...(downloaded ? [downloaded] : [])],
      ...(usable && { containers: usable }),
      ...(offer && { download: offer }),
    },
    obstacles: containers !== undefined && 'what' in containers ? [containers] : [],
  };
};

/** @returns what containers can be made of, or why they can't; undefined where there is nothing of the kind */
const lookAtContainers = async (
  { containers }: Machine,
  { image, memoryMegabytes }: Wanted,
): Promise<Containers | PlatformObstacle | undefined> => {
  try {
    const engine = await containers.findEngine();
    if (engine === undefined) return undefined;
    if (!('program' in engine)) return { what: 'docker', ...engine };
    const contents = await containers.inspectImage(engine, image);
    const message = contents && imageProblem(image, contents);
    if (message !== undefined) return { what: 'docker', message, nextStep: OTHER_IMAGE };
    return { engine, image, memoryMegabytes, ...(contents && { contents }) };
  } catch (error) {
    // An engine or an image that is broken must not keep a person from what else there is.
    if (!(error instanceof ClusterError) && !(error instanceof CommandError)) throw error;
    const nextStep = error instanceof ClusterError ? error.nextStep : error.output;
    return { what: 'docker', message: error.message, nextStep: nextStep ?? '' };
  }
};
