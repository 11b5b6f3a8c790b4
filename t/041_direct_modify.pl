# UPDATE, DELETE and TRUNCATE that the server does by itself: one request each, sent
# once whatever happens to the connection, and nothing of it stays when it is lost.

use strict;
use warnings;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_rows track_script track_table_sql);
use TdsMirror::Pair;

my $cluster = TdsMirror::Cluster->start('direct_modify');
my $pair = TdsMirror::Pair->start(prefix => 'direct-', witness => 1, script => track_script());
my $psql = $cluster->session;

$psql->query(server_sql($pair, application_name => 'direct') . track_table_sql() . <<'SQL');
CREATE FUNCTION seconds_of(which int) RETURNS int LANGUAGE plpgsql AS
	'BEGIN RETURN (SELECT seconds FROM track WHERE id = which); END';
SQL

sub state_of
{
	my ($sql) = @_;
	my ($ok, $out, $err, $state) = $psql->try($sql);

	return $ok ? "ok $out" : $state;
}

sub requests
{
	my ($instance) = @_;
	$instance //= $pair->a;
	return $instance->counter('batches') + $instance->counter('calls');
}

sub total { return $psql->query('SELECT sum(seconds) FROM track'); }

# A request each, with what opens and ends the transaction.
$psql->query('UPDATE track SET seconds = seconds WHERE id = 1');
my $before = requests();
$psql->query('UPDATE track SET seconds = seconds + 1 WHERE id = 1');
is(requests() - $before, 3, 'BEGIN, UPDATE, COMMIT');
$before = requests();
$psql->query('DO $$ BEGIN FOR i IN 1 .. 20 LOOP UPDATE track SET seconds = seconds + i WHERE id = i; END LOOP; END $$');
is(requests() - $before, 22, 'twenty in one transaction are twenty requests');
$before = requests();
$psql->query('PREPARE change(int, int) AS UPDATE track SET seconds = seconds + $2 WHERE id = $1');
$psql->query('BEGIN; ' . join('; ', map { "EXECUTE change($_, 1)" } 1 .. 10) . '; COMMIT');
is(requests() - $before, 12, 'also when they are prepared');
$before = requests();
is($psql->query('WITH changed AS (UPDATE track SET seconds = 0 WHERE id = NULL RETURNING id) SELECT count(*) FROM changed'), '0',
	'with a condition that no row fulfils');
$psql->query('EXECUTE change(NULL, 1)');
cmp_ok(requests() - $before, '<=', 4, 'nothing of it is sent');

