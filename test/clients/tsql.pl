# FreeTDS tsql: login, types, errors, several results, transactions.

use strict;
use warnings;
use Test::More;
use Client qw(run_client tsql_command);
use TdsMirror::Pair;

my $pair = TdsMirror::Pair->start(prefix => 'tsql-');

# Runs batches, each ended by "go"; what tsql printed.
sub tsql
{
	my ($batches, %options) = @_;
	my ($status, $out, $err) =
	  run_client(tsql_command($pair->a, $options{database} // 'erp', %options), "$batches\ngo\n");

	return ($out, $err, $status);
}

# Login.
{
	my ($out, $err, $status) = tsql('SELECT SUSER_SNAME(), DB_NAME(), @@SERVERNAME');
	is($out, "\t\t\nsa\terp\tA\n", 'login to the database asked for');
	is($status, 0, 'status 0');

	(undef, $err, $status) = tsql('SELECT 1', password => 'wrong');
	like($err, qr/^Msg 18456 \(severity 14, state 1\).*\n.*Login failed for user 'sa'/m, 'a wrong password: 18456');
	unlike($err, qr/Msg 4060/, 'and nothing about the database');
	isnt($status, 0, 'which tsql takes for a failed login');

	(undef, $err) = tsql('SELECT 1', database => 'nosuch');
	like($err, qr/Msg 4060.*Cannot open database "nosuch".*Msg 18456/s, 'a database that is not there: 4060, then 18456');

	my ($ok, $out2, $err2) = $pair->b->try_tsql('SELECT 1', database => 'erp');
	like($err2, qr/Msg (?:954|4060)/, 'the mirror refuses the login to the database');
	is($pair->b->tsql('SELECT 1'), '1', 'and takes one to master');
}

# Types: an expression, and the text that tsql makes of it: no seconds of a time.
my @types = (
	[ 'CAST(255 AS tinyint)', '255' ],
	[ 'CAST(-32768 AS smallint)', '-32768' ],
	[ '-2147483647 - 1', '-2147483648' ],
	[ 'CAST(-9223372036854775808 AS bigint)', '-9223372036854775808' ],
	[ 'CAST(1 AS bit)', '1' ],
	[ 'CAST(0.1 AS real)', '0.100000001' ],
	[ 'CAST(1e300 AS float)', '1.0000000000000001e+300' ],
	[ 'CAST(-214748.3648 AS smallmoney)', '-214748.3648' ],
	[ 'CAST(922337203685477.5807 AS money)', '922337203685477.5807' ],
	[ 'CAST(-123.45 AS decimal(5,2))', '-123.45' ],
	[ 'CAST(99999999999999999999999999999999999999 AS decimal(38,0))', '99999999999999999999999999999999999999' ],
	[ 'CAST(0.0000000001 AS numeric(28,10))', '0.0000000001' ],
	[ q{'a''b'}, q{a'b} ],
	[ q{CAST('ab' AS char(4)) + '|'}, 'ab  |' ],
	[ q{CAST('ab' AS varchar(max))}, 'ab' ],
	[ q{N'žluťoučký'}, 'žluťoučký' ],
	[ q{CAST(N'𝄞' AS nvarchar(10))}, '𝄞' ],
	[ q{CAST(N'x' AS nchar(3)) + N'|'}, 'x  |' ],
	[ q{REPLICATE(CAST(N'ab' AS nvarchar(max)), 5000)}, 'ab' x 5000 ],
	[ '0xDEADBEEF', 'deadbeef' ],
	[ 'CAST(0x01 AS binary(4))', '01000000' ],
	[ 'CAST(0x0102 AS varbinary(max))', '0102' ],
	[ q{CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS uniqueidentifier)}, '6F9619FF-8B86-D011-B42D-00C04FC964FF' ],
	[ q{CAST('2024-02-29' AS date)}, 'Feb 29 2024 12:00AM' ],
	[ q{CAST('2024-02-29T23:59:59.997' AS datetime)}, 'Feb 29 2024 11:59PM' ],
	[ q{CAST('2024-02-29T23:59:00' AS smalldatetime)}, 'Feb 29 2024 11:59PM' ],
	[ q{CAST('23:59:59.1234567' AS time(7))}, 'Jan  1 1900 11:59PM' ],
	[ q{CAST('0001-01-01 00:00:00.0000001' AS datetime2(7))}, 'Jan  1 1 12:00AM' ],
	[ q{CAST('2024-02-29 12:00:00 +05:30' AS datetimeoffset(0))}, 'Feb 29 2024 12:00PM' ],
	[ q{CAST('old' AS text)}, 'old' ],
	[ q{CAST(N'älter' AS ntext)}, 'älter' ],
	[ 'CAST(0xCAFE AS image)', 'cafe' ],
	[ q{CAST('<a b="1"/>' AS xml)}, qr{^<a b="1" ?/>$} ],
	[ 'CAST(CAST(5 AS int) AS sql_variant)', '5' ],
	[ q{CAST(N'ž' AS sql_variant)}, 'ž' ],
	[ q{CAST(N'[1, "ž"]' AS json)}, '[1, "ž"]' ],
	[ q{geometry::STGeomFromText('POINT(1 2)', 0).STAsText()}, 'POINT (1 2)' ],
	[ q{geometry::Parse('POINT (1 2)').STAsBinary()}, '0101000000000000000000f03f0000000000000040' ],
	[ q{CAST('/1/2/' AS hierarchyid).ToString()}, '/1/2/' ],
	[ 'CAST(NULL AS int)', 'NULL' ],
	[ 'CAST(NULL AS nvarchar(max))', 'NULL' ],
	[ 'CAST(NULL AS decimal(38,10))', 'NULL' ],
	[ 'CAST(NULL AS datetime2(3))', 'NULL' ]);

for my $type (@types)
{
	my ($expression, $expected) = @$type;
	my ($out, $err) = tsql("SELECT $expression AS v");
	my $got = $out =~ s/\Av\n//r =~ s/\n\z//r;

	like($got, ref $expected ? $expected : qr/^\Q$expected\E$/, $expression) or diag "$out$err";
}

# All of them in one row, and the same row of NULLs.
{
	my $columns = join ', ', map { "$types[$_][0] AS c$_" } grep { $types[$_][0] !~ /REPLICATE/ } 0 .. $#types;
	my ($out, $err) = tsql("SELECT $columns");
	my ($header, $row) = split /\n/, $out;

	is(scalar(split /\t/, $row), scalar(split /\t/, $header), 'every type in one row') or diag $err;
}

# Errors.
for my $case (
	[ 'SELECT 1/0', 8134, 16, 'Divide by zero error encountered.' ],
	[ 'SELECT * FROM dbo.nosuch', 208, 16, q{Invalid object name 'dbo.nosuch'.} ],
	[ 'SELECT nosuch FROM sys.databases', 207, 16, q{Invalid column name 'nosuch'.} ],
	[ 'SELECT 1 +', 102, 15, q{Incorrect syntax near '+'.} ],
	[ q{SELECT CAST('x' AS int)}, 245, 16, q{Conversion failed when converting the varchar value 'x' to data type int.} ],
	[ 'SELECT CAST(1000 AS tinyint)', 220, 16, 'Arithmetic overflow error for data type tinyint, value = 1000.' ],
	[ q{EXEC nosuch_procedure}, 2812, 16, q{Could not find stored procedure 'nosuch_procedure'.} ],
	[ q{RAISERROR('boom %d', 16, 3, 7)}, 50000, 16, 'boom 7' ],
	[ q{THROW 51000, 'thrown', 1}, 51000, 16, 'thrown' ])
{
	my ($batch, $number, $severity, $text) = @$case;
	my (undef, $err) = tsql($batch);

	like($err, qr/^Msg $number \(severity $severity, state \d+\) from A[^\n]*Line 1:\n\s*"\Q$text\E/m, "$number: $batch");
}

# Several results in one batch, and messages between them.
{
	my ($out, $err) = tsql("SELECT 1 AS a; SELECT 2 AS b, 3 AS c WHERE 1 = 0; PRINT 'between'; SELECT 4 AS d");
	is($out, "a\n1\nb\tc\nd\n4\n", 'three results, one of them empty');
	is($err, "between\n", 'and a message');
	($out) = tsql("SELECT v FROM (VALUES (1), (2)) AS t(v); SELECT 1/0; SELECT 3 AS after");
	like($out, qr/^v\n1\n2\n.*after\n3\n/s, 'what stands behind a failed statement is run');
}

# Transactions over several batches of one connection.
{
	my ($out, $err) = tsql(<<'END');
CREATE TABLE dbo.work (id int NOT NULL PRIMARY KEY, note nvarchar(20) NULL)
go
BEGIN TRAN
INSERT INTO dbo.work VALUES (1, N'one')
go
SELECT @@TRANCOUNT AS n
go
ROLLBACK
go
SELECT COUNT(*) AS n FROM dbo.work
go
BEGIN TRAN
INSERT INTO dbo.work VALUES (1, N'one')
SAVE TRAN s
INSERT INTO dbo.work VALUES (2, N'two')
ROLLBACK TRAN s
COMMIT
go
SELECT id, note FROM dbo.work
go
INSERT INTO dbo.work VALUES (1, N'again')
go
SELECT @@TRANCOUNT AS n
END
	is($out, "n\n1\nn\n0\nid\tnote\n1\tone\nn\n0\n", 'rollback, savepoint, commit');
	like($err, qr/^Msg 2627 \(severity 14.*Violation of PRIMARY KEY constraint/s, 'and a violated key');
}

# The count of rows, as the footer has it.
{
	my ($out) = tsql('SELECT v FROM (VALUES (1), (2)) AS t(v)', output => 'v');
	like($out, qr/\(2 rows affected\)/, 'the footer counts the rows');
}

$pair->stop;
done_testing();
