--
-- Parameters: prepared statements up to their sixth execution and beyond,
-- PL/pgSQL, InitPlans, NULLs, nested loops and arrays; the answers are those of
-- local copies.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
SET client_min_messages = warning;
CREATE SERVER remote_values FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database', remote_version '15');
CREATE USER MAPPING FOR CURRENT_USER SERVER remote_values OPTIONS (username :'user', password :'password');
CREATE FOREIGN TABLE track (id int OPTIONS (remote_type 'int'), album_id int OPTIONS (remote_type 'int'), seconds int OPTIONS (remote_type 'int'),
	price numeric(10,2) OPTIONS (remote_type 'decimal(10,2)')) SERVER remote_values OPTIONS (schema_name 'dbo', table_name 'track_like');
CREATE FOREIGN TABLE fraction (id int OPTIONS (remote_type 'int'), f float8 OPTIONS (column_name 'f_float', remote_type 'float'),
	r real OPTIONS (column_name 'f_real', remote_type 'real'), cash numeric OPTIONS (column_name 'f_money', remote_type 'money'))
	SERVER remote_values OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE plain (id int, price numeric, f float8 OPTIONS (column_name 'f_float'))
	SERVER remote_values OPTIONS (query 'SELECT id, f_price AS price, f_float FROM dbo.fraction');
CREATE FOREIGN TABLE bytes (id int, f_guid uuid) SERVER remote_values OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE bits (id int, b bool OPTIONS (column_name 'f_bit')) SERVER remote_values OPTIONS (schema_name 'dbo', table_name 'whole');
CREATE SCHEMA copies;
CREATE TABLE copies.track AS SELECT * FROM track;
CREATE TABLE copies.fraction AS SELECT * FROM fraction;
CREATE TABLE copies.plain AS SELECT * FROM plain;
CREATE TABLE copies.bytes AS SELECT * FROM bytes;
CREATE TABLE copies.bits AS SELECT * FROM bits;
ANALYZE copies.track;

-- what is sent, and why the rest is not
CREATE FUNCTION explain(query text) RETURNS SETOF text LANGUAGE plpgsql AS
$$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query LOOP
		IF line ~ 'Remote|Not Shipped' THEN
			RETURN NEXT btrim(regexp_replace(line, 'SELECT .* FROM \[dbo\]', 'SELECT ... FROM [dbo]'));
		END IF;
	END LOOP;
END
$$;
-- the ids that a clause with $1 finds for each of the values, one execution after the other
CREATE FUNCTION executions(source text, clause text, type text, VARIADIC wanted text[]) RETURNS TABLE (value text, ids text, same bool) LANGUAGE plpgsql AS
$$
DECLARE
	here text;
BEGIN
	EXECUTE format('PREPARE there(%s) AS SELECT coalesce(string_agg(id::text, '','' ORDER BY id), ''-'') FROM (SELECT id FROM public.%s WHERE %s ORDER BY id LIMIT 8) AS q', type, source, clause);
	FOREACH value IN ARRAY wanted LOOP
		EXECUTE format('EXECUTE there(%L)', value) INTO ids;
		EXECUTE format('SELECT coalesce(string_agg(id::text, '','' ORDER BY id), ''-'') FROM (SELECT id FROM copies.%s WHERE %s ORDER BY id LIMIT 8) AS q',
			source, replace(clause, '$1', format('(%L::%s)', value, type))) INTO here;
		same := ids = here;
		RETURN NEXT;
	END LOOP;
	DEALLOCATE there;
END
$$;

