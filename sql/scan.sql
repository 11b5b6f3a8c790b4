--
-- Scans: projection, local conditions, many scans on one session.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
SET datestyle = 'ISO, YMD';
CREATE SERVER scan FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER scan OPTIONS (username :'user', password :'password');
CREATE FOREIGN TABLE track (id int, album_id int, title text, seconds int, price numeric(10,2), added timestamp)
	SERVER scan OPTIONS (schema_name 'dbo', table_name 'track_like');
CREATE FOREIGN TABLE album (id int, name text) SERVER scan OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE nothing (id int, name text) SERVER scan OPTIONS (schema_name 'dbo', table_name 'empty');

-- only what is used travels
EXPLAIN (VERBOSE, COSTS OFF) SELECT title FROM track WHERE seconds > 200;
EXPLAIN (VERBOSE, COSTS OFF) SELECT count(*) FROM track;
EXPLAIN (VERBOSE, COSTS OFF) SELECT track FROM track;
EXPLAIN (VERBOSE, COSTS OFF) SELECT tableoid::regclass, id FROM album;
SELECT count(*) FROM track;
SELECT count(*) FROM nothing;
SELECT * FROM nothing;
SELECT id, title, seconds, price, added FROM track WHERE id BETWEEN 49 AND 51 ORDER BY id;
SELECT sum(id), sum(seconds), sum(price), count(added), min(added), max(added) FROM track;
SELECT album FROM album WHERE id = 7;
SELECT tableoid::regclass, id FROM album WHERE id = 8;
SELECT name FROM album WHERE id = 3 AND name LIKE 'Album%';

-- a query is a table
CREATE FOREIGN TABLE long_track (id int, title text OPTIONS (column_name 'name'))
	SERVER scan OPTIONS (query 'SELECT id, title AS name, seconds FROM dbo.track_like WHERE seconds >= 398; ');
EXPLAIN (VERBOSE, COSTS OFF) SELECT title FROM long_track WHERE id < 1000;
SELECT * FROM long_track WHERE id < 1000 ORDER BY id;
SELECT count(*) FROM long_track;

-- names
CREATE FOREIGN TABLE odd (a int OPTIONS (column_name 'select'), b int OPTIONS (column_name 'a"b'),
	c int OPTIONS (column_name 'Ünïcode')) SERVER scan OPTIONS (schema_name 'dbo', table_name 'Odd ] Name''s');
SELECT * FROM odd;
ALTER FOREIGN TABLE odd DROP COLUMN b;
ALTER FOREIGN TABLE odd ADD COLUMN d int OPTIONS (column_name 'a"b');
SELECT *, odd FROM odd;

-- several scans, one session: the rows of one wait in a tuplestore
SELECT a.name, count(*), sum(t.price) FROM album a JOIN track t ON t.album_id = a.id
	WHERE a.id <= 3 GROUP BY a.name ORDER BY a.name;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT a.name, count(*) FROM album a JOIN track t ON t.album_id << 0 = a.id << 0 WHERE a.id <= 3 GROUP BY a.name ORDER BY a.name;
SET enable_material = off;
EXPLAIN (COSTS OFF) SELECT a.name, count(*) FROM album a JOIN track t ON t.album_id << 0 = a.id << 0 WHERE a.id <= 3 GROUP BY a.name ORDER BY a.name;
SELECT a.name, count(*) FROM album a JOIN track t ON t.album_id << 0 = a.id << 0 WHERE a.id <= 3 GROUP BY a.name ORDER BY a.name;
RESET enable_material;
RESET enable_hashjoin;
SET enable_hashjoin = off;
RESET enable_mergejoin;
SELECT count(*) FROM track a JOIN track b USING (id);
RESET enable_hashjoin;
SELECT count(*) FROM (SELECT id FROM track UNION ALL SELECT id FROM album UNION ALL SELECT id FROM nothing) AS u;
SELECT id FROM track UNION SELECT id FROM album EXCEPT SELECT id FROM track WHERE id > 2 ORDER BY id;
SELECT id, (SELECT name FROM album WHERE album.id = track.album_id) FROM track WHERE id IN (1, 2, 3) ORDER BY id;
SELECT count(*) FROM track WHERE EXISTS (SELECT FROM album WHERE album.id = track.id);
SELECT count(*) FROM track WHERE id NOT IN (SELECT id FROM album);
SELECT (SELECT max(id) FROM track), (SELECT min(id) FROM album);
WITH t AS MATERIALIZED (SELECT * FROM track) SELECT count(*) FROM t a JOIN t b ON a.id = b.id + 3499;

