import { type FunctionDoc, parameter, type ParameterDoc } from '../functionDocs.ts';
import {
  cascade,
  colocateWith,
  command,
  distributedTable,
  distributionColumn,
  distributionType,
  drainOnly,
  fromTo,
  improvement,
  mode,
  nodeName,
  nodePort,
  parallel,
  shardCommand,
  shardCount,
  shardId,
  sizedTable,
  strategy,
  table,
  transferMode,
  warns,
  whatMoves,
} from './functionArguments.ts';

const PRIMARY_ONLY = 'Runs on the primary coordinator only, not on a standby or a worker.';
const NOT_ATOMIC =
  'Each command commits by itself: one that fails undoes none of the others, and neither does ROLLBACK.';
const BLOCKS = 'Writes to the table wait until it is done.';
const NEEDS_REPLICA_IDENTITY =
  'With `auto`, tables need a primary key or a replica identity; `block_writes` does without, and blocks writes meanwhile.';

const doc = (
  name: string,
  parameters: readonly ParameterDoc[],
  result: string,
  summary: string,
  ...notes: readonly string[]
): FunctionDoc => ({ schema: 'pg_catalog', name, parameters, result, summary, notes });

const onPrimary = (...[name, parameters, result, summary, ...notes]: Parameters<typeof doc>): FunctionDoc =>
  doc(name, parameters, result, summary, PRIMARY_ONLY, ...notes);

