import type { ClusterService } from '../../cluster/clusters.ts';
import { type Platform, platformKey } from '../../cluster/provision/platform.ts';
import type { Proposal, ProposedNode, ProvisionWishes } from '../../cluster/provision/request.ts';
import { count, dotted, formatBytes } from '../format.ts';
import { SHARDING_WORDS } from '../shardingWords.ts';

/** What the person has asked for so far, and what that comes to. */
export interface Draft {
  readonly wishes: ProvisionWishes;
  readonly proposal: Proposal;
}

/** @throws ClusterError where the wishes can't be met */
export const draft = async (
  service: Pick<ClusterService, 'propose'>,
  wishes: ProvisionWishes,
): Promise<Draft> => ({ wishes, proposal: await service.propose(wishes) });

/** What can be changed before provisioning. */
export type Change =
  'name' | 'folder' | 'coordinators' | 'workers' | 'coordinatorPorts' | 'workerPorts' | 'platform';

/** What picking a line does. */
export type PlanAction =
  | { readonly kind: 'provision'; readonly platform: Platform }
  | { readonly kind: 'change'; readonly change: Change }
  /** Shows how to get what isn't there. */
  | { readonly kind: 'installCitus' }
  | { readonly kind: 'obstacle'; readonly message: string; readonly nextStep: string };

/** One line of the dialog. */
export interface PlanLine {
  readonly does: PlanAction;
  readonly label: string;
  readonly description: string;
  readonly detail?: string;
  /** Whether what it makes has limits that a person should be able to read first. */
  readonly hasLimits?: boolean;
}

/** The lines that are ready to accept, best first, and what stands in the way of others. */
export const wayLines = ({ wishes, proposal }: Draft): PlanLine[] => {
  const [best] = proposal.platforms;
  // Where Citus itself is at hand, or the person has chosen, there is nothing more to decide.
  if (wishes.platform !== undefined || wishes.binDirectory !== undefined || isInstalledWhole(best)) {
    return [provisionLine({ wishes, proposal }, proposal.platform)];
  }
  const containers = proposal.platforms.filter(({ kind }) => kind === 'docker');
  const builtIn = proposal.platforms.filter(({ kind }) => kind !== 'docker').slice(0, 1);
  const offer = (platform: Platform): PlanLine => provisionLine({ wishes, proposal }, platform, true);
  return [
    ...containers.map(offer),
    ...proposal.obstacles.map(obstacleLine),
    INSTALL_CITUS,
    ...builtIn.map(offer),
  ];
};

/** What can be changed in the plan. */
export const changeLines = ({ proposal }: Draft): PlanLine[] => {
  const { name, folder, coordinators, workers, platform } = proposal;
  const line = (change: Change, label: string, description: string): PlanLine => ({
    does: { kind: 'change', change },
    label,
    description,
  });
  return [
    line('name', '$(tag) Name', name),
    line('folder', '$(folder) Folder', folder),
    line('coordinators', '$(server-environment) Coordinators', coordinatorCount(coordinators.length)),
    line('workers', '$(server) Workers', String(workers.length)),
    line(
      'coordinatorPorts',
      '$(plug) Ports of the coordinators',
      dotted(portList(coordinators), takenPorts(coordinators)),
    ),
    line('workerPorts', '$(plug) Ports of the workers', dotted(portList(workers), takenPorts(workers))),
    line('platform', '$(database) Servers', dotted(platformName(platform), platformPlace(platform))),
  ];
};

const provisionLine = ({ wishes, proposal }: Draft, platform: Platform, isOneOfSeveral = false): PlanLine => {
  const { name, folder, coordinators, workers } = proposal;
  const asProposed = Object.keys(wishes).length === 0 ? ' as proposed' : '';
  const how = isOneOfSeveral ? ` with ${wayName(platform)}` : asProposed;
  return {
    does: { kind: 'provision', platform },
    label: `$(rocket) Provision “${name}”${how}`,
    description: takenPorts([...coordinators, ...workers]),
    detail: dotted(
      `${count(coordinators.length, 'coordinator')} on ${portList(coordinators)}`,
      `${count(workers.length, 'worker')} on ${portList(workers)}`,
      platformName(platform),
      folder,
    ),
    ...(SHARDING_WORDS[platform.sharding].hasLimits && { hasLimits: true }),
  };
};

export const INSTALL_CITUS: PlanLine = {
  does: { kind: 'installCitus' },
  label: '$(book) How to install Citus…',
  description: 'on this machine, for all that it can do',
};

