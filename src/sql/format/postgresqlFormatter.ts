/**
 * The formatter of the package sql-formatter, for PostgreSQL's dialect. It is loaded when somebody formats for the first
 * time; esbuild.mjs gives this file a bundle of its own.
 */
export { formatDialect, postgresql } from 'sql-formatter';
