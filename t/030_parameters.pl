# Values that travel with a statement: every type through the wire and back, and
# those that a remote type lacks as the ends of the right intervals.

use strict;
use warnings;
use FindBin;
use IPC::Run ();
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Instance;
use TdsMirror::Lab qw(build_folder scratch_folder slurp);

my $top = "$FindBin::Bin/..";
my $sources = "$top/test/parameters";
my $folder = scratch_folder('parameters-programs');
my @gcc = qw(gcc -O1 -D_GNU_SOURCE);

sub run
{
	my @command = @_;
	my $out = '';

	IPC::Run::run(\@command, '<', '/dev/null', '>', \$out, '2>&1') or die "$command[0] failed:\n$out";
	chomp $out;
	return $out;
}

# Each line of what the program says is a test of ours.
sub repeat
{
	my ($name, @command) = @_;
	my ($out, $err) = ('', '');
	my $ended = IPC::Run::run(\@command, '<', '/dev/null', '>', \$out, '2>', \$err, IPC::Run::timeout(180));
	my $count = () = $out =~ /^ok /mg;

	is(join('', grep { !/^ok / } split /^/, $out), "1..$count\n", "$name: $count values");
	ok($ended && $count > 250, "$name: ended well") or diag $err;
	return;
}

# on the wire
run(@gcc, '-std=gnu11', "-I$top/include", '-o', "$folder/probe", "$sources/probe.c",
	glob("$top/src/wire/*.c"), glob("$top/src/pure/*.c"), '-lsybdb');
run(qw(openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost), '-keyout', "$folder/key.pem",
	'-out', "$folder/certificate.pem");
my $plain = TdsMirror::Instance->start('plain', folder => 'parameters-plain');
my $secret = TdsMirror::Instance->start('secret', folder => 'parameters-secret',
	more => [ '--tls', 'required', '--certificate', "$folder/certificate.pem", '--key', "$folder/key.pem" ]);
$ENV{PROBE_USER} = $TdsMirror::Instance::user;
$ENV{PROBE_PASSWORD} = $TdsMirror::Instance::password;
repeat('as it is', "$folder/probe", $plain->address, $plain->port, 'master', 'off');
repeat('encrypted', "$folder/probe", $secret->address, $secret->port, 'master', 'require');

# the encoders
my $objects = build_folder() . '/extension/src';
my $config = $ENV{PG_CONFIG} // 'pg_config';
run(@gcc, qw(-std=gnu99 -fPIC -shared), "-I$top/include", "-I$top/src/value", '-I' . run($config, '--includedir-server'),
	'-o', "$folder/interval.so", "$sources/interval.c", glob("$objects/{pure,wire,value}/*.o"), "$objects/session/report.o", '-lsybdb');
my $cluster = TdsMirror::Cluster->start('parameters');
my $psql = $cluster->session;
$psql->query(<<"SQL");
CREATE FUNCTION probe_interval("any", text, int, bigint) RETURNS text LANGUAGE c STRICT AS '$folder/interval.so';
CREATE FUNCTION probe_value("any", text) RETURNS text LANGUAGE c AS '$folder/interval.so';
CREATE FUNCTION probe_array(anyarray, text) RETURNS text LANGUAGE c AS '$folder/interval.so';
SQL

