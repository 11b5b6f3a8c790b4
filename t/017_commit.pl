# COMMIT on the remote side: certain where it can be, in doubt and said so where it cannot.

use strict;
use warnings;
use Test::More;
use Time::HiRes qw(time);
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_rows track_table_sql);
use TdsMirror::Lab qw(slurp wait_until);
use TdsMirror::Pair;

my $cluster = TdsMirror::Cluster->start('commit');
my $tables = track_script() . "CREATE TABLE dbo.note (id int NOT NULL PRIMARY KEY)\ngo\n";
my $pair = TdsMirror::Pair->start(prefix => 'commit-', witness => 1, script => $tables);
my $alone = TdsMirror::Pair->start(prefix => 'commit-alone-', plain => 1, script => $tables);
my $s = $cluster->session;
my $observer = $cluster->session;
my $backend = $s->backend;
my $id = 0;
my @points = qw(commit_before_log commit_after_ship commit_after_local commit_before_reply);

$s->query(server_sql($pair) . server_sql($alone, name => 'alone', failover_partner => undef, require_mirroring => 'false')
	  . track_table_sql());

sub remote
{
	my ($sql, $server) = @_;
	$sql =~ s/'/''/g;
	return 'SELECT tds_mirror_exec(\'' . ($server // 'erp') . "', '$sql');";
}

sub insert
{
	my ($server) = @_;
	return remote('INSERT INTO dbo.note VALUES (' . ++$id . ')', $server);
}

# Is the row of the last insert there?  Waits for whoever is principal.
sub there
{
	my ($row, $instance) = @_;
	my $count;

	wait_until('a principal answers', 60, sub {
		my $principal = $instance // $pair->principal or return 0;
		my ($ok, $out) = $principal->try_tsql("SELECT COUNT(*) FROM dbo.note WHERE id = $row", database => 'erp');
		$count = $out =~ s/\s//gr if $ok;
		return $ok;
	});
	return $count;
}

# Waits for the end of a partner that was told to kill itself, or is killed, and
# brings it back as mirror.
sub revive
{
	my ($instance) = @_;

	waitpid($instance->{pid}, 0);
	$pair->wait_principal($instance == $pair->a ? $pair->b : $pair->a);
	$instance->launch;
	$pair->wait_synchronized;
	$pair->wait_witness;
	return;
}

# Sends COMMIT by a session and returns when the principal holds its answer back.
sub commit_held
{
	my ($session, $fault) = @_;
	my $principal = $pair->principal;
	my $strikes = sub { scalar grep { /commit_before_reply/ } $principal->control('events') };
	my $before = $strikes->();

	$principal->control("fault commit_before_reply $fault");
	$session->send('COMMIT');
	wait_until('COMMIT waits', 20, sub { $strikes->() > $before });
	return;
}

sub state_of { my @answer = $s->try($_[0]); return $answer[0] ? '00000' : $answer[3]; }

subtest 'certain' => sub {
	my $principal = $pair->principal;

	is(state_of('BEGIN;' . insert()), '00000', 'a transaction');
	$principal->control('fault commit_before_log error 1205');
	is(state_of('COMMIT'), '40P01', 'the server refuses COMMIT: its own error');
	is(there($id), 0, 'not committed');
	$principal->control('fault commit_before_log error 3902');
	is(state_of(insert()), '08006', 'nothing to commit: the work was lost');
	$principal->control('fault commit_before_log error 9002');
	is(state_of(insert()), '53100', 'log full');
	is(there($id), 0, 'not committed');
	is(state_of(insert()), '00000', 'the next one commits');

	is(state_of('BEGIN;' . insert()), '00000', 'a transaction');
	$principal->kill9;
	my (undef, undef, $error, $state) = $s->try('COMMIT');
	is($state, '08006', 'the server is gone before COMMIT: lost for certain');
	like($error, qr/the server has closed the connection/, 'and why');
	is(there($id), 0, 'not committed');
	revive($principal);
};

subtest 'in doubt' => sub {
	for my $point (@points)
	{
		for my $action ('close', 'kill')
		{
			my $principal = $pair->principal;

			$s->query('BEGIN;' . insert());
			$principal->control("fault $point $action");
			my (undef, undef, $error, $state) = $s->try('COMMIT');

			is($state, '08007', "$point $action: 08007");
			like($error, qr/COMMIT was sent to 127\.0\.0\.1,\d+ \(session \d+\) at \d{4}-.*no answer came/,
				"$point $action: where and when");
			like($error, qr/HINT:  Look on whichever partner/, "$point $action: and what to do");
			revive($principal) if $action eq 'kill';
		}
	}
	is(state_of(insert()), '00000', 'the next one commits');
	is(there($id), 1, 'and is there');
};

subtest 'with a commit log' => sub {
	$s->query("ALTER SERVER erp OPTIONS (ADD commit_log_table 'commit_log')");
	my (undef, undef, $error, $state) = $s->try(insert());
	is($state, '42P01', 'without the table nothing is committed');
	is(there($id), 0, 'nothing');
	$s->query("SELECT tds_mirror_create_commit_log('erp')");
	for my $point (@points)
	{
		for my $action ('close', 'kill')
		{
			my $principal = $pair->principal;
			my $row = $id + 1;

			$s->query('BEGIN;' . insert());
			$principal->control("fault $point $action");
			my ($ok, undef, $error, $state) = $s->try('COMMIT');

			$state = '00000' if $ok;
			like($state, qr/^(?:00000|08006)$/, "$point $action: is resolved") || diag $error;
			is(there($row), $state eq '00000' ? 1 : 0, "$point $action: truly ($state)");
			revive($principal) if $action eq 'kill';
		}
	}
	my $rows = $pair->principal->tsql('SELECT COUNT(*) FROM dbo.commit_log', database => 'erp');
	my $principal = $pair->principal;

	$s->query('BEGIN;' . insert());
	commit_held($s, 'delay 20000');
	$observer->query("SELECT pg_cancel_backend($backend)");
	(undef, undef, $error, $state) = $s->finish;
	$principal->control('clear');
	is($state, '08007', 'a cancel leaves it in doubt');
	my ($mark) = $error =~ /Its id in the commit log is ([-0-9a-f]{36})\./;
	like($principal->tsql("SELECT outcome FROM dbo.commit_log WHERE id = '$mark'", database => 'erp'), qr/^\s*committed\s*$/,
		'and the error names the row that tells');
	$s->query('ALTER SERVER erp OPTIONS (DROP commit_log_table)');
	cmp_ok($rows, '>=', 8, 'each left its row');
};

subtest 'time' => sub {
	my $principal = $pair->principal;

	$principal->control('fault commit_before_reply delay 1500');
	is(state_of("SET statement_timeout = '300ms'; BEGIN;" . insert() . 'COMMIT'), '00000', 'statement_timeout does not end COMMIT');
	is(there($id), 1, 'which commits');
	$principal->control('fault commit_before_reply delay 5000');
	is(state_of("DO \$\$ BEGIN PERFORM tds_mirror_exec('erp', 'INSERT INTO dbo.note VALUES (" . ++$id . ")'); COMMIT; END \$\$"),
		'08007', 'where it does, in a procedure, the outcome is in doubt');
	$s->query('RESET statement_timeout');
	$principal->control('clear');

	$s->query('BEGIN;' . insert());
	commit_held($s, 'delay 20000');
	my $start = time;
	$observer->query("SELECT pg_cancel_backend($backend)");
	my (undef, undef, $error, $state) = $s->finish;
	is($state, '08007', 'a cancel ends the wait, not the doubt');
	cmp_ok(time - $start, '<', 10, 'soon');
	$principal->control('clear');
	is(state_of('SELECT pg_sleep(0.1)'), '00000', 'and is not heard again');

	$s->query("ALTER SERVER erp OPTIONS (ADD commit_timeout '1 s')");
	$s->query('SELECT count(*) FROM track; BEGIN;' . insert());
	$principal->control('fault commit_before_reply hang');
	$start = time;
	is(state_of('COMMIT'), '08007', 'commit_timeout');
	cmp_ok(time - $start, '<', 10, 'is kept');
	$principal->control('clear');
	$s->query('ALTER SERVER erp OPTIONS (DROP commit_timeout)');

	my $other = $cluster->session;
	my $pid = $other->backend;
	$other->query('BEGIN;' . insert());
	commit_held($other, 'hang');
	$observer->query("SELECT pg_terminate_backend($pid)");
	wait_until('the backend ends', 20, sub { $observer->query("SELECT count(*) FROM pg_stat_activity WHERE pid = $pid") == 0 });
	like(slurp($cluster->log_file), qr/\[$pid\] 08007 ERROR:/, 'pg_terminate_backend ends the backend, not in silence');
	$principal->control('clear');
};

subtest 'a transaction that has only read' => sub {
	$pair->principal->tsql('ALTER DATABASE erp SET ALLOW_SNAPSHOT_ISOLATION ON');
	$s->query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM track');
	$pair->principal->control('fault batch close');
	is(state_of('COMMIT'), '00000', 'loses nothing with its COMMIT');
	$s->query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM track');
	my $principal = $pair->principal;
	$principal->kill9;
	is(state_of('COMMIT'), '00000', 'nor with its server');
	revive($principal);
	$s->query('BEGIN; SAVEPOINT a;' . insert() . 'ROLLBACK TO a');
	is(state_of('COMMIT'), '00000', 'nor has one that took back what it wrote');
	is(there($id), 0, 'which is not there');
};

subtest 'two servers' => sub {
	$s->query('BEGIN;' . insert() . insert('alone') . 'COMMIT');
	is(there($id - 1) . there($id, $alone->a), '11', 'both commit');
	$s->query('BEGIN;' . insert('alone') . insert() . 'ROLLBACK');
	is(there($id) . there($id - 1, $alone->a), '00', 'both roll back');

	$s->query('BEGIN;' . insert() . insert('alone'));
	$pair->principal->control('fault commit_before_log error 1205');
	is(state_of('COMMIT'), '40P01', 'the first fails: an error like any other');
	is(there($id - 1) . there($id, $alone->a), '00', 'nothing is committed');

	$s->query('BEGIN;' . insert() . insert('alone'));
	$alone->a->control('fault commit_before_log error 1205');
	my (undef, undef, $error, $state) = $s->try('COMMIT');
	is($state, '08007', 'the second fails: 08007');
	like($error, qr/Committed: "erp" at \S+\.\s+Not committed: "alone" at \S+\./, 'and the lists say where');
	is(there($id - 1) . there($id, $alone->a), '10', 'truly');

	$s->query('BEGIN;' . insert() . insert('alone'));
	$alone->a->control('fault commit_before_reply close');
	(undef, undef, $error, $state) = $s->try('COMMIT');
	is($state, '08007', 'the second is lost: 08007');
	like($error, qr/Committed: "erp" at \S+\.\s+Unknown: "alone" at \S+\./, 'and the lists say so');

	$s->query('BEGIN;' . insert() . insert('alone'));
	$pair->principal->control('fault commit_before_log close');
	(undef, undef, $error, $state) = $s->try('COMMIT');
	is($state, '08007', 'the first is lost: 08007');
	like($error, qr/Not committed: "alone" at \S+\.\s+Unknown: "erp" at \S+\./, 'and the second was not asked');
	is(there($id, $alone->a), '0', 'truly');
};

subtest 'keep_connections' => sub {
	my $spid = 'SELECT spid FROM spid';

	$s->query("CREATE FOREIGN TABLE spid (spid smallint) SERVER erp OPTIONS (query 'SELECT \@\@SPID AS spid')");
	is($s->query($spid), $s->query($spid), 'a session is kept');
	$s->query("ALTER SERVER erp OPTIONS (ADD keep_connections 'false')");
	isnt($s->query($spid), $s->query($spid), 'without keep_connections it is not');
	is($s->query('BEGIN;' . insert() . 'SELECT count(*) FROM track; COMMIT') =~ s/\s+/ /gr, '1 ' . track_rows(), 'a transaction');
	is(there($id), 1, 'is committed all the same');
};

$_->quit for $s, $observer;
$_->stop for $pair, $alone;

done_testing();
