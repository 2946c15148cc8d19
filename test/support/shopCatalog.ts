import { Catalog, type Relation, type RelationDetails } from '../../src/sql/catalog/catalog.ts';
import type { CompletionKnowledge } from '../../src/sql/completion/complete.ts';
import { functionDocs } from '../../src/sharding/citus/functionDocs.ts';
import type { ShardedTable } from '../../src/sharding/sharding.ts';

const sharded = (oid: number, name: string, column: string): ShardedTable => ({
  oid,
  schema: 'public',
  name,
  type: 'distributed',
  distributionColumn: column,
  shardCount: 32,
  colocationId: 4,
  owner: 'postgres',
});

const relation = (oid: number, schema: string, name: string, more: Partial<Relation> = {}): Relation => ({
  oid,
  schema,
  name,
  kind: 'table',
  ...more,
});

const columns = (...names: readonly string[]): RelationDetails['columns'] =>
  names.map((name) => ({
    name,
    type: name.endsWith('_id') ? 'bigint' : 'text',
    notNull: name.endsWith('_id'),
  }));

const DETAILS: ReadonlyMap<number, RelationDetails> = new Map([
  [
    1,
    {
      columns: columns('tenant_id', 'order_id', 'status', 'total'),
      primaryKey: ['tenant_id', 'order_id'],
      foreignKeys: [],
    },
  ],
  [2, { columns: columns('tenant_id', 'name'), primaryKey: ['tenant_id'], foreignKeys: [] }],
  [
    3,
    {
      columns: columns('tenant_id', 'order_id', 'sku', 'quantity'),
      foreignKeys: [
        { columns: ['tenant_id', 'order_id'], table: 1, tableColumns: ['tenant_id', 'order_id'] },
      ],
    },
  ],
  [4, { columns: columns('code', 'name'), primaryKey: ['code'], foreignKeys: [] }],
  [5, { columns: columns('Id', 'user', 'plain'), foreignKeys: [] }],
  [6, { columns: columns('day', 'amount'), foreignKeys: [] }],
]);

const routine = { kind: 'function', setReturning: false } as const;

/** A small shop's database, spread by Citus. */
export const SHOP: CompletionKnowledge = {
  catalog: new Catalog({
    schemas: ['pg_catalog', 'public', 'sales'],
    relations: [
      relation(1, 'public', 'orders', {
        sharded: sharded(1, 'orders', 'tenant_id'),
        comment: 'what people buy',
      }),
      relation(2, 'public', 'tenants', { sharded: sharded(2, 'tenants', 'tenant_id') }),
      relation(3, 'public', 'items', { sharded: sharded(3, 'items', 'tenant_id') }),
      relation(4, 'public', 'countries', {
        sharded: {
          oid: 4,
          schema: 'public',
          name: 'countries',
          type: 'reference',
          shardCount: 1,
          colocationId: 9,
          owner: 'postgres',
        },
      }),
      relation(5, 'public', 'Mixed'),
      relation(6, 'sales', 'report', { kind: 'view' }),
      relation(7, 'public', 'order_ids', { kind: 'sequence' }),
      relation(8, 'pg_catalog', 'pg_class'),
    ],
    routines: [
      {
        ...routine,
        schema: 'pg_catalog',
        name: 'count',
        arguments: '"any"',
        result: 'bigint',
        kind: 'aggregate',
      },
      { ...routine, schema: 'pg_catalog', name: 'now', arguments: '', result: 'timestamp with time zone' },
      { ...routine, schema: 'pg_catalog', name: 'substring', arguments: 'text, integer', result: 'text' },
      {
        ...routine,
        schema: 'pg_catalog',
        name: 'substring',
        arguments: 'text, integer, integer',
        result: 'text',
      },
      {
        ...routine,
        schema: 'pg_catalog',
        name: 'generate_series',
        arguments: 'integer, integer',
        result: 'SETOF integer',
        setReturning: true,
      },
      {
        ...routine,
        schema: 'pg_catalog',
        name: 'create_distributed_table',
        arguments:
          "table_name regclass, distribution_column text, colocate_with text DEFAULT 'default'::text",
        result: 'void',
      },
      {
        ...routine,
        schema: 'public',
        name: 'top_orders',
        arguments: 'tenant bigint',
        result: 'TABLE(order_id bigint, total numeric)',
        setReturning: true,
      },
      { ...routine, schema: 'public', name: 'close_month', arguments: 'month date', kind: 'procedure' },
      { ...routine, schema: 'sales', name: 'forecast', arguments: 'days integer', result: 'numeric' },
    ],
    types: [
      { schema: 'pg_catalog', name: 'cidr' },
      { schema: 'public', name: 'mood' },
    ],
    settings: [
      {
        name: 'work_mem',
        description: 'Memory for query workspaces.',
        type: 'integer',
        unit: 'kB',
        value: '4096',
        choices: [],
      },
      { name: 'enable_seqscan', description: '', type: 'bool', value: 'on', choices: [] },
      {
        name: 'citus.shard_count',
        description: 'Shards of new tables.',
        type: 'integer',
        value: '32',
        choices: [],
      },
      {
        name: 'citus.multi_shard_modify_mode',
        description: '',
        type: 'enum',
        value: 'parallel',
        choices: ['parallel', 'sequential'],
      },
      { name: 'search_path', description: '', type: 'string', value: '', choices: [] },
    ],
    searchPath: ['pg_catalog', 'public'],
  }),
  searchPath: ['pg_catalog', 'public'],
  details: (oid) => DETAILS.get(oid),
  functionDocs,
};