# Values of each local type: some by name, and a way to make others from a number i.
my %values = (
	boolean => [ [ 'true', 'false' ], 'i % 2 = 0' ],
	smallint => [ [ -32768, -1, 0, 1, 127, 255, 256, 32767 ], '(i * 7919 % 65536 - 32768)' ],
	integer => [ [ -2147483648, -214749, -32769, -1, 0, 1, 255, 32768, 214748, 2147483647 ], '(random() * 4e9 - 2e9)::int' ],
	bigint => [ [ "'-9223372036854775808'", -922337203685478, -2147483649, -1, 0, 1, 99, 100, 2147483648, 922337203685477,
			9223372036854775807 ], '((random() - 0.5) * 10 ^ (i % 19))::bigint' ],
	numeric => [ [ "'NaN'", "'Infinity'", "'-Infinity'", 0, '0.00', 0.5, -0.5, 0.00005, -0.00005, 1e-40, -1e-40, 254.5, 255, 255.1,
			-32768.5, 214748.3647, 214748.36471, -214748.3648, -214748.36481, '922337203685477.5807', '922337203685477.58071',
			'99999999.99', '99999999.991', '-99999999.995', '1' . '0' x 38, '9' x 38, '-' . '9' x 38, '-' . '9' x 38 . '.5',
			'9' x 38 . '.5', '9' x 28 . '.' . '9' x 10, '9' x 28 . '.' . '9' x 11, 1e200, -1e200, '0.' . '9' x 38, '0.' . '9' x 39 ],
		'((random() - 0.5) * 10 ^ (i % 40 - 4))::numeric * (1 + 1e-9 * i)' ],
	real => [ [ "'NaN'", "'Infinity'", "'-Infinity'", 0, "'-0'", 0.1, -0.1, 3.4028235e38, -3.4028235e38, 1e-45, 1.17549435e-38 ],
		'((random() - 0.5) * 10 ^ (i % 70 - 35))::real' ],
	'double precision' => [ [ "'NaN'", "'Infinity'", "'-Infinity'", 0, "'-0'", 0.1, -0.1, 3.4028235e38, 3.40282347e38, 3.5e38, -3.5e38,
			1e-46, -1e-46, 16777217, '1.7976931348623157e308', '-1.7976931348623157e308', '4.9e-324', '2.2250738585072014e-308' ],
		'(random() - 0.5) * 10 ^ (i % 300 - 150)' ],
	date => [ [ "'-infinity'", "'infinity'", "'4713-01-01 BC'", "'0001-12-31 BC'", "'0001-01-01'", "'1752-12-31'", "'1753-01-01'",
			"'1899-12-31'", "'1900-01-01'", "'2020-02-29'", "'2079-06-06'", "'2079-06-07'", "'9999-12-31'", "'10000-01-01'",
			"'294276-12-31'" ], "(date '0001-01-01' + i * 365)" ],
	time => [ [ "'00:00'", "'00:00:00.000001'", "'12:34:56.123456'", "'23:59:59'", "'23:59:59.999999'", "'24:00'" ],
		"(time '00:00' + i * interval '8.640001 s')" ],
	timestamp => [ [ "'-infinity'", "'infinity'", "'4713-01-01 BC'", "'0001-12-31 23:59:59.999999 BC'", "'0001-01-01'",
			"'0001-01-01 00:00:00.000001'", "'1752-12-31 23:59:59.999999'", "'1753-01-01'", "'1899-12-31 23:59:59.999'", "'1900-01-01'",
			"'2020-02-29 12:34:56.003'", "'2020-02-29 12:34:56.003333'", "'2020-02-29 12:34:56.0035'", "'2020-02-29 12:34:56.005'",
			"'2020-02-29 12:34:56.007'", "'2020-02-29 23:59:59.998'", "'2020-02-29 23:59:59.997'", "'2020-02-29 23:59:59.9985'",
			"'2079-06-06 23:59'", "'2079-06-06 23:59:00.000001'", "'9999-12-31 23:59:59.997'", "'9999-12-31 23:59:59.998'",
			"'9999-12-31 23:59:59.999999'", "'10000-01-01'", "'294276-12-31 23:59:59.999999'" ],
		"(timestamp '1749-12-31' + i * interval '31 days 00:00:07.003333')" ],
	timestamptz => [ [ "'-infinity'", "'infinity'", "'0001-12-31 23:59:59.999999 BC'", "'0001-01-01 00:00+00'",
			"'2020-02-29 12:34:56.123456+05:30'", "'9999-12-31 23:59:59.999999+00'", "'10000-01-01 00:00+00'" ],
		"(timestamptz '0001-01-01' + i * interval '365 days 00:00:07.003333')" ],
);
my @exact = (qw(tinyint smallint int bigint smallmoney money),
	map { "decimal($_)" } '1,0', '5,2', '10,2', '18,4', '38,0', '38,10', '38,38');
