-- Built-in sharding, part 1: nodes, and how the coordinator has workers do things.
--
-- Made only of what PostgreSQL 14 and later ship. A distributed table is a hash-partitioned table whose partitions are
-- foreign tables on the workers (PostgreSQL manual, "Table Partitioning" and "postgres_fdw"). Each worker has a
-- table of the same schema and name, partitioned alike, with those partitions that it holds: so a worker itself refuses
-- rows that belong elsewhere, keeps keys unique, and passes changes of the table on to its shards.
--
--   schema sharding   what people call; the database's search_path finds it
--   schema shards     the shards, and everything that does the work
--
-- These files run on every node, as often as one likes. No password is kept in the catalogs: libpq finds it in the
-- password file that the servers are started with. Another role than the superuser needs on the coordinator
--   CREATE USER MAPPING FOR role SERVER worker1 OPTIONS (user 'role', password '...')    for each worker;
--   GRANT USAGE ON SCHEMA shards TO role; GRANT SELECT ON ALL TABLES IN SCHEMA shards TO role;
-- and on the workers the role itself, with the rights that it has here, on the shards. To write reference tables it needs
-- INSERT on shards.outbox here, on shards.inbox there. Commands run with the rights of who sends them.

CREATE SCHEMA IF NOT EXISTS sharding;
CREATE SCHEMA IF NOT EXISTS shards;
GRANT USAGE ON SCHEMA sharding TO PUBLIC;
CREATE EXTENSION IF NOT EXISTS postgres_fdw WITH SCHEMA sharding;
CREATE EXTENSION IF NOT EXISTS dblink WITH SCHEMA sharding;

DO $$
BEGIN
  EXECUTE format('ALTER DATABASE %I SET search_path = "$user", public, sharding', current_database());
END
$$;

-- Citus begins at 102008 too, so that what people write about shards reads alike.
CREATE SEQUENCE IF NOT EXISTS shards.shard_id START 102008;

-- The nodes that a coordinator knows. A worker's own catalogs have none.
CREATE OR REPLACE VIEW shards.node AS
  SELECT s.oid, s.srvname::text AS name, pg_catalog.substring(s.srvtype, 'sharding (.*)') AS kind, o.host, o.port
  FROM pg_catalog.pg_foreign_server s
  CROSS JOIN LATERAL (
    SELECT pg_catalog.max(option_value) FILTER (WHERE option_name = 'host') AS host,
           pg_catalog.max(option_value) FILTER (WHERE option_name = 'port')::int AS port
    FROM pg_catalog.pg_options_to_table(s.srvoptions)
  ) o
  WHERE s.srvtype IN ('sharding worker', 'sharding coordinator');

CREATE OR REPLACE VIEW shards.worker AS SELECT oid, name, host, port FROM shards.node WHERE kind = 'worker';

-- The shards of distributed tables, as a coordinator knows them.
CREATE OR REPLACE VIEW shards.shard AS
  SELECT i.inhparent AS table_oid, c.oid AS shard_oid,
         (pg_catalog.regexp_match(c.relname, '_(\d+)$'))[1]::bigint AS id,
         (pg_catalog.regexp_match(pg_catalog.pg_get_expr(c.relpartbound, c.oid), 'remainder (\d+)'))[1]::int AS remainder,
         w.name AS worker, w.host, w.port
  FROM pg_catalog.pg_foreign_table f
  JOIN shards.worker w ON w.oid = f.ftserver
  JOIN pg_catalog.pg_class c ON c.oid = f.ftrelid
  JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid
  JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = i.inhparent AND p.partstrat = 'h';

-- Distributed tables. Two of them are colocated where they agree in everything but the table: then their rows of equal
-- keys are on the same worker.
CREATE OR REPLACE VIEW shards.distributed_table AS
  SELECT s.table_oid, a.attname AS key, a.atttypid AS key_type, a.attcollation AS key_collation,
         pg_catalog.count(*)::int AS shard_count, pg_catalog.array_agg(s.worker ORDER BY s.remainder) AS placement
  FROM shards.shard s
  JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = s.table_oid
  JOIN pg_catalog.pg_attribute a ON a.attrelid = s.table_oid AND a.attnum = p.partattrs[0]
  GROUP BY s.table_oid, a.attname, a.atttypid, a.attcollation;

