import * as v from 'valibot';
import { decodeRows } from './dataRows.ts';
import type { Session } from './session.ts';
import type { BoundStatement, ResultSink } from './statement.ts';

/**
 * A statement's plan as PostgreSQL gives it in JSON; the statement isn't run. Planning can run functions of it: see
 * `runsFunctionsToPlan`.
 * @param options more options of EXPLAIN, such as `VERBOSE`
 * @throws ServerError where it can't be planned
 */
export const explainJson = async (
  session: Session,
  { text, values }: BoundStatement,
  ...options: string[]
): Promise<unknown> => {
  const lines: string[] = [];
  const sink: ResultSink = {
    columns: () => undefined,
    rows: (messages) => {
      for (const [line] of decodeRows(messages)) lines.push(line ?? '');
      return undefined;
    },
  };
  const explain = `EXPLAIN (${['FORMAT JSON', 'COSTS OFF', ...options].join(', ')}) ${text}`;
  await session.execute(explain, sink, undefined, { values });
  return JSON.parse(lines.join('\n')) as unknown;
};

/** Planning takes milliseconds; what takes longer waits for something. */
const PLANNING_DEADLINE = '2s';
const LOCK_DEADLINE = '500ms';

/**
 * Does what only looks, in a transaction that may not write, is undone in any case, and doesn't wait long: neither for
 * a lock, with others queueing behind it, nor for a node.
 * @param session outside of a transaction
 */
export const withoutEffect = async <T>(session: Session, look: () => Promise<T>): Promise<T> => {
  await session.run('BEGIN READ ONLY');
  try {
    await session.run(`SET LOCAL statement_timeout = '${PLANNING_DEADLINE}'`);
    await session.run(`SET LOCAL lock_timeout = '${LOCK_DEADLINE}'`);
    return await look();
  } finally {
    if (!session.closed) await session.run('ROLLBACK');
  }
};

/**
 * Whether planning a statement could run a function that somebody wrote. PostgreSQL runs immutable functions of
 * constants, and stable ones to estimate; Citus runs volatile ones in the VALUES of an INSERT. They promise to have no
 * effect, but a function in PL/pgSQL can break that even in a transaction that may not write, by way of another server.
 * Those of extensions, and those in C, are trusted.
 * @param names what the statement names: functions without their schema, relations quoted as SQL needs it
 * @param volatileToo whether volatile ones run, too
 */
export const runsFunctionsToPlan = async (
  session: Session,
  names: { readonly functions: readonly string[]; readonly relations: readonly string[] },
  volatileToo: boolean,
): Promise<boolean> => {
  const [row] = await session.query(v.object({ yes: v.boolean() }), RUNS_FUNCTIONS, [
    names.functions,
    names.relations,
    volatileToo,
  ]);
  return row?.yes ?? true;
};

/**
 * Functions are called by name, by an operator or a cast, or by a view, a policy or a default of a table. OIDs below
 * 16384 are PostgreSQL's own (PostgreSQL's src/include/access/transam.h, FirstNormalObjectId).
 */
const RUNS_FUNCTIONS = `
  WITH RECURSIVE own AS (
    SELECT p.oid, p.proname FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    WHERE p.oid >= 16384 AND (p.provolatile <> 'v' OR $3::bool) AND l.lanname NOT IN ('internal', 'c')
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                      WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
  ), relation (oid) AS (
    SELECT pg_catalog.to_regclass(name)::oid FROM pg_catalog.unnest($2::text[]) name
    UNION
    SELECT d.refobjid FROM relation JOIN pg_catalog.pg_rewrite w ON w.ev_class = relation.oid
      JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = w.oid
                                 AND d.refclassid = 'pg_catalog.pg_class'::regclass
  ), caller (class, oid) AS (
    SELECT 'pg_catalog.pg_rewrite'::regclass, w.oid FROM pg_catalog.pg_rewrite w JOIN relation ON relation.oid = w.ev_class
    UNION ALL
    SELECT 'pg_catalog.pg_policy'::regclass, p.oid FROM pg_catalog.pg_policy p JOIN relation ON relation.oid = p.polrelid
    UNION ALL
    SELECT 'pg_catalog.pg_attrdef'::regclass, a.oid FROM pg_catalog.pg_attrdef a JOIN relation ON relation.oid = a.adrelid
    UNION ALL
    SELECT 'pg_catalog.pg_operator'::regclass, oid FROM pg_catalog.pg_operator WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_catalog.pg_cast'::regclass, oid FROM pg_catalog.pg_cast WHERE oid >= 16384
  )
  SELECT EXISTS (SELECT FROM own WHERE proname = ANY ($1::text[]))
      OR EXISTS (SELECT FROM caller
                 JOIN pg_catalog.pg_depend d ON d.classid = caller.class AND d.objid = caller.oid
                                            AND d.refclassid = 'pg_catalog.pg_proc'::regclass
                 JOIN own ON own.oid = d.refobjid) AS yes`;

/** Functions among those named that are volatile: they may write. */
export const volatileFunctions = async (
  session: Session,
  functions: readonly string[],
): Promise<readonly string[]> => {
  const rows = await session.query(
    v.object({ name: v.string() }),
    `SELECT DISTINCT proname::text AS name FROM pg_catalog.pg_proc WHERE provolatile = 'v' AND proname = ANY ($1::text[])`,
    [functions],
  );
  return rows.map(({ name }) => name);
};
