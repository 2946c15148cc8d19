import type { ClusterRef, NodeRef } from './refs.ts';

/**
 * Every command: its id, what a caller may pass, and what it returns.
 * Arguments are optional where the command asks for what it isn't told.
 */
export interface CommandMap {
  'citus.cluster.provision'(): Promise<ClusterRef | undefined>;
  'citus.cluster.start'(cluster?: ClusterRef): Promise<void>;
  'citus.cluster.stop'(cluster?: ClusterRef): Promise<void>;
  'citus.cluster.restart'(cluster?: ClusterRef): Promise<void>;
  'citus.cluster.destroy'(cluster?: ClusterRef): Promise<void>;
  'citus.node.start'(node?: NodeRef): Promise<void>;
  'citus.node.stop'(node?: NodeRef): Promise<void>;
  'citus.node.restart'(node?: NodeRef): Promise<void>;
  'citus.node.showLog'(node?: NodeRef): Promise<void>;
  'citus.node.openPsql'(node?: NodeRef): Promise<void>;
  'citus.node.copyConnectionString'(node?: NodeRef): Promise<void>;
  'citus.node.copyConnectionStringWithPassword'(node?: NodeRef): Promise<void>;
  'citus.explorer.refresh'(): Promise<void>;
  /** Opens a new untitled SQL file attached to the coordinator. */
  'citus.sql.newFile'(node?: NodeRef): Promise<void>;
  /** Asks for a .sql file and runs the whole of it on the coordinator. */
  'citus.sql.runFileOn'(node?: NodeRef): Promise<void>;
  /** Attaches the active .sql file to a coordinator that the user picks. */
  'citus.sql.attach'(): Promise<void>;
  'citus.sql.detach'(): Promise<void>;
  /** Runs the selection, the statement that starts at `offset`, or the statement at the cursor. */
  'citus.sql.runStatement'(offset?: number): Promise<void>;
  'citus.sql.runFile'(): Promise<void>;
  'citus.sql.cancel'(): Promise<void>;
}

export type CommandId = keyof CommandMap;

/** Every command id at run time; the compiler keeps it complete. */
export const COMMAND_IDS = Object.keys({
  'citus.cluster.provision': true,
  'citus.cluster.start': true,
  'citus.cluster.stop': true,
  'citus.cluster.restart': true,
  'citus.cluster.destroy': true,
  'citus.node.start': true,
  'citus.node.stop': true,
  'citus.node.restart': true,
  'citus.node.showLog': true,
  'citus.node.openPsql': true,
  'citus.node.copyConnectionString': true,
  'citus.node.copyConnectionStringWithPassword': true,
  'citus.explorer.refresh': true,
  'citus.sql.newFile': true,
  'citus.sql.runFileOn': true,
  'citus.sql.attach': true,
  'citus.sql.detach': true,
  'citus.sql.runStatement': true,
  'citus.sql.runFile': true,
  'citus.sql.cancel': true,
} satisfies Record<CommandId, true>) as readonly CommandId[];
