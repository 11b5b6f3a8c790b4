# Debian's python3-tds: pytds.py does the work, against a pair with a witness.

use strict;
use warnings;
use FindBin;
use Client qw(relay skip_all);
use TdsMirror::Lab qw(free_port);
use TdsMirror::Pair;

# The interpreter of the distribution: its packages are not those of another one.
my $python = '/usr/bin/python3';
skip_all("$python is not installed") unless -x $python;
my $why = `$python -c 'import pytds' 2>&1`;
skip_all("python3-tds is not installed") if $why =~ /ModuleNotFoundError/;

# It takes one port for both partners, so these have addresses of their own.
my $port = free_port();
my $pair = TdsMirror::Pair->start(prefix => 'pytds-', witness => 1,
	a => { port => $port, advertise => 'PARTNER\\A' },
	b => { port => $port, address => '127.0.0.2', advertise => 'PARTNER\\B' });

relay($pair, $python, "$FindBin::Bin/pytds.py");
$pair->stop;
