# Tally.pm: what a long test counts, and its bars, which it prints last.
#
#	check(COUNT == 3, 'there are three', @details);	# details where there are not
#	at_least(runs => $runs, 200);
#	at_most(wrong => $wrong, 0);
#	exit(finish('indoubt'));
#
# A bar that is short counts as failed.

package TdsMirror::Tally;

use strict;
use warnings;
use Exporter 'import';
use Time::HiRes qw(time);

our @EXPORT_OK = qw(check at_least at_most finish say_so some);

my $start = time;
my ($passed, $failed) = (0, 0);
my @bars;

# True if it is good.
sub check
{
	my ($good, $name, @details) = @_;

	$good ? $passed++ : $failed++;
	print $good ? 'ok' : 'not ok', " - $name\n", map { "    $_\n" } $good ? () : @details;
	return $good;
}

sub bar
{
	my ($name, $figure, $limit, $good) = @_;

	check($good, "$name: $figure, limit $limit");
	push @bars, sprintf "bar %s %s %s %s\n", $name, $figure, $limit, $good ? 'ok' : 'short';
	return;
}

sub at_least { my ($name, $figure, $limit) = @_; return bar($name, $figure, $limit, $figure >= $limit); }

sub at_most { my ($name, $figure, $limit) = @_; return bar($name, $figure, $limit, $figure <= $limit); }

# The counts and the bars; the status to end with.
sub finish
{
	my ($suite) = @_;

	print "$suite: $passed passed, $failed failed\n", @bars;
	return $failed ? 1 : 0;
}

# Where the test is.
sub say_so
{
	my ($text) = @_;
	printf "%6.1f s  %s\n", time - $start, $text;
	return;
}

# The first few of a list that may be long.
sub some
{
	my (@list) = @_;
	return @list > 8 ? (@list[0 .. 7], '... ' . @list . ' in all') : @list;
}

1;
