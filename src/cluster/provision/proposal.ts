import path from 'node:path';
import { ClusterError } from '../errors.ts';
import { type Equipment, OLDEST_POSTGRES, type Platform, platformKey, platformsOf } from './platform.ts';
import type { PlatformObstacle, Proposal, ProposedNode, ProvisionWishes } from './request.ts';

const FIRST_COORDINATOR_PORT = 5432;
export const FIRST_WORKER_PORT = 9701;
const LAST_PORT = 65535;
const DEFAULT_NAME = 'demo';

/** What a proposal must know of the machine. */
export interface Surroundings {
  readonly equipment: Equipment;
  readonly obstacles: readonly PlatformObstacle[];
  /** Names and ports of clusters that exist, whether they run or not. */
  readonly takenNames: ReadonlySet<string>;
  readonly reservedPorts: ReadonlySet<number>;
  readonly isPortFree: (port: number) => Promise<boolean>;
  /** Folder that clusters are put in unless told otherwise. */
  readonly directory: string;
}

/**
 * Fills in what the wishes leave open.
 * @throws ClusterError `bad-request`, `name-taken`, `no-platform`
 */
export const propose = async (wishes: ProvisionWishes, surroundings: Surroundings): Promise<Proposal> => {
  const name = proposeName(wishes.name, surroundings.takenNames);
  const folder = wishes.folder ?? path.join(surroundings.directory, name);
  if (!path.isAbsolute(folder))
    throw badRequest('folder', `The folder must be a full path, and “${folder}” isn’t.`);
  const platforms = platformsOf(surroundings.equipment);
  const platform = choosePlatform(wishes, platforms, surroundings.equipment);
  const coordinatorCount = count('coordinators', wishes.coordinators ?? 2);
  const workerCount = count('workers', wishes.workers ?? 2);
  const given = new Set<number>();
  const node = async (nodeName: string, usualPort: number): Promise<ProposedNode> => {
    const wanted = portOf(nodeName, wishes.ports?.[nodeName]) ?? usualPort;
    const port = await nextFreePort(wanted, given, surroundings);
    given.add(port);
    return { name: nodeName, port, ...(port !== wanted && { takenPort: wanted }) };
  };
  const nodes = async (kind: string, howMany: number, firstPort: number): Promise<ProposedNode[]> => {
    const made: ProposedNode[] = [];
    for (let i = 1; i <= howMany; i++) made.push(await node(`${kind}${i}`, firstPort + i - 1));
    return made;
  };
  return {
    name,
    folder: path.normalize(folder),
    coordinators: await nodes('coordinator', coordinatorCount, FIRST_COORDINATOR_PORT),
    workers: await nodes('worker', workerCount, FIRST_WORKER_PORT),
    platform,
    platforms,
    obstacles: surroundings.obstacles,
  };
};

/** What is wrong with a cluster's name, in words; undefined where nothing is. */
export const nameProblem = (name: string): string | undefined =>
  /^[a-z0-9][a-z0-9_-]{0,40}$/.test(name)
    ? undefined
    : 'A name has 1 to 41 lower-case letters, digits, “-” and “_”, and begins with a letter or digit.';

const proposeName = (wanted: string | undefined, taken: ReadonlySet<string>): string => {
  if (wanted === undefined) {
    if (!taken.has(DEFAULT_NAME)) return DEFAULT_NAME;
    for (let i = 2; ; i++) if (!taken.has(`${DEFAULT_NAME}${i}`)) return `${DEFAULT_NAME}${i}`;
  }
  const problem = nameProblem(wanted);
  if (problem !== undefined) throw badRequest('name', problem);
  if (taken.has(wanted)) {
    throw new ClusterError(
      'name-taken',
      `There is a cluster named “${wanted}” already.`,
      { name: wanted },
      { nextStep: 'Choose another name, or destroy that cluster first.' },
    );
  }
  return wanted;
};

const choosePlatform = (
  { platform: wanted, binDirectory }: ProvisionWishes,
  platforms: readonly Platform[],
  { installs }: Equipment,
): Platform => {
  const named = wanted === undefined ? undefined : platforms.find((each) => platformKey(each) === wanted);
  const shown = platforms.find(
    (platform) =>
      binDirectory !== undefined &&
      platform.kind === 'local' &&
      platform.install.binDirectory === binDirectory,
  );
  const chosen = named ?? shown ?? platforms[0];
  if (chosen !== undefined) return chosen;
  const old = installs.map(
    ({ version, binDirectory: folder }) => `PostgreSQL ${version} in ${folder} is too old`,
  );
  throw new ClusterError(
    'no-platform',
    `A cluster needs PostgreSQL ${OLDEST_POSTGRES} or later. ${old.length === 0 ? 'None was found on this machine' : old.join('; ')}.`,
    { searched: installs.map((install) => install.binDirectory) },
    {
      nextStep:
        'Install PostgreSQL or Docker, or name the folder of a PostgreSQL in the setting citus.postgres.binDirectory. On Windows, open the folder in WSL or in a dev container.',
    },
  );
};

const count = (field: 'coordinators' | 'workers', value: number): number => {
  if (!Number.isInteger(value) || value < 1 || value > 32) {
    throw badRequest(field, `The number of ${field} must be from 1 to 32.`);
  }
  return value;
};

const portOf = (node: string, port: number | undefined): number | undefined => {
  if (port !== undefined && (!Number.isInteger(port) || port < 1024 || port > LAST_PORT)) {
    throw badRequest('ports', `${node}’s port must be from 1024 to ${LAST_PORT}, and ${port} isn’t.`);
  }
  return port;
};

/**
 * The first port from `wanted` on that nobody has.
 * @param given ports that are about to be used
 * @throws ClusterError `bad-request` where there is none
 */
export const nextFreePort = async (
  wanted: number,
  given: ReadonlySet<number>,
  { reservedPorts, isPortFree }: Pick<Surroundings, 'reservedPorts' | 'isPortFree'>,
): Promise<number> => {
  for (let port = wanted; port <= LAST_PORT; port++) {
    if (!given.has(port) && !reservedPorts.has(port) && (await isPortFree(port))) return port;
  }
  throw badRequest('ports', `No port from ${wanted} up is free.`);
};

const badRequest = (field: string, message: string): ClusterError =>
  new ClusterError('bad-request', message, { field });
