--
-- Aggregates, GROUP BY, HAVING and DISTINCT: what the server computes, and that
-- it is what PostgreSQL computes: to the last decimal.
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
CREATE SERVER grouping FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database',
	remote_version '15');
CREATE USER MAPPING FOR CURRENT_USER SERVER grouping OPTIONS (username :'user', password :'password');
CREATE SCHEMA there;
CREATE SCHEMA here;
CREATE FOREIGN TABLE there.sale (
	id int OPTIONS (remote_type 'int', key 'true'),
	shop int OPTIONS (remote_type 'int'),
	item text OPTIONS (remote_type 'nvarchar(20)') COLLATE "C",
	code char(4) OPTIONS (remote_type 'char(4)') COLLATE "C",
	amount numeric(10,2) OPTIONS (remote_type 'decimal(10,2)'),
	fee numeric OPTIONS (remote_type 'money'),
	big bigint OPTIONS (remote_type 'bigint'),
	small smallint OPTIONS (remote_type 'smallint'),
	ratio float8 OPTIONS (remote_type 'float'),
	paid bool OPTIONS (remote_type 'bit'),
	at timestamp OPTIONS (remote_type 'datetime2(7)'),
	"on" date OPTIONS (remote_type 'date'),
	stamp timestamp OPTIONS (remote_type 'datetime'),
	token uuid OPTIONS (remote_type 'uniqueidentifier'))
	SERVER grouping OPTIONS (schema_name 'dbo', table_name 'sale');
-- the same without a word about its types
CREATE FOREIGN TABLE there.plain (id int, shop int, item text, amount numeric(10,2), big bigint,
	at timestamp, stamp timestamp)
	SERVER grouping OPTIONS (schema_name 'dbo', table_name 'sale');
CREATE FOREIGN TABLE there.empty (id int, name text) SERVER grouping OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE there.track (id int, album_id int, seconds int, price numeric(10,2) OPTIONS (remote_type 'decimal(10,2)'))
	SERVER grouping OPTIONS (schema_name 'dbo', table_name 'track_like');
CREATE TABLE here.sale AS SELECT * FROM there.sale;
CREATE TABLE here.plain AS SELECT * FROM there.plain;
CREATE TABLE here.empty AS SELECT * FROM there.empty;
CREATE TABLE here.track AS SELECT * FROM there.track;
CREATE FUNCTION explain(query text) RETURNS SETOF text LANGUAGE plpgsql AS
$$
BEGIN
	SET LOCAL search_path = there, public;
	RETURN QUERY EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query;
	SET LOCAL search_path = public;
END
$$;
-- the rows of an answer, in any order
CREATE FUNCTION rows_of(place text, query text) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
	answer text;
BEGIN
	PERFORM set_config('search_path', place || ', public', true);
	EXECUTE format('SELECT string_agg(q::text, '' '' ORDER BY q::text COLLATE "C") FROM (%s) AS q', query) INTO answer;
	PERFORM set_config('search_path', 'public', true);
	RETURN coalesce(answer, 'none');
END
$$;
CREATE FUNCTION remote_sql(query text) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
	line text;
	sql text;
BEGIN
	SET LOCAL search_path = there, public;
	FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query LOOP
		sql := coalesce(substring(line from 'Remote SQL: (.*)'), sql);
	END LOOP;
	SET LOCAL search_path = public;
	RETURN sql;
END
$$;
CREATE TABLE asked (n int GENERATED ALWAYS AS IDENTITY, query text);

-- every aggregate of every kind of column
INSERT INTO asked (query)
	SELECT format('SELECT %s(%I) AS f FROM sale', f, c)
		FROM unnest('{count, min, max, sum, avg}'::text[]) AS f,
			unnest('{shop, amount, fee, big, small, ratio}'::text[]) AS c;
INSERT INTO asked (query)
	SELECT format('SELECT %s(%I) AS f FROM sale', f, c)
		FROM unnest('{count, min, max}'::text[]) AS f, unnest('{item, code, at, on, stamp}'::text[]) AS c;
