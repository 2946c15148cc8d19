-- Built-in sharding, part 4: what happens to a sharded table happens to its shards or copies too, or is refused.
--
-- Event triggers see to it (PostgreSQL manual, chapter 40): what is dropped here is dropped on the workers in the same
-- transaction, indexes are made and dropped there too, and whatever else would change the coordinator's table alone fails.
-- The functions that know what they do set sharding.own_ddl. On workers there are no sharded tables, so nothing happens.

CREATE OR REPLACE FUNCTION shards.full_name(relation regclass) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS 'SELECT relation::text';

-- The workers that have a part of a sharded table.
CREATE OR REPLACE FUNCTION shards.workers_of(sharded regclass) RETURNS text[] LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce((SELECT ARRAY(SELECT DISTINCT unnest(placement)) FROM shards.distributed_table WHERE table_oid = sharded),
                  (SELECT ARRAY(SELECT name FROM shards.worker) FROM shards.reference_table WHERE table_oid = sharded))
$$;

-- What must be alike on all nodes for rows to mean the same everywhere.
CREATE OR REPLACE FUNCTION shards.column_types(source regclass) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum)
  FROM pg_attribute WHERE attrelid = source AND attnum > 0 AND NOT attisdropped
$$;

-- Makes the model of a distributed table anew, with the keys and indexes that a worker tells.
CREATE OR REPLACE FUNCTION shards.remake_model(changed regclass, old_model text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET sharding.own_ddl = on AS $$
DECLARE
  model text := shards.model_name(changed);
  indexes text;
BEGIN
  INSERT INTO shards.outbox (worker, sql, may_fail)
  VALUES ((shards.workers_of(changed))[1], format('SELECT shards.indexes_ddl(%L, %L)', changed, model), true)
  RETURNING result INTO indexes;
  PERFORM shards.drop_model(old_model);
  PERFORM shards.make_model(changed, model, indexes);
END
$$;

CREATE OR REPLACE FUNCTION shards.drop_model(model text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET sharding.own_ddl = on AS $$
DECLARE
  schema text := (parse_ident(model))[1];
BEGIN
  EXECUTE format('DROP TABLE IF EXISTS %s', model);
  IF NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = quote_ident(schema)::regnamespace) THEN
    EXECUTE format('DROP SCHEMA %I', schema);
  END IF;
END
$$;

-- Has the workers follow a change that the coordinator's table has been through.
CREATE OR REPLACE FUNCTION shards.alter_on_workers(changed regclass, old_model text, command text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET sharding.own_ddl = on AS $$
DECLARE
  workers text[] := shards.workers_of(changed);
  difference record;
BEGIN
  IF command IS NOT NULL THEN
    INSERT INTO shards.outbox (worker, sql) SELECT worker, command FROM unnest(workers) AS worker;
  END IF;
  WITH answer AS (
    INSERT INTO shards.outbox (worker, sql, may_fail)
    SELECT worker, format('SELECT shards.column_types(%L)', changed), true FROM unnest(workers) AS worker
    RETURNING worker, result
  )
  SELECT * INTO difference FROM answer WHERE result IS DISTINCT FROM shards.column_types(changed) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the columns of % would differ between the coordinator and %', changed, difference.worker USING
      ERRCODE = 'feature_not_supported', DETAIL = format('On %s: %s', difference.worker, difference.result),
      HINT = 'Change one thing at a time.';
  END IF;
  IF EXISTS (SELECT FROM shards.distributed_table WHERE table_oid = changed) THEN
    PERFORM shards.remake_model(changed, old_model);
  END IF;
  -- Defaults of new columns may have come out differently in each copy.
  IF EXISTS (SELECT FROM shards.reference_table WHERE table_oid = changed) THEN
    INSERT INTO shards.outbox (worker, sql) SELECT worker, format('TRUNCATE %s', changed) FROM unnest(workers) AS worker;
    PERFORM shards.fill_copies(changed, workers);
  END IF;
END
$$;

-- Changes a distributed or reference table together with its shards or copies, for example
-- alter_sharded_table('sample', 'ADD COLUMN note text'). Names in the action are looked up as usual on each node.
CREATE OR REPLACE FUNCTION sharding.alter_sharded_table(table_name regclass, action text) RETURNS void LANGUAGE plpgsql
SET sharding.own_ddl = on AS $$
DECLARE
  command text := pg_catalog.format('ALTER TABLE %s %s', shards.full_name(table_name), action);
  old_model text := shards.model_name(table_name);
  sequence_count bigint := shards.count_sequences(table_name);
BEGIN
  IF shards.workers_of(table_name) IS NULL THEN
    RAISE EXCEPTION '% is not a distributed or reference table', table_name USING
      ERRCODE = 'wrong_object_type', HINT = 'Use ALTER TABLE.';
  END IF;
  BEGIN
    EXECUTE command;
  EXCEPTION WHEN wrong_object_type OR undefined_object THEN
    -- Keys of distributed tables are the workers' alone.
    IF action !~* '^\s*(ADD\s+(CONSTRAINT\s+("[^"]+"|\w+)\s+)?(PRIMARY\s+KEY|UNIQUE)|DROP\s+CONSTRAINT)\M' THEN
      RAISE;
    END IF;
  END;
  IF shards.count_sequences(table_name) > sequence_count THEN
    RAISE EXCEPTION 'a serial or identity column can only be there from the start' USING
      ERRCODE = 'feature_not_supported', DETAIL = 'Every worker would number its rows by itself.',
      HINT = 'Add a plain column, fill it, and give it a sequence''s nextval as its DEFAULT.';
  END IF;
  -- Defaults are the coordinator's alone, and may name what workers don't have, such as a sequence.
  PERFORM shards.alter_on_workers(
    table_name, old_model, CASE WHEN action !~* '^\s*ALTER\s+(COLUMN\s+)?("[^"]+"|\w+)\s+(SET|DROP)\s+DEFAULT\M' THEN command END);
END
$$;

CREATE OR REPLACE FUNCTION shards.count_sequences(source regclass) RETURNS bigint LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT count(*) FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
  WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = source
    AND d.deptype IN ('a', 'i')
$$;

CREATE OR REPLACE FUNCTION shards.after_ddl() RETURNS event_trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  command record;
BEGIN
  IF current_setting('sharding.own_ddl', true) = 'on' THEN
    RETURN;
  END IF;
  FOR command IN
    SELECT d.command_tag, d.objid, d.object_identity, s.table_oid, s.type
    FROM pg_event_trigger_ddl_commands() d
    LEFT JOIN pg_index i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid
    LEFT JOIN shards.shard part ON d.classid = 'pg_class'::regclass AND part.shard_oid = d.objid
    JOIN shards.sharded_table s ON s.table_oid IN (i.indrelid, part.table_oid)
      OR d.classid = 'pg_class'::regclass AND s.table_oid = d.objid
      OR d.classid = 'pg_namespace'::regclass AND d.objid = (SELECT relnamespace FROM pg_class WHERE oid = s.table_oid)
  LOOP
    IF command.command_tag <> 'CREATE INDEX' THEN
      RAISE EXCEPTION '% would change % on the coordinator only', command.command_tag, command.object_identity USING
        ERRCODE = 'feature_not_supported', DETAIL = format('The workers have their parts of %s.', command.table_oid::regclass),
        HINT = CASE command.command_tag
          WHEN 'ALTER INDEX' THEN 'Create another index, and drop this one.'
          WHEN 'ALTER SCHEMA' THEN format('Move the tables to another schema: SELECT alter_sharded_table(%L, ''SET SCHEMA ...'').',
                                          command.table_oid::regclass)
          ELSE format('Use SELECT alter_sharded_table(%L, ''...'').', command.table_oid::regclass) END;
    END IF;
    INSERT INTO shards.outbox (worker, sql)
    SELECT worker, shards.index_ddl(command.objid, command.table_oid::regclass::text)
    FROM unnest(shards.workers_of(command.table_oid)) AS worker;
    IF command.type = 'distributed' THEN
      PERFORM shards.remake_model(command.table_oid, shards.model_name(command.table_oid));
    END IF;
  END LOOP;
END
$$;

-- Notes what sharded tables there are before something is dropped: afterwards the catalogs don't tell what it was. For the
-- session, because DROP INDEX CONCURRENTLY takes several transactions.
CREATE OR REPLACE FUNCTION shards.before_drop() RETURNS event_trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_TAG LIKE 'DROP %' AND current_setting('sharding.own_ddl', true) IS DISTINCT FROM 'on' THEN
    PERFORM set_config('sharding.before_drop', coalesce(json_agg(json_build_object(
      'table_oid', table_oid, 'name', table_oid::regclass, 'schema', relnamespace::regnamespace,
      'model', CASE type WHEN 'distributed' THEN shards.model_name(table_oid) END, 'workers', shards.workers_of(table_oid),
      'parts', parts, 'columns', shards.column_types(table_oid),
      'indexes', (SELECT json_object_agg(indexrelid, indexrelid::regclass) FROM pg_index WHERE indrelid = table_oid)
    ))::text, '[]'), false)
    FROM shards.sharded_table JOIN pg_class ON pg_class.oid = table_oid;
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION shards.after_drop() RETURNS event_trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  before record;
BEGIN
  IF current_setting('sharding.own_ddl', true) = 'on' OR TG_TAG NOT LIKE 'DROP %' THEN
    RETURN;
  END IF;
  FOR before IN
    SELECT t.*, c.oid IS NULL AS dropped,
           s.parts IS NOT DISTINCT FROM t.parts AND shards.column_types(c.oid) IS NOT DISTINCT FROM t.columns AS intact
    FROM json_to_recordset(current_setting('sharding.before_drop')::json)
      AS t (table_oid oid, name text, schema text, model text, workers text[], parts int, columns text, indexes json)
    LEFT JOIN pg_class c ON c.oid = t.table_oid
    LEFT JOIN shards.sharded_table s ON s.table_oid = t.table_oid
  LOOP
    IF before.dropped THEN
      INSERT INTO shards.outbox (worker, sql)
      SELECT worker, format('DROP TABLE IF EXISTS %s', before.name) FROM unnest(before.workers) AS worker;
      IF before.model IS NOT NULL THEN
        PERFORM shards.drop_model(before.model);
      END IF;
      -- Where the last table of a dropped schema goes, the schema can go.
      INSERT INTO shards.outbox (worker, sql, may_fail)
      SELECT worker, format('DROP SCHEMA IF EXISTS %s', before.schema), true FROM unnest(before.workers) AS worker
      WHERE EXISTS (SELECT FROM pg_event_trigger_dropped_objects() WHERE object_type = 'schema' AND object_identity = before.schema);
    ELSIF NOT before.intact THEN
      RAISE EXCEPTION '% would take a part of % away', TG_TAG, before.name USING
        ERRCODE = 'dependent_objects_still_exist', HINT = 'Drop the whole table, or change it with alter_sharded_table.';
    ELSE
      INSERT INTO shards.outbox (worker, sql)
      SELECT worker, format('DROP INDEX IF EXISTS %s', index.value)
      FROM unnest(before.workers) AS worker, json_each_text(before.indexes) AS index (oid, value)
      JOIN pg_event_trigger_dropped_objects() d ON d.classid = 'pg_class'::regclass AND d.objid = index.oid::oid;
      IF FOUND AND before.model IS NOT NULL THEN
        PERFORM shards.remake_model(before.table_oid, before.model);
      END IF;
    END IF;
  END LOOP;
END
$$;

DROP EVENT TRIGGER IF EXISTS sharding_before_drop;
DROP EVENT TRIGGER IF EXISTS sharding_after_drop;
DROP EVENT TRIGGER IF EXISTS sharding_after_ddl;
CREATE EVENT TRIGGER sharding_before_drop ON ddl_command_start EXECUTE FUNCTION shards.before_drop();
CREATE EVENT TRIGGER sharding_after_drop ON sql_drop EXECUTE FUNCTION shards.after_drop();
CREATE EVENT TRIGGER sharding_after_ddl ON ddl_command_end
  WHEN TAG IN ('ALTER TABLE', 'ALTER FOREIGN TABLE', 'ALTER INDEX', 'ALTER SCHEMA', 'CREATE INDEX')
  EXECUTE FUNCTION shards.after_ddl();
