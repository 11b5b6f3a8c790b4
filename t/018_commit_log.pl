# The commit log: its table, the mark of each transaction that wrote, and what it
# says of a COMMIT whose answer never came.

use strict;
use warnings;
use POSIX ();
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql);
use TdsMirror::Lab qw(wait_until);
use TdsMirror::Pair;
use Time::HiRes qw(sleep time);

my $cluster = TdsMirror::Cluster->start('commit_log');
my $pair = TdsMirror::Pair->start(prefix => 'log-', script =>
	"CREATE TABLE dbo.ledger (id int NOT NULL PRIMARY KEY)\ngo\n"
	  . "ALTER DATABASE erp SET READ_COMMITTED_SNAPSHOT ON\ngo\n"
	  . "CREATE VIEW dbo.a_view AS SELECT id FROM dbo.ledger\ngo\n"
	  . "CREATE TABLE dbo.no_key (id uniqueidentifier NOT NULL, outcome varchar(9), written_at datetime2 DEFAULT SYSUTCDATETIME())\ngo\n"
	  . "CREATE TABLE dbo.narrow (id uniqueidentifier NOT NULL PRIMARY KEY, outcome varchar(8), "
	  . "written_at datetime2 DEFAULT SYSUTCDATETIME())\ngo\n"
	  . "CREATE TABLE dbo.needy (id uniqueidentifier NOT NULL PRIMARY KEY, outcome nvarchar(20) NOT NULL, "
	  . "written_at datetime2 NOT NULL DEFAULT SYSUTCDATETIME(), who int NOT NULL)\ngo\n"
	  . "CREATE TABLE dbo.own_log (id uniqueidentifier NOT NULL PRIMARY KEY, outcome nvarchar(20) NOT NULL, "
	  . "written_at datetime2 NOT NULL DEFAULT SYSUTCDATETIME(), who int NULL)\n");
my ($a, $b) = ($pair->a, $pair->b);
my $session = $cluster->session;
my $other = $cluster->session;
my $backend = $session->backend;
my $next = 0;

sub remote
{
	my ($sql) = @_;
	my $out = $a->tsql($sql, database => 'erp');
	return $out =~ s/\s+//gr;
}

sub refused
{
	my ($sql, $state, $words, $name) = @_;
	my ($ok, $out, $err, $got) = $session->try($sql);

	return ok($got eq $state && $err =~ $words, $name) || diag("$got $out $err");
}

# A transaction of one row on a server; COMMIT is sent, and finish_one() takes its answer.
sub start_one
{
	my ($server, @faults) = @_;

	$next++;
	$session->query('BEGIN');
	$session->query("SELECT tds_mirror_exec('$server', 'INSERT INTO dbo.ledger VALUES ($next)')");
	$a->control("fault $_") for @faults;
	$session->send('COMMIT');
	return $next;
}

sub is_there
{
	my ($id) = @_;
	return remote("SELECT COUNT(*) FROM dbo.ledger WHERE id = $id");
}

sub loses
{
	my ($name, $want, @faults) = @_;
	my $id = start_one('erp', @faults);
	my (undef, undef, $err, $state) = $session->finish;

	is($state, $want, "$name: " . ($want ? "SQLSTATE $want" : 'COMMIT succeeds')) or diag $err;
	is(is_there($id), $want ? 0 : 1, "$name: which is what the server shows");
	$a->control('clear');
	return;
}

$session->query(server_sql($pair, commit_timeout => 20));
$session->query(server_sql($pair, name => 'hasty', commit_timeout => 2, commit_log_table => 'dbo.commit_log'));

# The table: made once, and only where it can do its work.
refused("SELECT tds_mirror_create_commit_log('erp')", '55000', qr/no commit log.*HINT:.*ALTER SERVER erp/s, 'without the option');
refused("SELECT tds_mirror_prune_commit_log('erp')", '55000', qr/no commit log/, 'nor is there anything to prune');
$session->query("ALTER SERVER erp OPTIONS (ADD commit_log_table 'dbo.a_view')");
for my $case ([ 'dbo.a_view', qr/not a table/ ], [ 'dbo.ledger', qr/no column "id" of type uniqueidentifier/ ],
	[ 'dbo.no_key', qr/not the primary key/ ], [ 'dbo.narrow', qr/no column "outcome"/ ], [ 'dbo.needy', qr/needs a value/ ])
{
	my ($table, $words) = @$case;

	$session->query("ALTER SERVER erp OPTIONS (SET commit_log_table '$table')");
	refused("SELECT tds_mirror_create_commit_log('erp')", '42809', $words, "$table is refused");
}
$session->query("ALTER SERVER erp OPTIONS (SET commit_log_table 'nowhere.commit_log')");
refused("SELECT tds_mirror_create_commit_log('erp')", '3F000', qr/SQL Server error 2760/, 'a schema that is not there');
$session->query("ALTER SERVER erp OPTIONS (SET commit_log_table 'own_log')");
is($session->query("SELECT tds_mirror_create_commit_log('erp')"), 'f', 'a table of the administrator will do');
$session->query("ALTER SERVER erp OPTIONS (SET commit_log_table 'dbo.commit_log')");
is($session->query("SELECT tds_mirror_create_commit_log('erp')"), 't', 'the table is created');
is($session->query("SELECT tds_mirror_create_commit_log('erp')"), 'f', 'once');

