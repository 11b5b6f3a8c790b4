# The principal is killed: what the session sees, and what the dead partner is asked.

use strict;
use warnings;
use Test::More;
use Time::HiRes qw(time);
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_rows track_table_sql who_table_sql);
use TdsMirror::Pair;

my $cluster = TdsMirror::Cluster->start('kill');

# With a witness: the mirror takes over by itself.
{
	my $pair = TdsMirror::Pair->start(prefix => 'kill-', witness => 1, script => track_script());
	my $psql = $cluster->session;

	$psql->query(server_sql($pair) . track_table_sql() . who_table_sql());
	is($psql->query('SELECT count(*) FROM track'), track_rows(), 'the principal answers');
	is($psql->query('SELECT instance FROM who'), 'A', 'and it is A');

	my $before = $psql->query('SELECT initial_attempts FROM tds_mirror_partners');
	$pair->a->kill9;
	$pair->wait_principal($pair->b);
	is($psql->query('SELECT count(*) FROM track'), track_rows(), 'idle session: the next statement succeeds');
	is($psql->query('SELECT instance FROM who'), 'B', 'and B answers it');
	my $asked = $psql->query('SELECT initial_attempts FROM tds_mirror_partners') - $before;
	cmp_ok($asked, '<=', 1, 'the dead partner was asked at most once');
	is($psql->query('SELECT principal, switches FROM tds_mirror_partners'), 'failover|1', 'the cache knows');
	ok($psql->query('SELECT last_switch > now() - interval \'5 minutes\' FROM tds_mirror_partners') eq 't',
		'and knows when');

	# The old principal comes back as mirror, by a full copy; then B dies in mid-query.
	$pair->a->launch;
	$pair->wait_synchronized;
	$pair->wait_witness;
	is($pair->state_of($pair->a)->{role_desc}, 'MIRROR', 'the old principal returns as mirror');
	$psql->query("SET statement_timeout = '60s'");
	$pair->b->control('fault row hang 100');
	$psql->send('SELECT sum(id) FROM (SELECT id FROM track OFFSET 0) AS t');
	TdsMirror::Lab::wait_until('the statement is stuck', 20, sub { grep { /row/ } $pair->b->control('events') });
	$pair->b->kill9;
	my ($ok, $out, $err, $state) = $psql->finish;
	if ($ok)
	{
		is($out, track_rows() * (track_rows() + 1) / 2, 'a read that had handed over nothing is run again');
	}
	else
	{
		is($state, '08006', 'rows had been handed over: 08006');
		like($err, qr/DETAIL:.*row/, 'how far it came stands in DETAIL');
		like($err, qr/HINT:/, 'and a hint says what to do');
	}
	$pair->wait_principal($pair->a);
	is($psql->query('SELECT count(*) FROM track'), track_rows(), 'the next statement finds A');
	is($psql->query('SELECT instance FROM who'), 'A', 'by itself');
	$psql->quit;
	$pair->stop;
}

# Without one: nobody takes over until somebody forces service.
{
	my $pair = TdsMirror::Pair->start(prefix => 'alone-', script => track_script());
	my $psql = $cluster->session;

	$psql->query(server_sql($pair, name => 'alone', login_timeout => '3 s'));
	$psql->query('CREATE SCHEMA alone; SET search_path = alone');
	$psql->query(track_table_sql('alone') . who_table_sql('alone'));
	is($psql->query('SELECT instance FROM who'), 'A', 'without a witness: A answers');

	$pair->a->kill9;
	my $start = time;
	my ($ok, $out, $err, $state) = $psql->try('SELECT count(*) FROM track');
	my $elapsed = time - $start;
	ok(!$ok, 'without a witness nobody takes over');
	is($state, '08001', 'the error is 08001');
	cmp_ok($elapsed, '<', 6, 'it comes within the login timeout (3 s, generously)');
	like($err, qr/DETAIL:.*@{[$pair->a->port]}.*refused/is, 'DETAIL names the first partner and why');
	like($err, qr/DETAIL:.*@{[$pair->b->port]}.*4060/s, 'and the second');

	$pair->force_service($pair->b);
	$pair->wait_principal($pair->b);
	is($psql->query('SELECT count(*) FROM track'), track_rows(), 'after a forced service it succeeds');
	is($psql->query('SELECT instance FROM who'), 'B', 'and B answers');
	$psql->quit;
	$pair->stop;
}

done_testing();
