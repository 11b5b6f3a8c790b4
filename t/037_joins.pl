# Joins made by the server: rows that changed meanwhile are looked at again here,
# and a statement that died before its first row is sent again.

use strict;
use warnings;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_rows track_table_sql);
use TdsMirror::Lab qw(wait_until);
use TdsMirror::Pair;

my $script = track_script() . <<'SQL';
CREATE TABLE dbo.mark (track int NULL, points int NULL)
go
INSERT INTO dbo.mark VALUES (1, 10), (1, 20), (2, 30), (3, NULL), (NULL, 5), (4, 7)
go
SQL
my $cluster = TdsMirror::Cluster->start('joins');
my $pair = TdsMirror::Pair->start(prefix => 'joins-', witness => 1, script => $script);
my $psql = $cluster->session;
my $other = $cluster->session;

$psql->query(server_sql($pair, application_name => 'joins', login_timeout => '30 s') . track_table_sql() . <<'SQL');
CREATE FOREIGN TABLE mark (track int, points int) SERVER erp OPTIONS (schema_name 'dbo');
CREATE TABLE score (id int PRIMARY KEY, n int, limited int);
INSERT INTO score SELECT i, 0, 100 FROM generate_series(1, 4) AS i;
SQL

my $update = 'UPDATE score s SET n = s.n + m.points FROM track t JOIN mark m ON m.track = t.id'
  . ' WHERE t.id = s.id AND t.seconds < s.limited + 10 AND m.points IN (7, 30)'
  . q{ AND upper(t.title) LIKE 'TRACK%'};
like($psql->query("EXPLAIN (VERBOSE) $update"), qr/Relations: \(track t\) INNER JOIN \(mark m\).*Remote SQL: [^\n]* INNER JOIN .*->\s+(?:Nested Loop|Hash Join|Merge Join)/s,
	'an UPDATE from a join has a plan that joins here below it');

# Runs $update while another transaction changes the rows that it wants.
sub meanwhile
{
	my ($change) = @_;

	$psql->query('UPDATE score SET n = 0, limited = 100');
	$other->query("BEGIN; $change");
	$psql->send($update);
	wait_until('the update waits for the other transaction', 60, sub {
		return $other->query("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") > 0;
	});
	$other->query('COMMIT');
	my ($ok, $out, $err) = $psql->finish;
	ok($ok, $change) or diag $err;
	return $psql->query("SELECT string_agg(id || ':' || n, ' ' ORDER BY id) FROM score");
}

for my $method (qw(hashjoin nestloop mergejoin))
{
	my @methods = grep { $_ ne $method } qw(hashjoin nestloop mergejoin);

	$psql->query(join '', map { "SET enable_$_ = off;" } @methods);
	is(meanwhile('UPDATE score SET n = 1000 WHERE id IN (1, 2)'), '1:1000 2:1030 3:0 4:7', "$method: what was changed is changed on");
	is(meanwhile('UPDATE score SET limited = 0 WHERE id = 2'), '1:0 2:0 3:0 4:7', "$method: what does not join any more is left");
	is(meanwhile('UPDATE score SET n = -7 WHERE id = 4'), '1:0 2:30 3:0 4:0', "$method: and what still does is not");
	$psql->query('RESET ALL');
}

# One statement, of which nobody has seen a row.
my $join = 'SELECT t.id, m.points FROM track t LEFT JOIN mark m ON m.track = t.id WHERE t.id <= 3 ORDER BY 1, 2';
my $rows = "1|10\n1|20\n2|30\n3|";
is($psql->query($join), $rows, 'a join');
$pair->principal->control('fault batch kill scope joins');
is($psql->query($join), $rows, 'killed before the first row: the other partner makes it');

$psql->quit;
$other->quit;
done_testing();
