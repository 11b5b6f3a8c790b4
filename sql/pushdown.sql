--
-- Shipping: which conditions the server evaluates, with which values, and why
-- the others stay here.
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
CREATE SERVER push FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER push OPTIONS (username :'user', password :'password');
CREATE FOREIGN TABLE track (id int, album_id int, title text, seconds int, price numeric(10,2), added timestamp)
	SERVER push OPTIONS (schema_name 'dbo', table_name 'track_like');
CREATE FOREIGN TABLE album (id int, name text) SERVER push OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE whole (id int, f_bit bool, f_tinyint int, f_smallint int, f_int int, f_bigint bigint)
	SERVER push OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE bytes (id int, f_guid uuid) SERVER push OPTIONS (schema_name 'dbo');
-- values depend on the moment: shipped ones must not
CREATE FUNCTION explain(query text) RETURNS SETOF text LANGUAGE plpgsql AS
$$
BEGIN
	RETURN QUERY EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query;
END
$$;
-- the lines of EXPLAIN ANALYZE that say what was asked
CREATE FUNCTION asked(query text) RETURNS SETOF text LANGUAGE plpgsql AS
$$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query LOOP
		IF line ~ 'Remote (Executions|Rows|Re-Executions)' THEN
			RETURN NEXT btrim(line);
		END IF;
	END LOOP;
END
$$;

-- what is shipped
SELECT explain('SELECT title FROM track WHERE id = 17');
SELECT title FROM track WHERE id = 17;
SELECT explain('SELECT title FROM track WHERE 17 = id');
SELECT title FROM track WHERE 17 = id;
SELECT explain('SELECT id FROM whole WHERE f_bigint = 9223372036854775807');
SELECT id FROM whole WHERE f_bigint = 9223372036854775807;
SELECT explain('SELECT id FROM whole WHERE f_bigint = 0');
SELECT id FROM whole WHERE f_bigint = 0;
SELECT explain('SELECT id FROM whole WHERE f_int = 5000000000');
SELECT id FROM whole WHERE f_int = 5000000000;
SELECT explain('SELECT id FROM bytes WHERE f_guid = ''00112233-4455-6677-8899-aabbccddeeff''');
SELECT id FROM bytes WHERE f_guid = '00112233-4455-6677-8899-aabbccddeeff';
SELECT explain('SELECT count(*) FROM track WHERE album_id = 7');
SELECT count(*) FROM track WHERE album_id = 7;
SELECT explain('SELECT id FROM track WHERE id = album_id');
SELECT count(*) FROM track WHERE id = album_id;

-- AND, OR: of the weaker class; equal values travel once
SELECT explain('SELECT title FROM track WHERE album_id = 7 AND seconds = 306 AND id = 306');
SELECT title FROM track WHERE album_id = 7 AND seconds = 106 AND id = 306;
SELECT explain('SELECT title FROM track WHERE id = 1 OR (id = 2 AND seconds = 102) OR album_id = 1 AND id = 100');
SELECT title FROM track WHERE id = 1 OR (id = 2 AND seconds = 102) OR album_id = 1 AND id = 100;
SELECT explain('SELECT id FROM track WHERE id = 1 OR title = ''Track 2''');
SELECT id FROM track WHERE id = 1 OR title = 'Track 2';
SELECT explain('SELECT id FROM track WHERE id = 3 AND title LIKE ''Track%''');
SELECT id FROM track WHERE id = 3 AND title LIKE 'Track%';
SELECT explain('SELECT id FROM track WHERE (id = 3) IS NOT TRUE');

-- what is not, and why
SELECT explain('SELECT id FROM track WHERE id <> 3');
SELECT explain('SELECT id FROM track WHERE title = ''Track 3''');
SELECT explain('SELECT id FROM track WHERE price = 1');
SELECT explain('SELECT id FROM track WHERE id + 0 = 3');
SELECT explain('SELECT id FROM track WHERE abs(id) = 3');
SELECT explain('SELECT id FROM track WHERE id = (random() * 10)::int');
SELECT explain('SELECT id FROM track WHERE id = ANY (ARRAY[1, 2])');
SELECT explain('SELECT id FROM track WHERE id IS NULL');
SELECT explain('SELECT id FROM track WHERE tableoid = 17::oid');
SELECT regexp_replace(regexp_replace(line, '(Init|Sub)Plan \w+( \(returns .*\))?', '\1Plan', 'g'), '\$\d+|\(InitPlan\)\.col1', '(InitPlan).col1', 'g') AS explain
	FROM explain('SELECT name FROM album WHERE id = (SELECT count(*) FROM pg_class c WHERE c.relname = album.name)') AS line;

