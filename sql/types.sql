--
-- Types: every SQL Server type that is read, at its edges, and what is refused.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER types FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER types OPTIONS (username :'user', password :'password');
SET extra_float_digits = 1;
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';

-- bit and the integers
CREATE FOREIGN TABLE whole (id int, f_bit boolean, f_tinyint smallint, f_smallint smallint,
	f_int int, f_bigint bigint) SERVER types OPTIONS (schema_name 'dbo');
SELECT * FROM whole ORDER BY id;
CREATE FOREIGN TABLE whole_wide (id bigint, f_bit int, f_tinyint int, f_smallint bigint,
	f_int numeric(12,2), f_bigint numeric) SERVER types OPTIONS (schema_name 'dbo', table_name 'whole');
SELECT * FROM whole_wide ORDER BY id;
CREATE FOREIGN TABLE whole_narrow (id smallint, f_int smallint, f_bigint int)
	SERVER types OPTIONS (schema_name 'dbo', table_name 'whole');
SELECT id, f_int FROM whole_narrow;
SELECT f_bigint FROM whole_narrow;

-- fractions
CREATE FOREIGN TABLE fraction (id int, f_real real, f_float double precision, f_price numeric(10,2),
	f_wide numeric(38,0), f_deep numeric(38,38), f_mixed numeric(28,10), f_smallmoney numeric(10,4),
	f_money numeric(19,4)) SERVER types OPTIONS (schema_name 'dbo');
\x on
SELECT * FROM fraction ORDER BY id;
\x off
-- the same digits as numeric_in() makes, in the same bytes
SELECT id, name, value,
	numeric_send(value) = numeric_send(value::text::numeric) AS same_value,
	pg_column_size(value) = pg_column_size(value::text::numeric) AS same_size
FROM fraction, LATERAL (VALUES ('price', f_price), ('wide', f_wide), ('deep', f_deep), ('mixed', f_mixed),
	('smallmoney', f_smallmoney), ('money', f_money)) AS v (name, value)
WHERE numeric_send(value) <> numeric_send(value::text::numeric)
	OR pg_column_size(value) <> pg_column_size(value::text::numeric) OR value <> value::text::numeric;
SELECT sum(f_price), sum(f_mixed), min(f_deep), max(f_wide), count(DISTINCT f_money) FROM fraction;
-- decimals that the column rounds, shows longer, or cannot hold
CREATE FOREIGN TABLE fraction_other (id int, f_price numeric(12,4), f_mixed numeric(20,1),
	f_money numeric, f_real double precision, f_wide numeric(10,0))
	SERVER types OPTIONS (schema_name 'dbo', table_name 'fraction');
SELECT id, f_price, f_mixed, f_money, f_real FROM fraction_other ORDER BY id;
SELECT f_wide FROM fraction_other;

-- dates and times
CREATE FOREIGN TABLE moment (id int, f_datetime timestamp, f_smalldatetime timestamp, f_date date,
	f_time time, f_time0 time, f_datetime2 timestamp, f_datetime2_3 timestamp, f_offset timestamptz)
	SERVER types OPTIONS (schema_name 'dbo');
\x on
SELECT * FROM moment ORDER BY id;
\x off
SET timezone = 'Asia/Kolkata';
SELECT id, f_offset, f_datetime FROM moment WHERE id = 5;
SET timezone = 'UTC';
CREATE FOREIGN TABLE moment_rounded (id int, f_date timestamp, f_time time(2), f_datetime2 timestamp(0))
	SERVER types OPTIONS (schema_name 'dbo', table_name 'moment');
SELECT * FROM moment_rounded WHERE id > 3 ORDER BY id;

-- characters
CREATE FOREIGN TABLE characters (id int, f_char char(8), f_varchar varchar(40), f_varchar_max text,
	f_nchar char(8), f_nvarchar varchar(40), f_nvarchar_max text) SERVER types OPTIONS (schema_name 'dbo');
SELECT id, f_char, f_varchar, f_varchar_max, f_nchar, f_nvarchar, f_nvarchar_max
	FROM characters WHERE id < 5 ORDER BY id;