INSERT INTO asked (query)
	SELECT format('SELECT count(DISTINCT %1$I) AS c, count(%1$I) AS d FROM sale', c)
		FROM unnest('{shop, item, code, amount, fee, big, small, ratio, paid, at, on, stamp, token}'::text[]) AS c;
-- groups of every kind of column
INSERT INTO asked (query)
	SELECT format('SELECT %1$I, count(*) AS c, sum(small) AS s FROM sale GROUP BY %1$I', c)
		FROM unnest('{shop, item, code, amount, fee, big, small, ratio, paid, at, on, stamp, token}'::text[]) AS c;
INSERT INTO asked (query)
	SELECT format('SELECT DISTINCT %1$I FROM sale', c)
		FROM unnest('{shop, item, code, amount, fee, big, small, ratio, paid, at, on, stamp, token}'::text[]) AS c;
INSERT INTO asked (query) VALUES
	('SELECT bool_and(paid) AS a, bool_or(paid) AS o, every(paid) AS e FROM sale'),
	('SELECT shop, bool_and(paid) AS a, bool_or(paid) AS o FROM sale GROUP BY shop'),
	('SELECT bool_or(id = 3) AS o, bool_and(id > 0) AS a FROM sale'),
	('SELECT count(*) AS c, count(shop) AS s, sum(shop) AS t, avg(shop) AS a, min(shop) AS m FROM empty, sale WHERE empty.id = sale.id'),
	('SELECT count(*) AS c FROM empty'),
	('SELECT sum(id) AS s, avg(id) AS a, min(id) AS m, bool_and(id = 1) AS b FROM empty'),
	('SELECT id, count(*) AS c FROM empty GROUP BY id'),
	('SELECT count(*) AS c FROM empty GROUP BY ()'),
	('SELECT 1 AS one FROM empty HAVING count(*) = 0'),
	('SELECT count(*) AS c FROM sale HAVING count(*) > 100'),
	('SELECT count(*) FILTER (WHERE shop = 1) AS c, sum(small) FILTER (WHERE shop = 2) AS s, avg(small) FILTER (WHERE shop = 3) AS a FROM sale'),
	('SELECT shop, count(*) FILTER (WHERE shop = 1) AS c FROM sale GROUP BY shop'),
	('SELECT count(DISTINCT shop) FILTER (WHERE id > 2) AS c FROM sale'),
	('SELECT sum(DISTINCT small) AS s, avg(DISTINCT small) AS a, count(DISTINCT small) AS c FROM sale'),
	('SELECT shop, paid, count(*) AS c FROM sale GROUP BY shop, paid'),
	('SELECT item, code, count(*) AS c FROM sale GROUP BY item, code'),
	('SELECT length(item) AS l, count(*) AS c FROM sale GROUP BY item'),
	('SELECT shop + 1 AS s, count(*) * 2 AS c FROM sale GROUP BY shop'),
	('SELECT (shop + 1) * 2 AS s, sum(small) AS c FROM sale GROUP BY shop + 1'),
	('SELECT shop = 1 AS s, sum(small) AS c FROM sale GROUP BY shop = 1'),
	('SELECT shop, paid = true AS p, sum(small) AS c, count(item) AS i FROM sale WHERE id > 1 GROUP BY shop, paid = true HAVING count(*) > 0'),
	('SELECT 1 AS one, shop, sum(small) AS s FROM sale GROUP BY 1, shop'),
	('SELECT ''x'' AS x, count(*) AS c FROM sale GROUP BY 1'),
	('SELECT ''x'' AS x, count(*) AS c FROM empty GROUP BY 1'),
	('SELECT shop FROM sale GROUP BY shop HAVING count(*) = 2'),
	('SELECT shop FROM sale GROUP BY shop HAVING shop = 1'),
	('SELECT shop FROM sale GROUP BY shop HAVING avg(small) > 2'),
	('SELECT shop FROM sale GROUP BY shop HAVING sum(small) > 3 AND length(max(item)) = 1'),
	('SELECT shop FROM sale GROUP BY shop HAVING max(small) = min(small) OR count(*) = 2'),
	('SELECT shop, count(*) AS c FROM sale WHERE id = ANY (ARRAY[1, 2, 3]) GROUP BY shop'),
	('SELECT shop, count(*) AS c FROM sale WHERE length(item) = 1 GROUP BY shop'),
	('SELECT shop, sum(c) AS s FROM (SELECT shop, item, count(*) AS c FROM sale GROUP BY shop, item) AS q GROUP BY shop'),
	('SELECT a.shop, count(*) AS c, sum(b.seconds) AS s, avg(b.price) AS p FROM sale a JOIN track b ON a.id = b.album_id GROUP BY a.shop'),
	('SELECT b.album_id, max(b.price) AS p FROM sale a JOIN track b ON a.id = b.album_id WHERE a.shop = 2 GROUP BY b.album_id'),
	('SELECT a.id, b.seconds = a.id AS k, count(*) AS c FROM sale a LEFT JOIN track b ON a.id = b.album_id GROUP BY 1, 2'),
	('SELECT DISTINCT a.shop FROM sale a JOIN track b ON a.id = b.album_id'),
	('SELECT DISTINCT shop, paid FROM sale WHERE id > 2'),
	('SELECT DISTINCT shop + 0 AS s FROM sale'),
	('SELECT DISTINCT 1 AS one FROM sale'),
	('SELECT DISTINCT count(*) AS c FROM sale GROUP BY shop'),
	('SELECT DISTINCT ON (shop) shop, id FROM sale ORDER BY shop, id'),
	('SELECT count(*) AS c FROM (SELECT DISTINCT shop FROM sale) AS q'),
	('SELECT shop, paid, count(*) AS c FROM sale GROUP BY GROUPING SETS ((shop), (paid), ())'),
	('SELECT album_id, count(*) AS c, sum(price) AS s, avg(price) AS a, avg(seconds) AS b, max(id) AS m FROM track GROUP BY album_id'),
	('SELECT sum(price) AS s, avg(price) AS a, sum(seconds) AS t, avg(id) AS i FROM track'),
	('SELECT sum(amount) AS s, avg(amount) AS a, max(amount) AS m FROM plain'),
	('SELECT amount, count(*) AS c FROM plain GROUP BY amount'),
	('SELECT shop, max(at) AS m, min(stamp) AS n FROM plain GROUP BY shop'),
	('SELECT string_agg(item, '','' ORDER BY id) AS s, array_agg(id ORDER BY id) AS a FROM sale'),
	('SELECT stddev(small) AS s, variance(small) AS v FROM sale'),
	('SELECT s.id, (SELECT count(*) FROM track t WHERE t.album_id = s.id) AS c FROM sale s'),
	('SELECT s.id, (SELECT sum(t.seconds + s.id) FROM track t WHERE t.album_id = s.id) AS c FROM sale s'),
	('SELECT count(*) AS c, max(tableoid) IS NULL AS t FROM sale'),
	('SELECT count(s) AS c, count(s.*) AS d FROM sale s'),
	('SELECT DISTINCT tableoid IS NULL AS t FROM sale'),
	('SELECT count(*) AS c FROM sale WHERE shop = (SELECT min(shop) FROM sale)'),
	('SELECT count(*) AS c FROM sale WHERE current_setting(''search_path'') = ''x'''),
	('SELECT rank() OVER (ORDER BY count(*)) AS r, count(*) AS c FROM sale GROUP BY shop');
