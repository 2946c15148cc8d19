import { type FunctionDoc, parameter, type ParameterDoc } from '../functionDocs.ts';

const PRIMARY_ONLY = 'Runs on the primary coordinator only, not on a standby or a worker.';
const NOT_ATOMIC =
  'Each command commits by itself: one that fails undoes none of the others, and neither does ROLLBACK.';
const BLOCKS = 'Writes to the table wait until it is done.';
const NEEDS_REPLICA_IDENTITY =
  'With `auto`, tables need a primary key or a replica identity; `block_writes` does without, and blocks writes meanwhile.';

const table = parameter('table_name', 'regclass', 'The table; a plain one that may have rows.');
const nodeName = parameter('nodename', 'text', 'Address that the other nodes reach it by.');
const nodePort = parameter('nodeport', 'integer', 'Its port.');
const mode = parameter(
  'shard_transfer_mode',
  'citus.shard_transfer_mode',
  '`auto`, `force_logical` or `block_writes`: how rows are copied while others write.',
  "'auto'",
);
const strategy = parameter(
  'rebalance_strategy',
  'name',
  'A row of `pg_dist_rebalance_strategy`, such as `by_disk_size` or `by_shard_count`.',
  'NULL',
);
const colocateWith = parameter(
  'colocate_with',
  'text',
  'A table to share shards’ places with, `none`, or `default`: any group of the same column type and shard count.',
  "'default'",
);
const shardCount = parameter('shard_count', 'integer', '`citus.shard_count` unless told.', 'NULL');
const distributionColumn = parameter(
  'distribution_column',
  'text',
  'Column by whose hash rows are spread. It belongs to every primary key and unique constraint.',
);
const distributionType = parameter(
  'distribution_type',
  'citus.distribution_type',
  '`hash` for all but historic uses.',
  "'hash'",
);

const doc = (
  name: string,
  parameters: readonly ParameterDoc[],
  result: string,
  summary: string,
  ...notes: readonly string[]
): FunctionDoc => ({ schema: 'pg_catalog', name, parameters, result, summary, notes });

const TABLES: readonly FunctionDoc[] = [
  doc(
    'create_distributed_table',
    [table, distributionColumn, distributionType, colocateWith, shardCount],
    'void',
    'Makes a plain table a distributed one: its rows are spread over the workers by the hash of one column.',
    PRIMARY_ONLY,
    BLOCKS,
    'Rows that are there move to the shards; the local copy stays until `truncate_local_data_after_distributing_table`.',
    'Tables that are joined on the distribution column should be colocated: the same column type, shard count and group.',
  ),
  doc(
    'create_distributed_table_concurrently',
    [table, distributionColumn, distributionType, colocateWith, shardCount],
    'void',
    'Like `create_distributed_table`, while others go on writing to the table.',
    PRIMARY_ONLY,
    'Can’t run inside a transaction, and needs a primary key or a replica identity.',
  ),
  doc(
    'create_reference_table',
    [table],
    'void',
    'Gives every node a whole copy of a small table, so that it joins with everything locally.',
    PRIMARY_ONLY,
    'A write goes to all nodes in one transaction: meant for tables that change rarely.',
  ),
  doc(
    'undistribute_table',
    [
      parameter('table_name', 'regclass', 'A distributed, reference or local table of Citus.'),
      parameter(
        'cascade_via_foreign_keys',
        'boolean',
        'Does the same to all that foreign keys join to it.',
        'false',
      ),
    ],
    'void',
    'Brings all rows back to the coordinator and makes the table a plain one again.',
    PRIMARY_ONLY,
    'The coordinator needs room for the whole table. It has another OID afterwards.',
  ),
  doc(
    'alter_distributed_table',
    [
      parameter('table_name', 'regclass', 'A distributed table.'),
      parameter('distribution_column', 'text', 'The new one.', 'NULL'),
      parameter('shard_count', 'integer', 'The new one.', 'NULL'),
      parameter('colocate_with', 'text', 'The table to be colocated with from now on.', 'NULL'),
      parameter('cascade_to_colocated', 'boolean', 'Does the same to all of its group.', 'NULL'),
    ],
    'void',
    'Changes a table’s distribution column, shard count or colocation group by making it anew with all rows.',
    PRIMARY_ONLY,
    BLOCKS,
  ),
  doc(
    'alter_table_set_access_method',
    [
      parameter('table_name', 'regclass', 'The table.'),
      parameter('access_method', 'text', '`columnar` or `heap`.'),
    ],
    'void',
    'Stores a table by columns, compressed, or by rows again.',
    'Columnar tables take no UPDATE and DELETE, and few kinds of indexes.',
  ),
  doc(
    'citus_add_local_table_to_metadata',
    [
      parameter('table_name', 'regclass', 'A plain table of the coordinator.'),
      parameter(
        'cascade_via_foreign_keys',
        'boolean',
        'Does the same to all that foreign keys join to it.',
        'false',
      ),
    ],
    'void',
    'Lets workers know a coordinator’s table, so that they can query it, too.',
    PRIMARY_ONLY,
  ),
  doc(
    'update_distributed_table_colocation',
    [
      parameter('table_name', 'regclass', 'A distributed table.'),
      parameter('colocate_with', 'text', 'A table whose shards are in the same places, or `none`.'),
    ],
    'void',
    'Notes that two tables are colocated, or that one no longer is. No row moves.',
    PRIMARY_ONLY,
  ),
  doc(
    'truncate_local_data_after_distributing_table',
    [parameter('function_name', 'regclass', 'A distributed table.')],
    'void',
    'Frees the rows that a table had on the coordinator before it was distributed.',
    PRIMARY_ONLY,
  ),
  doc(
    'create_distributed_function',
    [
      parameter('function_name', 'regprocedure', 'With its argument types: `f(int, text)`.'),
      parameter(
        'distribution_arg_name',
        'text',
        'Argument whose value says which shard’s node runs it.',
        'NULL',
      ),
      colocateWith,
      parameter('force_delegation', 'boolean', 'Sends it there even inside a transaction.', 'NULL'),
    ],
    'void',
    'Makes a function known on all nodes; a call can then run where its rows are.',
    PRIMARY_ONLY,
  ),
  doc(
    'citus_schema_distribute',
    [parameter('schemaname', 'regnamespace', 'The schema.')],
    'void',
    'Makes each table of a schema a single shard, all on one node: sharding by schema.',
    PRIMARY_ONLY,
  ),
  doc(
    'citus_schema_undistribute',
    [parameter('schemaname', 'regnamespace', 'A distributed schema.')],
    'void',
    'Brings a distributed schema’s tables back to the coordinator.',
    PRIMARY_ONLY,
  ),
];

