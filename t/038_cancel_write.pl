# A cancel in the middle of a write: soon, nothing of the statement stays, what was
# done before it can be kept, and the session goes on.  In the middle of COMMIT it
# is never taken for a rollback.

use strict;
use warnings;
use Test::More;
use Time::HiRes qw(sleep time);
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql);
use TdsMirror::Lab qw(wait_until);
use TdsMirror::Pair;

my $cluster = TdsMirror::Cluster->start('cancel-write');
my $pair = TdsMirror::Pair->start(prefix => 'cancel-write-', script => <<'SQL');
CREATE TABLE dbo.heap (id int NOT NULL, note nvarchar(40) NULL)
go
CREATE TABLE dbo.many (id int NOT NULL PRIMARY KEY, amount int NOT NULL)
go
INSERT INTO dbo.many SELECT id, 0 FROM standin_rows(100000)
go
CREATE TABLE dbo.note (id int NOT NULL CONSTRAINT PK_note PRIMARY KEY)
go
SQL
my $principal = $pair->a;
my $s = $cluster->session;
my $observer = $cluster->session;
my $holder = $cluster->session;
my $backend = $s->backend;
my $id = 0;

$s->query(server_sql($pair, application_name => 'victim', commit_timeout => '60 s')
	  . server_sql($pair, name => 'others', application_name => 'others'));
$s->query(<<'SQL');
CREATE FOREIGN TABLE heap (id int, note text) SERVER erp OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE many (id int OPTIONS (key 'true'), amount int) SERVER erp OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE note (id int OPTIONS (key 'true')) SERVER erp OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE other_note (id int OPTIONS (key 'true')) SERVER others OPTIONS (schema_name 'dbo', table_name 'note');
CREATE FUNCTION here(int) RETURNS int LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN $1; END $$;
SQL

