# Tally.pm: what holds and what does not, counted.

package Tally;

use strict;
use warnings;
use Exporter 'import';

our @EXPORT_OK = qw(ok left_out counts);

my ($passed, $failed) = (0, 0);

# details: lines that say more when it does not hold.  The prototype makes a
# number of a match that fails, which would otherwise be no argument at all.
sub ok($$@)
{
	my ($good, $name, @details) = @_;

	print $good ? "ok - $name\n" : "not ok - $name\n";
	print map { "    $_\n" } map { split /\n/ } @details unless $good;
	$good ? $passed++ : $failed++;
	return $good;
}

# An example that cannot be run here, and why.
sub left_out
{
	my ($name, $reason) = @_;
	print "# not run: $name: $reason\n";
	return;
}

sub counts { return ($passed, $failed); }

1;