my @moments = (qw(date smalldatetime datetime), map { "datetime2($_)" } 0 .. 7);
my %remote = (
	boolean => ['bit'], smallint => \@exact, integer => \@exact, bigint => \@exact, numeric => \@exact,
	real => [qw(real float)], 'double precision' => [qw(real float)], date => \@moments, timestamp => \@moments,
	time => [ map { "time($_)" } 0 .. 7 ], timestamptz => [ map { "datetimeoffset($_)" } 0 .. 7 ],
);

$psql->query('SELECT setseed(0.42)');
for my $local (sort keys %remote)
{
	my ($named, $made) = @{ $values{$local} };
	my $list = join ', ', map { /^'/ ? "($_)" : "('$_')" } @$named;
	my $all = "SELECT v::$local AS v, row_number() OVER () AS n FROM (VALUES $list) AS a(v) "
	  . "UNION ALL SELECT ($made)::$local, i FROM generate_series(1, 2000) AS i";

	for my $remote (@{ $remote{$local} })
	{
		my ($ok, $out, $err) = $psql->try("SELECT v, problem FROM (SELECT v, probe_interval(v, '$remote', 20, n) AS problem "
			  . "FROM ($all) AS a) AS b WHERE problem IS NOT NULL LIMIT 5");

		ok($ok && $out eq '', "$local over $remote") or diag $out . $err;
	}
}

# What a value is declared as, and its length; '' is the natural type.
my @declared = (
	[ '7::smallint', '', 'smallint 2' ], [ '7::int', '', 'int 4' ], [ '7::bigint', '', 'bigint 8' ], [ 'true', '', 'bit 1' ],
	[ '7::real', '', 'real 4' ], [ '7::float8', '', 'float 8' ], [ '12.50', '', 'decimal(38,1) 35' ],
	[ '-0.0010', '', 'decimal(38,3) 35' ], [ '100::numeric', '', 'decimal(38,0) 35' ], [ '0.00', '', 'decimal(38,0) 35' ],
	[ "date '2020-01-01'", '', 'date 16' ], [ "time '12:00'", '', 'time(6) 16' ], [ "timestamp '2020-01-01'", '', 'datetime2(6) 16' ],
	[ "timestamptz '2020-01-01'", '', 'datetimeoffset(6) 16' ], [ 'gen_random_uuid()', '', 'uniqueidentifier 16' ],
	[ "'a'::text", '', 'nvarchar(4000) 1' ], [ "''::text", '', 'nvarchar(4000) 0' ], [ "'a'::varchar", '', 'nvarchar(4000) 1' ],
	[ "'a'::char(3)", '', 'nvarchar(4000) 3' ], [ 'NULL::text', '', 'nvarchar(4000) NULL 0' ],
	[ 'NULL::numeric', '', 'decimal(38,0) NULL 0' ], [ 'NULL::bytea', '', 'varbinary(8000) NULL 0' ],
	[ 'NULL::uuid', '', 'uniqueidentifier NULL 0' ], [ 'NULL::timestamp', 'datetime', 'datetime NULL 0' ],
	[ "repeat('x', 4000)", '', 'nvarchar(4000) 4000' ], [ "repeat('x', 4001)", '', 'nvarchar(max) 4001' ],
	[ "repeat('\N{U+20AC}', 4000)", '', 'nvarchar(4000) 12000' ], [ "repeat('\N{U+1F600}', 2000)", '', 'nvarchar(4000) 8000' ],
	[ "repeat('\N{U+1F600}', 2001)", '', 'nvarchar(max) 8004' ], [ "repeat('x', 100000)::text", 'varchar(20)', 'varchar(max) 100000' ],
	[ "repeat('x', 8000)", 'varchar(20)', 'varchar(8000) 8000' ], [ "'x'::text", 'char(5)', 'varchar(8000) 1' ],
	[ "'\N{U+E4}'::text", 'varchar(20)', 'nvarchar(4000) 2' ], [ "'x'::text", 'nchar(5)', 'nvarchar(4000) 1' ],
	[ 'NULL::text', 'varchar(20)', 'varchar(8000) NULL 0' ], [ "'\\x'::bytea", '', 'varbinary(8000) 0' ],
	[ "'\\x0041'::bytea", 'binary(4)', 'varbinary(8000) 2' ], [ "decode(repeat('00', 8001), 'hex')", '', 'varbinary(max) 8001' ],
	[ '7::int', 'tinyint', 'tinyint 1' ], [ '7::int', 'money', 'money 8' ], [ '7::bigint', 'decimal(10,2)', 'decimal(10,2) 35' ],
	[ '1.5::money', '', '' ], [ "'<a/>'::xml", '', '' ], [ "'{}'::json", '', '' ], [ "interval '1 day'", '', '' ],
	[ "timetz '12:00'", '', '' ], [ "'a'::name", '', '' ],
);
utf8::encode($_->[0]) for @declared;
is($psql->query("SELECT probe_value($_->[0], '$_->[1]')"), $_->[2], substr($_->[0], 0, 40) . " as $_->[1]: $_->[2]") for @declared;

# What no remote type has must not be sent as something else.
my @impossible = (
	[ "'NaN'::numeric", 'decimal(10,2)' ], [ "'Infinity'::numeric", '' ], [ '1.005', 'decimal(10,2)' ], [ '1e38::numeric', '' ],
	[ '10::numeric ^ 30 + 1e-9', '' ], [ "'NaN'::float8", '' ], [ "'Infinity'::float8", 'real' ], [ '0.1::float8', 'real' ],
	[ "'infinity'::date", '' ], [ "'0044-03-15 BC'::date", '' ], [ "'10000-01-01'::timestamp", '' ], [ "'24:00'::time", '' ],
	[ "'2020-01-01 00:00:00.001'::timestamp", 'datetime' ], [ "'2020-01-01 00:00:01'::timestamp", 'smalldatetime' ],
	[ '256::int', 'tinyint' ], [ '-1::int', 'tinyint' ],
);
for my $case (@impossible)
{
	my ($ok, $out, $err, $state) = $psql->try("SELECT probe_value($case->[0], '$case->[1]')");

	ok(!$ok && $state eq '22003' && $err =~ /cannot be sent/, "$case->[0] as $case->[1]") or diag $out . $err;
}

# Arrays, and what the server makes of their elements.
my @arrays = (
	[ 'ARRAY[1, NULL, -7]', 'int', '["1",null,"-7"]', 'CONVERT(nvarchar(50), %s)' ],
	[ 'ARRAY[300, 255, 0]', 'tinyint', '["255","0"]', 'CONVERT(nvarchar(50), %s)' ],
	[ 'ARRAY[300]', 'tinyint', '[]' ], [ 'ARRAY[]::int[]', 'int', '[]' ], [ 'ARRAY[NULL]::int[]', 'int', '[null]' ],
	[ 'ARRAY[true, false]', 'bit', '["1","0"]', 'CONVERT(nvarchar(50), %s)' ],
	[ "ARRAY[1.5, -0.05, 0, 'NaN', 1.005]", 'decimal(10,2)', '["1.50","-0.05","0.00"]', 'CONVERT(nvarchar(50), %s)' ],
	[ 'ARRAY[5::numeric]', 'decimal(38,0)', '["5"]', 'CONVERT(nvarchar(50), %s)' ],
	[ 'ARRAY[922337203685477.5807, -0.0001]', 'money', '["922337203685477.5807","-0.0001"]', 'CONVERT(nvarchar(50), %s, 2)' ],
	[ 'ARRAY[0.1::real, 1e-37]', 'real', '["0.100000001","9.99999991e-38"]' ],
	[ "ARRAY[0.1::float8, 'NaN', 1e300]", 'float', '["0.10000000000000001","1.0000000000000001e+300"]' ],
	[ "ARRAY[date '2020-02-29', 'infinity', '0001-01-01']", 'date', '["2020-02-29","0001-01-01"]', 'CONVERT(nvarchar(50), %s, 121)' ],
	[ "ARRAY[timestamp '2020-02-29 12:34:56.007', '2020-02-29 12:34:56.008', '1753-01-01']", 'datetime',
		'["2020-02-29T12:34:56.007","1753-01-01T00:00:00.000"]', 'CONVERT(nvarchar(50), %s, 121)' ],
	[ "ARRAY[timestamp '2020-02-29 12:34', '2020-02-29 12:34:30']", 'smalldatetime', '["2020-02-29T12:34:00"]', 'CONVERT(nvarchar(50), %s, 120)' ],
	[ "ARRAY[timestamp '2020-02-29 12:34:56.12', '2020-02-29 12:34:56.1234']", 'datetime2(3)', '["2020-02-29T12:34:56.120"]',
		'CONVERT(nvarchar(50), %s, 121)' ],
	[ "ARRAY[timestamp '2020-02-29 12:34:56']", 'datetime2(0)', '["2020-02-29T12:34:56"]', 'CONVERT(nvarchar(50), %s, 120)' ],
	[ "ARRAY[timestamptz '2020-02-29 12:34:56.000001+05:30']", 'datetimeoffset(6)', '["2020-02-29T07:04:56.000001+00:00"]' ],
	[ "ARRAY[time '12:34:56.5', '24:00']", 'time(6)', '["12:34:56.500000"]', 'CONVERT(nvarchar(50), %s)' ],
	[ "ARRAY[uuid '00112233-4455-6677-8899-aabbccddeeff']", 'uniqueidentifier', '["00112233-4455-6677-8899-aabbccddeeff"]',
		'LOWER(CONVERT(nvarchar(50), %s))' ],
	[ q{ARRAY['', 'a ', 'it''s', '"\\/', E'\t\n\u0001', 'NULL']}, 'nvarchar(20)', '["","a ","it\'s","\"\\\\/","\t\n\u0001","NULL"]' ],
	[ "ARRAY['\\x0041'::bytea, '\\x']", 'varbinary(10)', '["0x0041","0x"]' ],
);
for my $case (@arrays)
{
	my ($array, $remote, $json, $shown) = @$case;

	is($psql->query("SELECT probe_array($array, '$remote')"), $json, "$array as $remote");
	next unless $shown;
	for my $element ($json =~ /"([^"]+)"/g)
	{
		is($plain->tsql('SELECT ' . sprintf($shown, "CONVERT($remote, N'$element')")), $element =~ tr/T/ /r,
			"$element is a $remote over there");
	}
}
is($psql->query("SELECT probe_array(NULL::int[], 'int') IS NULL"), 't', 'an array that is NULL');