-- an operator is the function behind it, whatever its name is
CREATE FUNCTION never(int, int) RETURNS bool LANGUAGE plpgsql IMMUTABLE STRICT AS 'BEGIN RETURN false; END';
CREATE SCHEMA operators;
CREATE OPERATOR operators.= (FUNCTION = never, LEFTARG = int, RIGHTARG = int);
CREATE OPERATOR operators.=== (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int);
SELECT explain('SELECT id FROM track WHERE id OPERATOR(operators.=) 3');
SELECT id FROM track WHERE id OPERATOR(operators.=) 3;
SELECT explain('SELECT id FROM track WHERE id OPERATOR(operators.===) 3');
SELECT id FROM track WHERE id OPERATOR(operators.===) 3;

-- values: of any expression without a column of the table, evaluated here
SET my.id = '12';
SELECT explain('SELECT id FROM track WHERE id = current_setting(''my.id'')::int');
SELECT id, title FROM track WHERE id = current_setting('my.id')::int;
SELECT regexp_replace(regexp_replace(line, '(Init|Sub)Plan \w+( \(returns .*\))?', '\1Plan', 'g'), '\$\d+|\(InitPlan\)\.col1', '(InitPlan).col1', 'g') AS explain
	FROM explain('SELECT id FROM track WHERE id = (SELECT max(id) FROM album)') AS line;
SELECT id, title FROM track WHERE id = (SELECT max(id) FROM album);
SELECT id FROM track WHERE id = (SELECT max(id) FROM album WHERE id = -1);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE FOREIGN TABLE domains (id positive, name text) SERVER push OPTIONS (schema_name 'dbo', table_name 'album');
SELECT explain('SELECT name FROM domains WHERE id = 4');
SELECT name FROM domains WHERE id = 4;
SELECT name FROM domains WHERE id = 5::positive;

-- prepared statements: custom and generic plans
PREPARE by_id(int) AS SELECT id, title FROM track WHERE id = $1;
PREPARE by_big(bigint) AS SELECT id FROM whole WHERE f_bigint = $1;
PREPARE by_guid(uuid) AS SELECT id, f_guid FROM bytes WHERE f_guid = $1;
PREPARE by_two(int, int) AS SELECT id FROM track WHERE album_id = $1 + 1 AND (seconds = $2 OR id = $1);
SET plan_cache_mode = force_custom_plan;
EXECUTE by_id(17);
EXECUTE by_id(NULL);
EXECUTE by_big(-9223372036854775808);
EXECUTE by_guid('ffffffff-ffff-ffff-ffff-ffffffffffff');
EXECUTE by_two(7, 107);
SET plan_cache_mode = force_generic_plan;
SELECT explain('EXECUTE by_id(17)');
SELECT explain('EXECUTE by_two(7, 107)');
EXECUTE by_id(17);
EXECUTE by_id(18);
EXECUTE by_id(-1);
EXECUTE by_id(2147483647);
EXECUTE by_id(-2147483648);
EXECUTE by_id(NULL);
EXECUTE by_big(9223372036854775807);
EXECUTE by_big(-9223372036854775808);
EXECUTE by_big(0);
EXECUTE by_guid('00112233-4455-6677-8899-aabbccddeeff');
EXECUTE by_guid('00000000-0000-0000-0000-000000000000');
EXECUTE by_guid('33221100-5544-7766-8899-aabbccddeeff');
EXECUTE by_two(7, 107);
-- a NULL that lets nothing through is not sent
SELECT asked('EXECUTE by_id(17)');
SELECT asked('EXECUTE by_id(NULL)');
SELECT asked('EXECUTE by_two(NULL, 1)');
SELECT asked('EXECUTE by_two(7, NULL)');
RESET plan_cache_mode;
CREATE FUNCTION title_of(wanted int) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
	answer text;
BEGIN
	SELECT title INTO answer FROM track WHERE id = wanted;
	RETURN answer;
