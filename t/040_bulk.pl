# Many rows: COPY and INSERT ... SELECT by multi-row INSERT and by bulk load, what keeps
# a table from the latter, and what stays when something goes wrong in the middle.

use strict;
use warnings;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql);
use TdsMirror::Instance;
use TdsMirror::Lab qw(scratch_folder slurp);
use TdsMirror::Pair;

my @columns = (
	[ id => 'int NOT NULL PRIMARY KEY', 'int' ],
	[ tiny => 'tinyint NULL', 'smallint' ],
	[ small => 'smallint NOT NULL', 'smallint' ],
	[ big => 'bigint NULL', 'bigint' ],
	[ flag => 'bit NULL', 'boolean' ],
	[ price => 'decimal(12,4) NULL', 'numeric(12,4)' ],
	[ huge => 'numeric(38,0) NULL', 'numeric(38,0)' ],
	[ cash => 'money NULL', 'numeric(19,4)' ],
	[ coins => 'smallmoney NULL', 'numeric(10,4)' ],
	[ single => 'real NULL', 'float4' ],
	[ dbl => 'float NULL', 'float8' ],
	[ code => 'char(4) NULL', 'char(4)' ],
	[ name => 'varchar(40) NULL', 'varchar(40)' ],
	[ wide => 'nchar(3) NULL', 'char(3)' ],
	[ title => 'nvarchar(40) NULL', 'varchar(40)' ],
	[ story => 'nvarchar(max) NULL', 'text' ],
	[ plain => 'varchar(max) NULL', 'text' ],
	[ day => 'date NULL', 'date' ],
	[ clock => 'time(3) NULL', 'time(3)' ],
	[ moment => 'datetime NULL', 'timestamp(3)' ],
	[ minute => 'smalldatetime NULL', 'timestamp(0)' ],
	[ precise => 'datetime2(6) NULL', 'timestamp(6)' ],
	[ away => 'datetimeoffset(2) NULL', 'timestamptz(2)' ],
	[ bytes => 'varbinary(16) NULL', 'bytea' ],
	[ blob => 'varbinary(max) NULL', 'bytea' ],
	[ fixed => 'binary(2) NULL', 'bytea' ],
	[ uuid => 'uniqueidentifier NULL', 'uuid' ]);
my $there = join ', ', map { "[$_->[0]] $_->[1]" } @columns;
my $here = join ', ', map { "$_->[0] $_->[2]" } @columns;

# Tables into which nothing is loaded in bulk, and why.
my %unsuited = (
	triggered => 'id int NOT NULL, v int NULL',
	checked => 'id int NOT NULL, v int NULL CHECK (v < 100000)',
	child => 'id int NOT NULL, v int NULL REFERENCES dbo.parent (id)',
);

my $folder = scratch_folder('bulk-files');
my $cluster = TdsMirror::Cluster->start('bulk');
my $pair = TdsMirror::Pair->start(prefix => 'bulk-', script => join '', map { "$_\ngo\n" }
	  (map { "CREATE TABLE dbo.[$_] ($there)" } qw(loaded inserted)),
	'CREATE TABLE dbo.parent (id int NOT NULL PRIMARY KEY)',
	'INSERT INTO dbo.parent VALUES (0), (1), (2)',
	(map { "CREATE TABLE dbo.$_ ($unsuited{$_})" } sort keys %unsuited),
	'CREATE TABLE dbo.seen (n int NOT NULL)',
	'CREATE TRIGGER dbo.watch ON dbo.triggered AFTER INSERT AS INSERT INTO dbo.seen SELECT COUNT(*) FROM inserted',
	"CREATE TABLE dbo.defaulted (id int NOT NULL, v int NULL DEFAULT 7, w nvarchar(10) NULL DEFAULT N'there')",
	'CREATE TABLE dbo.counted (id int IDENTITY(1,1) NOT NULL PRIMARY KEY, v int NULL)',
	'CREATE TABLE dbo.keyed (id int NOT NULL PRIMARY KEY, v nvarchar(20) NULL)',
	'CREATE TABLE dbo.north (id int NOT NULL, region int NOT NULL)',
	'CREATE TABLE dbo.south (id int NOT NULL, region int NOT NULL)',
	'CREATE TABLE dbo.broad (id int NOT NULL, ' . join(', ', map { "c$_ int NULL" } 1 .. 300) . ')');