sub on_server { return $principal->tsql($_[0], database => 'erp') =~ s/\s+//gr; }

sub state_of { my @answer = $s->try($_[0]); return $answer[0] ? '00000' : $answer[3]; }

sub struck { my ($point) = @_; return scalar grep { /^$point .* hits [1-9]/ } $principal->control('faults'); }

sub open_transactions
{
	return on_server("SELECT COUNT(*) FROM sys.dm_exec_sessions WHERE program_name = 'victim' AND open_transaction_count > 0");
}

# What of all tables a cancelled statement may have left: nothing.
sub traces
{
	return join ' ', on_server('SELECT COUNT(*) FROM dbo.heap'), on_server('SELECT COUNT(*) FROM dbo.many WHERE amount <> 0'),
	  on_server('SELECT COUNT(*) FROM dbo.many'), on_server('SELECT COUNT(*) FROM dbo.note WHERE id >= 1000000');
}

# Statements that take longer than anybody waits before the cancel, and how one knows that the server has some of it.
my %long = (
	'INSERT of many rows' => { sql => 'INSERT INTO heap SELECT i, repeat(\'x\', 20) FROM generate_series(1, 20000000) AS i' },
	'INSERT row by row' => { sql => 'INSERT INTO note SELECT i FROM generate_series(1000000, 20000000) AS i ON CONFLICT DO NOTHING' },
	'UPDATE row by row' => { sql => 'UPDATE many SET amount = here(id) WHERE here(id) > 0' },
	'DELETE row by row' => { sql => 'DELETE FROM many WHERE here(id) > 0' },
	# What a busy server can undo in the time that an abort has; and more than that, where the
	# connection may be lost, and with it a transaction.
	'COPY' => { sql => q{COPY heap (id) FROM PROGRAM 'perl -e ''while (1) { print "7\n" x 100; select undef, undef, undef, 0.001 }'''} },
	'COPY at full speed' => { sql => 'COPY heap (id) FROM PROGRAM \'yes 7\'', alone => 1 },
	'UPDATE that waits for a lock' => { sql => 'UPDATE many SET amount = amount + 1 WHERE id = 1', blocked => 1 },
	'UPDATE by key that waits for a lock' => { sql => 'UPDATE many SET amount = here(1) WHERE id = 1', blocked => 1 },
	'INSERT that waits for a lock' => { sql => 'INSERT INTO heap VALUES (1)', blocked => 1 },
	'COPY that waits for a lock' => { sql => 'COPY heap (id) FROM PROGRAM \'seq 1 5000\'', blocked => 1 },
);

sub cancelled
{
	my ($long, $how) = @_;
	my $start = time;

	$s->query("SET statement_timeout = '900ms'") if $how eq 'statement_timeout';
	$s->send($long->{sql});
	if ($how ne 'statement_timeout')
	{
		sleep 0.6;
		$start = time;
		$observer->query("SELECT $how($backend)");
	}
	my ($ok, undef, $err, $state) = $s->finish;
	return ($state || "no error: $err", time - $start);
}

for my $name (sort keys %long)
{
	for my $how ('pg_cancel_backend', 'statement_timeout')
	{
		my $long = $long{$name};
		my $case = "$name, $how";

		# alone
		$holder->query('BEGIN; INSERT INTO other_note VALUES (-1)') if $long->{blocked};
		my ($state, $elapsed) = cancelled($long, $how);
		is($state, '57014', "$case: 57014");
		cmp_ok($elapsed, '<', 6, "$case: soon");
		$holder->query('ROLLBACK') if $long->{blocked};
		$s->query('RESET statement_timeout');
		wait_until("$case: it is undone", 30, sub { open_transactions() == 0 }) if $long->{alone};
		is(open_transactions(), 0, "$case: no transaction is open");
		is(traces(), '0 0 100000 0', "$case: nothing of it stays");
		is(state_of('INSERT INTO note VALUES (' . ++$id . ')'), '00000', "$case: the session goes on");

		# after other work, which is kept; where somebody else holds the lock nothing could have been done before
		next if $long->{blocked} || $long->{alone};
		$s->query('BEGIN; INSERT INTO note VALUES (' . ++$id . '); SAVEPOINT s');
		($state) = cancelled($long, $how);
		is($state, '57014', "$case, in a transaction: 57014");
		$s->query('ROLLBACK TO s; RESET statement_timeout');
		my ($ok, undef, undef, $after) = $s->try('INSERT INTO note VALUES (' . ++$id . ')');
		is($after, '', "$case, in a transaction: it goes on after the savepoint");
		$s->query('COMMIT');
		is(on_server('SELECT COUNT(*) FROM dbo.note WHERE id IN (' . ($id - 1) . ", $id)"), 2, "$case: and is whole");
		is(traces(), '0 0 100000 0', "$case: nothing of the statement stays");
	}
}

# A server that does not even hear the cancel: the connection is given up, and the transaction with it.
for my $write ('INSERT INTO heap VALUES (1)', 'UPDATE many SET amount = 1', 'DELETE FROM many WHERE here(id) = 5', 'COPY heap (id) FROM PROGRAM \'seq 1 5000\'')
{
	$s->query('BEGIN; INSERT INTO note VALUES (' . ++$id . '); SAVEPOINT s');
	$principal->control('fault batch hang scope victim');
	$s->send($write);
	wait_until('the server was asked', 20, sub { struck('batch') });
	sleep 0.2;
	my $start = time;
	$observer->query("SELECT pg_cancel_backend($backend)");
	my (undef, undef, undef, $state) = $s->finish;
	is($state, '57014', "$write, unheard: 57014");
	cmp_ok(time - $start, '<', 10, "$write, unheard: soon");
	$principal->control('clear');
	$s->query('ROLLBACK TO s');
	is(state_of('INSERT INTO note VALUES (' . ++$id . ')'), '08006', "$write, unheard: the transaction is lost");
	is(state_of('COMMIT'), '00000', "$write, unheard: it can only be ended");
	is(on_server('SELECT COUNT(*) FROM dbo.note WHERE id IN (' . ($id - 1) . ", $id)"), 0, "$write, unheard: nothing of it is there");
	is(traces(), '0 0 100000 0', "$write, unheard: nor of the statement");
	$s->query('BEGIN; INSERT INTO note VALUES (' . ++$id . '); SAVEPOINT s');
	$principal->control('fault batch hang scope victim');
	$s->send($write);
	wait_until('the server was asked', 20, sub { struck('batch') });
	$observer->query("SELECT pg_cancel_backend($backend)");
	$s->finish;
	$principal->control('clear');
	$s->query('ROLLBACK TO s');
	is(state_of('COMMIT'), '08006', "$write, unheard: COMMIT does not say that it was done");
	is(on_server("SELECT COUNT(*) FROM dbo.note WHERE id = $id"), 0, "$write, unheard: for it was not");
}

# COMMIT: never 57014, and what is said is true.
sub commit_cancelled
{
	my ($point) = @_;
	my $strikes = sub { scalar grep { /$point/ } $principal->control('events') };
	my $before = $strikes->();

	$s->query('BEGIN; INSERT INTO note VALUES (' . ++$id . '); UPDATE many SET amount = here(0) WHERE id = 3');
	$principal->control("fault $point delay 4000 scope victim");
	$s->send('COMMIT');
	wait_until('COMMIT waits', 20, sub { $strikes->() > $before });
	$observer->query("SELECT pg_cancel_backend($backend)");
	my ($ok, undef, $err, $state) = $s->finish;
	$principal->control('clear');
	wait_until('the server has ended the transaction', 20, sub { open_transactions() eq '0' });
	return $ok ? '00000' : $state;
}

for my $point ('commit_before_log', 'commit_after_local', 'commit_before_reply')
{
	is(commit_cancelled($point), '08007', "COMMIT, $point: in doubt");
	like(on_server("SELECT COUNT(*) FROM dbo.note WHERE id = $id"), qr/^[01]$/, "COMMIT, $point: one or the other");
	is(state_of('INSERT INTO note VALUES (' . ++$id . ')'), '00000', "COMMIT, $point: the session goes on");
}
$s->query("ALTER SERVER erp OPTIONS (ADD commit_log_table 'commit_log')");
$s->query("SELECT tds_mirror_create_commit_log('erp')");
for my $point ('commit_before_log', 'commit_after_local', 'commit_before_reply')
{
	my $state = commit_cancelled($point);

	like($state, qr/^(?:00000|08006|08007)$/, "COMMIT with a commit log, $point: $state");
	my $there = on_server("SELECT COUNT(*) FROM dbo.note WHERE id = $id");
	is($there, $state eq '00000' ? 1 : $state eq '08006' ? 0 : $there, "COMMIT with a commit log, $point: truly");
	is(state_of('INSERT INTO note VALUES (' . ++$id . ')'), '00000', "COMMIT with a commit log, $point: the session goes on");
}
$s->query('ALTER SERVER erp OPTIONS (DROP commit_log_table)');
$principal->control('fault commit_before_reply delay 1500 scope victim');
is(state_of("SET statement_timeout = '400ms'; BEGIN; INSERT INTO note VALUES (" . ++$id . '); COMMIT'), '00000',
	'statement_timeout does not end COMMIT');
is(on_server("SELECT COUNT(*) FROM dbo.note WHERE id = $id"), 1, 'which commits');
$s->query('RESET statement_timeout');

# What the server ends by itself: deadlock, snapshot conflict, a lock that is not to be had.
my %ended = (1205 => [ '40P01', '08006' ], 3960 => [ '40001', '08006' ], 1222 => [ '55P03', '00000' ]);
for my $error (sort keys %ended)
{
	my ($state, $after) = @{ $ended{$error} };

	$s->query('BEGIN; INSERT INTO note VALUES (' . ++$id . '); SAVEPOINT s');
	$principal->control("fault batch error $error scope victim");
	is(state_of('UPDATE many SET amount = here(7) WHERE id = 7'), $state, "error $error: $state");
	$s->query('ROLLBACK TO s');
	is(state_of('INSERT INTO note VALUES (' . ++$id . ')'), $after, "error $error: afterwards $after");
	is(state_of('COMMIT'), '00000', "error $error: the end");
	is(on_server('SELECT COUNT(*) FROM dbo.note WHERE id IN (' . ($id - 1) . ", $id)"), $after eq '00000' ? 2 : 0,
		"error $error: all or nothing");
	is(traces(), '0 0 100000 0', "error $error: nothing of the statement");
	is(state_of('UPDATE many SET amount = here(0) WHERE id = 7'), '00000', "error $error: again, and it works");
}
$_->quit for $s, $observer, $holder;
$pair->stop;

done_testing();
