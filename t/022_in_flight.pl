# Statements in flight when their principal dies: sent again where that cannot
# be told, ended with 08006 where it could.

use strict;
use warnings;
use JSON::PP;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_rows track_table_sql who_table_sql);
use TdsMirror::Lab qw(wait_until);
use TdsMirror::Pair;

my $cluster = TdsMirror::Cluster->start('inflight');
my $pair = TdsMirror::Pair->start(prefix => 'inflight-', witness => 1, script => track_script());
my $psql = $cluster->session;
my $lookup = 'SELECT count(title), sum(length(title)) FROM few, '
  . 'LATERAL (SELECT title FROM track WHERE track.id = few.id OFFSET 0) AS t';
my $local = <<'SQL';
SET plan_cache_mode = force_generic_plan;
SET enable_memoize = off;
CREATE TABLE IF NOT EXISTS few AS SELECT i * 10 AS id FROM generate_series(1, 100) AS i;
PREPARE by_id(int) AS SELECT title FROM track WHERE id = $1;
SQL

# Whoever serves, as the harness's own name for it.
sub principal { return $pair->principal; }

# What the scans of a statement say about themselves: the sums of their figures
# and the last partner named.
sub scans
{
	my ($query) = @_;
	my $plan = decode_json($psql->query("EXPLAIN (ANALYZE, FORMAT JSON) $query"))->[0]{Plan};
	my %sum = (rows => 0, bytes => 0, executions => 0, again => 0, plan => $plan->{'Actual Rows'});
	my @nodes = ($plan);

	while (my $node = shift @nodes)
	{
		push @nodes, @{ $node->{Plans} // [] };
		next unless exists $node->{'Remote Partner'};
		$sum{partner} = $node->{'Remote Partner'};
		$sum{rows} += $node->{'Remote Rows'};
		$sum{bytes} += $node->{'Remote Bytes'};
		$sum{executions} += $node->{'Remote Executions'};
		$sum{again} += $node->{'Remote Re-Executions'};
	}
	return \%sum;
}

# The dead partner comes back as mirror, and both are as before.
sub recover
{
	for my $instance ($pair->a, $pair->b)
	{
		waitpid($instance->{pid}, 0) if !alive($instance);
		$instance->launch unless kill 0, $instance->{pid};
	}
	$pair->wait_synchronized;
	$pair->wait_witness;
	$psql->query('SELECT instance FROM who');
	return principal();
}

sub alive
{
	my ($instance) = @_;
	open(my $stat, '<', "/proc/$instance->{pid}/stat") or return 0;
	return (split ' ', <$stat>)[2] ne 'Z';
}

# Kills the principal and waits until the other one serves.
sub switch
{
	my $old = principal();
	my $new = $old == $pair->a ? $pair->b : $pair->a;

	$old->kill9;
	$pair->wait_principal($new);
	return $new;
}

sub lost
{
	my ($query, $name) = @_;
	my ($ok, $out, $err, $state) = $psql->try($query);

	is($state, '08006', "$name: 08006") or diag "$out$err";
	like($err, qr/DETAIL:.*\d+ rows/, "$name: DETAIL says how far it came");
	like($err, qr/HINT:  .*[Rr]un the statement again/, "$name: HINT says what to do");
	return;
}

$psql->query(server_sql($pair, application_name => 'inflight', login_timeout => '30 s')
	  . track_table_sql() . who_table_sql() . $local);
my $whole = $psql->query($lookup);
like($whole, qr/^100\|/, 'a nested loop of a hundred lookups');
my $figures = scans($lookup);
is("$figures->{executions} $figures->{rows} $figures->{again}", '100 100 0', 'a hundred executions, a row each');
cmp_ok($figures->{bytes}, '>', 100 * 40, 'and the bytes that they took');
is(principal()->counter('attentions'), 0, 'none of them needed attention');

# Before the first row: sent again with the values that it had.
principal()->control('fault batch kill scope inflight');
is($psql->query('EXECUTE by_id(1234)'), 'Track 1234', 'killed before the first row: the other partner answers');
my $serving = recover();
$serving->control('fault batch kill scope inflight');
$figures = scans('EXECUTE by_id(77)');
is("$figures->{plan} $figures->{executions} $figures->{again}", '1 2 1', 'EXPLAIN ANALYZE counts it');
$serving = recover();
is($figures->{partner}, $serving->address . ',' . $serving->port, 'and names who answered');

# In the middle of a nested loop, whose portal has rows of the dead principal:
# the pair is synchronous, so the other one has them, too.
$serving->control('fault batch kill skip 40 scope inflight');
is($psql->query($lookup), $whole, 'killed between lookups, SAFETY FULL: the loop goes on');
$serving = recover();
$serving->control('fault batch kill skip 60 scope inflight');
$figures = scans($lookup);
is("$figures->{rows} $figures->{executions} $figures->{again}", '100 101 1', 'one of them was sent twice');
$serving = recover();

# The connection alone is cut: nobody has switched roles.
$serving->control('fault batch reset skip 50 scope inflight');
is($psql->query($lookup), $whole, 'a connection reset between lookups: the loop goes on');
is(principal()->name, $serving->name, 'on the same principal');
$serving->control('fault batch reset count 3 scope inflight');
is($psql->query('EXECUTE by_id(5)'), 'Track 5', 'reset again and again, logins included: it goes on');

# Two scans of one statement: the first is read, the second dies before it began.
$serving->control('fault batch kill skip 1 scope inflight');
is($psql->query('SELECT count(*) FROM (SELECT id FROM track UNION ALL SELECT id FROM track) AS t'), 2 * track_rows(),
	'killed between two scans: the second goes to the other partner');
$serving = recover();

# Between FETCHes of a cursor.
$psql->query("CREATE FOREIGN TABLE wide (id int) SERVER erp
  OPTIONS (query 'SELECT a.id FROM dbo.track AS a CROSS JOIN dbo.track AS b')");
$psql->query('BEGIN; DECLARE c CURSOR FOR SELECT id FROM wide; DECLARE later CURSOR FOR SELECT id FROM track WHERE id = 3');
$psql->query('SAVEPOINT s; SELECT 1; FETCH 10 FROM c; ROLLBACK TO s');
$psql->query('SAVEPOINT s');
switch();
lost('MOVE ALL FROM c', 'killed between FETCHes');
$psql->query('ROLLBACK TO s');
is($psql->query('FETCH ALL FROM later'), '3', 'a cursor that had read nothing: the other partner answers');
$psql->query('ROLLBACK');
recover();

# What was stored before belongs to the statement, whoever serves now.
$psql->query('BEGIN; DECLARE s SCROLL CURSOR FOR SELECT id FROM track WHERE seconds = 150');
my $first = $psql->query('FETCH 3 FROM s');
$psql->query('DECLARE h CURSOR WITH HOLD FOR SELECT id FROM track WHERE seconds = 160');
$psql->query('DECLARE n CURSOR FOR SELECT id FROM track');
is($psql->query('FETCH 2 FROM n'), "1\n2", 'a cursor in the middle of its rows');
is($psql->query('SELECT instance FROM who'), principal()->name, 'makes room for a statement');
switch();
$psql->query('MOVE ABSOLUTE 0 FROM s');
is($psql->query('FETCH 3 FROM s'), $first, 'a SCROLL cursor is rewound without a principal');
is($psql->query('FETCH ALL FROM n') =~ tr/\n// + 1, track_rows() - 2, 'the rows that made room are all there');
$psql->query('COMMIT');
is($psql->query('FETCH ALL FROM h') =~ tr/\n// + 1, 12, 'a cursor WITH HOLD, read at COMMIT, from the other partner');
$psql->query('CLOSE h');
recover();

# Many rescans leave nothing behind.
my $many = 'SELECT count(title) FROM generate_series(1, %d) AS i, '
  . 'LATERAL (SELECT title FROM track WHERE id = i %% 3500 + 1 OFFSET 0) AS t';
$psql->query('SET jit = off');
$psql->query(sprintf $many, 10000);
my ($fds, $rss) = $psql->footprint;
is($psql->query(sprintf $many, 10000), 10000, 'ten thousand rescans');
my ($fds_after, $rss_after) = $psql->footprint;
is($fds_after, $fds, 'leave no file descriptor');
cmp_ok($rss_after - $rss, '<=', 512, 'nor memory');
$psql->quit;
$pair->stop;

# SAFETY OFF, and somebody forces service: the new principal may lack what was read.
$pair = TdsMirror::Pair->start(prefix => 'async-', script => track_script());
$pair->a->tsql('ALTER DATABASE [erp] SET PARTNER SAFETY OFF');
$psql = $cluster->session;
$psql->query(server_sql($pair, name => 'async', application_name => 'inflight', login_timeout => '60 s')
	  . 'CREATE SCHEMA async; SET search_path = async, public;' . track_table_sql('async') . who_table_sql('async') . $local);
is($psql->query('SELECT instance FROM who'), 'A', 'without synchrony: A serves');
for my $case (
	[ 0, 'EXECUTE by_id(9)', 'killed before the first row of all' ],
	[ 40, $lookup, 'killed between lookups' ])
{
	my ($skip, $query, $name) = @{$case};
	my $old = principal();
	my $new = $pair->mirror_of;

	$old->control("fault batch kill skip $skip scope inflight");
	$psql->send($query);
	waitpid($old->{pid}, 0);
	$pair->force_service($new);
	my ($ok, $out, $err, $state) = $psql->finish;
	if ($skip)
	{
		is($state, '08006', "$name, SAFETY OFF: 08006") or diag "$out$err";
		like($err, qr/DETAIL:.*40 rows/, 'DETAIL says how many rows cannot be combined with others');
	}
	else
	{
		is($out, 'Track 9', "$name: nothing to be combined with, so it is sent again") or diag $err;
	}
	is($psql->query('EXECUTE by_id(8)'), 'Track 8', 'the next statement works');
	$old->launch;
	wait_until('the old principal is a suspended mirror', 30, sub { ($pair->state_of($old)->{state_desc} // '') eq 'SUSPENDED' });
	$new->tsql('ALTER DATABASE [erp] SET PARTNER RESUME');
	wait_until('it follows again', 30, sub { ($pair->state_of($new)->{state_desc} // '') =~ /^SYNCHRON/ });
}
$psql->quit;
$pair->stop;

done_testing();