const TABLES: readonly FunctionDoc[] = [
  onPrimary(
    'create_distributed_table',
    [table, distributionColumn, distributionType, colocateWith, shardCount],
    'void',
    'Makes a plain table a distributed one: its rows are spread over the workers by the hash of one column.',
    BLOCKS,
    'Rows that are there move to the shards; the local copy stays until `truncate_local_data_after_distributing_table`.',
    'Tables that are joined on the distribution column should be colocated: the same column type, shard count and group.',
  ),
  onPrimary(
    'create_distributed_table_concurrently',
    [table, distributionColumn, distributionType, colocateWith, shardCount],
    'void',
    'Like `create_distributed_table`, while others go on writing to the table.',
    'Can’t run inside a transaction, and needs a primary key or a replica identity.',
  ),
  onPrimary(
    'create_reference_table',
    [table],
    'void',
    'Gives every node a whole copy of a small table, so that it joins with everything locally.',
    'A write goes to all nodes in one transaction: meant for tables that change rarely.',
  ),
  onPrimary(
    'undistribute_table',
    [parameter('table_name', 'regclass', 'A distributed, reference or local table of Citus.'), cascade],
    'void',
    'Brings all rows back to the coordinator and makes the table a plain one again.',
    'The coordinator needs room for the whole table. It has another OID afterwards.',
  ),
  onPrimary(
    'alter_distributed_table',
    [
      distributedTable,
      parameter('distribution_column', 'text', 'The new one.', 'NULL'),
      parameter('shard_count', 'integer', 'The new one.', 'NULL'),
      parameter('colocate_with', 'text', 'The table to be colocated with from now on.', 'NULL'),
      parameter('cascade_to_colocated', 'boolean', 'Does the same to all of its group.', 'NULL'),
    ],
    'void',
    'Changes a table’s distribution column, shard count or colocation group by making it anew with all rows.',
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
  onPrimary(
    'citus_add_local_table_to_metadata',
    [parameter('table_name', 'regclass', 'A plain table of the coordinator.'), cascade],
    'void',
    'Lets workers know a coordinator’s table, so that they can query it, too.',
  ),
  onPrimary(
    'update_distributed_table_colocation',
    [
      distributedTable,
      parameter('colocate_with', 'text', 'A table whose shards are in the same places, or `none`.'),
    ],
    'void',
    'Notes that two tables are colocated, or that one no longer is. No row moves.',
  ),
  onPrimary(
    'truncate_local_data_after_distributing_table',
    [parameter('function_name', 'regclass', 'A distributed table.')],
    'void',
    'Frees the rows that a table had on the coordinator before it was distributed.',
  ),
  onPrimary(
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
  ),
  onPrimary(
    'citus_schema_distribute',
    [parameter('schemaname', 'regnamespace', 'The schema.')],
    'void',
    'Makes each table of a schema a single shard, all on one node: sharding by schema.',
  ),
  onPrimary(
    'citus_schema_undistribute',
    [parameter('schemaname', 'regnamespace', 'A distributed schema.')],
    'void',
    'Brings a distributed schema’s tables back to the coordinator.',
  ),
];

const NODES: readonly FunctionDoc[] = [
  onPrimary(
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
    'It has no shards before a rebalance: `citus_rebalance_start`.',
    'The server needs the extension, and to be let in by the others without asking for a password.',
  ),
  onPrimary(
    'citus_remove_node',
    [nodeName, nodePort],
    'void',
    'Takes a worker out of the cluster.',
    'Fails while shards of distributed tables are on it: `citus_drain_node` first.',
  ),
  onPrimary(
    'citus_drain_node',
    [nodeName, nodePort, mode, strategy],
    'void',
    'Moves all shards from a worker to the others, and gives it no new ones.',
    'Waits until all is done; `citus_rebalance_start(drain_only => true)` does it in the background.',
  ),
  onPrimary(
    'citus_disable_node',
    [nodeName, nodePort, parameter('synchronous', 'boolean', 'Waits until all nodes know.', 'false')],
    'void',
    'Has no query sent to a worker for now.',
    'Queries that need its shards fail unless the shards have other copies.',
  ),
  onPrimary(
    'citus_activate_node',
    [nodeName, nodePort],
    'integer',
    'Takes a worker that was disabled back, and gives it the metadata anew.',
  ),
  onPrimary(
    'citus_set_coordinator_host',
    [
      parameter('host', 'text', 'Address that the workers reach the coordinator by.'),
      parameter('port', 'integer', 'Its port.', "current_setting('port')::int"),
      parameter('node_role', 'noderole', 'Its role.', "'primary'"),
      parameter('node_cluster', 'name', 'Cluster that it belongs to.', "'default'"),
    ],
    'void',
    'Tells the coordinator under which address the other nodes reach it.',
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
  onPrimary(
    'citus_set_node_property',
    [
      nodeName,
      nodePort,
      parameter('property', 'text', '`shouldhaveshards`.'),
      parameter('value', 'boolean', 'Whether it has it.'),
    ],
    'void',
    'Says whether a node gets shards. One without is a query node: it takes reads and writes like a coordinator.',
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
  onPrimary(
    'citus_rebalance_start',
    [
      strategy,
      drainOnly,
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
    NEEDS_REPLICA_IDENTITY,
    'Look at it with `citus_rebalance_status()`, end it with `citus_rebalance_stop()`.',
  ),
  onPrimary(
    'citus_rebalance_stop',
    [],
    'void',
    'Cancels the rebalance that is under way. What has moved stays moved.',
  ),
  onPrimary('citus_rebalance_wait', [], 'void', 'Waits until the rebalance that is under way has ended.'),
  doc(
    'citus_rebalance_status',
    [parameter('raw', 'boolean', 'Numbers instead of words for people.', 'false')],
    'SETOF record',
    'State of the last rebalance, with its moves.',
  ),
  onPrimary(
    'rebalance_table_shards',
    [...whatMoves, mode, drainOnly, strategy],
    'void',
    'Evens out shards over the workers, and returns when that is done.',
    NEEDS_REPLICA_IDENTITY,
    '`citus_rebalance_start` does it in the background.',
  ),
  doc(
    'get_rebalance_table_shards_plan',
    [...whatMoves, drainOnly, strategy, improvement],
    'SETOF record',
    'The moves that a rebalance would make. Nothing moves.',
    'Asks all workers for sizes, so it fails while one is down.',
  ),
  doc('get_rebalance_progress', [], 'SETOF record', 'The moves that are under way, with sizes at both ends.'),
  onPrimary(
    'citus_move_shard_placement',
    [shardId, ...fromTo, mode],
    'void',
    'Moves a shard, and the shards colocated with it, to another worker.',
    NEEDS_REPLICA_IDENTITY,
    'A standby coordinator that lags still sends writes to the old place: none should write meanwhile.',
  ),
  onPrimary(
    'citus_copy_shard_placement',
    [shardId, ...fromTo, transferMode],
    'void',
    'Gives a shard one more copy, for tables with a replication factor above 1.',
  ),
  onPrimary(
    'citus_split_shard_by_split_points',
    [
      shardId,
      parameter('split_points', 'text[]', 'Hash values that the parts end with.'),
      parameter('node_ids', 'integer[]', 'Node of each part, one more than points.'),
      mode,
    ],
    'void',
    'Splits a shard, and those colocated with it, into parts.',
  ),
  onPrimary(
    'isolate_tenant_to_new_shard',
    [
      distributedTable,
      parameter('tenant_id', '"any"', 'Value of the distribution column.'),
      parameter('cascade_option', 'text', '`CASCADE` does it to all colocated tables.', "''"),
      mode,
    ],
    'bigint',
    'Gives one value of the distribution column a shard of its own. Returns its id; move it where you like.',
    'Fails without `CASCADE` where other tables are colocated.',
  ),
  doc(
    'get_shard_id_for_distribution_column',
    [distributedTable, parameter('distribution_value', '"any"', 'Value of the distribution column.', 'NULL')],
    'bigint',
    'The shard that has the rows of a value.',
  ),
  doc(
    'citus_table_size',
    [sizedTable],
    'bigint',
    'Bytes of all shards, without indexes.',
    'Asks all workers; an error where one is down.',
  ),
  doc(
    'citus_total_relation_size',
    [
      sizedTable,
      parameter('fail_on_error', 'boolean', 'Gives NULL instead of an error where it is false.', 'true'),
    ],
    'bigint',
    'Bytes of all shards with indexes and long values.',
    'Asks all workers; an error where one is down.',
  ),
];

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
    [command, parallel, warns],
    'SETOF record',
    'Runs a command on every node, the coordinator among them.',
    NOT_ATOMIC,
  ),
  doc(
    'run_command_on_coordinator',
    [command, warns],
    'SETOF record',
    'Runs a command on the primary coordinator, from wherever you are.',
    'It commits by itself, whatever becomes of your transaction.',
  ),
  doc(
    'run_command_on_shards',
    [distributedTable, shardCommand, parallel],
    'SETOF record',
    'Runs a command on each shard of a table: `$$ SELECT count(*) FROM %s $$`.',
    NOT_ATOMIC,
  ),
  doc(
    'run_command_on_placements',
    [distributedTable, shardCommand, parallel],
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
