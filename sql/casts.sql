--
-- Casts: columns that are declared as another type than the natural one.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER casts FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER casts OPTIONS (username :'user', password :'password');
SET extra_float_digits = 1;
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';

-- whole numbers
CREATE FOREIGN TABLE whole (id text OPTIONS (remote_type 'int'), f_bit text, f_tinyint real, f_smallint varchar(6), f_int double precision, f_bigint real)
	SERVER casts OPTIONS (schema_name 'dbo');
SELECT * FROM whole ORDER BY id;
CREATE FOREIGN TABLE whole_other (id int, f_bit bigint, f_tinyint char(5), f_smallint name, f_int oid, f_bigint money)
	SERVER casts OPTIONS (schema_name 'dbo', table_name 'whole');
SELECT id, f_bit, '<' || f_tinyint || '>' AS f_tinyint, octet_length(f_tinyint), f_int FROM whole_other ORDER BY id;
SELECT f_smallint FROM whole_other;
SELECT f_bigint FROM whole_other;
-- characters that are none there: said when a condition is sent
SELECT id FROM whole_other WHERE f_tinyint = '1';
-- what the column cannot hold is an error, as in an assignment
CREATE FOREIGN TABLE whole_short (f_bit varchar(4), f_smallint char(2)) SERVER casts OPTIONS (schema_name 'dbo', table_name 'whole');
SELECT f_bit FROM whole_short;
SELECT f_smallint FROM whole_short;

