import type * as vscode from 'vscode';
import type { ClusterService } from '../../cluster/clusters.ts';
import type { ClusterMonitor } from '../../cluster/monitor.ts';
import type { Catalogs } from '../../sql/catalog/catalogs.ts';
import { readSearchPath } from '../../sql/catalog/loadCatalog.ts';
import type { NodeCatalog } from '../../sql/catalog/nodeCatalog.ts';
import type { CompletionKnowledge } from '../../sql/completion/complete.ts';
import type { Session } from '../../postgres/session.ts';
import { attachedTo } from '../editor/attached.ts';
import type { Attachments } from '../editor/attachments.ts';
import type { Connections } from '../editor/connections.ts';

/** Whoever types doesn't wait longer than this for what isn't known yet. */
const PATIENCE_MS = 400;

/** What is known of the database that a file is attached to. */
export interface FileKnowledge extends CompletionKnowledge {
  /** Where it comes from. */
  readonly source: NodeCatalog;
}

export interface KnowledgeDependencies {
  readonly service: Pick<ClusterService, 'sharding'>;
  readonly monitor: Pick<ClusterMonitor, 'find' | 'clusters'>;
  readonly attachments: Attachments;
  readonly connections: Connections;
  readonly catalogs: Catalogs;
}

/** Knows of each attached file what its node's database has, and where its session looks for names. */
export class KnowledgeOfFiles {
  readonly #dependencies: KnowledgeDependencies;
  /** Search paths of files' connections that have set one. */
  readonly #searchPaths = new WeakMap<Session, readonly string[]>();

  constructor(dependencies: KnowledgeDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * What is known now. Where nothing is yet it is asked for, and waited for a moment: the next question finds it.
   * @returns undefined for files that aren't attached to a node
   */
  async of(file: vscode.Uri): Promise<FileKnowledge | undefined> {
    const { service, monitor, attachments, connections, catalogs } = this.#dependencies;
    const attached = attachedTo(file, attachments, monitor);
    if (!attached) return undefined;
    const source = catalogs.of(attached.cluster, attached.node);
    const loading = source.load();
    if (!source.current) await patiently(loading);
    const session = connections.of(file)?.current;
    const own = session && this.#searchPaths.get(session);
    return {
      source,
      catalog: source.current,
      searchPath: own ?? source.current?.searchPath ?? [],
      details: (oid) => source.details(oid),
      functionDocs: service.sharding(attached.cluster).functionDocs,
    };
  }

  /**
   * Asks a question again with the columns that it lacked.
   * @param ask gives an answer and the relations whose columns it would have needed
   */
  async ask<T extends { readonly missing: ReadonlySet<number> }>(
    knowledge: FileKnowledge,
    ask: (knowledge: FileKnowledge) => T | undefined,
  ): Promise<T | undefined> {
    const answer = ask(knowledge);
    if (!answer || answer.missing.size === 0) return answer;
    await patiently(knowledge.source.loadDetails(answer.missing));
    return ask(knowledge);
  }

  /**
   * Waits, for as long as it takes, for what nobody had the patience to wait for.
   * @param missing the relations whose columns an answer would have needed
   * @returns whether it is there now
   */
  async arrival({ catalog, source }: FileKnowledge, missing: ReadonlySet<number>): Promise<boolean> {
    if (!catalog) {
      await source.load();
      return source.current !== undefined;
    }
    await source.loadDetails(missing);
    return [...missing].every((oid) => source.details(oid) !== undefined);
  }

  /** Functions that the sharding of a file's cluster offers. */
  functionNames(file: vscode.Uri): readonly string[] {
    const { service, monitor, attachments } = this.#dependencies;
    const attached = attachedTo(file, attachments, monitor);
    return attached ? service.sharding(attached.cluster).functionDocs.map(({ name }) => name) : [];
  }

  /** Asks a file's connection where it looks for names from now on; returns false where that would disturb it. */
  async readSearchPath(file: vscode.Uri): Promise<boolean> {
    const connection = this.#dependencies.connections.of(file);
    const session = connection?.current;
    if (!session || !connection.free) return false;
    this.#searchPaths.set(session, await readSearchPath(session));
    return true;
  }

  /** Has what is known of a file's cluster asked for anew: something was created, altered or dropped. */
  invalidate(file: vscode.Uri): void {
    const { attachments, catalogs } = this.#dependencies;
    const node = attachments.get(file);
    if (node) catalogs.invalidate(node.clusterId);
  }
}

/** Waits for something, but not long. */
const patiently = async (work: Promise<void>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS);
  });
  await Promise.race([work, enough]);
  clearTimeout(timer);
};
