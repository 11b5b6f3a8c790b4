# Role management from SQL: what is refused and why, what is done, and what is
# found out when the connection breaks under the statement.

use strict;
use warnings;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql who_table_sql);
use TdsMirror::Pair;
use TdsMirror::Roles;

my $cluster = TdsMirror::Cluster->start('roles-fdw');
my $pair = TdsMirror::Pair->start(prefix => 'roles-fdw-',
	script => 'CREATE TABLE dbo.t (id int NOT NULL PRIMARY KEY)');
my ($a, $b) = ($pair->a, $pair->b);
my $roles = TdsMirror::Roles->new($pair);
my $psql = $cluster->session;

$psql->query(server_sql($pair, login_timeout => '3 s', application_name => 'roles') . who_table_sql());

sub fails
{
	my ($session, $sql, $state, $pattern, $name) = @_;
	my ($ok, $out, $err, $got) = $session->try($sql);

	is($got, $state, "$name: $state") or diag "$out$err";
	like($err, $pattern, "$name: the message helps");
	return;
}

sub batches { return $a->counter('batches') + $b->counter('batches'); }

# Who may, and when.
$psql->query('CREATE ROLE stranger; CREATE USER MAPPING FOR stranger SERVER erp OPTIONS (username $$x$$, password $$y$$)');
my %call = (
	failover => "tds_mirror_failover('erp')",
	force_service => "tds_mirror_force_service('erp', true)",
	suspend => "tds_mirror_suspend('erp')",
	resume => "tds_mirror_resume('erp')",
	set_safety => "tds_mirror_set_safety('erp', 'full')");
for my $name (sort keys %call)
{
	my $quiet = batches();

	fails($psql, "BEGIN READ ONLY; SELECT $call{$name}", '25006', qr/tds_mirror_$name\(\).*read-only/, "$name, read-only");
	$psql->try('ROLLBACK');
	$psql->query('SET ROLE stranger');
	fails($psql, "SELECT $call{$name}", '42501', qr/permission denied for function tds_mirror_$name/, "$name, PUBLIC");
	$psql->query('RESET ROLE');
	my ($grant) = $psql->query("SELECT oid::regprocedure FROM pg_proc WHERE proname = 'tds_mirror_$name'");
	$psql->query("GRANT EXECUTE ON FUNCTION $grant TO stranger; SET ROLE stranger");
	fails($psql, "SELECT $call{$name}", '42501', qr/permission denied for foreign server erp/, "$name without USAGE");
	$psql->query('RESET ROLE');
	is(batches(), $quiet, "$name: nobody was asked");
}
fails($psql, "SELECT tds_mirror_failover('erp', '0 s')", '22023', qr/greater than zero/, 'no time at all');
fails($psql, "SELECT tds_mirror_set_safety('erp', 'half')", '22023', qr/"half".*HINT:.*FULL and OFF/s, 'a level that is none');

# A database that is not mirrored.
$a->tsql('CREATE DATABASE plain');
$psql->query(server_sql($pair, name => 'plain', database => 'plain', login_timeout => '2 s', require_mirroring => 'false'));
for my $name (qw(failover suspend resume))
{
	fails($psql, "SELECT tds_mirror_$name('plain')", '55000', qr/is refused: it is not mirrored.*HINT:.*SET PARTNER/s, "$name, not mirrored");
}
fails($psql, "SELECT tds_mirror_force_service('plain', true)", '55000', qr/is refused: "A" serves it/, 'forced service, not mirrored');

# A login that may look but not touch.
$psql->query('CREATE SERVER low FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername '
	  . "'127.0.0.1,@{[$a->port]}', failover_partner '127.0.0.1,@{[$b->port]}', database 'erp', login_timeout '2 s')");
$psql->query("CREATE USER MAPPING FOR CURRENT_USER SERVER low OPTIONS (username 'reader', password '$TdsMirror::Instance::password')");
for my $call ("failover('low')", "suspend('low')", "set_safety('low', 'off')")
{
	fails($psql, "SELECT tds_mirror_$call", '42501', qr/is refused: the login may not alter it.*error 5011.*HINT:.*ALTER/s, "$call without the right");
}

# Suspension, resumption, safety: done, read back, and not asked for twice.
is($psql->query("SELECT tds_mirror_suspend('erp')"), 'SUSPENDED', 'suspend');
is($roles->where, 'PRINCIPAL SUSPENDED 1, MIRROR SUSPENDED 1', 'both partners say so');
is($psql->query("SELECT tds_mirror_suspend('erp')"), 'SUSPENDED', 'suspend again');
fails($psql, "SELECT tds_mirror_failover('erp')", '55000',
	qr/refused: the mirror is not SYNCHRONIZED.*"A" says.*SUSPENDED.*HINT:.*tds_mirror_resume/s, 'failover while suspended');
