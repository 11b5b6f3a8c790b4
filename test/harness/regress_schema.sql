-- regress_schema.sql: what sql/*.sql reads.  T-SQL, run once before the database
-- is mirrored.  One table per family of types: a row of NULLs, the smallest and
-- the largest values, and what lies between two values that one side knows.

CREATE TABLE dbo.whole (
	id int NOT NULL PRIMARY KEY,
	f_bit bit NULL,
	f_tinyint tinyint NULL,
	f_smallint smallint NULL,
	f_int int NULL,
	f_bigint bigint NULL)
GO
INSERT INTO dbo.whole VALUES
	(1, 0, 0, 0, 0, 0),
	(2, 1, 255, 32767, 2147483647, 9223372036854775807),
	(3, 0, 1, -32768, -2147483648, -9223372036854775808),
	(4, NULL, NULL, NULL, NULL, NULL)
GO

CREATE TABLE dbo.fraction (
	id int NOT NULL PRIMARY KEY,
	f_real real NULL,
	f_float float NULL,
	f_price decimal(10, 2) NULL,
	f_wide decimal(38, 0) NULL,
	f_deep decimal(38, 38) NULL,
	f_mixed decimal(28, 10) NULL,
	f_smallmoney smallmoney NULL,
	f_money money NULL)
GO
INSERT INTO dbo.fraction VALUES
	(1, 0, 0, 0, 0, 0, 0, 0, 0),
	(2, 1.5, 0.1e0, 12345678.91, 99999999999999999999999999999999999999,
		0.99999999999999999999999999999999999999, 123456789012345678.0123456789, 214748.3647, 922337203685477.5807),
	(3, -3.25, -1.7976931348623157e308, -99999999.99, -99999999999999999999999999999999999999,
		-0.00000000000000000000000000000000000001, -0.0000000001, -214748.3648, -922337203685477.5808),
	(4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(5, 16777216, 2.2250738585072014e-308, 10000, 18446744073709551616, 0.0001, 10000.0001, 1, 0.0001),
	(6, 0.1e0, 123456789.125, 0.05, 10000000000000000, 0.00000001, 999999999999999999.9999999999, -0.0001, -1)
GO

CREATE TABLE dbo.moment (
	id int NOT NULL PRIMARY KEY,
	f_datetime datetime NULL,
	f_smalldatetime smalldatetime NULL,
	f_date date NULL,
	f_time time(7) NULL,
	f_time0 time(0) NULL,
	f_datetime2 datetime2(7) NULL,
	f_datetime2_3 datetime2(3) NULL,
	f_offset datetimeoffset(7) NULL)
GO
INSERT INTO dbo.moment VALUES
	(1, '1900-01-01T00:00:00', '1900-01-01T00:00:00', '1900-01-01', '00:00:00', '00:00:00',
		'1900-01-01T00:00:00', '1900-01-01T00:00:00', '1900-01-01T00:00:00+00:00'),
	(2, '9999-12-31T23:59:59.997', '2079-06-06T23:59:00', '9999-12-31', '23:59:59.9999999', '23:59:59',
		'9999-12-31T23:59:59.9999999', '9999-12-31T23:59:59.999', '9999-12-31T23:59:59.9999999+00:00'),
	(3, '1753-01-01T00:00:00', '1900-01-01T00:01:00', '0001-01-01', '00:00:00.0000001', '12:34:56',
		'0001-01-01T00:00:00', '0001-01-01T00:00:00', '0001-01-01T00:00:00+00:00'),
	(4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(5, '2008-02-29T12:34:56.003', '2008-02-29T12:34:00', '2008-02-29', '12:34:56.1234567', '12:34:56',
		'2008-02-29T12:34:56.1234567', '2008-02-29T12:34:56.123', '2008-02-29T12:34:56.1234567+05:30'),
	(6, '2008-12-31T23:59:59.007', '2008-12-31T23:59:00', '2008-12-31', '12:34:56.1234564', '00:00:01',
		'2008-12-31T23:59:59.9999999', '2008-12-31T23:59:59.999', '2008-12-31T23:59:59.9999999-08:00')
GO

CREATE TABLE dbo.characters (
	id int NOT NULL PRIMARY KEY,
	f_char char(8) NULL,
	f_varchar varchar(40) NULL,
	f_varchar_max varchar(max) NULL,
	f_nchar nchar(8) NULL,
	f_nvarchar nvarchar(40) NULL,
	f_nvarchar_max nvarchar(max) NULL)
GO
INSERT INTO dbo.characters VALUES
	(1, '', '', '', N'', N'', N''),
	(2, 'abc', 'plain', 'plain', N'abc', N'Grüße, Żółć, 日本語', N'日本語'),
	(3, 'ABCDEFGH', 'it''s', '  blanks  ', N'ÄÖÜäöüß', N'😀 astral', N'C:\temp\n'),
	(4, NULL, NULL, NULL, NULL, NULL, NULL)
GO
INSERT INTO dbo.characters VALUES
	(5, 'x', 'x', REPLICATE(CAST('0123456789' AS varchar(max)), 20000), N'x', N'x',
		REPLICATE(CAST(N'0123456789' AS nvarchar(max)), 20000))
GO

CREATE TABLE dbo.bytes (
	id int NOT NULL PRIMARY KEY,
	f_binary binary(4) NULL,
	f_varbinary varbinary(16) NULL,
	f_varbinary_max varbinary(max) NULL,
	f_guid uniqueidentifier NULL)
GO
INSERT INTO dbo.bytes VALUES
	(1, 0x, 0x, 0x, '00000000-0000-0000-0000-000000000000'),
	(2, 0xDEADBEEF, 0x00FF00FF, 0x0001020304, '00112233-4455-6677-8899-AABBCCDDEEFF'),
	(3, 0x01, 0x5C, 0x5C78, 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'),
	(4, NULL, NULL, NULL, NULL)
GO

-- texts that PostgreSQL cannot hold, and numbers in texts
CREATE TABLE dbo.awkward (id int NOT NULL PRIMARY KEY, f_text nvarchar(40) NULL, f_number varchar(20) NULL)
GO
INSERT INTO dbo.awkward VALUES
	(1, N'fine', '42'),
	(2, N'nul' + NCHAR(0) + N'inside', '43'),
	(3, N'fine again', 'forty-four')
GO

CREATE TABLE dbo.digit (d int NOT NULL PRIMARY KEY)
GO
INSERT INTO dbo.digit VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)
GO

CREATE TABLE dbo.track_like (
	id int NOT NULL PRIMARY KEY,
	album_id int NOT NULL,
	title nvarchar(60) NOT NULL,
	seconds int NOT NULL,
	price decimal(10, 2) NOT NULL,
	added datetime NULL)
GO
INSERT INTO dbo.track_like (id, album_id, title, seconds, price, added)
	SELECT n.id, n.id % 100 + 1, N'Track ' + CAST(n.id AS nvarchar(10)), 100 + n.id % 300,
		CAST(n.id % 700 AS decimal(10, 2)) / 100,
		CASE WHEN n.id % 50 = 0 THEN NULL
			ELSE DATEADD(second, n.id * 61, CAST('2009-01-01T00:00:00' AS datetime)) END
	FROM (SELECT 1000 * a.d + 100 * b.d + 10 * c.d + e.d + 1 AS id
		FROM dbo.digit a CROSS JOIN dbo.digit b CROSS JOIN dbo.digit c CROSS JOIN dbo.digit e) AS n
	WHERE n.id <= 3500
GO

CREATE TABLE dbo.album (id int NOT NULL PRIMARY KEY, name nvarchar(40) NOT NULL)
GO
INSERT INTO dbo.album (id, name)
	SELECT 10 * a.d + b.d + 1, N'Album ' + CAST(10 * a.d + b.d + 1 AS nvarchar(10))
	FROM dbo.digit a CROSS JOIN dbo.digit b
GO

CREATE TABLE dbo.empty (id int NOT NULL PRIMARY KEY, name nvarchar(40) NULL)
GO

CREATE TABLE dbo.[Odd ]] Name's] ([select] int NOT NULL, [a"b] int NULL, [Ünïcode] int NULL)
GO
INSERT INTO dbo.[Odd ]] Name's] VALUES (1, 2, 3)
GO

-- characters that collations take for each other
CREATE TABLE dbo.word (
	id int NOT NULL PRIMARY KEY,
	ci varchar(20) COLLATE Latin1_General_100_CI_AI NULL,
	n nvarchar(20) COLLATE Latin1_General_100_CI_AS NULL,
	u8 varchar(40) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
	pad char(6) COLLATE Latin1_General_100_CS_AS NULL,
	raw varbinary(8) NULL)
GO
INSERT INTO dbo.word VALUES
	(1, 'a', N'a', N'a', 'a', 0x01),
	(2, 'A', N'A', N'A', 'A', 0x0100),
	(3, 'a ', N'a ', N'a ', 'a ', 0x),
	(4, 'ä', N'ä', N'ä', 'ä', 0x00),
	(5, 'ß', N'ß', N'ß', 'ß', 0xFF),
	(6, 'ss', N'ss', N'ss', 'ss', 0x02),
	(7, '', N'', N'', '', 0x0200),
	(8, NULL, NULL, NULL, NULL, NULL),
	(9, '50%', N'😀', N'😀', '50%', 0x03),
	(10, '5_%', N'A[x]', NCHAR(65377), '[x]', 0x04),
	(11, 'a' + CHAR(9), N'a' + NCHAR(9), N'a' + NCHAR(9), 'a\b', 0x05)

-- what is grouped and sorted: NULLs, texts that differ by case, blanks and accents alone,
-- moments that differ by less than a microsecond
CREATE TABLE dbo.sale (
	id int NOT NULL PRIMARY KEY,
	shop int NULL,
	item nvarchar(20) NULL,
	code char(4) NULL,
	amount decimal(10, 2) NULL,
	fee money NULL,
	big bigint NULL,
	small smallint NULL,
	ratio float NULL,
	paid bit NULL,
	at datetime2(7) NULL,
	[on] date NULL,
	stamp datetime NULL,
	token uniqueidentifier NULL)
GO
INSERT INTO dbo.sale VALUES
	(1, 1, N'a', 'a', 1.50, 1.5, 9223372036854775807, 1, 0.5, 1, '2020-01-01T00:00:00.0000001', '2020-01-01',
		'2020-01-01T00:00:00.003', '00000000-0000-0000-0000-000000000001'),
	(2, 1, N'A', 'A', 2.25, 0.0001, 9223372036854775807, 2, 1.5, 0, '2020-01-01T00:00:00.0000009', '2020-01-02',
		'2020-01-01T00:00:00.007', '01000000-0000-0000-0000-000000000000'),
	(3, 2, N'a ', 'a', -3.00, NULL, -1, 3, NULL, 1, '2020-01-01T00:00:00.0000010', '2020-01-01',
		'2020-01-01T00:00:00.003', '00000000-0000-0000-0000-000000000001'),
	(4, 2, N'ä', NULL, 0.10, 922337203685477.5807, 0, 4, -2.5, NULL, NULL, NULL, NULL, NULL),
	(5, NULL, N'a', 'b', NULL, -5, 7, NULL, 0.5, 1, '1999-12-31T23:59:59.9999999', '1999-12-31',
		'1999-12-31T23:59:59.997', '00000000-0000-0100-0000-000000000000'),
	(6, NULL, NULL, 'b', 4.40, 5, 7, 6, 3, 0, '2020-01-01T00:00:00.0000005', '2020-01-02',
		'2020-06-01T00:00:00', '00000001-0000-0000-0000-000000000000'),
	(7, 3, N'b', 'B', 99999999.99, 1, NULL, 7, 1e100, 1, '2021-01-01T00:00:00', '2021-01-01',
		'2021-01-01T00:00:00', NULL),
	(8, 3, N'😀', 'a b', -99999999.99, 1, 8, 7, -1e100, 0, '2020-01-01T00:00:00.0000001', '2021-01-01',
		'2021-01-01T00:00:00', '00000000-0000-0000-0000-00000000000A')
GO

-- what joins: values without a partner, several partners, NULLs
CREATE TABLE dbo.person (id int NOT NULL PRIMARY KEY, boss int NULL, age int NULL)
GO
INSERT INTO dbo.person VALUES (1, NULL, 60), (2, 1, 40), (3, 1, NULL), (4, 2, 30), (5, 2, 30), (6, 9, 20), (7, NULL, NULL)
GO
CREATE TABLE dbo.room (id int NOT NULL PRIMARY KEY, level int NULL)
GO
INSERT INTO dbo.room VALUES (1, 0), (2, 0), (3, 1), (4, NULL), (20, 5), (30, 60)
GO
CREATE TABLE dbo.visit (person int NULL, room int NULL, day int NULL)
GO
INSERT INTO dbo.visit VALUES (1, 1, 1), (1, 1, 2), (1, 3, 2), (2, 3, 3), (2, NULL, 3), (4, 20, 1),
	(6, 5, NULL), (9, 2, 4), (NULL, 4, 1), (NULL, NULL, NULL)
GO

-- what sql/import.sql imports: names, keys, defaults and kinds of objects
CREATE SCHEMA import
GO
CREATE TABLE import.Kinds (
	Id int IDENTITY(1, 1) NOT NULL PRIMARY KEY,
	f_bit bit NOT NULL DEFAULT 1, f_tinyint tinyint NULL DEFAULT 7, f_smallint smallint NULL DEFAULT (-5),
	f_bigint bigint NULL, f_real real NULL, f_float float NULL DEFAULT 1.5e0, f_smallmoney smallmoney NULL,
	f_money money NULL DEFAULT 1.25, f_decimal decimal(18, 2) NULL DEFAULT 0, f_date date NULL DEFAULT '20200131',
	f_time time(7) NULL DEFAULT '12:30', f_time0 time(0) NULL, f_smalldatetime smalldatetime NULL DEFAULT '2020-02-28',
	f_datetime datetime NULL DEFAULT getdate(), f_datetime2 datetime2(7) NULL DEFAULT sysutcdatetime(),
	f_datetime2_3 datetime2(3) NULL DEFAULT CONVERT(date, getdate()), f_offset datetimeoffset(7) NULL DEFAULT getdate(),
	f_guid uniqueidentifier NULL DEFAULT newid(), f_char char(5) NULL DEFAULT 'a', f_varchar varchar(20) NULL DEFAULT N'it''s',
	f_varchar_max varchar(max) NULL, f_nchar nchar(4) NULL DEFAULT 0, f_nvarchar nvarchar(50) NOT NULL DEFAULT N'(x)',
	f_nvarchar_max nvarchar(max) NULL DEFAULT upper('a'), f_text text NULL, f_ntext ntext NULL, f_xml xml NULL,
	f_binary binary(4) NULL, f_varbinary varbinary(8) NULL DEFAULT 0x0102, f_varbinary_max varbinary(max) NULL,
	f_image image NULL, f_variant sql_variant NULL, f_geometry geometry NULL, f_geography geography NULL,
	f_hierarchyid hierarchyid NULL, f_json json NULL, f_null int NULL DEFAULT NULL, f_computed AS f_tinyint * 2)
GO
CREATE TABLE import.[Odd ]] Name's] ([select] int NOT NULL, [a"b] int NULL, [Ünï code] nvarchar(10) COLLATE Latin1_General_BIN2 NOT NULL,
	[xmin] int NULL, u8 varchar(10) COLLATE Latin1_General_100_BIN2_UTF8 NULL)
GO
CREATE UNIQUE INDEX odd_wide ON import.[Odd ]] Name's] ([select], [Ünï code])
GO
CREATE UNIQUE INDEX odd_null ON import.[Odd ]] Name's] ([a"b])
GO
CREATE TABLE import.keys (a int NOT NULL, b bigint NOT NULL, c smallint NOT NULL, d int NOT NULL)
GO
CREATE UNIQUE INDEX keys_wide ON import.keys (a, b)
GO
CREATE UNIQUE INDEX keys_narrow ON import.keys (d, c)
GO
CREATE TABLE import.[a_name_of_more_than_63_bytes_which_is_cut_off_at_a_character_ä_one] (
	[a_column_of_more_than_63_bytes_which_is_cut_off_at_a_character_ää_one] int NOT NULL PRIMARY KEY,
	[a_column_of_more_than_63_bytes_which_is_cut_off_at_a_character_ää_two] int NULL)
GO
CREATE TABLE import.[a_name_of_more_than_63_bytes_which_is_cut_off_at_a_character_ä_two] (a int NULL)
GO
INSERT INTO import.[a_name_of_more_than_63_bytes_which_is_cut_off_at_a_character_ä_one] VALUES (1, 2)
GO
INSERT INTO import.Kinds (f_nvarchar, f_variant, f_geometry, f_hierarchyid, f_json)
	VALUES (N'first', CAST(1.5 AS decimal(5, 2)), geometry::Parse('POINT (1 2)'), hierarchyid::Parse('/1/'), N'{}')
GO
CREATE VIEW import.kind_names AS SELECT Id, f_nvarchar FROM import.Kinds
GO
CREATE SYNONYM import.alias FOR import.keys
GO
CREATE SYNONYM import.elsewhere FOR other.dbo.keys
GO
EXEC sp_addextendedproperty 'MS_Description', N'all kinds of columns', 'SCHEMA', 'import', 'TABLE', 'Kinds'
GO
EXEC sp_addextendedproperty 'MS_Description', N'it''s a bit', 'SCHEMA', 'import', 'TABLE', 'Kinds', 'COLUMN', 'f_bit'
GO
EXEC sp_addextendedproperty 'MS_Description', N'not in the view', 'SCHEMA', 'import', 'VIEW', 'kind_names', 'COLUMN', 'Id'
GO
CREATE SCHEMA nothing_in_it
GO

-- for sql/isolation_levels.sql: REPEATABLE READ
ALTER DATABASE regress SET ALLOW_SNAPSHOT_ISOLATION ON
GO
