/** OIDs in pg_type of types that formats treat in their own way; they never change (src/include/catalog/pg_type.dat). */
export const BOOLEAN = 16;
export const BYTEA = 17;

const JSON_TYPES = new Set([114, 3802]);
/** int8, int2, int4, oid, float4, float8, numeric: what prints as a number. */
const NUMBERS = new Set([20, 21, 23, 26, 700, 701, 1700]);

/** Whether a type's values are JSON texts. */
export const isJson = (typeOid: number): boolean => JSON_TYPES.has(typeOid);

/** Whether a type's values print as numbers, or as `NaN`, `Infinity` or `-Infinity`. */
export const isNumber = (typeOid: number): boolean => NUMBERS.has(typeOid);

/** A number as JSON writes it (RFC 8259, 6), which SQL and spreadsheets read as well. */
export const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
