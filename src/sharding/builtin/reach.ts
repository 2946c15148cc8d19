import * as v from 'valibot';
import { explainJson } from '../../postgres/explain.ts';
import type { Session } from '../../postgres/session.ts';
import type { Reach, ShardedTable } from '../sharding.ts';
import { listTables } from './catalog.ts';

/** What is of interest in a node of `EXPLAIN (FORMAT JSON, VERBOSE)`. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly Operation?: string | undefined;
  readonly Schema?: string | undefined;
  readonly 'Relation Name'?: string | undefined;
  /** What a foreign scan reads, where it is more than one table: `(shards.a_1 a) INNER JOIN (shards.b_5 b)`. */
  readonly Relations?: string | undefined;
  readonly Plans?: readonly PlanNode[] | undefined;
}
const text = v.optional(v.string());
const PlanNode: v.GenericSchema<unknown, PlanNode> = v.object({
  'Node Type': v.string(),
  Operation: text,
  Schema: text,
  'Relation Name': text,
  Relations: text,
  Plans: v.optional(v.array(v.lazy(() => PlanNode))),
});
const Explained = v.tuple([v.object({ Plan: PlanNode })]);

/** Scans of shards, and joins of such that a worker does. */
const OF_SHARDS = /(^|[( ])shards\./;

/**
 * See `Sharding.reach`. Each foreign scan of a plan is a piece of work on a worker. Rows of an INSERT find their shard
 * when they are inserted: one row has one, several are counted as if they went to all.
 */
export const reach = async (session: Session, sql: string, ...options: string[]): Promise<Reach> => {
  const statement = { text: sql, values: [] };
  const [{ Plan }] = v.parse(Explained, await explainJson(session, statement, 'VERBOSE', ...options));
  const nodes = allNodes(Plan);
  const written = nodes.filter((node) => node['Node Type'] === 'ModifyTable');
  const tables = written.length === 0 ? [] : await listTables(session);
  const scans = nodes.filter(isShardScan).length;
  const writes = written.map((node) => tasksOfWrite(node, tables, session));
  const tasks = (await Promise.all(writes)).reduce((sum, count) => sum + count, scans);
  if (tasks === 0) return { kind: 'coordinator' };
  return { kind: 'shards', tasks, coordinatorToo: nodes.some((node) => isLocal(node, tables)) };
};

const allNodes = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(allNodes)];

const isShardScan = (node: PlanNode): boolean =>
  node['Node Type'] === 'Foreign Scan' && (node.Schema === 'shards' || OF_SHARDS.test(node.Relations ?? ''));

const target = (node: PlanNode, tables: readonly ShardedTable[]): ShardedTable | undefined =>
  tables.find(({ schema, name }) => schema === node.Schema && name === node['Relation Name']);

/** Pieces of work on workers that the plan has no scan for. */
const tasksOfWrite = async (
  node: PlanNode,
  tables: readonly ShardedTable[],
  session: Session,
): Promise<number> => {
  const table = target(node, tables);
  if (table?.type === 'reference') {
    // Its triggers send what has changed to every worker.
    const [row] = await session.query(
      v.object({ workers: v.number() }),
      'SELECT count(*)::int AS workers FROM shards.worker',
    );
    return row?.workers ?? 0;
  }
  if (table === undefined || node.Operation !== 'Insert') return 0;
  const oneRow =
    node.Plans?.length === 1 && node.Plans[0]?.['Node Type'] === 'Result' && !node.Plans[0].Plans;
  return oneRow ? 1 : table.shardCount;
};

/** Whether a node reads or writes rows that are the coordinator's own. */
const isLocal = (node: PlanNode, tables: readonly ShardedTable[]): boolean =>
  node['Relation Name'] !== undefined &&
  node.Schema !== 'shards' &&
  !(node['Node Type'] === 'ModifyTable' && target(node, tables)?.type === 'distributed');
