# FreeTDS freebcp: in, out and queryout of a table of the common types, compared.

use strict;
use warnings;
use Test::More;
use Client qw(run_client write_file);
use TdsMirror::Lab qw(slurp scratch_folder);
use TdsMirror::Pair;

my @columns = (
	[ id => 'int NOT NULL' ],
	[ tiny => 'tinyint NULL' ],
	[ small => 'smallint NULL' ],
	[ big => 'bigint NULL' ],
	[ flag => 'bit NULL' ],
	[ price => 'decimal(12,4) NULL' ],
	[ huge => 'numeric(38,0) NULL' ],
	[ cash => 'money NULL' ],
	[ single => 'real NULL' ],
	[ dbl => 'float NULL' ],
	[ code => 'char(4) NULL' ],
	[ name => 'varchar(40) NULL' ],
	[ title => 'nvarchar(40) NULL' ],
	[ day => 'date NULL' ],
	[ moment => 'datetime NULL' ],
	[ precise => 'datetime2(7) NULL' ],
	[ bytes => 'varbinary(16) NULL' ],
	[ uuid => 'uniqueidentifier NULL' ]);

# A native file of FreeTDS carries no NULL, no dates of TDS 7.3 (it reads its own
# back wrongly) and no UTF-16 (it sends UTF-8 in its place).
my @native = grep { $_->[0] !~ /^(?:title|day)$/ } @columns;

sub definition { return '(' . join(', ', map { "$_->[0] $_->[1]" } @_) . ')'; }

my $folder = scratch_folder('freebcp-files');
my $pair = TdsMirror::Pair->start(prefix => 'freebcp-', script => join("\ngo\n",
	(map { "CREATE TABLE dbo.$_ " . definition(@columns) } qw(source copied)), 'CREATE TABLE dbo.native ' . definition(@native)));
my $a = $pair->a;

$a->tsql(<<'SQL', database => 'erp');
INSERT INTO dbo.source VALUES
(1, 0, -32768, -9223372036854775808, 0, -12345678.9012, -99999999999999999999999999999999999999, -922337203685477.5807,
 -1.5, -1e-300, 'ab', 'plain', N'Ünïcödé ✓', '1753-01-01', '1753-01-01T00:00:00', '0001-01-01T00:00:00', 0x00, '00000000-0000-0000-0000-000000000000'),
(2, 255, 32767, 9223372036854775807, 1, 12345678.9012, 99999999999999999999999999999999999999, 922337203685477.5807,
 3.5, 1e300, 'abcd', 'with a | bar', N'𝄞 clef', '9999-12-31', '9999-12-31T23:59:59', '9999-12-31T23:59:59.9999999', 0xDEADBEEF,
 '6F9619FF-8B86-D011-B42D-00C04FC964FF'),
