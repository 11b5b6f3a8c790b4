# run.pl: values of every type, through foreign tables and through other clients.
#
# What each value is stands in *.table beside this file.  The values of a relation
# are the columns of one table of the server.  It is read by foreign tables of the
# natural local types and of others, with the option remote_type and without; as
# a whole and column by column; by a scan, by one whose rest had to be stored for
# a second reader, and by lookups of single rows.  Peers (see Peers.pm) read it too.

use strict;
use warnings;
use Digest::MD5 qw(md5_hex);
use Encode qw(encode_utf8);
use FindBin;
use lib $FindBin::Bin;
use Peers;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql);
use TdsMirror::Instance;
use TdsMirror::Pair;
use ValueTable;

use constant LARGE => 4096;    # bytes of text from which a value is told by its sum

$| = 1;
my %relations = ValueTable::relations($FindBin::Bin);
my ($passed, $failed) = (0, 0);
my (%checked, %wrong);

sub say_failed
{
	my ($what) = @_;

	$failed++;
	print "not ok - $what\n" if $failed <= 50;
	return;
}

sub holds
{
	my ($good, $what) = @_;

	return say_failed($what) unless $good;
	$passed++;
	return;
}

sub shown
{
	my ($text) = @_;
	return 'NULL' if $text eq 'NULL';
	$text = pack('H*', $text) unless $text =~ /^md5/;
	return substr($text, 0, 120) =~ s/[^ -~]/sprintf '\\x%02x', ord $&/ger;
}

# Rows of a relation: as many as its longest section has values.
sub row_count
{
	my ($columns) = @_;
	my $most = 0;

	for (@$columns)
	{
		$most = @{ $_->{values} } if @{ $_->{values} } > $most;
	}
	return $most;
}

sub sql_of
{
	my ($section, $id) = @_;
	my $value = $section->{values}[ $id - 1 ];

	return $value ? $value->{sql} : "CAST(NULL AS $section->{type})";
}

# T-SQL that makes the relations that are tables; the text of the one that is a query.
sub table_script
{
	my ($relation) = @_;
	my $columns = $relations{$relation};
	my $script = "CREATE TABLE dbo.$relation (id int NOT NULL PRIMARY KEY, "
	  . join(', ', map { "$_->{column} $_->{type}$_->{collate} NULL" } @$columns) . ")\ngo\n";

	for my $id (1 .. row_count($columns))
	{
		my @given = grep { $_->{values}[ $id - 1 ] } @$columns;

		$script .= "INSERT INTO dbo.$relation (" . join(', ', 'id', map { $_->{column} } @given) . ') VALUES ('
		  . join(', ', $id, map { sql_of($_, $id) } @given) . ")\ngo\n";
	}
	return $script;
}

sub query_text
{
	my ($columns) = @_;
	return join ' UNION ALL ', map {
		my $id = $_;
		"SELECT $id AS id, " . join(', ', map { sql_of($_, $id) . " AS $_->{column}" } @$columns)
	} 1 .. row_count($columns);
}

