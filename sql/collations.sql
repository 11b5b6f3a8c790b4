--
-- Characters and bytes: what the server takes for equal and PostgreSQL does
-- not, and how the rows are the same all the same.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER collations FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER collations OPTIONS (username :'user', password :'password');
CREATE SCHEMA plain;
CREATE SCHEMA described;
CREATE SCHEMA here;
-- nobody has said what the columns are
CREATE FOREIGN TABLE plain.word (id int, ci text, n text, u8 text COLLATE "C", pad char(6), raw bytea)
	SERVER collations OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE described.word (
	id int OPTIONS (remote_type 'int', key 'true'),
	ci varchar(20) OPTIONS (remote_type 'varchar(20)', remote_collation 'Latin1_General_100_CI_AI'),
	n text OPTIONS (remote_type 'nvarchar(20)', remote_collation 'Latin1_General_100_CI_AS'),
	u8 text OPTIONS (remote_type 'varchar(40)', remote_collation 'Latin1_General_100_BIN2_UTF8') COLLATE "C",
	pad char(6) OPTIONS (remote_type 'char(6)', remote_collation 'Latin1_General_100_CS_AS'),
	raw bytea OPTIONS (remote_type 'varbinary(8)'))
	SERVER collations OPTIONS (schema_name 'dbo');
CREATE TABLE here.word AS SELECT * FROM described.word;
ALTER TABLE here.word ALTER u8 TYPE text COLLATE "C";

CREATE FUNCTION explain(query text) RETURNS SETOF text LANGUAGE plpgsql AS
$$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query LOOP
		IF line ~ '(Remote SQL|Remote Parameter|Rechecked|Not Shipped|Sort)' THEN
			RETURN NEXT btrim(line);
		END IF;
	END LOOP;
END
$$;
-- the ids that a condition lets through, in each of the three tables
CREATE FUNCTION ids(condition text, OUT described text, OUT same boolean) LANGUAGE plpgsql AS
$$
DECLARE
	plain text;
	here text;
	head text := 'SELECT string_agg(id::text, '','' ORDER BY id) FROM (SELECT id FROM ';
	tail text := '.word WHERE ' || condition || ' OFFSET 0) AS q';
BEGIN
	EXECUTE head || 'here' || tail INTO here;
	EXECUTE head || 'plain' || tail INTO plain;
	EXECUTE head || 'described' || tail INTO described;
	same := plain IS NOT DISTINCT FROM here AND described IS NOT DISTINCT FROM here;
END
$$;

-- "=": rechecked where nobody has declared the type, exact where somebody has
SELECT explain('SELECT id FROM plain.word WHERE ci = ''a''');
SELECT explain('SELECT id FROM described.word WHERE ci = ''a''');
SELECT explain('SELECT id FROM described.word WHERE n = ''ä''');
SELECT explain('SELECT id FROM described.word WHERE pad = ''a''');
SELECT explain('SELECT id FROM described.word WHERE raw = ''\x01''');
-- what is not equal, and what is in order
SELECT explain('SELECT id FROM plain.word WHERE ci <> ''a''');
SELECT explain('SELECT id FROM described.word WHERE ci <> ''a''');
SELECT explain('SELECT id FROM described.word WHERE n < ''b''');
SELECT explain('SELECT id FROM described.word WHERE u8 < ''b''');
ALTER SERVER collations OPTIONS (ADD remote_version '15');
SELECT explain('SELECT id FROM described.word WHERE u8 < ''b''');
SELECT explain('SELECT id FROM described.word WHERE ci COLLATE "C" < ''b''');
SELECT explain('SELECT id FROM described.word WHERE raw < ''\x01''');
-- LIKE
SELECT explain('SELECT id FROM plain.word WHERE ci LIKE ''a%''');
SELECT explain('SELECT id FROM described.word WHERE ci LIKE ''5\_[%''');
SELECT explain('SELECT id FROM described.word WHERE ci NOT LIKE ''a%''');
SELECT explain('SELECT id FROM described.word WHERE ci NOT LIKE ''_%''');
SELECT explain('SELECT id FROM described.word WHERE n LIKE ''_''');
SELECT explain('SELECT id FROM described.word WHERE n ILIKE ''a''');
SELECT explain('SELECT id FROM described.word WHERE n LIKE ci');
-- columns: their collations are those of the server
SELECT explain('SELECT id FROM described.word WHERE ci = n');
SELECT explain('SELECT id FROM plain.word WHERE ci = n');
-- a collation that takes some strings for equal
CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
SELECT explain('SELECT id FROM described.word WHERE n = ''a'' COLLATE loose');

SELECT c, (ids(c)).* FROM unnest(ARRAY[
	'ci = ''a''', 'ci = ''A''', 'ci = ''a ''', 'ci = ''ä''', 'ci = ''ß''', 'ci = ''ss''', 'ci = ''''', 'ci = ''日''',
	'n = ''a''', 'n = ''😀''', 'n = ''''', 'n = ''a '' OR n = ''ß''',
	'u8 = ''a''', 'u8 = ''😀''', 'pad = ''a''', 'pad = ''a  ''', 'pad = ''''',
	'ci <> ''a''', 'n <> ''A''', 'pad <> ''a''', 'NOT n = ''a''', 'n <> ci', 'ci = n', 'u8 = n',
	'u8 < ''a''', 'u8 > ''a''', 'u8 <= ''ss''', 'u8 >= ''😀''', 'u8 BETWEEN ''a'' AND ''b''', 'ci COLLATE "C" > ''a''',
	'n COLLATE "C" > ''｡''', 'pad COLLATE "C" <= ''a''',
	'raw = ''\x01''', 'raw = ''\x0100''', 'raw = ''\x''', 'raw <> ''\x02''',
	'n LIKE ''a%''', 'n LIKE ''a''', 'n LIKE ''_''', 'n LIKE ''%[x]''', 'ci LIKE ''5_\%''', 'ci LIKE ''5\_\%''', 'pad LIKE ''%\\\\b%''',
	'n NOT LIKE ''a%''', 'ci NOT LIKE ''%_''', 'n LIKE ''a''''%''', 'pad LIKE ''a%''',
	'n COLLATE loose = ''a''']) AS c;

-- values: ASCII travels as varchar to varchar, so that an index serves; the rest does not
PREPARE by_ci(text) AS SELECT id FROM described.word WHERE ci = $1 ORDER BY id;
SET plan_cache_mode = force_generic_plan;
EXECUTE by_ci('a');
EXECUTE by_ci('ä');
EXECUTE by_ci('日本');
EXECUTE by_ci('');
EXECUTE by_ci(NULL);
EXECUTE by_ci(repeat('x', 9000));
PREPARE by_n(text) AS SELECT id FROM plain.word WHERE n = $1 ORDER BY id;
EXECUTE by_n('😀');
EXECUTE by_n(repeat('ß', 5000));
RESET plan_cache_mode;

-- blanks that do not fit into varchar(n) are cut off when they are read
CREATE FOREIGN TABLE cut (v varchar(3)) SERVER collations OPTIONS (query 'SELECT N''abc  '' AS v');
EXPLAIN (VERBOSE, COSTS OFF) SELECT v FROM cut WHERE v LIKE 'a_c';
SELECT v FROM cut WHERE v LIKE 'abc' AND v LIKE '%c' AND v LIKE 'a%' AND v = 'abc';

DROP SERVER collations CASCADE;
DROP SCHEMA plain, described, here CASCADE;
DROP FUNCTION explain, ids;
DROP COLLATION loose;
