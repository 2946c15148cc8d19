import type { StatementView } from '../../contract/results.ts';

/** timestamptz, its array, tstzrange and its multirange: OIDs in pg_type, which never change. */
const zonedTypes = new Set([1184, 1185, 3910, 4534]);

/** Whether a type's values are printed in the session's time zone. */
export function isZoned(typeOid: number): boolean {
  return zonedTypes.has(typeOid);
}

/** The time zone that a result's values are shown in, where it has such values. */
export function shownTimeZone({ columns, timeZone }: StatementView): string | undefined {
  return columns.some(({ typeOid }) => isZoned(typeOid)) ? timeZone : undefined;
}
