# npm's tedious, as the lock file pins it: tedious.js does the work, against a pair with a witness.

use strict;
use warnings;
use FindBin;
use Client qw(found relay skip_all);
use TdsMirror::Lab qw(build_folder slurp);
use TdsMirror::Pair;

my $node = found('node') or skip_all('node is not installed');
my $modules = build_folder() . '/clients';
skip_all('the modules cannot be installed: ' . slurp("$modules/why") =~ s/\s+\z//r) if -e "$modules/why";

my $pair = TdsMirror::Pair->start(prefix => 'tedious-', witness => 1,
	a => { advertise => 'PARTNER\\A' }, b => { advertise => 'PARTNER\\B' });

relay($pair, $node, "$FindBin::Bin/tedious.js");
$pair->stop;