my $elsewhere = TdsMirror::Pair->start(prefix => 'bulk2-', database => 'crm', script => "CREATE TABLE dbo.east (id int NOT NULL, region int NOT NULL)\ngo\n");
my $a = $pair->a;
my $psql = $cluster->session;
my $other = $cluster->session;

sub foreign_sql
{
	my ($name, $list, $server, $table) = @_;
	return "CREATE FOREIGN TABLE $name ($list) SERVER " . ($server // 'erp') . " OPTIONS (schema_name 'dbo', table_name '" . ($table // $name) . "');\n";
}

$psql->query(server_sql($pair, application_name => 'bulk')
	  . server_sql($elsewhere, name => 'crm', application_name => 'bulk')
	  . foreign_sql('loaded', $here) . foreign_sql('inserted', $here)
	  . join('', map { foreign_sql($_, 'id int, v int') } sort keys %unsuited)
	  . foreign_sql('defaulted', 'id int, v int, w text') . foreign_sql('halved', 'id int, v int', 'erp', 'defaulted')
	  . foreign_sql('counted', 'id int, v int') . foreign_sql('keyed', 'id int, v text')
	  . foreign_sql('broad', 'id int, ' . join(', ', map { "c$_ int" } 1 .. 300))
	  . "ALTER FOREIGN TABLE inserted OPTIONS (ADD batch_size '10')");

sub state_of
{
	my ($session, $sql) = @_;
	my ($ok, $out, $err, $state) = $session->try($sql);
	return $ok ? 'ok' : $state;
}

sub there { return $a->tsql("SELECT $_[0]", database => 'erp') =~ s/\s//gr; }

# What the server has counted since the last time: statements with parameters.
my $calls = 0;
sub calls
{
	my $now = $a->counter('calls');
	my $since = $now - $calls;
	$calls = $now;
	return $since;
}

sub file_of
{
	my ($name, $text) = @_;
	my $path = "$folder/$name";

	open(my $file, '>:encoding(UTF-8)', $path) or die "$path: $!\n";
	print {$file} $text;
	close $file;
	return $path;
}

# Every type, its ends, NULL and empty values, by both roads.
$psql->query("CREATE TABLE sample ($here)");
$psql->query(<<'SQL');
SET TimeZone = 'UTC';
INSERT INTO sample SELECT i, i % 256, i % 1000 - 500, i * 1000000007::bigint, i % 2 = 0, i / 7.0, i * 12345678901234567890::numeric,
 i / 16.0, i / 16.0, i / 3.0, i / 7.0, lpad(i::text, 4), 'name ' || i || chr(223), 'x' || i % 10, 'Größe ✓ 𝄞 ' || i,
 repeat('Ünïcödé ' || i || ' ', i % 50), repeat('plain ', i % 40), date '2000-01-01' + i, time '00:00' + i * interval '1.001 s',
 timestamp '2000-01-01' + i * interval '1.02 s', timestamp '2000-01-01' + i * interval '1 min', timestamp '2000-01-01' + i * interval '1.000001 s',
 timestamptz '2000-01-01' + i * interval '1.25 s', decode(md5(i::text), 'hex'), decode(repeat(md5(i::text), i % 60), 'hex'),
 decode(lpad(to_hex(i), 4, '0'), 'hex'), md5(i::text)::uuid FROM generate_series(1, 2500) AS i;
UPDATE sample SET name = '', title = '', story = '', plain = '', bytes = '', blob = '' WHERE id % 5 = 1;
UPDATE sample SET name = name || '  ', title = title || ' ' WHERE id % 5 = 2;
INSERT INTO sample (id, small) SELECT i, 0 FROM generate_series(3001, 3100) AS i;
INSERT INTO sample (id, tiny, small, big, flag, price, huge, cash, coins, single, dbl, day, clock, moment, minute, precise) VALUES
 (4001, 0, -32768, -9223372036854775808, false, -99999999.9999, -99999999999999999999999999999999999999, -922337203685477.5808, -214748.3648,
  -3.4e38, -1.7e308, '0001-01-01', '00:00', '1753-01-01', '1900-01-01', '0001-01-01'),
 (4002, 255, 32767, 9223372036854775807, true, 99999999.9999, 99999999999999999999999999999999999999, 922337203685477.5807, 214748.3647,
  3.4e38, 1.7e308, '9999-12-31', '23:59:59.999', '9999-12-31 23:59:59.997', '2079-06-06 23:59', '9999-12-31 23:59:59.999999');
SQL
my $rows = $psql->query('SELECT count(*) FROM sample');
my $same = 'SELECT count(*) FROM (SELECT * FROM %s EXCEPT SELECT * FROM sample) AS q';

# Blanks at the end of a value are cut off by FreeTDS 1.5's bulk load: there such rows go another way.
my $trims = $psql->query("SELECT freetds_version FROM tds_mirror_diag('erp')") =~ /^freetds v1\.5\./;
$psql->query('CREATE TABLE sharp AS SELECT * FROM sample; '
	  . 'UPDATE sharp SET name = rtrim(name), title = rtrim(title), story = rtrim(story), plain = rtrim(plain)');
calls();
is(state_of($psql, 'INSERT INTO loaded SELECT * FROM sharp'), 'ok', 'INSERT ... SELECT of every type');
is(calls(), 1, 'one INSERT, and the rest by bulk load');
is($psql->query(sprintf($same, 'loaded') =~ s/sample/sharp/r), 0, 'the same rows');
$psql->query('TRUNCATE loaded');
calls();
is(state_of($psql, 'INSERT INTO loaded SELECT * FROM sample'), 'ok', 'the same with blanks at the end');
cmp_ok(calls(), $trims ? '>' : '==', 1, $trims ? 'by INSERTs, for FreeTDS would cut them off' : 'by bulk load as well');
is($psql->query(sprintf $same, 'loaded'), 0, 'the same rows') or diag $psql->query(sprintf($same, 'loaded') =~ s/count\(\*\)/string_agg(q::text, E'\\n')/r);
is($psql->query('SELECT count(*) FROM loaded'), $rows, 'all of them');
is(state_of($psql, 'INSERT INTO inserted SELECT * FROM sample'), 'ok', 'the same with small batches');
cmp_ok(calls(), '>', 200, 'by INSERTs');
is($psql->query(sprintf $same, 'inserted'), 0, 'the same rows');
is(there('COUNT(*) FROM (SELECT CONVERT(varbinary(max), title) AS t, CONVERT(varbinary(100), name) AS n, bytes, [blob], fixed FROM dbo.loaded '
	  . 'EXCEPT SELECT CONVERT(varbinary(max), title), CONVERT(varbinary(100), name), bytes, [blob], fixed FROM dbo.inserted) AS q'), 0, 'byte by byte');
is(there("CONCAT(SUM(CASE WHEN title = N'' THEN 1 ELSE 0 END), '-', SUM(CASE WHEN title IS NULL THEN 1 ELSE 0 END), '-', "
	  . 'SUM(CASE WHEN DATALENGTH(bytes) = 0 THEN 1 ELSE 0 END)) FROM dbo.loaded'), '500-102-500', 'empty is empty, and NULL is NULL');
$a->tsql("TRUNCATE TABLE dbo.$_", database => 'erp') for qw(loaded inserted);
$psql->query("COPY sample TO '$folder/sample'");
is(state_of($psql, "COPY $_ FROM '$folder/sample'"), 'ok', "COPY into $_") for qw(loaded inserted);
is($psql->query(sprintf $same, $_), 0, "the same rows in $_") for qw(loaded inserted);

# A bad row in the middle: nothing stays.
my $bad = file_of('bad', join '', map { ($_ == 1500 ? 3 : $_) . "\tv$_\n" } 1 .. 3000);
my ($ok, $out, $err, $state) = $psql->try("COPY keyed FROM '$bad'");
is($state, '23505', 'a duplicate key in the middle');
like($err, qr/rows 1001 to 2000 of foreign table "keyed"/, 'says among which rows');
is(there('COUNT(*) FROM dbo.keyed'), 0, 'nothing stays');
is(state_of($psql, "COPY keyed FROM '" . file_of('long', join('', map { "$_\t" . ($_ == 2222 ? 'x' x 21 : 'v') . "\n" } 1 .. 3000)) . "'"), '22001', 'a string that is too long');
is(there('COUNT(*) FROM dbo.keyed'), 0, 'nothing stays');
$psql->query('BEGIN; INSERT INTO keyed VALUES (1, $$one$$); SAVEPOINT s');
is(state_of($psql, "COPY keyed FROM '$bad'"), '23505', 'in a subtransaction');
$psql->query('ROLLBACK TO s; INSERT INTO keyed SELECT i, i::text FROM generate_series(2, 700) AS i; COMMIT');
is(there('COUNT(*) FROM dbo.keyed'), 700, 'what was before and after it stays');
$a->tsql('TRUNCATE TABLE dbo.keyed', database => 'erp');

# Triggers, CHECK and foreign keys count.
my $many = "SELECT i, i %% 3 FROM generate_series(1, 1500) AS i";
for my $table (sort keys %unsuited)
{
	calls();
	is(state_of($psql, sprintf("INSERT INTO $table $many")), 'ok', "rows into $table");
	cmp_ok(calls(), '>', 5, 'by INSERTs');
	is(there("COUNT(*) FROM dbo.$table"), 1500, 'all of them');
}
is(there('SUM(n) FROM dbo.seen'), 1500, 'the trigger has seen each');
is(state_of($psql, 'INSERT INTO checked SELECT i, i * 100 FROM generate_series(1, 1500) AS i'), '23514', 'the CHECK refuses a row');
is(state_of($psql, 'INSERT INTO child SELECT i, i FROM generate_series(1, 1500) AS i'), '23503', 'so does the foreign key');

# DEFAULT: not in place of a NULL, but for a column that is not written.
is(state_of($psql, 'INSERT INTO defaulted SELECT i, NULLIF(i % 2, 0), NULL FROM generate_series(1, 1500) AS i'), 'ok', 'NULLs in columns with DEFAULT');
is(there('CONCAT(COUNT(*), \'-\', COUNT(v), \'-\', COUNT(w)) FROM dbo.defaulted'), '1500-750-0', 'stay NULL');
is(state_of($psql, 'INSERT INTO halved (id, v) SELECT i, NULLIF(i % 2, 0) FROM generate_series(1, 1500) AS i'), 'ok', 'a column with DEFAULT that is not known here');
is(there('CONCAT(COUNT(*), \'-\', COUNT(v), \'-\', COUNT(w)) FROM dbo.defaulted'), '3000-1500-1500', 'gets it, and NULLs stay NULL');

# Characters of the code page, control characters that Windows has in it, and others.
$a->tsql("CREATE TABLE dbo.paged (id int NOT NULL, v varchar(30) COLLATE Latin1_General_100_CI_AS_SC_UTF8 NULL, w varchar(30) NULL)", database => 'erp');
$psql->query(foreign_sql('paged', 'id int, v text, w text'));
$psql->query('CREATE TABLE paged_here AS SELECT i AS id, chr(1040 + i % 32) || i AS v, chr(224 + i % 20) || i || $$€$$ || CASE WHEN i % 100 = 0 THEN chr(129) ELSE $$$$ END AS w FROM generate_series(1, 1500) AS i');
is(state_of($psql, 'INSERT INTO paged SELECT * FROM paged_here'), 'ok', 'characters of two code pages');
$psql->query(foreign_sql('paged_v', 'id int, v text', 'erp', 'paged'));
is($psql->query('SELECT count(*) FROM (TABLE paged_v EXCEPT SELECT id, v FROM paged_here) AS q') . '-' . there('COUNT(*) FROM dbo.paged'), '0-1500', 'the same rows');
is(there('CONCAT(SUM(CASE WHEN CONVERT(varbinary(30), RIGHT(w, 1)) = 0x81 THEN 1 ELSE 0 END), \'-\', SUM(CASE WHEN CONVERT(varbinary(30), w) >= 0xE0 THEN 1 ELSE 0 END), \'-\', '
	  . 'SUM(CHARINDEX(NCHAR(8364), w) - LEN(id) - 2)) FROM dbo.paged'), '15-1500-0', 'in bytes of the code page');
is(state_of($psql, "INSERT INTO paged SELECT i, CASE WHEN i = 0 THEN 'ü' ELSE 'я' END, CASE WHEN i = 1200 THEN 'я' ELSE 'ü' END FROM generate_series(1, 1500) AS i"), '22P05', 'one that the code page lacks');
is(there('COUNT(*) FROM dbo.paged'), 1500, 'nothing of it stays');

# Identity: given or not; wide rows.
is(state_of($psql, 'INSERT INTO counted (v) SELECT i FROM generate_series(1, 1500) AS i'), 'ok', 'identity is made there');
is(there('CONCAT(COUNT(*), \'-\', MIN(id), \'-\', MAX(id), \'-\', SUM(v)) FROM dbo.counted'), '1500-1-1500-1125750', 'for each row');
is(state_of($psql, 'INSERT INTO counted SELECT i, i FROM generate_series(5001, 6500) AS i'), 'ok', 'identity is given');
is(there('MAX(id) FROM dbo.counted'), 6500, 'and taken');
$psql->query('CREATE TABLE broad_here AS SELECT i AS id, ' . join(', ', map { "i * $_ AS c$_" } 1 .. 300) . ' FROM generate_series(1, 1200) AS i');
is(state_of($psql, 'INSERT INTO broad SELECT * FROM broad_here'), 'ok', '301 columns');
is($psql->query('SELECT count(*) FROM (TABLE broad EXCEPT TABLE broad_here) AS q') . '-' . there('COUNT(*) FROM dbo.broad'), '0-1200', 'the same rows');

# COPY with a WHERE that looks at the table: rows that were gathered are there, and stay.
$psql->query(<<'SQL');
CREATE FUNCTION is_new(wanted int) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN RETURN NOT EXISTS (SELECT 1 FROM keyed WHERE id = wanted); END $$;
CREATE FUNCTION fails_inside(wanted int) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
 PERFORM count(*) FROM keyed; INSERT INTO keyed VALUES (-wanted, 'undone'); RAISE EXCEPTION 'undo';
EXCEPTION WHEN raise_exception THEN RETURN true; END $$;
CREATE FUNCTION swallows(wanted int) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
 IF wanted > 30 THEN PERFORM count(*) FROM keyed; END IF; RETURN true;
EXCEPTION WHEN unique_violation THEN RETURN true; END $$;
SQL
my $twice = file_of('twice', join '', map { ($_ % 20) . "\tv$_\n" } 1 .. 60);
is(state_of($psql, "COPY keyed FROM '$twice' WHERE is_new(id)"), 'ok', 'a WHERE that looks for the row');
is(there('COUNT(*) FROM dbo.keyed'), 20, 'finds those that came before');
$a->tsql('TRUNCATE TABLE dbo.keyed', database => 'erp');
is(state_of($psql, "COPY keyed FROM '" . file_of('once', join('', map { "$_\tv\n" } 1 .. 50)) . "' WHERE fails_inside(id)"), 'ok', 'a WHERE with a subtransaction that is rolled back');
is(there('CONCAT(COUNT(*), \'-\', MIN(id)) FROM dbo.keyed'), '50-1', 'takes nothing of ours with it');
$a->tsql('TRUNCATE TABLE dbo.keyed', database => 'erp');
isnt(state_of($psql, "COPY keyed FROM '" . file_of('doubled', join('', map { ($_ == 20 ? 3 : $_) . "\tv\n" } 1 .. 60)) . "' WHERE swallows(id)"), 'ok', 'a WHERE that swallows the error of rows gathered before');
is(there('COUNT(*) FROM dbo.keyed'), 0, 'does not make the statement succeed');

# Partitions on one server, on another, and here.
$psql->query('CREATE TABLE place (id int, region int) PARTITION BY LIST (region); CREATE TABLE place_here PARTITION OF place FOR VALUES IN (3);'
	  . join('', map { "CREATE FOREIGN TABLE place_$_->[0] PARTITION OF place FOR VALUES IN ($_->[1]) SERVER $_->[2] OPTIONS (schema_name 'dbo', table_name '$_->[0]');" }
		  [ 'north', 0, 'erp' ], [ 'south', 1, 'erp' ], [ 'east', 2, 'crm' ]));
my $places = file_of('places', join '', map { "$_\t" . $_ % 4 . "\n" } 1 .. 8000);
is(state_of($psql, "COPY place FROM '$places'"), 'ok', 'COPY into partitions here and there');
is($psql->query('SELECT string_agg(n, $$ $$ ORDER BY n) FROM (SELECT region || $$:$$ || count(*) || $$:$$ || sum(id) AS n FROM place GROUP BY region) AS q'),
	'0:2000:8004000 1:2000:7998000 2:2000:8000000 3:2000:8002000', 'each row where it belongs');
is(state_of($psql, 'INSERT INTO place SELECT i, i % 4 FROM generate_series(1, 8000) AS i'), 'ok', 'INSERT ... SELECT into them');
is($psql->query('SELECT count(*) FROM place'), 16000, 'all of them');

# The connection dies in the middle, the user cancels in the middle.
my $big = file_of('big', join '', map { "$_\tv$_\n" } 1 .. 20000);
$psql->query('SELECT count(*) FROM keyed');
$a->control('fault batch close skip 30 scope bulk');
is(state_of($psql, "COPY keyed FROM '$big'"), '08006', 'the connection dies in the middle of a load');
$a->control('clear');
is(there('COUNT(*) FROM dbo.keyed'), 0, 'nothing stays');
is(state_of($psql, 'SELECT count(*) FROM keyed'), 'ok', 'and the next statement logs in anew');
$a->control('fault batch delay 20000 skip 30 scope bulk');
is(state_of($psql, "SET statement_timeout = '1500ms'; COPY keyed FROM '$big'"), '57014', 'cancelled in the middle of a load');
$a->control('clear');
$psql->query('RESET statement_timeout');
is(there('COUNT(*) FROM dbo.keyed'), 0, 'nothing stays');
is(state_of($psql, "COPY keyed FROM '$big'"), 'ok', 'the same file afterwards');
is(there('COUNT(*) FROM dbo.keyed'), 20000, 'is loaded');

# A login to which the catalog does not show everything.
my $loads = $a->counter('bulk_loads');
is(state_of($psql, "TRUNCATE keyed; COPY keyed FROM '$big'"), 'ok', 'a login that sees all constraints');
cmp_ok($a->counter('bulk_loads'), '>', $loads, 'loads in bulk');
$loads = $a->counter('bulk_loads');
$psql->query("TRUNCATE keyed; ALTER USER MAPPING FOR CURRENT_USER SERVER erp OPTIONS (SET username 'reader')");
is(state_of($psql, "COPY keyed FROM '$big'"), 'ok', 'one that does not');
is($a->counter('bulk_loads'), $loads, 'does not');
is(there('COUNT(*) FROM dbo.keyed'), 20000, 'and writes the same rows');
$psql->query("ALTER USER MAPPING FOR CURRENT_USER SERVER erp OPTIONS (SET username '$TdsMirror::Instance::user')");

# Memory does not grow with the rows.
sub resident
{
	my ($pid) = @_;
	my ($kilobytes) = slurp("/proc/$pid/status") =~ /^RssAnon:\s+(\d+)/m;
	return $kilobytes;
}
my $pid = $psql->query('SELECT pg_backend_pid()');
my $before = resident($pid);
is(state_of($psql, 'INSERT INTO counted (v) SELECT i FROM generate_series(1, 100000) AS i'), 'ok', 'a hundred thousand rows');
cmp_ok(resident($pid) - $before, '<', 8192, 'in the memory of a few');

done_testing();
