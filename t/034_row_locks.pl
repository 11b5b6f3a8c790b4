# FOR UPDATE when the connection is lost, in subtransactions, and under the higher
# isolation levels: the statement is sent once, in the remote transaction.

use strict;
use warnings;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_table_sql);
use TdsMirror::Pair;

my $cluster = TdsMirror::Cluster->start('row_locks');
my $pair = TdsMirror::Pair->start(prefix => 'locks-', witness => 1, script => track_script()
	  . "ALTER DATABASE erp SET ALLOW_SNAPSHOT_ISOLATION ON\ngo\n");
my $psql = $cluster->session;
my $other = $cluster->session;

$psql->query(server_sql($pair, application_name => 'locks', lock_timeout => '300 ms', async_capable => 'true')
	  . track_table_sql() . 'SELECT count(*) FROM track');

sub state_of
{
	my ($session, $sql) = @_;
	my ($ok, $out, $err, $state) = $session->try($sql);

	return $ok ? "ok $out" : $state;
}

sub requests { return $pair->a->counter('batches') + $pair->a->counter('calls'); }

# lost before an answer, and after a row
for my $fault ('batch close skip 1', 'row close 1')
{
	$psql->query('SELECT count(*) FROM track');
	$pair->a->control("fault $fault scope locks");
	my $before = requests();
	is(state_of($psql, 'SELECT id FROM track WHERE id < 4 FOR UPDATE'), '08006', "$fault: an error");
	is(requests() - $before, 2, 'BEGIN and the statement were sent once');
	$pair->a->control('clear');
	is(state_of($psql, 'SELECT id FROM track WHERE id = 4 FOR UPDATE'), 'ok 4', 'the next one is a new transaction');
}

# lost with the lock: the transaction is over, whatever a handler makes of it
$psql->query('BEGIN; SELECT id FROM track WHERE id = 1 FOR UPDATE; SAVEPOINT s');
$pair->a->control('cut');
is(state_of($psql, 'SELECT id FROM track WHERE id = 1'), '08006', 'the lock is lost: no read goes on');
$psql->query('ROLLBACK TO s');
is(state_of($psql, 'COMMIT'), '08006', 'nor does COMMIT say that it was held');
$psql->query('ROLLBACK');

# held until the end of the transaction, from which savepoint whatever
$psql->query('BEGIN; SAVEPOINT s; SELECT id FROM track WHERE id = 1 FOR UPDATE; RELEASE s');
is(state_of($other, 'SELECT id FROM track WHERE id = 1 FOR UPDATE'), '55P03', 'held behind a released savepoint');
is(state_of($other, 'SELECT id FROM track WHERE id = 1'), 'ok 1', 'readers do not wait');
$psql->query('COMMIT');
is(state_of($other, 'SELECT id FROM track WHERE id = 1 FOR UPDATE'), 'ok 1', 'free after COMMIT');

# a row that has changed since the snapshot
$psql->query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM track');
$other->query("SELECT tds_mirror_exec('erp', 'UPDATE dbo.track SET seconds = 1 WHERE id = 1')");
is(state_of($psql, 'SELECT id FROM track WHERE id = 1 FOR UPDATE'), '40001', 'REPEATABLE READ: changed since');
$psql->query('ROLLBACK');
$psql->query('BEGIN ISOLATION LEVEL SERIALIZABLE');
is(state_of($psql, 'SELECT id FROM track WHERE id = 1 FOR UPDATE'), 'ok 1', 'SERIALIZABLE');
$psql->query('COMMIT');

# the same question with other values, and below an Append
$psql->query('BEGIN');
is($psql->query('SELECT string_agg(id::text, \',\') FROM (SELECT t.id FROM generate_series(1, 3) AS g,
	LATERAL (SELECT id FROM track WHERE track.id = g OFFSET 0 FOR UPDATE) AS t) AS q'), '1,2,3', 'nested');
is($psql->query('COMMIT; SELECT count(*) FROM tds_mirror_connections WHERE in_transaction'), 0, 'nothing is left open');

done_testing();
