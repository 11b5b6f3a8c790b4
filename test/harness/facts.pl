# facts.pl: the stand-in's T-SQL against documented results (test/facts).

use strict;
use warnings;
use FindBin;
use TdsMirror::Instance;

my $partner = TdsMirror::Instance->start('FACTS');

$partner->tsql('CREATE DATABASE facts');
exit(
	system($^X, "$FindBin::Bin/../facts/run.pl", $partner->address, $partner->port,
		$TdsMirror::Instance::user, $TdsMirror::Instance::password, 'facts') == 0 ? 0 : 1);