like($psql->query("SELECT tds_mirror_resume('erp')"), qr/^(DISCONNECTED|SYNCHRONIZ(ING|ED))$/, 'resume');
$pair->wait_synchronized;
is($psql->query("SELECT tds_mirror_resume('erp')"), 'SYNCHRONIZED', 'resume again');
ok(defined $psql->query("SELECT tds_mirror_set_safety('erp', 'off')"), 'safety off');
$roles->agree('safety_level_desc', 'OFF', 'SAFETY OFF');
fails($psql, "SELECT tds_mirror_failover('erp')", '55000',
	qr/refused: its safety level is not FULL.*"A" says.*OFF.*HINT:.*tds_mirror_set_safety/s, 'failover with SAFETY OFF');
$psql->query("SELECT tds_mirror_set_safety('erp', 'Full')");
$roles->agree('safety_level_desc', 'FULL', 'SAFETY FULL');
$pair->wait_synchronized;

# Every refusal of the server has its own words and its remedy.  The search's batch
# and master's pass; the statement gets the error.
my @refusals = (
	[1404, '55006', qr/the mirror is busy/], [1406, '55000', qr/cannot be forced safely.*HINT:.*witness/s],
	[1413, '08006', qr/lost before mirroring was fully started/], [1415, '55000', qr/could not be performed.*HINT:.*error log/s],
	[1416, '55000', qr/not mirrored/], [1417, '55000', qr/disabled by the administrator/],
	[1422, '55000', qr/not SYNCHRONIZED/], [1428, '55000', qr/not in a state to take part/],
	[1431, '08006', qr/neither the other partner nor the witness/], [1438, '55000', qr/rejected the request.*HINT:.*again/s],
	[1447, '55000', qr/not connected to each other.*HINT:.*Start/s], [1451, '55000', qr/information is missing/],
	[1455, '55000', qr/not in a state to become principal/], [1456, '08006', qr/nothing was changed/],
	[1462, '55000', qr/redo that has failed/], [1470, '55000', qr/not the principal any more/],
	[1473, '0A000', qr/edition.*HINT:.*Enterprise/s], [1477, '55000', qr/not FULL/], [226, '25001', qr/a transaction is open/],
	[262, '42501', qr/lacks a permission/], [5001, '55000', qr/not in master/], [5011, '42501', qr/may not alter it/],
	[5059, '55006', qr/in transition/], [5061, '55006', qr/could not be locked/], [1222, '55P03', qr/lock_timeout/]);
for my $refusal (@refusals)
{
	my ($number, $state, $pattern) = @$refusal;

	$a->control("fault batch error $number skip 2 scope roles");
	fails($psql, "SELECT tds_mirror_failover('erp', '20 s')", $state,
		qr/failover of database "erp" is refused: (?s:.*)SQL Server error $number on "A"(?s:.*)HINT:/, "error $number");
	like($psql->messages, $pattern, "error $number is explained");
	unlike($psql->messages, qr/may take place/, "error $number leaves nothing open");
}
$a->control('fault batch error 777 skip 2 scope roles');
fails($psql, "SELECT tds_mirror_suspend('erp')", 'HV000', qr/Error 777.*CONTEXT:.*ALTER DATABASE \[erp\] SET PARTNER SUSPEND/s, 'an error nobody expects');
$a->control('clear');
is($roles->where, 'PRINCIPAL SYNCHRONIZED 1, MIRROR SYNCHRONIZED 1', 'none of this changed anything');

# 1421 and a lost connection leave the outcome open: it is found out.
$a->control('fault batch error 1421 skip 2 scope roles');
fails($psql, "SELECT tds_mirror_failover('erp', '2 s')", '08007',
	qr/"A" did not answer to the failover.*"A" still says that it is principal.*HINT:.*do not repeat/s, 'error 1421, and no failover');
for my $case ([ 'batch', 2, 'never arrived' ], [ 'send', 4, 'was done' ])
{
	my ($point, $skip, $what) = @$case;

	$a->control("fault $point close skip $skip scope roles");
	my ($ok, $out, $err, $state) = $psql->try("SELECT old_principal, new_principal FROM tds_mirror_failover('erp', '3 s')");
	if ($point eq 'batch')
	{
		is($state, '08007', "the connection broke, and the failover $what: in doubt");
		like($err, qr/"A" still says that it is principal/, 'and the old principal is asked');
	}
	else
	{
		ok($ok, "the connection broke, and the failover $what") or diag $err;
		is($out, 'A|B', 'so it is reported');
	}
	$a->control('clear');
}
$pair->wait_synchronized;
is($roles->where, 'MIRROR SYNCHRONIZED 2, PRINCIPAL SYNCHRONIZED 2', 'it was sent once');
is($psql->query('SELECT instance FROM who'), 'B', 'and sessions go there');
$psql->query("SELECT tds_mirror_failover('erp')");
$pair->wait_synchronized;
for my $call ("suspend('erp')", "resume('erp')", "set_safety('erp', 'OFF')", "set_safety('erp', 'FULL')")
{
	$a->control('fault send reset skip 4 scope roles');
	my ($ok, $out, $err) = $psql->try("SELECT tds_mirror_$call");
	ok($ok, "$call: its answer was lost, its effect was found") or diag $err;
	ok(scalar(grep { /^send reset .*hits 1 / } $a->control('faults')), "$call: the fault has struck");
	$a->control('clear');
}
$pair->wait_synchronized;
is($roles->value($a, 'safety_level_desc'), 'FULL', 'and the last of them holds');

