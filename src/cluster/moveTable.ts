import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as v from 'valibot';
import type { Credentials } from '../postgres/endpoint.ts';
import { toPostgresError } from '../postgres/errors.ts';
import { qualifiedName, quoteIdentifier } from '../postgres/identifier.ts';
import { type Session, withSession } from '../postgres/session.ts';
import { readTableDefinition, type TableDefinition, type TableName } from '../postgres/tableDefinition.ts';
import type { ShardedTable, Sharding } from '../sharding/sharding.ts';
import type { OperationOptions } from './clusters.ts';
import { ClusterError } from './errors.ts';

/** One of the two clusters: how it spreads tables, and how to log in to its primary coordinator. */
export interface MoveSide {
  readonly sharding: Sharding;
  readonly primary: Credentials;
}

export interface MoveOptions extends OperationOptions {
  readonly signal: AbortSignal;
  /** Whether the original stays. */
  readonly keep: boolean;
}

/** Values are written and compared as text, which must not depend on whose server writes it. */
const SAME_TEXT = {
  TimeZone: 'UTC',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  search_path: 'pg_catalog',
};
const STEPS = ['Read how it is made', 'Make it there', 'Copy its rows', 'Compare the two'] as const;

/**
 * Copies a table, as one transaction there, under a lock here that lets nobody write meanwhile. The original is dropped
 * before the copy is committed, so that all can be undone until then; what is cancelled later is done.
 * See `ClusterService.moveTable`.
 */
export const moveTable = async (
  from: MoveSide,
  name: TableName,
  to: MoveSide,
  options: MoveOptions,
): Promise<bigint> => {
  const undo = new AbortController();
  const { signal } = undo;
  const abort = (): void => {
    undo.abort();
  };
  options.signal.addEventListener('abort', abort);
  if (options.signal.aborted) abort();
  const connection = { applicationName: 'citus-move-table', signal, settings: SAME_TEXT };
  try {
    return await withSession(from.primary, connection, (source) =>
      withSession(to.primary, connection, async (target) => {
        for (const session of [source, target])
          signal.addEventListener('abort', () => {
            letGo(session);
          });
        await source.run('BEGIN');
        await target.run('BEGIN');
        const { table, rows } = await copyTable(
          { ...from, session: source },
          name,
          { ...to, session: target },
          { ...options, signal },
        );
        // Waits for those who read it.
        if (!options.keep) await source.run(`DROP TABLE ${qualifiedName(table)}`);
        signal.throwIfAborted();
        options.signal.removeEventListener('abort', abort);
        await target.run('COMMIT');
        if (!options.keep) await commitDrop(source, table);
        return rows;
      }),
    );
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new ClusterError(
      'cancelled',
      `Moving ${name.name} was cancelled; it is as it was.`,
      { cluster: '' },
      { cause: error },
    );
  } finally {
    options.signal.removeEventListener('abort', abort);
  }
};

/** Has a server end what it does for a closed connection: it would go on, or wait for a lock that others then wait for. */
const letGo = (session: Session): void => {
  // Where it can't be reached there is nobody to ask.
  session.cancel().catch(() => undefined);
};

const commitDrop = async (source: Session, { schema, name }: TableName): Promise<void> => {
  try {
    await source.run('COMMIT');
  } catch (error) {
    const { message } = toPostgresError(error, 'this cluster');
    throw new ClusterError(
      'original-stays',
      `${name} is in the other cluster now, but dropping the original failed: ${message}`,
      { table: name },
      { nextStep: `The two were equal: drop ${schema}.${name} here where it is still there.`, cause: error },
    );
  }
};

interface OpenSide extends MoveSide {
  readonly session: Session;
}

