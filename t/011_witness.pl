# The witness: quorum, automatic failover, and when there must be none.

use strict;
use warnings;
use Test::More;
use TdsMirror::Instance;
use TdsMirror::Lab qw(free_port wait_until);
use TdsMirror::Pair;
use TdsMirror::Roles;

my $pair = TdsMirror::Pair->start(prefix => 'witness-',
	script => 'CREATE TABLE dbo.t (id int NOT NULL PRIMARY KEY)');
my $w = TdsMirror::Instance->start('W', folder => 'witness-W');
my $roles = TdsMirror::Roles->new($pair);
my ($a, $b) = ($pair->a, $pair->b);
my $next = 0;

sub insert
{
	my ($instance) = @_;
	$next++;
	my ($ok) = $instance->try_tsql("INSERT INTO dbo.t VALUES ($next)", database => 'erp');
	return $ok;
}

# Until the pair is whole again, with its witness.
sub settle
{
	$pair->wait_synchronized;
	$pair->wait_witness;
	return;
}

# SET WITNESS and what it refuses.
$roles->refused($a, "WITNESS = 'W'", 1449, 'an address that is none');
$roles->refused($a, "WITNESS = '" . $a->url . "'", 1429, 'the principal as witness');
$roles->refused($a, "WITNESS = '" . $b->url . "'", 1429, 'the mirror as witness');
$roles->refused($a, "WITNESS = 'TCP://127.0.0.1:" . free_port() . "'", 1456, 'a witness that cannot be reached');
$roles->set($a, 'PARTNER SUSPEND');
$roles->refused($a, "WITNESS = '" . $w->url . "'", 1426, 'a mirror that is not caught up');
$roles->set($a, 'PARTNER RESUME');
$pair->wait_synchronized;
$roles->set($a, 'PARTNER TIMEOUT 1');
$roles->set($a, "WITNESS = '" . $w->url . "'");
$roles->agree('witness_name', $w->url, 'SET WITNESS');
$roles->agree('witness_state_desc', 'CONNECTED', 'and it is connected');
my @seen = split /\s*\|\s*/, $w->tsql('SELECT database_name, principal_server_name, mirror_server_name, '
	  . "safety_level_desc, role_sequence_number, partner_sync_state_desc FROM sys.database_mirroring_witnesses");
