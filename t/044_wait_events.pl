# What a backend waits for has a name in pg_stat_activity, where PostgreSQL has
# names for the waits of extensions: from version 17 on.  Before, all are Extension.

use strict;
use warnings;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_table_sql who_table_sql);
use TdsMirror::Hole qw(black_hole);
use TdsMirror::Lab qw(wait_until);
use TdsMirror::Pair;

my $cluster = TdsMirror::Cluster->start('waits');
my $pair = TdsMirror::Pair->start(prefix => 'waits-', script => track_script());
my ($a, $b) = ($pair->a, $pair->b);
my $observer = $cluster->session;
my $named = $observer->query('SHOW server_version_num') >= 170000;

$observer->query(server_sql($pair, login_timeout => '60 s', commit_timeout => '60 s', silence_check => '60 s')
	  . track_table_sql() . who_table_sql());

# The backend of $psql waits for that, or for what there is no name for.
sub waits_for
{
	my ($psql, $event) = @_;
	my $wanted = 'Extension|' . ($named ? $event : 'Extension');
	my $pid = $psql->backend;
	my $seen = '';
	my $ok = eval {
		wait_until("$event is shown", 20, sub {
			$seen = $observer->query("SELECT wait_event_type, wait_event FROM pg_stat_activity WHERE pid = $pid");
			return $seen eq $wanted;
		});
		1;
	};

	ok($ok, "$event") or diag("it shows \"$seen\" instead of \"$wanted\"");
	$observer->query("SELECT pg_cancel_backend($pid)");
	$psql->finish;
	$_->control('clear') for $a, $b;
	return;
}

# Where in a statement the principal falls silent, and the name of the wait.
my @phases = (
	[ 'login hang 0', 'TdsMirrorLogin', 'known' ],
	[ 'batch hang 0', 'TdsMirrorAnswer', 'open' ],
	[ 'row hang 1000', 'TdsMirrorTransfer', 'open' ]);

for my $phase (@phases)
{
	my ($fault, $event, $before) = @$phase;
	my $psql = $cluster->session;

	$psql->backend;
	$psql->query('SELECT count(*) FROM who');
	$psql->query("SELECT tds_mirror_disconnect('erp')") if $before eq 'known';
	$a->control("fault $fault");
	$psql->send('SELECT sum(id) FROM (SELECT id FROM track OFFSET 0) AS t');
	waits_for($psql, $event);
	$psql->quit;
}

# Both hosts swallow packets; both refuse.
{
	my $psql = $cluster->session;

	$psql->backend;
	$_->control('refuse on') for $a, $b;
	my @holes = map { black_hole($_->address, $_->port) } $a, $b;
	$psql->send('SELECT count(*) FROM who');
	waits_for($psql, 'TdsMirrorConnect');
	@holes = ();
	$psql->send('SELECT count(*) FROM who');
	waits_for($psql, 'TdsMirrorPause');
	$_->control('refuse off') for $a, $b;
	$psql->quit;
}

# The answer to COMMIT.  A cancel leaves it in doubt.
{
	my $psql = $cluster->session;

	$psql->backend;
	$psql->query('BEGIN');
	$psql->query("SELECT tds_mirror_exec('erp', 'UPDATE dbo.track SET seconds = seconds')");
	$a->control('fault commit_before_log hang');
	$psql->send('COMMIT');
	waits_for($psql, 'TdsMirrorCommit');
	$psql->quit;
}

# Whoever waits for nothing shows nothing of it.
{
	my $psql = $cluster->session;
	my $pid = $psql->backend;

	$psql->query('SELECT count(*) FROM track');
	$psql->send('SELECT pg_sleep(10)');
	wait_until('it sleeps', 20, sub { $observer->query("SELECT wait_event FROM pg_stat_activity WHERE pid = $pid") eq 'PgSleep' });
	$observer->query("SELECT pg_cancel_backend($pid)");
	$psql->finish;
	is($observer->query("SELECT wait_event FROM pg_stat_activity WHERE pid = $pid"), 'ClientRead', 'an idle backend waits for its client');
	$psql->quit;
}

$observer->quit;
$pair->stop;

done_testing();