SELECT query, left(t, 200), left(h, 200) FROM asked, LATERAL rows_of('there', query) AS t,
	LATERAL rows_of('here', query) AS h WHERE t <> h ORDER BY n;
SET enable_hashagg = off;
SET plan_cache_mode = force_generic_plan;
SELECT query, left(t, 200), left(h, 200) FROM asked, LATERAL rows_of('there', query) AS t,
	LATERAL rows_of('here', query) AS h WHERE t <> h ORDER BY n;
RESET ALL;
SET datestyle = 'ISO, YMD';

-- the statements
SELECT count(*) FILTER (WHERE shipped), count(*) AS of FROM (SELECT remote_sql(query) ~ '(COUNT_BIG|SUM|MIN|MAX|GROUP BY)' AS shipped FROM asked) AS q;
SELECT query AS stays FROM asked WHERE remote_sql(query) !~ '(COUNT_BIG|SUM|MIN|MAX|GROUP BY)' ORDER BY n;
-- and whole plans, with the reasons
SELECT explain('SELECT count(*), avg(small) FROM sale');
SELECT explain('SELECT shop, avg(small) FROM sale GROUP BY shop HAVING avg(small) > 2');
SELECT explain('SELECT shop = 1, count(*) FROM sale WHERE id > 2 GROUP BY shop = 1');
SELECT explain('SELECT shop, count(*) FROM sale WHERE length(item) = 1 GROUP BY shop');
SELECT explain('SELECT item, code, count(*) FROM sale GROUP BY item, code');
SELECT explain('SELECT bool_and(paid), count(DISTINCT item), sum(fee), max(at) FILTER (WHERE shop = 1) FROM sale');
SELECT explain('SELECT at, count(*) FROM sale GROUP BY at');
SELECT explain('SELECT sum(ratio) FROM sale');
SELECT explain('SELECT string_agg(item, '','') FROM sale');
SELECT explain('SELECT sum(amount) FROM plain');
SELECT explain('SELECT mode() WITHIN GROUP (ORDER BY shop) FROM sale');
SELECT explain('SELECT count(*) FROM sale GROUP BY GROUPING SETS ((shop), ())');
SELECT explain('SELECT DISTINCT ON (shop) shop, id FROM sale');
SELECT explain('SELECT shop, count(*) FROM sale GROUP BY shop ORDER BY count(*) DESC LIMIT 1');
SELECT explain('SELECT shop, avg(small) FROM sale GROUP BY shop ORDER BY avg(small) LIMIT 1');