const NODES: readonly FunctionDoc[] = [
  doc(
    'citus_add_node',
    [
      nodeName,
      nodePort,
      parameter('groupid', 'integer', '-1 makes a new group; 0 is the coordinator’s.', '-1'),
      parameter('noderole', 'noderole', '`primary` or `secondary`.', "'primary'"),
      parameter('nodecluster', 'name', 'Cluster that it belongs to.', "'default'"),
    ],
    'integer',
    'Makes a server a worker: it gets the metadata and copies of reference tables. Returns its node id.',
    PRIMARY_ONLY,
    'It has no shards before a rebalance: `citus_rebalance_start`.',
    'The server needs the extension, and to be let in by the others without asking for a password.',
  ),
  doc(
    'citus_remove_node',
    [nodeName, nodePort],
    'void',
    'Takes a worker out of the cluster.',
    PRIMARY_ONLY,
    'Fails while shards of distributed tables are on it: `citus_drain_node` first.',
  ),
  doc(
    'citus_drain_node',
    [nodeName, nodePort, mode, strategy],
    'void',
    'Moves all shards from a worker to the others, and gives it no new ones.',
    PRIMARY_ONLY,
    'Waits until all is done; `citus_rebalance_start(drain_only => true)` does it in the background.',
  ),
  doc(
    'citus_disable_node',
    [nodeName, nodePort, parameter('synchronous', 'boolean', 'Waits until all nodes know.', 'false')],
    'void',
    'Has no query sent to a worker for now.',
    PRIMARY_ONLY,
    'Queries that need its shards fail unless the shards have other copies.',
  ),
  doc(
    'citus_activate_node',
    [nodeName, nodePort],
    'integer',
    'Takes a worker that was disabled back, and gives it the metadata anew.',
    PRIMARY_ONLY,
  ),
  doc(
    'citus_set_coordinator_host',
    [
      parameter('host', 'text', 'Address that the workers reach the coordinator by.'),
      parameter('port', 'integer', 'Its port.', "current_setting('port')::int"),
      parameter('node_role', 'noderole', 'Its role.', "'primary'"),
      parameter('node_cluster', 'name', 'Cluster that it belongs to.', "'default'"),
    ],
    'void',
    'Tells the coordinator under which address the other nodes reach it.',
    PRIMARY_ONLY,
  ),
  doc(
    'citus_update_node',
    [
      parameter('node_id', 'integer', 'From `pg_dist_node`; ids change after a failover.'),
      parameter('new_node_name', 'text', 'The new address.'),
      parameter('new_node_port', 'integer', 'The new port.'),
      parameter('force', 'boolean', 'Ends sessions that hold locks on it.', 'false'),
      parameter('lock_cooldown', 'integer', 'Milliseconds to wait before that.', '10000'),
    ],
    'void',
    'Notes that a node is at another address, such as that of a standby which took its place.',
    'After the promotion of a standby coordinator it runs there, for the node of group 0.',
  ),
  doc(
    'citus_set_node_property',
    [
      nodeName,
      nodePort,
      parameter('property', 'text', '`shouldhaveshards`.'),
      parameter('value', 'boolean', 'Whether it has it.'),
    ],
    'void',
    'Says whether a node gets shards. One without is a query node: it takes reads and writes like a coordinator.',
    PRIMARY_ONLY,
    'Shards that it has stay until a rebalance.',
  ),
  doc(
    'citus_check_cluster_node_health',
    [],
    'SETOF record',
    'Has every node connect to every other, and gives a row for each pair.',
    'A node that hangs keeps it waiting for the connection time-out; standby coordinators aren’t asked.',
  ),
  doc('citus_get_active_worker_nodes', [], 'SETOF record', 'The addresses of all active workers.'),
];

