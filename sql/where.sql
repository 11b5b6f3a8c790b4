--
-- WHERE: what the server evaluates, what stays here and why; on local copies
-- the answers are the same.
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
CREATE SERVER remote_where FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database', remote_version '15');
CREATE USER MAPPING FOR CURRENT_USER SERVER remote_where OPTIONS (username :'user', password :'password');
-- declared, as an import declares them
CREATE FOREIGN TABLE number (id int OPTIONS (remote_type 'int'), i2 smallint OPTIONS (column_name 'f_smallint', remote_type 'smallint'),
	i4 int OPTIONS (column_name 'f_int', remote_type 'int'), i8 bigint OPTIONS (column_name 'f_bigint', remote_type 'bigint'),
	tiny smallint OPTIONS (column_name 'f_tinyint', remote_type 'tinyint'), b bool OPTIONS (column_name 'f_bit', remote_type 'bit'))
	SERVER remote_where OPTIONS (schema_name 'dbo', table_name 'whole');
CREATE FOREIGN TABLE fraction (id int OPTIONS (remote_type 'int'), r real OPTIONS (column_name 'f_real', remote_type 'real'),
	f float8 OPTIONS (column_name 'f_float', remote_type 'float'),
	price numeric(10,2) OPTIONS (column_name 'f_price', remote_type 'decimal(10,2)'),
	wide numeric OPTIONS (column_name 'f_wide', remote_type 'decimal(38,0)'),
	deep numeric OPTIONS (column_name 'f_deep', remote_type 'decimal(38,38)'),
	mixed numeric OPTIONS (column_name 'f_mixed', remote_type 'decimal(28,10)'),
	cash numeric OPTIONS (column_name 'f_money', remote_type 'money'))
	SERVER remote_where OPTIONS (schema_name 'dbo', table_name 'fraction');
-- not declared: what is natural is taken for granted
CREATE FOREIGN TABLE plain (id int, i2 smallint OPTIONS (column_name 'f_smallint'), i4 int OPTIONS (column_name 'f_int'),
	i8 bigint OPTIONS (column_name 'f_bigint'), b bool OPTIONS (column_name 'f_bit'))
	SERVER remote_where OPTIONS (schema_name 'dbo', table_name 'whole');
CREATE FOREIGN TABLE plain_fraction (id int, f float8 OPTIONS (column_name 'f_float'),
	price numeric(10,2) OPTIONS (column_name 'f_price'), mixed numeric OPTIONS (column_name 'f_mixed'))
	SERVER remote_where OPTIONS (schema_name 'dbo', table_name 'fraction');
CREATE FOREIGN TABLE words (id int, name text) SERVER remote_where OPTIONS (schema_name 'dbo', table_name 'album');

CREATE SCHEMA copies;
CREATE TABLE copies.number AS SELECT * FROM number;
CREATE TABLE copies.fraction AS SELECT * FROM fraction;
CREATE TABLE copies.plain AS SELECT * FROM plain;
CREATE TABLE copies.plain_fraction AS SELECT * FROM plain_fraction;
CREATE TABLE copies.words AS SELECT * FROM words;

-- the ids that qualify of the table in the first schema of the search path
CREATE FUNCTION ids(source text, clause text) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
	answer text;
BEGIN
	EXECUTE format('SELECT string_agg(id::text, '','' ORDER BY id) FROM %s WHERE %s', source, clause) INTO answer;
	RETURN coalesce(answer, '-');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLERRM;
END
$$;
CREATE TABLE conditions (number serial, source text, clause text);
CREATE FUNCTION check_all(OUT source text, OUT clause text, OUT there text, OUT here text, OUT rows text) RETURNS SETOF record LANGUAGE plpgsql AS
$$
DECLARE
	line text;
	local text;
BEGIN
	FOR source, clause IN SELECT c.source, c.clause FROM conditions c ORDER BY number LOOP
		there := NULL;
		here := NULL;
		FOR line IN EXECUTE format('EXPLAIN (VERBOSE, COSTS OFF) SELECT id FROM %s WHERE %s', source, clause) LOOP
			there := coalesce(there, substring(line FROM 'Remote SQL: .* WHERE (.*)'));
			here := coalesce(here, substring(line FROM 'Not Shipped: (.*)'), substring(line FROM 'Rechecked: (.*)'));
			here := regexp_replace(here, '\$\d+|\(InitPlan \w+\)\.col1', '(InitPlan).col1', 'g');
		END LOOP;
		rows := ids('public.' || source, clause);
		local := ids('copies.' || source, clause);
		IF rows <> local THEN
			rows := rows || ' INSTEAD OF ' || local;
		END IF;
		RETURN NEXT;
	END LOOP;
	DELETE FROM conditions;
