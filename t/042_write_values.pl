# Values that are written: of every local type over every remote type that it can
# be written to, what is read back is what PostgreSQL's own assignment gives, or
# both refuse; and what was read and is written back is the same over there.

use strict;
use warnings;
use utf8;
use FindBin;
use IPC::Run ();
use Encode qw(decode encode FB_QUIET);
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql);
use TdsMirror::Lab qw(build_folder scratch_folder);
use TdsMirror::Pair;

my $seed = $ENV{SEED} // 1;
my $rounds = 60;
srand($seed);

my $cluster = TdsMirror::Cluster->start('write_values');
my $pair = TdsMirror::Pair->start(prefix => 'values-', witness => 0, script => '');
my $psql = $cluster->session;
$psql->query(server_sql($pair, remote_version => 15));
$psql->query('CREATE SCHEMA remote; SET datestyle = \'ISO, YMD\'; SET timezone = \'Asia/Kolkata\'; SET extra_float_digits = 3');
$psql->query('SELECT setseed(' . ($seed % 1000) / 1000 . ')');

# What a remote type makes of v: an expression for the value as it is read, NULL
# where it is refused, and the SQLSTATE of that.
sub integer
{
	my ($low, $high) = @_;
	return ([ '22003' ], sub { my ($local) = @_;
		my $rounded = $local =~ /int/ ? 'v' : '(round(v) + 0)';
		"CASE WHEN $rounded BETWEEN $low AND $high THEN $rounded\::$local END" });
}

sub decimal
{
	my ($precision, $scale) = @_;
	my $whole = $precision - $scale;
	return ([ '22003' ], sub { my ($local) = @_;
		"CASE WHEN v::numeric NOT IN ('NaN', 'Infinity', '-Infinity') AND abs(round(v::numeric, $scale)) < 1e$whole THEN round(v::numeric, $scale)::$local END" });
}

sub money
{
	my ($limit) = @_;
	return ([ '22003' ], sub { my ($local) = @_;
		"CASE WHEN v::numeric NOT IN ('NaN', 'Infinity', '-Infinity') AND round(v::numeric, 4) BETWEEN -$limit AND $limit - 0.0001 THEN round(v::numeric, 4)::$local END" });
}

my $finite = "v > '-infinity' AND v < '10001-01-01'";

sub moment
{
	my ($type, $scale) = @_;
	return ([ '22008' ], sub { my ($local) = @_;
		my $zone = $type =~ /tz/ ? '+00' : '';
		"CASE WHEN $finite AND v::$type($scale) >= '0001-01-01 00:00$zone' AND v::$type($scale) < '10000-01-01 00:00$zone' THEN v::$type($scale)::$local END" });
}

# days, and 1/300 s of one, from 1753 on
my $ticks = "(((extract(epoch FROM v::timestamp - timestamp '1753-01-01') * 1000000)::bigint * 3 + 5000) / 10000)";
my $tick = sub { my ($local) = @_;
	"CASE WHEN $finite AND v::timestamp >= '1752-12-31 23:59:59.998334' AND v::timestamp < '9999-12-31 23:59:59.998333' THEN (timestamp '1753-01-01' + $ticks / 25920000 * interval '1 day' "
	  . "+ ($ticks % 25920000 * 10 + 1) / 3 * interval '1 millisecond')::$local END" };
my $minute = sub { my ($local) = @_;
	"CASE WHEN $finite AND v::timestamp >= '1899-12-31 23:59:30' AND v::timestamp < '2079-06-06 23:59:30' THEN date_trunc('minute', v::timestamp + interval '30 s')::$local END" };
my $day = sub { my ($local) = @_; "CASE WHEN $finite AND v::date BETWEEN '0001-01-01' AND '9999-12-31' THEN v::date::$local END" };

