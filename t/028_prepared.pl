# Statements with parameters that are sent again: prepared once a session, run by
# their handle, and forgotten where the server may not know them any more.

use strict;
use warnings;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_rows track_table_sql);
use TdsMirror::Pair;

my $statements = 70;            # more than a session keeps prepared
my $handles = 64;               # as many
my @names = qw(batches calls prepares executions unprepares attentions);
my $script = track_script() . <<'SQL';
CREATE TABLE dbo.big (id int NOT NULL PRIMARY KEY, name nvarchar(200))
go
INSERT dbo.big SELECT id, name FROM standin_rows(5000)
go
CREATE TABLE dbo.thing (id int NOT NULL PRIMARY KEY, v int NULL)
go
INSERT dbo.thing VALUES (1, 41), (2, 42), (3, NULL)
go
SQL
my $cluster = TdsMirror::Cluster->start('prepared');
my $pair = TdsMirror::Pair->start(prefix => 'prepared-', witness => 1, script => $script);
my $psql = $cluster->session;

$psql->query(server_sql($pair, application_name => 'prepared', login_timeout => '60 s') . track_table_sql() . <<'SQL');
CREATE FOREIGN TABLE big (id int, name text) SERVER erp OPTIONS (schema_name 'dbo', table_name 'big');
CREATE FOREIGN TABLE thing (id int, v int) SERVER erp OPTIONS (schema_name 'dbo', table_name 'thing');
CREATE FOREIGN TABLE quotient (id int, q int) SERVER erp
  OPTIONS (query 'SELECT id, 100 / (id - 5) AS q FROM dbo.track');
