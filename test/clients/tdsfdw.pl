# Debian's postgresql-15-tds-fdw: reads from a pair, beside our wrapper in the same backend.

use strict;
use warnings;
use Test::More;
use Client qw(skip_all);
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql);
use TdsMirror::Lab qw(bindir free_port);
use TdsMirror::Pair;

my $library = bindir() =~ s{/bin$}{/lib/tds_fdw.so}r;
skip_all('postgresql-15-tds-fdw is not installed') unless -e $library;

# It takes one port for both servers of its list, so these have addresses of their own.
my $port = free_port();
my $pair = TdsMirror::Pair->start(prefix => 'tdsfdw-', a => { port => $port },
	b => { port => $port, address => '127.0.0.2' }, script => <<'SQL');
CREATE TABLE dbo.item (id int NOT NULL PRIMARY KEY, tiny tinyint NULL, small smallint NULL, big bigint NULL, flag bit NULL,
	price decimal(12,4) NULL, cash money NULL, single real NULL, ratio float NULL, code char(4) NULL, name varchar(40) NULL,
	title nvarchar(40) NULL, body nvarchar(max) NULL, made datetime NULL, precise datetime2(6) NULL, day date NULL,
	uuid uniqueidentifier NULL)
go
INSERT INTO dbo.item VALUES
(1, 0, -32768, -9223372036854775808, 0, -12345678.9012, -922337203685477.5807, -1.5, -1e300, 'ab', 'plain', N'Ünïcödé ✓',
 REPLICATE(CAST(N'ž' AS nvarchar(max)), 20000), '1753-01-01', '1900-01-01', '1900-01-01', '00000000-0000-0000-0000-000000000000'),
(2, 255, 32767, 9223372036854775807, 1, 12345678.9012, 922337203685477.5807, 3.5, 0.1, 'abcd', 'it''s', N'𝄞 clef', N'',
 '2024-02-29T23:59:59', '2024-02-29 23:59:59.123456', '2024-02-29', '6F9619FF-8B86-D011-B42D-00C04FC964FF'),
