--
-- Types that are written: every SQL Server type, from end to end, and what is refused.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER written FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER written OPTIONS (username :'user', password :'password');
CREATE SCHEMA written;
SET search_path = written, public;
SET extra_float_digits = 1;
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE state text; message text; detail text;
BEGIN
	EXECUTE statement;
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(E'\n', state || ' ' || message, nullif(detail, ''));
END $$;
-- a column of type remote, which is declared as local here
CREATE FUNCTION column_of(name text, remote text, local text, options text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM tds_mirror_exec('written', format('CREATE TABLE dbo.written_%s (id int NOT NULL PRIMARY KEY, v %s NULL)', name, remote));
	EXECUTE format('CREATE FOREIGN TABLE %I (id int OPTIONS (key ''true''), v %s %s) SERVER written OPTIONS (schema_name ''dbo'', table_name %L)',
		name, local, options, 'written_' || name);
END $$;
-- the server's own bytes of a column, or what it says of them
CREATE FUNCTION stored(name text, expression text DEFAULT 'CONVERT(varchar(200), CONVERT(varbinary(90), v), 1)')
RETURNS TABLE (id int, stored text) LANGUAGE sql AS $$
	SELECT * FROM tds_mirror_query('written', format('SELECT id, %s AS stored FROM dbo.written_%s ORDER BY id', expression, name)) AS s (id int, stored text)
$$;
-- every row written to itself: which of them are others afterwards?
CREATE FUNCTION changed(name text, expression text DEFAULT 'CONVERT(varchar(200), CONVERT(varbinary(90), v), 1)')
RETURNS TABLE (id int, before text, after text) LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMP TABLE before AS SELECT * FROM stored(name, expression);
	EXECUTE format('UPDATE %I SET v = v WHERE random() >= 0', name);
	RETURN QUERY SELECT b.id, b.stored, a.stored FROM before AS b FULL JOIN stored(name, expression) AS a USING (id)
		WHERE b.stored IS DISTINCT FROM a.stored ORDER BY 1;
	DROP TABLE before;
END $$;

-- bit and the integers
SELECT column_of('f_bit', 'bit', 'boolean'), column_of('f_tinyint', 'tinyint', 'smallint'), column_of('f_smallint', 'smallint', 'smallint'),
	column_of('f_int', 'int', 'int'), column_of('f_bigint', 'bigint', 'bigint');
INSERT INTO f_bit VALUES (1, true), (2, false), (3, NULL) RETURNING *;
INSERT INTO f_tinyint VALUES (1, 0), (2, 255), (3, NULL) RETURNING *;
INSERT INTO f_smallint VALUES (1, -32768), (2, 32767), (3, NULL) RETURNING *;
INSERT INTO f_int VALUES (1, -2147483648), (2, 2147483647), (3, NULL) RETURNING *;
INSERT INTO f_bigint VALUES (1, -9223372036854775808), (2, 9223372036854775807), (3, NULL) RETURNING *;
UPDATE f_bit SET v = NOT v WHERE id < 3 RETURNING *;
UPDATE f_tinyint SET v = 255 - v WHERE id < 3 RETURNING *;
UPDATE f_bigint SET v = -1 - v RETURNING *;
SELECT refused('INSERT INTO f_tinyint VALUES (9, 256)'), refused('INSERT INTO f_tinyint VALUES (9, -1)');
-- numbers of other types: narrower, wider, exact and not
CREATE FOREIGN TABLE wide_bit (id int OPTIONS (key 'true'), v int) SERVER written OPTIONS (schema_name 'dbo', table_name 'written_f_bit');
CREATE FOREIGN TABLE wide_int (id int OPTIONS (key 'true'), v numeric) SERVER written OPTIONS (schema_name 'dbo', table_name 'written_f_int');
CREATE FOREIGN TABLE float_int (id int OPTIONS (key 'true'), v double precision) SERVER written OPTIONS (schema_name 'dbo', table_name 'written_f_int');
CREATE FOREIGN TABLE text_int (id int OPTIONS (key 'true'), v text) SERVER written OPTIONS (schema_name 'dbo', table_name 'written_f_int');
INSERT INTO wide_bit VALUES (4, 1), (5, 0) RETURNING *;
SELECT refused('INSERT INTO wide_bit VALUES (6, 2)');
INSERT INTO wide_int VALUES (4, 2.5), (5, -2.5), (6, 2147483647.4999), (7, 0.4) RETURNING *;
SELECT refused('INSERT INTO wide_int VALUES (8, 2147483647.5)'), refused('INSERT INTO wide_int VALUES (8, ''NaN'')');
INSERT INTO float_int VALUES (8, 2.5), (9, 3.5) RETURNING *;
SELECT refused('INSERT INTO float_int VALUES (10, 1e10)'), refused('INSERT INTO text_int VALUES (10, ''10'')');

-- money, decimal, float
SELECT column_of('f_smallmoney', 'smallmoney', 'numeric'), column_of('f_money', 'money', 'numeric'), column_of('f_price', 'decimal(10,2)', 'numeric'),
	column_of('f_wide', 'decimal(38,0)', 'numeric'), column_of('f_deep', 'decimal(38,38)', 'numeric'), column_of('f_mixed', 'decimal(28,10)', 'numeric'),
	column_of('f_real', 'real', 'real'), column_of('f_float', 'float', 'double precision');
INSERT INTO f_smallmoney VALUES (1, 214748.3647), (2, -214748.3648), (3, 0.00005), (4, -0.00005), (5, NULL) RETURNING *;
INSERT INTO f_money VALUES (1, 922337203685477.5807), (2, -922337203685477.5808), (3, 0.00004999), (4, 1e4), (5, NULL) RETURNING *;
INSERT INTO f_price VALUES (1, 99999999.99), (2, -99999999.99), (3, 0.005), (4, -0.005), (5, 0.0049999), (6, 99999999.994), (7, 1e7), (8, 0), (9, NULL) RETURNING *;
INSERT INTO f_wide VALUES (1, 99999999999999999999999999999999999999), (2, -99999999999999999999999999999999999999), (3, 1e37), (4, 18446744073709551616), (5, 0.5) RETURNING *;
INSERT INTO f_deep VALUES (1, 0.99999999999999999999999999999999999999), (2, -1e-38), (3, 5e-39), (4, 4.9e-39), (5, 0.00010001) RETURNING *;
INSERT INTO f_mixed VALUES (1, 999999999999999999.9999999999), (2, 123456789012345678.0123456789), (3, 1.00000000005), (4, 10000.0001), (5, 1e-10) RETURNING *;
INSERT INTO f_real VALUES (1, 3.4028235e38), (2, -1.1754944e-38), (3, 0.1), (4, 16777216), (5, NULL) RETURNING *;
INSERT INTO f_float VALUES (1, 1.7976931348623157e308), (2, -2.2250738585072014e-308), (3, 0.1), (4, 1e22), (5, NULL) RETURNING *;
SELECT name, c.* FROM unnest(ARRAY['f_smallmoney', 'f_money', 'f_price', 'f_wide', 'f_deep', 'f_mixed', 'f_real', 'f_float']) AS name, changed(name) AS c;
SELECT refused('INSERT INTO f_smallmoney VALUES (9, 214748.36475)'), refused('INSERT INTO f_money VALUES (9, -922337203685477.58085)');
SELECT refused('INSERT INTO f_price VALUES (99, 99999999.995)'), refused('INSERT INTO f_price VALUES (99, ''Infinity'')'), refused('INSERT INTO f_price VALUES (99, 1e100)');
SELECT refused('INSERT INTO f_wide VALUES (99, 1e38)'), refused('INSERT INTO f_wide VALUES (99, 99999999999999999999999999999999999999.5)'), refused('INSERT INTO f_deep VALUES (99, 1)');
SELECT refused('INSERT INTO f_real VALUES (9, ''NaN'')'), refused('INSERT INTO f_float VALUES (9, ''-Infinity'')');
CREATE FOREIGN TABLE double_real (id int OPTIONS (key 'true'), v double precision) SERVER written OPTIONS (schema_name 'dbo', table_name 'written_f_real');
CREATE FOREIGN TABLE double_price (id int OPTIONS (key 'true'), v double precision) SERVER written OPTIONS (schema_name 'dbo', table_name 'written_f_price');
INSERT INTO double_real VALUES (6, 0.1), (7, 16777217) RETURNING *;
SELECT refused('INSERT INTO double_real VALUES (8, 1e39)'), refused('INSERT INTO double_real VALUES (8, 1e-60)');
INSERT INTO double_price VALUES (10, 0.125), (11, 1e7) RETURNING *;

-- dates and times
SELECT column_of('f_date', 'date', 'date'), column_of('f_time', 'time(7)', 'time'), column_of('f_time0', 'time(0)', 'time'),
	column_of('f_smalldatetime', 'smalldatetime', 'timestamp'), column_of('f_datetime', 'datetime', 'timestamp'),
	column_of('f_datetime2', 'datetime2(7)', 'timestamp'), column_of('f_datetime2_3', 'datetime2(3)', 'timestamp'),
	column_of('f_offset', 'datetimeoffset(7)', 'timestamptz'), column_of('f_offset2', 'datetimeoffset(2)', 'timestamptz');
INSERT INTO f_date VALUES (1, '0001-01-01'), (2, '9999-12-31'), (3, '2024-02-29'), (4, NULL) RETURNING *;
INSERT INTO f_time VALUES (1, '00:00'), (2, '23:59:59.999999'), (3, '12:34:56.1234565'), (4, NULL) RETURNING *;
INSERT INTO f_time0 VALUES (1, '00:00:00.5'), (2, '23:59:59.499999'), (3, '00:00:01.499999'), (4, NULL) RETURNING *;
INSERT INTO f_smalldatetime VALUES (1, '1900-01-01'), (2, '2079-06-06 23:59:29.999999'), (3, '2024-02-29 12:34:30'), (4, '1899-12-31 23:59:30'), (5, NULL) RETURNING *;
INSERT INTO f_datetime VALUES (1, '1753-01-01'), (2, '9999-12-31 23:59:59.997'), (3, '2024-02-29 12:34:56.005'), (4, '2024-12-31 23:59:59.998334'), (5, '1999-12-31 23:59:59.002'), (6, NULL) RETURNING *;
INSERT INTO f_datetime2 VALUES (1, '0001-01-01'), (2, '9999-12-31 23:59:59.999999'), (3, '1999-12-31 23:59:59.999999'), (4, NULL) RETURNING *;
INSERT INTO f_datetime2_3 VALUES (1, '0001-01-01 00:00:00.0005'), (2, '9999-12-31 23:59:59.999499'), (3, '2024-01-01 00:00:00.0005'), (4, '1999-01-01 00:00:00.0005'), (5, NULL) RETURNING *;
SELECT v, v::timestamp(3) AS here FROM (VALUES ('0001-01-01 00:00:00.0005'::timestamp), ('2024-01-01 00:00:00.0005'), ('1999-01-01 00:00:00.0005')) AS x (v);
INSERT INTO f_offset VALUES (1, '0001-01-01 00:00+00'), (2, '9999-12-31 23:59:59.999999+00'), (3, '2024-02-29 12:34:56.123456+05:30'), (4, NULL) RETURNING *;
INSERT INTO f_offset2 VALUES (1, '2024-02-29 12:34:56.125+05:30'), (2, '1999-02-28 12:34:56.125-08') RETURNING *;
SELECT * FROM stored('f_datetime');
-- every tick of a second, and the ends of 100 ns
SELECT count(tds_mirror_exec('written', format('INSERT INTO dbo.written_f_datetime VALUES (%s, DATEADD(millisecond, %s, ''19%s-07-01T12:00:00''))', g + 100, g * 3, 10 + g % 80)))
	FROM generate_series(0, 333) AS g;
SELECT tds_mirror_exec('written', 'INSERT INTO dbo.written_f_datetime2 VALUES (5, ''2024-01-01T00:00:00.1234567''), (6, ''9999-12-31T23:59:59.9999999'')');
SELECT name, c.* FROM unnest(ARRAY['f_date', 'f_time', 'f_time0', 'f_smalldatetime', 'f_datetime', 'f_datetime2_3', 'f_offset', 'f_offset2']) AS name, changed(name) AS c;
-- one local value stands for ten remote ones: the first of them is written
SELECT * FROM changed('f_datetime2', 'CONVERT(varchar(40), v, 121)');
SELECT refused('INSERT INTO f_date VALUES (9, ''infinity'')'), refused('INSERT INTO f_date VALUES (9, ''10000-01-01'')'), refused('INSERT INTO f_date VALUES (9, ''0001-12-31 BC'')');
SELECT refused('INSERT INTO f_time VALUES (9, ''24:00'')'), refused('INSERT INTO f_time0 VALUES (9, ''23:59:59.5'')');
SELECT refused('INSERT INTO f_smalldatetime VALUES (9, ''2079-06-06 23:59:30'')'), refused('INSERT INTO f_smalldatetime VALUES (9, ''1899-12-31 23:59:29'')');
SELECT refused('INSERT INTO f_datetime VALUES (9, ''1752-12-31 23:59:59'')'), refused('INSERT INTO f_datetime VALUES (9, ''9999-12-31 23:59:59.999'')');
SELECT refused('INSERT INTO f_datetime2 VALUES (9, ''-infinity'')'), refused('INSERT INTO f_datetime2_3 VALUES (9, ''9999-12-31 23:59:59.9995'')');
SELECT refused('INSERT INTO f_offset VALUES (9, ''10000-01-01 00:00+00'')'), refused('INSERT INTO f_offset VALUES (9, ''0001-01-01 00:00+01'')');
-- through casts
CREATE FOREIGN TABLE date_datetime2 (id int OPTIONS (key 'true'), v date) SERVER written OPTIONS (schema_name 'dbo', table_name 'written_f_datetime2');
CREATE FOREIGN TABLE timestamp_date (id int OPTIONS (key 'true'), v timestamp) SERVER written OPTIONS (schema_name 'dbo', table_name 'written_f_date');
CREATE FOREIGN TABLE timestamp_offset (id int OPTIONS (key 'true'), v timestamp) SERVER written OPTIONS (schema_name 'dbo', table_name 'written_f_offset');
CREATE FOREIGN TABLE zoned_datetime2 (id int OPTIONS (key 'true'), v timestamptz) SERVER written OPTIONS (schema_name 'dbo', table_name 'written_f_datetime2');
CREATE FOREIGN TABLE interval_time (id int OPTIONS (key 'true'), v interval) SERVER written OPTIONS (schema_name 'dbo', table_name 'written_f_time');
INSERT INTO date_datetime2 VALUES (11, '2024-02-29') RETURNING *;
SELECT refused('INSERT INTO date_datetime2 VALUES (12, ''infinity'')'), refused('INSERT INTO date_datetime2 VALUES (12, ''5874897-12-31'')');
INSERT INTO timestamp_date VALUES (11, '2024-02-29 23:59:59.999999') RETURNING *;
SET timezone = 'America/New_York';
INSERT INTO timestamp_offset VALUES (11, '2024-02-29 12:00') RETURNING *;
INSERT INTO zoned_datetime2 VALUES (13, '2024-02-29 12:00+00') RETURNING *;
SET timezone = 'UTC';
INSERT INTO interval_time VALUES (11, '12:34:56.5') RETURNING *;
SELECT id, stored FROM stored('f_offset', 'CONVERT(varchar(40), v, 121)') WHERE id = 11
	UNION ALL SELECT id, stored FROM stored('f_datetime2', 'CONVERT(varchar(40), v, 121)') WHERE id IN (11, 13) ORDER BY 1, 2;

-- characters
SELECT column_of('f_char', 'char(8)', 'char(8)'), column_of('f_varchar', 'varchar(10)', 'text'), column_of('f_varchar8000', 'varchar(8000)', 'text'),
	column_of('f_varchar_max', 'varchar(max)', 'text'), column_of('f_utf8', 'varchar(10) COLLATE Latin1_General_100_CI_AS_SC_UTF8', 'text'),
	column_of('f_nchar', 'nchar(8)', 'char(8)'), column_of('f_nvarchar', 'nvarchar(10)', 'varchar(10)'), column_of('f_nvarchar4000', 'nvarchar(4000)', 'text'),
	column_of('f_nvarchar_max', 'nvarchar(max)', 'text'), column_of('f_text', 'text', 'text'), column_of('f_ntext', 'ntext', 'text');
INSERT INTO f_char VALUES (1, ''), (2, 'abc'), (3, 'Grüße €'), (4, 'abcdefgh'), (5, NULL) RETURNING *, length(v);
INSERT INTO f_varchar VALUES (1, ''), (2, ' ab '), (3, 'ÄÖÜäöüß€ŒŸ'), (4, 'it''s' || E'\t\n\\'), (5, 'ten charac      '), (7, NULL) RETURNING *, length(v);
INSERT INTO f_utf8 VALUES (1, '日本語'), (2, '😀😀'), (3, 'żółć'), (4, '') RETURNING *;
INSERT INTO f_nchar VALUES (1, ''), (2, '日本語'), (3, '😀😀😀😀') RETURNING *;
INSERT INTO f_nvarchar VALUES (1, ''), (2, 'żółć'), (3, '😀😀😀😀😀'), (4, E'\uFFFF\U0010FFFF'), (5, NULL) RETURNING *;
INSERT INTO f_varchar8000 VALUES (1, repeat('x', 8000)), (2, repeat('ä', 8000)), (3, repeat('y', 4001)) RETURNING id, length(v), md5(v) = md5(repeat(left(v, 1), length(v))) AS whole;
INSERT INTO f_nvarchar4000 VALUES (1, repeat('x', 4000)), (2, repeat('日', 4000)), (3, repeat('😀', 2000)) RETURNING id, length(v), md5(v) = md5(repeat(left(v, 1), length(v))) AS whole;
INSERT INTO f_varchar_max VALUES (1, ''), (2, repeat('ä', 8001)), (3, repeat('x', 100000)) RETURNING id, length(v), md5(v) = md5(repeat(left(v, 1), length(v))) AS whole;
INSERT INTO f_nvarchar_max VALUES (1, ''), (2, repeat('日', 4001)), (3, repeat('😀', 50000)), (4, repeat('x', 4001)) RETURNING id, length(v), md5(v) = md5(repeat(left(v, 1), length(v))) AS whole;
INSERT INTO f_text VALUES (1, ''), (2, repeat('ä€', 10000)), (3, NULL);
INSERT INTO f_ntext VALUES (1, ''), (2, repeat('日😀', 10000)), (3, NULL);
SELECT name, id, length(v), md5(v) = md5(repeat(left(v, 2), length(v) / 2)) AS whole FROM (SELECT 'text' AS name, * FROM f_text UNION ALL SELECT 'ntext', * FROM f_ntext) AS t ORDER BY 1, 2;
SELECT name, c.* FROM unnest(ARRAY['f_char', 'f_varchar', 'f_varchar8000', 'f_varchar_max', 'f_utf8', 'f_nchar', 'f_nvarchar', 'f_nvarchar4000', 'f_nvarchar_max']) AS name,
	changed(name, 'CONVERT(varchar(20), DATALENGTH(v)) + '' '' + CONVERT(varchar(200), CONVERT(varbinary(90), v), 1)') AS c;
SELECT * FROM stored('f_varchar');
UPDATE f_nvarchar SET v = repeat('ż', length(v)) WHERE id < 4 RETURNING *;
SELECT refused('INSERT INTO f_varchar VALUES (9, ''12345678901'')'), refused('INSERT INTO f_varchar VALUES (9, ''ÄÖÜäöüßÄÖÜä'')');
SELECT refused('INSERT INTO f_varchar VALUES (9, ''żółć'')'), refused('INSERT INTO f_char VALUES (9, ''日本'')'), refused('INSERT INTO f_varchar_max VALUES (9, repeat(''x'', 3000) || ''😀'')'), refused(E'INSERT INTO f_text VALUES (9, E''\u0080'')');
SELECT refused('INSERT INTO f_utf8 VALUES (9, ''日本語日'')'), refused('INSERT INTO f_nvarchar VALUES (9, ''😀😀😀😀😀x'')'), refused('INSERT INTO f_nvarchar4000 VALUES (9, repeat(''x'', 4001))');
SELECT refused('INSERT INTO f_varchar8000 VALUES (9, repeat(''x'', 8001))'), refused('UPDATE f_nchar SET v = ''😀😀😀😀x'' WHERE id = 1');
-- a byte that is no character of Windows, but one of Unicode
CREATE FOREIGN TABLE control_varchar (id int OPTIONS (key 'true'), v text OPTIONS (remote_type 'varchar(10)')) SERVER written OPTIONS (schema_name 'dbo', table_name 'written_f_varchar');
INSERT INTO control_varchar VALUES (12, E'a\u0081\u009d') RETURNING id, v = E'a\u0081\u009d' AS same;
SELECT * FROM stored('f_varchar') WHERE id = 12;
SELECT refused(E'UPDATE control_varchar SET v = E''\u0082'' WHERE id = 12');
DELETE FROM control_varchar WHERE id = 12;
-- a char(n) that is longer here, with nothing but blanks
CREATE FOREIGN TABLE long_char (id int OPTIONS (key 'true'), v char(20)) SERVER written OPTIONS (schema_name 'dbo', table_name 'written_f_char');
CREATE FOREIGN TABLE padded_varchar (id int OPTIONS (key 'true'), v char(20)) SERVER written OPTIONS (schema_name 'dbo', table_name 'written_f_varchar');
INSERT INTO long_char VALUES (11, 'abcdefgh') RETURNING *;
INSERT INTO padded_varchar VALUES (11, 'padded') RETURNING *;
SELECT * FROM stored('f_varchar') WHERE id = 11;
SELECT refused('INSERT INTO long_char VALUES (12, ''abcdefghi'')');

-- characters that are something else here
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE DOMAIN positive AS numeric(6,2) CHECK (VALUE > 0);
SELECT column_of('t_json', 'nvarchar(max)', 'json'), column_of('t_jsonb', 'nvarchar(max)', 'jsonb'), column_of('t_xml', 'nvarchar(max)', 'xml'),
	column_of('t_mood', 'varchar(10)', 'mood'), column_of('t_moment', 'varchar(40)', 'timestamp'), column_of('t_span', 'varchar(40)', 'interval'), column_of('t_float', 'varchar(40)', 'double precision'),
	column_of('t_array', 'nvarchar(100)', 'date[]'), column_of('t_inet', 'varchar(40)', 'inet'), column_of('t_uuid', 'char(36)', 'uuid'), column_of('t_domain', 'decimal(5,1)', 'positive'), column_of('t_bool', 'varchar(5)', 'boolean');
INSERT INTO t_json VALUES (1, '{"b": 1, "a":  [null, "ż"]}'), (2, NULL) RETURNING *;
INSERT INTO t_jsonb VALUES (1, '{"b": 1, "a":  [null, "ż"]}'), (2, 'null') RETURNING *;
INSERT INTO t_xml VALUES (1, '<?xml version="1.0" encoding="utf-8"?><a>ż</a>'), (2, '<a/><b/>') RETURNING *;
SELECT * FROM stored('t_xml', 'v');
INSERT INTO t_mood VALUES (1, 'glad') RETURNING *;
SET datestyle = 'German';
SET intervalstyle = 'iso_8601';
SET extra_float_digits = -10;
INSERT INTO t_moment VALUES (1, '2024-02-29 12:00'), (2, 'infinity');
INSERT INTO t_span VALUES (1, '1 month 2 days -3 hours');
INSERT INTO t_float VALUES (1, 0.1::float8 + 0.2::float8), (2, 'NaN');
INSERT INTO t_array VALUES (1, '{29.02.2024,NULL}');
SET datestyle = 'ISO, YMD';
RESET intervalstyle;
SET extra_float_digits = 1;
SELECT name, s.* FROM unnest(ARRAY['t_moment', 't_span', 't_float', 't_array']) AS name, stored(name, 'v') AS s;
INSERT INTO t_inet VALUES (1, '10.0.0.1'), (2, '10.0.0.0/8') RETURNING *;
INSERT INTO t_uuid VALUES (1, 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11') RETURNING *;
INSERT INTO t_bool VALUES (1, true) RETURNING *;
INSERT INTO t_domain VALUES (1, 9999.9) RETURNING *;
SELECT refused('INSERT INTO t_domain VALUES (2, 9999.95)'), refused('INSERT INTO t_domain VALUES (2, -1)');
SELECT name, c.* FROM unnest(ARRAY['t_json', 't_xml', 't_mood', 't_moment', 't_span', 't_float', 't_array', 't_inet', 't_uuid', 't_bool', 't_domain']) AS name, changed(name) AS c;

-- bytes and uuids
SELECT column_of('f_binary', 'binary(4)', 'bytea'), column_of('f_varbinary', 'varbinary(8)', 'bytea'), column_of('f_varbinary8000', 'varbinary(8000)', 'bytea'),
	column_of('f_varbinary_max', 'varbinary(max)', 'bytea'), column_of('f_image', 'image', 'bytea'), column_of('f_guid', 'uniqueidentifier', 'uuid');
INSERT INTO f_binary VALUES (1, ''), (2, '\x00ff'), (3, '\x01020304'), (4, NULL) RETURNING *;
INSERT INTO f_varbinary VALUES (1, ''), (2, '\x00ff'), (3, '\x0102030405060700'), (4, NULL) RETURNING *;
INSERT INTO f_varbinary8000 VALUES (1, decode(repeat('ab', 8000), 'hex')) RETURNING id, length(v), md5(v);
INSERT INTO f_varbinary_max VALUES (1, ''), (2, decode(repeat('00ff', 50000), 'hex')), (3, NULL) RETURNING id, length(v), md5(v);
INSERT INTO f_image VALUES (1, ''), (2, decode(repeat('00ff', 50000), 'hex')), (3, NULL);
SELECT id, length(v), md5(v) FROM f_image ORDER BY id;
INSERT INTO f_guid VALUES (1, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), (2, '00000000-0000-0000-0000-000000000000'), (3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'), (4, NULL) RETURNING *;
SELECT id, stored FROM stored('f_guid', 'CONVERT(char(36), v)');
SELECT name, c.* FROM unnest(ARRAY['f_binary', 'f_varbinary', 'f_varbinary8000', 'f_varbinary_max', 'f_guid']) AS name,
	changed(name, 'CONVERT(varchar(20), DATALENGTH(v)) + '' '' + CONVERT(varchar(200), CONVERT(varbinary(90), v), 1)') AS c;
SELECT refused('INSERT INTO f_binary VALUES (9, ''\x0102030405'')'), refused('UPDATE f_varbinary SET v = ''\x010203040506070809'' WHERE id = 1'), refused('INSERT INTO f_varbinary8000 VALUES (9, decode(repeat(''ab'', 8001), ''hex''))');

-- what is converted
SELECT column_of('c_variant', 'sql_variant', 'text', 'OPTIONS (remote_type ''sql_variant'')'), column_of('c_geometry', 'geometry', 'text', 'OPTIONS (remote_type ''geometry'')'),
	column_of('c_geography', 'geography', 'text', 'OPTIONS (remote_type ''geography'')'), column_of('c_hierarchy', 'hierarchyid', 'text', 'OPTIONS (remote_type ''hierarchyid'')'),
	column_of('c_xml', 'xml', 'xml'), column_of('c_json', 'json', 'jsonb', 'OPTIONS (remote_type ''json'')'), column_of('c_bytes', 'geometry', 'bytea', 'OPTIONS (remote_type ''geometry'')');
INSERT INTO c_variant VALUES (1, 'żółć'), (2, ''), (3, NULL) RETURNING *;
INSERT INTO c_geometry VALUES (1, 'POINT (1 2 3 4)'), (2, 'LINESTRING (0 0, 1 1)'), (3, NULL) RETURNING *;
INSERT INTO c_geography VALUES (1, 'POINT (12.5 47.25)'), (2, NULL) RETURNING *;
INSERT INTO c_hierarchy VALUES (1, '/'), (2, '/1/2/'), (3, NULL) RETURNING *;
INSERT INTO c_xml VALUES (1, '<a>ż</a>'), (2, NULL) RETURNING *;
INSERT INTO c_json VALUES (1, '{"a": "ż"}'), (2, NULL) RETURNING *;
SELECT name, c.* FROM unnest(ARRAY['c_geometry', 'c_geography', 'c_hierarchy']) AS name, changed(name, 'v.ToString()') AS c;
SELECT refused('INSERT INTO c_bytes VALUES (1, ''\x00'')');
SELECT refused('INSERT INTO c_variant VALUES (9, repeat(''x'', 4001))');

-- a column that nobody gives a value is left alone, also when a trigger may have given it one
SELECT tds_mirror_exec('written', 'CREATE TABLE dbo.written_left (id int NOT NULL PRIMARY KEY, n int NULL, moment datetime2(7) NULL, shape geometry NULL, kind sql_variant NULL, stamp rowversion, twice AS n * 2)');
CREATE FOREIGN TABLE left_alone (id int OPTIONS (key 'true'), n int, moment timestamp, shape bytea OPTIONS (remote_type 'geometry'), kind text OPTIONS (remote_type 'sql_variant'), stamp bytea, twice int)
	SERVER written OPTIONS (schema_name 'dbo', table_name 'written_left');
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.n := NEW.n + 100;
	IF NEW.n > 1000 THEN
		NEW.moment := '2024-01-01';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER noted BEFORE INSERT OR UPDATE ON left_alone FOR EACH ROW EXECUTE FUNCTION noted();
SELECT tds_mirror_exec('written', 'INSERT INTO dbo.written_left (id, n, moment, shape, kind) VALUES (1, 1, ''2024-02-29T12:00:00.1234567'', geometry::STGeomFromText(''POINT (1 2)'', 4326), CONVERT(money, 5))');
INSERT INTO left_alone (id, n) VALUES (2, 2) RETURNING id, n, twice;
UPDATE left_alone SET n = 10 WHERE random() >= 0 RETURNING id, n, moment, kind, twice;
SELECT * FROM tds_mirror_query('written', 'SELECT id, CONVERT(varchar(30), moment, 121), shape.STSrid, CONVERT(varchar(20), SQL_VARIANT_PROPERTY(kind, ''BaseType'')) FROM dbo.written_left ORDER BY id')
	AS t (id int, moment text, srid int, kind text);
UPDATE left_alone SET n = 1000 WHERE id = 1 RETURNING moment;
SELECT refused('UPDATE left_alone SET shape = ''\x00'' WHERE random() >= 0'), refused('UPDATE left_alone SET stamp = ''\x00'' WHERE random() >= 0');

-- what a view or a synonym stands for
SELECT tds_mirror_exec('written', 'CREATE VIEW dbo.written_view AS SELECT id, v FROM dbo.written_f_varchar'), tds_mirror_exec('written', 'CREATE SYNONYM dbo.written_synonym FOR dbo.written_f_varchar');
CREATE FOREIGN TABLE through_view (id int OPTIONS (key 'true'), v text) SERVER written OPTIONS (schema_name 'dbo', table_name 'written_view');
CREATE FOREIGN TABLE through_synonym (id int OPTIONS (key 'true'), v text) SERVER written OPTIONS (schema_name 'dbo', table_name 'written_synonym');
INSERT INTO through_synonym VALUES (52, 'synonym') RETURNING *;
DELETE FROM through_synonym WHERE random() >= 0 AND id > 50 RETURNING *;
SELECT refused('INSERT INTO through_view VALUES (53, ''żółć'')'), refused('INSERT INTO through_synonym VALUES (53, ''żółć'')');
SELECT tds_mirror_exec('written', 'DROP VIEW dbo.written_view'), tds_mirror_exec('written', 'DROP SYNONYM dbo.written_synonym');

-- what the remote column is decides, and what is declared must be true
CREATE FOREIGN TABLE declared (id int OPTIONS (key 'true'), v timestamp OPTIONS (remote_type 'datetime2(7)')) SERVER written OPTIONS (schema_name 'dbo', table_name 'written_f_datetime');
INSERT INTO declared VALUES (1001, now());
ALTER FOREIGN TABLE declared ALTER v OPTIONS (SET remote_type 'datetime');
INSERT INTO declared VALUES (1001, '2024-01-01 00:00:00.001') RETURNING *;
CREATE FOREIGN TABLE misnamed (id int OPTIONS (key 'true'), w int) SERVER written OPTIONS (schema_name 'dbo', table_name 'written_f_int');
INSERT INTO misnamed VALUES (1001, 1);
ALTER FOREIGN TABLE misnamed ALTER w OPTIONS (column_name 'V');
INSERT INTO misnamed VALUES (1001, 1) RETURNING *;
CREATE FOREIGN TABLE absent (id int OPTIONS (key 'true')) SERVER written OPTIONS (schema_name 'dbo', table_name 'written_nothing');
INSERT INTO absent VALUES (1);
-- and it is asked for once, until something changes
SELECT tds_mirror_exec('written', 'CREATE TABLE dbo.written_altered (id int NOT NULL PRIMARY KEY, v varchar(5) NULL, c AS id * 2)');
CREATE FOREIGN TABLE altered (id int OPTIONS (key 'true'), v text, c int) SERVER written OPTIONS (schema_name 'dbo', table_name 'written_altered');
INSERT INTO altered (id, v) VALUES (1, 'short') RETURNING *;
SELECT refused('INSERT INTO altered (id, v) VALUES (2, ''longer'')'), refused('INSERT INTO altered VALUES (2, ''two'', 4)');
SELECT tds_mirror_exec('written', 'ALTER TABLE dbo.written_altered ALTER COLUMN v varchar(10) NULL');
SELECT tds_mirror_disconnect('written');
INSERT INTO altered (id, v) VALUES (2, 'longer') RETURNING *;

\set VERBOSITY terse
SET client_min_messages = warning;
DROP SCHEMA written CASCADE;
SELECT count(coalesce(tds_mirror_exec('written', 'DROP TABLE dbo.' || name), 0)) > 0 AS dropped FROM tds_mirror_query('written', 'SELECT name FROM sys.tables WHERE name LIKE ''written[_]%''') AS t (name text);
DROP SERVER written CASCADE;
