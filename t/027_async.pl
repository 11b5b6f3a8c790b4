# Scans below an Append whose servers are asked together.

use strict;
use warnings;
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_rows track_script);
use TdsMirror::Lab qw(wait_until);
use TdsMirror::Pair;

# The first one is mirrored, the others stand alone.
my $cluster = TdsMirror::Cluster->start('together');
my @pair = map { TdsMirror::Pair->start(prefix => "together$_-", plain => $_ > 0, witness => $_ == 0, script => track_script()) } 0 .. 2;
my @server = map { $_->a } @pair;
$server[0]->tsql('ALTER DATABASE erp SET PARTNER TIMEOUT 1');
$_->tsql('ALTER DATABASE erp SET ALLOW_SNAPSHOT_ISOLATION ON') for @server;
my $psql = $cluster->session;
my $columns = '(part int, id int, title text, seconds int)';

sub part_sql
{
	my ($name, $server, $part, %more) = @_;
	my $parent = $more{of} // 'track';
	return "CREATE FOREIGN TABLE $name PARTITION OF $parent FOR VALUES IN ($part) SERVER $server "
	  . "OPTIONS (query 'SELECT $part AS part, id, title, seconds FROM dbo.track'"
	  . ($more{sync} ? ", async_capable 'false'" : '') . ");\n";
}

$psql->query(join '', map {
	server_sql($pair[$_], name => "s$_", async_capable => 'true', application_name => 'together', login_timeout => '30 s',
		silence_check => '1 s', $_ > 0 ? (failover_partner => undef) : ())
} 0 .. 2);
$psql->query("CREATE TABLE track $columns PARTITION BY LIST (part);" . join '', map { part_sql("track$_", "s$_", $_) } 0 .. 2);

sub delay
{
	my ($milliseconds, @which) = @_;
	$server[$_]->control("fault batch delay $milliseconds scope together") for @which ? @which : 0 .. 2;
	return;
}

sub clear
{
	$_->control('clear') for @server;
	return;
}

