import type { ClusterService } from '../../cluster/clusters.ts';
import type { Cluster, ClusterNode } from '../../cluster/model.ts';
import { connect } from '../../postgres/session.ts';
import { NodeCatalog } from './nodeCatalog.ts';

/** Shown in pg_stat_activity. */
const APPLICATION_NAME = 'citus-catalog';
const DEADLINE_MS = 10_000;

/** The catalogs of all nodes that files are attached to, each loaded when it is first needed. */
export class Catalogs {
  readonly #service: Pick<ClusterService, 'credentials' | 'sharding'>;
  readonly #onProblem: (error: unknown) => void;
  /** By cluster, then by the node's name. */
  readonly #nodes = new Map<string, Map<string, NodeCatalog>>();

  /** @param onProblem told of each catalog that couldn't be read */
  constructor(
    service: Pick<ClusterService, 'credentials' | 'sharding'>,
    onProblem: (error: unknown) => void,
  ) {
    this.#service = service;
    this.#onProblem = onProblem;
  }

  of(cluster: Cluster, node: ClusterNode): NodeCatalog {
    const nodes = this.#nodes.get(cluster.id) ?? new Map<string, NodeCatalog>();
    this.#nodes.set(cluster.id, nodes);
    const existing = nodes.get(node.name);
    if (existing) return existing;
    const made = new NodeCatalog({
      sharding: this.#service.sharding(cluster),
      connect: async () =>
        connect(await this.#service.credentials(cluster, node), {
          applicationName: APPLICATION_NAME,
          deadlineMs: DEADLINE_MS,
          settings: {
            default_transaction_read_only: 'on',
            statement_timeout: String(DEADLINE_MS),
          },
        }),
      onProblem: this.#onProblem,
    });
    nodes.set(node.name, made);
    return made;
  }

  /** Has all nodes of a cluster asked anew: what one creates, the others have by replication. */
  invalidate(clusterId: string): void {
    for (const catalog of this.#nodes.get(clusterId)?.values() ?? []) catalog.invalidate();
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    const all = [...this.#nodes.values()].flatMap((nodes) => [...nodes.values()]);
    await Promise.all(all.map((catalog) => catalog.close()));
  }
}
