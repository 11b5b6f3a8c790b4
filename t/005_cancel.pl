# A wait for the remote side ends when the user says so, in every phase.

use strict;
use warnings;
use Test::More;
use Time::HiRes qw(sleep time);
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_rows track_table_sql who_table_sql);
use TdsMirror::Lab qw(wait_until);
use TdsMirror::Pair;

my $cluster = TdsMirror::Cluster->start('cancel');
my $pair = TdsMirror::Pair->start(prefix => 'cancel-', script => track_script());
my $observer = $cluster->session;

$observer->query(server_sql($pair, login_timeout => '60 s') . track_table_sql() . who_table_sql());

# Each phase: the fault that makes the principal fall silent, its argument, and
# whether the session is open before.  A connection is tried before the login
# makes its own, so silence at accept has to strike twice.
my %phases = (
	'accepted and silent' => [ 'accept', '0 count 2', 0 ],
	'after PRELOGIN' => [ 'prelogin', 0, 0 ],
	'after LOGIN7' => [ 'login', 0, 0 ],
	'before the first row' => [ 'batch', 0, 1 ],
	'between rows' => [ 'row', 1000, 1 ],
);

for my $phase (sort keys %phases)
{
	my ($point, $argument, $open) = @{ $phases{$phase} };

	for my $how ('pg_cancel_backend', 'statement_timeout', 'pg_terminate_backend')
	{
		my $psql = $cluster->session;
		my $pid = $psql->backend;

		$psql->query('SELECT count(*) FROM who') if $open;
		$psql->query("SET statement_timeout = '400ms'") if $how eq 'statement_timeout';
		$pair->a->control("fault $point hang $argument");
		$psql->send('SELECT sum(id) FROM track');
		if ($how ne 'statement_timeout')
		{
			wait_until('the statement waits', 20, sub { grep { /\b$point\b/ } $pair->a->control('events') });
			sleep 0.2;
			$observer->query("SELECT $how($pid)");
		}
		my $start = time;
		my ($ok, $out, $err, $state) = eval { $psql->finish };
		my $elapsed = time - $start;

		ok(!$ok, "$phase: $how ends the wait");
		is($state, '57014', "$phase: the error is 57014") unless $how eq 'pg_terminate_backend';
		cmp_ok($elapsed, '<', 5, "$phase: soon");
		$pair->a->control('clear');
		if ($how ne 'pg_terminate_backend')
		{
			$psql->query('RESET statement_timeout');
			is($psql->query('SELECT count(*) FROM track'), track_rows(), "$phase: the next statement works");
			($ok, $out, $err, $state) = $psql->try("SET statement_timeout = '200ms'; SELECT pg_sleep(20)");
			is($state, '57014', "$phase: statement_timeout still cancels a local query");
		}
		$psql->quit;
	}
}
wait_until('no backend is left', 20, sub { $observer->query("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lab' AND pid <> pg_backend_pid()") == 0 });
pass('no backend is left hanging');
$observer->quit;
$pair->stop;

done_testing();
