-- Built-in sharding, part 3: reference tables, which are the coordinator's own and have a copy on every worker.

-- Makes copies of a plain or reference table on workers, with its rows.
CREATE OR REPLACE FUNCTION shards.make_copies(source regclass, workers text[]) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM shards.create_on(
    worker, concat_ws('; ', shards.schema_ddl(source),
                      format('CREATE TABLE %s (%s) %s', source, shards.column_ddl(source), shards.storage_ddl(source)),
                      shards.indexes_ddl(source, source::text)))
  FROM unnest(workers) AS worker;
  PERFORM shards.fill_copies(source, workers);
END
$$;

-- Fills empty copies. Rows travel as text, as postgres_fdw itself sends them, 1000 at a time.
CREATE OR REPLACE FUNCTION shards.fill_copies(source regclass, workers text[]) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET datestyle = ISO SET intervalstyle = postgres SET extra_float_digits = 3 AS $$
DECLARE
  rows text;
BEGIN
  FOR rows IN EXECUTE format(
    'SELECT array_agg(line)::text FROM (SELECT ROW(r.*) AS line, row_number() OVER () / 1000 AS part FROM %s r) l GROUP BY part', source)
  LOOP
    PERFORM shards.send_rows(source, rows, workers);
  END LOOP;
END
$$;

-- Inserts rows, given as text of an array, into the workers' copies of a reference table.
CREATE OR REPLACE FUNCTION shards.send_rows(target regclass, rows text, workers text[]) RETURNS void LANGUAGE sql
SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO shards.outbox (worker, sql)
  SELECT worker, format('INSERT INTO %1$s (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM unnest(%3$L::%1$s[])',
                        target, shards.column_list(target), rows)
  FROM unnest(workers) AS worker
$$;

-- Deletes rows, given as text of an array, from all workers' copies of a reference table, by their primary key.
CREATE OR REPLACE FUNCTION shards.delete_rows(target regclass, rows text, workers text[]) RETURNS void LANGUAGE sql
SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO shards.outbox (worker, sql)
  SELECT worker, format('DELETE FROM %1$s AS copy USING unnest(%2$L::%1$s[]) AS old WHERE (%3$s) = (%4$s)',
                        target, rows, copy_key, old_key)
  FROM unnest(workers) AS worker, (
    SELECT string_agg(format('copy.%I', a.attname), ', ' ORDER BY a.attnum) AS copy_key,
           string_agg(format('old.%I', a.attname), ', ' ORDER BY a.attnum) AS old_key
    FROM pg_index i
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
    WHERE i.indrelid = target AND i.indisprimary
  ) key
$$;

-- Spreads a statement's changes of a reference table to the workers' copies, within the transaction. Rows travel as text, as
-- postgres_fdw itself sends them, 1000 at a time.
CREATE OR REPLACE FUNCTION shards.spread() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET datestyle = ISO SET intervalstyle = postgres SET extra_float_digits = 3 AS $$
DECLARE
  workers text[];
  rows text;
BEGIN
  -- A worker that is being added gets these changes with the copy, or from here once it is.
  LOCK TABLE shards.outbox IN ROW EXCLUSIVE MODE;
  workers := ARRAY(SELECT name FROM shards.worker ORDER BY name);
  IF TG_OP = 'TRUNCATE' THEN
    INSERT INTO shards.outbox (worker, sql)
    SELECT worker, format('TRUNCATE %s', TG_RELID::regclass) FROM unnest(workers) AS worker;
  END IF;
  IF TG_OP IN ('UPDATE', 'DELETE') THEN
    FOR rows IN
      SELECT array_agg(line)::text FROM (SELECT ROW(r.*) AS line, row_number() OVER () / 1000 AS part FROM old_rows r) l GROUP BY part
    LOOP
      PERFORM shards.delete_rows(TG_RELID, rows, workers);
    END LOOP;
  END IF;
  IF TG_OP IN ('UPDATE', 'INSERT') THEN
    FOR rows IN
      SELECT array_agg(line)::text FROM (SELECT ROW(r.*) AS line, row_number() OVER () / 1000 AS part FROM new_rows r) l GROUP BY part
    LOOP
      PERFORM shards.send_rows(TG_RELID, rows, workers);
    END LOOP;
  END IF;
  RETURN NULL;
END
$$;

-- Reference tables: plain tables of the coordinator's that keep a copy on every worker.
CREATE OR REPLACE VIEW shards.reference_table AS
  SELECT tgrelid AS table_oid, pg_catalog.count(*)::int AS trigger_count
  FROM pg_catalog.pg_trigger WHERE tgfoid = 'shards.spread'::pg_catalog.regproc GROUP BY tgrelid;

-- All tables that are more than the coordinator's own, each with how many parts hold it together.
CREATE OR REPLACE VIEW shards.sharded_table AS
  SELECT table_oid, 'distributed' AS type, shard_count AS parts FROM shards.distributed_table
  UNION ALL SELECT table_oid, 'reference', trigger_count FROM shards.reference_table;

-- As Citus' function of this name.
CREATE OR REPLACE FUNCTION sharding.create_reference_table(table_name regclass) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET sharding.own_ddl = on AS $$
BEGIN
  PERFORM shards.lock_plain_table(table_name);
  IF NOT EXISTS (SELECT FROM pg_index WHERE indrelid = table_name AND indisprimary) THEN
    RAISE EXCEPTION 'a reference table needs a primary key' USING
      ERRCODE = 'object_not_in_prerequisite_state', DETAIL = 'Changed rows are found by it in the workers'' copies.',
      HINT = format('ALTER TABLE %s ADD PRIMARY KEY (...);', table_name);
  END IF;
  IF EXISTS (SELECT FROM pg_class WHERE oid = table_name AND relpersistence = 'u') THEN
    RAISE EXCEPTION 'a reference table cannot be unlogged' USING
      ERRCODE = 'wrong_object_type', DETAIL = 'After a crash it would be empty, and its copies not.';
  END IF;
  PERFORM shards.make_copies(table_name, ARRAY(SELECT name FROM shards.worker ORDER BY name));
  EXECUTE format($sql$
    CREATE TRIGGER sharding_insert AFTER INSERT ON %1$s
      REFERENCING NEW TABLE AS new_rows EXECUTE FUNCTION shards.spread();
    CREATE TRIGGER sharding_update AFTER UPDATE ON %1$s
      REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows EXECUTE FUNCTION shards.spread();
    CREATE TRIGGER sharding_delete AFTER DELETE ON %1$s
      REFERENCING OLD TABLE AS old_rows EXECUTE FUNCTION shards.spread();
    CREATE TRIGGER sharding_truncate AFTER TRUNCATE ON %1$s EXECUTE FUNCTION shards.spread();
    ALTER TABLE %1$s ENABLE ALWAYS TRIGGER sharding_insert, ENABLE ALWAYS TRIGGER sharding_update,
      ENABLE ALWAYS TRIGGER sharding_delete, ENABLE ALWAYS TRIGGER sharding_truncate$sql$, table_name);
END
$$;
