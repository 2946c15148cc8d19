import * as v from 'valibot';

/** How a cluster's servers are run: a part of its description. */
export const RuntimeChoice = v.variant('kind', [
  /** As processes of this machine. */
  v.object({
    kind: v.literal('local'),
    /** Folder with PostgreSQL's programs. */
    binDirectory: v.string(),
    /** OS user that runs the servers, where it isn't the one who runs us. */
    osUser: v.optional(v.string()),
  }),
  /** As containers. */
  v.object({
    kind: v.literal('docker'),
    /** Program that speaks to the engine, `docker` or `podman`, by its full path. */
    program: v.string(),
    image: v.string(),
    /** Most memory that one node may use. */
    memoryMegabytes: v.number(),
  }),
]);
export type RuntimeChoice = v.InferOutput<typeof RuntimeChoice>;

/** How the servers of a cluster listen. */
export interface Network {
  readonly listenAddresses: string;
  /** Who may connect, as pg_hba.conf names addresses. */
  readonly clientAddresses: string;
  /** The port that every server has inside, where that isn't the one it has on this machine. */
  readonly innerPort?: number;
}

/** The network that a runtime's servers listen on. Containers have one of their own, published on loopback only. */
export const networkOf = ({ kind }: Pick<RuntimeChoice, 'kind'>): Network =>
  kind === 'local'
    ? { listenAddresses: '127.0.0.1', clientAddresses: '127.0.0.1/32' }
    : { listenAddresses: '*', clientAddresses: 'all', innerPort: 5432 };