# A cancel while nothing answers.
$a->control('fault batch hang 0 skip 2 scope roles');
fails($psql, "SET statement_timeout = '1s'; SELECT tds_mirror_suspend('erp')", '57014',
	qr/CONTEXT:.*suspension of database "erp".*requested from "A" and may take place/s, 'a cancel');
$a->control('clear');
$psql->query('RESET statement_timeout');
is($roles->value($a, 'state_desc'), 'SYNCHRONIZED', 'nothing was done then');

# Forced service.
fails($psql, "SELECT tds_mirror_force_service('erp', false)", '55000', qr/data loss is not allowed.*HINT:.*allow_data_loss => true/s, 'the flag');
fails($psql, "SELECT tds_mirror_force_service('erp', true)", '55000', qr/"A" serves it.*HINT:.*tds_mirror_failover/s, 'a principal that serves');
$a->kill9;
fails($psql, "SELECT tds_mirror_failover('erp', '5 s')", '08001', qr/could not find the principal/, 'failover without a principal');
fails($psql, "SELECT tds_mirror_suspend('erp')", '08001', qr/could not find the principal/, 'suspend without a principal');
fails($psql, "SELECT tds_mirror_force_service('low', true)", '55000', qr/mirror.*was not found.*HINT:.*sysadmin/s, 'a login that a mirror tells nothing');
$roles->become($b, 'MIRROR', 'DISCONNECTED', 'the mirror has noticed');
my ($ok, $out, $err) = $psql->try("SELECT database, old_principal, new_principal, elapsed > '0' FROM tds_mirror_force_service('erp', true)");
is($out, 'erp|A|B|t', 'forced service');
like($err, qr/NOTICE:.*"erp" is suspended: "B" serves alone.*HINT:.*tds_mirror_resume/s, 'which says what remains to be done');
is($roles->where($b), 'PRINCIPAL SUSPENDED 4', 'the mirror is principal, SUSPENDED') or diag $err;
is($psql->query('SELECT instance FROM who'), 'B', 'and is read from');
is($psql->query("SELECT principal, role_sequence FROM tds_mirror_partners WHERE server_name = 'erp'"), 'failover|4', 'the cache knows');
fails($psql, "SELECT tds_mirror_force_service('erp', true)", '55000', qr/"B" serves it/, 'once is enough');
$a->launch;
$roles->become($a, 'MIRROR', 'SUSPENDED', 'the old principal is a mirror');
like($psql->query("SELECT tds_mirror_resume('erp')"), qr/^(DISCONNECTED|SYNCHRONIZ(ING|ED))$/, 'resume');
$pair->wait_synchronized;

# The mirror is gone.
$a->kill9;
$roles->become($b, 'PRINCIPAL', 'DISCONNECTED', 'the principal is alone');
fails($psql, "SELECT tds_mirror_failover('erp')", '55000', qr/not connected to each other.*DISCONNECTED.*HINT:/s, 'failover without a mirror');
$a->launch;
$pair->wait_synchronized;

# A forced service whose answer is lost.
$b->kill9;
$roles->become($a, 'MIRROR', 'DISCONNECTED', 'the mirror has noticed once more');
$a->control('fault send reset skip 5 scope roles');
is($psql->query("SELECT old_principal, new_principal FROM tds_mirror_force_service('erp', true)"), 'B|A', 'forced service, its answer lost');
$a->control('clear');
$b->launch;
$roles->become($b, 'MIRROR', 'SUSPENDED', 'the other one is the mirror');
$psql->query("SELECT tds_mirror_resume('erp')");
$pair->wait_synchronized;

# Each partner's own words.
is($psql->query("SELECT string_agg(concat_ws(' ', partner, reachable, instance, role, state, safety, role_sequence), ', ' ORDER BY partner)"
	  . " FROM tds_mirror_status('erp') WHERE error IS NULL AND round_trip > '0'"),
	'failover t B MIRROR SYNCHRONIZED FULL 5, initial t A PRINCIPAL SYNCHRONIZED FULL 5', 'status');

# A wrapper of another name is ours by its handler.
$psql->query('CREATE FOREIGN DATA WRAPPER other_name HANDLER tds_mirror_fdw_handler VALIDATOR tds_mirror_fdw_validator;'
	  . ' CREATE FOREIGN DATA WRAPPER no_handler; CREATE SERVER nothing FOREIGN DATA WRAPPER no_handler');
$psql->query(server_sql($pair, name => 'renamed') =~ s/WRAPPER tds_mirror_fdw/WRAPPER other_name/r);
is($psql->query("SELECT new_principal FROM tds_mirror_failover('renamed')"), 'B', 'a wrapper of another name');
fails($psql, "SELECT tds_mirror_failover('nothing')", '42809', qr/does not belong to tds_mirror_fdw/, 'a wrapper that is not ours');

$psql->quit;
$pair->stop;

done_testing();
