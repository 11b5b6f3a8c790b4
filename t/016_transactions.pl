# Remote transactions: savepoints, isolation levels, errors, doom and its end.

use strict;
use warnings;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_rows track_table_sql who_table_sql);
use TdsMirror::Lab qw(wait_until);
use TdsMirror::Pair;

my $cluster = TdsMirror::Cluster->start('transactions', max_prepared_transactions => 2);
my $pair = TdsMirror::Pair->start(prefix => 'transactions-', script => track_script()
	  . "CREATE TABLE dbo.note (id int NOT NULL PRIMARY KEY)\ngo\n");
my $s = $cluster->session;

$s->query(server_sql($pair) . track_table_sql() . who_table_sql()
	  . "CREATE FOREIGN TABLE note (id int) SERVER erp OPTIONS (schema_name 'dbo', table_name 'note');");

# The SQL that runs T-SQL on the server.
sub remote
{
	my ($sql, $server) = @_;
	$sql =~ s/'/''/g;
	return 'SELECT tds_mirror_exec(\'' . ($server // 'erp') . "', '$sql');";
}

sub insert { return remote("INSERT INTO dbo.note VALUES ($_[0])"); }

# What is committed, seen by somebody else; then the table is emptied.
sub committed
{
	my $principal = $pair->principal;
	my $ids = join ' ', sort { $a <=> $b } grep { /\d/ }
	  split /\s+/, $principal->tsql('SELECT id FROM dbo.note', database => 'erp');

	$principal->tsql('DELETE FROM dbo.note', database => 'erp');
	return $ids;
}

# Runs statements one by one; the SQLSTATE of each, 00000 when it went well.
sub states
{
	return join ' ', map { my @answer = $s->try($_); $answer[0] ? '00000' : $answer[3] } @_;
}

subtest 'commit and rollback' => sub {
	$s->query('BEGIN;' . insert(1) . insert(2) . 'COMMIT');
	is(committed(), '1 2', 'a commit commits');
	$s->query('BEGIN;' . insert(1) . 'ROLLBACK');
	is(committed(), '', 'a rollback does not');
	$s->query(insert(3));
	is(committed(), '3', 'a statement alone is a transaction');
	is(states('BEGIN', insert(1), 'SELECT 1/0', 'COMMIT'), '00000 00000 22012 00000', 'a local error aborts');
	is(committed(), '', 'here and there');
	is($s->query('BEGIN;' . insert(4) . 'SELECT count(*) FROM note; COMMIT'), "1\n1", 'a transaction reads what it has written');
	is(committed(), '4', 'and commits it');
};

subtest 'savepoints' => sub {
	$s->query('BEGIN;' . insert(1) . 'SAVEPOINT a;' . insert(2) . 'SAVEPOINT b;' . insert(3)
		  . 'ROLLBACK TO b;' . insert(4) . 'ROLLBACK TO a;' . insert(5) . 'COMMIT');
	is(committed(), '1 5', 'a rollback to a savepoint keeps what came before');
	$s->query('BEGIN; SAVEPOINT a; SAVEPOINT b; SAVEPOINT c;' . insert(1) . 'RELEASE c;' . insert(2)
		  . 'SAVEPOINT c;' . insert(3) . 'ROLLBACK TO c; RELEASE b; SAVEPOINT b;' . insert(4) . 'ROLLBACK TO b; COMMIT');
	is(committed(), '1 2', 'released ones are merged into what is around them');
	$s->query('BEGIN; SAVEPOINT a;' . insert(1) . 'ROLLBACK TO a;' . insert(2) . 'COMMIT');
	is(committed(), '2', 'a savepoint from before the remote transaction');
	$s->query('BEGIN; SAVEPOINT a;' . insert(1) . 'ROLLBACK TO a; COMMIT');
	is(committed(), '', 'and nothing after it');
	is($s->query("DO \$\$ BEGIN FOR i IN 1 .. 20 LOOP BEGIN PERFORM tds_mirror_exec('erp', 'INSERT INTO dbo.note VALUES (' || i || ')');\n"
		  . "IF i % 3 = 0 THEN RAISE 'no'; END IF; EXCEPTION WHEN raise_exception THEN NULL; END; END LOOP; END \$\$"), '', 'exception blocks in a loop');
	is(committed(), join(' ', grep { $_ % 3 } 1 .. 20), 'keep what did not fail');
	is($s->query('BEGIN;' . insert(1) . 'SAVEPOINT a;' . insert(2)
		  . 'DECLARE c CURSOR FOR SELECT id FROM track ORDER BY id; ROLLBACK TO a; SELECT count(*) FROM note; COMMIT') =~ s/\s+/ /gr,
		'1 1 1', 'a cursor of a savepoint goes with it');
	is(committed(), '1', 'and so does the row');
};

subtest 'a cursor of the outer level' => sub {
	$s->query('BEGIN;' . insert(1) . 'DECLARE c CURSOR FOR SELECT id FROM track; SAVEPOINT a;' . insert(2));
	is($s->query('FETCH 1 FROM c'), '1', 'begins to read in a subtransaction');
	$s->query('ROLLBACK TO a');
	is($s->query('FETCH 1 FROM c'), '2', 'goes on after it was rolled back');
	$s->query(insert(3));
	is($s->query('FETCH 1 FROM c'), '3', 'and after the next statement');
	$s->query('COMMIT');
	is(committed(), '1 3', 'the rollback was made up for');

	$s->query('BEGIN;' . insert(1) . 'DECLARE c CURSOR FOR SELECT id FROM track; SAVEPOINT a;' . insert(2) . 'SAVEPOINT b;' . insert(3));
	is($s->query('FETCH 1 FROM c; ROLLBACK TO b; MOVE ALL FROM c; ROLLBACK TO a;' . insert(4)), "1\n1", 'a larger rollback comes first');
	$s->query('COMMIT');
	is(committed(), '1 4', 'and is enough');
};

subtest 'abandoned scans' => sub {
	my $spid = remote('INSERT INTO dbo.note SELECT @@SPID');

	$s->query('BEGIN;' . $spid . 'SELECT id FROM track LIMIT 3;' . insert(100001)
		  . 'SAVEPOINT a; SELECT id FROM track LIMIT 3; ROLLBACK TO a; COMMIT');
	like(committed(), qr/^\d+ 100001$/, 'a transaction survives LIMIT');
};

subtest 'errors of the server' => sub {
	$s->query('BEGIN;' . insert(1));
	is(states('SAVEPOINT a', insert(1), 'ROLLBACK TO a', insert(2), 'COMMIT'), '00000 23505 00000 00000 00000',
		'a duplicate key costs its subtransaction');
	is(committed(), '1 2', 'and nothing else');
	is(states('BEGIN', insert(1), 'SAVEPOINT a', remote("INSERT INTO dbo.note VALUES ('x')"), 'ROLLBACK TO a', insert(2), 'ROLLBACK TO a', 'COMMIT'),
		'00000 00000 00000 22P02 00000 08006 00000 08006', 'an error that rolls back dooms the transaction');
	is(committed(), '', 'and nothing was committed');
	is(states(insert(1)), '00000', 'the next one is a new one');
	is(committed(), '1', 'that commits');
	is(states('BEGIN', insert(1)), '00000 00000', 'a transaction');
	$pair->a->control('fault batch error 1205');
	is(states(insert(2), 'COMMIT'), '40P01 00000', 'in a deadlock');
	is(committed(), '', 'leaves nothing');
};

subtest 'doom and its end' => sub {
	is(states('BEGIN', 'SAVEPOINT a', insert(1), 'SELECT 1'), '00000 00000 00000 00000', 'work in a subtransaction');
	$pair->a->control('fault batch close');
	is(states(insert(2)), '08006', 'the connection is lost');
	is(states('ROLLBACK TO a', insert(3), 'COMMIT'), '00000 00000 00000', 'its rollback ends the doom');
	is(committed(), '3', 'what came after is committed');

	is(states('BEGIN', insert(1), 'SAVEPOINT a'), '00000 00000 00000', 'work outside');
	$pair->a->control('fault batch close');
	my (undef, undef, $error) = $s->try(insert(2));
	like($error, qr/HINT:  The server rolls back what this transaction has done/, 'the hint says what to do');
	is(states('ROLLBACK TO a', insert(3), 'ROLLBACK TO a', 'SELECT count(*) FROM note', 'ROLLBACK TO a', 'SELECT 1', 'COMMIT', 'SELECT count(*) FROM note'),
		'00000 08006 00000 08006 00000 00000 08006 00000', 'a doom that lasts until the end');
	is(committed(), '', 'nothing was committed');

	# login, BEGIN, two requests of the first statement: the second one's SAVE gets lost
	$pair->a->control('fault batch close skip 4');
	is(states("DO \$\$ BEGIN PERFORM tds_mirror_exec('erp', 'INSERT INTO dbo.note VALUES (1)');\n"
		  . "BEGIN PERFORM tds_mirror_exec('erp', 'INSERT INTO dbo.note VALUES (2)'); EXCEPTION WHEN connection_failure THEN NULL; END; END \$\$"),
		'08006', 'a handler that swallows the loss does not make a commit of it');
	is(committed(), '', 'nothing was committed');
};

subtest 'the server goes before BEGIN' => sub {
	$s->query('SELECT count(*) FROM note');
	$pair->a->control('fault batch close');
	is(states(insert(1)), '00000', 'a transaction that had not begun begins again');
	is(committed(), '1', 'once');
};

subtest 'cancel in a transaction' => sub {
	my $slow = remote('INSERT INTO dbo.note SELECT a.id FROM dbo.track a CROSS JOIN dbo.track b CROSS JOIN dbo.track c WHERE a.id + b.id + c.id < 0');

	$s->query('BEGIN;' . insert(1) . 'SAVEPOINT a');
	is(states("SET LOCAL statement_timeout = '300ms'", $slow), '00000 57014', 'statement_timeout');
	is(states('ROLLBACK TO a', insert(3), 'COMMIT'), '00000 00000 00000', 'the transaction goes on');
	is(committed(), '1 3', 'with what was not canceled');

	$s->query('BEGIN;' . insert(1) . 'SAVEPOINT a');
	$pair->a->control('fault attention ignore');
	is(states("SET LOCAL statement_timeout = '300ms'", $slow), '00000 57014', 'where attention is ignored');
	is(states('ROLLBACK TO a', insert(3), 'COMMIT'), '00000 08006 00000', 'it is doomed');
	$pair->a->control('clear');
	is(committed(), '', 'and gone');
};

subtest 'isolation levels' => sub {
	my ($ok, $out, $err, $state) = $s->try('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM track');

	is($state, '55000', 'without snapshot isolation there is no REPEATABLE READ');
	like($err, qr/HINT:.*ALLOW_SNAPSHOT_ISOLATION ON/, 'and the hint says how to allow it');
	$s->query('ROLLBACK');
	$pair->a->tsql('ALTER DATABASE erp SET ALLOW_SNAPSHOT_ISOLATION ON');
	$s->query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM note');
	$pair->a->tsql('INSERT INTO dbo.note VALUES (1)', database => 'erp');
	is($s->query('SELECT count(*) FROM note'), 0, 'REPEATABLE READ reads one snapshot');
	is($s->query('SAVEPOINT a; SELECT count(*) FROM note; ROLLBACK TO a; SELECT count(*) FROM note') =~ s/\s+/ /gr, '0 0', 'also across savepoints');
	is($s->query('COMMIT; SELECT count(*) FROM note'), 1, 'READ COMMITTED does not');
	is($s->query('BEGIN;' . insert(2) . 'SELECT count(*) FROM note') =~ s/\s+/ /gr, '1 2', 'nor does it with a transaction');
	$s->query('ROLLBACK');
	is(committed(), '1', 'rolled back');
	$s->query('BEGIN ISOLATION LEVEL REPEATABLE READ; SAVEPOINT a; SELECT count(*) FROM note; ROLLBACK TO a');
	$pair->a->tsql('INSERT INTO dbo.note VALUES (1)', database => 'erp');
	is($s->query('SELECT count(*) FROM note'), 0, 'a snapshot outlives the subtransaction that took it');
	$s->query('ROLLBACK');
	committed();
	$s->query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM note');
	$pair->a->tsql('INSERT INTO dbo.note VALUES (1)', database => 'erp');
	is(states(insert(2), 'ROLLBACK'), '40001 00000', 'a conflict in a snapshot can be tried again');
	committed();
	$s->query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM note');
	$pair->a->control('fault batch close');
	is(states('SELECT count(*) FROM note', 'ROLLBACK'), '08006 00000', 'a read that is lost before its first row is not repeated in another snapshot');
	$s->query('SELECT count(*) FROM note');
	$pair->a->control('fault batch close');
	is(states('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM note', 'COMMIT'), '00000 00000', 'but one that is lost before the snapshot is');
	is(states('BEGIN ISOLATION LEVEL SERIALIZABLE', insert(1), 'SELECT count(*) FROM note', 'COMMIT'), '00000 00000 00000 00000', 'SERIALIZABLE');
	is(committed(), '1', 'commits');
	is($s->query("SELECT count(*) FROM track"), track_rows(), 'and READ COMMITTED follows');
};

subtest 'memory' => sub {
	$s->query(<<'SQL');
CREATE PROCEDURE commit_growth(INOUT grown bigint DEFAULT 0) LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. 320 LOOP
		PERFORM tds_mirror_exec('erp', 'DELETE FROM dbo.note');
		COMMIT;
		IF i = 20 THEN
			grown := (SELECT sum(used_bytes) FROM pg_backend_memory_contexts);
		END IF;
	END LOOP;
	grown := (SELECT sum(used_bytes) FROM pg_backend_memory_contexts) - grown;
END $$;
SQL
	cmp_ok($s->query('CALL commit_growth()'), '<', 300 * 1024, 'a procedure that commits often does not grow');
};

# A transaction made at random, as statements; $lossy: the connection may get lost.
# What fails is rolled back to a savepoint, if there is one.  The number of errors.
sub random_transaction
{
	my ($told, $end, $lossy) = @_;
	my ($failed, $broken, @savepoints) = (0, 0);

	$pair->a->control('fault batch close skip ' . int rand 25) if $lossy;
	$s->query('BEGIN');
	for my $step (1 .. 3 + int rand 12)
	{
		my $dice = int rand 20;

		if ($broken || ($dice < 4 && @savepoints))
		{
			last unless @savepoints;
			splice @savepoints, 1 + int rand @savepoints;
			push @$told, "ROLLBACK TO $savepoints[-1]";
		}
		elsif ($dice < 8)
		{
			push @savepoints, "s$step";
			push @$told, "SAVEPOINT s$step";
		}
		elsif ($dice < 10 && @savepoints)
		{
			push @$told, 'RELEASE ' . (splice @savepoints, int rand @savepoints)[0];
		}
		elsif ($dice < 12)
		{
			push @$told, 'SELECT id FROM track LIMIT 2';
		}
		elsif ($dice < 13)
		{
			push @$told, insert(0) . insert(0);
		}
		else
		{
			push @$told, insert($step) . "INSERT INTO local_note VALUES ($step)";
		}
		$broken = !($s->try($told->[-1]))[0];
		$failed += $broken;
	}
	push @$told, $end;
	my @answer = $s->try($end);
	push @$told, $answer[2];
	$pair->a->control('clear');
	return $failed + !$answer[0];
}

# They do to the remote table what they do to a local one.
sub like_local
{
	my ($rounds, $lossy) = @_;
	my ($failed, $wrong) = (0, 0);

	for my $round (1 .. $rounds)
	{
		my @told;

		$failed += random_transaction(\@told, $round % 4 ? 'COMMIT' : 'ROLLBACK', $lossy);
		my $expected = $s->query("SELECT coalesce(string_agg(id::text, ' ' ORDER BY id), '') FROM local_note");

		$s->query('DELETE FROM local_note');
		my $found = committed();
		next if $found eq $expected;
		$wrong++;
		diag join "\n", "transaction $round: '$found', not '$expected'", @told;
	}
	is($wrong, 0, 'in every one of them');
	cmp_ok($failed, '>', 10, "although $failed statements failed");
}

subtest 'like a local table' => sub {
	srand(16);
	$s->query('CREATE TABLE local_note (id int PRIMARY KEY)');
	like_local(60, 0);
};

subtest 'like a local table, over a connection that gets lost' => sub {
	$s->query("ALTER SERVER erp OPTIONS (ADD commit_log_table 'commit_log')");
	$s->query("SELECT tds_mirror_create_commit_log('erp')");
	like_local(100, 1);
	$s->query('ALTER SERVER erp OPTIONS (DROP commit_log_table)');
};

subtest 'PREPARE TRANSACTION' => sub {
	is(states('BEGIN', insert(1), "PREPARE TRANSACTION 'x'"), '00000 00000 0A000', 'is refused with remote work');
	is(committed(), '', 'which is rolled back');
	is(states('BEGIN', 'SELECT count(*) FROM note', "PREPARE TRANSACTION 'x'", "ROLLBACK PREPARED 'x'"), '00000 00000 00000 00000', 'and allowed without');
};

subtest 'a new principal' => sub {
	$s->query('CREATE ROLE other SUPERUSER LOGIN; CREATE USER MAPPING FOR other SERVER erp OPTIONS (username \'' . $TdsMirror::Instance::user . "', password '$TdsMirror::Instance::password')");
	$s->query('BEGIN;' . insert(1));
	$pair->a->tsql('ALTER DATABASE erp SET PARTNER FAILOVER');
	$pair->wait_principal($pair->b);
	is($s->query('SET LOCAL ROLE other; SELECT instance FROM who'), 'B', 'another session finds it');
	is(states('RESET ROLE', insert(2), 'ROLLBACK'), '00000 08006 00000', 'poisons those in a transaction');
	is($s->query('SELECT instance FROM who'), 'B', 'and the next goes there');
	$pair->wait_synchronized;
	$s->query('BEGIN ISOLATION LEVEL REPEATABLE READ;' . insert(3));
	is($s->query('SET LOCAL ROLE other; SELECT count(*) FROM note'), 0, 'two mappings are two transactions');
	$s->query('COMMIT');
	is(committed(), '3', 'both end');
};

$s->quit;
$pair->stop;

done_testing();
