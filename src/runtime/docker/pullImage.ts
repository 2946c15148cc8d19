import { statfs } from 'node:fs/promises';
import { ClusterError } from '../../cluster/errors.ts';
import type { ContainerEngine } from '../containers.ts';
import { CommandError } from '../runtime.ts';
import { ask, type Outcome } from './commandLine.ts';
import { layerCount } from './layerCount.ts';
import { askRegistry, imageAddress } from './registry.ts';
import { EngineError, failure, find } from './run.ts';

const DEADLINE_MS = 60 * 60_000;
/** With less than this, an image with PostgreSQL may not fit: packed and unpacked, it takes about a gigabyte. */
const LITTLE_SPACE_BYTES = 1.5 * 1024 ** 3;

/**
 * Gets an image from its registry. Cancelled, it leaves no image; the engine may keep layers that are whole.
 * @param options.onProgress called with numbers of layers
 * @throws ClusterError `no-image` where it can't be had; EngineError; the signal's reason when it is aborted
 */
export const pullImage = async (
  engine: ContainerEngine,
  image: string,
  options: {
    readonly signal?: AbortSignal;
    readonly onProgress?: (done: number, total: number) => void;
  } = {},
): Promise<void> => {
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  const count = layerCount();
  try {
    const outcome = await ask(engine.program, ['pull', qualified(engine, image)], {
      deadlineMs: DEADLINE_MS,
      onLine: (line) => {
        const layers = count(line);
        if (layers) onProgress?.(layers.done, layers.total);
      },
      ...(signal && { signal }),
    });
    if (outcome.exitCode !== 0) throw await whyNot(engine, image, outcome);
  } catch (error) {
    if (error instanceof CommandError && error.cancelled) signal?.throwIfAborted();
    throw error;
  }
};

/** Podman knows no registry that a short name would mean, unless somebody has configured one. */
const qualified = ({ kind }: ContainerEngine, image: string): string => {
  const { host, repository, reference, separator } = imageAddress(image);
  return kind === 'docker' ? image : `${host}/${repository}${separator}${reference}`;
};

/** The engine's own words differ by version and kind, so the registry and the disk are asked what was wrong. */
const whyNot = async (engine: ContainerEngine, image: string, outcome: Outcome): Promise<Error> => {
  const error = await failure(engine.program, `Pulling ${image}`, outcome);
  if (error instanceof EngineError) return error;
  const { host } = imageAddress(image);
  const noImage = (message: string, nextStep: string): ClusterError =>
    new ClusterError('no-image', message, { image }, { nextStep, cause: error });
  switch (await askRegistry(image)) {
    case 'unreachable':
      return noImage(
        `The image ${image} can’t be had: ${host} can’t be reached.`,
        'See that this machine is online, and that proxies and firewalls let it through.',
      );
    case 'absent':
      return noImage(
        `There is no image ${image}, or none for those who aren’t logged in.`,
        `See that its name and version are right, or log in: ${engine.kind} login ${host}`,
      );
    case 'there':
    case 'unknown': {
      const free = await freeBytes(engine);
      return noImage(
        `The image ${image} can’t be had: ${error.output.trim()}`,
        free !== undefined && free < LITTLE_SPACE_BYTES
          ? `Its disk has ${Math.round(free / 1024 ** 2)} MB of free space: make room, for example with “${engine.kind} system prune”.`
          : `Try “${engine.kind} pull ${image}” in a terminal.`,
      );
    }
  }
};

/** Free space where the engine keeps its images; undefined where that is no folder of this machine. */
const freeBytes = async ({ kind, program }: ContainerEngine): Promise<number | undefined> => {
  const format = kind === 'docker' ? '{{.DockerRootDir}}' : '{{.Store.GraphRoot}}';
  const folder = await find(program, ['info', '--format', format]);
  if (folder === undefined) return undefined;
  return await statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  );
};
