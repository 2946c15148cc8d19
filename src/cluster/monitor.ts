import { isDeepStrictEqual } from 'node:util';
import type { ClusterService } from './clusters.ts';
import type { Cluster } from './model.ts';
import { GLANCE_MS } from './probe.ts';
import { Repeating, systemTimer, type Timer } from './repeating.ts';
import type { ClusterStatus, NodeStatus } from './status.ts';

/** News is never older than this: the pause between two looks and the time that a silent node is given. */
const NEWS_MS = 1800;
const STATUS_PAUSE_MS = NEWS_MS - GLANCE_MS;
/** Between two looks at the list of clusters; our own changes to it are announced, this finds those of other windows. */
const LIST_PAUSE_MS = 1500;

/** A cluster with what its nodes last answered; no status until they have been asked. */
export interface WatchedCluster {
  readonly cluster: Cluster;
  readonly status: ClusterStatus | undefined;
  /** Whether psql can be opened on its nodes; taken for granted until that is known. */
  readonly hasPsql: boolean;
}

export type MonitorChange =
  /** Clusters came, went or were described anew, or their list can't be read any more or again. */
  | { readonly kind: 'clusters' }
  | { readonly kind: 'nodes'; readonly clusterId: string; readonly nodeNames: readonly string[] };

export interface MonitorOptions {
  readonly timer?: Timer;
  /** Told about failures that leave the last known state in place. */
  readonly onProblem?: (error: unknown) => void;
}

/**
 * Knows the clusters and the state of their nodes, and while someone watches keeps that true.
 * Each cluster is asked on its own, so one that hangs doesn't hold back the others.
 */
export class ClusterMonitor {
  readonly #service: Pick<ClusterService, 'list' | 'status' | 'hasPsql' | 'onDidChangeClusters'>;
  readonly #timer: Timer;
  readonly #onProblem: (error: unknown) => void;
  readonly #list: Repeating;
  readonly #polls = new Map<string, StatusPoll>();
  readonly #listeners = new Set<(change: MonitorChange) => void>();
  readonly #disposal = new AbortController();
  readonly #unsubscribe: () => void;
  #watchers = 0;
  #firstList: Promise<void> | undefined;
  #listFailure: unknown;

  constructor(
    service: Pick<ClusterService, 'list' | 'status' | 'hasPsql' | 'onDidChangeClusters'>,
    options: MonitorOptions = {},
  ) {
    this.#service = service;
    this.#timer = options.timer ?? systemTimer;
    this.#onProblem = options.onProblem ?? (() => undefined);
    this.#list = new Repeating(() => this.#readList(), LIST_PAUSE_MS, this.#timer);
    this.#unsubscribe = service.onDidChangeClusters(() => void this.refresh());
  }

  /** What is known now. */
  get clusters(): readonly WatchedCluster[] {
    return [...this.#polls.values()];
  }

  /** Why the list of clusters couldn't be read last time; undefined where it could. */
  get listFailure(): unknown {
    return this.#listFailure;
  }

  find(clusterId: string): WatchedCluster | undefined {
    return this.#polls.get(clusterId);
  }

  /** The clusters, once their list has been read for the first time. */
  async known(): Promise<readonly WatchedCluster[]> {
    await (this.#firstList ??= this.#list.now());
    return this.clusters;
  }

  /** Keeps everything true until the returned function is called. */
  watch(): () => void {
    let watching = true;
    this.#watchers += 1;
    if (this.#watchers === 1)
      this.#eachRepeating((repeating) => {
        repeating.start();
      });
    return () => {
      if (!watching) return;
      watching = false;
      this.#watchers -= 1;
      if (this.#watchers === 0)
        this.#eachRepeating((repeating) => {
          repeating.stop();
        });
    };
  }

  /** Looks at everything now, watched or not. */
  async refresh(): Promise<void> {
    await this.#list.now();
    await Promise.all([...this.#polls.values()].map((poll) => poll.repeating.now()));
  }

  /** Calls back only when something that people see has changed; returns how to stop that. */
  onDidChange(listener: (change: MonitorChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dispose(): void {
    this.#unsubscribe();
    this.#listeners.clear();
    this.#eachRepeating((repeating) => {
      repeating.stop();
    });
    this.#disposal.abort();
  }

  async #readList(): Promise<void> {
    try {
      const clusters = await this.#service.list();
      const recovered = this.#listFailure !== undefined;
      this.#listFailure = undefined;
      if (this.#adopt(clusters) || recovered) this.#emit({ kind: 'clusters' });
    } catch (error) {
      const first = this.#listFailure === undefined;
      this.#listFailure = error;
      if (!first) return;
      this.#onProblem(error);
      this.#emit({ kind: 'clusters' });
    }
  }

  /** Takes over a new list; returns whether it differs. */
  #adopt(clusters: readonly Cluster[]): boolean {
    let changed = false;
    const ids = new Set(clusters.map((cluster) => cluster.id));
    for (const [id, poll] of this.#polls) {
      if (ids.has(id)) continue;
      poll.repeating.stop();
      this.#polls.delete(id);
      changed = true;
    }
    for (const cluster of clusters) {
      const poll = this.#polls.get(cluster.id);
      if (poll) {
        changed ||= !isDeepStrictEqual(poll.cluster, cluster);
        poll.cluster = cluster;
      } else {
        this.#add(cluster);
        changed = true;
      }
    }
    return changed;
  }

  #add(cluster: Cluster): void {
    const repeating = new Repeating(() => this.#readStatus(poll), STATUS_PAUSE_MS, this.#timer);
    const poll: StatusPoll = { cluster, status: undefined, hasPsql: true, failing: false, repeating };
    this.#polls.set(cluster.id, poll);
    if (this.#watchers > 0) repeating.start();
    void this.#askForPsql(poll);
  }

  async #askForPsql(poll: StatusPoll): Promise<void> {
    poll.hasPsql = await this.#service.hasPsql(poll.cluster).catch(() => true);
    if (!poll.hasPsql && this.#polls.get(poll.cluster.id) === poll) this.#emit({ kind: 'clusters' });
  }

  async #readStatus(poll: StatusPoll): Promise<void> {
    const { id } = poll.cluster;
    try {
      const status = await this.#service.status(poll.cluster, { signal: this.#disposal.signal });
      const nodeNames = changedNodes(poll.status, status);
      poll.status = status;
      poll.failing = false;
      if (nodeNames.length > 0 && this.#polls.get(id) === poll)
        this.#emit({ kind: 'nodes', clusterId: id, nodeNames });
    } catch (error) {
      if (!poll.failing && !this.#disposal.signal.aborted) this.#onProblem(error);
      poll.failing = true;
    }
  }

  #eachRepeating(act: (repeating: Repeating) => void): void {
    act(this.#list);
    for (const { repeating } of this.#polls.values()) act(repeating);
  }

  #emit(change: MonitorChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

interface StatusPoll {
  cluster: Cluster;
  status: ClusterStatus | undefined;
  hasPsql: boolean;
  /** Whether the last look failed, so that a lasting failure is told once. */
  failing: boolean;
  readonly repeating: Repeating;
}

const changedNodes = (before: ClusterStatus | undefined, after: ClusterStatus): string[] => {
  const names = new Set([...(before?.keys() ?? []), ...after.keys()]);
  return [...names].filter(
    (name) => !isDeepStrictEqual(lasting(before?.get(name)), lasting(after.get(name))),
  );
};

/** A status without what changes all by itself. */
const lasting = (status: NodeStatus | undefined): NodeStatus | undefined =>
  status && { ...status, uptimeSeconds: 0 };
