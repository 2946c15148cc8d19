-- A first look at a cluster with two coordinators.
--
-- In the editor, attach this file to a coordinator and run it (Ctrl+Shift+Enter), or one statement (Ctrl+Enter).
-- `npm start` runs each statement on the coordinator that the comment above it names.

-- on coordinator1: make a table, and spread it over the workers by its key
DROP TABLE IF EXISTS sample;
CREATE TABLE sample (id int PRIMARY KEY, data int);
SELECT create_distributed_table('sample', 'id');
INSERT INTO sample SELECT i, i * 10 FROM generate_series(1, 10000) AS i;

-- on coordinator2: the standby reads what the primary wrote
SELECT count(*) FROM sample;
SELECT * FROM sample WHERE id < 8 ORDER BY id;

-- on coordinator2: a standby may not write to several shards, so it hands the statement to the primary
SELECT success, result
FROM run_command_on_coordinator('UPDATE sample SET data = data * 2 WHERE id < 4');

-- on coordinator1: rows 1 to 3 have doubled
SELECT * FROM sample WHERE id < 8 ORDER BY id;

-- on coordinator2: and the standby agrees
SELECT * FROM sample WHERE id < 8 ORDER BY id;
