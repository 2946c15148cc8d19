import * as v from 'valibot';
import { ServerError, SqlState } from '../../postgres/errors.ts';
import { runsFunctionsToPlan, volatileFunctions, withoutEffect } from '../../postgres/explain.ts';
import type { Session } from '../../postgres/session.ts';
import type { Reach, ShardedTable, Sharding } from '../../sharding/sharding.ts';
import { classify, type StatementClass } from '../classify/classify.ts';
import { quotedName, type WrittenName } from '../classify/tree.ts';

/** What a statement is on a cluster. */
export type StatementEffect =
  | 'read'
  | 'one-shard write'
  | 'multi-shard write'
  | 'reference-table write'
  | 'local write'
  /** It may write, but what is known only to the function or procedure that it calls. */
  | 'may write'
  | 'ddl'
  | 'transaction'
  | 'utility'
  | 'unknown';

/** What is known about a statement on a cluster before it runs. */
export interface Whereabouts {
  readonly effect: StatementEffect;
  readonly statement: StatementClass;
  /** Where its plan has it run; absent where it has none, or wasn't planned. */
  readonly reach?: Reach;
  /** Why where it runs isn't known. */
  readonly notPlanned?: NotPlanned;
}

export interface NotPlanned {
  /** It depends on `parameters`; planning it would have an `effect`; or it is an `error`, as the server says. */
  readonly because: 'parameters' | 'effect' | 'error';
  readonly message: string;
}

/** The first version that plans a statement whose parameters have no values (PostgreSQL 16, `GENERIC_PLAN`). */
const PLANS_PARAMETERS = 160_000;

/**
 * Finds out where a statement would run, and what it would do there. Nothing of it is run: what would be run by planning
 * is not planned.
 * @param session outside of a transaction, and for this alone
 * @param tables what the sharding knows of
 * @throws ConnectionError
 */
export const findWhereabouts = async (
  session: Session,
  sharding: Sharding,
  tables: readonly ShardedTable[],
  sql: string,
): Promise<Whereabouts> => {
  const statement = await classify(sql);
  const plan: Plan = statement.hasPlan ? await planned(session, sharding, statement, sql) : {};
  const written = await resolve(session, statement.written);
  const missing = written.find(({ oid }) => oid === null);
  const oids = new Set(written.map(({ oid }) => oid));
  const effect =
    statement.kind === 'write'
      ? effectOfWrite(
          tables.filter(({ oid }) => oids.has(oid)),
          statement,
          plan.reach,
        )
      : await effectOf(session, statement);
  return {
    effect,
    statement,
    ...(missing && { notPlanned: { because: 'error', message: `There is no table ${missing.name}.` } }),
    ...plan,
  };
};

type Plan = Pick<Whereabouts, 'reach' | 'notPlanned'>;

const planned = async (
  session: Session,
  sharding: Sharding,
  statement: StatementClass,
  sql: string,
): Promise<Plan> => {
  const options: string[] = [];
  if (statement.parameters > 0) {
    if ((await serverVersion(session)) < PLANS_PARAMETERS)
      return { notPlanned: { because: 'parameters', message: 'It depends on $1.' } };
    options.push('GENERIC_PLAN');
  }
  const names = {
    functions: statement.functions.map(({ name }) => name),
    relations: [...statement.written, ...statement.read].map(quotedName),
  };
  try {
    return await withoutEffect(session, async () => {
      if (await runsFunctionsToPlan(session, names, statement.rows !== undefined)) {
        return { notPlanned: { because: 'effect', message: RUNS_A_FUNCTION } };
      }
      return { reach: await sharding.reach(session, sql, ...options) };
    });
  } catch (error) {
    if (error instanceof ServerError) return { notPlanned: reason(error) };
    throw error;
  }
};

const RUNS_A_FUNCTION = 'Planning it could run a function that it calls, so it was not planned.';
const DRAWS = 'Planning it would already draw from a sequence or write, so it was not planned.';

/** Citus evaluates what is volatile in an INSERT's VALUES when it plans it: a number of a sequence would be gone. */
const reason = ({ code, message }: ServerError): NotPlanned =>
  code === SqlState.readOnlyTransaction
    ? { because: 'effect', message: DRAWS }
    : { because: 'error', message };

/** What a statement is that isn't a write by its syntax. */
const effectOf = async (session: Session, statement: StatementClass): Promise<StatementEffect> => {
  switch (statement.kind) {
    case 'call': {
      const names = statement.functions.map(({ name }) => name);
      return (await volatileFunctions(session, names)).length > 0 ? 'may write' : 'read';
    }
    case 'read':
    case 'lock':
      return statement.mayWrite ? 'may write' : 'read';
    case 'write':
    case 'utility':
      return statement.mayWrite ? 'may write' : 'utility';
    case 'ddl':
    case 'transaction':
    case 'unknown':
      return statement.kind;
  }
};

const effectOfWrite = (
  written: readonly ShardedTable[],
  { rows, hasPlan }: StatementClass,
  reach: Reach | undefined,
): StatementEffect => {
  if (written.some(({ type }) => type === 'reference')) return 'reference-table write';
  const spread = written.some(({ type }) => type !== 'local');
  if (!spread) return 'local write';
  if (reach?.kind === 'shards') {
    return reach.tasks === 1 && !reach.coordinatorToo ? 'one-shard write' : 'multi-shard write';
  }
  return hasPlan && rows === 1 ? 'one-shard write' : 'multi-shard write';
};

/** The tables that names stand for in this session; null where there is none. */
const resolve = (
  session: Session,
  names: readonly WrittenName[],
): Promise<{ name: string; oid: number | null }[]> =>
  session.query(
    v.object({ name: v.string(), oid: v.nullable(v.number()) }),
    'SELECT name, pg_catalog.to_regclass(name)::oid AS oid FROM pg_catalog.unnest($1::text[]) AS name',
    [names.map(quotedName)],
  );

const serverVersion = async (session: Session): Promise<number> => {
  const [row] = await session.query(
    v.object({ version: v.number() }),
    "SELECT pg_catalog.current_setting('server_version_num')::int AS version",
  );
  return row?.version ?? 0;
};
