# The column option remote_type: types that FreeTDS does not hand over, characters
# that travel as UTF-16, and a declaration that is not true.

use strict;
use warnings;
use utf8;
use Encode qw(encode);
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Instance;

my $cluster = TdsMirror::Cluster->start('remote');
my $instance = TdsMirror::Instance->start('remote-a');
my $psql = $cluster->session;
my $tables = 0;

$instance->tsql('CREATE DATABASE r');

sub set_up
{
	my ($session) = @_;

	$session->query('CREATE EXTENSION tds_mirror_fdw');
	$session->query("CREATE SERVER s FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername '" . $instance->address . ','
		  . $instance->port . "', database 'r')");
	$session->query("CREATE USER MAPPING FOR CURRENT_USER SERVER s OPTIONS (username '$TdsMirror::Instance::user', password '$TdsMirror::Instance::password')");
	return;
}
set_up($psql);

sub quote { return "'" . ($_[0] =~ s/'/''/gr) . "'"; }
sub run_there { return $instance->tsql($_[0], database => 'r'); }

# A foreign table over a query with columns [ name, local type, remote_type or undef ].
sub over_query
{
	my ($query, @columns) = @_;
	my $name = 'q' . ++$tables;
	my $list = join ', ', map { "$_->[0] $_->[1]" . (defined $_->[2] ? ' OPTIONS (remote_type ' . quote($_->[2]) . ')' : '') } @columns;

	$psql->query(encode('UTF-8', "CREATE FOREIGN TABLE $name ($list) SERVER s OPTIONS (query " . quote($query) . ')'));
	return $name;
}

sub fails
{
	my ($sql, $state, $pattern, $name) = @_;
	my ($ok, $out, $err, $got) = $psql->try($sql);

	is($got // '', $state, "$name: $state") or diag $out, $err;
	like($err, $pattern, "$name: the message helps");
	return;
}

# The validator.
sub declare { return "CREATE FOREIGN TABLE v (c text OPTIONS (remote_type '$_[0]')) SERVER s"; }
fails(declare('nvarchar'), '22023', qr/invalid value for option "remote_type": "nvarchar".*Allowed: nvarchar\(n\) with n from 1 to 4000, nvarchar\(max\)/s, 'no length');
fails(declare('string(5)'), '22023', qr/Allowed: bit, tinyint.*hierarchyid\./s, 'no type');
fails("CREATE FOREIGN TABLE v (c text) SERVER s OPTIONS (remote_type 'int')", 'HV00D', qr/It is an option of a column/, 'at the wrong place');

# sql_variant: each base type so that its values can be told apart.
my @variants = (
	[ "CAST(255 AS tinyint)", '255' ], [ "CAST(-32768 AS smallint)", '-32768' ], [ "CAST(-2147483648 AS int)", '-2147483648' ],
	[ "CAST(9223372036854775807 AS bigint)", '9223372036854775807' ], [ "CAST(1 AS bit)", '1' ],
	[ "CAST(-99999999999999999999999999999999.999999 AS decimal(38,6))", '-99999999999999999999999999999999.999999' ],
	[ "CAST(922337203685477.5807 AS money)", '922337203685477.5807' ], [ "CAST(-0.0001 AS smallmoney)", '-0.0001' ],
	[ "CAST('2079-06-06T23:59:00' AS smalldatetime)", qr/^2079-06-06 23:59:00(?:\.000)?$/ ],
	[ "CAST('9999-12-31T23:59:59.997' AS datetime)", '9999-12-31 23:59:59.997' ],
	[ "CAST('0001-01-01' AS date)", '0001-01-01' ], [ "CAST('23:59:59.9999999' AS time)", '23:59:59.9999999' ],
	[ "CAST('9999-12-31T23:59:59.9999999' AS datetime2)", '9999-12-31 23:59:59.9999999' ],
	[ "CAST('2020-02-29T12:00:00.1234567+05:30' AS datetimeoffset)", '2020-02-29 12:00:00.1234567 +05:30' ],
	[ "CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS uniqueidentifier)", '6F9619FF-8B86-D011-B42D-00C04FC964FF' ],
	[ "CAST(0x00FF10 AS varbinary(10))", '0x00FF10' ], [ "CAST(0xAB AS binary(3))", '0xAB0000' ],
	[ "CAST('plain ' AS varchar(20))", 'plain ' ], [ "CAST('ab' AS char(4))", 'ab  ' ],
	[ "CAST(N'Žluťoučký 😀' AS nvarchar(40))", 'Žluťoučký 😀' ], [ "CAST(N'' AS nvarchar(4))", '' ],
);
run_there('CREATE TABLE variants (id int NOT NULL, v sql_variant NULL)');
run_there(encode('UTF-8', "INSERT INTO variants VALUES ($_, $variants[$_][0])")) for 0 .. $#variants;
run_there("INSERT INTO variants VALUES (100, NULL), (101, CAST(0.1 AS float)), (102, CAST(1.7976931348623157E+308 AS float)), (103, CAST(5E-324 AS float)), (104, CAST(0.1 AS real)), (105, CAST(16777217.5 AS float))");
$psql->query("CREATE FOREIGN TABLE variants (id int, v text OPTIONS (remote_type 'sql_variant')) SERVER s");
for my $id (0 .. $#variants)
{
	my ($expression, $wanted) = @{ $variants[$id] };
	my $got = $psql->query("SELECT v FROM variants WHERE id = $id");
	ref $wanted ? like($got, $wanted, "variant of $expression") : is($got, encode('UTF-8', $wanted), encode('UTF-8', "variant of $expression"));
}
is($psql->query('SELECT v IS NULL FROM variants WHERE id = 100'), 't', 'a variant may be NULL');
is($psql->query("SELECT v::float8 = '$_->[1]'::float8 FROM variants WHERE id = $_->[0]"), 't', "float $_->[1]")
  for [ 101, '0.1' ], [ 102, '1.7976931348623157E+308' ], [ 103, '5E-324' ], [ 105, '16777217.5' ];
is($psql->query("SELECT v::float4 = '0.1'::float4 FROM variants WHERE id = 104"), 't', 'real 0.1');
$psql->query("CREATE FOREIGN TABLE numbers (id int, v numeric OPTIONS (remote_type 'sql_variant')) SERVER s OPTIONS (table_name 'variants')");
is($psql->query('SELECT v FROM numbers WHERE id = 3'), '9223372036854775807', 'a variant into another type, by its input');
$psql->query("CREATE FOREIGN TABLE bare (id int, v text) SERVER s OPTIONS (table_name 'variants')");
fails('SELECT v FROM bare', 'HV004', qr/column "v" of foreign table "bare" cannot be read as text.*is sql_variant.*HINT:.*ALTER FOREIGN TABLE public\.bare ALTER COLUMN v OPTIONS \(ADD remote_type 'sql_variant'\)/s, 'a variant without remote_type');
$psql->query("ALTER FOREIGN TABLE bare ALTER COLUMN v OPTIONS (ADD remote_type 'sql_variant')");
is($psql->query('SELECT v FROM bare WHERE id = 0'), '255', 'the remedy works');

# CLR types and json.
run_there("CREATE TABLE shapes (id int NOT NULL, g geometry NULL, e geography NULL, h hierarchyid NULL, j json NULL)");
run_there("INSERT INTO shapes VALUES (1, geometry::Parse('POINT (1 2 3 4)'), geography::Parse('POINT (-122.25 47.5)'), hierarchyid::Parse('/1/2/'), N'{\"a\": [1, \"x\"]}'), (2, NULL, NULL, NULL, NULL)");
$psql->query("CREATE FOREIGN TABLE shapes (id int, g text OPTIONS (remote_type 'geometry'), e text OPTIONS (remote_type 'geography'), h text OPTIONS (remote_type 'hierarchyid'), j jsonb OPTIONS (remote_type 'json')) SERVER s");
is($psql->query('SELECT * FROM shapes ORDER BY id'), "1|POINT (1 2 3 4)|POINT (-122.25 47.5)|/1/2/|{\"a\": [1, \"x\"]}\n2||||", 'texts, Z and M included');
$psql->query("CREATE FOREIGN TABLE shape_bytes (id int, g bytea OPTIONS (remote_type 'geometry'), j json OPTIONS (remote_type 'json')) SERVER s OPTIONS (table_name 'shapes')");
is($psql->query('SELECT id, encode(substr(g, 1, 5), $$hex$$), length(g), j->>$$a$$ FROM shape_bytes ORDER BY id'), "1|01b90b0000|37|[1, \"x\"]\n2|||", 'well-known bytes with Z and M');
$psql->query("CREATE FOREIGN TABLE bare_shapes (id int, h text) SERVER s OPTIONS (table_name 'shapes')");
fails('SELECT h FROM bare_shapes', 'HV004', qr/is a CLR type.*HINT:.*ALTER COLUMN h OPTIONS \(ADD remote_type 'geometry' \(or 'geography', or 'hierarchyid'\)\)/s, 'a CLR type without remote_type');

# Characters as UTF-16: the same values as without.
my $long = join '', map { chr(0x100 + $_ % 0x300) } 1 .. 3999;
run_there("CREATE TABLE words (id int NOT NULL, c char(5) NULL, vc varchar(20) NULL, nc nchar(6) NULL, nvc nvarchar(60) NULL, wide nvarchar(4000) NULL, vmax nvarchar(max) NULL)");
run_there(encode('UTF-8', "INSERT INTO words VALUES (1, 'ab', 'plain', N'x', N'plain text of some length, more than sixteen', N'$long', N'max')"));
run_there(encode('UTF-8', "INSERT INTO words VALUES (2, '', '', N'', N'', N'', N''), (3, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'é', 'œuf €', N'日本', N'😀 mixed žluť 中文 tail', N'😀😀', N'x')"));
my @columns = ([ 'c', 'char(5)' ], [ 'vc', 'varchar(20)' ], [ 'nc', 'nchar(6)' ], [ 'nvc', 'nvarchar(60)' ], [ 'wide', 'nvarchar(4000)' ], [ 'vmax', 'nvarchar(max)' ]);
for my $local ('text', 'varchar(4000)', 'char(4000)')
{
	my ($plain, $typed) = map { my $t = $_; over_query('SELECT * FROM words', [ 'id', 'int' ], map { [ $_->[0], $local, $t ? $_->[1] : undef ] } @columns) } 0, 1;
	is($psql->query("SELECT * FROM $typed ORDER BY id"), $psql->query("SELECT * FROM $plain ORDER BY id"), "read into $local, both ways");
}
$psql->query("CREATE FOREIGN TABLE words (id int, c text OPTIONS (remote_type 'char(5)'), nvc varchar(60) OPTIONS (remote_type 'nvarchar(60)'), vmax text OPTIONS (remote_type 'nvarchar(max)')) SERVER s");
like($psql->query('EXPLAIN VERBOSE SELECT nvc, vmax FROM words'), qr/Remote SQL: SELECT CONVERT\(varbinary\(120\), CONVERT\(nvarchar\(60\), \[nvc\]\)\), \[vmax\], CASE WHEN 1 = 0 THEN \[nvc\] END FROM \[words\]$/m, 'EXPLAIN shows what is sent');
is($psql->query("SELECT c || '<' FROM words WHERE id = 1"), 'ab   <', 'char is padded');
is($psql->query('SELECT count(*) FROM words WHERE nvc IS NULL'), '1', 'NULL is not empty');
$psql->query("CREATE DOMAIN short AS text CHECK (length(value) < 10); CREATE TYPE mood AS ENUM ('good', 'bad')");
is($psql->query('SELECT * FROM ' . over_query("SELECT N'good' AS a, N'brief' AS b, N'[1]' AS c, N'42' AS d, N'2020-02-29' AS e",
	[ 'a', 'mood', 'nvarchar(10)' ], [ 'b', 'short', 'nvarchar(10)' ], [ 'c', 'jsonb', 'nvarchar(10)' ], [ 'd', 'int', 'nvarchar(10)' ], [ 'e', 'date', 'nvarchar(10)' ])),
	'good|brief|[1]|42|2020-02-29', 'by input functions, and a domain');
fails('SELECT * FROM ' . over_query("SELECT N'longer than that' AS b", [ 'b', 'short', 'nvarchar(20)' ]), '23514', qr/short/, 'a domain is checked');
fails('SELECT * FROM ' . over_query("SELECT N'12345' AS b", [ 'b', 'varchar(4)', 'nvarchar(5)' ]), '22001', qr/too long for type character varying\(4\).*column "b" of foreign table "q\d+", row 1/s, 'the local length');
is($psql->query('SELECT length(b) FROM ' . over_query("SELECT N'1234' AS b", [ 'b', 'varchar(4)', 'nvarchar(4)' ])), '4', 'what just fits');
is($psql->query('SELECT b FROM ' . over_query("SELECT N'😀😀' AS b", [ 'b', 'varchar(2)', 'nvarchar(4)' ])), encode('UTF-8', '😀😀'), 'a length counts characters');

# What cannot be stored.
my $bad = over_query("SELECT N'fine' AS b UNION ALL SELECT NCHAR(65) + NCHAR(55357) + N'x'", [ 'b', 'text', 'nvarchar(8)' ]);
fails("SELECT * FROM $bad", '22P05', qr/half of a surrogate pair.*HINT:.*column "b" of foreign table "$bad", row 2/s, 'half a pair');
$bad = over_query("SELECT N'fine' AS b UNION ALL SELECT N'A' + NCHAR(0) + N'x'", [ 'b', 'text', 'nvarchar(8)' ]);
fails("SELECT * FROM $bad", '22P05', qr/the character U\+0000.*HINT:.*column "b" of foreign table "$bad", row 2/s, 'U+0000');

# A database in another encoding.
$psql->query("CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
my $utf8 = $psql;
$psql = $cluster->session(database => 'latin');
$psql->query('SET client_encoding = UTF8');
set_up($psql);
my $latin = over_query('SELECT nvc, vc, id FROM words WHERE id IN (1, 2, 3)', [ 'nvc', 'text', 'nvarchar(60)' ], [ 'vc', 'varchar(20)', 'varchar(20)' ], [ 'id', 'int' ]);
is($psql->query("SELECT nvc, vc FROM $latin WHERE id = 1"), 'plain text of some length, more than sixteen|plain', 'LATIN1: ASCII');
$latin = over_query("SELECT N'caf\x{e9} \x{fc}ber' AS b", [ 'b', 'text', 'nvarchar(10)' ]);
is($psql->query("SELECT b, octet_length(b) FROM $latin"), encode('UTF-8', "caf\x{e9} \x{fc}ber|9"), 'LATIN1: its own characters');
$latin = over_query("SELECT N'\"caf\x{e9}\"' AS b", [ 'b', 'json', 'nvarchar(10)' ]);
is($psql->query("SELECT b FROM $latin"), encode('UTF-8', "\"caf\x{e9}\""), 'LATIN1: by an input function');
$latin = over_query("SELECT N'x' + NCHAR(8364) AS b", [ 'b', 'text', 'nvarchar(10)' ]);
fails("SELECT b FROM $latin", '22P05', qr/has no equivalent in encoding "LATIN1".*column "b"/s, 'LATIN1: a character that it lacks');
$psql = $utf8;

# A declaration that is not true.
for my $row ([ 'CAST(5 AS int)', 'int' ], [ "CAST('2020-01-01' AS datetime)", 'datetime' ], [ "CAST('abc' AS varchar(100))", 'varchar(100)' ],
	[ "CAST(N'abc' AS nvarchar(max))", 'nvarchar(max)' ], [ "CAST(N'<a/>' AS xml)", 'xml' ], [ "CAST(0x4100 AS varbinary(20))", 'varbinary(20)' ],
	[ "CAST(N'abc' AS nvarchar(51))", 'nvarchar(51)' ], [ "CAST(N'abc' AS nchar(50))", 'nchar(50)' ], [ 'CAST(1.5 AS decimal(5,2))', 'decimal(5,2)' ],
	[ 'CAST(5 AS sql_variant)', 'sql_variant' ])
{
	my $name = over_query("SELECT $row->[0] AS b", [ 'b', 'text', 'nvarchar(50)' ]);
	fails("SELECT * FROM $name", 'HV004', qr/column "b" of foreign table "$name" has the remote_type nvarchar\(50\), which.*"b" is \Q$row->[1]\E\..*HINT:.*ALTER FOREIGN TABLE public\.$name ALTER COLUMN b OPTIONS \(SET remote_type '\Q$row->[1]\E'\)/s, "$row->[1] declared as nvarchar(50)");
}
for my $row ([ 'int', 'bigint', 'CAST(5 AS bigint)' ], [ 'numeric', 'decimal(18,2)', 'CAST(1.5 AS decimal(9,2))' ], [ 'timestamp', 'datetime2(7)', "CAST('2020-01-01' AS datetime)" ],
	[ 'timestamp', 'datetime2(7)', "CAST('2020-01-01' AS datetime2(3))" ], [ 'bytea', 'varbinary(3)', 'CAST(0x010203 AS varbinary(4))' ], [ 'text', 'nvarchar(max)', "CAST(N'a' AS nvarchar(9))" ],
	[ 'text', 'varchar(max)', "CAST(N'a' AS nvarchar(max))" ])
{
	my $name = over_query("SELECT $row->[2] AS b", [ 'b', $row->[0], $row->[1] ]);
	$row->[1] eq 'bigint' ? is($psql->query("SELECT b FROM $name"), '5', 'bigint it is')
	  : fails("SELECT * FROM $name", 'HV004', qr/has the remote_type \Q$row->[1]\E, which.*HINT:.*SET remote_type/s, "$row->[2] declared as $row->[1]");
}
is($psql->query('SELECT * FROM ' . over_query("SELECT CAST(N'abc' AS nvarchar(9)) AS a, CAST(1.5 AS decimal(9,2)) AS b, CAST(7 AS tinyint) AS c, CAST('12:00' AS time(3)) AS d",
	[ 'a', 'text', 'nvarchar(50)' ], [ 'b', 'numeric', 'numeric(9,2)' ], [ 'c', 'int', 'tinyint' ], [ 'd', 'time', 'time(3)' ])), 'abc|1.50|7|12:00:00', 'shorter ones, and the types as they are');
for my $type ('geometry', 'hierarchyid', 'sql_variant', 'json')
{
	my $name = over_query('SELECT CAST(5 AS int) AS b', [ 'b', 'text', $type ]);
	my ($ok, $out, $err) = $psql->try("SELECT * FROM $name");
	ok(!$ok && $out eq '', "an int declared as $type is an error") or diag $out;
	note $err;
}

# Conditions: the column itself, and its type is checked although it is not handed over.
$psql->query("CREATE FOREIGN TABLE keys (id int OPTIONS (remote_type 'bigint'), nvc text OPTIONS (remote_type 'nvarchar(60)')) SERVER s OPTIONS (table_name 'words')");
like($psql->query('EXPLAIN VERBOSE SELECT nvc FROM keys WHERE id = 4'), qr/CASE WHEN 1 = 0 THEN \[id\] END.* WHERE \[id\] = \@P1/, 'a condition on the plain column');
fails('SELECT nvc FROM keys WHERE id = 4', 'HV004', qr/column "id".*remote_type bigint.*"id" is int\./s, 'the type of a column in a condition');
fails('SELECT count(*) FROM keys WHERE id = -1', 'HV004', qr/column "id".*remote_type bigint/s, 'even without rows');

# The sessions end before the cluster.
undef $psql;
undef $utf8;
done_testing();
