import type { ColumnView } from '../../contract/results.ts';
import type { Column } from '../../postgres/statement.ts';

/** int8, int2, int4, oid, float4, float8, money and numeric: OIDs are fixed in PostgreSQL's pg_type.dat. */
const NUMERIC_TYPES = new Set([20, 21, 23, 26, 700, 701, 790, 1700]);

/** A column as the results show it. */
export const columnView = (column: Column): ColumnView => ({
  name: column.name,
  typeOid: column.typeOid,
  numeric: NUMERIC_TYPES.has(column.typeOid),
});
