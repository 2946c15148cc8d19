/** Names a cluster that is in the registry. `clusterId` is the UUID in its description. */
export interface ClusterRef {
  readonly clusterId: string;
}

/** Names one server of a cluster, by the name that the cluster's description gives it. */
export interface NodeRef extends ClusterRef {
  readonly nodeName: string;
}

/** Names a table of a cluster. */
export interface TableRef extends ClusterRef {
  readonly table: { readonly schema: string; readonly name: string };
}

/** A file, as VS Code's own menus pass it to commands: a `vscode.Uri`. */
export interface FileRef {
  readonly scheme: string;
  readonly path: string;
}

/** Names a statement of the history, as its tree passes it to commands. */
export interface HistoryRef {
  readonly entryId: string;
}