# All of it together: columns of every type compared with values, there and here.  By
# column: the remote type, the local one, remote values as literals, further local values.
my @empty = ("'a'", "'A'", "'a '", "' '", "''", "'b'");
my @columns = (
	[ bit => 'bit', 'boolean', [ 0, 1 ], [] ],
	[ tiny => 'tinyint', 'smallint', [ 0, 1, 255 ], [ -1, 256 ] ],
	[ small => 'smallint', 'integer', [ -32768, 0, 32767 ], [ -32769, 32768 ] ],
	[ whole => 'int', 'bigint', [ -2147483648, 0, 2147483647 ], [ -2147483649, 2147483648 ] ],
	[ big => 'bigint', 'bigint', [ '-9223372036854775808', 0, '9223372036854775807' ], [ 1 ] ],
	[ dec => 'decimal(10,2)', 'numeric', [ '-99999999.99', '0', '0.01', '99999999.99' ], [ 'NaN', 'Infinity', '-Infinity', '0.005', '1e20' ] ],
	[ wide => 'decimal(38,10)', 'numeric', [ '-0.0000000001', '9999999999999999999999999999.9999999999' ], [ '0', '1e38', '1e-11' ] ],
	[ cash => 'money', 'numeric', [ '-922337203685477.5808', '0.0001' ], [ '0.00005', '922337203685478' ] ],
	[ single => 'real', 'real', [ '-3.4e38', '0', '0.1e0' ], [ 'NaN', 'Infinity', '-Infinity', '-0' ] ],
	[ float => 'float', 'double precision', [ '-1.7e308', '0', '0.1e0' ], [ 'NaN', 'Infinity', '-Infinity', '0.30000000000000004' ] ],
	[ day => 'date', 'date', [ "'0001-01-01'", "'2020-02-29'", "'9999-12-31'" ], [ 'infinity', '-infinity', '0044-03-15 BC', '10000-01-01' ] ],
	[ hour => 'time(7)', 'time', [ "'00:00'", "'12:34:56.1234567'", "'23:59:59.9999999'" ], [ '24:00', '12:34:56.123457' ] ],
	[ minute => 'smalldatetime', 'timestamp', [ "'1900-01-01'", "'2079-06-06T23:59:00'" ], [ '2000-01-01 00:00:30', 'infinity', '1899-12-31' ] ],
	[ tick => 'datetime', 'timestamp', [ "'1753-01-01'", "'2020-02-29T12:34:56.003'", "'2020-02-29T12:34:56.007'", "'9999-12-31T23:59:59.997'" ],
		[ '2020-02-29 12:34:56.005', '2020-02-29 12:34:56.0033', '1752-12-31', '-infinity' ] ],
	[ moment => 'datetime2(7)', 'timestamp', [ "'0001-01-01'", "'2020-02-29T12:34:56.1234567'", "'9999-12-31T23:59:59.9999999'" ],
		[ '2020-02-29 12:34:56.123457', 'infinity', '10000-01-01' ] ],
	[ instant => 'datetimeoffset(3)', 'timestamptz', [ "'2020-02-29T12:34:56.123+05:30'", "'9999-12-31T23:59:59.999+00:00'" ],
		[ '2020-02-29 07:04:56.1234+00', '-infinity' ] ],
	[ guid => 'uniqueidentifier', 'uuid', [ "'00112233-4455-6677-8899-aabbccddeeff'" ], [ '00000000-0000-0000-0000-000000000000' ] ],
	[ narrow => 'varchar(20)', 'text', \@empty, [ "\N{U+E4}", "\N{U+1F600}", 'x' x 9000 ] ],
	[ broad => 'nvarchar(20)', 'text', [ @empty, "N'\N{U+E4}'", "N'\N{U+1F600}'" ], [ "\N{U+E4}", "\N{U+1F600}", 'x' x 9000 ] ],
	[ padded => 'char(3)', 'char(3)', [ "'a'", "''" ], [ 'b' ] ],
	[ bytes => 'varbinary(20)', 'bytea', [ '0x', '0x00', '0x4100', '0x41' ], [ '\\x4142', '\\x' . '00' x 9000 ] ],
);
$plain->tsql('CREATE DATABASE p');
$psql->query("CREATE EXTENSION tds_mirror_fdw; CREATE SERVER p FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername '"
	  . $plain->address . ',' . $plain->port . "', database 'p'); CREATE USER MAPPING FOR CURRENT_USER SERVER p "
	  . "OPTIONS (username '$TdsMirror::Instance::user', password '$TdsMirror::Instance::password')");
