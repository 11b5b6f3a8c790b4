# Scans.pm: CPU per row of scans, all columns together and each alone, and of COPY.
#
# The clients take turns, run by run, so that a noisy moment of the machine hits
# all of them.  A ratio is the median of the runs' own ratios: what slows the machine
# for some seconds is in both sides of one of them, and falls out.  With and without
# remote_type is measured where columns of characters are read; the worse of the two
# decides.

package Scans;

use strict;
use warnings;
use Ground;
use Report qw(median);

# case, table, columns
my @selections = (
	[ 'scan', 'wide', '*' ],
	[ 'text', 'words', '*' ],
	map { [ "column $_", 'wide', $_ ] } qw(id number amount moment code name flag ratio guid),
);

sub figure
{
	my ($value, $format) = @_;
	return defined $value ? sprintf($format // '%.3f', $value) : '-';
}

# The median over the runs of what part makes of them to what whole does.
sub ratio
{
	my ($runs, $part, $whole) = @_;

	return undef unless $runs->{$part} && $runs->{$whole};
	return median(map { $runs->{$part}[$_] / $runs->{$whole}[$_] } 0 .. $#{ $runs->{$part} });
}

# EXPLAIN ANALYZE of the columns in a schema, in microseconds a row.
sub scan
{
	my ($bench, $backend, $schema, $table, $columns) = @_;
	my $rows = $bench->{ground}{rows}{$table};
	my $cost = Ground::cost($backend, "EXPLAIN (ANALYZE, TIMING OFF) SELECT $columns FROM $schema.$table");
	my ($got) = ($backend->answer)[1] =~ /rows=(\d+) loops=1\)$/;

	$bench->{report}->check(($got // 0) == $rows, "$schema.$table, $columns: $rows rows")
	  or print '# ', ($backend->answer)[1], "\n";
	return 1e6 * $cost / $rows;
}

sub floor
{
	my ($bench, $table, $columns) = @_;
	my $rows = $bench->{ground}{rows}{$table};
	my $figures = $bench->{ground}->program('floor', {}, "SELECT $columns FROM $table");

	$bench->{report}->check($figures->{rows} == $rows, "floor, $columns of $table: $rows rows");
	return 1e6 * $figures->{cpu} / $rows;
}

# The clients of a selection, by name.
sub clients
{
	my ($bench, $table, $columns) = @_;
	my $ground = $bench->{ground};
	my %client = (
		floor => sub { floor($bench, $table, $columns) },
		plain => sub { scan($bench, $ground->{ours}, 'plain', $table, $columns) },
	);

	$client{typed} = sub { scan($bench, $ground->{ours}, 'typed', $table, $columns) }
	  if $columns =~ /^(?:\*|code|name)$/;
	$client{theirs} = sub { scan($bench, $ground->{theirs}, 'theirs', $table, $columns) } if $ground->{theirs};
	return %client;
}

# The runs by client, those of tds_fdw after what is compared with each other; a
# floor that varies much is said.
sub in_turns
{
	my ($bench, $case, %client) = @_;
	my %runs;

	for my $run (1 .. $bench->{runs})
	{
		push @{ $runs{$_} }, $client{$_}->()
		  for sort { ($a =~ /^theirs/) <=> ($b =~ /^theirs/) || $a cmp $b } keys %client;
	}
	if ($runs{floor})
	{
		my @sorted = sort { $a <=> $b } @{ $runs{floor} };
		my $spread = 100 * ($sorted[-1] - $sorted[0]) / median(@sorted);
		$bench->{report}->say(sprintf 'warning: %s: the floor varies by %.0f %%, this machine is busy', $case, $spread)
		  if $spread > 20;
	}
	return \%runs;
}

sub medians
{
	my ($runs) = @_;
	return map { $_ => median(@{ $runs->{$_} }) } keys %$runs;
}

sub worse
{
	my (@values) = sort { $b <=> $a } grep { defined } @_;
	return $values[0];
}

sub scans
{
	my ($bench) = @_;
	my $report = $bench->{report};
	my @columns;

	$report->table('CPU, us per row', 'floor', 'this', 'over the floor', 'with remote_type', 'over the floor', 'tds_fdw', 'this over it');
	for my $selection (grep { $bench->{only}->($_->[0]) } @selections)
	{
		my ($case, $table, $columns) = @$selection;
		my $runs = in_turns($bench, $case, clients($bench, $table, $columns));
		my %cost = medians($runs);
		my %over = map { $_ => ratio($runs, $_, 'floor') } qw(plain typed);
		my $over = worse(values %over);
		my $over_theirs = worse(map { ratio($runs, $_, 'theirs') } qw(plain typed));

		$report->add_row($case, figure($cost{floor}), figure($cost{plain}), figure($over{plain}, '%.2f'),
			figure($cost{typed}), figure($over{typed}, '%.2f'), figure($cost{theirs}), figure($over_theirs, '%.2f'));
		$report->say(sprintf '%-16s floor %s  this %s  with remote_type %s  tds_fdw %s  us per row; over the floor %.2f', $case,
			map({ figure($_) } @cost{qw(floor plain typed theirs)}), $over);
		push @columns, $over if $case =~ /^column/;
		if ($case eq 'scan')
		{
			$report->bar(scan_vs_floor => $over, 1.6);
			$report->bar(scan_vs_tds_fdw => $over_theirs, 0.25) if defined $over_theirs;
		}
		$report->bar(text_vs_floor => $over, 1.3) if $case eq 'text';
	}
	$report->bar(column_worst_vs_floor => worse(@columns), 2.5) if @columns;
	return;
}

# COPY of the foreign table over its parts: its scan, and what COPY adds to a scan
# of the local copy.
sub copy
{
	my ($bench) = @_;
	my ($report, $ground) = @{$bench}{qw(report ground)};
	my $rows = $ground->{rows}{wide};
	my (%client, @over);

	return unless $bench->{only}->('copy');
	for my $schema (qw(plain typed local), $ground->{theirs} ? 'theirs' : ())
	{
		my $backend = $schema eq 'theirs' ? $ground->{theirs} : $ground->{ours};
		my $select = "SELECT * FROM $schema.wide";

		$client{"$schema copy"} = sub { 1e6 * Ground::cost($backend, "COPY ($select) TO '/dev/null'") / $rows };
		$client{"$schema scan"} = sub { 1e6 * Ground::cost($backend, "EXPLAIN (ANALYZE, TIMING OFF) $select") / $rows };
	}
	my $runs = in_turns($bench, 'copy', %client);
	my %cost = medians($runs);

	$report->table('CPU, us per row', 'scan', 'COPY', 'COPY over its parts');
	for my $client ([ plain => 'this' ], [ typed => 'with remote_type' ], [ local => 'local copy' ], [ theirs => 'tds_fdw' ])
	{
		my ($schema, $name) = @$client;
		my ($scan, $copy) = @cost{"$schema scan", "$schema copy"};

		next unless $scan;
		my @parts = map { $runs->{"$schema scan"}[$_] + $runs->{'local copy'}[$_] - $runs->{'local scan'}[$_] } 0 .. $bench->{runs} - 1;
		my $over = ratio({ %$runs, parts => \@parts }, "$schema copy", 'parts');
		push @over, $over if $schema =~ /^(?:plain|typed)$/;
		$report->add_row($name, figure($scan), figure($copy), $schema eq 'local' ? '-' : figure($over, '%.2f'));
		$report->say(sprintf 'copy             %-16s scan %.3f  COPY %.3f us per row', $name, $scan, $copy);
	}
	$report->bar(copy_vs_parts => worse(@over), 1.15);
	return;
}

1;
