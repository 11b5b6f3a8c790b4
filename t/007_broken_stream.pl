# Results that break off: never a part taken for the whole, never a hang.

use strict;
use warnings;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_rows track_table_sql who_table_sql);
use TdsMirror::Pair;

my $cluster = TdsMirror::Cluster->start('broken');
my $pair = TdsMirror::Pair->start(prefix => 'broken-', script => track_script());
my $psql = $cluster->session;
my $count = 'SELECT count(*), sum(id) FROM (SELECT id FROM track OFFSET 0) AS t';
my $whole = track_rows() . '|' . track_rows() * (track_rows() + 1) / 2;

$psql->query(server_sql($pair, query_timeout => '2 s', login_timeout => '10 s') . track_table_sql() . who_table_sql());
is($psql->query($count), $whole, 'the whole table');

# The connection breaks after some rows, by FIN or RST.
for my $action ('close', 'reset')
{
	for my $row (1, 700, 3499)
	{
		$pair->a->control("fault row $action $row");
		my ($ok, $out, $err, $state) = $psql->try($count);

		ok($ok ? $out eq $whole : $state eq '08006', "$action after row $row: the whole or 08006")
		  or diag "$out$err";
		is($psql->query($count), $whole, "$action after row $row: the next statement is whole");
	}
}

# A cursor has handed over rows: that read cannot be run again.
$psql->query("CREATE FOREIGN TABLE wide (id int) SERVER erp
  OPTIONS (query 'SELECT a.id FROM dbo.track AS a CROSS JOIN dbo.track AS b')");
$psql->query('BEGIN; DECLARE c CURSOR FOR SELECT id FROM wide');
is($psql->query('SELECT 0; FETCH 10 FROM c') =~ tr/\n//, 10, 'a cursor reads ten rows of twelve million');
$pair->a->control('kill');
my ($ok, $out, $err, $state) = $psql->try('MOVE ALL FROM c');
is($state, '08006', 'its principal dies: 08006');
like($err, qr/DETAIL:.*\d+ rows/, 'DETAIL says how far it came');
$psql->query('ROLLBACK');
waitpid($pair->a->{pid}, 0);
$pair->a->launch;
$pair->wait_synchronized;
is($psql->query($count), $whole, 'afterwards all is well');

# Refused, closed during login, silent in the middle.
$pair->a->control('fault accept reset count 1');
$psql->quit;
$psql = $cluster->session;
is($psql->query($count), $whole, 'a connection reset at accept is tried again');
for my $point ('prelogin', 'login', 'loginack')
{
	$psql->quit;
	$psql = $cluster->session;
	$pair->a->control("fault $point close");
	is($psql->query($count), $whole, "closed at $point: tried again");
	$pair->a->control('clear');
}
$pair->a->control('fault row hang 2000');
($ok, $out, $err, $state) = $psql->try($count);
ok($ok ? $out eq $whole : $state =~ /^08/, 'silence in the middle ends with query_timeout') or diag "$out$err";
$pair->a->control('clear');
is($psql->query($count), $whole, 'and the next statement is whole');

# A server error in the middle of a result is an error, not its end.
$psql->query("CREATE FOREIGN TABLE halfway (v int) SERVER erp
  OPTIONS (query 'SELECT 1000 / (2000 - id) AS v FROM dbo.track')");
($ok, $out, $err, $state) = $psql->try('SELECT count(v) FROM halfway');
is($state, '22012', 'division by zero in row 2000 is an error of its own');
is($psql->query($count), $whole, 'and the session lives on');

# Two scans, a cursor and a join share the one session.
is($psql->query('SELECT count(*) FROM track a JOIN track b USING (id)'), track_rows(), 'a table joined with itself');
$psql->query('BEGIN; DECLARE c CURSOR FOR SELECT id FROM track ORDER BY id; DECLARE d CURSOR FOR SELECT id FROM track');
is($psql->query('FETCH 2 FROM c; FETCH 2 FROM d; FETCH 1 FROM c; FETCH 1 FROM d'), "1\n2\n1\n2\n3\n3", 'two cursors in turn');
is($psql->query('SELECT instance FROM who'), 'A', 'and a statement between them');
$psql->query('DO $$ BEGIN PERFORM 1 / (SELECT 0 FROM who); EXCEPTION WHEN division_by_zero THEN NULL; END $$');
is($psql->query('FETCH ALL FROM d') =~ tr/\n// + 1, track_rows() - 3, 'a handled error leaves the cursor whole');
$psql->query('COMMIT');
is($psql->query('SELECT count(*) FROM (SELECT id FROM track LIMIT 5) t'), 5, 'LIMIT ends the remote read');
is($psql->query($count), $whole, 'and leaves a usable session');

# A thousand statements leave nothing behind.
$psql->query('SELECT count(*) FROM who') for 1 .. 200;
my ($fds, $rss) = $psql->footprint;
$psql->query('SELECT count(*) FROM who') for 1 .. 1000;
my ($fds_after, $rss_after) = $psql->footprint;
is($fds_after, $fds, 'no file descriptor is leaked');
cmp_ok($rss_after - $rss, '<=', 512, 'nor memory');

$psql->quit;
$pair->stop;

done_testing();
