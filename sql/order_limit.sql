--
-- ORDER BY, LIMIT and OFFSET: what the server sorts and cuts, and that it is the
-- order of PostgreSQL: where NULLs stand, and what is equal.
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
CREATE SERVER sorting FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database',
	remote_version '15');
CREATE USER MAPPING FOR CURRENT_USER SERVER sorting OPTIONS (username :'user', password :'password');
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
	SERVER sorting OPTIONS (schema_name 'dbo', table_name 'sale');
-- the same without a word about its types
CREATE FOREIGN TABLE there.plain (id int, shop int, item text, amount numeric(10,2), big bigint,
	at timestamp, stamp timestamp)
	SERVER sorting OPTIONS (schema_name 'dbo', table_name 'sale');
CREATE FOREIGN TABLE there.empty (id int, name text) SERVER sorting OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE there.track (id int, album_id int, seconds int, price numeric(10,2) OPTIONS (remote_type 'decimal(10,2)'))
	SERVER sorting OPTIONS (schema_name 'dbo', table_name 'track_like');
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
-- the rows in the order in which they come
CREATE FUNCTION rows_of(place text, query text) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
	answer text;
BEGIN
	PERFORM set_config('search_path', place || ', public', true);
	EXECUTE format('SELECT string_agg(q::text, '' '') FROM (%s) AS q', query) INTO answer;
	PERFORM set_config('search_path', 'public', true);
	RETURN coalesce(answer, 'none');
END
$$;
CREATE TABLE asked (n int GENERATED ALWAYS AS IDENTITY, query text);

-- each kind of key, each place of NULLs, the key of the table last
INSERT INTO asked (query)
	SELECT format('SELECT id, %1$I FROM sale ORDER BY %1$I %2$s %3$s, id', c, d, n)
		FROM unnest('{shop, item, code, amount, fee, big, small, ratio, paid, at, on, stamp, token}'::text[]) AS c,
			unnest('{asc, desc}'::text[]) AS d, unnest('{nulls first, nulls last}'::text[]) AS n;
INSERT INTO asked (query) VALUES
	('SELECT id FROM sale ORDER BY id'),
	('SELECT id FROM sale ORDER BY id DESC'),
	('SELECT id, shop FROM sale ORDER BY shop, paid DESC, id'),
	('SELECT at FROM sale ORDER BY at'),
	('SELECT shop, at FROM sale ORDER BY shop, at'),
	('SELECT id FROM sale ORDER BY shop, shop, id, shop'),
	('SELECT id FROM sale WHERE shop = 1 ORDER BY shop, id'),
	('SELECT id FROM sale ORDER BY 1 + 1, id'),
	('SELECT id FROM sale ORDER BY -id'),
	('SELECT id FROM sale ORDER BY id LIMIT 3'),
	('SELECT id FROM sale ORDER BY id LIMIT 3 OFFSET 2'),
	('SELECT id FROM sale ORDER BY id OFFSET 5'),
	('SELECT id FROM sale ORDER BY id LIMIT 0'),
	('SELECT id FROM sale ORDER BY id LIMIT 0 OFFSET 2'),
	('SELECT id FROM sale ORDER BY id LIMIT NULL OFFSET NULL'),
	('SELECT id FROM sale ORDER BY id LIMIT NULL OFFSET 6'),
	('SELECT id FROM sale ORDER BY id LIMIT 9223372036854775807 OFFSET 9223372036854775807'),
	('SELECT id FROM sale ORDER BY id LIMIT (SELECT count(*) - 5 FROM sale)'),
	('SELECT id FROM sale ORDER BY shop NULLS FIRST, id DESC FETCH FIRST 3 ROWS ONLY'),
	('SELECT shop FROM sale ORDER BY shop FETCH FIRST 3 ROWS WITH TIES'),
	('SELECT count(*) FROM (SELECT 1 FROM sale LIMIT 3) AS q'),
	('SELECT count(*) FROM (SELECT 1 FROM sale OFFSET 6) AS q'),
	('SELECT count(*) FROM (SELECT 1 FROM empty LIMIT 3) AS q'),
	('SELECT id, generate_series(1, 2) FROM sale ORDER BY id LIMIT 3'),
	('SELECT id FROM sale WHERE item < ''b'' ORDER BY id LIMIT 2'),
	('SELECT id, length(item) FROM sale ORDER BY id LIMIT 2'),
	('SELECT id, row_number() OVER (ORDER BY id) FROM sale ORDER BY id LIMIT 2'),
	('SELECT s.id, q.id AS other FROM sale s, LATERAL (SELECT t.id FROM sale t WHERE t.shop = s.shop ORDER BY t.id LIMIT 1) q ORDER BY s.id'),
	('SELECT a.id, b.id AS other FROM sale a JOIN plain b ON a.id = b.id ORDER BY a.id DESC LIMIT 2'),
	('SELECT shop, count(*) FROM sale GROUP BY shop ORDER BY count(*) DESC, shop'),
	('SELECT shop, count(*) FROM sale GROUP BY shop ORDER BY shop NULLS FIRST LIMIT 2'),
	('SELECT shop, sum(amount) FROM sale GROUP BY shop ORDER BY sum(amount) DESC NULLS LAST LIMIT 2'),
	('SELECT shop, avg(small) FROM sale GROUP BY shop ORDER BY avg(small) DESC NULLS LAST LIMIT 2'),
	('SELECT DISTINCT shop FROM sale ORDER BY shop DESC'),
	('SELECT DISTINCT shop FROM sale ORDER BY shop LIMIT 2 OFFSET 1'),
	('SELECT id FROM (SELECT id FROM sale UNION ALL SELECT id FROM plain) AS q ORDER BY id LIMIT 3'),
	('SELECT max(id) FROM sale'),
	('SELECT id FROM plain ORDER BY shop, id'),
	('SELECT id FROM plain ORDER BY amount, id'),
	('SELECT id FROM plain ORDER BY stamp, id');
