import * as vscode from 'vscode';
import type { ClusterService } from '../../cluster/clusters.ts';
import { type Cluster, peerAddress } from '../../cluster/model.ts';
import type { ClusterMonitor } from '../../cluster/monitor.ts';
import type { Placement } from '../../sharding/sharding.ts';
import { clusterTarget } from '../../sql/run/target.ts';
import type { Piece } from '../../sql/splitter/splitter.ts';
import { Planner } from '../../sql/where/planner.ts';
import type { Whereabouts } from '../../sql/where/whereabouts.ts';
import type { Sender } from '../../sql/where/words.ts';
import { standbyWrites } from '../settings.ts';
import { type Attached, attachedRole, attachedTo } from './attached.ts';
import type { Attachments } from './attachments.ts';
import type { Connections } from './connections.ts';
import type { Runs } from './runs.ts';

/** Where a statement of a file would run, and how it would get there. */
export interface FileWhereabouts {
  readonly where: Whereabouts;
  readonly sender: Sender;
}

/** The node that tells where a file's statements would run. */
export interface Teller {
  /** The same for the same node. */
  readonly key: string;
  /** Whether it answers now: a busy machine's may be silent for a moment. */
  readonly answers: boolean;
}

/** Finds out where statements of files would run: on the nodes that the files are attached to, as they are now. */
export class FilesWhereabouts implements vscode.Disposable {
  readonly #service: Pick<ClusterService, 'credentials' | 'coordinatorStatus' | 'sharding'>;
  readonly #monitor: ClusterMonitor;
  readonly #attachments: Attachments;
  readonly #connections: Connections;
  readonly #runs: Runs;
  /** By cluster and node. */
  readonly #planners = new Map<string, Planner>();
  /** What `search_path` is on files' connections, as asked after their last run. */
  readonly #searchPaths = new Map<string, string | undefined>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #events: vscode.Disposable;
  /** A run has ended, so that what was found may hold no longer. */
  readonly onDidChange = this.#changed.event;

  constructor(
    service: Pick<ClusterService, 'credentials' | 'coordinatorStatus' | 'sharding'>,
    monitor: ClusterMonitor,
    attachments: Attachments,
    connections: Connections,
    runs: Runs,
  ) {
    this.#service = service;
    this.#monitor = monitor;
    this.#attachments = attachments;
    this.#connections = connections;
    this.#runs = runs;
    this.#events = runs.onDidChange((file) => {
      this.#searchPaths.delete(file.toString());
      if (!runs.of(file)?.running) this.#changed.fire();
    });
  }

  /** Which node tells of a file's statements; undefined where none does, or it is down. */
  nodeOf(file: vscode.Uri): Teller | undefined {
    const attached = attachedTo(file, this.#attachments, this.#monitor);
    const state = attached?.status?.state;
    if (!attached || (state !== 'running' && state !== 'unresponsive')) return undefined;
    return { key: keyOf(attached), answers: state === 'running' };
  }

  /** What was found before of a statement; undefined where nothing was, or it has to be looked for anew. */
  known(file: vscode.Uri, piece: Piece): FileWhereabouts | undefined {
    const attached = this.#attached(file);
    if (!attached || piece.kind !== 'sql') return undefined;
    const searchPath = this.#searchPaths.get(file.toString());
    const where = this.#planners.get(keyOf(attached))?.known(piece.text, searchPath);
    return where && { where, sender: this.#sender(file, attached) };
  }

  /** @returns undefined where the file isn't attached, its node doesn't answer, or nobody wants to know any more */
  async find(file: vscode.Uri, piece: Piece, signal: AbortSignal): Promise<FileWhereabouts | undefined> {
    const attached = this.#attached(file);
    if (!attached || piece.kind !== 'sql') return undefined;
    const planner = this.#planner(attached);
    const where = await planner.whereabouts(piece.text, await this.#searchPath(file), signal);
    return where && { where, sender: this.#sender(file, attached) };
  }

  dispose(): void {
    this.#events.dispose();
    this.#changed.dispose();
    for (const planner of this.#planners.values()) void planner.close();
    this.#planners.clear();
  }

  #attached(file: vscode.Uri): Attached | undefined {
    const attached = attachedTo(file, this.#attachments, this.#monitor);
    return attached?.status?.state === 'running' ? attached : undefined;
  }

  #planner({ cluster, node, ...rest }: Attached): Planner {
    const key = keyOf({ cluster, node, ...rest });
    const planner =
      this.#planners.get(key) ??
      new Planner(clusterTarget(this.#service, cluster, node), this.#service.sharding(cluster));
    this.#planners.set(key, planner);
    return planner;
  }

  #sender(file: vscode.Uri, attached: Attached): Sender {
    const { cluster, node } = attached;
    return {
      role: attachedRole(attached),
      nodeName: node.name,
      standbyWrites: standbyWrites(file),
      ways: { ...this.#service.sharding(cluster), readOnly: attached.readOnly },
      nameOf: (placement) => nodeAt(cluster, placement),
    };
  }

  /** Asked on the file's own connection, and only while that has nothing else to do. */
  async #searchPath(file: vscode.Uri): Promise<string | undefined> {
    const key = file.toString();
    const connection = this.#connections.of(file);
    const free = connection?.free && !this.#runs.of(file)?.running;
    if (!this.#searchPaths.has(key) && free) {
      this.#searchPaths.set(key, await connection.searchPath().catch(() => undefined));
    }
    return this.#searchPaths.get(key);
  }
}

const keyOf = ({ cluster, node }: Attached): string => `${cluster.id}/${node.name}`;

/** A node's name, where its peer address is known; else that address. */
const nodeAt = (cluster: Cluster, { nodeHost, nodePort }: Placement): string =>
  cluster.nodes.find((node) => {
    const { host, port } = peerAddress(node);
    return host === nodeHost && port === nodePort;
  })?.name ?? `${nodeHost}:${nodePort}`;
