import { isDeepStrictEqual } from 'node:util';
import type { ClusterService } from '../../cluster/clusters.ts';
import { type Cluster, type ClusterNode, coordinators, peerAddress } from '../../cluster/model.ts';
import type { WatchedCluster } from '../../cluster/monitor.ts';
import { Repeating } from '../../cluster/repeating.ts';
import type { ClusterStatus } from '../../cluster/status.ts';
import { address } from '../../postgres/endpoint.ts';
import { type ConnectOptions, withSession } from '../../postgres/session.ts';
import type { Placement, Shard, ShardedTable } from '../../sharding/sharding.ts';
import { errorMessage } from '../errorText.ts';

const PAUSE_MS = 5000;
const CONNECT_DEADLINE_MS = 1500;
/** For all questions to the coordinator; thousands of tables take a while. */
const METADATA_DEADLINE_MS = 10_000;
/** For one node's sizes. */
const SIZES_DEADLINE_MS = 3000;

/** Bytes on disk. Not complete where a node didn't tell its part. */
export interface Size {
  readonly bytes: number;
  readonly complete: boolean;
}

/** Bytes by shard id, by address of the node that told them. */
type Sizes = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** What is known of a cluster's tables; each part arrives on its own. */
interface Known {
  readonly tables: readonly ShardedTable[] | undefined;
  /** By the table's OID. */
  readonly shards: ReadonlyMap<number, readonly Shard[]> | undefined;
  readonly sizes: Sizes | undefined;
  /** Why the last look failed, in words. */
  readonly failure: string | undefined;
}
const NOTHING: Known = { tables: undefined, shards: undefined, sizes: undefined, failure: undefined };

/**
 * A cluster's tables, shards and sizes, read over short-lived sessions: the metadata from one coordinator,
 * then the sizes from every node at once, since a coordinator would wait for a node that hangs.
 */
export class ClusterTables {
  readonly #service: Pick<ClusterService, 'sharding' | 'credentials'>;
  readonly #watched: () => WatchedCluster | undefined;
  readonly #onChange: () => void;
  readonly #reading = new Repeating(() => this.#read(), PAUSE_MS);
  readonly #disposal = new AbortController();
  #active = false;
  #known = NOTHING;
  /** The nodes that ran when they were last asked. */
  #asked: readonly string[] = [];
  #waiting: (() => void)[] = [];

  /**
   * @param watched what is known of the cluster now; undefined once it is gone
   * @param onChange called when something that people see has changed
   */
  constructor(
    service: Pick<ClusterService, 'sharding' | 'credentials'>,
    watched: () => WatchedCluster | undefined,
    onChange: () => void,
  ) {
    this.#service = service;
    this.#watched = watched;
    this.#onChange = onChange;
  }

  get tables(): readonly ShardedTable[] | undefined {
    return this.#known.tables;
  }

  get failure(): string | undefined {
    return this.#known.failure;
  }

  shards(table: ShardedTable): readonly Shard[] | undefined {
    return this.#known.shards?.get(table.oid);
  }

  /** Bytes of shards taken together, all their placements counted; undefined until the nodes have been asked. */
  size(shards: readonly Shard[]): Size | undefined {
    const { sizes } = this.#known;
    return sizes && sum(sizes, shards);
  }

  tableSize(table: ShardedTable): Size | undefined {
    const shards = this.shards(table);
    return shards && this.size(shards);
  }

  /** Keeps reading until `rest`. */
  follow(): void {
    this.#active = true;
    this.#reading.start();
  }

  rest(): void {
    this.#active = false;
    this.#reading.stop();
  }

  /** Reads again now, where anybody looks. */
  refresh(): Promise<void> {
    return this.#active ? this.#reading.now() : Promise.resolve();
  }