const SHARDS: readonly FunctionDoc[] = [
  doc(
    'citus_rebalance_start',
    [
      strategy,
      parameter('drain_only', 'boolean', 'Only moves shards away from nodes that should have none.', 'false'),
      mode,
      parameter(
        'parallel_transfer_reference_tables',
        'boolean',
        'Copies reference tables side by side.',
        'false',
      ),
      parameter(
        'parallel_transfer_colocated_shards',
        'boolean',
        'Moves colocated shards side by side.',
        'false',
      ),
    ],
    'bigint',
    'Evens out shards over the workers in the background. Returns the job’s id.',
    PRIMARY_ONLY,
    NEEDS_REPLICA_IDENTITY,
    'Look at it with `citus_rebalance_status()`, end it with `citus_rebalance_stop()`.',
  ),
  doc(
    'citus_rebalance_stop',
    [],
    'void',
    'Cancels the rebalance that is under way. What has moved stays moved.',
    PRIMARY_ONLY,
  ),
  doc(
    'citus_rebalance_wait',
    [],
    'void',
    'Waits until the rebalance that is under way has ended.',
    PRIMARY_ONLY,
  ),
  doc(
    'citus_rebalance_status',
    [parameter('raw', 'boolean', 'Numbers instead of words for people.', 'false')],
    'SETOF record',
    'State of the last rebalance, with its moves.',
  ),
  doc(
    'rebalance_table_shards',
    [
      parameter('relation', 'regclass', 'Only the group of this table.', 'NULL'),
      parameter('threshold', 'real', 'How far from even nodes may be before something moves.', 'NULL'),
      parameter('max_shard_moves', 'integer', 'Most moves.', '1000000'),
      parameter('excluded_shard_list', 'bigint[]', 'Shards that stay.', "'{}'"),
      mode,
      parameter('drain_only', 'boolean', 'Only moves shards away from nodes that should have none.', 'false'),
      strategy,
    ],
    'void',
    'Evens out shards over the workers, and returns when that is done.',
    PRIMARY_ONLY,
    NEEDS_REPLICA_IDENTITY,
    '`citus_rebalance_start` does it in the background.',
  ),
  doc(
    'get_rebalance_table_shards_plan',
    [
      parameter('relation', 'regclass', 'Only the group of this table.', 'NULL'),
      parameter('threshold', 'real', 'How far from even nodes may be before something moves.', 'NULL'),
      parameter('max_shard_moves', 'integer', 'Most moves.', '1000000'),
      parameter('excluded_shard_list', 'bigint[]', 'Shards that stay.', "'{}'"),
      parameter('drain_only', 'boolean', 'Only moves away from nodes that should have none.', 'false'),
      strategy,
    ],
    'SETOF record',
    'The moves that a rebalance would make. Nothing moves.',
    'Asks all workers for sizes, so it fails while one is down.',
  ),
  doc('get_rebalance_progress', [], 'SETOF record', 'The moves that are under way, with sizes at both ends.'),
  doc(
    'citus_move_shard_placement',
    [
      parameter('shard_id', 'bigint', 'Its id in `pg_dist_shard`.'),
      parameter('source_node_name', 'text', 'Node that it leaves.'),
      parameter('source_node_port', 'integer', 'That node’s port.'),
      parameter('target_node_name', 'text', 'Node that it moves to.'),
      parameter('target_node_port', 'integer', 'That node’s port.'),
      mode,
    ],
    'void',
    'Moves a shard, and the shards colocated with it, to another worker.',
    PRIMARY_ONLY,
    NEEDS_REPLICA_IDENTITY,
    'A standby coordinator that lags still sends writes to the old place: none should write meanwhile.',
  ),
  doc(
    'citus_copy_shard_placement',
    [
      parameter('shard_id', 'bigint', 'Its id in `pg_dist_shard`.'),
      parameter('source_node_name', 'text', 'Node with a good copy.'),
      parameter('source_node_port', 'integer', 'That node’s port.'),
      parameter('target_node_name', 'text', 'Node that gets another.'),
      parameter('target_node_port', 'integer', 'That node’s port.'),
      mode,
    ],
    'void',
    'Gives a shard one more copy, for tables with a replication factor above 1.',
    PRIMARY_ONLY,
  ),
  doc(
    'citus_split_shard_by_split_points',
    [
      parameter('shard_id', 'bigint', 'Its id in `pg_dist_shard`.'),
      parameter('split_points', 'text[]', 'Hash values that the parts end with.'),
      parameter('node_ids', 'integer[]', 'Node of each part, one more than points.'),
      mode,
    ],
    'void',
    'Splits a shard, and those colocated with it, into parts.',
    PRIMARY_ONLY,
  ),
  doc(
    'isolate_tenant_to_new_shard',
    [
      parameter('table_name', 'regclass', 'A distributed table.'),
      parameter('tenant_id', '"any"', 'Value of the distribution column.'),
      parameter('cascade_option', 'text', '`CASCADE` does it to all colocated tables.', "''"),
      mode,
    ],
    'bigint',
    'Gives one value of the distribution column a shard of its own. Returns its id; move it where you like.',
    PRIMARY_ONLY,
    'Fails without `CASCADE` where other tables are colocated.',
  ),
  doc(
    'get_shard_id_for_distribution_column',
    [
      parameter('table_name', 'regclass', 'A distributed table.'),
      parameter('distribution_value', '"any"', 'Value of the distribution column.', 'NULL'),
    ],
    'bigint',
    'The shard that has the rows of a value.',
  ),
  doc(
    'citus_table_size',
    [parameter('logicalrelid', 'regclass', 'A distributed table.')],
    'bigint',
    'Bytes of all shards, without indexes.',
    'Asks all workers; an error where one is down.',
  ),
  doc(
    'citus_total_relation_size',
    [
      parameter('logicalrelid', 'regclass', 'A distributed table.'),
      parameter('fail_on_error', 'boolean', 'Gives NULL instead of an error where it is false.', 'true'),
    ],
    'bigint',
    'Bytes of all shards with indexes and long values.',
    'Asks all workers; an error where one is down.',
  ),
];

