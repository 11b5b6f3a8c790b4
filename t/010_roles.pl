# Roles, states and settings of a mirrored database, and what is refused when:
# ALTER DATABASE ... SET PARTNER without a witness.

use strict;
use warnings;
use Test::More;
use TdsMirror::Instance;
use TdsMirror::Lab qw(free_port wait_until);
use TdsMirror::Pair;
use TdsMirror::Roles;

my $pair = TdsMirror::Pair->start(prefix => 'roles-', plain => 1,
	script => 'CREATE TABLE dbo.t (id int NOT NULL PRIMARY KEY)');
my $third = TdsMirror::Instance->start('T', folder => 'roles-T');
my ($a, $b) = ($pair->a, $pair->b);
my $roles = TdsMirror::Roles->new($pair);
my $nowhere = 'TCP://127.0.0.1:' . free_port();

# Before there is a partner.
for my $option ('PARTNER FAILOVER', 'PARTNER FORCE_SERVICE_ALLOW_DATA_LOSS', 'PARTNER SUSPEND', 'PARTNER RESUME',
	'PARTNER OFF', 'PARTNER SAFETY FULL', 'PARTNER TIMEOUT 10', 'WITNESS OFF', "WITNESS = '$nowhere'")
{
	$roles->refused($a, $option, 1416, "SET $option without mirroring");
}
$roles->refused($a, "PARTNER = 'B:5022'", 1449, 'an address that is none');
$roles->refused($a, "PARTNER = '" . $a->url . "'", 1452, 'itself as partner');
$roles->refused($a, "PARTNER = '$nowhere'", 1418, 'a partner that cannot be reached');
$roles->refused($a, "PARTNER = '" . $b->url . "'", 1416, 'a partner that was not prepared');
is($a->tsql("SELECT COUNT(*) FROM sys.database_mirroring WHERE mirroring_guid IS NOT NULL") + 0, 0, 'nothing is mirrored yet');
$roles->refused($a, "PARTNER = '" . $b->url . "'", 1415, 'master', database => 'master');

# Set up; both sides agree.
$pair->mirror;
my %principal = $roles->row($a);
my %mirror = $roles->row($b);
is("$principal{role_desc} $principal{state_desc}", 'PRINCIPAL SYNCHRONIZED', 'a principal, synchronized');
is("$mirror{role_desc} $mirror{state_desc}", 'MIRROR SYNCHRONIZED', 'and its mirror');
is($mirror{guid}, $principal{guid}, 'of one partnership');
is("$principal{role_sequence} $mirror{role_sequence}", '1 1', 'role sequence 1');
is("$principal{safety_level_desc} $mirror{safety_level_desc}", 'FULL FULL', 'SAFETY FULL by default');
is("$principal{connection_timeout} $mirror{connection_timeout}", '10 10', 'TIMEOUT 10 by default');
is("$principal{partner_instance} $mirror{partner_instance}", 'B A', 'each names the other instance');
is($principal{partner_name}, $b->url, 'and its address');
is("$principal{witness_name} $principal{witness_state}", 'NULL NULL', 'there is no witness');
is($roles->status($b), 'RESTORING', 'the copy is RESTORING');
is(($roles->errors($b, 'SELECT 1', database => 'erp'))[0], 4060, 'a login to the mirror is 4060');
is_deeply([ $roles->errors($b, 'USE erp') ], [954], 'USE on the mirror is 954');
is_deeply([ $roles->errors($b, 'SELECT * FROM erp.dbo.t') ], [954], 'so is a name of three parts');

# What is refused now, and where.
$roles->refused($a, "PARTNER = '" . $b->url . "'", 1405, 'a second SET PARTNER');
$roles->refused($b, "PARTNER = '" . $a->url . "'", 1405, 'and on the mirror');
$third->tsql('CREATE DATABASE erp');
$roles->refused($third, "PARTNER = '" . $b->url . "'", 1460, 'a partner that is taken');
for my $option ('PARTNER FAILOVER', 'PARTNER RESUME', 'PARTNER SAFETY OFF', 'PARTNER TIMEOUT 20',
	'WITNESS OFF', "WITNESS = '" . $third->url . "'")
{
	$roles->refused($b, $option, 1470, "SET $option on the mirror");
}
$roles->refused($b, 'PARTNER FORCE_SERVICE_ALLOW_DATA_LOSS', 1455, 'forced service while the principal is connected');
$roles->refused($a, 'PARTNER FORCE_SERVICE_ALLOW_DATA_LOSS', 1455, 'forced service on the principal');
$roles->refused($a, 'WITNESS OFF', 1439, 'WITNESS OFF without a witness');
$roles->refused($a, 'PARTNER TIMEOUT 40000', 1476, 'TIMEOUT 40000');
is_deeply([ $roles->errors($a, "BEGIN TRANSACTION\nALTER DATABASE erp SET PARTNER FAILOVER") ], [226], 'inside a transaction it is 226');
is(($roles->errors($a, 'ALTER DATABASE erp SET PARTNER FAILOVER', database => 'erp'))[0], 5001, 'outside master it is 5001');
is(($roles->errors($a, 'ALTER DATABASE nosuch SET PARTNER FAILOVER'))[0], 5011, 'an unknown database is 5011');
is(($roles->errors($a, 'DROP DATABASE erp'))[0], 3743, 'a mirrored database is not dropped');
is(($roles->errors($a, 'ALTER DATABASE erp SET OFFLINE'))[0], 1468, 'nor taken offline');
is(($roles->errors($a, 'ALTER DATABASE erp MODIFY NAME = other'))[0], 1468, 'nor renamed');
is($roles->where, 'PRINCIPAL SYNCHRONIZED 1, MIRROR SYNCHRONIZED 1', 'none of this changed anything');

