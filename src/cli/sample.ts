import { catchUp } from '../cluster/replication.ts';
import type { ClusterService } from '../cluster/clusters.ts';
import { type Cluster, coordinators } from '../cluster/model.ts';
import { connect, type Session } from '../postgres/session.ts';
import { decodeRows, type Row } from '../postgres/dataRows.ts';
import { split } from '../sql/splitter/splitter.ts';

/** What one statement of the sample gave. */
export interface SampleResult {
  readonly node: string;
  readonly role: 'primary' | 'standby';
  readonly sql: string;
  readonly commandTag: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  readonly milliseconds: number;
}

/** A comment such as `-- on coordinator2: …` names where the statements below it run. */
const TARGET = /^-- on (\w+):/gm;

/**
 * Runs a file's statements in order, each on the coordinator that the file names for it.
 * A standby is first given the time to replay what the primary wrote, so that reads see the writes before them.
 * @throws ServerError or ConnectionError for the first statement that fails
 */
export const runSample = async (
  service: ClusterService,
  cluster: Cluster,
  source: string,
): Promise<SampleResult[]> => {
  const status = await service.coordinatorStatus(cluster);
  const sessions = new Map<string, Session>();
  const roleOf = (name: string): 'primary' | 'standby' => status.get(name)?.role ?? 'primary';
  const [first] = coordinators(cluster);
  const primary = coordinators(cluster).find(({ name }) => roleOf(name) === 'primary') ?? first;
  const sessionOn = async (name: string): Promise<Session> => {
    const open = sessions.get(name);
    if (open) return open;
    const node = cluster.nodes.find((candidate) => candidate.name === name);
    if (node === undefined)
      throw new Error(`The sample names ${name}, and ${cluster.name} has no such node.`);
    const session = await connect(await service.credentials(cluster, node), {
      applicationName: 'citus-sample',
    });
    sessions.set(name, session);
    return session;
  };
  try {
    const results: SampleResult[] = [];
    for (const piece of split(source)) {
      const named = [...source.slice(0, piece.start).matchAll(TARGET)].at(-1)?.[1];
      const node = named ?? primary?.name ?? '';
      const session = await sessionOn(node);
      if (roleOf(node) === 'standby' && primary) await catchUp(await sessionOn(primary.name), node);
      results.push({ node, role: roleOf(node), sql: piece.text, ...(await execute(session, piece.text)) });
    }
    return results;
  } finally {
    await Promise.all([...sessions.values()].map((session) => session.close()));
  }
};

const execute = async (
  session: Session,
  sql: string,
): Promise<Pick<SampleResult, 'commandTag' | 'columns' | 'rows' | 'milliseconds'>> => {
  const columns: string[] = [];
  const rows: Row[] = [];
  const begun = performance.now();
  const { commandTag } = await session.execute(sql, {
    columns: (described) => columns.push(...described.map(({ name }) => name)),
    rows: (messages) => {
      rows.push(...decodeRows(messages));
      return undefined;
    },
  });
  return { commandTag, columns, rows, milliseconds: Math.round((performance.now() - begun) * 10) / 10 };
};