(3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
go
CREATE VIEW dbo.priced AS SELECT id, name, price FROM dbo.item WHERE price IS NOT NULL
go
CREATE TABLE dbo.many (id int NOT NULL PRIMARY KEY, v nvarchar(20) NOT NULL)
go
WITH digit(d) AS (SELECT v FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS t(v)),
	n(i) AS (SELECT 1000 * a.d + 100 * b.d + 10 * c.d + e.d + 1 FROM digit AS a, digit AS b, digit AS c, digit AS e WHERE a.d < 5)
INSERT INTO dbo.many SELECT i, N'row ' + CAST(i AS nvarchar(10)) FROM n
go
SQL

my $cluster = TdsMirror::Cluster->start('tdsfdw');
my $psql = $cluster->session;
my ($user, $password) = ($TdsMirror::Instance::user, $TdsMirror::Instance::password);

# It has a NOTICE for every step.
$psql->query("SET client_min_messages = warning; CREATE EXTENSION tds_fdw");
$psql->query("CREATE SERVER theirs FOREIGN DATA WRAPPER tds_fdw OPTIONS (servername '127.0.0.1,127.0.0.2', port '$port',
	database 'erp', tds_version '7.4', msg_handler 'blackhole')");
$psql->query("CREATE USER MAPPING FOR CURRENT_USER SERVER theirs OPTIONS (username '$user', password '$password')");
$psql->query(server_sql($pair, name => 'ours'));
$psql->query('SET client_min_messages = warning');

# IMPORT FOREIGN SCHEMA.
$psql->query('CREATE SCHEMA theirs; IMPORT FOREIGN SCHEMA dbo FROM SERVER theirs INTO theirs');
is($psql->query("SELECT string_agg(foreign_table_name, ' ' ORDER BY 1)
	FROM information_schema.foreign_tables WHERE foreign_table_schema = 'theirs'"), 'item many priced', 'IMPORT FOREIGN SCHEMA finds tables and views');
# money is numeric from version 2.0.5 on.
is($psql->query("SELECT string_agg(column_name || ' ' || replace(data_type, 'money', 'numeric'), ', ' ORDER BY ordinal_position)
	FROM information_schema.columns WHERE table_schema = 'theirs' AND table_name = 'item'"),
	'id integer, tiny smallint, small smallint, big bigint, flag smallint, price numeric, cash numeric, single real, '
	  . 'ratio double precision, code character, name character varying, title character varying, body text, '
	  . 'made timestamp without time zone, precise timestamp without time zone, day date, uuid uuid',
	'with the types that they have');
is($psql->query("SELECT string_agg(column_name, ' ' ORDER BY ordinal_position)
	FROM information_schema.columns WHERE table_schema = 'theirs' AND table_name = 'item' AND is_nullable = 'NO'"), 'id',
	'and what may not be NULL');

# Scans.  Dates of TDS 7.3 and later come to it as FreeTDS's text, which no date
# type takes; money may be read as a number.
$psql->query('ALTER FOREIGN TABLE theirs.item ALTER COLUMN cash TYPE numeric, ALTER COLUMN day TYPE text');
is($psql->query('SELECT count(*) FROM theirs.item'), 3, 'count');
is($psql->query('SELECT id, tiny, small, big, flag, price, ratio, title FROM theirs.item WHERE id = 2'),
	'2|255|32767|9223372036854775807|1|12345678.9012|0.1|𝄞 clef', 'a row, by WHERE');
is($psql->query('SELECT length(body), uuid, day FROM theirs.item WHERE id = 1'),
	'20000|00000000-0000-0000-0000-000000000000|Jan  1 1900 12:00:00:AM', 'long text, uuid, date');
is($psql->query('SELECT num_nulls(tiny, small, big, flag, price, cash, single, ratio, code, name, title, body, made, precise, day, uuid)
	FROM theirs.item WHERE id = 3'), 16, 'a row of NULLs');
# It writes text without N, which loses what the code page of the database lacks.
for my $case (
	[ q{id > 1}, '2 3' ], [ q{id IN (1, 3)}, '1 3' ], [ q{name = 'it''s'}, '2' ], [ q{small < 0}, '1' ],
	[ q{title = 'Ünïcödé ✓'}, '' ], [ q{price IS NULL}, '3' ], [ q{big = 9223372036854775807}, '2' ],
	[ q{made >= '2024-01-01'}, '2' ], [ q{id BETWEEN 2 AND 3 AND name IS NOT NULL}, '2' ])
{
	is($psql->query("SELECT string_agg(id::text, ' ' ORDER BY id) FROM theirs.item WHERE $case->[0]"), $case->[1], "WHERE $case->[0]");
}
is($psql->query('SELECT count(*), sum(id), min(v) FROM theirs.many'), '5000|12502500|row 1', '5,000 rows');
is($psql->query("SELECT v FROM theirs.many WHERE id = 4711"), 'row 4711', 'one of them');

# Both wrappers in one backend, in one statement.
my $columns = 'id, tiny, small, big, flag, price, single, ratio, code, name, title, made, uuid';
my $shape = join ', ', map { "$_->[0] $_->[1]" } [ id => 'int' ], [ tiny => 'int2' ], [ small => 'int2' ], [ big => 'int8' ],
  [ flag => 'bool' ], [ price => 'numeric(12,4)' ], [ single => 'float4' ], [ ratio => 'float8' ], [ code => 'char(4)' ], [ name => 'text' ],
  [ title => 'text' ], [ made => 'timestamp(3)' ], [ uuid => 'uuid' ];
$psql->query("CREATE FOREIGN TABLE their_item ($shape) SERVER theirs OPTIONS (schema_name 'dbo', table_name 'item')");
$psql->query("CREATE FOREIGN TABLE our_item ($shape) SERVER ours OPTIONS (schema_name 'dbo', table_name 'item')");
is($psql->query("SELECT count(*) FROM (SELECT $columns FROM their_item EXCEPT SELECT $columns FROM our_item) d"), 0,
	'what they read, we read');
is($psql->query("SELECT count(*) FROM (SELECT $columns FROM our_item EXCEPT SELECT $columns FROM their_item) d"), 0,
	'and what we read, they read');
is($psql->query('SELECT count(*) FROM their_item t JOIN our_item o USING (id)'), 3, 'a join of both');
for my $round (1 .. 3)
{
	is($psql->query('SELECT (SELECT count(*) FROM theirs.many) = (SELECT count(*) FROM our_item) + 4997'), 't', "in turns, $round");
}

# After a failover both find the other partner: they by their list, for every scan anew.
$pair->a->tsql('ALTER DATABASE [erp] SET PARTNER FAILOVER');
$pair->wait_principal($pair->b);
is($psql->query('SELECT count(*) FROM theirs.item'), 3, 'they find the new principal');
is($psql->query('SELECT count(*) FROM our_item'), 3, 'so do we');
is($psql->query('SELECT count(*) FROM their_item t JOIN our_item o USING (id)'), 3, 'and together');

$psql->quit;
$pair->stop;
done_testing();