-- fractions: rounded as PostgreSQL rounds them
CREATE FOREIGN TABLE rounded (from_decimal int, from_float int, from_real smallint, from_money bigint,
	float_numeric numeric(6,2), float_real real, decimal_float double precision, decimal_text text, money_text varchar(8))
	SERVER casts OPTIONS (query 'SELECT CAST(2.5 AS decimal(10, 2)) AS from_decimal, CAST(2.5 AS float) AS from_float,
	CAST(-3.5 AS real) AS from_real, CAST(-2.5000 AS money) AS from_money, CAST(1234.565 AS float) AS float_numeric,
	CAST(0.1 AS float) AS float_real, CAST(0.1 AS decimal(38, 38)) AS decimal_float,
	CAST(-1.50 AS decimal(9, 2)) AS decimal_text, CAST(1.5 AS money) AS money_text
	UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL');
\x on
SELECT * FROM rounded;
\x off
CREATE FOREIGN TABLE too_large (a int, b real, c numeric(3,2), d smallint) SERVER casts OPTIONS (query
	'SELECT CAST(2147483647.5 AS decimal(20, 1)) AS a, CAST(1e300 AS float) AS b, CAST(10 AS float) AS c, CAST(40000 AS real) AS d');
SELECT a FROM too_large;
SELECT b FROM too_large;
SELECT c FROM too_large;
SELECT d FROM too_large;

-- dates and times
CREATE FOREIGN TABLE moment (id int, f_datetime date, f_smalldatetime timestamptz, f_date text, f_time interval,
	f_time0 timetz, f_datetime2 timestamptz(0), f_datetime2_3 time(1), f_offset timestamp(3))
	SERVER casts OPTIONS (schema_name 'dbo');
\x on
SELECT * FROM moment ORDER BY id;
-- the session's time zone and date style are those of the cast
SET timezone = 'Asia/Kolkata';
SET datestyle = 'German';
SELECT * FROM moment WHERE id = 5;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
\x off
CREATE FOREIGN TABLE moment_other (id int, f_datetime time, f_date timestamptz, f_datetime2 varchar(19), f_offset date)
	SERVER casts OPTIONS (schema_name 'dbo', table_name 'moment');
SELECT id, f_datetime, f_date, f_offset FROM moment_other ORDER BY id;
SELECT f_datetime2 FROM moment_other;

-- guids and bytes
CREATE FOREIGN TABLE bytes (id int, f_binary text, f_guid varchar(36)) SERVER casts OPTIONS (schema_name 'dbo');
SELECT id, length(f_binary), f_guid FROM bytes ORDER BY id;
CREATE FOREIGN TABLE bytes_name (f_varbinary name, f_guid char(40)) SERVER casts OPTIONS (schema_name 'dbo', table_name 'bytes');
SELECT '<' || f_guid || '>' AS guid, octet_length(f_guid) FROM bytes_name;
SELECT f_varbinary FROM bytes_name;

-- domains, and a cast that must be written out
CREATE DOMAIN regress_year AS text CHECK (value ~ '^20') NOT NULL;
CREATE FOREIGN TABLE domains (d regress_year) SERVER casts OPTIONS (query 'SELECT CAST(''2020-05-06'' AS date) AS d');
SELECT * FROM domains;
ALTER FOREIGN TABLE domains OPTIONS (SET query 'SELECT CAST(''1999-05-06'' AS date) AS d');
SELECT * FROM domains;
ALTER FOREIGN TABLE domains OPTIONS (SET query 'SELECT CAST(NULL AS date) AS d');
SELECT * FROM domains;
CREATE FOREIGN TABLE written_out (b boolean) SERVER casts OPTIONS (query 'SELECT 1 AS b');
SELECT * FROM written_out;

-- a cast of the user's own, which the user must be allowed to execute
CREATE TYPE regress_grade AS ENUM ('low', 'high');
CREATE FUNCTION regress_grade(int) RETURNS regress_grade LANGUAGE plpgsql AS
$$
BEGIN
	RETURN CASE WHEN $1 < 10 THEN 'low' ELSE 'high' END;
END
$$;
CREATE FOREIGN TABLE grade (g regress_grade) SERVER casts OPTIONS (query 'SELECT 9 AS g UNION ALL SELECT NULL UNION ALL SELECT 10');
SELECT * FROM grade;
CREATE CAST (int AS regress_grade) WITH FUNCTION regress_grade(int) AS ASSIGNMENT;
SELECT * FROM grade;
CREATE OR REPLACE FUNCTION regress_grade(int) RETURNS regress_grade LANGUAGE plpgsql AS
$$
BEGIN
	RETURN CASE WHEN $1 IS NULL THEN 'low' WHEN $1 < 10 THEN NULL ELSE 'high' END;
END
$$;
SELECT g, g IS NULL AS is_null FROM grade;
CREATE ROLE regress_reader;
REVOKE EXECUTE ON FUNCTION regress_grade(int) FROM PUBLIC;
GRANT SELECT ON grade TO regress_reader;
GRANT USAGE ON FOREIGN SERVER casts TO regress_reader;
CREATE USER MAPPING FOR regress_reader SERVER casts OPTIONS (username :'user', password :'password');
SET ROLE regress_reader;
SELECT * FROM grade;
RESET ROLE;

-- rows that wait their turn, and rows that are kept
BEGIN;
DECLARE c CURSOR FOR SELECT id, f_datetime, f_date, f_offset FROM moment ORDER BY id;
DECLARE d SCROLL CURSOR FOR SELECT id, f_bit FROM whole;
FETCH 1 FROM d;
FETCH 2 FROM c;
FETCH 1 FROM d;
FETCH 1 FROM c;
FETCH BACKWARD 1 FROM d;
COMMIT;

-- the row that is in use while the rest of its rows is put by keeps its values
ALTER SERVER casts OPTIONS (ADD max_sessions '1');
CREATE FUNCTION regress_whole(int) RETURNS TABLE (f_bit text, f_bigint real) LANGUAGE plpgsql AS
$$
BEGIN
	RETURN QUERY SELECT w.f_bit, w.f_bigint FROM whole w WHERE w.id = $1::text;
END
$$;
CREATE FOREIGN TABLE outer_rows (id int, guid uuid, words text, price numeric, doc jsonb) SERVER casts OPTIONS (query
	'SELECT 1 AS id, CAST(''00112233-4455-6677-8899-AABBCCDDEEFF'' AS uniqueidentifier) AS guid, N''first'' AS words,
		CAST(1.25 AS decimal(10, 2)) AS price, N''{"a": 1}'' AS doc
	UNION ALL SELECT 2, CAST(''FFFFFFFF-4455-6677-8899-AABBCCDDEEFF'' AS uniqueidentifier), N''second row'', CAST(-2.5 AS decimal(10, 2)), N''[2]''
	UNION ALL SELECT 3, CAST(NULL AS uniqueidentifier), N''third'', CAST(NULL AS decimal(10, 2)), CAST(NULL AS nvarchar(9))');
SELECT o.*, i.f_bit, i.f_bigint
	FROM outer_rows o, LATERAL (SELECT f_bit, f_bigint FROM regress_whole(o.id)) i WHERE o.id > 0;
ALTER SERVER casts OPTIONS (DROP max_sessions);

-- a condition is shipped for what the column is, not for what it is cast to
CREATE FOREIGN TABLE shipped (id int) SERVER casts OPTIONS (query 'SELECT CAST(1.4 AS decimal(5, 1)) AS id');
SELECT * FROM shipped;
SELECT * FROM shipped WHERE id = 1;

-- results of statements as they are
SELECT * FROM tds_mirror_query('casts', 'SELECT CAST(2.5 AS decimal(5, 1)) AS a, CAST(''2020-01-02'' AS date) AS b') AS r (a int, b text);

SET client_min_messages = warning;
DROP SERVER casts CASCADE;
DROP CAST (int AS regress_grade);
DROP FUNCTION regress_whole(int);
DROP FUNCTION regress_grade(int);
DROP TYPE regress_grade;
DROP DOMAIN regress_year;
DROP ROLE regress_reader;
