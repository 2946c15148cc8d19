import * as v from 'valibot';
import { runsFunctionsToPlan } from '../../postgres/explain.ts';
import type { Session } from '../../postgres/session.ts';
import { BESIDE_TRANSACTION, type StatementClass } from '../classify/classify.ts';
import { isReadingFunction } from '../classify/readingFunctions.ts';
import { quotedName } from '../classify/tree.ts';

const Answer = v.object({ yes: v.boolean() });

/**
 * Whether asking for a write's plan would already run a function that somebody wrote, which then would run twice.
 * @param standby outside of a transaction that has failed
 */
export const isRunByPlanning = (standby: Session, kind: StatementClass): Promise<boolean> =>
  runsFunctionsToPlan(
    standby,
    {
      functions: kind.functions.map(({ name }) => name),
      relations: [...kind.written, ...kind.read].map(quotedName),
    },
    true,
  );

/**
 * Whether a part of a refused statement may have taken effect: by its syntax, or because a function that it calls, or
 * one that this calls in turn, reaches out of the transaction, as those in untrusted languages can.
 * @param standby the session that refused it
 */
export const mayBeHalfDone = async (standby: Session, kind: StatementClass): Promise<boolean> => {
  if (kind.mayBeHalfDone) return true;
  const called = kind.functions.filter((name) => !isReadingFunction(name)).map(({ name }) => name);
  // A transaction that has failed is undone in any case, and takes no question.
  if (called.length === 0 || standby.transactionStatus === 'failed') return false;
  const [answer] = await standby.query(Answer, REACHES_OUT, [called]);
  return answer?.yes ?? true;
};

/**
 * A function calls another one where its body has that one's name. OIDs below 16384 are PostgreSQL's own (PostgreSQL's
 * src/include/access/transam.h, FirstNormalObjectId); the functions of extensions are known by their names.
 */
const REACHES_OUT = String.raw`
  WITH RECURSIVE own AS (
    SELECT p.proname, l.lanpltrusted AS trusted,
           coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc) AS body
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    WHERE p.oid >= 16384
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                      WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
  ), called AS (
    SELECT * FROM own WHERE proname = ANY ($1::text[])
    UNION
    SELECT own.* FROM called JOIN own ON pg_catalog.strpos(called.body, own.proname) > 0
  )
  SELECT EXISTS (SELECT FROM called WHERE NOT trusted OR body ~* '\m(${BESIDE_TRANSACTION})') AS yes`;