-- what is joined goes through temporary files as well
SET work_mem = '64kB';
SELECT count(*), sum(length(a.title)) FROM track a, track b WHERE a.id = b.id + 1;
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM track;
FETCH 1 FROM c;
SAVEPOINT s;
SELECT count(*) FROM album;
ROLLBACK TO s;
MOVE 3000 IN c;
FETCH 2 FROM c;
SAVEPOINT s;
FETCH 2 FROM c;
ROLLBACK TO s;
MOVE FORWARD ALL IN c;
\echo :ROW_COUNT
COMMIT;
RESET work_mem;

-- early ends
SELECT id FROM (SELECT id FROM track LIMIT 5) AS five ORDER BY id;
SELECT count(*) FROM album;
SELECT count(*) FROM (SELECT 1 FROM track a, track b LIMIT 10000) AS x;

-- cursors: open side by side, in and out of subtransactions
BEGIN;
DECLARE c1 CURSOR FOR SELECT id FROM track ORDER BY id;
DECLARE c2 CURSOR FOR SELECT id, title FROM track;
DECLARE c3 CURSOR FOR SELECT id FROM album;
FETCH 2 FROM c2;
FETCH 2 FROM c3;
FETCH 1 FROM c1;
SAVEPOINT s;
FETCH 2 FROM c2;
SELECT count(*) FROM track;
SELECT 1 / (count(*) - 3500) FROM track;
ROLLBACK TO s;
FETCH 1 FROM c2;
FETCH 1 FROM c3;
SAVEPOINT s2;
DECLARE c4 CURSOR FOR SELECT id FROM track;
FETCH 1 FROM c4;
ROLLBACK TO s2;
FETCH 1 FROM c3;
MOVE FORWARD ALL IN c2;
\echo :ROW_COUNT
MOVE FORWARD ALL IN c3;
\echo :ROW_COUNT
CLOSE c1;
SELECT count(*) FROM track;
COMMIT;
-- the failing statement makes room for itself, and loses nothing of the cursor
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM track;
FETCH 1 FROM c;
SAVEPOINT s;
SELECT id / (id - 50) FROM album;
ROLLBACK TO s;
SELECT count(*) FROM album;
MOVE FORWARD ALL IN c;
\echo :ROW_COUNT
COMMIT;
BEGIN;
DECLARE h SCROLL CURSOR WITH HOLD FOR SELECT id FROM album;
COMMIT;
FETCH LAST FROM h;
FETCH FIRST FROM h;
CLOSE h;

-- functions that read while a scan is under way
CREATE FUNCTION album_name(int) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
	answer text;
BEGIN
	SELECT name INTO answer FROM album WHERE id = $1;
	RETURN answer;
END
$$;
SELECT count(*) FROM track WHERE album_name(album_id) = 'Album 7' AND id <= 300;
CREATE FUNCTION failing(int) RETURNS int LANGUAGE plpgsql AS
$$
BEGIN
	PERFORM 1 / (count(*) - 100) FROM album;
	RETURN 1;
EXCEPTION WHEN division_by_zero THEN
	RETURN 0;
END
$$;
SELECT count(*), sum(failing(id)) FROM track WHERE id % 500 = 0;
DO
$$
DECLARE
	t record;
	n int := 0;