-- seven executions: the sixth is the first that may have a generic plan
SELECT * FROM executions('track', 'id = $1', 'int', '1', '2', NULL, '3', '-1', '6', '7', NULL, '9');
SELECT * FROM executions('track', 'price = $1', 'numeric', '0.07', '0.071', 'NaN', NULL, '1e40', '1.00', '1.1', '-Infinity', '0.050');
SELECT * FROM executions('track', 'price >= $1', 'numeric', '6.98', '6.979', 'NaN', NULL, '-1e40', '6.99', '6.981', 'Infinity');
SELECT * FROM executions('fraction', 'f < $1', 'float8', '0', 'NaN', '-Infinity', 'Infinity', NULL, '1e-300', '-0');
SELECT * FROM executions('fraction', 'r <> $1', 'float8', '0.1', '1.5', 'NaN', '1e300', NULL, '-3.25', '0.10000000149011612');
SELECT * FROM executions('fraction', 'cash > $1', 'numeric', '0', '0.00005', '0.0001', '1e20', NULL, '-1', '-1.00001', 'NaN');
SELECT * FROM executions('plain', 'price = $1', 'numeric', '0', '0.05', 'NaN', '0.051', NULL, '10000', '10000.001');
SELECT * FROM executions('plain', 'f = $1', 'float8', '0', '0.1', 'NaN', NULL, '-0', '123456789.125', 'Infinity');
SELECT * FROM executions('bits', 'b = $1', 'bool', 't', 'f', NULL, 't', 'f', 't', NULL);
SELECT * FROM executions('bits', 'b IS DISTINCT FROM $1', 'bool', 't', 'f', NULL, 't', 'f', 't', NULL);
SELECT * FROM executions('track', 'id IS NOT DISTINCT FROM $1', 'int', '1', NULL, '2', NULL, '3', '4', NULL);
SELECT * FROM executions('bytes', 'f_guid = ANY ($1)', 'uuid[]', '{00000000-0000-0000-0000-000000000000}', '{}', NULL, '{NULL}', '{ffffffff-ffff-ffff-ffff-ffffffffffff,NULL}',
	'{00112233-4455-6677-8899-aabbccddeeff}', NULL);
SELECT * FROM executions('track', 'id = ANY ($1)', 'int[]', '{1,2,3}', '{}', '{NULL,4}', NULL, '{5}', '{6,6,6}', '{7,NULL}', '{}', NULL);
SELECT * FROM executions('track', 'id <= 3 AND id <> ALL ($1)', 'int[]', '{1,2}', '{}', '{NULL,4}', NULL, '{5}', '{1,2,3}', '{2,NULL}', '{}', NULL);
SELECT * FROM executions('track', 'price = ANY ($1) AND id < 900', 'numeric[]', '{0.01,0.011}', '{NaN}', '{NULL,0.02}', NULL, '{1e40,0.05}', '{0.03}', '{0.030}');
SELECT * FROM executions('track', 'id > ALL ($1) AND id < 9', 'int[]', '{1,2}', '{}', '{NULL,4}', NULL, '{5}', '{6}', '{7}');
SELECT * FROM executions('track', 'id IN ($1, $1 + 1, 7)', 'int', '1', '2', NULL, '3', '4', '5', NULL);
SELECT * FROM executions('track', 'COALESCE(album_id, $1) = $1', 'int', '1', '2', NULL, '3', '4', '5', NULL);
SELECT * FROM executions('track', 'album_id + $1 = 9', 'int', '1', '2', NULL, '3', '4', '-5', NULL);
SELECT * FROM executions('track', 'CASE WHEN $1 THEN id = 5 ELSE id = 6 END', 'bool', 't', 'f', NULL, 't', 'f', 't', NULL);

-- the same statements as generic plans
SET plan_cache_mode = force_generic_plan;
PREPARE by_price(numeric) AS SELECT id FROM track WHERE price < $1;
SELECT explain('EXECUTE by_price(0.051)');
PREPARE by_many(int[]) AS SELECT id FROM track WHERE id = ANY ($1);
SELECT explain('EXECUTE by_many(''{1}'')');
PREPARE by_plain(numeric) AS SELECT id FROM plain WHERE price < $1;
SELECT explain('EXECUTE by_plain(0.051)');
PREPARE by_quotient(int) AS SELECT id FROM track WHERE id / $1 = 1;
SELECT explain('EXECUTE by_quotient(3)');
EXECUTE by_quotient(1);
EXECUTE by_quotient(0);
PREPARE by_product(numeric) AS SELECT id FROM track WHERE price * $1 = 1;
SELECT explain('EXECUTE by_product(3)');
SELECT * FROM executions('track', 'price = $1', 'numeric', '0.07', '0.071', 'NaN', NULL, '1e40');
SELECT * FROM executions('track', 'id = ANY ($1)', 'int[]', '{1,2,3}', '{}', '{NULL,4}', NULL);
RESET plan_cache_mode;
ALTER SERVER remote_values OPTIONS (SET remote_version '12');
SELECT explain('EXECUTE by_many(''{1}'')');
SELECT regexp_replace(regexp_replace(line, '(Init|Sub)Plan \w+( \(returns .*\))?', '\1Plan', 'g'), '\$\d+|\(InitPlan\)\.col1', '(InitPlan).col1', 'g') AS explain
	FROM explain('SELECT id FROM track WHERE id = ANY ((SELECT ARRAY[1, 2])::int[])') AS line;
