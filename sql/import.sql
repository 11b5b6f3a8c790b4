--
-- Knowing the remote side: IMPORT FOREIGN SCHEMA, tds_mirror_describe(),
-- tds_mirror_import_comments().
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
CREATE SERVER import FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER import OPTIONS (username :'user', password :'password');
CREATE VIEW imported AS
	SELECT n.nspname AS schema, c.relname AS "table", a.attname AS "column",
		format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END ||
		CASE WHEN a.attcollation = 'pg_catalog."C"'::regcollation THEN ' C' ELSE '' END AS type,
		array_to_string(a.attfdwoptions, ', ') AS options, pg_get_expr(d.adbin, d.adrelid) AS "default"
	FROM pg_foreign_table t JOIN pg_class c ON c.oid = t.ftrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
	ORDER BY n.nspname, c.relname COLLATE "C", a.attnum;

-- everything, as it is by default
CREATE SCHEMA i;
IMPORT FOREIGN SCHEMA import FROM SERVER import INTO i;
SELECT "table", "column", type, options FROM imported WHERE schema = 'i';
SELECT c.relname, t.ftoptions FROM pg_foreign_table t JOIN pg_class c ON c.oid = t.ftrelid
	WHERE c.relnamespace = 'i'::regnamespace ORDER BY c.relname COLLATE "C";
SELECT * FROM i."a_name_of_more_than_63_bytes_which_is_cut_off_at_a_cha_2f7c3b77";
SELECT "Id", f_bit, f_tinyint, f_nvarchar, f_variant, f_hierarchyid, f_json, length(f_geometry) AS geometry, f_computed FROM i."Kinds";
SELECT * FROM i.kind_names;
SELECT count(*) FROM i.alias;
SELECT * FROM i."Odd ] Name's";

-- options
CREATE SCHEMA o;
ALTER SERVER import OPTIONS (ADD remote_version '15');
IMPORT FOREIGN SCHEMA import LIMIT TO ("Kinds", "Odd ] Name's") FROM SERVER import INTO o
	OPTIONS (import_default 'true', import_generated 'false', import_not_null 'false', import_collate 'false');
SELECT "column", type, "default" FROM imported WHERE schema = 'o' AND ("default" IS NOT NULL OR type ~ '(not null|C)$' OR "table" <> 'Kinds');
SELECT count(*) FILTER (WHERE "column" = 'f_computed') AS computed, count(*) FROM imported WHERE schema = 'o' AND "table" = 'Kinds';
IMPORT FOREIGN SCHEMA import FROM SERVER import INTO o OPTIONS (import_defaults 'true');
IMPORT FOREIGN SCHEMA import FROM SERVER import INTO o OPTIONS (import_default 'perhaps');

-- LIMIT TO and EXCEPT: names as the server compares them, and called as the user calls them
CREATE SCHEMA l;
IMPORT FOREIGN SCHEMA import LIMIT TO (kinds, "ALIAS", no_such_table) FROM SERVER import INTO l;
SELECT "table", count(*) FROM imported WHERE schema = 'l' GROUP BY 1 ORDER BY 1;
SELECT f_nvarchar FROM l.kinds;
IMPORT FOREIGN SCHEMA import LIMIT TO (keys, "Keys") FROM SERVER import INTO l;
-- a name that the parser cuts off
IMPORT FOREIGN SCHEMA import LIMIT TO ("a_name_of_more_than_63_bytes_which_is_cut_off_at_a_character_ä_two") FROM SERVER import INTO l;
IMPORT FOREIGN SCHEMA import LIMIT TO (a_name_of_more_than_63_bytes_which_is_cut_off_at_a_cha_58b0a387) FROM SERVER import INTO l;
SELECT "table", count(*) FROM imported WHERE schema = 'l' GROUP BY 1 ORDER BY 1;
CREATE SCHEMA e;
IMPORT FOREIGN SCHEMA import EXCEPT (kinds, alias, "Odd ] Name's") FROM SERVER import INTO e;
SELECT "table", count(*) FROM imported WHERE schema = 'e' GROUP BY 1 ORDER BY 1;

-- what is not there
IMPORT FOREIGN SCHEMA imprt FROM SERVER import INTO e;
IMPORT FOREIGN SCHEMA "no such schema at all" FROM SERVER import INTO e;
IMPORT FOREIGN SCHEMA nothing_in_it FROM SERVER import INTO e;

