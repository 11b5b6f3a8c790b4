# await.pl FILE: waits until FILE is there, for a minute.

use strict;
use warnings;
use Time::HiRes qw(sleep);

my ($file) = @ARGV;

for (1 .. 300)
{
	exit 0 if -e $file;
	sleep 0.2;
}
print STDERR "$file does not come\n";
exit 1;