# TIMEOUT reaches both; less than the least is raised to it.
$roles->set($a, 'PARTNER TIMEOUT 20');
$roles->agree('connection_timeout', 20, 'TIMEOUT 20');
$roles->set($a, 'PARTNER TIMEOUT 0');
$roles->agree('connection_timeout', 1, 'TIMEOUT 0 is the least that is allowed here');

# SUSPEND and RESUME, from both sides.
for my $side ($a, $b)
{
	my $id = $side == $a ? 1 : 2;

	$roles->set($side, 'PARTNER SUSPEND');
	is($roles->where, 'PRINCIPAL SUSPENDED 1, MIRROR SUSPENDED 1', "SUSPEND on $side->{name}");
	$roles->refused($a, 'PARTNER FAILOVER', 1422, 'no failover when suspended');
	$a->tsql("INSERT INTO dbo.t VALUES ($id)", database => 'erp');
	$roles->refused($b, 'PARTNER RESUME', 1470, 'RESUME on the mirror');
	$b->kill9;
	$b->launch;
	$roles->become($b, 'MIRROR', 'SUSPENDED', 'still suspended after a restart of the mirror');
	$roles->set($a, 'PARTNER RESUME');
	$pair->wait_synchronized;
}

# SAFETY OFF: never SYNCHRONIZED, so no planned failover.
$roles->set($a, 'PARTNER SAFETY OFF');
$roles->agree('safety_level_desc', 'OFF', 'SAFETY OFF');
$roles->agree('safety_sequence', 2, 'safety sequence');
is($roles->where, 'PRINCIPAL SYNCHRONIZING 1, MIRROR SYNCHRONIZING 1', 'SYNCHRONIZING while safety is off');
$roles->refused($a, 'PARTNER FAILOVER', 1477, 'no planned failover with SAFETY OFF');
$roles->set($a, 'PARTNER SAFETY FULL');
$pair->wait_synchronized;
$roles->agree('safety_sequence', 3, 'and again with SAFETY FULL');

# A planned failover; while a commit is on its way, it is PENDING_FAILOVER.
$a->control('fault commit_after_ship delay 1000');
my $commit = $roles->background($a, 'INSERT INTO dbo.t VALUES (3)', database => 'erp');
wait_until('the commit is on its way', 10, sub { grep { /^commit_after_ship .* hits 1 / } $a->control('faults') });
my $failover = $roles->background($a, 'ALTER DATABASE erp SET PARTNER FAILOVER');
$roles->become($a, 'PRINCIPAL', 'PENDING_FAILOVER', 'PENDING_FAILOVER');
is(($roles->errors($a, 'USE erp'))[0], 952, 'the database is in transition');
$roles->refused($a, 'PARTNER FAILOVER', 1404, 'a second failover meanwhile');
$roles->refused($a, 'PARTNER SUSPEND', 1404, 'SUSPEND meanwhile');
ok($roles->ended_well($failover), 'the failover ends without an error');
$roles->ended_well($commit);
$pair->wait_principal($b);
$pair->wait_synchronized;
is($roles->where, 'MIRROR SYNCHRONIZED 2, PRINCIPAL SYNCHRONIZED 2', 'the roles have changed, at sequence 2');
is($roles->value($b, 'guid'), $principal{guid}, 'in the same partnership');
is($roles->ids($b), '1 2 3', 'with all that was committed');

# Sessions in the database end with their transactions, others go on.
my $inside = $roles->background($b, "BEGIN TRANSACTION\nINSERT INTO dbo.t VALUES (99)\nWAITFOR DELAY '00:01:00'\nCOMMIT",
	database => 'erp');
