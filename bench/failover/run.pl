# run.pl: how long a failover costs, ours beside other clients'.
#
# Times to the first row (Cases.pm), statement by statement through a failover
# (Timeline.pm), cancels in every phase (Cancel.pm), and 200 backends at once against
# a black hole (Storm.pm).  SCALE below 1 makes it
# shorter; then bars of time are printed but do not decide.  ONLY=word[,word]
# measures the cases that contain one of the words.

use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../lib";
use Backend;
use Cancel;
use Cases;
use Peers;
use Report;
use Stage;
use Storm;
use Timeline;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql who_table_sql);
use TdsMirror::Lab qw(slurp);
use TdsMirror::Instance;

my $scale = $ENV{SCALE} || 1;
my $full = $scale >= 1;
my @only = split /,/, $ENV{ONLY} // '';
my $python = '/usr/bin/python3';

sub at_least
{
	my ($least, $whole) = @_;
	my $count = int($whole * $scale + 0.5);
	return $count < $least ? $least : $count;
}

# The load of the last minute: more than the machine has processors spoils the figures.
sub load
{
	my ($load) = slurp('/proc/loadavg') =~ /^(\S+)/;
	return $load;
}

$| = 1;
my $report = Report->new('bench-failover', $scale);
$report->table('case', 'client', 'runs', 'median, ms', 'p95, ms', '');
my $stage = Stage->start;
my $cluster = TdsMirror::Cluster->start('bench', max_connections => 260, restart_after_crash => 'on');
my %bench = (
	stage => $stage,
	cluster => $cluster,
	observer => undef,
	report => $report,
	full => $full,
	runs => at_least(2, 50),
	cancels => at_least(2, 20),
	storm => at_least(20, 200),
	cap => $full ? 20 : 1.5,		# seconds that a peer gets
	capped_runs => $full ? 3 : 1,
	gap => $full ? 5 : 1,			# seconds without a principal
	wrong => 0,
	miscounted => 0,
	named => scalar @only,
	only => sub { my ($name) = @_; !@only || grep { index($name, $_) >= 0 } @only },
);

# A whole pair for each: what one has learned, the others do not know.
my $observer = Backend->start($cluster->port, name => 'observer');
$bench{observer} = $observer;
$observer->query(server_sql($stage->{pair}));
$observer->query(who_table_sql('erp') =~ s/TABLE who/TABLE bench_who/r);
my @clients = ({
	name => 'this',
	ours => 1,
	runner => Peers::Sql->new($cluster, 'SELECT instance FROM bench_who',
		before => sub { $observer->query("SELECT tds_mirror_forget('erp')") }),
});

if (!-x $python || system("$python -c 'import pytds' 2>/dev/null") != 0)
{
	print "skip python3-tds: not installed\n";
}
else
{
	push @clients, { name => 'python3-tds', runner => Peers::Pytds->new($stage, $python) };
}

# In a cluster of its own: what hangs in it can be ended by SIGQUIT alone.
my $theirs = TdsMirror::Cluster->start('peer', restart_after_crash => 'on');
if (Backend->start($theirs->port)->try('CREATE EXTENSION tds_fdw') ne '')
{
	print "skip tds_fdw: not installed\n";
	$theirs->stop;
}
else
{
	my $backend = Backend->start($theirs->port);
	my ($user, $password) = ($TdsMirror::Instance::user, $TdsMirror::Instance::password);
	$backend->query("CREATE SERVER erp FOREIGN DATA WRAPPER tds_fdw OPTIONS (servername '127.0.0.1,127.0.0.2', "
		  . "port '$stage->{port}', database 'erp', tds_version '7.4', msg_handler 'blackhole')");
	$backend->query("CREATE USER MAPPING FOR CURRENT_USER SERVER erp OPTIONS (username '$user', password '$password')");
	$backend->query(who_table_sql('erp') =~ s/TABLE who/TABLE bench_who/r);
	$backend->quit;
	push @clients, {
		name => 'tds_fdw',
		runner => Peers::Sql->new($theirs, 'SELECT instance FROM bench_who', kill => 'QUIT'),
	};
}
$bench{clients} = \@clients;
$report->say('load of the machine: ' . load());

Cases::warm(\%bench);
Cases::cold(\%bench);
Cases::failover(\%bench);
Cases::switch_in_progress(\%bench);
Cases::frozen(\%bench);
Timeline::measure(\%bench);
for my $case (sort keys %{ $bench{dead_attempts} // {} })
{
	my @counts = @{ $bench{dead_attempts}{$case} };
	$report->say(sprintf '%-24s attempts at the bad partner: median %s, most %s', $case,
		Report::median(@counts), Report::percentile(1, @counts));
}
Cancel::measure(\%bench);
Storm::measure(\%bench);
$report->bar(wrong_answers => $bench{wrong}, 0, count => 1);
$report->bar(attempts_miscounted => $bench{miscounted}, 0, count => 1);
$report->say('load of the machine: ' . load());
$observer->quit;
$stage->stop;
exit $report->finish;