  /** Reads again where nodes have started or stopped since they were asked. */
  nodesChanged(): void {
    const watched = this.#watched();
    if (watched && !isDeepStrictEqual(runningNames(watched), this.#asked)) void this.refresh();
  }

  /** Resolves as soon as there is any news, or after `ms`. */
  async news(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const giveUp = setTimeout(resolve, ms);
      this.#waiting.push(() => {
        clearTimeout(giveUp);
        resolve();
      });
    });
  }

  dispose(): void {
    this.rest();
    this.#disposal.abort();
  }

  async #read(): Promise<void> {
    const watched = this.#watched();
    if (!watched) return;
    this.#asked = runningNames(watched);
    try {
      await this.#readMetadata(watched);
      const shards = [...(this.#known.shards?.values() ?? [])].flat();
      this.#learn({ ...this.#known, sizes: await this.#askSizes(watched, shards) });
    } catch (error) {
      this.#learn({ ...this.#known, failure: errorMessage(error) });
    }
  }

  async #readMetadata({ cluster, status }: WatchedCluster): Promise<void> {
    const sharding = this.#service.sharding(cluster);
    const coordinator = coordinatorToAsk(cluster, status);
    if (!coordinator) throw new Error('No coordinator is running. Start one to see the tables.');
    const credentials = await this.#service.credentials(cluster, coordinator);
    await withSession(credentials, this.#connectOptions(METADATA_DEADLINE_MS), async (session) => {
      const tables = await sharding.listTables(session);
      this.#learn({ ...this.#known, tables, failure: undefined });
      const shards = new Map<number, readonly Shard[]>();
      for (const table of tables) shards.set(table.oid, await sharding.listShards(session, table));
      this.#learn({ ...this.#known, shards });
    });
  }

  /** Asks every node that runs for its part, all at once; those that don't answer in time are left out. */
  async #askSizes({ cluster, status }: WatchedCluster, shards: readonly Shard[]): Promise<Sizes> {
    const sharding = this.#service.sharding(cluster);
    const sizes = new Map<string, ReadonlyMap<string, number>>();
    const ask = async (node: ClusterNode): Promise<void> => {
      const where = address(peerAddress(node));
      const here = shards.filter((shard) =>
        shard.placements.some((placement) => placementAddress(placement) === where),
      );
      if (here.length === 0 || (status && status.get(node.name)?.state !== 'running')) return;
      const credentials = await this.#service.credentials(cluster, node);
      const told = await withSession(credentials, this.#connectOptions(SIZES_DEADLINE_MS), (session) =>
        sharding.shardSizes(session, here),
      );
      sizes.set(where, told);
    };
    await Promise.allSettled(cluster.nodes.map(ask));
    return sizes;
  }

  #connectOptions(deadlineMs: number): ConnectOptions {
    return {
      applicationName: 'citus-explorer',
      deadlineMs: CONNECT_DEADLINE_MS,
      signal: AbortSignal.any([this.#disposal.signal, AbortSignal.timeout(deadlineMs)]),
    };
  }

  #learn(known: Known): void {
    const changed = !isDeepStrictEqual(known, this.#known);
    this.#known = known;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
    if (changed && !this.#disposal.signal.aborted) this.#onChange();
  }
}

/** The coordinator that runs, the primary rather than a standby; the first one before any has been asked. */
export const coordinatorToAsk = (
  cluster: Cluster,
  status: ClusterStatus | undefined,
): ClusterNode | undefined => {
  const all = coordinators(cluster);
  if (!status) return all[0];
  const running = all.filter((node) => status.get(node.name)?.state === 'running');
  return running.find((node) => status.get(node.name)?.role === 'primary') ?? running[0];
};

const runningNames = ({ cluster, status }: WatchedCluster): string[] =>
  cluster.nodes.map((node) => node.name).filter((name) => status?.get(name)?.state === 'running');

/** The address of the node that holds a placement, as `address` writes it. */
export const placementAddress = ({ nodeHost, nodePort }: Placement): string =>
  address({ host: nodeHost, port: nodePort });

const sum = (sizes: Sizes, shards: readonly Shard[]): Size => {
  let bytes = 0;
  let complete = true;
  for (const shard of shards) {
    for (const placement of shard.placements) {
      const told = sizes.get(placementAddress(placement))?.get(shard.id);
      if (told === undefined) complete = false;
      else bytes += told;
    }
  }
  return { bytes, complete };
};