# All scans of a plan, as EXPLAIN ANALYZE shows them.
sub scans
{
	my ($query) = @_;
	my @nodes = (decode_json($psql->query("EXPLAIN (ANALYZE, FORMAT JSON) $query"))->[0]{Plan});
	my @scans;

	while (my $node = shift @nodes)
	{
		push @nodes, @{ $node->{Plans} // [] };
		push @scans, $node if $node->{'Node Type'} eq 'Foreign Scan';
	}
	return @scans;
}

my $whole = 'SELECT count(*), count(DISTINCT (part, id)), sum(id) FROM track';
my $all = join '|', 3 * track_rows(), 3 * track_rows(), 3 * track_rows() * (track_rows() + 1) / 2;

like($psql->query("EXPLAIN (COSTS OFF) $whole"), qr/(?:Async Foreign Scan on track\d.*){3}/s, 'three scans are asynchronous');
is($psql->query($whole), $all, 'all rows, each once');
is($psql->query('SELECT count(*) FROM tds_mirror_connections'), 3, 'a session a server');

# The servers take their time together.
delay(3000);
my $start = time;
is($psql->query($whole), $all, 'three servers that take three seconds each');
my $took = time - $start;
cmp_ok($took, '>=', 3, 'take three seconds');
cmp_ok($took, '<', 8, 'not nine');
$psql->query('SET enable_async_append = off');
delay(500);
$start = time;
is($psql->query($whole), $all, 'one after the other');
cmp_ok(time - $start, '>=', 1.5, 'they take theirs one after the other');
$psql->query('RESET enable_async_append');

delay(300);
my @figures = map { "$_->{'Actual Rows'}/$_->{'Remote Rows'}/$_->{'Remote Executions'}" } scans('SELECT * FROM track');
is("@figures", join(' ', (join '/', (track_rows()) x 2, 1) x 3), 'EXPLAIN ANALYZE counts each row once');
is(scalar(grep { $_->{'Async Capable'} } scans('SELECT * FROM track WHERE id % 100 = 7')), 3, 'with a condition of ours, too');
is($psql->query('SELECT count(*), sum(part) FROM track WHERE substr(title, 7) = id::text'), join('|', 3 * track_rows(), 3 * track_rows()),
	'rows are filtered here');

# LIMIT has enough before some have answered.
my $sessions = 'SELECT server_name, since FROM tds_mirror_connections ORDER BY 1';
my $same = $psql->query($sessions);
delay(1000, 1, 2);
is($psql->query('SELECT part FROM track LIMIT 2'), "0\n0", 'LIMIT takes what is there');
is($psql->query($whole), $all, 'the next statement works');
is($psql->query($sessions), $same, 'on the same connections');
delay(6000, 1, 2);
$start = time;
is($psql->query('SELECT part FROM track LIMIT 2'), "0\n0", 'LIMIT, when the others are deaf to attention');
cmp_ok(time - $start, '<', 5.5, 'waits for them as long as it takes to be sure of that');
clear();
is($psql->query($whole), $all, 'the next statement works');

# Nobody is asked when no row can qualify.
my @before = map { $_->counter('batches') } @server;
$psql->query('SET plan_cache_mode = force_generic_plan; PREPARE by_seconds(int) AS SELECT count(*) FROM track WHERE seconds = $1');
is($psql->query('EXECUTE by_seconds(NULL)'), 0, 'a parameter that is NULL');
is($psql->query('EXPLAIN (COSTS OFF) EXECUTE by_seconds(150)') =~ /Async/, 1, 'EXPLAIN');
is(join(' ', map { $_->counter('batches') } @server), "@before", 'asks nobody');
is($psql->query('EXECUTE by_seconds(150)'), 36, 'another one asks');

# Rescans, also of requests that are not answered yet.
delay(200);
is($psql->query('SELECT sum(n) FROM generate_series(100, 103) AS s, LATERAL (SELECT count(*) AS n FROM track WHERE seconds = s OFFSET 0) AS t'),
	$psql->query('SELECT count(*) FROM track WHERE seconds BETWEEN 100 AND 103'), 'a rescan with other values');
delay(700, 1, 2);
is($psql->query('SELECT count(*) FROM generate_series(1, 3) AS s, LATERAL (SELECT id FROM track WHERE seconds = 100 + s LIMIT 1) AS t'), 3,
	'with requests pending');
clear();
is($psql->query('SELECT count(*) FROM generate_series(1, 2) AS s LEFT JOIN (SELECT id FROM track OFFSET 0) AS t ON t.id > s * 3000'),
	$psql->query('SELECT (SELECT count(*) FROM track WHERE id > 3000) + 1'), 'with the same');

# A cursor that stands still.
$psql->query('BEGIN; DECLARE c CURSOR FOR SELECT part FROM track');
delay(1500, 2);
is(scalar(split /\n/, $psql->query('FETCH 10 FROM c')), 10, 'a cursor');
is($psql->query('SELECT count(*) FROM track2'), track_rows(), 'while a server is asked for something else');
is(scalar(split /\n/, $psql->query('FETCH ALL FROM c')), 3 * track_rows() - 10, 'has all its rows');
delay(6000, 2);
$psql->query('CLOSE c; DECLARE c CURSOR FOR SELECT part FROM track; FETCH 10 FROM c; CLOSE c');
$psql->query('COMMIT');
clear();
is($psql->query($whole), $all, 'closed with a request pending');

# An error in one of them.
delay(5000, 0, 1);
$server[2]->control('fault batch error 8134 scope together');
$start = time;
my ($ok, $out, $err, $state) = $psql->try($whole);
is($state, '22012', 'an error of one server');
cmp_ok(time - $start, '<', 5, 'waits for no other');
$server[2]->control('fault row error 100 scope together');
delay(5000, 0, 1);
($ok, $out, $err, $state) = $psql->try($whole);
is($ok ? 1 : 0, 0, "an error between rows, while others are pending: $state");
clear();
is($psql->query($whole), $all, 'the next statement works');

# A session for each would be too many: turns.
$psql->query("ALTER SERVER s1 OPTIONS (ADD max_sessions '1');"
	  . "CREATE TABLE one $columns PARTITION BY LIST (part);" . join '', map { part_sql("one$_", 's1', $_, of => 'one') } 0 .. 3);
is($psql->query('SELECT count(*), count(DISTINCT (part, id)) FROM one'), join('|', (4 * track_rows()) x 2), 'four partitions on one session');
is($psql->query('SELECT string_agg(part::text, \'\' ORDER BY first) FROM (SELECT part, min(n) AS first FROM (SELECT part, row_number() OVER () AS n FROM one) AS t GROUP BY part) AS t'),
	'0123', 'take turns');
is($psql->query('SELECT count(*) FROM tds_mirror_connections WHERE server_name = \'s1\''), 1, 'on that session');
is($psql->query('SELECT count(*) FROM one AS a JOIN one AS b USING (part, id)'), 4 * track_rows(), 'twice in a statement');
$psql->query("ALTER SERVER s1 OPTIONS (SET max_sessions '2')");
is($psql->query('SELECT count(*), count(DISTINCT (part, id)) FROM one'), join('|', (4 * track_rows()) x 2), 'on two sessions');

# Some are asynchronous, some not.
$psql->query("CREATE TABLE mixed $columns PARTITION BY LIST (part);"
	  . part_sql('mixed0', 's0', 0, of => 'mixed') . part_sql('mixed1', 's1', 1, of => 'mixed', sync => 1)
	  . part_sql('mixed2', 's1', 2, of => 'mixed') . 'CREATE TABLE mixed3 PARTITION OF mixed FOR VALUES IN (3);'
	  . 'INSERT INTO mixed SELECT 3, i FROM generate_series(1, 1000) AS i');
delay(400, 0);
is($psql->query('SELECT count(*), count(DISTINCT (part, id)) FROM mixed'), join('|', (3 * track_rows() + 1000) x 2), 'asynchronous and other members');

# In a remote transaction, and with a snapshot.
for my $level ('REPEATABLE READ', 'SERIALIZABLE')
{
	$psql->query("BEGIN ISOLATION LEVEL $level");
	delay(500);
	is($psql->query($whole), $all, "$level");
	is($psql->query('SELECT count(*), count(DISTINCT (part, id)) FROM one'), join('|', (4 * track_rows()) x 2), "$level, four on one server");
	is($psql->query('SELECT count(*) FROM tds_mirror_connections WHERE state = \'in transaction\''), 3, 'in a remote transaction each');
	$psql->query('COMMIT');
}

# Waiting ends with a cancel, a timeout, a server that dies or hangs.
$psql->query('SELECT tds_mirror_disconnect_all()');
my ($fds) = $psql->footprint;
$server[1]->control('fault batch hang skip 1 scope together');
$start = time;
($ok, $out, $err, $state) = $psql->try("SET statement_timeout = '1s'; $whole");
is($state, '57014', 'canceled while it waits');
cmp_ok(time - $start, '<', 8, 'soon');
clear();
is($psql->query("RESET statement_timeout; $whole"), $all, 'the next statement works');

$psql->query("ALTER SERVER s1 OPTIONS (ADD query_timeout '1s')");
is($psql->query($whole), $all, 'with query_timeout');
delay(2200, 1);
($ok, $out, $err, $state) = $psql->try($whole);
is($state, '57014', 'a server that takes longer');
like($err, qr/server "s1" due to query_timeout/, 'ends it with query_timeout');
is($psql->query($whole), $all, 'the next statement works');
$server[1]->control('fault batch hang scope together');
is($psql->query($whole), $all, 'a server that hangs is gone: another connection');
clear();
$psql->query('ALTER SERVER s1 OPTIONS (DROP query_timeout)');

# An answer that waits for us is not late.
$psql->query("ALTER SERVER s2 OPTIONS (ADD query_timeout '1s')");
$psql->query('BEGIN; DECLARE c CURSOR FOR SELECT part FROM track; FETCH 1 FROM c');
sleep 3;
is(scalar(split /\n/, $psql->query('FETCH ALL FROM c')), 3 * track_rows() - 1, 'a slow reader is no timeout');
$psql->query('COMMIT; ALTER SERVER s2 OPTIONS (DROP query_timeout)');

$psql->query($whole);
delay(500, 0, 2);
$server[1]->control('fault batch reset scope together');
my @again = map { $_->{'Remote Re-Executions'} } sort { $a->{'Relation Name'} cmp $b->{'Relation Name'} } scans('SELECT * FROM track');
is("@again", '0 1 0', 'a connection that is lost meanwhile: that statement is sent again');
clear();
is($psql->query($whole), $all, 'all is well');
$psql->query('SELECT tds_mirror_disconnect_all()');
is(($psql->footprint)[0], $fds, 'and no descriptor left');

# Many that leave nothing.  What a session waits by is made when it first has to wait, and kept.
delay(300);
$psql->query("SET enable_async_append = off; $whole; RESET enable_async_append");
$psql->query('SELECT part FROM track LIMIT 1') for 1 .. 50;
my ($fds_before, $rss) = $psql->footprint;
$psql->query('SELECT part FROM track LIMIT 1') for 1 .. 200;
my ($fds_after, $rss_after) = $psql->footprint;
is($fds_after, $fds_before, 'two hundred abandoned requests leave no descriptor');
cmp_ok($rss_after - $rss, '<=', 512, 'nor memory');

# The principal fails over while it is waited for: killed, then frozen.
my $pair = $pair[0];
sub lose
{
	my ($how) = @_;
	my $old = $pair->principal;
	my $new = $pair->mirror_of;

	$old->control('fault batch hang scope together');
	$psql->send($whole);
	wait_until('it hangs', 20, sub { grep { /\bbatch\b/ } $old->control('events') });
	$how eq 'kill' ? $old->kill9 : $old->freeze;
	$pair->wait_principal($new);
	my ($done, $rows, $error) = $psql->finish;
	is($rows, $all, "$how: the statement is sent to the other partner") or diag $error;
	is($psql->query("SELECT switches FROM tds_mirror_partners WHERE server_name = 's0'"), $how eq 'kill' ? 1 : 2, 'which is known');
	return $old;
}
lose('kill')->launch;
$pair->wait_synchronized;
$pair->wait_witness;
lose('freeze')->thaw;

$psql->quit;
$_->stop for @pair;

done_testing();
