import * as vscode from 'vscode';
import type { NodeRef } from '../../contract/refs.ts';

const KEY = 'citus.sql.attachments';
/** More files than anybody works with; the oldest attachments are forgotten. */
const LIMIT = 500;

/** Which file is attached to which node, remembered with the workspace. */
export class Attachments implements vscode.Disposable {
  readonly #memento: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  /** By the file's URI, oldest first. */
  readonly #nodes: Map<string, NodeRef>;
  readonly onDidChange = this.#changed.event;

  constructor(memento: vscode.Memento) {
    this.#memento = memento;
    this.#nodes = new Map(memento.get<[string, NodeRef][]>(KEY, []));
  }

  get(file: vscode.Uri): NodeRef | undefined {
    return this.#nodes.get(file.toString());
  }

  /** Attaches a file to a node, or with undefined detaches it. */
  set(file: vscode.Uri, node: NodeRef | undefined): void {
    const had = this.#nodes.delete(file.toString());
    if (!node && !had) return;
    if (node) this.#nodes.set(file.toString(), { clusterId: node.clusterId, nodeName: node.nodeName });
    const entries = [...this.#nodes].slice(-LIMIT);
    void this.#memento.update(KEY, entries);
    this.#changed.fire(file);
  }

  /** What the file itself says of its attachment has changed. */
  headerChanged(file: vscode.Uri): void {
    this.#changed.fire(file);
  }

  /** A file has another name now. */
  move(from: vscode.Uri, to: vscode.Uri): void {
    const node = this.get(from);
    if (!node) return;
    this.set(to, node);
    this.set(from, undefined);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