(3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
SQL

sub freebcp
{
	my (@arguments) = @_;
	my ($status, $out, $err) = run_client([ 'freebcp', @arguments, '-S', $a->address . ':' . $a->port,
		'-U', $TdsMirror::Instance::user, '-P', $TdsMirror::Instance::password, '-D', 'erp' ]);

	return ($status, "$out$err");
}

# How many rows of the two tables differ in any column.
sub differing
{
	my ($x, $y, @names) = @_;
	my $same = join ' AND ', map { "(x.$_ = y.$_ OR (x.$_ IS NULL AND y.$_ IS NULL))" } @names;

	return $a->tsql("SELECT COUNT(*) FROM dbo.$x AS x FULL JOIN dbo.$y AS y ON $same WHERE x.id IS NULL OR y.id IS NULL",
		database => 'erp') =~ s/\s//gr;
}

my @names = map { $_->[0] } @columns;

my @native_names = map { $_->[0] } @native;

$a->tsql('CREATE VIEW dbo.filled AS SELECT ' . join(', ', @native_names) . ' FROM dbo.source WHERE id < 3', database => 'erp');
my ($status, $said) = freebcp('dbo.filled', 'out', "$folder/native", '-n');
is($status, 0, 'out, native') or diag $said;
like($said, qr/\b2 rows copied/, 'says how many rows');
($status, $said) = freebcp('dbo.native', 'in', "$folder/native", '-n');
is($status, 0, 'in, native') or diag $said;
like($said, qr/\b2 rows copied/, 'says how many rows');
is(differing('filled', 'native', @native_names), 0, 'the copy is the same in every column');
is(differing('source', 'copied', @names), 3, 'and a comparison with an empty table finds all rows');

# A text file: freebcp itself cuts money and fractions of seconds there.
my @exact = grep { !/^(?:moment|precise|cash|single|dbl)$/ } @names;
($status, $said) = freebcp('dbo.source', 'out', "$folder/text", '-c', '-t', '~');
is($status, 0, 'out, text') or diag $said;
my @lines = split /\n/, slurp("$folder/text");
is(scalar @lines, 3, 'a line a row');
is((split /~/, $lines[1])[3], '9223372036854775807', 'with the values as text');
is($lines[2], '3' . '~' x $#columns, 'and NULL as nothing');
($status, $said) = freebcp('dbo.copied', 'in', "$folder/text", '-c', '-t', '~');
is($status, 0, 'in, text') or diag $said;
is(differing('source', 'copied', @exact), 0, 'the copy is the same');

# queryout: rows of a query, none of what SET FMTONLY ON forbids.
($status, $said) = freebcp('SELECT id, big, title FROM dbo.source WHERE id < 3 ORDER BY id DESC', 'queryout', "$folder/query", '-c');
is($status, 0, 'queryout') or diag $said;
is(slurp("$folder/query"), "2\t9223372036854775807\t𝄞 clef\n1\t-9223372036854775808\tÜnïcödé ✓\n", 'the rows of the query');

# A larger load, in batches, with a hint.
my $rows = 20_000;
$a->tsql('CREATE TABLE dbo.loaded (id int NOT NULL PRIMARY KEY, note nvarchar(40) NULL, v float NULL)', database => 'erp');
write_file("$folder/many", join '', map { "$_\tnote $_\t" . $_ / 4 . "\n" } 1 .. $rows);
($status, $said) = freebcp('dbo.loaded', 'in', "$folder/many", '-c', '-b', '5000', '-h', 'TABLOCK');
is($status, 0, "in, $rows rows") or diag $said;
is($a->tsql('SELECT COUNT(*), SUM(CAST(id AS bigint)), MAX(v) FROM dbo.loaded', database => 'erp') =~ s/\s//gr,
	join('|', $rows, $rows * ($rows + 1) / 2, $rows / 4), 'all of them are there');

# What cannot be loaded.
($status, $said) = freebcp('dbo.loaded', 'in', "$folder/many", '-c');
isnt($status, 0, 'keys that are there already: an error');
like($said, qr/2627/, 'namely 2627');
is($a->tsql('SELECT COUNT(*) FROM dbo.loaded', database => 'erp') + 0, $rows, 'and nothing was added');
($status, $said) = freebcp('dbo.nosuch', 'in', "$folder/many", '-c');
like($said, qr/208/, 'a table that is not there: 208');

# What a load passes by unless it is told not to: triggers, CHECK and FOREIGN KEY.
sub asked { return $a->tsql($_[0], database => 'erp') =~ s/\s//gr; }

$a->tsql(<<'SQL', database => 'erp');
CREATE TABLE dbo.parent (id int PRIMARY KEY)
CREATE TABLE dbo.guarded (id int NOT NULL PRIMARY KEY, n int CONSTRAINT ck_n CHECK (n > 0), p int CONSTRAINT fk_p REFERENCES dbo.parent (id),
	d int DEFAULT 7)
CREATE TABLE dbo.seen (id int)
SQL
$a->tsql('CREATE TRIGGER dbo.notice ON dbo.guarded AFTER INSERT AS INSERT INTO dbo.seen SELECT id FROM inserted', database => 'erp');
my $trust = "SELECT SUM(CONVERT(int, is_not_trusted)) FROM (SELECT is_not_trusted FROM sys.check_constraints WHERE name = 'ck_n' "
	. "UNION ALL SELECT is_not_trusted FROM sys.foreign_keys WHERE name = 'fk_p') AS c";
is(asked($trust), 0, 'constraints that have seen all rows are trusted');
write_file("$folder/bad", "1\t-1\t99\t\n2\t-2\t98\t5\n");
($status, $said) = freebcp('dbo.guarded', 'in', "$folder/bad", '-c', '-h', 'CHECK_CONSTRAINTS');
like($said, qr/547/, 'CHECK_CONSTRAINTS: rows that break one are refused');
is(asked('SELECT COUNT(*) FROM dbo.guarded'), 0, 'the whole load');
($status, $said) = freebcp('dbo.guarded', 'in', "$folder/bad", '-c');
is($status, 0, 'without it they are loaded') or diag $said;
is(asked('SELECT COUNT(*), MIN(n) FROM dbo.guarded'), '2|-2', 'all of them');
is(asked('SELECT COUNT(*) FROM dbo.seen'), 0, 'and no trigger has run');
is(asked($trust), 2, 'constraints that were passed by are not trusted');
is(asked('SELECT d FROM dbo.guarded WHERE id = 1'), 7, 'NULL took the DEFAULT');
write_file("$folder/more", "3\t3\t\t\n4\t4\t\t\n");
($status, $said) = freebcp('dbo.guarded', 'in', "$folder/more", '-c', '-h', 'FIRE_TRIGGERS');
is(asked('SELECT SUM(id) FROM dbo.seen'), 7, 'FIRE_TRIGGERS: the trigger has run');

# freebcp sends one hint at most.
write_file("$folder/nulls", "6\t3\t\t\n7\t4\t\t\n");
($status, $said) = freebcp('dbo.guarded', 'in', "$folder/nulls", '-c', '-h', 'KEEP_NULLS');
is(asked('SELECT COUNT(*) FROM dbo.guarded WHERE d IS NULL'), 2, 'KEEP_NULLS: NULL stays NULL');

# What was loaded is on the other partner as well.
$a->tsql('ALTER DATABASE [erp] SET PARTNER FAILOVER');
$pair->wait_principal($pair->b);
is($pair->b->tsql('SELECT COUNT(*), SUM(CAST(id AS bigint)) FROM dbo.loaded', database => 'erp') =~ s/\s//gr,
	"$rows|" . $rows * ($rows + 1) / 2, 'the other partner has the load too');
$pair->b->tsql('INSERT INTO dbo.guarded (id, n) VALUES (5, 5)', database => 'erp');
is($pair->b->tsql('SELECT MAX(id) FROM dbo.seen', database => 'erp') + 0, 5, 'and the trigger, which runs there');

$pair->stop;
done_testing();
