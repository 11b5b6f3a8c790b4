# FreeTDS bsqldb: scripts with GO, and the exit status of errors.

use strict;
use warnings;
use Test::More;
use Client qw(run_client bsqldb_command write_file);
use TdsMirror::Lab qw(slurp scratch_folder);
use TdsMirror::Pair;

my $pair = TdsMirror::Pair->start(prefix => 'bsqldb-');
my $folder = scratch_folder('bsqldb-files');

# Columns without the blanks that pad them.
sub trimmed { return $_[0] =~ s/[ \t]+(?=\||$)//mgr; }

my $script = write_file("$folder/script.sql", <<'SQL');
/* a comment, and
   GO inside of it is text: 'x' */
CREATE TABLE dbo.item (id int IDENTITY(1,1) NOT NULL PRIMARY KEY, name nvarchar(30) NOT NULL,
	price decimal(8,2) NULL, made datetime2(3) NOT NULL DEFAULT ('2020-01-01'))
GO
CREATE VIEW dbo.cheap AS SELECT id, name FROM dbo.item WHERE price < 10
GO
INSERT INTO dbo.item (name, price) VALUES (N'bolt', 0.25), (N'hammer', 12.5)
go
SET IDENTITY_INSERT dbo.item ON
INSERT INTO dbo.item (id, name) VALUES (10, N'nothing')
SET IDENTITY_INSERT dbo.item OFF
GO
IF EXISTS (SELECT * FROM dbo.item WHERE price IS NULL)
BEGIN
	UPDATE dbo.item SET price = 1 WHERE price IS NULL
END
GO
SELECT id, name, price FROM dbo.item ORDER BY id
SELECT COUNT(*) FROM dbo.cheap
SQL

my ($status, $out, $err) = run_client(bsqldb_command($pair->a, 'erp', '-q', '-t', '|', '-i', $script));
is($status, 0, 'a script that succeeds: status 0') or diag $err;
is(trimmed($out), "1|bolt|0.25\n2|hammer|12.50\n10|nothing|1.00\n2\n", 'its rows');
is($err, '', 'and no message');

# Output and errors in files, column names, row counts.
($status, $out, $err) = run_client(bsqldb_command($pair->a, 'erp', '-h', '-t', '|', '-o', "$folder/out", '-e', "$folder/err"),
	"SELECT id AS [the id], name FROM dbo.item WHERE id <= 2\nGO\n");
is($status, 0, 'output to a file');
like(slurp("$folder/out"), qr/the id\s*\|name\s*\n.*1\|bolt\s*\n2\|hammer/s, 'has names and rows');

# What is said about rows that were changed.
($status, $out, $err) = run_client(bsqldb_command($pair->a, 'erp'),
	"UPDATE dbo.item SET price = price * 2 WHERE id <= 2\nGO\nDELETE FROM dbo.item WHERE id = 99\nGO\n");
like($out . $err, qr/2 rows affected.*0 rows affected/s, 'rows affected');

# The first message above severity 10 ends the script, and is its status.
for my $case (
	[ "SELECT 1/0\n", 16, 'an error of severity 16' ],
	[ "SELECT 1 +\n", 15, 'a syntax error' ],
	[ "INSERT INTO dbo.item (name) VALUES (NULL)\n", 16, 'NULL where none may be' ],
	[ "SET IDENTITY_INSERT dbo.item ON INSERT INTO dbo.item (id, name) VALUES (1, N'twice')\n", 14, 'a violated key' ],
	[ "RAISERROR('information', 10, 1)\nGO\nPRINT 'text'\n", 0, 'messages up to severity 10' ])
{
	my ($batch, $expected, $what) = @$case;
	my ($code, $text, $message) = run_client(bsqldb_command($pair->a, 'erp', '-q'), "${batch}GO\nSELECT 'end'\nGO\n");

	is($code, $expected, "$what: status $expected") or diag $message;
	like($text, $expected ? qr/^(?!.*end)/s : qr/^end/, $expected ? 'the rest is not run' : 'the rest is run');
}

# Many batches, and a large one.
my $rows = join ', ', map { "($_)" } 1 .. 1000;
($status, $out, $err) = run_client(bsqldb_command($pair->a, 'erp', '-q'),
	"CREATE TABLE dbo.many (v int NOT NULL)\nGO\n"
	  . ("INSERT INTO dbo.many (v) VALUES $rows\nGO\n" x 30)
	  . "SELECT COUNT(*) FROM dbo.many\nGO\n");
is($out =~ s/\s+//gr, '30000', '30 batches of 1,000 rows') or diag $err;

$pair->stop;
done_testing();
