# A wait for the remote side ends when the user says so, in every phase.
#
# What FreeTDS does by itself during a login goes by its own seconds; with a slot
# of 4.8 s the ceilings tell whether somebody waited for the slot's end.

use strict;
use warnings;
use Test::More;
use Time::HiRes qw(sleep time);
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_rows track_table_sql who_table_sql);
use TdsMirror::Hole qw(black_hole);
use TdsMirror::Lab qw(slurp wait_until);
use TdsMirror::Pair;

my $cluster = TdsMirror::Cluster->start('cancel');
my $pair = TdsMirror::Pair->start(prefix => 'cancel-', script => track_script());
my $observer = $cluster->session;

$observer->query(server_sql($pair, login_timeout => '60 s', query_timeout => '99 s') . track_table_sql() . who_table_sql());

# Each phase: the fault that makes the principal fall silent, its argument, and
# what the backend has done before: nothing, so that it makes sure first that the
# principal speaks; logged in and out, so that it does not; logged in.
my %phases = (
	'accepted and silent' => [ 'accept', '0 count 2', 'new' ],
	'accepted and silent, known' => [ 'accept', '0 count 2', 'known' ],
	'after PRELOGIN' => [ 'prelogin', 0, 'known' ],
	'after LOGIN7' => [ 'login', 0, 'new' ],
	'before the first row' => [ 'batch', 0, 'open' ],
	'between rows' => [ 'row', 1000, 'open' ],
);

# Forgets the pair, or only the session.
sub prepare
{
	my ($psql, $before) = @_;

	$psql->query("SELECT tds_mirror_forget('erp')");
	return if $before eq 'new';
	$psql->query('SELECT count(*) FROM who');
	return if $before eq 'open';
	$psql->query("ALTER SERVER erp OPTIONS (SET query_timeout '" . (100 + int rand 1000) . " s')");
}

for my $phase (sort keys %phases)
{
	my ($point, $argument, $before) = @{ $phases{$phase} };

	for my $how ('pg_cancel_backend', 'statement_timeout', 'pg_terminate_backend')
	{
		my $psql = $cluster->session;
		my $pid = $psql->backend;

		prepare($psql, $before);
		$psql->query("SET statement_timeout = '400ms'") if $how eq 'statement_timeout';
		$pair->a->control("fault $point hang $argument");
		$psql->send('SELECT sum(id) FROM (SELECT id FROM track OFFSET 0) AS t');
		if ($how ne 'statement_timeout')
		{
			wait_until('the statement waits', 20, sub { grep { /^$point .* hits [1-9]/ } $pair->a->control('faults') });
			sleep 0.2;
			$observer->query("SELECT $how($pid)");
		}
		my $start = time;
		my ($ok, $out, $err, $state) = eval { $psql->finish };
		my $elapsed = time - $start;

		ok(!$ok, "$phase: $how ends the wait");
		is($state, '57014', "$phase: the error is 57014") unless $how eq 'pg_terminate_backend';
		cmp_ok($elapsed, '<', 3, "$phase: soon");
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
# Between two hosts that swallow packets, and in the pause after both have refused.
my $other = $cluster->session;
$other->backend;
for my $case ('a race', 'a pause')
{
	my @holes;

	$other->query("SELECT tds_mirror_forget('erp')");
	$_->control('refuse on') for $pair->a, $pair->b;
	@holes = map { black_hole($_->address, $_->port) } $pair->a, $pair->b if $case eq 'a race';
	for my $how ('pg_cancel_backend', 'statement_timeout')
	{
		$other->query($how eq 'statement_timeout' ? "SET statement_timeout = '900ms'" : 'RESET statement_timeout');
		my $start = time;
		$other->send('SELECT count(*) FROM who');
		if ($how eq 'pg_cancel_backend')
		{
			sleep 0.9;
			$observer->query("SELECT $how(" . $other->{backend} . ')');
		}
		my ($ok, $out, $err, $state) = $other->finish;
		is($state, '57014', "$case: $how");
		cmp_ok(time - $start, '<', 4, "$case: soon");
	}
	$other->query('RESET statement_timeout');
	undef @holes;
	$_->control('refuse off') for $pair->a, $pair->b;
}
is($other->query('SELECT count(*) FROM who'), 1, 'the next statement works');

# A cancel that the user's own code survives leaves no timer behind: a sleep is one wait.
for my $point ('login', 'batch')
{
	my $sleeper = $cluster->session;
	my $pid = $sleeper->backend;
	my $woken = sub { (slurp("/proc/$pid/status") =~ /^voluntary_ctxt_switches:\s+(\d+)/m)[0] };

	$sleeper->query('CREATE OR REPLACE FUNCTION survive() RETURNS text LANGUAGE plpgsql AS
		$$BEGIN PERFORM count(*) FROM who; RETURN \'read\'; EXCEPTION WHEN query_canceled THEN RETURN \'cut\'; END$$');
	$pair->a->control("fault $point hang 0");
	$sleeper->send("BEGIN; SELECT survive()");
	wait_until('it waits', 20, sub { grep { /^$point .* hits [1-9]/ } $pair->a->control('faults') });
	sleep 0.2;
	$observer->query("SELECT pg_cancel_backend($pid)");
	like(($sleeper->finish)[1], qr/cut/, "$point: the user's code survives a cancel");
	$pair->a->control('clear');
	my $before = $woken->();
	$sleeper->query('SELECT pg_sleep(5)');
	cmp_ok($woken->() - $before, '<', 15, "$point: nothing wakes the backend afterwards");
	$sleeper->quit;
}
$other->quit;
wait_until('no backend is left', 20, sub { $observer->query("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lab' AND pid <> pg_backend_pid()") == 0 });
pass('no backend is left hanging');
$observer->quit;
$pair->stop;

done_testing();