CREATE FOREIGN TABLE huge (id int, name text) SERVER erp OPTIONS (query 'SELECT id, name FROM standin_rows(1000000)');
CREATE TABLE few AS SELECT i % 3500 + 1 AS id FROM generate_series(1, 10000) AS i;
CREATE FUNCTION titles(first int, last int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE found_title text; total int := 0;
BEGIN
	FOR i IN first..last LOOP
		SELECT title INTO found_title FROM track WHERE id = i;
		total := total + length(found_title);
	END LOOP;
	RETURN total;
END $$;
CREATE FUNCTION many(first int, last int, name text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE found int; total int := 0;
BEGIN
	FOR i IN first..last LOOP
		EXECUTE format('SELECT n FROM (SELECT n FROM %I WHERE id = $1 OFFSET 0) AS q LIMIT 1', name || i) INTO found USING 7;
		total := total + found;
	END LOOP;
	RETURN total;
END $$;
SQL
$psql->query(join '', map { "CREATE FOREIGN TABLE numbered$_ (id int, n int) SERVER erp\n"
	  . "OPTIONS (query 'SELECT id, $_ AS n FROM dbo.track');\n"
	  . "CREATE FOREIGN TABLE cut$_ (id int, n int) SERVER erp\n"
	  . "OPTIONS (query 'SELECT 7 AS id, $_ AS n FROM standin_rows(50000)');\n" } 1 .. $statements);
settings($psql);

sub settings
{
	my ($session) = @_;
	$session->query("SET enable_$_ = off") for qw(hashjoin mergejoin material memoize);
	return;
}

# A session of its own, logged in, that has sent nothing with parameters.
sub fresh
{
	my $session = $cluster->session;
	settings($session);
	$session->query('SELECT count(*) FROM thing');
	return $session;
}

sub principal { return $pair->principal; }

# What the principal counted while the statement ran, by name; and the answer.
sub counted
{
	my ($session, $sql) = @_;
	my $instance = principal();
	my %before = map { $_ => $instance->counter($_) } @names;
	my ($ok, $out, $err, $state) = $session->try($sql);
	my %rise = map { $_ => $instance->counter($_) - $before{$_} } @names;

	return { %rise, requests => $rise{batches} + $rise{calls}, out => $out, err => $err, state => $state };
}

# The named rises, in order, as one text.
sub rises
{
	my ($count, @which) = @_;
	return join ' ', map { "$_ $count->{$_}" } @which;
}

my $nested = 'SELECT count(title), sum(length(title)) FROM few, '
  . 'LATERAL (SELECT title FROM track WHERE track.id = few.id OFFSET 0) AS t';
my $answer = $psql->query('SELECT count(*), sum(length(\'Track \' || id)) FROM few');

# counts
my $count = counted(fresh(), $nested);
is($count->{out}, $answer, 'a nested loop of 10,000 inner scans: the rows');
is(rises($count, qw(prepares executions requests attentions unprepares)),
	'prepares 1 executions 10000 requests 10000 attentions 0 unprepares 0', 'prepared once, run 10,000 times, nothing else sent');

my $one = fresh();
$count = counted($one, 'SELECT title FROM track WHERE id = 1');
is(rises($count, qw(prepares executions requests)), 'prepares 0 executions 0 requests 1', 'sent once: not prepared');
$count = counted($one, 'SELECT title FROM track WHERE id = 2');
is(rises($count, qw(prepares executions requests)), 'prepares 1 executions 1 requests 1', 'sent again: prepared');
$count = counted($one, 'SELECT titles(1, 300)');
is($count->{out}, 300 * 6 + 9 + 90 * 2 + 201 * 3, 'a loop of lookups: the rows');
is(rises($count, qw(prepares executions requests attentions)), 'prepares 0 executions 300 requests 300 attentions 0',
	'one round trip each');
$count = counted($one, 'SELECT title FROM track WHERE id = 4000000000');
is(rises($count, qw(prepares executions requests)), 'prepares 0 executions 0 requests 1', 'of another type: another statement');
is($count->{out}, '', 'which has no row');
like($one->query('EXPLAIN (VERBOSE, COSTS OFF) SELECT title FROM track WHERE id = 2'), qr/Remote SQL: SELECT .*WHERE/,
	'EXPLAIN shows the statement');

# NULL
$psql->query('SELECT count(*) FROM thing');
$psql->query('PREPARE either(int, int) AS SELECT count(*) FROM track WHERE id = $1 OR seconds = $2');
$psql->query('SET plan_cache_mode = force_generic_plan');
my %either = map { $_ => $psql->query("EXECUTE either($_)") } '7, NULL', '7, 150', 'NULL, 150', 'NULL, NULL', '8, NULL';
is_deeply(\%either, { '7, NULL' => 1, '7, 150' => 13, 'NULL, 150' => 12, 'NULL, NULL' => 0, '8, NULL' => 1 }, 'NULL among the values')
  or diag explain \%either;
is($psql->query('SELECT count(*), count(v) FROM (VALUES (1), (NULL), (3), (2)) AS o(id) '
	  . 'LEFT JOIN LATERAL (SELECT v FROM thing WHERE thing.id = o.id OFFSET 0) t ON true'), '4|2', 'NULL from the outer side');

# errors
$psql->query('PREPARE quotient(int) AS SELECT q FROM quotient WHERE id = $1');
is($psql->query("EXECUTE quotient($_)"), int(100 / ($_ - 5)), "a value: $_") for 6, 7;
$count = counted($psql, 'EXECUTE quotient(5)');
is($count->{state}, '22012', 'an error in an execution') or diag $count->{err};
like($count->{err}, qr/remote SQL command: SELECT .*100 \/ \(id - 5\)/, 'has the statement as context');
$count = counted($psql, 'EXECUTE quotient(15)');
is($count->{out}, 10, 'followed by a good one');
is(rises($count, qw(prepares executions)), 'prepares 0 executions 1', 'by the same handle');

my $failing = fresh();
$failing->query('SELECT v FROM thing WHERE id = 1');
principal()->control('fault batch error 1205 scope prepared');
$count = counted($failing, 'SELECT v FROM thing WHERE id = 1');
is($count->{state}, '40P01', 'a deadlock while it is prepared');
$count = counted($failing, 'SELECT v FROM thing WHERE id = 2');
is($count->{out}, 42, 'followed by a good one');
is(rises($count, qw(prepares executions requests)), 'prepares 0 executions 0 requests 1', 'which is not prepared: its handle may be lost');
is(counted($failing, $nested)->{prepares}, 1, 'others are');
principal()->control('fault batch error 8179 scope prepared');
$count = counted($failing, $nested);
is($count->{state}, '26000', 'the server does not know the handle: an error') or diag $count->{err};
like($count->{err}, qr/8179/, 'namely 8179');
$count = counted($failing, $nested);
is(rises($count, qw(out prepares executions)), "out $answer prepares 1 executions 10000", 'then it is prepared anew');

# cut off
my $cut = fresh();
my $early = "DO \$\$ BEGIN FOR i IN 1..500 LOOP PERFORM n FROM (SELECT n FROM cut1 WHERE id = 7 OFFSET 0) AS q LIMIT 1; END LOOP; END \$\$";
$count = counted($cut, $early);
is(rises($count, qw(state prepares executions requests attentions)), 'state  prepares 1 executions 1 requests 500 attentions 500',
	'scans that end early, 500 times: one handle is lost');
$count = counted($cut, $early);
is(rises($count, qw(prepares executions requests)), 'prepares 0 executions 0 requests 500', 'and no further one');
$count = counted($cut, "SELECT many(2, $statements, 'cut')");
is($count->{out}, $statements * ($statements + 1) / 2 - 1, 'as many statements that end early: the rows');
is($count->{prepares}, 0, 'once: nothing is prepared');
is(1 + counted($cut, "SELECT many(1, $statements, 'cut')")->{prepares}, $handles, 'twice: so many handles may be lost, in all');
is(counted($cut, $nested)->{prepares}, 0, 'then nothing is prepared any more');

# eviction
my $full = fresh();
$full->query("SELECT many(1, $statements, 'numbered')");
$count = counted($full, "SELECT many(1, $statements, 'numbered')");
is($count->{out}, $statements * ($statements + 1) / 2, 'more statements than are kept: the rows');
is(rises($count, qw(prepares unprepares executions requests)), "prepares $statements unprepares " . ($statements - $handles)
	  . " executions $statements requests $statements", 'those not used for longest are released, without a request');
$count = counted($full, "SELECT many($handles, $statements, 'numbered')");
is(rises($count, qw(prepares unprepares executions)), 'prepares 0 unprepares 0 executions ' . ($statements - $handles + 1), 'the latest are kept');
$count = counted($full, "SELECT many(1, 1, 'numbered')");
is(rises($count, qw(out prepares unprepares requests)), 'out 1 prepares 1 unprepares 1 requests 1', 'the first one is prepared again');

# the table changes on the other side
my $changing = fresh();
my $read = "DO \$\$ DECLARE x int; BEGIN FOR i IN 1..3 LOOP SELECT v INTO x FROM thing WHERE id = 2; "
  . "IF x <> 42 OR x IS NULL THEN RAISE 'wrong: %', x; END IF; END LOOP; END \$\$";
is(counted($changing, $read)->{state}, '', 'a column of type int');
principal()->tsql("ALTER TABLE dbo.thing ALTER COLUMN v $_->[0] NULL", database => 'erp'),
  is(counted($changing, $read)->{state}, $_->[1], "of type $_->[0], by the handle of before: $_->[2]")
  for [ 'bigint', '', 'the value' ], [ 'nvarchar(20)', '', 'the value' ], [ 'int', '', 'the value' ];
principal()->tsql('ALTER TABLE dbo.thing DROP COLUMN v', database => 'erp');
is(counted($changing, $read)->{state}, '42703', 'dropped: an error');
principal()->tsql('ALTER TABLE dbo.thing ADD v int NULL', database => 'erp');
principal()->tsql('UPDATE dbo.thing SET v = 40 + id', database => 'erp');
is(counted($changing, $read)->{state}, '', 'there again: the value');

# transactions and savepoints
my $inside = fresh();
$inside->query('BEGIN ISOLATION LEVEL SERIALIZABLE');
$inside->query('SELECT titles(1, 3)');
$inside->query('SAVEPOINT s');
is(counted($inside, 'SELECT titles(1, 3)')->{executions}, 3, 'inside a transaction: by the handle');
is(counted($inside, 'SELECT q FROM quotient WHERE id = 5')->{state}, '22012', 'an error');
$inside->query('ROLLBACK TO s');
is(rises(counted($inside, 'SELECT titles(1, 3)'), qw(out prepares executions)), 'out 21 prepares 0 executions 3', 'after ROLLBACK TO: the same');
$inside->query('COMMIT');
is(rises(counted($inside, 'SELECT titles(1, 3)'), qw(out prepares executions)), 'out 21 prepares 0 executions 3', 'after COMMIT: the same');
$inside->query('BEGIN');
$inside->query("SELECT tds_mirror_exec('erp', 'SET ROWCOUNT 0')");
$inside->query('COMMIT');
$inside->query('SELECT titles(1, 3)');
is($inside->query('SELECT titles(1, 3)'), 21, 'after a statement of the user\'s own');

# cancel
my $canceled = fresh();
$canceled->query('SELECT titles(1, 3)');
principal()->control('fault batch delay 1000 scope prepared');
$canceled->query("SET statement_timeout = '200ms'");
is(counted($canceled, 'SELECT title FROM track WHERE id = 3')->{state}, '57014', 'canceled');
$canceled->query('RESET statement_timeout');
is($canceled->query('SELECT titles(1, 300)'), 300 * 6 + 9 + 90 * 2 + 201 * 3, 'then the right rows');

# failover
my $moved = fresh();
$moved->query('SELECT titles(1, 3)');
$moved->query("BEGIN; DECLARE c CURSOR FOR SELECT few.id, title FROM few, "
	  . 'LATERAL (SELECT title FROM track WHERE track.id = few.id OFFSET 0) AS t LIMIT 1000');
my @rows = split /\n/, $moved->query('FETCH 100 FROM c');
my $old = principal();
my $new = $old == $pair->a ? $pair->b : $pair->a;
$old->kill9;
$pair->wait_principal($new);
my %before = map { $_ => $new->counter($_) } qw(prepares executions);
push @rows, split /\n/, $moved->query('FETCH ALL FROM c');
my %after = map { $_ => $new->counter($_) } qw(prepares executions);
$moved->query('COMMIT');
is_deeply(\@rows, [ map { "$_|Track $_" } map { $_ % 3500 + 1 } 1 .. 1000 ], 'a nested loop goes on at the new principal');
is_deeply([ map { $after{$_} - $before{$_} } qw(prepares executions) ], [ 1, 900 ], 'where it is prepared again');
is($moved->query('SELECT titles(1, 300)'), 300 * 6 + 9 + 90 * 2 + 201 * 3, 'and so are others');

# The outer side is read from the same server; what has not arrived of it is lost.
waitpid($old->{pid}, 0);
$old->launch;
$pair->wait_synchronized;
$pair->wait_witness;
my $both = 'SELECT o.id, title FROM %s AS o, LATERAL (SELECT title FROM track WHERE track.id = o.id OFFSET 0) AS t';
$moved->query('BEGIN; DECLARE c CURSOR FOR ' . sprintf($both, 'huge'));
is($moved->query('FETCH 2 FROM c'), "1|Track 1\n2|Track 2", 'a nested loop of two foreign tables');
$new->kill9;
$pair->wait_principal($old);
is(($moved->try('FETCH ALL FROM c'))[3], '08006', 'whose outer side is lost');
$moved->query('ROLLBACK');
is($moved->query(sprintf("SELECT count(*), max(id) FROM ($both) AS r WHERE title = 'Track ' || id", 'big')), '3500|3500', 'a smaller one is right');

$_->quit for $psql, $one, $failing, $cut, $full, $changing, $inside, $canceled, $moved;
done_testing();