END
$$;
EXPLAIN (VERBOSE, COSTS OFF) SELECT id FROM words WHERE name LIKE 'Album 1%' AND length(name) = 7;
\pset format unaligned
\pset tuples_only on
\pset fieldsep ' | '
\pset footer off

-- integers of all widths, and what they are compared with
INSERT INTO conditions (source, clause) VALUES
	('number', 'i4 <> 0'),
	('number', 'i2 < i4'),
	('number', 'i8 >= 9223372036854775807'),
	('number', 'i4 < 5000000000'),
	('number', 'i2 BETWEEN -40000 AND 1'),
	('number', 'tiny > 254 AND i4 > i2'),
	('number', 'i4 = 0.5'),
	('number', 'i4 < 0.5'),
	('number', 'i8 > 1e30'),
	('number', 'i8 <= ''NaN''::numeric'),
	('number', 'i4 > 0.5::float8'),
	('number', 'i2 = ''-Infinity''::float8'),
	('number', 'i8 > 0.5::float8'),
	('plain', 'i4 > i2'),
	('plain', 'i8 < 2.5'),
	('plain', 'i2 <> 0');
SELECT * FROM check_all();

-- numerics: in the type of the column, whatever the value has
INSERT INTO conditions (source, clause) VALUES
	('fraction', 'price = 0.05'),
	('fraction', 'price = 0.050'),
	('fraction', 'price = 0.051'),
	('fraction', 'price <> 0.051'),
	('fraction', 'price < 0.051'),
	('fraction', 'price >= 0.049'),
	('fraction', 'price > 100000000'),
	('fraction', 'price < ''NaN'''),
	('fraction', 'price = ''NaN'''),
	('fraction', 'NOT price >= ''-Infinity'''),
	('fraction', 'wide > 18446744073709551615.5'),
	('fraction', 'wide >= 1e40'),
	('fraction', 'deep < 0.0000000000000000000000000000000000000000001'),
	('fraction', 'deep = price'),
	('fraction', 'mixed >= price'),
	('fraction', 'wide = deep'),
	('fraction', 'cash = 0.0001'),
	('fraction', 'cash > 0.00005'),
	('fraction', 'cash < 1e20'),
	('fraction', 'price = id'),
	('plain_fraction', 'price = 0.05'),
	('plain_fraction', 'price < 0.051'),
	('plain_fraction', 'mixed = 10000.0001'),
	('plain_fraction', 'mixed < ''NaN'''),
	('plain_fraction', 'mixed > 1e39'),
	('plain_fraction', 'mixed <> price');
SELECT * FROM check_all();

-- floating point numbers: NaN and the infinities are values here, and none there
INSERT INTO conditions (source, clause) VALUES
	('fraction', 'f = 0.1'),
	('fraction', 'r = 1.5'),
	('fraction', 'r = 0.1'),
	('fraction', 'r = 0.1::real'),
	('fraction', 'r > 0.1'),
	('fraction', 'f < ''NaN'''),
	('fraction', 'f = ''NaN'''),
	('fraction', 'f > ''-Infinity'''),
	('fraction', 'r <> ''Infinity'''),
	('fraction', 'r < 1e300'),
	('fraction', 'f >= r'),
	('fraction', 'f = 0.05::numeric'),
	('plain_fraction', 'f <= 2.2250738585072014e-308'),
	('plain_fraction', 'f = ''-0''');
SELECT * FROM check_all();

-- NULL and truth
INSERT INTO conditions (source, clause) VALUES
	('number', 'i4 IS NULL'),
	('number', 'i4 IS NOT NULL AND id > 1'),
	('number', '(i2 + id) IS NULL'),
	('number', '(i4 > 0) IS NULL'),
	('number', 'b'),
	('number', 'NOT b'),
	('number', 'b = (i4 > 0)'),
	('number', 'b < (i4 > 0)'),
	('number', 'b IS TRUE'),
	('number', 'b IS NOT TRUE'),
	('number', 'b IS FALSE'),
	('number', 'b IS NOT FALSE'),
	('number', 'b IS UNKNOWN'),
	('number', 'b IS NOT UNKNOWN'),
	('number', '(i4 > 0) IS TRUE'),
	('number', '(i4 > 0) IS NOT TRUE'),
	('number', '(i4 > 0) IS FALSE'),
	('number', '(i4 > 0) IS NOT FALSE'),
	('number', '(i4 > 0) IS UNKNOWN'),
	('number', '(i4 > 0) IS NOT UNKNOWN'),
	('number', 'NOT (b IS NOT TRUE OR i4 IS NULL)'),
	('plain', 'b OR i4 < 0'),
	('plain', 'b IS NOT TRUE'),
	('words', 'name IS NULL'),
	('words', '(id = 3) IS NOT TRUE AND id < 5'),
	('number', 'number IS NULL');