SELECT query, left(t, 200), left(h, 200) FROM asked, LATERAL rows_of('there', query) AS t,
	LATERAL rows_of('here', query) AS h WHERE t <> h ORDER BY n;
SET plan_cache_mode = force_generic_plan;
SET enable_hashagg = off;
SELECT query, left(t, 200), left(h, 200) FROM asked, LATERAL rows_of('there', query) AS t,
	LATERAL rows_of('here', query) AS h WHERE t <> h ORDER BY n;
RESET enable_hashagg;
RESET plan_cache_mode;

-- the statements
SELECT explain('SELECT id FROM sale ORDER BY id');
SELECT explain('SELECT id FROM sale ORDER BY shop');
SELECT explain('SELECT id FROM sale ORDER BY shop NULLS FIRST, amount DESC, id DESC');
SELECT explain('SELECT id FROM sale ORDER BY token, at');
SELECT explain('SELECT id FROM sale ORDER BY at, id');
SELECT explain('SELECT id FROM plain ORDER BY stamp, id');
SELECT explain('SELECT id FROM sale ORDER BY item');
SELECT explain('SELECT id FROM sale ORDER BY item COLLATE "de-x-icu"');
SELECT explain('SELECT id FROM plain ORDER BY item COLLATE "C"');
SELECT explain('SELECT id FROM sale ORDER BY random()');
SELECT explain('SELECT id FROM sale WHERE shop = 1 ORDER BY shop, id');
SELECT explain('SELECT id FROM sale LIMIT 3');
SELECT explain('SELECT id FROM sale OFFSET 3');
SELECT explain('SELECT id FROM sale ORDER BY id LIMIT 3 OFFSET 2');
SELECT explain('SELECT id FROM sale ORDER BY item COLLATE "de-x-icu" LIMIT 3');
SELECT explain('SELECT id FROM sale WHERE length(item) = 1 LIMIT 3');
SELECT explain('SELECT shop FROM sale ORDER BY shop FETCH FIRST 3 ROWS WITH TIES');
SELECT explain('SELECT id, generate_series(1, 2) FROM sale LIMIT 3');
SELECT explain('SELECT max(id) FROM sale');

-- values of LIMIT and OFFSET that are known when it runs
SET search_path = there, public;
SET plan_cache_mode = force_generic_plan;
PREPARE page(bigint, bigint) AS SELECT id FROM sale ORDER BY id LIMIT $1 OFFSET $2;
EXPLAIN (VERBOSE, COSTS OFF) EXECUTE page(2, 3);
EXECUTE page(2, 3);
EXECUTE page(NULL, 6);
EXECUTE page(1, NULL);
EXECUTE page(0, 1);
EXECUTE page(-1, 0);
EXECUTE page(1, -1);
PREPARE top(bigint) AS SELECT id FROM sale ORDER BY id LIMIT $1;
EXECUTE top(2);
EXECUTE top(0);
EXECUTE top(NULL);
EXECUTE top(-1);
SELECT id FROM sale LIMIT -1;
RESET plan_cache_mode;
RESET search_path;

SET client_min_messages = warning;
DROP SERVER sorting CASCADE;
DROP SCHEMA here, there CASCADE;
DROP TABLE asked;
DROP FUNCTION rows_of, explain;