is("@seen", 'erp A B FULL 1 SYNCHRONIZED', 'the witness shows what it watches') or diag "@seen";
is($w->tsql('SELECT CAST(mirroring_guid AS char(36)) FROM sys.database_mirroring_witnesses') =~ s/\s//gr, $roles->value($a, 'guid'), 'by its guid');

# The principal is killed: the mirror takes over, and the new principal has its witness.
insert($a);
$a->kill9;
$roles->become($b, 'PRINCIPAL', 'DISCONNECTED', 'the mirror takes over');
is($roles->value($b, 'witness_state_desc'), 'CONNECTED', 'its witness is connected from the first moment');
is($roles->value($b, 'role_sequence'), 2, 'at sequence 2');
ok(insert($b), 'it serves without its mirror, which the witness allows');
$a->launch;
$roles->become($a, 'MIRROR', 'SYNCHRONIZED', 'the old principal comes back as its mirror');
settle();

# The principal is frozen for longer than the timeout.
$b->freeze;
$roles->become($a, 'PRINCIPAL', 'DISCONNECTED', 'a frozen principal is replaced');
is($roles->value($a, 'witness_state_desc'), 'CONNECTED', 'its witness is connected');
ok(insert($a), 'which serves');
$b->thaw;
$roles->become($b, 'MIRROR', 'SYNCHRONIZED', 'the other wakes up as its mirror');
settle();

# The witness is gone, then the mirror: no quorum, so nobody serves.
$w->kill9;
wait_until('the principal misses its witness', 10, sub { $roles->value($a, 'witness_state_desc') eq 'DISCONNECTED' });
ok(insert($a), 'with its mirror the principal serves without the witness');
$b->kill9;
$roles->become($a, 'PRINCIPAL', 'DISCONNECTED', 'without both it is DISCONNECTED');
wait_until('quorum is lost', 10, sub { $roles->status($a) eq 'RECOVERY_PENDING' });
is(($roles->errors($a, 'USE erp'))[0], 955, 'and lacks quorum: 955');
is(($roles->errors($a, 'SELECT 1', database => 'erp'))[0], 4060, 'a login is 4060');
$roles->refused($a, 'WITNESS OFF', 1431, 'nor does it get rid of the witness now');
$roles->refused($a, 'PARTNER SAFETY OFF', 1431, 'nor of safety');
$b->launch;
$roles->become($b, 'MIRROR', 'SYNCHRONIZED', 'with the mirror back it serves again');
ok(insert($a), 'and takes changes');
$w->launch;
settle();

# The witness is gone, then the principal: the mirror must not take over, nor be forced to.
$w->kill9;
wait_until('the mirror misses the witness', 10, sub { $roles->value($b, 'witness_state_desc') eq 'DISCONNECTED' });
$a->kill9;
$roles->become($b, 'MIRROR', 'DISCONNECTED', 'a mirror without principal and witness remains one');
$roles->refused($b, 'PARTNER FORCE_SERVICE_ALLOW_DATA_LOSS', 1406, 'and is not forced while the witness is away');
$w->launch;
wait_until('the mirror sees the witness', 10, sub { $roles->value($b, 'witness_state_desc') eq 'CONNECTED' });
select(undef, undef, undef, 1.5);
is($roles->where($b), 'MIRROR DISCONNECTED 3', 'when only the witness is back, it still does not take over');
$a->launch;
settle();
is($roles->where, 'PRINCIPAL SYNCHRONIZED 3, MIRROR SYNCHRONIZED 3', 'the principal is the same');

# The principal is cut off: it stops serving, the mirror takes over, no change is on both.
$a->control('partition on');
$roles->become($b, 'PRINCIPAL', 'DISCONNECTED', 'a principal cut off is replaced');
is(($roles->errors($a, 'USE erp'))[0], 955, 'and lacks quorum itself: 955');
ok(!insert($a), 'so it takes no change');
$next--;
ok(insert($b), 'but the new principal does');
$a->control('partition off');
$roles->become($a, 'MIRROR', 'SYNCHRONIZED', 'connected again, it is the mirror');
settle();

# The mirror is cut off: the principal goes on with the witness.
$a->control('partition on');
$roles->become($b, 'PRINCIPAL', 'DISCONNECTED', 'a mirror cut off');
ok(insert($b), 'does not stop the principal');
$roles->become($a, 'MIRROR', 'DISCONNECTED', 'nor does it take over');
$a->control('partition off');
settle();

# Not synchronized, so there is no automatic failover; forced service needs the witness.
$roles->set($b, 'PARTNER SUSPEND');
insert($b);
$b->kill9;
$roles->become($a, 'MIRROR', 'SUSPENDED', 'a suspended mirror');
select(undef, undef, undef, 1.5);
is($roles->where($a), 'MIRROR SUSPENDED 4', 'does not take over by itself');
$roles->set($a, 'PARTNER FORCE_SERVICE_ALLOW_DATA_LOSS');
is($roles->where($a), 'PRINCIPAL SUSPENDED 5', 'service is forced');
is($roles->ids($a), join(' ', 1 .. $next - 1), 'what was committed while suspended is lost');
$b->launch;
$roles->become($b, 'MIRROR', 'SUSPENDED', 'the old principal is a suspended mirror');
$roles->set($a, 'PARTNER RESUME');
settle();
$roles->set($a, 'PARTNER FAILOVER');
$pair->wait_principal($b);
is($roles->ids($b), join(' ', 1 .. $next - 1), 'and has discarded its tail');
settle();

# WITNESS OFF: from then on nothing happens by itself.
$roles->set($b, 'WITNESS OFF');
$roles->agree('witness_name', 'NULL', 'WITNESS OFF');
is($w->tsql('SELECT COUNT(*) FROM sys.database_mirroring_witnesses') + 0, 0, 'the witness has forgotten it');
$b->kill9;
$roles->become($a, 'MIRROR', 'DISCONNECTED', 'without a witness the mirror waits');
select(undef, undef, undef, 1.5);
is($roles->where($a), 'MIRROR DISCONNECTED 6', 'and remains a mirror');
$b->launch;
$pair->wait_synchronized;

$w->stop;
$pair->stop;

done_testing();