-- describe: of an imported table there is nothing to say
SELECT * FROM tds_mirror_describe('i."Kinds"');
ALTER SERVER import OPTIONS (DROP remote_version);
SELECT * FROM tds_mirror_describe('i.keys');
ALTER SERVER import OPTIONS (SET remote_version '15.0.2000.5');
SELECT * FROM tds_mirror_describe('i.keys');
-- a table by hand, in the user's own words
CREATE FOREIGN TABLE by_hand (id bigint OPTIONS (remote_type 'integer'), name text OPTIONS (column_name 'F_NVARCHAR'),
		guid text OPTIONS (column_name 'f_guid', remote_type 'int', remote_collation 'Latin1_General_BIN2', "key" 'true'),
		price numeric OPTIONS (column_name 'f_decimal', remote_type 'numeric(18, 2)', "key" 'false'), missing int)
	SERVER import OPTIONS (table_name 'import.kinds');
SELECT * FROM tds_mirror_describe('by_hand');
SELECT * FROM tds_mirror_describe('by_hand');
SELECT "column", options FROM imported WHERE "table" = 'by_hand';
-- half a key is none
CREATE FOREIGN TABLE half (d int, a int OPTIONS ("key" 'true')) SERVER import OPTIONS (schema_name 'import', table_name 'keys');
SELECT * FROM tds_mirror_describe('half');
-- a query
CREATE FOREIGN TABLE by_query (id int, name text, shape text, twice int)
	SERVER import OPTIONS (query 'SELECT Id, f_nvarchar AS name, f_geometry AS shape, Id * 2 AS twice FROM import.Kinds; ');
SELECT * FROM tds_mirror_describe('by_query');
SELECT * FROM by_query;
ALTER FOREIGN TABLE by_query OPTIONS (SET query 'SELECT x FROM import.nothing_of_that_name');
SELECT * FROM tds_mirror_describe('by_query');
-- refusals
CREATE FOREIGN TABLE nowhere (a int) SERVER import OPTIONS (schema_name 'import');
SELECT * FROM tds_mirror_describe('nowhere');
SELECT * FROM tds_mirror_describe('imported');
BEGIN READ ONLY;
SELECT * FROM tds_mirror_describe('i.keys');
ROLLBACK;
BEGIN READ ONLY;
SELECT tds_mirror_import_comments('import', 'import', 'i');
ROLLBACK;
CREATE ROLE regress_tds_import;
GRANT USAGE ON FOREIGN SERVER import TO regress_tds_import;
GRANT USAGE ON SCHEMA i TO regress_tds_import;
CREATE USER MAPPING FOR regress_tds_import SERVER import OPTIONS (username :'user', password :'password');
SET ROLE regress_tds_import;
SELECT * FROM tds_mirror_describe('i.keys');
RESET ROLE;
GRANT EXECUTE ON FUNCTION tds_mirror_describe TO regress_tds_import;
GRANT EXECUTE ON FUNCTION tds_mirror_import_comments TO regress_tds_import;
SET ROLE regress_tds_import;
SELECT * FROM tds_mirror_describe('i.keys');
SELECT tds_mirror_import_comments('import', 'import', 'i');
RESET ROLE;
-- the owner of a table need not be the server's
ALTER FOREIGN TABLE i.alias OWNER TO regress_tds_import;
ALTER FOREIGN TABLE i.alias ALTER a OPTIONS (DROP remote_type);
ALTER SERVER import OPTIONS (SET remote_version '11');
SET ROLE regress_tds_import;
SELECT * FROM tds_mirror_describe('i.alias');
RESET ROLE;

-- comments
SELECT tds_mirror_import_comments('import', 'IMPORT', 'i');
SELECT objoid::regclass, objsubid, description FROM pg_description
	WHERE classoid = 'pg_class'::regclass AND objoid IN (SELECT ftrelid FROM pg_foreign_table) ORDER BY 1::text, 2;
SELECT tds_mirror_import_comments('import', 'dbo', 'i');
SELECT tds_mirror_import_comments('import', 'import', 'no_such_schema');

\set VERBOSITY terse
DROP SERVER import CASCADE;
DROP SCHEMA i, o, l, e;
DROP VIEW imported;
REVOKE ALL ON FUNCTION tds_mirror_describe FROM regress_tds_import;
REVOKE ALL ON FUNCTION tds_mirror_import_comments FROM regress_tds_import;
DROP ROLE regress_tds_import;