END
$$;
SELECT count(DISTINCT title_of(i)), min(title_of(i)), max(title_of(i)) FROM generate_series(1, 20) AS i;

-- every width of integer
SELECT id FROM whole WHERE f_tinyint = 255;
SELECT id FROM whole WHERE f_smallint = -32768;
SELECT id FROM whole WHERE f_int = -2147483648;
SELECT id FROM whole WHERE f_tinyint = -1;
SELECT id FROM whole WHERE f_smallint = 2147483647;

-- names, queries
CREATE FOREIGN TABLE odd (a int OPTIONS (column_name 'select'), b int OPTIONS (column_name 'a"b'),
	c int OPTIONS (column_name 'Ünïcode')) SERVER push OPTIONS (schema_name 'dbo', table_name 'Odd ] Name''s');
SELECT explain('SELECT a FROM odd WHERE c = 3 AND b = 2');
SELECT a FROM odd WHERE c = 3 AND b = 2;
CREATE FOREIGN TABLE long_track (id int, title text OPTIONS (column_name 'name'))
	SERVER push OPTIONS (query 'SELECT id, title AS name, seconds FROM dbo.track_like WHERE seconds >= 398; ');
SELECT explain('SELECT title FROM long_track WHERE id = 298');
SELECT title FROM long_track WHERE id = 298;
SELECT title FROM long_track WHERE id = 299;
SELECT title FROM long_track WHERE id = 300;

-- a statement of more than 4,000 characters
DO
$$
BEGIN
	EXECUTE format('CREATE FOREIGN TABLE padded (id int, name text) SERVER push OPTIONS (query %L)',
		'SELECT id, name FROM dbo.album WHERE name <> N''' || repeat('ü', 9000) || '''');
END
$$;
SELECT name FROM padded WHERE id = 44;
SELECT count(*) FROM padded;
-- and one of many values
DO
$$
DECLARE
	n int;
BEGIN
	EXECUTE 'SELECT count(*) FROM track WHERE ' ||
		(SELECT string_agg('id = ' || i, ' OR ') FROM generate_series(2, 1800, 2) AS i) INTO n;
	RAISE NOTICE '%', n;
	EXECUTE 'SELECT count(*) FROM track WHERE ' ||
		(SELECT string_agg('id = ' || i, ' OR ') FROM generate_series(1, 3400) AS i) INTO n;
	RAISE NOTICE '%', n;
END
$$;

-- joins: a small outer side is looked up row by row, a large one is not
CREATE TABLE few AS SELECT i AS id, i * 100 AS big FROM generate_series(1, 5) AS i;
CREATE TABLE many AS SELECT i AS id FROM generate_series(1, 20000) AS i;
ANALYZE few, many;
SELECT explain('SELECT few.id, track.title FROM few JOIN track ON track.id = few.big');
SELECT few.id, track.title FROM few JOIN track ON track.id = few.big ORDER BY 1;
SELECT asked('SELECT few.id, track.title FROM few JOIN track ON track.id = few.big');
EXPLAIN (COSTS OFF) SELECT count(*) FROM many JOIN track USING (id);
SELECT count(*) FROM many JOIN track USING (id);
-- the whole outer side, whatever matches
SELECT few.id, track.title FROM few LEFT JOIN track ON track.id = few.big * 10 ORDER BY 1;
SELECT explain('SELECT few.id, track.title FROM few LEFT JOIN track ON track.id = few.big + 1 AND track.title <> ''x''');
SELECT few.id FROM few WHERE EXISTS (SELECT FROM track WHERE track.album_id = few.id) ORDER BY 1;
SELECT few.id FROM few WHERE NOT EXISTS (SELECT FROM track WHERE track.id = few.big * 10) ORDER BY 1;
-- through an equivalence class, and from two relations at once
SELECT explain('SELECT few.id, a.name, t.title FROM few JOIN album a ON a.id = few.id JOIN track t ON t.id = a.id');
SELECT few.id, a.name, t.title FROM few JOIN album a ON a.id = few.id JOIN track t ON t.id = a.id ORDER BY 1;
SELECT few.id, a.name, t.title FROM few JOIN album a ON a.id = few.id JOIN track t ON t.id = few.big AND t.album_id = a.id + 1 ORDER BY 1;
-- LATERAL, subqueries
SELECT explain('SELECT few.id, t.title FROM few, LATERAL (SELECT title FROM track WHERE track.id = few.big OFFSET 0) AS t');
SELECT few.id, t.title FROM few, LATERAL (SELECT title FROM track WHERE track.id = few.big + few.id OFFSET 0) AS t ORDER BY 1;
SELECT few.id, (SELECT name FROM album WHERE album.id = few.id) FROM few ORDER BY 1;
SELECT few.id, (SELECT count(*) FROM track WHERE track.album_id = few.id) FROM few ORDER BY 1;
-- what is repeated with the same values is kept
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
SET enable_memoize = off;
SELECT asked('SELECT FROM few, LATERAL (SELECT id FROM album WHERE album.id = 7 AND album.id <> few.id OFFSET 0) AS a');
SELECT asked('SELECT FROM few, LATERAL (SELECT id FROM album WHERE album.id = few.id OFFSET 0) AS a');
-- and what is not read to its end leaves a usable session
SELECT few.id FROM few WHERE EXISTS (SELECT FROM track WHERE track.album_id = few.id OFFSET 0) ORDER BY 1;
SELECT few.id, (SELECT title FROM track WHERE track.seconds = few.big LIMIT 1) FROM few ORDER BY 1;
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_material;
RESET enable_memoize;