-- A node's inbox: a command put in is run, within the transaction that puts it in, so a ROLLBACK on the coordinator undoes
-- it. One that may fail says so in its row; any other's error is the sender's.
CREATE OR REPLACE VIEW shards.inbox AS
  SELECT ''::text AS worker, ''::text AS sql, false AS may_fail, 0::bigint AS shard_id, false AS success, ''::text AS result
  WHERE false;

CREATE OR REPLACE FUNCTION shards.run(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer refcursor;
  result text;
  row_count bigint;
  verb text := pg_catalog.upper((pg_catalog.regexp_match(command, '\w+'))[1]);
BEGIN
  BEGIN
    OPEN answer FOR EXECUTE command;
    FETCH answer INTO result;
    MOVE answer;
    IF FOUND THEN
      RAISE EXCEPTION 'expected a single row in query result' USING ERRCODE = 'too_many_rows';
    END IF;
    CLOSE answer;
    RETURN result;
  EXCEPTION WHEN invalid_cursor_definition THEN
    NULL; -- It returns no rows, and has not begun.
  END;
  EXECUTE command;
  GET DIAGNOSTICS row_count = ROW_COUNT;
  RETURN CASE WHEN verb = 'INSERT' THEN pg_catalog.format('INSERT 0 %s', row_count)
              WHEN verb IN ('UPDATE', 'DELETE', 'MERGE') THEN pg_catalog.format('%s %s', verb, row_count) ELSE verb END;
END
$$;

CREATE OR REPLACE FUNCTION shards.obey() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  path text := pg_catalog.current_setting('search_path');
BEGIN
  -- postgres_fdw has cleared the path; people's commands mean the database's.
  PERFORM pg_catalog.set_config('search_path', reset_val, true) FROM pg_catalog.pg_settings WHERE name = 'search_path';
  IF NEW.may_fail THEN
    BEGIN
      NEW.result := shards.run(NEW.sql);
      NEW.success := true;
    EXCEPTION WHEN OTHERS THEN
      NEW.result := 'ERROR:  ' || SQLERRM;
      NEW.success := false;
    END;
  ELSE
    EXECUTE NEW.sql;
  END IF;
  PERFORM pg_catalog.set_config('search_path', path, true);
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER obey INSTEAD OF INSERT ON shards.inbox FOR EACH ROW EXECUTE FUNCTION shards.obey();

-- The coordinator's outbox: a row put in goes to that worker's inbox.
CREATE TABLE IF NOT EXISTS shards.outbox (
  worker text NOT NULL, sql text NOT NULL, may_fail boolean NOT NULL DEFAULT false, shard_id bigint, success boolean, result text
) PARTITION BY LIST (worker);

CREATE OR REPLACE FUNCTION shards.require_coordinator() RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM shards.worker) THEN
    RAISE EXCEPTION 'operation is not allowed on this node' USING
      ERRCODE = 'object_not_in_prerequisite_state',
      HINT = 'Connect to the coordinator and run it again. If this is the coordinator, add a worker first.';
  END IF;
END
$$;

-- Tells a coordinator of a worker, and gives that the copies of reference tables. What matters about the connections to it:
--   use_remote_estimate  The worker itself estimates what a plan costs, so that joins of colocated tables run there: nobody
--                        analyzes foreign tables. It takes a third of a millisecond; for single rows only, ALTER SERVER it off.
--   lock_timeout         Nobody sees a deadlock between two workers, so a wait for a lock has an end.
--   batch_size           Each shard of a statement gathers so many rows, so large batches would take much memory.
CREATE OR REPLACE FUNCTION shards.add_worker(name text, host text, port int) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET sharding.own_ddl = on AS $$
DECLARE
  version int := current_setting('server_version_num');
  reference regclass;
