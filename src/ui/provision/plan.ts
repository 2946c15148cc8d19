import type { ClusterService } from '../../cluster/clusters.ts';
import type { Proposal, ProposedNode, ProvisionWishes } from '../../cluster/provision/request.ts';
import type { PostgresInstall } from '../../postgres/install.ts';
import { count, dotted } from '../format.ts';

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
  'name' | 'folder' | 'coordinators' | 'workers' | 'coordinatorPorts' | 'workerPorts' | 'install';

/** One line of the dialog; `accept` provisions. */
export interface PlanLine {
  readonly does: 'accept' | Change;
  readonly label: string;
  readonly description: string;
  readonly detail?: string;
}

/** The dialog's lines: the whole plan first, ready to accept, then what can be changed in it. */
export const planLines = ({ wishes, proposal }: Draft): PlanLine[] => {
  const { name, folder, coordinators, workers, install } = proposal;
  const asProposed = Object.keys(wishes).length === 0 ? ' as proposed' : '';
  return [
    {
      does: 'accept',
      label: `$(rocket) Provision “${name}”${asProposed}`,
      description: takenPorts([...coordinators, ...workers]),
      detail: dotted(
        `${count(coordinators.length, 'coordinator')} on ${portList(coordinators)}`,
        `${count(workers.length, 'worker')} on ${portList(workers)}`,
        installName(install),
        folder,
      ),
    },
    { does: 'name', label: '$(tag) Name', description: name },
    { does: 'folder', label: '$(folder) Folder', description: folder },
    {
      does: 'coordinators',
      label: '$(server-environment) Coordinators',
      description: coordinatorCount(coordinators.length),
    },
    { does: 'workers', label: '$(server) Workers', description: String(workers.length) },
    {
      does: 'coordinatorPorts',
      label: '$(plug) Ports of the coordinators',
      description: dotted(portList(coordinators), takenPorts(coordinators)),
    },
    {
      does: 'workerPorts',
      label: '$(plug) Ports of the workers',
      description: dotted(portList(workers), takenPorts(workers)),
    },
    {
      does: 'install',
      label: '$(database) PostgreSQL',
      description: dotted(installName(install), install.binDirectory),
    },
  ];
};

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

/** `PostgreSQL 15.20, Citus 13.2.2`. */
export const installName = ({ version, citusVersion }: PostgresInstall): string =>
  `PostgreSQL ${version}, ${citusVersion === undefined ? 'no Citus' : `Citus ${citusVersion}`}`;

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