# Who may.
$session->query('BEGIN READ ONLY');
refused("SELECT tds_mirror_create_commit_log('erp')", '25006', qr/read-only/, 'not in a read-only transaction');
$session->query('ROLLBACK');
$session->query('BEGIN READ ONLY');
refused("SELECT tds_mirror_prune_commit_log('erp')", '25006', qr/read-only/, 'nor is pruning');
$session->query('ROLLBACK');
$session->query('CREATE ROLE clerk; SET ROLE clerk');
refused("SELECT tds_mirror_create_commit_log('erp')", '42501', qr/permission denied for function/, 'PUBLIC may not create');
refused("SELECT tds_mirror_prune_commit_log('erp')", '42501', qr/permission denied for function/, 'nor prune');
$session->query('RESET ROLE; GRANT EXECUTE ON FUNCTION tds_mirror_prune_commit_log(name, interval) TO clerk; SET ROLE clerk');
refused("SELECT tds_mirror_prune_commit_log('erp')", '42501', qr/permission denied for foreign server/, 'without USAGE nobody may');
$session->query('RESET ROLE');

# Old rows go, young ones stay.
remote("INSERT INTO dbo.commit_log (id, outcome, written_at) SELECT NEWID(), 'committed', DATEADD(hour, -25, SYSUTCDATETIME()) FROM standin_rows(10)");
remote("INSERT INTO dbo.commit_log (id, outcome, written_at) SELECT NEWID(), 'aborted', DATEADD(day, -8, SYSUTCDATETIME()) FROM standin_rows(2500)");
refused("SELECT tds_mirror_prune_commit_log('erp', '23 hours 59 minutes')", '22023', qr/at least a day old/, 'less than a day is refused');
refused("SELECT tds_mirror_prune_commit_log('erp', '-8 days')", '22023', qr/at least a day old/, 'so is a negative age');
is($session->query("SELECT tds_mirror_prune_commit_log('erp')"), 2500, 'a week is the default');
is($session->query("SELECT tds_mirror_prune_commit_log('erp', '10000 years')"), 0, 'nothing is that old');
is($session->query("SELECT tds_mirror_prune_commit_log('erp', '1 day')"), 10, 'a day');

# Marks: one for each transaction that wrote, none for others.
$session->query('BEGIN');
$session->query("SELECT tds_mirror_exec('erp', 'INSERT INTO dbo.ledger VALUES (" . ++$next . ")')");
refused("SELECT tds_mirror_prune_commit_log('erp')", '25001', qr/remote work/, 'not in a transaction that has remote work');
$session->query('ROLLBACK');
is(remote('SELECT COUNT(*) FROM dbo.commit_log'), 0, 'a rollback leaves no mark');
$session->query("CREATE FOREIGN TABLE ledger (id int) SERVER erp OPTIONS (schema_name 'dbo', table_name 'ledger')");
$session->query('BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT count(*) FROM ledger; COMMIT');
is(remote('SELECT COUNT(*) FROM dbo.commit_log'), 0, 'nor does a transaction that has only read');
start_one('erp');
$session->finish;
is(remote("SELECT COUNT(*) FROM dbo.commit_log WHERE outcome = 'committed'"), 1, 'a transaction that wrote leaves one');

# A server that somebody drops meanwhile is asked all the same.
$session->query(server_sql($pair, name => 'leaving', commit_timeout => 20, commit_log_table => 'dbo.commit_log'));
{
	my $id = start_one('leaving', 'commit_before_log delay 3000', 'commit_before_reply close');

	wait_until('COMMIT is on its way', 20, sub { grep { /^commit_before_log .* hits 1/ } $a->control('faults') });
	$other->query('DROP SERVER leaving CASCADE');
	my (undef, undef, $err, $state) = $session->finish;
	is($state, '', 'a server that was dropped during COMMIT: COMMIT succeeds') or diag $err;
	is(is_there($id), 1, '... as the server shows');
	$a->control('clear');
}

# The answer is lost at each point of the commit.
loses('lost before the log', '08006', 'commit_before_log close');
loses('reset before the log', '08006', 'commit_before_log reset');
loses('lost when the mirror has it', '', 'commit_after_ship close');
loses('lost after the commit', '', 'commit_after_local reset');
loses('lost before the reply', '', 'commit_before_reply close');
is(remote("SELECT COUNT(*) FROM dbo.commit_log WHERE outcome = 'aborted'"), 2, 'what was not committed has a tombstone');

