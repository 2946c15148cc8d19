import type { ClusterRef, FileRef, HistoryRef, NodeRef, TableRef } from './refs.ts';

/**
 * Every command: its id, what a caller may pass, and what it returns.
 * Arguments are optional where the command asks for what it isn't told.
 */
export interface CommandMap {
  'citus.cluster.provision'(): Promise<ClusterRef | undefined>;
  'citus.cluster.start'(cluster?: ClusterRef): Promise<void>;
  'citus.cluster.stop'(cluster?: ClusterRef): Promise<void>;
  'citus.cluster.restart'(cluster?: ClusterRef): Promise<void>;
  'citus.cluster.addWorker'(cluster?: ClusterRef): Promise<void>;
  'citus.cluster.destroy'(cluster?: ClusterRef): Promise<void>;
  /** Gives a cluster a colour, or marks it as production. */
  'citus.cluster.mark'(cluster?: ClusterRef): Promise<void>;
  'citus.node.start'(node?: NodeRef): Promise<void>;
  'citus.node.stop'(node?: NodeRef): Promise<void>;
  'citus.node.restart'(node?: NodeRef): Promise<void>;
  'citus.node.showLog'(node?: NodeRef): Promise<void>;
  'citus.node.openPsql'(node?: NodeRef): Promise<void>;
  /** Stands in the menu for `openPsql` where there is no psql; says why. */
  'citus.node.explainNoPsql'(node?: NodeRef): Promise<void>;
  'citus.node.copyConnectionString'(node?: NodeRef): Promise<void>;
  'citus.node.copyConnectionStringWithPassword'(node?: NodeRef): Promise<void>;
  /** Moves a table, with its rows, to a cluster whose tables Citus spreads. */
  'citus.table.move'(table?: TableRef): Promise<void>;
  /** Looks once more for Citus on this machine. */
  'citus.installs.checkAgain'(): Promise<void>;
  /** Shows how Citus is installed. */
  'citus.installs.howTo'(): Promise<void>;
  /** Removes a PostgreSQL that was downloaded, where no cluster uses it. */
  'citus.installs.removeDownload'(): Promise<void>;
  'citus.explorer.refresh'(): Promise<void>;
  /** Opens a new untitled SQL file attached to the coordinator. */
  'citus.sql.newFile'(node?: NodeRef): Promise<void>;
  /** Runs the whole of a .sql file on a coordinator; asks for the one that it isn't told. */
  'citus.sql.runFileOn'(nodeOrFile?: NodeRef | FileRef): Promise<void>;
  /** Attaches a .sql file, the active one unless told, to a coordinator that the user picks. */
  'citus.sql.attach'(file?: FileRef): Promise<void>;
  'citus.sql.detach'(file?: FileRef): Promise<void>;
  /** Runs the statement that starts at `offset`, else the selection, else the statement at the cursor. */
  'citus.sql.runStatement'(file?: FileRef, offset?: number): Promise<void>;
  'citus.sql.runFile'(file?: FileRef): Promise<void>;
  /** Cancels what the file runs; where that has not worked after a while, offers to end its connection. */
  'citus.sql.cancel'(file?: FileRef): Promise<void>;
  /** Runs what `runStatement` would, on several nodes at once, which the user picks. */
  'citus.sql.runOnNodes'(file?: FileRef, offset?: number): Promise<void>;
  /** Moves a file's results, those that are on show unless told, to an editor panel of their own. */
  'citus.results.openBeside'(file?: FileRef): Promise<void>;
  'citus.sql.commit'(file?: FileRef): Promise<void>;
  'citus.sql.rollback'(file?: FileRef): Promise<void>;
  /** Has the file's statements commit by themselves, or no longer. */
  'citus.sql.toggleTransactions'(file?: FileRef): Promise<void>;
  /** Looks through the statements that ran, and does something with one. */
  'citus.history.search'(): Promise<void>;
  /** Runs a statement again, on the node that it ran on. */
  'citus.history.runAgain'(item?: HistoryRef): Promise<void>;
  /** Opens a statement in a new SQL file that is attached to the node it ran on. */
  'citus.history.open'(item?: HistoryRef): Promise<void>;
  'citus.history.copy'(item?: HistoryRef): Promise<void>;
  'citus.history.remove'(item?: HistoryRef): Promise<void>;
  'citus.history.clear'(): Promise<void>;
  /** Exports the rows that the results view shows to a file. */
  'citus.results.export'(): Promise<void>;
  /** Shows the plan of the statement that `runStatement` would run, without running it. */
  'citus.sql.explain'(file?: FileRef, offset?: number): Promise<void>;
  /** Runs that statement and shows its plan with what was measured; asks first where it changes something. */
  'citus.sql.explainAnalyze'(file?: FileRef, offset?: number): Promise<void>;
}

export type CommandId = keyof CommandMap;

/** Every command id at run time; the compiler keeps it complete. */
export const COMMAND_IDS = Object.keys({
  'citus.cluster.provision': true,
  'citus.cluster.start': true,
  'citus.cluster.stop': true,
  'citus.cluster.restart': true,
  'citus.cluster.addWorker': true,
  'citus.cluster.destroy': true,
  'citus.cluster.mark': true,
  'citus.node.start': true,
  'citus.node.stop': true,
  'citus.node.restart': true,
  'citus.node.showLog': true,
  'citus.node.openPsql': true,
  'citus.node.explainNoPsql': true,
  'citus.node.copyConnectionString': true,
  'citus.node.copyConnectionStringWithPassword': true,
  'citus.table.move': true,
  'citus.installs.checkAgain': true,
  'citus.installs.howTo': true,
  'citus.installs.removeDownload': true,
  'citus.explorer.refresh': true,
  'citus.sql.newFile': true,
  'citus.sql.runFileOn': true,
  'citus.sql.attach': true,
  'citus.sql.detach': true,
  'citus.sql.runStatement': true,
  'citus.sql.runFile': true,
  'citus.sql.cancel': true,
  'citus.sql.runOnNodes': true,
  'citus.results.openBeside': true,
  'citus.sql.commit': true,
  'citus.sql.rollback': true,
  'citus.sql.toggleTransactions': true,
  'citus.history.search': true,
  'citus.history.runAgain': true,
  'citus.history.open': true,
  'citus.history.copy': true,
  'citus.history.remove': true,
  'citus.history.clear': true,
  'citus.results.export': true,
  'citus.sql.explain': true,
  'citus.sql.explainAnalyze': true,
} satisfies Record<CommandId, true>) as readonly CommandId[];