# size: of a text, in the unit of limit
sub characters
{
	my ($limit, $size, $known) = @_;
	my $size_of = sub { my ($text) = @_; $size =~ s/TEXT/$text/gr };
	return ([ '22001', '22P05' ], sub { my ($local) = @_;
		"CASE WHEN NOT $known(v::text) OR " . $size_of->("rtrim(v::text, ' ')") . " > $limit THEN NULL WHEN " . $size_of->('v::text') . " <= $limit THEN v::$local "
		  . "ELSE (rtrim(v::text, ' ') || repeat(' ', $limit - " . $size_of->("rtrim(v::text, ' ')") . "))::$local END" });
}
my $units = '(length(TEXT) + length(regexp_replace(TEXT, \'[^\U00010000-\U0010FFFF]\', \'\', \'g\')))';
my $pages = "CREATE FUNCTION all_of(text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
	CREATE FUNCTION of_1252(text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM convert_to(\$1, ''WIN1252''); RETURN true; EXCEPTION WHEN untranslatable_character THEN RETURN false; END'";
$psql->query($pages);

my %remote = (
	'bit' => [ [ '22003' ], sub { my ($local) = @_; $local eq 'boolean' ? 'v' : "CASE WHEN v IN (0, 1) THEN v END" } ],
	'tinyint' => [ integer(0, 255) ],
	'smallint' => [ integer(-32768, 32767) ],
	'int' => [ integer(-2147483648, 2147483647) ],
	'bigint' => [ integer('-9223372036854775808', '9223372036854775807') ],
	'decimal(5,2)' => [ decimal(5, 2) ],
	'decimal(19,4)' => [ decimal(19, 4) ],
	'decimal(38,0)' => [ decimal(38, 0) ],
	'decimal(38,10)' => [ decimal(38, 10) ],
	'decimal(38,38)' => [ decimal(38, 38) ],
	'smallmoney' => [ money('214748.3648') ],
	'money' => [ money('922337203685477.5808') ],
	'real' => [ [ '22003' ], sub { my ($local) = @_; "CASE WHEN v = 0 OR abs(v) BETWEEN 7.1e-46 AND 3.4028235e38 THEN v::real::$local END" } ],
	'float' => [ [ '22003' ], sub { my ($local) = @_; "CASE WHEN v::float8 NOT IN ('NaN', 'Infinity', '-Infinity') THEN v::float8::$local END" } ],
	'date' => [ [ '22008' ], $day ],
	'smalldatetime' => [ [ '22008' ], $minute ],
	'datetime' => [ [ '22008' ], $tick ],
	(map { ("datetime2($_)" => [ moment('timestamp', $_ > 6 ? 6 : $_) ]) } 0, 1, 3, 5, 6, 7),
	(map { ("datetimeoffset($_)" => [ moment('timestamptz', $_ > 6 ? 6 : $_) ]) } 0, 2, 4, 7),
	(map { my $scale = $_ > 6 ? 6 : $_; ("time($_)" => [ [ '22008' ], sub { my ($local) = @_; "CASE WHEN v::time($scale) < '24:00' THEN v::time($scale)::$local END" } ]) } 0, 3, 6, 7),
	'nvarchar(20)' => [ characters(20, $units, 'all_of') ],
	'nvarchar(max)' => [ characters(1000000, $units, 'all_of') ],
	'varchar(20)' => [ characters(20, "length(TEXT)", 'of_1252') ],
	'varchar(max)' => [ characters(1000000, 'length(TEXT)', 'of_1252') ],
	'varchar(20) COLLATE Latin1_General_100_CI_AS_SC_UTF8' => [ characters(20, 'octet_length(TEXT)', 'all_of') ],
	'varbinary(10)' => [ [ '22001' ], sub { 'CASE WHEN octet_length(v) <= 10 THEN v END' } ],
	'varbinary(max)' => [ [ '22001' ], sub { 'v' } ],
	'uniqueidentifier' => [ [ '22003' ], sub { 'v' } ],
);

# Values of each local type: some by name, and a way to make others from a number i.
my @moments = ("'infinity'", "'-infinity'", "'0001-01-01'", "'0001-12-31 23:59:59.9999995 BC'", "'1752-12-31 23:59:59.999'", "'1753-01-01'",
	"'1899-12-31 23:59:29.999999'", "'1899-12-31 23:59:30'", "'1999-12-31 23:59:59.999999'", "'2000-01-01 00:00:00.5'", "'1999-12-31 23:59:59.5'",
	"'2079-06-06 23:59:29.999999'", "'2079-06-06 23:59:30'", "'2024-02-29 23:59:59.998333'", "'2024-02-29 23:59:59.998334'", "'9999-12-31 23:59:59.4'",
	"'9999-12-31 23:59:59.998332'", "'9999-12-31 23:59:59.999999'", "'10000-01-01'", "'2024-01-01 00:00:00.005'", "'2024-01-01 00:00:00.001667'");
my $moment = "(timestamp '2000-01-01' + ((random() * 2 - 1) * 10 ^ (i % 17)) * interval '1 microsecond' * 10 ^ (i % 2))";
my $text = "(SELECT string_agg(substr('aZ09 _]''%\\~äÖß€žŸżółćабв日本語\x{FFFD}😀🎉 ', 1 + floor(random() * CASE i % 4 WHEN 0 THEN 11 WHEN 1 THEN 17 ELSE 32 END)::int + 0 * j, 1), '') FROM generate_series(1, i % 24) AS j) || repeat(' ', i % 5)";
my %local = (
	boolean => [ [ 'true', 'false' ], 'i % 2 = 0' ],
	smallint => [ [ -32768, -1, 0, 1, 2, 255, 256, 32767 ], '(random() * 65535 - 32768)::int::smallint' ],
	integer => [ [ -2147483648, -214749, -32769, -1, 0, 1, 255, 32768, 214748, 2147483647 ], '(random() * 4e9 - 2e9)::int >> (i % 31)' ],
	bigint => [ [ "'-9223372036854775808'", -922337203685478, -2147483649, -1, 0, 1, 2147483648, 922337203685477, 9223372036854775807 ],
		'((random() - 0.5) * 10 ^ (i % 19))::bigint' ],
	numeric => [ [ "'NaN'", "'Infinity'", "'-Infinity'", 0, '0.00', 0.5, -0.5, 0.00005, -0.00005, 0.00004999, '1e-39', '5e-39', '-4.999e-39', 254.5, 255.5, 255.4999,
			-32768.5, -32768.49, 214748.36475, 214748.36474, -214748.36485, '922337203685477.58075', '922337203685477.58074', 999.995, 999.9949, -999.995,
			'1' . '0' x 38, '9' x 38, '-' . '9' x 38, '-' . '9' x 38 . '.5', '9' x 38 . '.4', '9' x 28 . '.' . '9' x 10, '9' x 28 . '.' . '9' x 10 . '5', 1e200,
			'0.' . '9' x 38, '0.' . '9' x 39, 10000, 99999999, 100000000, '123456789012.3456' ],
		'((random() - 0.5) * 10 ^ (i % 40 - 4))::numeric * (1 + 1e-9 * i)' ],
	real => [ [ "'NaN'", "'Infinity'", "'-Infinity'", 0, 0.1, -0.1, 3.4028235e38, -3.4028235e38, 1.17549435e-38, 2.5, 3.5 ], '((random() - 0.5) * 10 ^ (i % 70 - 35))::real' ],
	'double precision' => [ [ "'NaN'", "'Infinity'", "'-Infinity'", 0, 0.1, -0.1, 1e39, 1e-60, 2.5, 3.5, -2.5, '1.7976931348623157e308', '2.2250738585072014e-308', 16777217 ],
		'(random() - 0.5) * 10::float8 ^ (i % 90 - 45)' ],
	date => [ [ "'infinity'", "'-infinity'", "'0001-01-01'", "'0001-12-31 BC'", "'9999-12-31'", "'10000-01-01'", "'5874897-12-31'", "'1753-01-01'", "'1752-12-31'", "'2079-06-06'",
			"'2079-06-07'", "'1899-12-31'" ], "date '2000-01-01' + ((random() * 2 - 1) * 10 ^ (i % 7))::int" ],
	timestamp => [ \@moments, $moment ],
	timestamptz => [ \@moments, "$moment\::timestamptz" ],
	time => [ [ "'00:00'", "'24:00'", "'23:59:59.999999'", "'23:59:59.5'", "'23:59:59.499999'", "'12:34:56.0005'" ], "time '00:00' + random() * interval '23:59:59.9'" ],
	uuid => [ [ "'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'" ], 'gen_random_uuid()' ],
	bytea => [ [ "''", "'\\x00'", "'\\xff00ff00'" ], "decode(left(repeat(md5(random()::text), 3), i % 30 * 2), 'hex')" ],
	text => [ [ "''", "' '", "repeat('😀', 10)", "repeat('😀', 10) || ' '", "repeat('x', 9000)", "repeat('日', 5000)", "repeat('€', 20) || '   '" ], $text ],
	'varchar(30)' => [ [ "''" ], "left($text, 30)" ],
);

# local types by remote ones
my @numbers = qw(smallint integer bigint numeric);
my %pairs = (
	bit => [ 'boolean', 'smallint', 'integer' ],
	(map { ($_ => [ @numbers, 'double precision', 'real' ]) } qw(tinyint smallint int)),
	bigint => [ @numbers ],
	(map { ($_ => [ @numbers ]) } grep { /decimal|money/ } keys %remote),
	real => [ 'real', 'double precision' ],
	float => [ 'real', 'double precision', 'smallint', 'integer' ],
	date => [ 'date', 'timestamp' ],
	(map { ($_ => [ 'timestamp', 'date' ]) } grep { /^datetime2|^smalldatetime|^datetime$/ } keys %remote),
	(map { ($_ => [ 'timestamptz' ]) } grep { /^datetimeoffset/ } keys %remote),
	(map { ($_ => [ 'time' ]) } grep { /^time/ } keys %remote),
	(map { ($_ => [ 'text', 'varchar(30)' ]) } grep { /char/ } keys %remote),
	(map { ($_ => [ 'bytea' ]) } grep { /binary/ } keys %remote),
	uniqueidentifier => [ 'uuid' ],
);

$psql->query(<<'SQL');
CREATE TABLE result (id int, expected text, got text, state text);
CREATE FUNCTION write_all(name text, local text, expected text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE r record; error text;
BEGIN
	TRUNCATE result;
	FOR r IN EXECUTE format('SELECT id, v::text AS v, (%s)::text AS e FROM %I', expected, name || '_values') LOOP
		error := NULL;
		BEGIN
			EXECUTE format('INSERT INTO remote.%I VALUES ($1, $2::%s)', name, local) USING r.id, r.v;
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS error = RETURNED_SQLSTATE;
		END;
		INSERT INTO result VALUES (r.id, r.e, NULL, error);
	END LOOP;
	EXECUTE format('UPDATE result SET got = t.v::text FROM remote.%I AS t WHERE t.id = result.id', name);
END $$;
CREATE FUNCTION stored(name text) RETURNS TABLE (id int, stored text) LANGUAGE sql AS $$
	SELECT * FROM tds_mirror_query('erp', format('SELECT id, CONVERT(varchar(max), CONVERT(varbinary(max), v), 1) FROM dbo.%s ORDER BY id', name)) AS s (id int, stored text)
$$;
SQL

# What comes back, and whether it stays what it is when it is written back.
my ($values, $refused) = (0, 0);
my $number = 0;
for my $remote (sort keys %pairs)
{
	my ($states, $expression) = @{ $remote{$remote} };
	for my $local (@{ $pairs{$remote} })
	{
		my ($named, $made) = @{ $local{$local} };
		my $name = 'v' . ++$number;
		my $expected = $expression->($local);
		my $list = join ', ', map { /^[-\d]/ ? "('$_')" : "($_)" } @$named;

		$psql->query("CREATE TABLE ${name}_values (id int GENERATED ALWAYS AS IDENTITY, v $local)");
		$psql->query("INSERT INTO ${name}_values (v) SELECT v::$local FROM (VALUES $list) AS n (v)");
		$psql->query("INSERT INTO ${name}_values (v) SELECT ($made)::$local FROM generate_series(1, $rounds) AS i");
		$psql->query("INSERT INTO ${name}_values (v) VALUES (NULL)");
		$psql->query("SELECT tds_mirror_exec('erp', 'CREATE TABLE dbo.$name (id int NOT NULL PRIMARY KEY, v $remote NULL)')");
		$psql->query("CREATE FOREIGN TABLE remote.$name (id int OPTIONS (key 'true'), v $local) SERVER erp OPTIONS (schema_name 'dbo', table_name '$name')");
		$psql->query("SELECT write_all('$name', '$local', \$expected\$$expected\$expected\$)");
		my $allowed = join ', ', map { "'$_'" } @$states;
		my $wrong = $psql->query("SELECT string_agg(concat_ws(' ', id, v::text, 'expected', coalesce(expected, 'NULL'), 'got', coalesce(got, 'NULL'), state), E'\\n') FROM result JOIN ${name}_values AS g USING (id) "
			  . "WHERE got IS DISTINCT FROM expected OR (state IS NOT NULL) <> (expected IS NULL AND v IS NOT NULL) OR state NOT IN ($allowed)");
		is($wrong, '', "$local written to $remote");
		my ($count, $errors) = split /\|/, $psql->query("SELECT count(*), count(state) FROM result");
		$values += $count;
		$refused += $errors;

		$psql->query("CREATE TEMP TABLE before AS SELECT * FROM stored('$name')");
		$psql->query("UPDATE remote.$name SET v = v WHERE random() >= 0");
		is($psql->query("SELECT string_agg(concat_ws(' ', id, b.stored, a.stored), E'\\n') FROM before AS b FULL JOIN stored('$name') AS a USING (id) WHERE a.stored IS DISTINCT FROM b.stored"),
			'', "$remote written back as it was read into $local");
		$psql->query("DROP TABLE before, ${name}_values; DROP FOREIGN TABLE remote.$name");
	}
}
cmp_ok($values, '>', 70 * $rounds, "$values values");
cmp_ok($refused, '>', 500, "$refused of them refused");

# Values that others have stored.
my %foreign = (
	datetime => [ 'timestamp', sub { sprintf "'%04d-%02d-%02dT%02d:%02d:%02d.%03d'", 1753 + rand(8247), 1 + rand(12), 1 + rand(28), rand(24), rand(60), rand(60), rand(1000) } ],
	'datetime2(6)' => [ 'timestamp', sub { sprintf "'%04d-%02d-%02dT%02d:%02d:%02d.%06d'", 1 + rand(9999), 1 + rand(12), 1 + rand(28), rand(24), rand(60), rand(60), rand(1e6) } ],
	'datetimeoffset(3)' => [ 'timestamptz', sub { sprintf "'%04d-%02d-%02dT%02d:%02d:%02d.%03d+00:00'", 1 + rand(9999), 1 + rand(12), 1 + rand(28), rand(24), rand(60), rand(60), rand(1000) } ],
	'decimal(38,19)' => [ 'numeric', sub { (rand() < 0.5 ? '-' : '') . join('', map { int rand 10 } 1 .. 1 + rand(18)) . '.' . join('', map { int rand 10 } 1 .. 19) } ],
	money => [ 'numeric', sub { sprintf '%s%d.%04d', rand() < 0.5 ? '-' : '', 10**rand(14), rand(10000) } ],
	'float' => [ 'double precision', sub { sprintf '%.16e', (rand() - 0.5) * 10**(rand(600) - 300) } ],
	'nvarchar(50)' => [ 'text', sub { "N'" . join('', map { chr((0x20 + rand(0x5f), 0xa1 + rand(0x500), 0x4e00 + rand(0x2000), 0x1f600 + rand(64))[ rand 4 ]) =~ s/'//gr } 1 .. rand(24)) . "  '" } ],
	'varchar(50)' => [ 'text', sub { "CONVERT(varchar(50), 0x" . join('', map { sprintf '%02x', (0x20 .. 0x7e, 0xa0 .. 0xff, 0x80, 0x82 .. 0x8c)[ rand 201 ] } 0 .. rand(40)) . ')' } ],
	'char(10)' => [ 'char(10)', sub { "'" . 'x' x rand(11) . "'" } ],
	'binary(6)' => [ 'bytea', sub { '0x' . join '', map { sprintf '%02x', rand 256 } 1 .. rand(7) } ],
);
for my $remote (sort keys %foreign)
{
	my ($local, $make) = @{ $foreign{$remote} };
	my $name = 'f' . ++$number;

	for my $declared ('', "OPTIONS (remote_type '$remote')")
	{
		my $rows = join ', ', map { "($_, " . $make->() . ')' } 1 .. 100;
		$psql->query("SELECT tds_mirror_exec('erp', 'CREATE TABLE dbo.$name (id int NOT NULL PRIMARY KEY, v $remote NULL)')");
		$psql->query("SELECT tds_mirror_exec('erp', \$sql\$INSERT INTO dbo.$name VALUES $rows\$sql\$)");
		$psql->query("CREATE FOREIGN TABLE remote.$name (id int OPTIONS (key 'true'), v $local $declared) SERVER erp OPTIONS (schema_name 'dbo', table_name '$name')");
		$psql->query("CREATE TEMP TABLE before AS SELECT * FROM stored('$name')");
		is($psql->query("WITH w AS (UPDATE remote.$name SET v = v WHERE random() >= 0 RETURNING 1) SELECT count(*) FROM w"), '100', "$remote: all rows");
		is($psql->query("SELECT string_agg(concat_ws(' ', id, b.stored, a.stored), E'\\n') FROM before AS b FULL JOIN stored('$name') AS a USING (id) WHERE a.stored IS DISTINCT FROM b.stored"),
			'', "$remote that others have stored, written back");
		$psql->query("DROP TABLE before; DROP FOREIGN TABLE remote.$name; SELECT tds_mirror_exec('erp', 'DROP TABLE dbo.$name')");
	}
}

# What the server says of a table is asked once a login, again when something here has changed, and not kept for ever.
$psql->query("SELECT tds_mirror_exec('erp', 'CREATE TABLE dbo.known (id int NOT NULL PRIMARY KEY, v varchar(5) NULL)')");
$psql->query("CREATE FOREIGN TABLE known (id int OPTIONS (key 'true'), v text) SERVER erp OPTIONS (schema_name 'dbo')");

sub requests { return $pair->a->counter('batches') + $pair->a->counter('calls'); }

sub insert_costs
{
	my ($id) = @_;
	my $before = requests();
	$psql->query("INSERT INTO known VALUES ($id, 'v')");
	return requests() - $before;
}

sub kept { return $psql->query("SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'tds_mirror_fdw written table'"); }

is(insert_costs(1), 5, 'a login, BEGIN, the question, INSERT, COMMIT');
is(insert_costs(2), 3, 'asked once');
$psql->query("ALTER FOREIGN TABLE known ALTER v OPTIONS (ADD remote_type 'varchar(5)')");
is(insert_costs(3), 4, 'asked again when a column has changed');
$psql->query("ALTER SERVER erp OPTIONS (ADD fdw_tuple_cost '0.3')");
is(insert_costs(4), 5, 'and when the server has, after a login');
my $contexts = kept();
for my $id (10 .. 60)
{
	$pair->a->control('cut');
	$psql->query("INSERT INTO known VALUES ($id, 'v')");
}
$psql->query("BEGIN; DELETE FROM known WHERE id = 1; ALTER FOREIGN TABLE known OPTIONS (ADD async_capable 'true'); DELETE FROM known WHERE id = 2; ROLLBACK");
is(kept(), $contexts, 'and kept once, however many logins there were');
$psql->query('DROP FOREIGN TABLE known; CREATE FOREIGN TABLE known (id int, v int) SERVER erp OPTIONS (schema_name \'dbo\', table_name \'nothing\')');
my ($ok, undef, undef, $state) = $psql->try('INSERT INTO known VALUES (1, 1)');
is($ok ? 'accepted' : $state, 'HV00R', 'no such table');
cmp_ok(kept(), '<', $contexts, 'and nothing for a table that is not there any more');

# A database in another encoding.
$psql->query("CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
$psql->query("SELECT tds_mirror_exec('erp', 'CREATE TABLE dbo.latin (id int NOT NULL PRIMARY KEY, v varchar(6) NULL, n nvarchar(6) NULL)')");
my $latin = $cluster->session(database => 'latin');
$latin->query('SET client_encoding = UTF8');
$latin->query(server_sql($pair));
$latin->query("CREATE FOREIGN TABLE latin (id int OPTIONS (key 'true'), v text, n text) SERVER erp OPTIONS (schema_name 'dbo')");
is($latin->query("INSERT INTO latin VALUES (1, 'Grüße', 'Größe'), (2, 'äöüÄÖÜ  ', '') RETURNING v, n"), encode('UTF-8', "Grüße|Größe\näöüÄÖÜ|"), 'written in LATIN1');
is($psql->query("SELECT r FROM tds_mirror_query('erp', 'SELECT id, v, n FROM dbo.latin ORDER BY id') AS r (id int, v text, n text)"), encode('UTF-8', "(1,Grüße,Größe)\n(2,äöüÄÖÜ,\"\")"), 'and read in UTF-8');
($ok, undef, undef, $state) = $latin->try("INSERT INTO latin VALUES (3, 'äöüÄÖÜß', '')");
is($ok ? 'accepted' : $state, '22001', 'too long in LATIN1');

# The code pages that the stand-in does not have: no character is taken that a page lacks.
my $top = "$FindBin::Bin/..";
my $folder = scratch_folder('write-values-programs');
my $objects = build_folder() . '/extension/src';
chomp(my $server = `@{[ $ENV{PG_CONFIG} // 'pg_config' ]} --includedir-server`);
my $out = '';
IPC::Run::run([ qw(gcc -O2 -D_GNU_SOURCE -std=gnu99 -fPIC -shared), "-I$top/include", "-I$top/src/value", "-I$server", '-o', "$folder/encoder.so",
		"$top/test/parameters/encoder.c", glob("$objects/{pure,wire,value}/*.o"), "$objects/session/report.o", '-lsybdb' ], '>', \$out, '2>&1')
  or die "gcc failed:\n$out";
$psql->query("CREATE FUNCTION probe_page(int, text) RETURNS int LANGUAGE c STRICT AS '$folder/encoder.so';
	CREATE FUNCTION probe_encoder(\"any\", text, int) RETURNS float8 LANGUAGE c STRICT AS '$folder/encoder.so'");
for my $page (1250 .. 1258, 874, 932, 936, 949, 950)
{
	my %bytes = map { split /:/ } split /,/,
	  $psql->query("SELECT string_agg(c || ':' || probe_page($page, chr(c)), ',') FROM generate_series(128, 65533) AS c WHERE c NOT BETWEEN 55296 AND 57343");
	my ($taken, @wrong, @missing) = (0);
	for my $code (sort { $a <=> $b } keys %bytes)
	{
		my $encoded = encode("cp$page", my $copy = chr $code, FB_QUIET);
		my $has = length($encoded) > 0 && decode("cp$page", my $again = $encoded) eq chr $code;
		$taken += $bytes{$code} > 0;
		# Windows has control characters where it has no others, and whatever users make of the private ones
		$has ||= $code < 160 && ($page > 1000 || $page == 874) && decode("cp$page", chr $code) eq "\x{FFFD}";
		push @wrong, sprintf('U+%04X', $code) if $bytes{$code} > 0 && !$has;
		push @missing, sprintf('U+%04X', $code) if $bytes{$code} < 0 && $has && !($code >= 0xE000 && $code < 0xF900);
	}
	note("$page: $taken characters; left out: @missing");
	is("@wrong", '', "code page $page: nothing is taken that it lacks");
	is("@missing", $page =~ /^9(32|49|50)$/ ? 'U+0080' : '', "code page $page: next to nothing is left out");
}
is($psql->query("SELECT string_agg(probe_page(65001, t)::text, ' ') FROM (VALUES (''), ('x'), ('ż'), ('日'), ('😀')) AS v (t)"), '0 1 2 3 4', 'UTF-8');
is($psql->query("SELECT string_agg(probe_page(437, t)::text, ' ') FROM (VALUES (''), ('x'), ('xż'), (repeat('x', 5000) || 'é')) AS v (t)"), '0 1 -1 -1', 'of others only ASCII');
is($psql->query("SELECT string_agg(probe_page(1252, repeat(t, 3000))::text, ' ') FROM (VALUES ('x'), ('é'), ('xé€'), (U&'\\0081x'), ('日')) AS v (t)"), '3000 3000 9000 6000 -1', 'long ones');
for my $value ([ '1::int', 'int' ], [ '1::int', 'decimal(18,2)' ], [ '12345.67::numeric', 'decimal(18,2)' ], [ "'2024-02-29 12:34:56.789'::timestamp", 'datetime2(7)' ], [ "'2024-02-29 12:34:56.789'::timestamp", 'datetime' ],
	[ "'twenty characters ..'::text", 'nvarchar(50)' ], [ "'twenty characters ..'::text", 'varchar(50)' ], [ "'zwanzig Zeichen äöü.'::text", 'varchar(50)' ], [ "gen_random_uuid()", 'uniqueidentifier' ], [ '1.5::float8', 'float' ])
{
	note(sprintf '%6.0f ns: %s as %s', $psql->query("SELECT probe_encoder($value->[0], '$value->[1]', 100000)"), @$value);
}

done_testing;
