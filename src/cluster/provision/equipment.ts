import type { Machine } from '../../runtime/runtime.ts';
import { ClusterError } from '../errors.ts';
import type { ClusterSettings } from '../service.ts';
import type { Equipment } from './platform.ts';
import type { PlatformObstacle } from './request.ts';

/**
 * Looks at what a machine has to make clusters of. Nothing is made or fetched.
 * @param binDirectory folder of a PostgreSQL that the usual search doesn't find; wins over the setting
 */
export const lookAround = async (
  machine: Machine,
  settings: Pick<ClusterSettings, 'binDirectory' | 'download' | 'image' | 'memoryMegabytes'>,
  binDirectory: string | undefined,
): Promise<{ equipment: Equipment; obstacles: PlatformObstacle[] }> => {
  const { image, memoryMegabytes, download } = settings;
  const [installs, downloaded, engine] = await Promise.all([
    machine.findInstalls(binDirectory ?? settings.binDirectory),
    machine.downloads.downloaded(download.folder),
    machine.containers.findEngine(),
  ]);
  const { offer } = machine.downloads;
  const usable = engine !== undefined && 'program' in engine ? engine : undefined;
  const obstacles: PlatformObstacle[] =
    engine === undefined || 'program' in engine ? [] : [{ what: 'docker', ...engine }];
  const contents =
    usable &&
    (await machine.containers.inspectImage(usable, image).catch((error: unknown) => {
      if (!ClusterError.is(error, 'bad-image')) throw error;
      obstacles.push({ what: 'docker', message: error.message, nextStep: error.nextStep ?? '' });
      return 'bad' as const;
    }));
  return {
    equipment: {
      installs: [...installs, ...(downloaded ? [downloaded] : [])],
      ...(usable &&
        contents !== 'bad' && {
          containers: { engine: usable, image, memoryMegabytes, ...(contents && { contents }) },
        }),
      ...(offer && { download: offer }),
    },
    obstacles,
  };
};