-- rows locked and updated here are rechecked with what was shipped
UPDATE few SET big = track.seconds FROM track WHERE track.id = few.id;
SELECT * FROM few ORDER BY id;

-- security barriers: what may leak stays behind what protects
CREATE FUNCTION leaky(text) RETURNS bool LANGUAGE plpgsql COST 0.0000001 AS 'BEGIN RETURN true; END';
CREATE VIEW some_albums WITH (security_barrier) AS SELECT * FROM album WHERE name <> 'Album 2';
SELECT explain('SELECT * FROM some_albums WHERE id = 2 AND leaky(name)');
SELECT * FROM some_albums WHERE id = 2 AND leaky(name);
CREATE VIEW some_bytes WITH (security_barrier) AS SELECT * FROM bytes WHERE id <> 3;
SELECT explain('SELECT id FROM some_bytes WHERE f_guid = ''ffffffff-ffff-ffff-ffff-ffffffffffff''');
SELECT id FROM some_bytes WHERE f_guid = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

-- the server's types are looked at, even when there is no row
CREATE FOREIGN TABLE not_numbers (id int, f_number int) SERVER push OPTIONS (schema_name 'dbo', table_name 'awkward');
SELECT id FROM not_numbers WHERE f_number = 42;
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE no_numbers (id int, name int) SERVER push OPTIONS (schema_name 'dbo', table_name 'empty');
SELECT id FROM no_numbers WHERE name = 42;
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE not_guids (id int, f_text uuid) SERVER push
	OPTIONS (query 'SELECT 1 AS id, CAST(''00112233-4455-6677-8899-AABBCCDDEEFF'' AS varchar(36)) AS f_text');
SELECT f_text FROM not_guids;
SELECT f_text FROM not_guids WHERE f_text = '00112233-4455-6677-8899-aabbccddeeff';
CREATE FOREIGN TABLE decimals (id int, f_price numeric) SERVER push OPTIONS (schema_name 'dbo', table_name 'fraction');
SELECT id FROM decimals WHERE id = 2;
CREATE FOREIGN TABLE float_id (id int) SERVER push OPTIONS (query 'SELECT CAST(1.5 AS float) AS id');
SELECT count(*) FROM float_id WHERE id = 1;
SELECT count(*) FROM album WHERE id = 1;

-- the same rows with and without shipping
CREATE TABLE local_track AS SELECT * FROM track;
CREATE TABLE local_whole AS SELECT * FROM whole;
CREATE TABLE local_bytes AS SELECT * FROM bytes;
CREATE FUNCTION differs(query text) RETURNS SETOF text LANGUAGE plpgsql AS
$$
DECLARE
	localized text := regexp_replace(query, 'FROM ', 'FROM local_');
	there text;
	here text;
BEGIN
	EXECUTE format('SELECT string_agg(q::text, '','' ORDER BY q::text) FROM (%s) AS q', query) INTO there;
	EXECUTE format('SELECT string_agg(q::text, '','' ORDER BY q::text) FROM (%s) AS q', localized) INTO here;
	IF there IS DISTINCT FROM here THEN
		RETURN NEXT format('%s: %s instead of %s', query, there, here);
	END IF;