for my $column (@columns)
{
	my ($name, $remote, $local, $there, $more) = @$column;
	my $id = 0;
	my @rows = map { '(' . ++$id . ", $_)" } 'NULL', @$there;
	my @values = map { "('$_')" } @$more;

	utf8::encode($_) for @rows, @values;
	$plain->tsql("CREATE TABLE $name (id int NOT NULL, c $remote NULL); INSERT $name VALUES " . join(', ', @rows), database => 'p');
	$psql->query("CREATE FOREIGN TABLE there_$name (id int, c $local OPTIONS (remote_type '$remote')) SERVER p OPTIONS (table_name '$name')");
	$psql->query("CREATE TABLE here_$name AS SELECT * FROM there_$name; CREATE TABLE v_$name AS SELECT DISTINCT c AS v FROM here_$name");
	$psql->query("INSERT INTO v_$name SELECT v::$local FROM (VALUES @{[ join ', ', @values ]}) AS a(v)") if @values;
	for my $operator (qw(= <> < <= >= >))
	{
		my ($there, $here) = map { $psql->query("SELECT v, (SELECT string_agg(id::text, ',' ORDER BY id) FROM ${_}_$name AS t WHERE t.c $operator v.v) "
				  . "FROM v_$name AS v ORDER BY v") } qw(there here);

		ok($there eq $here, "$remote, $local: $operator a parameter") or diag substr("$there\n---\n$here", 0, 2000);
	}
}
done_testing();
