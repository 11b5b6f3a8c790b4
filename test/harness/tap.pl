# tap.pl [FILE...]: the programs of t/, one after the other, with their counts.

use strict;
use warnings;
use File::Basename qw(basename);
use FindBin;
use Time::HiRes qw(time);

my $top = "$FindBin::Bin/../..";
my @files = @ARGV ? @ARGV : sort glob("$top/t/*.pl");
my ($passed, $failed) = (0, 0);

$| = 1;
for my $file (@files)
{
	my $name = basename($file);
	my ($p, $f, $skipped, $start) = (0, 0, 0, time);

	print "# $name\n";
	open(my $tap, '-|', "$^X -I$FindBin::Bin/lib $file 2>&1") or die "cannot run $file: $!\n";
	while (my $line = <$tap>)
	{
		$p++ if $line =~ /^ok\b/;
		$f++ if $line =~ /^not ok\b/;
		print "skip $name: $1\n" if $line =~ /^ok\b.*# skip (.*)/;
		if ($line =~ /^1\.\.0 # SKIP (.*)/)
		{
			print "skip $name: $1\n";
			$skipped = 1;
		}
		print "    $line" if $line !~ /^ok\b/;
	}
	$f++ if !close($tap) && !$f;
	$f++ if !$p && !$f && !$skipped;
	printf "%s %s: %d passed, %d failed (%.1f s)\n", $f ? 'FAILED' : 'ok', $name, $p, $f, time - $start;
	$passed += $p;
	$failed += $f;
}
print "tap: $passed passed, $failed failed\n";
exit($failed ? 1 : 0);
