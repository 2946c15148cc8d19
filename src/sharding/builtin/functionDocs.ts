import { type FunctionDoc, parameter, type ParameterDoc } from '../functionDocs.ts';

const PRIMARY_ONLY = 'Runs on the primary coordinator only.';
const NOT_ATOMIC = 'Each command commits by itself: one that fails undoes none of the others.';

const table = parameter('table_name', 'regclass', 'The table; a plain one that may have rows.');
const command = parameter('command', 'text', 'SQL, in dollar quotes.');

const doc = (
  name: string,
  parameters: readonly ParameterDoc[],
  result: string,
  summary: string,
  ...notes: readonly string[]
): FunctionDoc => ({ schema: 'sharding', name, parameters, result, summary, notes });

/** Functions of schema `sharding`, whose SQL is in `resources`. */
export const functionDocs: readonly FunctionDoc[] = [
  doc(
    'create_distributed_table',
    [
      table,
      parameter('distribution_column', 'text', 'Column by whose hash rows are spread.'),
      parameter('distribution_type', 'text', 'Only `hash`.', "'hash'"),
      parameter(
        'colocate_with',
        'text',
        'A table to share shards’ places with, `none`, or `default`.',
        "'default'",
      ),
      parameter('shard_count', 'integer', 'How many shards.', 'NULL'),
    ],
    'void',
    'Makes a plain table a distributed one: partitioned by hash, its partitions on the workers.',
    PRIMARY_ONLY,
    'The distribution column belongs to every primary key and unique constraint.',
  ),
  doc(
    'create_reference_table',
    [table],
    'void',
    'Gives every node a whole copy of a small table.',
    PRIMARY_ONLY,
    'It needs a primary key, by which changed rows are found in the copies.',
  ),
  doc(
    'alter_sharded_table',
    [
      parameter('table_name', 'regclass', 'A distributed or reference table.'),
      parameter('action', 'text', 'What would stand behind `ALTER TABLE name`.'),
    ],
    'void',
    'Alters a table on all nodes.',
    PRIMARY_ONLY,
  ),
  doc(
    'run_command_on_workers',
    [command],
    'SETOF record',
    'Runs a command on every worker, with a row for each.',
    NOT_ATOMIC,
  ),
  doc(
    'run_command_on_shards',
    [
      parameter('table_name', 'regclass', 'A distributed table.'),
      parameter('command', 'text', 'SQL, in dollar quotes, with `%s` where the shard’s name goes.'),
    ],
    'SETOF record',
    'Runs a command on each shard of a table.',
    NOT_ATOMIC,
  ),
  doc('run_command_on_coordinator', [command], 'SETOF record', 'Runs a command on the primary coordinator.'),
];
