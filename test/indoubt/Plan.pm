# Plan.pm: which COMMITs are to lose their answer, where, and how.
#
# A run is a transaction whose COMMIT meets a fault.  Points are those of the
# stand-in: before anything is written, hardened by the mirror, committed by the
# principal, before the client is told.

package Plan;

use strict;
use warnings;
use Exporter 'import';

our @EXPORT_OK = qw(runs points);

my @points = qw(commit_before_log commit_after_ship commit_after_local commit_before_reply);

# Kind of fault => how often at each point.
my %with_log = (
	close => 44,		# the session ends
	reset => 44,
	again => 10,		# and so do those that ask what became of it, before or after their tombstone
	kill => 90,			# the process dies; with the witness's vote the mirror takes over
	restart => 20,		# it dies and comes back; there is no witness
	slow => 12,			# the session ends, and the link to the mirror is slow
	late => 6);			# the commit goes on for longer than the client waits
my %without_log = (close => 4, reset => 4, kill => 2, late => 1);

sub points { return @points; }

sub copies
{
	my ($count, $scale) = @_;
	my $scaled = int($count * $scale + 0.5);

	return 1 .. ($scaled < 1 ? 1 : $scaled);
}

sub shuffled
{
	my @cards = @_;
	my @order;

	push @order, splice @cards, int(rand(@cards)), 1 while @cards;
	return @order;
}

# All of them, numbered, in an order that the seed gives; those without a witness
# are last.
sub runs
{
	my ($scale, $seed) = @_;
	my ($number, @runs) = (0);

	srand($seed);
	for my $part ([ 1, \%with_log ], [ 0, \%without_log ])
	{
		my ($log, $kinds) = @$part;

		for my $kind (sort keys %$kinds)
		{
			for my $point (@points)
			{
				push @runs, map { { log => $log, kind => $kind, point => $point } } copies($kinds->{$kind}, $scale);
			}
		}
	}
	@runs = shuffled(@runs);
	@runs = (grep({ $_->{kind} ne 'restart' } @runs), grep({ $_->{kind} eq 'restart' } @runs));
	$_->{txn} = ++$number for @runs;
	return @runs;
}

1;
