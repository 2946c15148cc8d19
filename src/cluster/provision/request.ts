import type { Platform } from './platform.ts';

/** What to provision. Ports are TCP ports on loopback, in the order of the nodes. */
export interface ProvisionRequest {
  /** Shown to people; lower-case letters, digits, `-` and `_`. */
  readonly name: string;
  /** Absolute path of a folder that doesn't exist yet or is empty. */
  readonly folder: string;
  /** One primary and any number of standbys: at least one port. */
  readonly coordinatorPorts: readonly number[];
  readonly workerPorts: readonly number[];
  readonly platform: Platform;
}

/** What a person asked for; everything left out is proposed. */
export interface ProvisionWishes {
  readonly name?: string;
  readonly folder?: string;
  /** 1 primary and the rest standbys; 2 unless told. */
  readonly coordinators?: number;
  /** 2 unless told. */
  readonly workers?: number;
  /** Wanted port by node name, such as `coordinator2`. */
  readonly ports?: Readonly<Record<string, number>>;
  /** Key of the platform to use, as `platformKey` tells it. */
  readonly platform?: string | undefined;
  /** Folder of a PostgreSQL that the usual search doesn't find. */
  readonly binDirectory?: string | undefined;
}

export interface ProposedNode {
  readonly name: string;
  readonly port: number;
  /** The port that was wanted, where it is taken and `port` replaces it. */
  readonly takenPort?: number;
}

/** A whole request, with what a person should know of it before agreeing. */
export interface Proposal {
  readonly name: string;
  readonly folder: string;
  readonly coordinators: readonly ProposedNode[];
  readonly workers: readonly ProposedNode[];
  readonly platform: Platform;
  /** What else this machine can do, the proposed platform among it, best first. */
  readonly platforms: readonly Platform[];
  /** What it could do if something were mended. */
  readonly obstacles: readonly PlatformObstacle[];
}

/** Why something that this machine might do can't be done right now. */
export interface PlatformObstacle {
  readonly what: 'docker';
  readonly message: string;
  readonly nextStep: string;
}

export const toRequest = (proposal: Proposal): ProvisionRequest => ({
  name: proposal.name,
  folder: proposal.folder,
  coordinatorPorts: proposal.coordinators.map((node) => node.port),
  workerPorts: proposal.workers.map((node) => node.port),
  platform: proposal.platform,
});
