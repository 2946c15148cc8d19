import path from 'node:path';
import * as v from 'valibot';
import type { Endpoint } from '../postgres/endpoint.ts';
import { RuntimeChoice } from '../runtime/choice.ts';
import { CLUSTER_COLOURS } from '../contract/marks.ts';
import { SHARDING_IDS } from '../sharding/sharding.ts';

/** Version of the description's shape; raised when an older reader could misunderstand a newer file. */
export const SCHEMA_VERSION = 2;

/** What a server was made to be. Whether a coordinator is primary or standby is asked of the server, never stored. */
const NodeKind = v.picklist(['coordinator', 'worker']);

const Port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535));

/** Names become folder names and replication slot names, so they keep to what both allow. */
const NodeName = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]{0,30}$/));

export const ClusterNode = v.object({
  name: NodeName,
  kind: NodeKind,
  /** The address that this machine reaches it by. */
  host: v.string(),
  port: Port,
  /** The address that the other nodes reach it by, where that is another one. */
  peerAddress: v.optional(v.object({ host: v.string(), port: Port })),
});
export type ClusterNode = v.InferOutput<typeof ClusterNode>;

export const ClusterDescription = v.object({
  schemaVersion: v.literal(SCHEMA_VERSION),
  id: v.pipe(v.string(), v.uuid()),
  name: v.string(),
  /** Whoever finds a cluster that isn't `ready`, with nobody at work on it, removes what there is of it. */
  status: v.picklist(['provisioning', 'ready', 'destroying']),
  /** Name of a node that is being added. Whoever finds one, with nobody at work on the cluster, takes it out again. */
  adding: v.optional(v.string()),
  createdAt: v.string(),
  sharding: v.picklist(SHARDING_IDS),
  /** Version of what spreads the tables. */
  shardingVersion: v.string(),
  postgresVersion: v.string(),
  runtime: RuntimeChoice,
  superuser: v.string(),
  database: v.string(),
  /** Whether provisioning made the folder itself, and so may remove it. */
  madeFolder: v.boolean(),
  nodes: v.array(ClusterNode),
});
export type ClusterDescription = v.InferOutput<typeof ClusterDescription>;

/** What a person has marked a cluster with, to tell it from others. */
export const ClusterMark = v.object({
  colour: v.optional(v.picklist(CLUSTER_COLOURS)),
  /** Whether to ask before a file writes there. */
  production: v.optional(v.boolean()),
});
export type ClusterMark = v.InferOutput<typeof ClusterMark>;

/** A cluster and the folder that holds it. Paths are derived, so that a folder can be moved. */
export interface Cluster extends ClusterDescription {
  readonly folder: string;
  /** Kept in the list of clusters, not with the cluster. */
  readonly mark?: ClusterMark;
}

/** What a cluster keeps in its folder, wherever its servers run. */
export const paths = {
  description: (folder: string): string => path.join(folder, 'cluster.json'),
  /** Passwords by the addresses that this machine reaches the nodes by. */
  passfile: (folder: string): string => path.join(folder, 'passfile'),
};

/** The address that the other nodes reach a node by. */
export const peerAddress = ({ host, port, peerAddress }: ClusterNode): Endpoint =>
  peerAddress ?? { host, port };

/** The coordinators in the order they were made; the first one began as the primary. */
export const coordinators = (cluster: Pick<Cluster, 'nodes'>): ClusterNode[] =>
  cluster.nodes.filter((node) => node.kind === 'coordinator');

export const workers = (cluster: Pick<Cluster, 'nodes'>): ClusterNode[] =>
  cluster.nodes.filter((node) => node.kind === 'worker');