const command = parameter('command', 'text', 'SQL, in dollar quotes.');
const shardCommand = parameter(
  'command',
  'text',
  'SQL, in dollar quotes, with `%s` where the shard’s name goes.',
);
const parallel = parameter('parallel', 'boolean', 'On all nodes at once.', 'true');

const COMMANDS: readonly FunctionDoc[] = [
  doc(
    'run_command_on_workers',
    [command, parallel],
    'SETOF record',
    'Runs a command on every worker, with a row for each.',
    NOT_ATOMIC,
    'From a standby, too: nothing keeps it from writing.',
  ),
  doc(
    'run_command_on_all_nodes',
    [
      command,
      parallel,
      parameter('give_warning_for_connection_errors', 'boolean', 'Goes on where a node is down.', 'false'),
    ],
    'SETOF record',
    'Runs a command on every node, the coordinator among them.',
    NOT_ATOMIC,
  ),
  doc(
    'run_command_on_coordinator',
    [command],
    'SETOF record',
    'Runs a command on the primary coordinator, from wherever you are.',
    'It commits by itself, whatever becomes of your transaction.',
  ),
  doc(
    'run_command_on_shards',
    [parameter('table_name', 'regclass', 'A distributed table.'), shardCommand, parallel],
    'SETOF record',
    'Runs a command on each shard of a table: `$$ SELECT count(*) FROM %s $$`.',
    NOT_ATOMIC,
  ),
  doc(
    'run_command_on_placements',
    [parameter('table_name', 'regclass', 'A distributed table.'), shardCommand, parallel],
    'SETOF record',
    'Runs a command on each copy of each shard.',
    NOT_ATOMIC,
  ),
  doc(
    'recover_prepared_transactions',
    [],
    'integer',
    'Ends what a crash left of two-phase commits. Returns how many.',
    'Run it on the one primary only: another server would roll back what is committed.',
  ),
];

/** Functions of Citus that people call, in our words (signatures as of Citus 13). */
export const functionDocs: readonly FunctionDoc[] = [...TABLES, ...NODES, ...SHARDS, ...COMMANDS];
