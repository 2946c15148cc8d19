import type { Containers } from '../containers.ts';
import { findEngine } from './engine.ts';
import { inspectImage } from './imageContents.ts';
import { pullImage } from './pullImage.ts';

/** Docker, or else Podman, of this machine. */
export const dockerContainers: Containers = {
  findEngine: async () => {
    const engine = await findEngine();
    return engine.state === 'unusable' && engine.reason === 'absent' ? undefined : engine;
  },
  inspectImage: ({ program }, image) => inspectImage(program, image),
  pullImage,
};
