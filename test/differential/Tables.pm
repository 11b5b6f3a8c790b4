# Tables.pm: the relations of a seed, on the server, as foreign tables and as local copies.
#
# Relation 1 to 3 has 40 to 150 rows and is seen as foreign_N (everything declared),
# bare_N (nothing declared), query_N (the option "query") and local_N (the copy that
# CREATE TABLE AS made of foreign_N, so that the values are the same by construction).
# parts is partitioned, its partitions are foreign; local_parts is its copy.  here_1
# is local on both sides.  Each seed has a schema, here and in the names there.

package Tables;

use strict;
use warnings;
use Encode qw(encode_utf8);
use Exporter 'import';
use Columns qw(all_columns tsql_literal);
use TdsMirror::Foreign;

our @EXPORT_OK = qw(tsql_script foreign_sql localize);

my @relations = (1 .. 3);
my @parts = ('part_a', 'part_b');

# The text of a query about foreign tables becomes one about the copies.
sub localize
{
	my ($sql) = @_;

	$sql =~ s/\b(?:foreign|bare|query)_(\d)\b/local_$1/g;
	$sql =~ s/\bparts\b/local_parts/g;
	return $sql;
}

sub remote_name
{
	my ($seed, $name) = @_;
	return "s${seed}_$name";
}

# One value in eight is NULL; the first ones of a pool, which come often, make rows meet.
sub value_of
{
	my ($column) = @_;
	my $pool = $column->{pool};

	return if rand() < 0.12;
	return $pool->[ rand() < 0.3 ? rand(@$pool < 8 ? @$pool : 8) : rand(@$pool) ];
}

sub remote_table
{
	my ($name, $first, $rows) = @_;
	my @columns = all_columns();
	my $script = "CREATE TABLE dbo.$name (" . join(', ', map {
		"$_->{name} $_->{remote}" . ($_->{collate} ? " COLLATE $_->{collate}" : '') . ($_->{key} ? ' NOT NULL PRIMARY KEY' : ' NULL')
	} @columns) . ")\ngo\n";
	my @rows;

	for my $id ($first .. $first + $rows - 1)
	{
		push @rows, '(' . join(', ', map { $_->{key} ? $id : tsql_literal($_, value_of($_)) } @columns) . ')';
	}
	while (my @some = splice @rows, 0, 25)
	{
		$script .= "INSERT INTO dbo.$name VALUES\n" . join(",\n", @some) . "\ngo\n";
	}
	return $script;
}

# Takes its values from srand(seed): nothing else may ask rand() meanwhile.
sub tsql_script
{
	my ($seed) = @_;
	my $script = '';

	srand(1000 + $seed);
	$script .= remote_table(remote_name($seed, "t$_"), 1, 40 + int(rand(111))) for @relations;
	$script .= remote_table(remote_name($seed, $parts[$_]), 1 + 30 * $_, 30) for 0 .. $#parts;
	return encode_utf8($script);
}

# declared: with options that say what the columns are on the server
sub foreign_table
{
	my ($name, $seed, $declared, $where) = @_;
	my $list = join ', ', map {
		my @options = $declared ? ("remote_type '$_->{remote}'", $_->{collate} ? "remote_collation '$_->{collate}'" : (),
			$_->{key} ? "key 'true'" : ()) : ();

		my ($type, $collate) = $_->{local} =~ /^(.*?)( COLLATE .*)?$/;

		"$_->{name} $type" . (@options ? ' OPTIONS (' . join(', ', @options) . ')' : '') . ($collate // '') . ($_->{key} ? ' NOT NULL' : '')
	} all_columns();

	return "CREATE FOREIGN TABLE $name ($list) SERVER diff_$seed OPTIONS ($where);\n";
}

sub foreign_sql
{
	my ($seed) = @_;
	my $sql = "CREATE SCHEMA seed_$seed;\nSET search_path = seed_$seed, public;\n";
	my $place = sub { "schema_name 'dbo', table_name '" . remote_name($seed, $_[0]) . "'" };

	for my $number (@relations)
	{
		$sql .= foreign_table("foreign_$number", $seed, 1, $place->("t$number"))
		  . foreign_table("bare_$number", $seed, 0, $place->("t$number"))
		  . foreign_table("query_$number", $seed, 1, "query 'SELECT * FROM dbo." . remote_name($seed, "t$number") . "'")
		  . "CREATE TABLE local_$number AS SELECT * FROM foreign_$number;\n"
		  . "ALTER TABLE local_$number ADD PRIMARY KEY (id);\n";
	}
	$sql .= 'CREATE TABLE parts (' . join(', ', map { "$_->{name} $_->{local}" } all_columns()) . ") PARTITION BY RANGE (id);\n";
	for my $i (0 .. $#parts)
	{
		$sql .= foreign_table($parts[$i], $seed, 1, $place->($parts[$i]))
		  . "ALTER TABLE parts ATTACH PARTITION $parts[$i] FOR VALUES FROM (" . (1 + 30 * $i) . ') TO (' . (31 + 30 * $i) . ");\n";
	}
	return $sql . "CREATE TABLE local_parts AS SELECT * FROM parts;\nCREATE TABLE here_1 AS SELECT * FROM local_3 WHERE id % 2 = 0;\n"
	  . "CREATE INDEX ON here_1 (id);\n"
	  . join('', map { "ANALYZE $_;\n" } 'here_1', 'local_parts', map { "local_$_" } @relations);
}

1;