my $outside = $roles->background($b, "WAITFOR DELAY '00:00:02'");
wait_until('both sessions run', 10, sub {
	$b->tsql("SELECT COUNT(*) FROM sys.dm_exec_sessions WHERE status = 'running'") >= 3;
});
$roles->set($b, 'PARTNER FAILOVER');
ok(!$roles->ended_well($inside), 'a session in the database is ended by the failover');
ok($roles->ended_well($outside), 'a session in master is not');
$pair->wait_principal($a);
is($roles->ids($a), '1 2 3', 'and its transaction is rolled back');
$pair->wait_synchronized;
$roles->set($a, 'PARTNER FAILOVER');
$pair->wait_principal($b);
$pair->wait_synchronized;

# The mirror is gone: DISCONNECTED, and the principal runs exposed.
$a->kill9;
$roles->become($b, 'PRINCIPAL', 'DISCONNECTED', 'without its mirror the principal is DISCONNECTED');
$b->tsql('INSERT INTO dbo.t VALUES (4)', database => 'erp');
$roles->refused($b, 'PARTNER FAILOVER', 1447, 'no failover without a mirror');
$roles->refused($b, "WITNESS = '" . $third->url . "'", 1426, 'nor a witness');
$a->launch;
$pair->wait_synchronized;

# The principal is gone: without a witness nothing happens by itself.
$b->control('fault link delay 300 count 1000');
$roles->set($b, 'PARTNER SAFETY OFF');
$b->tsql("INSERT INTO dbo.t VALUES ($_)", database => 'erp') for 11 .. 20;
$b->kill9;
$roles->become($a, 'MIRROR', 'DISCONNECTED', 'without its principal the mirror is DISCONNECTED');
select(undef, undef, undef, 1.5);
is($roles->where($a), 'MIRROR DISCONNECTED 4', 'and remains a mirror');
$roles->set($a, 'PARTNER FORCE_SERVICE_ALLOW_DATA_LOSS');
is($roles->where($a), 'PRINCIPAL SUSPENDED 5', 'forced service: a principal, SUSPENDED, at the next sequence');
my $kept = $roles->ids($a);
like($kept, qr/^1 2 3 4\b/, 'it has what was synchronized');
unlike($kept, qr/\b20$/, 'and has lost what the link had not brought');
$a->tsql('INSERT INTO dbo.t VALUES (30)', database => 'erp');
$b->launch;
$roles->become($b, 'MIRROR', 'SUSPENDED', 'the old principal comes back as a SUSPENDED mirror');
is($roles->where, 'PRINCIPAL SUSPENDED 5, MIRROR SUSPENDED 5', 'both at that sequence');
$roles->refused($a, 'PARTNER FAILOVER', 1477, 'no failover');
$roles->set($a, 'PARTNER RESUME');
$roles->set($a, 'PARTNER SAFETY FULL');
$pair->wait_synchronized;
$roles->set($a, 'PARTNER FAILOVER');
$pair->wait_principal($b);
is($roles->ids($b), "$kept 30", 'RESUME has discarded its tail');
$pair->wait_synchronized;

# Mirroring ends, from the one side and from the other, and begins anew.
for my $side ($b, $a)
{
	my $principal = $pair->principal;
	my $mirror = $pair->mirror_of;
	my $guid = $roles->value($principal, 'guid');

	$roles->set($side, 'PARTNER OFF');
	$roles->agree('role_desc', 'NULL', 'PARTNER OFF on the ' . ($side == $principal ? 'principal' : 'mirror'));
	is($roles->status($principal), 'ONLINE', 'the principal is an ordinary database');
	is($roles->status($mirror), 'RESTORING', 'its copy stays RESTORING');
	is(($roles->errors($mirror, 'USE erp'))[0], 927, 'and is 927 to use');
	$principal->tsql('INSERT INTO dbo.t VALUES (' . ($side == $b ? 41 : 42) . ')', database => 'erp');
	$roles->set($mirror, "PARTNER = '" . $principal->url . "'");
	$roles->set($principal, "PARTNER = '" . $mirror->url . "'");
	$pair->wait_synchronized;
	isnt($roles->value($principal, 'guid'), $guid, 'set up again, it is another partnership');
	is($roles->value($principal, 'role_sequence'), 1, 'at sequence 1');
}
my $last = $pair->mirror_of;
$roles->set($pair->principal, 'PARTNER FAILOVER');
$pair->wait_principal($last);
is($roles->ids($last), "$kept 30 41 42", 'the new copy is whole');

$third->stop;
$pair->stop;

done_testing();