/** A line for something that would work if something were mended. */
export const obstacleLine = ({ message, nextStep }: Proposal['obstacles'][number]): PlanLine => ({
  does: { kind: 'obstacle', message, nextStep },
  label: '$(circle-slash) Citus in Docker: not right now',
  description: message,
});

const isInstalledWhole = (platform: Platform | undefined): boolean =>
  platform?.kind === 'local' && !SHARDING_WORDS[platform.sharding].hasLimits;

const ENGINES = { docker: 'Docker', podman: 'Podman' } as const;

/** `Citus in Docker`, `built-in sharding (postgres_fdw)`. */
const wayName = (platform: Platform): string => {
  const { name } = SHARDING_WORDS[platform.sharding];
  return platform.kind === 'docker' ? `${name} in ${ENGINES[platform.engine.kind]}` : name;
};

/** `PostgreSQL 15.20, Citus 13.2.2`, `PostgreSQL 17.10 (downloaded first, 23 MB), built-in sharding`. */
export const platformName = (platform: Platform): string => {
  switch (platform.kind) {
    case 'local': {
      const { version, citusVersion } = platform.install;
      return serverName(platform.sharding, version, citusVersion);
    }
    case 'download':
      return `PostgreSQL ${platform.version} (downloaded first, ${formatBytes(platform.bytes)}), ${SHARDING_WORDS[platform.sharding].name}`;
    case 'docker': {
      const { contents, sharding } = platform;
      const engine = ENGINES[platform.engine.kind];
      if (contents === undefined) return `${platform.image} (pulled first), in ${engine}`;
      return `${serverName(sharding, contents.postgresVersion, contents.citusVersion)}, in ${engine}`;
    }
  }
};

/** `PostgreSQL 15.20, Citus 13.2.2`. */
const serverName = (
  sharding: Platform['sharding'],
  version: string,
  citusVersion: string | undefined,
): string => {
  const { name, hasLimits } = SHARDING_WORDS[sharding];
  return `PostgreSQL ${version}, ${[name, hasLimits ? undefined : citusVersion].filter(Boolean).join(' ')}`;
};

/** Where it comes from: a folder, an image. */
export const platformPlace = (platform: Platform): string => {
  switch (platform.kind) {
    case 'local':
      return platform.install.binDirectory;
    case 'download':
      return '';
    case 'docker':
      return platform.image;
  }
};

/** The wish for a platform. */
export const wishFor = (platform: Platform): Pick<ProvisionWishes, 'platform'> => ({
  platform: platformKey(platform),
});

/** `5432, 5433`. */
export const portList = (nodes: readonly ProposedNode[]): string => nodes.map(({ port }) => port).join(', ');

/** `5432 is taken, 5434 instead`, `5432, 5433 are taken`; empty where every port is as wanted. */
const takenPorts = (nodes: readonly ProposedNode[]): string => {
  const replaced = nodes.filter(({ takenPort }) => takenPort !== undefined);
  const taken = replaced.map(({ takenPort }) => takenPort).join(', ');
  if (replaced.length === 1) return `${taken} is taken, ${portList(replaced)} instead`;
  return replaced.length === 0 ? '' : `${taken} are taken`;
};

/** `1 primary and 1 standby`. */
export const coordinatorCount = (n: number): string =>
  n === 1 ? '1 primary, no standby' : `1 primary and ${count(n - 1, 'standby')}`;

/**
 * Reads ports as people type them, separated by commas or blanks.
 * @returns the port of each node by its name, or what is wrong in words
 */
export const parsePorts = (
  text: string,
  nodeNames: readonly string[],
): Readonly<Record<string, number>> | string => {
  const words = text.split(/[\s,;]+/).filter((word) => word !== '');
  if (words.length !== nodeNames.length) {
    return `Give ${count(nodeNames.length, 'port')}, one for each of ${nodeNames.join(', ')}.`;
  }
  const ports = words.map(Number);
  const wrong = words.find((_, index) => {
    const port = ports[index] ?? NaN;
    return !Number.isInteger(port) || port < 1 || port > 65535;
  });
  if (wrong !== undefined) return `“${wrong}” is not a port: a port is a number from 1 to 65535.`;
  const twice = ports.find((port, index) => ports.indexOf(port) !== index);
  if (twice !== undefined) return `Each node needs a port of its own, and ${twice} is there twice.`;
  return Object.fromEntries(nodeNames.map((name, index) => [name, ports[index] ?? 0]));
};
