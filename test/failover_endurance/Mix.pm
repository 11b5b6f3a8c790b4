# Mix.pm: blocks of statements as an application would send them, with what each
# has to answer.
#
# A block is {sql => [...], out => [...], states => [...], kept => N}: the
# statements, the lines they print, the SQLSTATEs they fail with, in order, and how
# many rows they leave behind for good.

package Mix;

use strict;
use warnings;

our $items = 20;
our $endless = 2000000000;

# The tables, on both sides.
our $script = "CREATE TABLE dbo.item (id int NOT NULL PRIMARY KEY, name nvarchar(40) NOT NULL)\ngo\n"
  . 'INSERT INTO dbo.item VALUES ' . join(', ', map { "($_, N'item $_')" } 1 .. $items) . "\ngo\n"
  . "CREATE TABLE dbo.ledger (id bigint NOT NULL PRIMARY KEY, note nvarchar(20) NOT NULL)\ngo\n";

our $tables = <<"EOF2";
CREATE FOREIGN TABLE item (id int, name text) SERVER erp OPTIONS (schema_name 'dbo', table_name 'item');
CREATE FOREIGN TABLE broken (id int, nothing text) SERVER erp OPTIONS (schema_name 'dbo', table_name 'item');
CREATE FOREIGN TABLE too_large (id smallint) SERVER erp OPTIONS (query 'SELECT id * 20000 AS id FROM dbo.item');
CREATE FOREIGN TABLE endless (id bigint) SERVER erp OPTIONS (query 'SELECT id FROM standin_rows($endless)');
CREATE TABLE wanted AS SELECT i AS id FROM generate_series(1, $items) i;
EOF2

my $next = 0;

sub insert
{
	my ($note) = @_;
	return "SELECT tds_mirror_exec('erp', 'INSERT INTO dbo.ledger (id, note) VALUES (" . ++$next . ", N''$note'')')";
}

sub whole_table
{
	return { sql => [ 'SELECT count(*), sum(id) FROM (SELECT id FROM item OFFSET 0) AS travelling' ],
		out => [ "$items|" . $items * ($items + 1) / 2 ] };
}

sub lookups
{
	my @ids = map { 1 + int rand $items } 1 .. 3;

	return {
		sql => [ (map { "SELECT name FROM item WHERE id = $_" } @ids),
			'SELECT count(*), min(i.name) FROM wanted w JOIN item i ON i.id = w.id WHERE w.id < 6' ],
		out => [ (map { "item $_" } @ids), '5|item 1' ],
	};
}

sub cursors
{
	my $some = 1 + int rand 8;

	return {
		sql => [ 'BEGIN', 'DECLARE c CURSOR FOR SELECT id FROM item ORDER BY id', 'DECLARE d CURSOR FOR SELECT name FROM item',
			"FETCH $some FROM c", 'FETCH 1 FROM d', 'FETCH 1 FROM c', 'CLOSE d', 'COMMIT' ],
		out => [ 1 .. $some, 'item 1', $some + 1 ],
	};
}

sub savepoints
{
	return {
		sql => [ 'BEGIN', insert('kept'), 'SAVEPOINT s', insert('undone'), 'ROLLBACK TO s', insert('kept'), 'RELEASE s', 'COMMIT' ],
		out => [ 1, 1, 1 ], kept => 2,
	};
}

sub rolled_back
{
	return { sql => [ 'BEGIN', insert('undone'), 'SELECT count(*) FROM item', 'ROLLBACK' ], out => [ 1, $items ] };
}

sub single_write
{
	return { sql => [ insert('kept') ], out => [ 1 ], kept => 1 };
}

sub errors
{
	my @all = ([ 'SELECT * FROM broken', '42703' ], [ 'SELECT * FROM too_large', '22003' ],
		[ "SELECT tds_mirror_exec('erp', 'INSERT INTO dbo.ledger (id, note) VALUES (NULL, N''x'')')", '23502' ],
		[ "SELECT tds_mirror_exec('erp', 'SELECT FROM WHERE')", '42601' ]);
	my $one = $all[ rand @all ];

	return { sql => [ $one->[0] ], states => [ $one->[1] ] };
}

sub caught_errors
{
	return {
		sql => [ 'BEGIN', insert('kept'), 'SAVEPOINT s', 'SELECT * FROM too_large', 'ROLLBACK TO s', insert('kept'), 'COMMIT' ],
		out => [ 1, 1 ], states => [ '22003' ], kept => 2,
	};
}

sub cancels
{
	return {
		sql => [ "SET statement_timeout = '15ms'", 'SELECT count(*) FROM (SELECT * FROM endless OFFSET 0) AS travelling',
			'RESET statement_timeout' ],
		states => [ '57014' ],
	};
}

# How often of a hundred.
my @mix = ([ 34, \&whole_table ], [ 20, \&lookups ], [ 12, \&cursors ], [ 10, \&savepoints ], [ 8, \&rolled_back ],
	[ 8, \&single_write ], [ 4, \&errors ], [ 3, \&caught_errors ], [ 1, \&cancels ]);

sub one
{
	my $dice = rand 100;

	for my $entry (@mix)
	{
		my ($share, $make) = @$entry;
		return $make->() if ($dice -= $share) < 0;
	}
	return whole_table();
}

# About size statements.
sub block
{
	my ($class, $size) = @_;
	my %block = (sql => [], out => [], states => [], kept => 0);

	while (@{ $block{sql} } < $size)
	{
		my $part = one();

		push @{ $block{sql} }, @{ $part->{sql} };
		push @{ $block{out} }, @{ $part->{out} // [] };
		push @{ $block{states} }, @{ $part->{states} // [] };
		$block{kept} += $part->{kept} // 0;
	}
	return \%block;
}

1;