SELECT * FROM check_all();

-- IS DISTINCT FROM, NULLIF, COALESCE, GREATEST, LEAST
INSERT INTO conditions (source, clause) VALUES
	('number', 'i4 IS DISTINCT FROM 0'),
	('number', 'i4 IS NOT DISTINCT FROM 0'),
	('number', 'i4 IS DISTINCT FROM i2'),
	('number', 'NOT i4 IS DISTINCT FROM i2'),
	('number', 'i4 IS NOT DISTINCT FROM (SELECT NULL::int)'),
	('number', 'b IS DISTINCT FROM (i4 > 0)'),
	('fraction', 'price IS NOT DISTINCT FROM 0.051'),
	('number', 'NULLIF(i4, 0) IS NULL'),
	('fraction', 'NULLIF(price, 0.05) = 0'),
	('number', 'COALESCE(i4, i2, -1) = -1'),
	('number', 'COALESCE(i2, i8) > 0'),
	('number', 'COALESCE(b, i4 IS NULL)'),
	('fraction', 'COALESCE(price, mixed, 7) = 7'),
	('fraction', 'COALESCE(price, ''NaN'') = 0'),
	('fraction', 'COALESCE(f, 0) = 0'),
	('plain', 'COALESCE(i4, 5) = 5'),
	('plain_fraction', 'COALESCE(price, 5) = 5'),
	('plain_fraction', 'COALESCE(mixed, 5) = 5'),
	('number', 'GREATEST(i4, i2) = 32767'),
	('number', 'LEAST(i4, NULL::int, i2) < 0'),
	('number', 'LEAST(i4, 5) = 5'),
	('words', 'COALESCE(name, ''x'') = ''x''');
SELECT * FROM check_all();

-- CASE
INSERT INTO conditions (source, clause) VALUES
	('number', 'CASE WHEN i4 > 0 THEN i2 WHEN b THEN 1 ELSE i8 END = 0'),
	('number', 'CASE WHEN i4 > 0 THEN true WHEN i4 < 0 THEN false END'),
	('number', 'CASE WHEN i4 > 0 THEN true WHEN i4 < 0 THEN false END IS NULL'),
	('number', 'CASE i2 WHEN 0 THEN 5 WHEN 32767 THEN 6 END = 5'),
	('number', 'CASE i2 WHEN 0 THEN 5 WHEN i4 THEN 6 END IS NULL'),
	('number', 'CASE id WHEN 1 THEN CASE i4 WHEN 0 THEN 1 END ELSE 0 END = 1'),
	('fraction', 'CASE WHEN id = 1 THEN price WHEN id = 2 THEN 1.123 ELSE 5 END > 1.12'),
	('fraction', 'CASE WHEN id = 1 THEN wide ELSE deep END = 0'),
	('number', 'CASE WHEN i4 > 0 THEN ''a'' ELSE ''b'' END = ''a''');
SELECT * FROM check_all();

-- IN and its kin
INSERT INTO conditions (source, clause) VALUES
	('number', 'i4 IN (0, 7, 2147483647)'),
	('number', 'i4 NOT IN (0, 7)'),
	('number', 'i4 IN (0, NULL)'),
	('number', 'i4 NOT IN (7, NULL)'),
	('number', '(i4 IN (7, NULL)) IS NULL'),
	('number', 'i4 = ANY (ARRAY[0, 7])'),
	('number', 'i4 = ANY (''{}''::int[])'),
	('number', 'i4 <> ALL (''{}''::int[])'),
	('number', '(i4 <> ALL (NULL::int[])) IS NULL'),
	('number', 'i4 > ANY (ARRAY[0, 7])'),
	('number', 'i4 <= ALL (ARRAY[0, 7])'),
	('number', 'i4 <> ANY (ARRAY[0, 0])'),
	('number', 'i2 IN (0, 100000)'),
	('number', '0 IN (i2, i4)'),
	('number', 'i4 IN (i2, 7)'),
	('fraction', 'price IN (0.05, 0.051, 10000)'),
	('fraction', 'price NOT IN (0.05, 0.051, ''NaN'')'),
	('fraction', 'r IN (1.5, 0.1::real)'),
	('number', 'b IN (true)'),
	('number', 'i4 = ANY (ARRAY[(SELECT 0), 7])'),
	('number', 'i4 = ANY ((SELECT ARRAY[0, 7, NULL])::int[])'),
	('number', 'i4 <> ALL ((SELECT ARRAY[0, 7])::int[])'),
	('number', 'i4 <> ALL ((SELECT ARRAY[7, NULL])::int[])'),
	('number', 'i4 <> ALL ((SELECT NULL::int[])::int[])'),
	('number', '(i4 <> ALL ((SELECT NULL::int[])::int[])) IS NULL'),
	('number', '(i4 = ANY ((SELECT ''{}'')::int[])) IS NOT NULL'),
	('fraction', 'price = ANY ((SELECT ARRAY[0.05, 0.051, ''NaN''])::numeric[])'),
	('number', 'i4 > ANY ((SELECT ARRAY[0, 7])::int[])'),
	('plain_fraction', 'mixed = ANY ((SELECT ARRAY[0.05])::numeric[])');