# Rows stay where they are.
my $rows = track_rows();
my $plan = $psql->query('EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) UPDATE track SET seconds = seconds + 1, price = 1.5 WHERE id > 0');
like($plan, qr/Foreign Update on track \(actual rows=$rows/, 'all rows are changed');
like($plan, qr/Remote Partner: 127\.0\.0\.1,\d+\n.*Remote Rows: $rows/, 'and counted');
my ($bytes) = $plan =~ /Remote Bytes: (\d+)/;
cmp_ok($bytes, '<', 1000, 'without a row having travelled');
is($psql->query('SELECT count(*) FROM track WHERE price = 1.5'), $rows, 'they are changed');
like($psql->query("\\set QUIET off\nUPDATE track SET seconds = 1 WHERE id < 0;\nUPDATE track SET seconds = 5 WHERE id < 4;\n\\set QUIET on"),
	qr/UPDATE 0\nUPDATE 3/, 'the command tag says how many');

# Rows that come back are taken whole first: others may use the session meanwhile.
is($psql->query("SET work_mem = '64kB'; WITH changed AS (UPDATE track SET seconds = id RETURNING id, title, seconds, added)
	SELECT count(*), sum(seconds), count(DISTINCT title) FROM changed"), "$rows|" . $rows * ($rows + 1) / 2 . "|$rows", 'RETURNING all rows');
is($psql->query('UPDATE track SET seconds = seconds + 7 WHERE id IN (5, 6) RETURNING id, seconds, seconds_of(id)'), "5|12|12\n6|13|13",
	'RETURNING what is read from the same table');
$pair->a->tsql("CREATE TABLE dbo.seen (id int)\ngo\nCREATE TRIGGER dbo.see ON dbo.track AFTER UPDATE AS INSERT INTO dbo.seen SELECT id FROM inserted",
	database => 'erp');
is($psql->query('WITH changed AS (UPDATE track SET seconds = seconds + 1 RETURNING id) SELECT count(*) FROM changed'), $rows,
	'RETURNING from a table that has got a trigger since');
$before = requests();
is($psql->query('WITH changed AS (UPDATE track SET seconds = seconds + 1 RETURNING id) SELECT count(*) FROM changed'), $rows,
	'and once more');
is(requests() - $before, 4, 'which is known now, once it has been asked');
$pair->a->tsql('DROP TRIGGER dbo.see', database => 'erp');

# The connection is lost: before it runs, before its answer, among its rows.
for my $fault ('batch close skip 1', 'batch reset skip 1', 'send close skip 1')
{
	$psql->query('UPDATE track SET seconds = seconds WHERE id = 1');
	my $sum = total();
	$pair->a->control("fault $fault scope direct");
	$before = requests();
	is(state_of('UPDATE track SET seconds = seconds + 1'), '08006', "$fault: an error");
	is(requests() - $before, 2, 'BEGIN and the statement were sent once');
	$pair->a->control('clear');
	is(total(), $sum, 'nothing is changed');
}
for my $fault ('row close 100', 'row error 100')
{
	my $sum = total();
	$psql->query('UPDATE track SET seconds = seconds WHERE id = 1');
	$pair->a->control("fault $fault scope direct");
	$before = requests();
	isnt(state_of('UPDATE track SET seconds = seconds + 1 RETURNING id, title'), 'ok ', "$fault: an error");
	$pair->a->control('clear');
	is(total(), $sum, 'nothing is changed');
}
$psql->query('BEGIN; UPDATE track SET seconds = seconds + 1; SAVEPOINT s');
$pair->a->control('cut');
is(state_of('UPDATE track SET seconds = seconds + 1'), '08006', 'lost between two of them');
$psql->query('ROLLBACK TO s');
is(state_of('COMMIT'), '08006', 'the first one is lost, too');
$psql->query('ROLLBACK');

# A statement that is stopped
my $sum = total();
$psql->query('UPDATE track SET seconds = seconds WHERE id = 1');
$pair->a->control('fault batch hang skip 1 scope direct');
is(state_of("SET statement_timeout = '500ms'; UPDATE track SET seconds = seconds + 1"), '57014', 'statement_timeout ends it');
$pair->a->control('clear');
$psql->query('RESET statement_timeout');
is(total(), $sum, 'nothing is changed');

# Subtransactions
$psql->query(<<'SQL');
DO $$
BEGIN
	UPDATE track SET seconds = 1000 WHERE id = 1;
	BEGIN
		UPDATE track SET seconds = 2000 WHERE id = 2;
		DELETE FROM track WHERE id = 3;
		UPDATE track SET seconds = seconds + 2147483647 WHERE id = 1;
	EXCEPTION WHEN numeric_value_out_of_range THEN
		UPDATE track SET seconds = 4000 WHERE id = 4;
	END;
END $$
SQL
is($psql->query('SELECT id, seconds IN (1000, 4000) FROM track WHERE id < 5 ORDER BY id'), "1|t\n2|f\n3|f\n4|t", 'an error undoes its block');
is(state_of('BEGIN READ ONLY; DELETE FROM track'), '25006', 'not in a read-only transaction');
$psql->query('ROLLBACK');

# TRUNCATE
$before = requests();
$psql->query('BEGIN; TRUNCATE track; ROLLBACK');
is(requests() - $before, 3, 'TRUNCATE is one request');
$pair->a->control('fault batch close skip 1 scope direct');
$before = requests();
is(state_of('TRUNCATE track'), '08006', 'TRUNCATE lost');
is(requests() - $before, 2, 'it was sent once');
$pair->a->control('clear');
is($psql->query('SELECT count(*) FROM track'), $rows, 'nothing is gone');

# Partners that change roles between two statements, and in one
$psql->query("SELECT tds_mirror_failover('erp')");
$pair->wait_synchronized;
$before = requests($pair->b);
is(state_of('UPDATE track SET seconds = 77 WHERE id = 1 RETURNING seconds'), 'ok 77', 'after a planned failover');
cmp_ok(requests($pair->b) - $before, '>=', 3, 'at the other partner');
$psql->query('UPDATE track SET seconds = seconds WHERE id = 1');
$sum = total();
$pair->b->control('fault batch kill skip 1 scope direct');
is(state_of('UPDATE track SET seconds = seconds + 1'), '08006', 'the principal dies');
$pair->wait_principal($pair->a);
is(total(), $sum, 'nothing is changed');
is(state_of('UPDATE track SET seconds = seconds + 1'), 'ok ', 'the next one goes to the new principal');
is(total(), $sum + $rows, 'and is done once');
is($psql->query('DELETE FROM track; SELECT count(*) FROM track'), 0, 'all rows are removed');

done_testing();