# The mark itself is lost, or refused: COMMIT was not sent, so that is certain.
loses('lost at the mark', '08006', 'batch reset');
loses('the mark is refused', '40P01', 'batch error 1205');

# The answers of those who ask are lost, too; a tombstone is found that was left before.
loses('three searches are lost', '08006', 'commit_before_log close 0 count 4');
loses('a tombstone is there already', '08006', 'commit_before_log close', 'commit_before_reply close');
loses('with the link slow', '', 'link delay 500', 'commit_before_reply close');

# A commit that is still under way: a read of versions knows nothing of it, the tombstone waits.
my $id = start_one('hasty', 'commit_before_log delay 2600');
wait_until('COMMIT is under way', 10, sub { !grep { /count 1 / } $a->control('faults') });
is(is_there($id), 0, 'under RCSI a read sees nothing of a commit under way');
my (undef, undef, $err, $state) = $session->finish;
is($state, '', 'but the search waits for it') or diag $err;
is(is_there($id), 1, 'and it is there');

# The bound is exceeded.
my $began = time;
$id = start_one('hasty', 'commit_before_log delay 9000');
(undef, undef, $err, $state) = $session->finish;
is($state, '08007', 'a commit that takes too long is in doubt');
cmp_ok(time - $began, '<', 8.5, 'within the bounds of COMMIT and search');
like($err, qr/DETAIL:.*still holds its locks/, 'DETAIL says why');
my ($mark) = $err =~ /Its id in the commit log is ([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})/;
ok(defined $mark, 'the message names the id') or diag $err;
wait_until('the commit is through', 20, sub { is_there($id) });
is(remote("SELECT outcome FROM dbo.commit_log WHERE id = '$mark'"), 'committed', 'under which the log tells later');

# A cancel ends the search.
$id = start_one('erp', 'commit_before_log delay 5000');
wait_until('COMMIT is under way', 10, sub { !grep { /count 1 / } $a->control('faults') });
$began = time;
$other->query("SELECT pg_cancel_backend($backend)");
(undef, undef, $err, $state) = $session->finish;
is($state, '08007', 'a cancel during COMMIT leaves it in doubt, never canceled');
cmp_ok(time - $began, '<', 4.5, 'at once');
wait_until('the commit is through', 20, sub { is_there($id) });

# A log that is gone: nothing is committed, and the remedy is named.
$a->tsql('DROP TABLE dbo.commit_log', database => 'erp');
$id = start_one('erp');
(undef, undef, $err, $state) = $session->finish;
is($state, '42P01', 'without its table a transaction is not committed');
like($err, qr/HINT:.*tds_mirror_create_commit_log\('erp'\)/, 'HINT names the function');
is(is_there($id), 0, 'and is rolled back');
is($session->query("SELECT tds_mirror_create_commit_log('erp')"), 't', 'which makes it anew');

# Nobody can be asked.
my ($fds) = $session->footprint;
$id = start_one('hasty', 'commit_before_reply kill');
(undef, undef, $err, $state) = $session->finish;
is($state, '08007', 'without a principal it is in doubt');
like($err, qr/DETAIL:.*could not find the principal/, 'DETAIL says who was asked');
waitpid($a->{pid}, 0);
$a->launch;
$pair->wait_synchronized;
is(is_there($id), 1, 'it had been committed');
loses('when the principal is back', '', 'commit_before_reply close');
my ($fds_now) = $session->footprint;
cmp_ok($fds_now, '<=', $fds, 'no socket has leaked');

# A failover that takes the answer with it.
$pair->stop;
$pair = TdsMirror::Pair->start(prefix => 'log2-', witness => 1, script => 'CREATE TABLE dbo.ledger (id int NOT NULL PRIMARY KEY)');
($a, $b) = ($pair->a, $pair->b);
$session->query(server_sql($pair, name => 'watched', commit_timeout => 30, commit_log_table => 'dbo.commit_log'));
$session->query("SELECT tds_mirror_create_commit_log('watched')");
$id = start_one('watched', 'commit_after_ship kill');
(undef, undef, $err, $state) = $session->finish;
is($state, '', 'the mirror has it and takes over: it is committed') or diag $err;
waitpid($a->{pid}, 0);
($a, $b) = ($b, $a);
is(is_there($id), 1, 'and is there');

# Forced service: what the old principal had committed is lost, and is reported as such.
$b->launch;
$pair->wait_synchronized;
$a->tsql('ALTER DATABASE erp SET WITNESS OFF');
$a->tsql('ALTER DATABASE erp SET PARTNER SAFETY OFF');
$id = start_one('watched', 'link delay 3000 count 100', 'commit_before_reply kill');
wait_until('the principal dies', 20, sub { waitpid($a->{pid}, POSIX::WNOHANG()) > 0 });
$pair->force_service($b);
(undef, undef, $err, $state) = $session->finish;
is($state, '08006', 'a commit that the new principal never received is rolled back') or diag $err;
$a = $b;
is(is_there($id), 0, 'which is what everybody sees there');
$pair->stop;

done_testing();