-- partitions, each with its own groups
CREATE TABLE there.parted (id int, album_id int, seconds int) PARTITION BY LIST (album_id);
CREATE FOREIGN TABLE there.parted_one PARTITION OF there.parted FOR VALUES IN (1)
	SERVER grouping OPTIONS (query 'SELECT id, album_id, seconds FROM dbo.track_like WHERE album_id = 1');
CREATE FOREIGN TABLE there.parted_two PARTITION OF there.parted FOR VALUES IN (2)
	SERVER grouping OPTIONS (query 'SELECT id, album_id, seconds FROM dbo.track_like WHERE album_id = 2');
SET enable_partitionwise_aggregate = on;
-- (numbers of relations differ between versions of PostgreSQL)
SELECT regexp_replace(line, '\[r\d\]', '[r]', 'g') AS explain FROM explain('SELECT album_id, count(*), avg(seconds) FROM parted GROUP BY album_id HAVING count(*) > 3') AS line;
SELECT album_id, count(*), avg(seconds) FROM there.parted GROUP BY album_id HAVING count(*) > 3 ORDER BY album_id;
SELECT explain('SELECT count(*) FROM parted');
SELECT count(*) FROM there.parted;
SELECT explain('SELECT sum(seconds), max(seconds), count(seconds), bool_or(id = 7) FROM parted');
SELECT sum(seconds), max(seconds), count(seconds), bool_or(id = 7) FROM there.parted;
SELECT explain('SELECT sum(id::bigint), avg(seconds) FROM parted');
SELECT seconds % 2 AS odd, sum(id), count(*) FROM there.parted GROUP BY 1 ORDER BY 1;
SELECT album_id, count(*), avg(seconds) FROM here.track WHERE album_id IN (1, 2) GROUP BY album_id ORDER BY album_id;
-- another one in each row
SELECT count(*) FROM (SELECT album_id, random() FROM there.track WHERE album_id < 2 GROUP BY 1, 2) AS g;
SELECT count(*) FROM (SELECT DISTINCT album_id, random() FROM there.track WHERE album_id < 2) AS g;
-- T-SQL: error 130
SET plan_cache_mode = force_generic_plan;
PREPARE counted(int[]) AS SELECT count(*) FILTER (WHERE album_id = ANY ($1)) FROM there.track;
SELECT explain('EXECUTE counted(''{1,2}'')');
EXECUTE counted('{1,2}');
RESET plan_cache_mode;

SET client_min_messages = warning;
DROP SERVER grouping CASCADE;
DROP SCHEMA here, there CASCADE;
DROP TABLE asked;
DROP FUNCTION rows_of, remote_sql, explain;
