import { parameter, type ParameterDoc } from '../functionDocs.ts';

// Arguments that several functions of Citus have, in our words (names and types as of Citus 13).

export const table = parameter('table_name', 'regclass', 'The table; a plain one that may have rows.');
export const nodeName = parameter('nodename', 'text', 'Address that the other nodes reach it by.');
export const nodePort = parameter('nodeport', 'integer', 'Its port.');
export const mode = parameter(
  'shard_transfer_mode',
  'citus.shard_transfer_mode',
  '`auto`, `force_logical` or `block_writes`: how rows are copied while others write.',
  "'auto'",
);
/** What `mode` is called in citus_copy_shard_placement. */
export const transferMode = { ...mode, name: 'transfer_mode' };
export const strategy = parameter(
  'rebalance_strategy',
  'name',
  'A row of `pg_dist_rebalance_strategy`, such as `by_disk_size` or `by_shard_count`.',
  'NULL',
);
export const colocateWith = parameter(
  'colocate_with',
  'text',
  'A table to share shards’ places with, `none`, or `default`: any group of the same column type and shard count.',
  "'default'",
);
export const shardCount = parameter('shard_count', 'integer', '`citus.shard_count` unless told.', 'NULL');
export const distributionColumn = parameter(
  'distribution_column',
  'text',
  'Column by whose hash rows are spread. It belongs to every primary key and unique constraint.',
);
export const distributionType = parameter(
  'distribution_type',
  'citus.distribution_type',
  '`hash` for all but historic uses.',
  "'hash'",
);

export const distributedTable = parameter('table_name', 'regclass', 'A distributed table.');
/** What `distributedTable` is called by functions that tell sizes. */
export const sizedTable = { ...distributedTable, name: 'logicalrelid' };
export const cascade = parameter(
  'cascade_via_foreign_keys',
  'boolean',
  'Does the same to all that foreign keys join to it.',
  'false',
);
export const shardId = parameter('shard_id', 'bigint', 'Its id in `pg_dist_shard`.');
export const fromTo: readonly ParameterDoc[] = [
  parameter('source_node_name', 'text', 'Node that has it.'),
  parameter('source_node_port', 'integer', 'That node’s port.'),
  parameter('target_node_name', 'text', 'Node that gets it.'),
  parameter('target_node_port', 'integer', 'That node’s port.'),
];
export const whatMoves: readonly ParameterDoc[] = [
  parameter('relation', 'regclass', 'Only the group of this table.', 'NULL'),
  parameter('threshold', 'real', 'How far from even nodes may be before something moves.', 'NULL'),
  parameter('max_shard_moves', 'integer', 'Most moves.', '1000000'),
  parameter('excluded_shard_list', 'bigint[]', 'Shards that stay.', "'{}'"),
];
export const improvement = parameter(
  'improvement_threshold',
  'real',
  'How much a move has to even things out to be made.',
  'NULL',
);
export const drainOnly = parameter(
  'drain_only',
  'boolean',
  'Only moves shards away from nodes that should have none.',
  'false',
);

export const command = parameter('command', 'text', 'SQL, in dollar quotes.');
export const shardCommand = parameter(
  'command',
  'text',
  'SQL, in dollar quotes, with `%s` where the shard’s name goes.',
);
export const parallel = parameter('parallel', 'boolean', 'On all nodes at once.', 'true');

export const warns = parameter(
  'give_warning_for_connection_errors',
  'boolean',
  'Warns of a node that is down instead of failing.',
  'false',
);