/** Copies in the transactions that are open on both sides. */
const copyTable = async (
  from: OpenSide,
  name: TableName,
  to: OpenSide,
  options: MoveOptions,
): Promise<{ table: ShardedTable; rows: bigint }> => {
  const report = (step: number, more = ''): void =>
    options.onProgress?.({ running: [`${STEPS[step] ?? ''}${more}`], done: step, total: STEPS.length });
  report(0);
  const table = await findTable(from, name);
  await from.session.run(`LOCK TABLE ONLY ${qualifiedName(table)} IN SHARE MODE`);
  await refuseTaken(to.session, table);
  const model = await from.sharding.modelOf(from.session, table);
  const definition = await readTableDefinition(from.session, table, model);

  report(1);
  for (const statement of definition.create) await to.session.run(statement);
  await distribute(to, table);
  report(2);
  await copyRows(from.session, to.session, table, definition, options.signal, (megabytes) => {
    report(2, `: ${megabytes} MB`);
  });
  report(3);
  const [original, copy] = [
    await fingerprint(from.session, table, definition),
    await fingerprint(to.session, table, definition),
  ];
  if (original.rows !== copy.rows || original.checksum !== copy.checksum) {
    throw new ClusterError(
      'copy-differs',
      `The copy of ${table.name} has ${copy.rows} rows (checksum ${copy.checksum}), the original ${original.rows} (${original.checksum}). The copy was rolled back.`,
      { table: table.name },
      { nextStep: 'Look for types whose text differs between the two servers, and report this.' },
    );
  }
  return { table, rows: BigInt(copy.rows) };
};

const findTable = async (
  { session, sharding }: OpenSide,
  { schema, name }: TableName,
): Promise<ShardedTable> => {
  const tables = await sharding.listTables(session);
  const found = tables.find((table) => table.schema === schema && table.name === name);
  if (found === undefined) {
    throw new ClusterError('not-found', `There is no distributed table ${schema}.${name} any more.`, {
      what: name,
    });
  }
  if (found.type === 'distributed' || found.type === 'reference') return found;
  throw new ClusterError(
    'not-movable',
    `${name} is neither distributed by a column nor a reference table.`,
    { table: name },
    { nextStep: 'Move it with pg_dump and psql.' },
  );
};

const refuseTaken = async (target: Session, table: TableName): Promise<void> => {
  const [row] = await target.query(
    v.object({ taken: v.boolean() }),
    'SELECT pg_catalog.to_regclass($1) IS NOT NULL AS taken',
    [qualifiedName(table)],
  );
  if (row?.taken !== true) return;
  throw new ClusterError(
    'not-movable',
    `The other cluster has something named ${table.schema}.${table.name} already.`,
    { table: table.name },
    { nextStep: 'Rename or drop that, then move the table again.' },
  );
};

const distribute = async ({ session, sharding }: OpenSide, table: ShardedTable): Promise<void> => {
  const { distributionColumn: column, shardCount } = table;
  if (column === undefined) await sharding.makeReferenceTable(session, table);
  else await sharding.distributeTable(session, table, { column, shardCount });
};

const copyRows = async (
  source: Session,
  target: Session,
  table: TableName,
  { columns }: TableDefinition,
  signal: AbortSignal,
  onMegabytes: (megabytes: number) => void,
): Promise<void> => {
  const list = columns.map(quoteIdentifier).join(', ');
  const name = qualifiedName(table);
  let bytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const before = Math.floor(bytes / 1024 ** 2);
      bytes += chunk.length;
      if (Math.floor(bytes / 1024 ** 2) > before) onMegabytes(Math.floor(bytes / 1024 ** 2));
      done(null, chunk);
    },
  });
  const rows = await source.copyOut(`COPY (SELECT ${list} FROM ${name}) TO STDOUT`);
  try {
    await pipeline(rows, count, await target.copyIn(`COPY ${name} (${list}) FROM STDIN`), { signal });
  } catch (error) {
    throw toPostgresError(error, 'the other cluster');
  }
};

const Fingerprint = v.object({ rows: v.string(), checksum: v.string() });

/** Number of rows, and a sum over a hash of each row's text: equal whatever the order. */
const fingerprint = async (
  session: Session,
  table: TableName,
  { columns }: TableDefinition,
): Promise<v.InferOutput<typeof Fingerprint>> => {
  const row = `ROW(${columns.map(quoteIdentifier).join(', ')})::text`;
  const [found] = await session.query(
    Fingerprint,
    `SELECT count(*)::text AS rows, coalesce(sum(hashtextextended(${row}, 0)::numeric), 0)::text AS checksum
     FROM ${qualifiedName(table)}`,
  );
  if (found === undefined) throw new Error('An aggregate gives one row.');
  return found;
};
