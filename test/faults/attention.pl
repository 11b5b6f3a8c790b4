# attention.pl: attention that a server ignores, sent by Debian's python3-tds.

use strict;
use warnings;
use Drill qw(ok strikes hits);
use FindBin;
use TdsMirror::Instance;

my $python = '/usr/bin/python3';

if (!-x $python || system("$python -c 'import pytds' 2>/dev/null") != 0)
{
	print "skip attention: python3-tds is not installed\n";
	return 1;
}

my $instance = TdsMirror::Instance->start('ATTENTION');

sub cancel
{
	my @command = ($python, "$FindBin::Bin/attention.py", $instance->address, $instance->port,
		$TdsMirror::Instance::user, $TdsMirror::Instance::password);
	my $out = '';

	eval { IPC::Run::run(\@command, '>&', \$out, IPC::Run::timeout(30)) };
	return $out;
}

$instance->control('fault attention ignore skip 1 scope drill one');
for my $wanted ('cancelled, then 7', 'no answer', 'cancelled, then 7')
{
	my $out = cancel();
	ok($out =~ /^$wanted/, "attention: $wanted", $out);
}
ok("@{[ hits($instance, 'attention') ]}" eq '1 0', 'attention ignore: counted');
ok("@{[ strikes($instance, 'attention') ]}" eq 'ignore 0 drill one', 'attention ignore: recorded');
ok($instance->counter('attentions') >= 3, 'attentions: counted, ignored or not');
$instance->stop;
1;
