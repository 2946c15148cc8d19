/** What a statement that has run may have changed of what is kept of its database. */
export interface CatalogChange {
  /** Something was created, altered or dropped, or may have been inside of a function. */
  readonly objects: boolean;
  /** The session may look for unqualified names elsewhere. */
  readonly searchPath: boolean;
}

/** Command tags of statements that leave all objects as they are (PostgreSQL's src/include/tcop/cmdtaglist.h). */
const KEEPS_OBJECTS =
  /^(SELECT|INSERT|UPDATE|DELETE|MERGE|COPY|BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PREPARE|EXECUTE|DEALLOCATE|DECLARE|CLOSE|FETCH|MOVE|SET|RESET|SHOW|DISCARD|EXPLAIN|VACUUM|ANALYZE|CHECKPOINT|LOCK|LISTEN|UNLISTEN|NOTIFY|TRUNCATE)\b/;
/** Those of statements by which a session may look elsewhere: SET ROLE and SET SCHEMA don't name `search_path`. */
const SETS = /^(SET|RESET|DISCARD)\b/;

/**
 * @param statement that has run
 * @param functionNames functions of the sharding, which change tables in a SELECT
 */
export const catalogChange = (
  statement: { readonly text: string; readonly commandTag: string | undefined; readonly columnCount: number },
  functionNames: readonly string[],
): CatalogChange => {
  const { text, commandTag, columnCount } = statement;
  if (commandTag === undefined) return { objects: false, searchPath: false };
  const selectsInto = commandTag.startsWith('SELECT') && columnCount === 0;
  const callsSharding =
    commandTag.startsWith('SELECT') && functionNames.some((name) => text.toLowerCase().includes(name));
  return {
    objects: !KEEPS_OBJECTS.test(commandTag) || selectsInto || callsSharding,
    // By set_config, too.
    searchPath: SETS.test(commandTag) || text.toLowerCase().includes('search_path'),
  };
};