END
$$;
CREATE TABLE compared AS
	SELECT format('SELECT * FROM track WHERE %s = %s', c, v) AS query
		FROM unnest(ARRAY['id', 'album_id', 'seconds']) AS c,
			unnest(ARRAY['0', '1', '100', '3500', '-1', '2147483647', '5000000000', 'NULL::int', '100::bigint']) AS v
	UNION ALL
	SELECT format('SELECT * FROM whole WHERE %s = %s', c, v)
		FROM unnest(ARRAY['id', 'f_tinyint', 'f_smallint', 'f_int', 'f_bigint']) AS c,
			unnest(ARRAY['0', '1', '255', '256', '32767', '-32768', '2147483647', '-2147483648', '2147483648',
				'9223372036854775807', '-9223372036854775807', 'NULL::bigint']) AS v
	UNION ALL
	SELECT format('SELECT * FROM whole WHERE %s = %s OR %s = 1', a, b, b)
		FROM unnest(ARRAY['id', 'f_tinyint', 'f_smallint', 'f_int', 'f_bigint']) AS a,
			unnest(ARRAY['id', 'f_tinyint', 'f_smallint', 'f_int', 'f_bigint']) AS b
	UNION ALL
	SELECT format('SELECT * FROM bytes WHERE f_guid = %L::uuid', v)
		FROM unnest(ARRAY['00000000-0000-0000-0000-000000000000', '00112233-4455-6677-8899-aabbccddeeff',
			'33221100-5544-7766-8899-aabbccddeeff', 'ffffffff-ffff-ffff-ffff-ffffffffffff', NULL]) AS v;
SELECT count(*) FROM compared;
SELECT d FROM compared, differs(query) AS d;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT l.id AS l, w.id AS w FROM local_whole l JOIN whole w ON l.f_int = w.f_bigint OR l.id = w.f_tinyint
	EXCEPT SELECT l.id, w.id FROM local_whole l JOIN local_whole w ON l.f_int = w.f_bigint OR l.id = w.f_tinyint;
SELECT l.id AS l, w.id AS w FROM local_whole l JOIN local_whole w ON l.f_bigint = w.f_int
	EXCEPT SELECT l.id, w.id FROM local_whole l JOIN whole w ON l.f_bigint = w.f_int;
RESET enable_hashjoin;
RESET enable_mergejoin;

-- values that are not evaluated unless a condition lets them
SET plan_cache_mode = force_generic_plan;
PREPARE guarded(int) AS SELECT id FROM whole WHERE $1 = 0 OR f_int > 10 / $1 ORDER BY id;
EXECUTE guarded(0);
EXECUTE guarded(5);
PREPARE chosen(int) AS SELECT id FROM whole WHERE CASE WHEN $1 <> 0 THEN f_int > 10 / $1 ELSE id = 1 END ORDER BY id;
EXECUTE chosen(0);
EXECUTE chosen(5);
PREPARE free(int) AS SELECT id FROM whole WHERE f_bit OR f_int = $1 ORDER BY id;
SELECT explain('EXECUTE free(0)');
RESET plan_cache_mode;
-- numbers that are rounded when they are read
CREATE FOREIGN TABLE hundreds (id int, f_int numeric(12,-2)) SERVER push OPTIONS (schema_name 'dbo', table_name 'whole');
SELECT id FROM hundreds WHERE f_int = 2147483600;
SELECT id FROM hundreds WHERE f_int = 2147483647;
-- LIKE knows its operand without a collation
CREATE FOREIGN TABLE collated (id int, a text OPTIONS (column_name 'title') COLLATE "C", b text OPTIONS (column_name 'title') COLLATE "POSIX")
	SERVER push OPTIONS (schema_name 'dbo', table_name 'track_like');
EXPLAIN (COSTS OFF) SELECT count(*) FROM collated WHERE (a || b) LIKE '%';

SET client_min_messages = warning;
DROP SERVER push CASCADE;
DROP SCHEMA operators CASCADE;
DROP TABLE few, many, compared, local_track, local_whole, local_bytes;
DROP FUNCTION explain, asked, differs, title_of, never, leaky;
DROP DOMAIN positive;
