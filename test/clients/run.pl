# run.pl: one program a client against the stand-in, and a line of counts each.
#
# A client is free software that nobody here wrote; what it makes of the
# stand-in's answers decides whether those are right.  A program that is not
# installed, or cannot be, gives a line "skip NAME: why".

use strict;
use warnings;
use FindBin;
use TdsMirror::Lab qw(wait_until);

my @names = @ARGV ? @ARGV : qw(tsql bsqldb freebcp pytds tedious tdsfdw chinook);
my ($passed, $failed) = (0, 0);

$| = 1;
for my $name (@names)
{
	my ($p, $f, $skipped) = (0, 0, 0);

	open(my $tap, '-|', "$^X -I$FindBin::Bin/../harness/lib -I$FindBin::Bin $FindBin::Bin/$name.pl 2>&1")
	  or die "cannot run $name.pl: $!\n";
	while (my $line = <$tap>)
	{
		if ($line =~ /^1\.\.0 # SKIP (.*)/)
		{
			print "skip $name: $1\n";
			$skipped = 1;
			next;
		}
		$p++ if $line =~ /^ok\b/;
		$f++ if $line =~ /^not ok\b/;
		print "    $line" if $line !~ /^ok\b/;
	}
	$f++ if !close($tap) && !$f;
	$f++ if !$p && !$f && !$skipped;
	print "$name: $p passed, $f failed\n";
	$passed += $p;
	$failed += $f;
}
print "clients: $passed passed, $failed failed\n";
exit($failed ? 1 : 0);
