# pair.pl: a mirrored pair with the tables of the README's cookbook, which plays
# until LAB_RUN/stop is there; LAB_RUN/ports says where.

use strict;
use warnings;
use File::Basename qw(dirname);
use TdsMirror::Lab qw(append_file slurp);
use TdsMirror::Pair;
use Time::HiRes qw(sleep);

my $folder = $ENV{LAB_RUN};
my $longest = 7200;

unlink "$folder/stop", "$folder/ports", "$folder/ports.new";
$SIG{TERM} = $SIG{INT} = sub { exit 1; };

my $pair = TdsMirror::Pair->start(script => slurp(dirname(__FILE__) . '/schema.sql'));

append_file("$folder/ports.new", $pair->a->port . ' ' . $pair->b->port . "\n");
rename "$folder/ports.new", "$folder/ports" or die "$folder/ports: $!\n";

for (my $waited = 0; $waited < $longest && !-e "$folder/stop"; $waited += 0.2)
{
	sleep 0.2;
}
$pair->stop;