BEGIN
  LOCK TABLE shards.outbox IN ACCESS EXCLUSIVE MODE;
  IF EXISTS (SELECT FROM shards.worker w
             WHERE (w.name, w.host, w.port) = (add_worker.name, add_worker.host, add_worker.port)) THEN
    RETURN;
  END IF;
  EXECUTE format($sql$
    CREATE SERVER %1$I TYPE 'sharding worker' FOREIGN DATA WRAPPER postgres_fdw OPTIONS (
      host %2$L, port '%3$s', dbname %4$L, connect_timeout '10', options '-c lock_timeout=60s', use_remote_estimate 'true',
      async_capable 'true', batch_size '100', fetch_size '1000'%5$s);
    CREATE USER MAPPING FOR CURRENT_USER SERVER %1$I OPTIONS (user %6$L);
    CREATE FOREIGN TABLE shards.%7$I PARTITION OF shards.outbox FOR VALUES IN (%1$L)
      SERVER %1$I OPTIONS (schema_name 'shards', table_name 'inbox', use_remote_estimate 'false')$sql$,
    name, host, port, current_database(),
    CASE WHEN version >= 150000 THEN $sql$, parallel_commit 'true'$sql$ ELSE '' END
      || CASE WHEN version >= 160000 THEN $sql$, parallel_abort 'true'$sql$ ELSE '' END,
    current_user, 'outbox_' || name);
  FOR reference IN SELECT table_oid FROM shards.reference_table LOOP
    PERFORM shards.make_copies(reference, ARRAY[name]);
  END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION shards.remove_worker(name text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET sharding.own_ddl = on AS $$
DECLARE
  held bigint;
BEGIN
  LOCK TABLE shards.outbox IN ACCESS EXCLUSIVE MODE;
  SELECT count(*) INTO held FROM shards.shard WHERE worker = name;
  IF held > 0 THEN
    RAISE EXCEPTION 'cannot remove % because it holds % shards', name, held USING
      ERRCODE = 'dependent_objects_still_exist',
      DETAIL = (SELECT format('They belong to %s.', string_agg(DISTINCT table_oid::regclass::text, ', '))
                FROM shards.shard WHERE worker = name),
      HINT = 'Drop these tables, or copy them into tables of your own, first.';
  END IF;
  IF NOT EXISTS (SELECT FROM shards.worker w WHERE w.name = remove_worker.name) THEN
    RETURN;
  END IF;
  BEGIN
    INSERT INTO shards.outbox (worker, sql)
    SELECT name, format('DROP TABLE IF EXISTS %s', table_oid::regclass) FROM shards.reference_table;
  EXCEPTION WHEN sqlclient_unable_to_establish_sqlconnection THEN
    RAISE NOTICE 'copies of reference tables stay on %, which cannot be reached', name;
  END;
  EXECUTE format('DROP FOREIGN TABLE shards.%I', 'outbox_' || name);
  EXECUTE format('DROP SERVER %I CASCADE', name);
END
$$;

-- Under which address the primary coordinator is reached, by itself and by its standbys.
CREATE OR REPLACE FUNCTION shards.register_coordinator(host text, port int) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_foreign_server WHERE srvname = 'coordinator') THEN
    EXECUTE format('ALTER SERVER coordinator OPTIONS (SET host %L, SET port ''%s'')', host, port);
  ELSE
    EXECUTE format($sql$
      CREATE SERVER coordinator TYPE 'sharding coordinator' FOREIGN DATA WRAPPER postgres_fdw OPTIONS (
        host %L, port '%s', dbname %L, connect_timeout '10', options '-c lock_timeout=60s');
      CREATE USER MAPPING FOR CURRENT_USER SERVER coordinator OPTIONS (user %L)$sql$,
      host, port, current_database(), current_user);
  END IF;
END
$$;