BEGIN
	FOR t IN SELECT id, album_id FROM track LOOP
		IF t.id % 700 = 0 THEN
			n := n + (SELECT count(*) FROM album WHERE id <= t.album_id);
		END IF;
	END LOOP;
	RAISE NOTICE 'n = %', n;
END
$$;

-- prepared statements and parameters
PREPARE one(int) AS SELECT id, title FROM track WHERE id = $1;
SET plan_cache_mode = force_generic_plan;
EXECUTE one(17);
EXECUTE one(3500);
EXECUTE one(NULL);
RESET plan_cache_mode;
DEALLOCATE one;

-- joined with local tables; a view's owner lends his user mapping
CREATE TABLE local_album AS SELECT id, name FROM album WHERE id <= 2;
SELECT l.name, count(*) FROM local_album l JOIN track t ON t.album_id = l.id GROUP BY 1 ORDER BY 1;
UPDATE local_album SET name = album.name || '!' FROM album WHERE album.id = local_album.id;
SELECT * FROM local_album ORDER BY id;
CREATE ROLE regress_tds_mirror_reader;
CREATE VIEW album_view AS SELECT * FROM album;
GRANT SELECT ON album, album_view TO regress_tds_mirror_reader;
SET ROLE regress_tds_mirror_reader;
SELECT count(*) FROM album_view;
\set VERBOSITY sqlstate
SELECT count(*) FROM album;
\set VERBOSITY default
RESET ROLE;

-- what is not possible says so
ALTER SERVER scan OPTIONS (ADD updatable 'false');
INSERT INTO album VALUES (1000, 'x');
UPDATE album SET name = 'x';
DELETE FROM album;
ALTER SERVER scan OPTIONS (DROP updatable);

-- EXPLAIN: plans contact nobody, ANALYZE says who answered
CREATE SERVER silent FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername '192.0.2.1', database 'd', login_timeout '200 ms', fdw_startup_cost '7', fdw_tuple_cost '1');
CREATE FOREIGN TABLE silent (id int) SERVER silent;
CREATE USER MAPPING FOR CURRENT_USER SERVER silent OPTIONS (username 'x', password 'y');
EXPLAIN SELECT * FROM silent;
EXPLAIN (VERBOSE) SELECT * FROM silent WHERE id > 5;
CREATE FUNCTION explain_remote(query text, OUT partner text, OUT rows text, OUT again text) LANGUAGE plpgsql AS
$$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || query INTO plan;
	plan := plan -> 0 -> 'Plan';
	WHILE plan -> 'Plans' IS NOT NULL LOOP
		plan := plan -> 'Plans' -> -1;
	END LOOP;
	partner := plan ->> 'Remote Partner';
	rows := plan ->> 'Remote Rows';
	again := plan ->> 'Remote Re-Executions';
END
$$;
SELECT partner IN (:'partner_a', :'partner_b') AS partner, rows, again
	FROM explain_remote('SELECT * FROM track WHERE id < 0');
SELECT partner IN (:'partner_a', :'partner_b') AS partner, rows, again
	FROM explain_remote('SELECT * FROM track LIMIT 3');
SELECT * FROM explain_remote('SELECT * FROM track LIMIT 0');
-- a scan that is repeated asks once more, and then keeps what it got
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
SELECT rows FROM explain_remote('SELECT FROM (VALUES (1), (2), (3)) AS v (x) LEFT JOIN LATERAL
	(SELECT id FROM album WHERE (album.id << 0) % 7 = v.x OFFSET 0) AS a ON true');

SET client_min_messages = warning;
DROP FUNCTION explain_remote, album_name, failing;
DROP VIEW album_view;
DROP TABLE local_album;
DROP SERVER scan CASCADE;
DROP SERVER silent CASCADE;
DROP ROLE regress_tds_mirror_reader;
