# Judge.pm: what COMMIT was said to have done against what a server holds.
#
# Every transaction wrote two lines.  With the commit log the report has to be what
# the server shows, and has to be there; without it, the only honest report is that
# the outcome is not known.

package Judge;

use strict;
use warnings;
use Exporter 'import';

our @EXPORT_OK = qw(report_of judge);

my $lines = 2;

# What a COMMIT said: committed, undone, unknown, or the SQLSTATE of anything else.
sub report_of
{
	my ($ok, $sqlstate) = @_;

	return 'committed' if $ok;
	return { '08006' => 'undone', '08007' => 'unknown' }->{$sqlstate} // $sqlstate;
}

# runs: hashes with txn, log and report; rows: a line "txn|line" for each row there.
# Returns lists of what is wrong, unresolved and silent.
sub judge
{
	my ($runs, $rows) = @_;
	my (%there, %known);
	my %found = (wrong => [], unresolved => [], silent => []);

	for my $row (@$rows)
	{
		my ($txn, $line) = split /\|/, $row;
		$there{$txn}{$line}++;
	}
	for my $run (@$runs)
	{
		my $name = "$run->{txn} $run->{kind} at $run->{point}";
		my $count = keys %{ $there{ $run->{txn} } // {} };
		my $truth = $count == $lines ? 'committed' : $count == 0 ? 'undone' : "$count of $lines lines";
		my $report = $run->{report};

		$known{ $run->{txn} } = 1;
		if ($truth !~ /^(?:committed|undone)$/)
		{
			push @{ $found{wrong} }, "$name: $truth are there";
		}
		elsif (!$run->{log})
		{
			push @{ $found{silent} }, "$name: $report instead of unknown" if $report ne 'unknown';
		}
		elsif ($report eq 'unknown')
		{
			push @{ $found{unresolved} }, "$name: unknown, but $truth";
		}
		elsif ($report ne $truth)
		{
			push @{ $found{wrong} }, "$name: $report, but $truth";
		}
	}
	push @{ $found{wrong} }, map { "$_: nobody wrote it" } grep { !$known{$_} } sort keys %there;
	return \%found;
}

1;
