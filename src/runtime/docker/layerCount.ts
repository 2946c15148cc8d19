/** How far a pull has come, in layers. */
export interface Layers {
  readonly done: number;
  readonly total: number;
}

/** A layer's line of `docker pull`, where it isn't a terminal that reads it: `655064b79fe9: Pull complete`. */
const DOCKER_LAYER = /^([0-9a-f]{12}): (.*)$/;
/** Podman names a layer when it begins with it, and says nothing of its end. */
const PODMAN_LAYER = /^Copying blob (?:sha256:)?([0-9a-f]{12})/;

/**
 * Counts layers in what an engine prints as it pulls an image. Lines that it doesn't know count for nothing: the
 * engine's exit code alone tells whether the image has come.
 * @returns takes a line; gives the count where the line has changed it
 */
export const layerCount = (): ((line: string) => Layers | undefined) => {
  const layers = new Map<string, boolean>();
  return (line) => {
    const [, layer, state] = DOCKER_LAYER.exec(line) ?? PODMAN_LAYER.exec(line) ?? [];
    if (layer === undefined) return undefined;
    const done = state === 'Pull complete' || state === 'Already exists';
    if (layers.get(layer) === done) return undefined;
    layers.set(layer, done);
    return { done: [...layers.values()].filter(Boolean).length, total: layers.size };
  };
};
