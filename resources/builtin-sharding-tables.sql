-- Built-in sharding, part 2: making a plain table a distributed one.

-- A table's columns and CHECKs, as CREATE TABLE wants them. Defaults are left out: the coordinator fills them in.
CREATE OR REPLACE FUNCTION shards.column_ddl(source regclass) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT string_agg(piece, ', ' ORDER BY place, constraint_name) FROM (
    SELECT a.attnum::int AS place, NULL AS constraint_name, concat_ws(' ',
             quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
             CASE WHEN a.attcollation <> t.typcollation THEN 'COLLATE ' || a.attcollation::regcollation END,
             CASE WHEN a.attgenerated <> '' THEN format('GENERATED ALWAYS AS (%s) STORED', pg_get_expr(d.adbin, d.adrelid)) END,
             CASE WHEN a.attnotnull THEN 'NOT NULL' END) AS piece
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = source AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 10000, conname, format('CONSTRAINT %I %s', conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE conrelid = source AND contype = 'c'
  ) pieces
$$;

-- A statement that gives another table an index like this one.
CREATE OR REPLACE FUNCTION shards.index_ddl(index regclass, target text) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT format('CREATE %s INDEX %I ON %s %s', CASE WHEN i.indisunique THEN 'UNIQUE' END, c.relname, target,
                (regexp_match(pg_get_indexdef(index), ' (USING .*)'))[1])
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indexrelid = index
$$;

-- Statements that give another table the keys and indexes of this one.
CREATE OR REPLACE FUNCTION shards.indexes_ddl(source regclass, target text) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT string_agg(CASE WHEN c.oid IS NULL THEN shards.index_ddl(i.indexrelid, target)
                         ELSE format('ALTER TABLE %s ADD CONSTRAINT %I %s', target, c.conname, pg_get_constraintdef(c.oid)) END,
                    '; ' ORDER BY c.contype, i.indexrelid)
  FROM pg_index i
  LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = source AND c.contype IN ('p', 'u', 'x')
  WHERE i.indrelid = source AND i.indisvalid
$$;

CREATE OR REPLACE FUNCTION shards.storage_ddl(source regclass) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT format('WITH (%s)', string_agg(format('%I = %L', option_name, option_value), ', '))
  FROM pg_class, pg_options_to_table(reloptions) WHERE oid = source HAVING count(*) > 0
$$;

CREATE OR REPLACE FUNCTION shards.schema_ddl(source regclass) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT format('CREATE SCHEMA IF NOT EXISTS %s', relnamespace::regnamespace) FROM pg_class WHERE oid = source
$$;

-- Columns that rows are copied with; generated ones make themselves.
CREATE OR REPLACE FUNCTION shards.column_list(source regclass) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
  FROM pg_attribute WHERE attrelid = source AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
$$;

-- Tables as CREATE TABLE makes them can become distributed or reference tables. Takes the lock that this needs first, so
-- that what is checked stays true. A snapshot from before the lock would miss rows.
CREATE OR REPLACE FUNCTION shards.lock_plain_table(source regclass) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  class pg_class;
BEGIN
  EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', source);
  PERFORM shards.require_coordinator();
  LOCK TABLE shards.outbox IN ROW EXCLUSIVE MODE;
  SELECT * INTO class FROM pg_class WHERE oid = source;
  IF EXISTS (SELECT FROM shards.sharded_table WHERE table_oid = source) THEN
    RAISE EXCEPTION 'table "%" is already distributed', class.relname USING ERRCODE = 'object_in_use';
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'a table can only be distributed at the isolation level read committed' USING
      ERRCODE = 'active_sql_transaction', HINT = 'Run it outside of the transaction.';
  END IF;
  IF class.relkind <> 'r' OR class.reloftype <> 0
     OR class.relnamespace IN ('pg_catalog'::regnamespace, 'shards'::regnamespace)
     OR EXISTS (SELECT FROM pg_inherits WHERE source IN (inhrelid, inhparent)) THEN
    RAISE EXCEPTION 'cannot distribute "%": it is not a plain table', class.relname USING
      ERRCODE = 'wrong_object_type',
      HINT = 'Partitioned, inherited and typed tables cannot be distributed. Copy the rows into a plain table.';
  END IF;
  IF class.relpersistence = 't' THEN
    RAISE EXCEPTION 'cannot distribute "%": temporary tables are for one connection only', class.relname USING
      ERRCODE = 'wrong_object_type';
  END IF;
END
$$;

-- What depends on a table and would be lost with it when a distributed one takes its place, in words.
CREATE OR REPLACE FUNCTION shards.obstacles(source regclass) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  WITH row_type AS (SELECT t.oid, t.typarray FROM pg_class c JOIN pg_type t ON t.oid = c.reltype WHERE c.oid = source)
  SELECT string_agg(DISTINCT pg_describe_object(d.classid, d.objid, 0), E'\n')
  FROM pg_depend d
  LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
  LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
  WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = source
      AND d.classid NOT IN ('pg_type'::regclass, 'pg_attrdef'::regclass)
      AND coalesce(c.relkind, '-') NOT IN ('i', 'S', 't')
      AND NOT coalesce(k.conrelid = source AND k.contype NOT IN ('f', 'x', 't'), false)
    OR d.refclassid = 'pg_type'::regclass AND d.refobjid IN (SELECT oid FROM row_type UNION SELECT typarray FROM row_type)
      AND d.classid <> 'pg_type'::regclass
$$;

-- Whether equal values hash alike on every server: true of PostgreSQL's own types, not of enums, which hash by their OIDs.
CREATE OR REPLACE FUNCTION shards.hashes_everywhere(type oid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  WITH RECURSIVE base AS (
    SELECT t.* FROM pg_type t WHERE t.oid = type
    UNION ALL SELECT t.* FROM base JOIN pg_type t ON t.oid = base.typbasetype
  )
  SELECT typnamespace = 'pg_catalog'::regnamespace FROM base WHERE typbasetype = 0
$$;

CREATE OR REPLACE FUNCTION shards.check_distributable(source regclass, key text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  table_name text := (SELECT relname FROM pg_class WHERE oid = source);
  attribute pg_attribute;
BEGIN
  SELECT * INTO attribute FROM pg_attribute WHERE attrelid = source AND attname = key AND attnum > 0 AND NOT attisdropped;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'column "%" of relation "%" does not exist', key, table_name USING ERRCODE = 'undefined_column';
  END IF;
  IF NOT shards.hashes_everywhere(attribute.atttypid) THEN
    RAISE EXCEPTION 'cannot distribute "%" by its column "%"', table_name, key USING
      ERRCODE = 'feature_not_supported',
      DETAIL = format('Values of type %s may hash differently on another server.', format_type(attribute.atttypid, NULL)),
      HINT = 'Distribute by a column of one of PostgreSQL''s own types.';
  END IF;
  IF EXISTS (SELECT FROM pg_index
             WHERE indrelid = source AND indisunique AND attribute.attnum <> ALL ((indkey::int2[])[0:indnkeyatts - 1])) THEN
    RAISE EXCEPTION 'cannot create constraint on "%"', table_name USING
      ERRCODE = 'feature_not_supported',
      DETAIL = 'Distributed relations cannot have UNIQUE or PRIMARY KEY constraints that do not include the partition column.',
      HINT = format('Make "%s" a part of every key, or distribute by another column.', key);
  END IF;
  IF shards.obstacles(source) IS NOT NULL THEN
    RAISE EXCEPTION 'cannot distribute "%" because other objects depend on it', table_name USING
      ERRCODE = 'dependent_objects_still_exist', DETAIL = shards.obstacles(source),
      HINT = 'They would be lost. Drop them; views, triggers, rules and policies can be made again afterwards.';
  END IF;
  IF EXISTS (SELECT FROM pg_class WHERE oid = source AND (relrowsecurity OR relforcerowsecurity)) THEN
    RAISE EXCEPTION 'cannot distribute "%" because it has row level security', table_name USING
      ERRCODE = 'feature_not_supported', HINT = 'Disable it, and enable it again afterwards with alter_sharded_table.';
  END IF;
END
$$;

-- The worker of each shard, in the order of remainders. Tables of one key type and shard count go to the same workers.
CREATE OR REPLACE FUNCTION shards.place(source regclass, key text, colocation text, companion regclass, wanted_count int)
RETURNS text[] LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  attribute pg_attribute;
  other shards.distributed_table;
  workers text[] := ARRAY(SELECT name FROM shards.worker ORDER BY name);
  size int := coalesce(wanted_count, nullif(current_setting('citus.shard_count', true), '')::int, 32);
BEGIN
  IF size NOT BETWEEN 1 AND 64000 THEN
    RAISE EXCEPTION 'shard_count must be between 1 and 64000' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  SELECT * INTO attribute FROM pg_attribute WHERE attrelid = source AND attname = key;
  SELECT * INTO other FROM shards.distributed_table d
  WHERE CASE WHEN companion IS NOT NULL THEN d.table_oid = companion
             ELSE colocation = 'default' AND d.shard_count = size
                  AND (d.key_type, d.key_collation) = (attribute.atttypid, attribute.attcollation) END
  ORDER BY d.table_oid LIMIT 1;
  IF companion IS NULL THEN
    RETURN coalesce(other.placement,
                    ARRAY(SELECT workers[1 + i % cardinality(workers)] FROM generate_series(0, size - 1) AS i));
  ELSIF other.table_oid IS NULL THEN
    RAISE EXCEPTION 'relation % is not distributed', companion USING ERRCODE = 'wrong_object_type';
  ELSIF (other.key_type, other.key_collation) <> (attribute.atttypid, attribute.attcollation)
        OR other.shard_count <> coalesce(wanted_count, other.shard_count) THEN
    RAISE EXCEPTION 'cannot colocate tables % and %', companion, source USING
      ERRCODE = 'feature_not_supported', DETAIL = 'Their distribution column types or shard counts don''t match.';
  END IF;
  RETURN other.placement;
END
$$;

-- A shard's name. A long table's name is cut so that it fits into 63 bytes with the id.
CREATE OR REPLACE FUNCTION shards.shard_name(table_name text, id bigint) RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT format('%s_%s', CASE WHEN octet_length(table_name) <= 50 THEN table_name ELSE left(table_name, 12) END, id)
$$;

-- A distributed table's model: the ordinary table that has its keys, CHECKs and indexes, and no rows, for PostgreSQL has no
-- keys over foreign tables. Models of the tables of schema public are in schema shards_public, all names being the same.
CREATE OR REPLACE FUNCTION shards.model_name(distributed regclass) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT format('%I.%I', 'shards_' || nspname, relname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE c.oid = distributed
$$;

CREATE OR REPLACE FUNCTION shards.make_model(source regclass, model text, indexes text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET sharding.own_ddl = on AS $$
DECLARE
  schema text := quote_ident((parse_ident(model))[1]);
BEGIN
  IF to_regnamespace(schema) IS NULL THEN
    EXECUTE format('CREATE SCHEMA %s', schema);
  END IF;
  EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING COMMENTS); %s',
                 model, source, indexes);
END
$$;

-- Grants what is granted on one table on another.
CREATE OR REPLACE FUNCTION shards.copy_grants(source regclass, copy regclass) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  grant_command text;
BEGIN
  FOR grant_command IN
    SELECT format('GRANT %s%s ON %s TO %s%s', g.privilege_type, columns, copy,
                  CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END,
                  CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' END)
    FROM (SELECT relacl AS acl, '' AS columns FROM pg_class WHERE oid = source
          UNION ALL SELECT attacl, format(' (%I)', attname) FROM pg_attribute WHERE attrelid = source AND NOT attisdropped) a,
         aclexplode(a.acl) g
  LOOP
    EXECUTE grant_command;
  END LOOP;
END
$$;

-- Has a worker make a table.
CREATE OR REPLACE FUNCTION shards.create_on(worker text, command text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO shards.outbox (worker, sql) VALUES (worker, command);
EXCEPTION WHEN undefined_object OR undefined_function OR undefined_table THEN
  RAISE EXCEPTION '%', SQLERRM USING
    ERRCODE = SQLSTATE, DETAIL = format('%s lacks something that the table is made of.', worker),
    HINT = 'Make it on the workers too, with run_command_on_workers.';
END
$$;

-- Makes a table's shards on the workers, beneath a table of the same name as here. Remainder 0 comes first in the arrays.
CREATE OR REPLACE FUNCTION shards.make_shards(source regclass, key text, placement text[], ids bigint[]) RETURNS void LANGUAGE sql
SET search_path = pg_catalog, pg_temp AS $$
  SELECT shards.create_on(p.worker, format(
    '%s; CREATE TABLE %s (%s) PARTITION BY HASH (%I); %s', shards.schema_ddl(source), source, shards.column_ddl(source), key,
    string_agg(format('CREATE %s TABLE shards.%I PARTITION OF %s FOR VALUES WITH (MODULUS %s, REMAINDER %s) %s',
                      CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED' END, shards.shard_name(c.relname, ids[p.number]), source,
                      cardinality(ids), p.number - 1, shards.storage_ddl(source)), '; ')))
  FROM unnest(placement) WITH ORDINALITY AS p (worker, number), pg_class c WHERE c.oid = source GROUP BY p.worker
$$;

-- Makes the coordinator's partitioned table, like a plain one but for keys, with the shards as its partitions.
CREATE OR REPLACE FUNCTION shards.make_distributed(
  name text, source regclass, shard_base text, key text, placement text[], ids bigint[]
) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET sharding.own_ddl = on AS $$
DECLARE
  owner regrole := (SELECT relowner FROM pg_class WHERE oid = source);
BEGIN
  EXECUTE format($sql$
    CREATE TABLE %1$s (LIKE %2$s INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING IDENTITY
                       INCLUDING COMMENTS INCLUDING COMPRESSION INCLUDING STORAGE) PARTITION BY HASH (%3$I);
    ALTER TABLE %1$s OWNER TO %4$s;
    COMMENT ON TABLE %1$s IS %5$L$sql$, name, source, key, owner, obj_description(source, 'pg_class'));
  PERFORM shards.copy_grants(source, name::regclass);
  EXECUTE string_agg(format($sql$
    CREATE FOREIGN TABLE shards.%1$I PARTITION OF %2$s FOR VALUES WITH (MODULUS %3$s, REMAINDER %4$s)
      SERVER %5$I OPTIONS (schema_name 'shards', table_name %1$L);
    ALTER FOREIGN TABLE shards.%1$I OWNER TO %6$s$sql$,
    shards.shard_name(shard_base, ids[p.number]), name, cardinality(ids), p.number - 1, p.worker, owner), ';')
  FROM unnest(placement) WITH ORDINALITY AS p (worker, number);
END
$$;

-- Hands a table's sequences to the one that takes its place. Those of serial columns move over; identity columns have one of
-- their own again, which takes over value and name.
CREATE OR REPLACE FUNCTION shards.hand_over_sequences(source regclass, successor regclass) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET sharding.own_ddl = on AS $$
DECLARE
  sequence record;
BEGIN
  FOR sequence IN
    SELECT d.objid::regclass AS old, d.deptype, a.attname, c.relname AS old_name,
           pg_get_serial_sequence(successor::text, a.attname) AS new
    FROM pg_depend d
    JOIN pg_attribute a ON a.attrelid = source AND a.attnum = d.refobjsubid
    JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = source
  LOOP
    IF sequence.deptype = 'i' THEN
      EXECUTE format('SELECT setval(%L, last_value, is_called) FROM %s', sequence.new, sequence.old);
      EXECUTE format('ALTER SEQUENCE %s RENAME TO %I', sequence.old, 'distributing_' || sequence.old::oid);
      EXECUTE format('ALTER SEQUENCE %s RENAME TO %I', sequence.new, sequence.old_name);
    ELSE
      EXECUTE format('ALTER SEQUENCE %s OWNED BY %s.%I', sequence.old, successor, sequence.attname);
    END IF;
  END LOOP;
END
$$;

-- Copies all rows, and sees that they arrived.
CREATE OR REPLACE FUNCTION shards.copy_rows(source regclass, target regclass) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  expected bigint;
  copied bigint;
BEGIN
  EXECUTE format('SELECT count(*) FROM %s', source) INTO expected;
  EXECUTE format('INSERT INTO %1$s (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM %3$s', target, shards.column_list(source), source);
  GET DIAGNOSTICS copied = ROW_COUNT;
  IF copied <> expected THEN
    RAISE EXCEPTION 'only % of % rows arrived on the workers', copied, expected USING ERRCODE = 'data_corrupted';
  END IF;
END
$$;

-- Does what create_distributed_table promises. Indexes come after the rows, which is faster.
CREATE OR REPLACE FUNCTION shards.distribute(source regclass, key text, colocation text, companion regclass, wanted_count int)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET sharding.own_ddl = on AS $$
DECLARE
  name text := source; -- quoted, and with its schema
  base text := (SELECT relname FROM pg_class WHERE oid = source);
  placement text[];
  ids bigint[];
  all_indexes text;
  plain_indexes text;
  model text := shards.model_name(source);
BEGIN
  PERFORM shards.lock_plain_table(source);
  PERFORM shards.check_distributable(source, key);
  placement := shards.place(source, key, colocation, companion, wanted_count);
  ids := ARRAY(SELECT nextval('shards.shard_id') FROM generate_series(1, cardinality(placement)));
  all_indexes := shards.indexes_ddl(source, name);
  SELECT string_agg(shards.index_ddl(indexrelid, name), '; ') INTO plain_indexes
  FROM pg_index WHERE indrelid = source AND NOT indisunique;

  PERFORM shards.make_shards(source, key, placement, ids);
  EXECUTE format('ALTER TABLE %s RENAME TO %I', source, 'distributing_' || source::oid);
  PERFORM shards.make_distributed(name, source, base, key, placement, ids);
  PERFORM shards.copy_rows(source, name::regclass);
  INSERT INTO shards.outbox (worker, sql)
  SELECT DISTINCT worker, all_indexes FROM unnest(placement) AS worker WHERE all_indexes IS NOT NULL;

  PERFORM shards.make_model(source, model, shards.indexes_ddl(source, model));
  PERFORM shards.hand_over_sequences(source, name::regclass);
  EXECUTE format('DROP TABLE %s', source);
  -- Keys are the workers' and the model's: PostgreSQL has none over foreign tables. Other indexes also show here.
  EXECUTE coalesce(plain_indexes, '');
END
$$;

-- As Citus' function of this name.
CREATE OR REPLACE FUNCTION sharding.create_distributed_table(
  table_name regclass, distribution_column text, distribution_type text DEFAULT 'hash',
  colocate_with text DEFAULT 'default', shard_count int DEFAULT NULL
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF distribution_type <> 'hash' THEN
    RAISE EXCEPTION 'tables can only be distributed by hash' USING
      ERRCODE = 'feature_not_supported', HINT = 'Leave distribution_type out.';
  END IF;
  -- A table's name is looked up along the caller's search_path, which the work itself doesn't depend on.
  PERFORM shards.distribute(
    table_name, distribution_column, colocate_with,
    CASE WHEN colocate_with NOT IN ('default', 'none') THEN colocate_with::pg_catalog.regclass END, shard_count);
END
$$;