SELECT id FROM track WHERE id = ANY ((SELECT ARRAY[1, 2])::int[]) ORDER BY id;
ALTER SERVER remote_values OPTIONS (SET remote_version '15');

-- PL/pgSQL: variables are parameters, and a loop goes past the fifth plan
CREATE FUNCTION total(source regclass, upto int) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
	i int;
	wanted numeric;
	n int;
	total int := 0;
	answers text := '';
BEGIN
	EXECUTE format('SET LOCAL search_path = %s', CASE source WHEN 'public.track'::regclass THEN 'public' ELSE 'copies' END);
	FOR i IN 1 .. upto LOOP
		wanted := CASE WHEN i % 4 = 0 THEN NULL ELSE i / 1000.0 END;
		SELECT count(*) INTO n FROM track WHERE price < wanted AND album_id IN (i, i + 1, NULL);
		total := total + n;
		SELECT answers || coalesce(max(id), 0) || ' ' INTO answers FROM track WHERE album_id = i AND price BETWEEN wanted AND wanted * 100;
	END LOOP;
	RETURN answers || total;
END
$$;
SELECT total('track', 14) = total('copies.track', 14) AS same;

-- InitPlans, and one that gives nothing
SELECT regexp_replace(regexp_replace(line, '(Init|Sub)Plan \w+( \(returns .*\))?', '\1Plan', 'g'), '\$\d+|\(InitPlan\)\.col1', '(InitPlan).col1', 'g') AS explain
	FROM explain('SELECT id FROM track WHERE price = (SELECT max(price) FROM copies.track)') AS line;
SELECT count(*) FROM track WHERE price = (SELECT max(price) FROM copies.track);
SELECT count(*) FROM copies.track WHERE price = (SELECT max(price) FROM copies.track);
SELECT count(*) FROM track WHERE price > (SELECT price FROM copies.track WHERE id = -1);
SELECT count(*) FROM track WHERE (price > (SELECT price FROM copies.track WHERE id = -1)) IS NULL;

-- values of outer rows, one after the other
CREATE TABLE wanted (n int, price numeric, ids int[]);
INSERT INTO wanted VALUES (1, 0.07, '{1,2}'), (2, 0.071, '{}'), (3, NULL, NULL), (4, 'NaN', '{3,NULL}'), (5, 0.01, '{4,4}');
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT explain('SELECT n, (SELECT count(*) FROM track WHERE track.price = wanted.price) FROM wanted');
SELECT n, (SELECT count(*) FROM track WHERE track.price = wanted.price) AS there,
	(SELECT count(*) FROM copies.track WHERE track.price = wanted.price) AS here FROM wanted ORDER BY n;
SELECT n, (SELECT string_agg(id::text, ',' ORDER BY id) FROM track WHERE track.id = ANY (wanted.ids)) AS there,
	(SELECT string_agg(id::text, ',' ORDER BY id) FROM copies.track WHERE track.id = ANY (wanted.ids)) AS here FROM wanted ORDER BY n;
SELECT n, (SELECT count(*) FROM track WHERE track.id <= 5 AND track.id <> ALL (wanted.ids)) AS there,
	(SELECT count(*) FROM copies.track WHERE track.id <= 5 AND track.id <> ALL (wanted.ids)) AS here FROM wanted ORDER BY n;
RESET enable_hashjoin;
RESET enable_mergejoin;

-- a thousand elements, and more
DO
$$
DECLARE
	n int;
	plan text;
BEGIN
	FOR n IN VALUES (500), (1000), (1001) LOOP
		EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) SELECT id FROM track WHERE id IN (' ||
			(SELECT string_agg((2 * i)::text, ',') FROM generate_series(1, n) AS i) || ')' INTO plan;
		RAISE WARNING '% elements: %', n, CASE WHEN plan ~ 'Not Shipped' THEN 'stays' ELSE 'ships' END;
		EXECUTE 'SELECT count(*) FROM track WHERE id IN (' ||
			(SELECT string_agg((2 * i)::text, ',') FROM generate_series(1, n) AS i) || ')' INTO n;
		RAISE WARNING '% rows', n;
	END LOOP;
END
$$;

DROP TABLE wanted;
DROP FUNCTION total, executions, explain;
DROP SERVER remote_values CASCADE;
DROP SCHEMA copies CASCADE;