-- This function and the next two answer as Citus' functions of the same names do.
CREATE OR REPLACE FUNCTION sharding.run_command_on_workers(
  command text, OUT nodename text, OUT nodeport int, OUT success boolean, OUT result text
) RETURNS SETOF record LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM shards.require_coordinator();
  RETURN QUERY
    WITH sent AS (
      INSERT INTO shards.outbox (worker, sql, may_fail) SELECT w.name, command, true FROM shards.worker w ORDER BY w.name
      RETURNING *
    )
    SELECT w.host, w.port, sent.success, sent.result FROM sent JOIN shards.worker w ON w.name = sent.worker ORDER BY w.name;
END
$$;

-- %s in the command stands for the shard's name.
CREATE OR REPLACE FUNCTION sharding.run_command_on_shards(
  table_name regclass, command text, OUT shardid bigint, OUT success boolean, OUT result text
) RETURNS SETOF record LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM shards.shard WHERE table_oid = table_name) THEN
    RAISE EXCEPTION 'table % is not distributed', table_name USING ERRCODE = 'wrong_object_type';
  END IF;
  RETURN QUERY
    WITH sent AS (
      INSERT INTO shards.outbox (worker, sql, may_fail, shard_id)
      SELECT s.worker, replace(command, '%s', s.shard_oid::regclass::text), true, s.id
      FROM shards.shard s WHERE s.table_oid = table_name ORDER BY s.remainder
      RETURNING *
    )
    SELECT sent.shard_id, sent.success, sent.result FROM sent ORDER BY sent.shard_id;
END
$$;

-- Runs a command on the primary coordinator over a connection of its own, which commits by itself: the one way in which a
-- standby gets something written. dblink's calls can't be cancelled before PostgreSQL 17, so the answer is awaited here.
CREATE OR REPLACE FUNCTION sharding.run_command_on_coordinator(command text, OUT success boolean, OUT result text)
RETURNS SETOF record LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  pause float := 0.001;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_foreign_server WHERE srvname = 'coordinator') THEN
    RAISE EXCEPTION 'operation is not allowed on this node' USING
      ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Connect to the coordinator and run it there.';
  END IF;
  -- One stays behind where cancelling was cancelled.
  PERFORM sharding.dblink_disconnect(c) FROM unnest(sharding.dblink_get_connections()) AS c WHERE c = 'sharding';
  BEGIN
    PERFORM sharding.dblink_connect('sharding', 'coordinator');
    PERFORM sharding.dblink_send_query('sharding', command);
    WHILE sharding.dblink_is_busy('sharding') = 1 LOOP
      PERFORM pg_sleep(pause);
      pause := least(pause * 2, 0.05);
    END LOOP;
    SELECT answer INTO result FROM sharding.dblink_get_result('sharding') AS row (answer text);
    success := true;
  EXCEPTION
    WHEN query_canceled THEN
      PERFORM sharding.dblink_cancel_query(c), sharding.dblink_disconnect(c)
      FROM unnest(sharding.dblink_get_connections()) AS c WHERE c = 'sharding';
      RAISE;
    WHEN OTHERS THEN
      result := 'ERROR:  ' || SQLERRM;
      success := false;
  END;
  PERFORM sharding.dblink_disconnect(c) FROM unnest(sharding.dblink_get_connections()) AS c WHERE c = 'sharding';
  RETURN NEXT;
END
$$;

-- The nodes that this coordinator can't reach, each with the server's words.
CREATE OR REPLACE FUNCTION shards.connection_problems() RETURNS TABLE (to_host text, to_port int, message text) LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  worker record;
  detail text;
BEGIN
  FOR worker IN SELECT * FROM shards.worker ORDER BY name LOOP
    BEGIN
      EXECUTE format('SELECT FROM shards.%I', 'outbox_' || worker.name);
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
      RETURN QUERY SELECT worker.host, worker.port, concat_ws(': ', SQLERRM, nullif(detail, ''));
    END;
  END LOOP;
  IF EXISTS (SELECT FROM shards.node WHERE kind = 'coordinator') THEN
    RETURN QUERY
      SELECT n.host, n.port, c.result FROM sharding.run_command_on_coordinator('SELECT 1') c, shards.node n
      WHERE n.kind = 'coordinator' AND NOT c.success;
  END IF;
END
$$;
