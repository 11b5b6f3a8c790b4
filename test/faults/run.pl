# run.pl: every fault of the stand-in, seen by clients that nobody here wrote.

use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Drill;

$| = 1;
for my $part (qw(stream attention mirror))
{
	my $file = "$FindBin::Bin/$part.pl";

	print "# $part.pl\n";
	defined do $file or Drill::ok(0, "$part.pl ran to its end", $@ || $!);
}
my ($passed, $failed) = Drill::counts();
print "faults: $passed passed, $failed failed\n";
exit($failed ? 1 : 0);
