import type { ClusterRef, NodeRef } from '../../contract/refs.ts';
import type { Shard, ShardedTable } from '../../sharding/sharding.ts';

/** What stands in the tree. Elements name things and hold no state, so that they stay valid while states change. */
export type ExplorerElement =
  ClusterElement | GroupElement | NodeElement | TableElement | ShardElement | MessageElement;

export interface ClusterElement extends ClusterRef {
  readonly kind: 'cluster';
}

export type Group = 'coordinators' | 'workers' | 'tables';

export interface GroupElement extends ClusterRef {
  readonly kind: 'group';
  readonly group: Group;
}

interface NodeElement extends NodeRef {
  readonly kind: 'node';
}

export interface TableElement extends ClusterRef {
  readonly kind: 'table';
  readonly table: ShardedTable;
}

interface ShardElement extends ClusterRef {
  readonly kind: 'shard';
  readonly table: ShardedTable;
  readonly shard: Shard;
}

/** A line of text where the things themselves can't be shown. */
export interface MessageElement {
  readonly kind: 'message';
  /** Id of the element that it stands under; empty at the top. */
  readonly parentId: string;
  readonly severity: 'problem' | 'waiting' | 'note';
  readonly text: string;
}

/** Unique, and the same for the same thing each time, so that VS Code keeps what is expanded and selected. */
export const elementId = (element: ExplorerElement): string => {
  switch (element.kind) {
    case 'cluster':
      return element.clusterId;
    case 'group':
      return `${element.clusterId}/${element.group}`;
    case 'node':
      return `${element.clusterId}/node/${element.nodeName}`;
    case 'table':
      return `${element.clusterId}/table/${element.table.oid}`;
    case 'shard':
      return `${element.clusterId}/table/${element.table.oid}/${element.shard.id}`;
    case 'message':
      return `${element.parentId}/message`;
  }
};