SELECT * FROM check_all();

-- arithmetic: nothing overflows there that does not here
INSERT INTO conditions (source, clause) VALUES
	('number', 'id + 1 = 3'),
	('number', 'i2::int + i2 = 65534'),
	('number', 'i2::int * i2 = 1073676289'),
	('number', 'i4::bigint * i4 > 0'),
	('number', 'i8 - id::numeric >= 9223372036854775805'),
	('number', 'i4 * 1::bigint * i4 = 0'),
	('number', '1 - id < -1'),
	('number', 'i2 * id * id * id > 0'),
	('number', 'i4 / 2 = 1073741823'),
	('number', 'i4 / -1::bigint = 2147483648'),
	('number', 'i4 % 7 = -2'),
	('number', 'mod(i8, -1::bigint) = 0'),
	('number', 'i4 / id > 0'),
	('number', 'i4 / 0 > 0'),
	('number', '- i8 <= 0 AND id <> 3'),
	('number', 'abs(i2::int) = 32768'),
	('number', '@ i8 > 0 AND id <> 3'),
	('number', 'i4 & 255 = 255'),
	('number', 'i2 | 1 = 1'),
	('number', 'i8 # i8 = 0'),
	('number', '~ tiny = -256'),
	('number', 'i4 << 1 = 0'),
	('fraction', 'price + 0.005 = 0.055'),
	('fraction', 'price * 1.19 < 1'),
	('fraction', 'price * 3 - mixed <> 0'),
	('fraction', 'mixed * mixed > 0'),
	('fraction', 'wide + 1 > 0 AND id <> 2'),
	('fraction', 'cash * 2 = 0.0002'),
	('fraction', 'price / 2 = 5000'),
	('fraction', 'price % 0.03 = 0.02'),
	('fraction', '- price > 1'),
	('fraction', 'abs(mixed) = 0.0000000001'),
	('fraction', 'sign(price) = -1'),
	('fraction', 'ceil(mixed) = 1000000000000000000'),
	('fraction', 'floor(cash) = -922337203685478'),
	('fraction', 'round(mixed, 4) = 10000.0001'),
	('fraction', 'round(price) = 12345679'),
	('fraction', 'trunc(mixed, 2) = 10000'),
	('fraction', 'round(price, -2) = 10000'),
	('fraction', 'price::numeric(12,1) = 0.1'),
	('fraction', 'price::numeric(4,1) = 0.1'),
	('fraction', 'f + 1 = 1'),
	('fraction', 'ceil(f) = 1'),
	('fraction', 'abs(r) = 3.25'),
	('number', 'i4::bool'),
	('number', 'b::int = 1'),
	('number', 'i4::smallint = 0'),
	('plain', 'id + i2 = 1'),
	('plain_fraction', 'price * 2 = 0.1'),
	('plain_fraction', 'mixed * 2 = 0.1');
SELECT * FROM check_all();

-- what no rule knows
INSERT INTO conditions (source, clause) VALUES
	('words', 'length(name) = 7'),
	('words', 'upper(name) = ''ALBUM 7'''),
	('words', 'name || ''!'' = ''Album 7!'''),
	('words', 'ROW(id, id) = ROW(3, 3)'),
	('words', 'ROW(id, name) > ROW(99, ''A'')');
SELECT * FROM check_all();
\pset format aligned
\pset tuples_only off

DROP SERVER remote_where CASCADE;
DROP SCHEMA copies CASCADE;
DROP FUNCTION check_all();
DROP FUNCTION ids(text, text);
DROP TABLE conditions;