SELECT id, length(f_varchar_max), md5(f_varchar_max) = md5(repeat('0123456789', 20000)) AS varchar_max,
	f_nvarchar_max = f_varchar_max AS nvarchar_max FROM characters WHERE id = 5;
-- NULL is not empty
SELECT id, f_varchar IS NULL AS varchar, f_nvarchar IS NULL AS nvarchar, f_varchar_max IS NULL AS varchar_max,
	f_nvarchar_max IS NULL AS nvarchar_max, octet_length(f_nvarchar), octet_length(f_nvarchar_max)
	FROM characters WHERE id IN (1, 4) ORDER BY id;
SELECT id, '<' || f_char || '>' AS f_char, octet_length(f_char), octet_length(f_nchar) FROM characters WHERE id < 4 ORDER BY id;
-- lengths: what is too long is an error, blanks at the end are not
CREATE FOREIGN TABLE characters_short (id int, f_char varchar(3), f_varchar varchar(5), f_varchar_max char(5))
	SERVER types OPTIONS (schema_name 'dbo', table_name 'characters');
SELECT id, f_char, f_varchar FROM characters_short;
SELECT f_varchar_max FROM characters_short;

-- through the input function of any type
CREATE TYPE regress_size AS ENUM ('plain', 'x');
CREATE DOMAIN regress_short AS text CHECK (length(value) < 20) NOT NULL;
CREATE FOREIGN TABLE awkward (id int, f_number int) SERVER types OPTIONS (schema_name 'dbo');
SELECT * FROM awkward;
CREATE FOREIGN TABLE awkward_json (doc jsonb, size regress_size, at timestamptz, bits bit(3), short regress_short)
	SERVER types OPTIONS (query 'SELECT N''{"a": [1, null]}'' AS doc, ''x'' AS size, ''2020-01-02 03:04:05+01'' AS [at],
	''101'' AS bits, N''short'' AS short');
SELECT * FROM awkward_json;
CREATE FOREIGN TABLE awkward_domain (id int, short regress_short)
	SERVER types OPTIONS (query 'SELECT id, f_nvarchar_max AS short FROM dbo.characters');
SELECT * FROM awkward_domain;

-- what PostgreSQL cannot hold
CREATE FOREIGN TABLE awkward_text (id int, f_text text) SERVER types OPTIONS (schema_name 'dbo', table_name 'awkward');
SELECT id FROM awkward_text ORDER BY id;
SELECT * FROM awkward_text;
CREATE FOREIGN TABLE awkward_unit (a text, b text, c text)
	SERVER types OPTIONS (query 'SELECT N''?'' AS a, N''x'' + NCHAR(55357) + N''z'' AS b, N''y'' AS c');
SELECT * FROM awkward_unit;
SELECT b, c FROM awkward_unit;
SELECT a, c FROM awkward_unit;
CREATE FOREIGN TABLE awkward_byte (a text) SERVER types OPTIONS (query 'SELECT CAST(0x4181 AS varchar(4)) AS a');
SELECT * FROM awkward_byte;

-- bytes and guids
CREATE FOREIGN TABLE bytes (id int, f_binary bytea, f_varbinary bytea, f_varbinary_max bytea, f_guid uuid)
	SERVER types OPTIONS (schema_name 'dbo');
SELECT * FROM bytes ORDER BY id;
SELECT id FROM bytes WHERE f_guid = '00112233-4455-6677-8899-aabbccddeeff';

-- types without a way, and one that would cut a value short
CREATE FOREIGN TABLE refused (f_datetime bigint, f_guid bytea, f_varchar bytea, f_nvarchar name)
	SERVER types OPTIONS (query 'SELECT CAST(''2020-01-01'' AS datetime) AS f_datetime,
	CAST(''00112233-4455-6677-8899-AABBCCDDEEFF'' AS uniqueidentifier) AS f_guid, ''a'' AS f_varchar, N''a'' AS f_nvarchar');
SELECT f_datetime FROM refused;
SELECT f_guid FROM refused;
SELECT f_varchar FROM refused;
SELECT f_nvarchar FROM refused;

SET client_min_messages = warning;
DROP SERVER types CASCADE;
DROP TYPE regress_size;
DROP DOMAIN regress_short;