# The local type of a column in the variant-th foreign table of its relation.
sub local_type
{
	my ($section, $variant) = @_;
	my $as = $section->{as}[$variant];
	my ($length) = $section->{type} =~ /char\((\d+)\)$/;

	return $as unless defined $length;
	return "varchar($length)" if $as eq 'varchar';
	return "character($length)" if $as eq 'bpchar' && $section->{type} =~ /^n?char\(/;
	return $as;
}

# ($as it reads): relation, foreign table, server, number of its local type, by remote_type?
sub foreign_table
{
	my ($relation, $name, $server, $variant, $declared) = @_;
	my @columns = grep { defined $_->{as}[$variant] } @{ $relations{$relation} };
	my $definition = join ', ', 'id int' . ($declared ? " OPTIONS (remote_type 'int')" : ''), map {
		"$_->{column} " . local_type($_, $variant) . ($declared ? " OPTIONS (remote_type '$_->{type}')" : '')
	} @columns;
	my $from = $relation eq 'computed' ? 'query ' . TdsMirror::Foreign::quote(query_text($relations{$relation}))
	  : "schema_name 'dbo', table_name '$relation'";

	return "CREATE FOREIGN TABLE $name ($definition) SERVER $server OPTIONS ($from)";
}

# Each value as hexadecimal digits of its text, a large one as sum and size.
my $seen = <<'SQL';
CREATE FUNCTION seen(value anyelement) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	bytes bytea := convert_to(format('%s', value), 'UTF8');
BEGIN
	RETURN CASE WHEN value IS NULL THEN 'NULL'
		WHEN octet_length(bytes) > LARGE THEN 'md5 ' || md5(bytes) || ' of ' || octet_length(bytes)
		ELSE encode(bytes, 'hex') END;
END $$
SQL
$seen =~ s/LARGE/LARGE/e;

my $cluster = TdsMirror::Cluster->start('values');
my $pair = TdsMirror::Pair->start(prefix => 'values-', plain => 1,
	script => encode_utf8(join '', map { table_script($_) } grep { $_ ne 'computed' } sort keys %relations));
my $psql = $cluster->session;

$psql->query(server_sql($pair, failover_partner => undef)
	. server_sql($pair, failover_partner => undef, name => 'single', max_sessions => 1) =~ s/^.*?(?=CREATE SERVER)//sr);
$psql->query($seen);
$psql->query("CREATE FOREIGN TABLE another (id int) SERVER single OPTIONS (schema_name 'dbo', table_name 'everything')");

# What every value is expected to be, as seen() shows it.
for my $section (map { @$_ } values %relations)
{
	for my $value (@{ $section->{values} })
	{
		my $want = $value->{want};

		$value->{seen} =
		    $want->{null} ? 'NULL'
		  : defined $want->{text} ? unpack('H*', encode_utf8($want->{text}))
		  : $psql->query(encode_utf8("SELECT seen($want->{expression})"));
	}
}

# bpchar with a length is padded; the other local types show what the natural one shows.
sub compare
{
	my ($way, $section, $id, $got, $local) = @_;
	my $value = $section->{values}[ $id - 1 ];
	my $want = $value ? $value->{seen} : 'NULL';
	my $same = $got eq $want;

	if ($same)
	{
		$passed++;
	}
	else
	{
		say_failed("$section->{type} as $local, $way, $section->{column} of row $id ("
			  . encode_utf8(substr(sql_of($section, $id), 0, 60)) . '): ' . shown($got) . ', not ' . shown($want));
		$wrong{"$section->{relation} $section->{column} $id"} = 1;
	}
	$checked{"$section->{relation} $section->{column} $id"} = 1 if $value;
	return;
}

# Rows "id|value|value..." of these columns, all there are.
sub compare_rows
{
	my ($way, $columns, $variant, $out, $count) = @_;
	my %seen_ids;

	for my $line (split /\n/, $out)
	{
		my ($id, @values) = split /\|/, $line, -1;

		$seen_ids{$id}++;
		compare($way, $columns->[$_], $id, $values[$_], local_type($columns->[$_], $variant)) for 0 .. $#$columns;
	}
	if (join(' ', sort { $a <=> $b } keys %seen_ids) ne join(' ', 1 .. $count) || grep { $_ != 1 } values %seen_ids)
	{
		say_failed("$way of " . join(', ', map { $_->{type} } @$columns) . ": rows " . join(' ', sort keys %seen_ids));
	}
	return;
}

sub try_way
{
	my ($way, $columns, $variant, $sql, $count) = @_;
	my ($ok, $out, $err) = $psql->try($sql);

	if (!$ok)
	{
		say_failed("$way of " . (@$columns > 1 ? 'all columns' : "$columns->[0]{type} as " . local_type($columns->[0], $variant))
			  . ': ' . substr($err, 0, 400));
		$psql->try('ROLLBACK');
		return;
	}
	compare_rows($way, $columns, $variant, $out, $count);
	return;
}

# All ways to read a relation into one set of local types.
sub read_relation
{
	my ($relation, $variant, $declared) = @_;
	my @columns = grep { defined $_->{as}[$variant] } @{ $relations{$relation} };
	my $count = row_count($relations{$relation});
	my $note = $declared ? ' with remote_type' : '';
	my $all = join " || '|' || ", 'id', map { "seen($_->{column})" } @columns;

	return unless @columns;
	$psql->query(foreign_table($relation, "read_$_", $_, $variant, $declared)) for 'erp', 'single';
	try_way("a scan$note", \@columns, $variant, "SELECT $all FROM read_erp", $count);
	try_way("a scan of one column$note", [$_], $variant, "SELECT id || '|' || seen($_->{column}) FROM read_erp", $count)
	  for @columns;
	try_way("a stored rest$note", \@columns, $variant, "BEGIN; DECLARE c CURSOR FOR SELECT $all FROM read_single; FETCH 1 FROM c; "
		  . "DO 'BEGIN PERFORM count(*) FROM another; END'; FETCH ALL FROM c; COMMIT", $count);
	try_way("a lookup$note", \@columns, $variant, "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off; "
		  . "SELECT $all FROM generate_series(1, $count) AS g (n), LATERAL (SELECT * FROM read_erp WHERE id = g.n OFFSET 0) AS r; "
		  . 'RESET enable_hashjoin; RESET enable_mergejoin; RESET enable_material', $count);
	holds($psql->query("SELECT count(*) FROM tds_mirror_connections WHERE server_name = 'single'") == 1,
		"the second reader of $relation had no session of its own");
	holds($psql->query("EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM read_erp WHERE id = 1") =~ /Remote SQL: .* WHERE /,
		"a lookup of $relation asks for one row");
	$psql->query('DROP FOREIGN TABLE read_erp, read_single');
	return;
}

for my $relation (sort keys %relations)
{
	for my $variant (0 .. 2)
	{
		read_relation($relation, $variant, 0) unless $relation eq 'objects';
		read_relation($relation, $variant, 1) unless $relation eq 'computed';
	}
}

# The second opinion.
for my $peer (qw(pytds tedious))
{
	my @columns;

	for my $relation (sort keys %relations)
	{
		for my $section (grep { grep { $_ eq $peer } @{ $_->{exact} } } @{ $relations{$relation} })
		{
			my $id = 0;
			my %wanted;

			for my $value (@{ $section->{values} })
			{
				my ($md5, $size) = $value->{seen} =~ /^md5 (\w+) of (\d+)$/;
				my $text = $value->{seen} =~ /^[0-9a-f]*$/ ? Encode::decode_utf8(pack 'H*', $value->{seen}) : undef;

				$wanted{ ++$id } = $value->{want}{null} ? undef : $md5 ? { md5 => $md5, size => $size + 0 } : { text => $text };
			}
			my $from = $relation eq 'computed' ? '(' . query_text($relations{$relation}) . ') AS q' : "dbo.$relation";

			push @columns, [ $relation, $from, $section->{column}, $section->{as}[0], \%wanted ];
		}
	}
	my ($why, $read, @wrong) = Peers::ask($peer, $FindBin::Bin, $pair->a, $pair->database, \@columns);

	if (defined $why)
	{
		print "skip values_$peer: $why\n";
		next;
	}
	say_failed("$peer: $_") for @wrong;
	$passed += $read - @wrong;
	print "$peer read $read values\n";
}

my ($values, $bad) = (scalar keys %checked, scalar keys %wrong);
printf "bar values_checked %d 300 %s\n", $values, $values >= 300 ? 'ok' : 'short';
printf "bar values_wrong %d 0 %s\n", $bad, $bad == 0 ? 'ok' : 'short';
print "values: $passed passed, $failed failed\n";
$psql->quit;
$pair->stop;
exit($failed == 0 && $values >= 300 ? 0 : 1);
