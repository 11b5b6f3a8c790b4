# Opening a session: which partner is asked, how often, and what a dead one costs.
#
# With a login timeout of 60 s a slot is 4.8 s: what ends before did not wait for it.

use strict;
use warnings;
use Test::More;
use IO::Select;
use IO::Socket::INET;
use IO::Socket::IP;
use Time::HiRes qw(time);
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_rows track_script track_table_sql who_table_sql);
use TdsMirror::Hole qw(bound black_hole);
use TdsMirror::Lab qw(append_file free_port scratch_folder wait_until);
use TdsMirror::Pair;

my $slot = 4.8;
my $two = '127.0.0.77';

# For the backends, the name "two.test" has two addresses.
sub preload
{
	my $folder = scratch_folder('opening-names');

	append_file("$folder/names.c", <<"END");
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>

typedef int (*Lookup) (const char *, const char *, const struct addrinfo *, struct addrinfo **);

int
getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
			struct addrinfo **list)
{
	Lookup		lookup = (Lookup) dlsym(RTLD_NEXT, "getaddrinfo");
	int			result;

	if (node == NULL || strcmp(node, "two.test") != 0)
		return lookup(node, service, hints, list);
	result = lookup("$two", service, hints, list);
	return result != 0 ? result : lookup("127.0.0.1", service, hints, &(*list)->ai_next);
}
END
	system('cc', '-shared', '-fPIC', '-o', "$folder/names.so", "$folder/names.c") == 0 or die "cc failed\n";
	return "$folder/names.so";
}

my $names = preload();
my $cluster = do { local $ENV{LD_PRELOAD} = $names; TdsMirror::Cluster->start('opening') };
my $pair = TdsMirror::Pair->start(prefix => 'opening-', script => track_script());
my ($a, $b) = ($pair->a, $pair->b);
my $setup = $cluster->session;
my $hole;

$setup->query(server_sql($pair, login_timeout => '60 s') . who_table_sql() . track_table_sql()
	  . server_sql($pair, name => 'quick', login_timeout => '15 s') . 'CREATE SCHEMA quick; SET search_path = quick; '
	  . who_table_sql('quick') . 'RESET search_path');

# A host in the place of A: nobody, a black hole, or one that accepts and is silent.
sub replace_a
{
	my ($by) = @_;

	$a->control('refuse on');
	$hole = $by eq 'black hole' ? black_hole($a->address, $a->port)
	  : $by eq 'silent' ? bound($a->address, $a->port, 100) : undef;
}

sub restore_a
{
	undef $hole;
	$a->control('clear');
	$a->control('refuse off');
	wait_until('A listens again', 20, sub { IO::Socket::INET->new(PeerAddr => $a->address, PeerPort => $a->port) });
}

# A backend that knows nothing of the pair but its options.
sub stranger
{
	my $psql = $cluster->session;

	$psql->query("SELECT tds_mirror_forget('$_')") for 'erp', 'quick';
	return $psql;
}

sub attempts
{
	my ($psql, $server) = @_;
	return $psql->query("SELECT initial_attempts, failover_attempts FROM tds_mirror_partners WHERE server_name = '$server'");
}

# The first statement of a stranger: who answers, within what, after which attempts.
sub opens
{
	my ($name, %expect) = @_;
	my $psql = $expect{session} // stranger();
	my $schema = $expect{schema} // 'public';
	my $start = time;
	my ($ok, $out, $err) = $psql->try("SELECT instance FROM $schema.who");
	my $elapsed = time - $start;

	is($out, $expect{by}, "$name: $expect{by} answers") or diag $err;
	cmp_ok($elapsed, '<', $expect{within}, "$name: soon");
	is(attempts($psql, $schema eq 'public' ? 'erp' : $schema), $expect{attempts}, "$name: attempts");
	return $psql;
}

# A is the principal.
opens('all is well', by => 'A', within => $slot, attempts => '1|0')->quit;

# B is.
$a->tsql('ALTER DATABASE erp SET PARTNER FAILOVER');
$pair->wait_principal($b);
$pair->wait_synchronized;
opens('the mirror first', by => 'B', within => $slot, attempts => '1|1')->quit;

replace_a('nobody');
opens('refused', by => 'B', within => $slot, attempts => '1|1')->quit;
restore_a();

$a->control('fault accept reset count 100');
opens('reset', by => 'B', within => $slot, attempts => '1|1')->quit;
restore_a();

for my $kind ('black hole', 'silent')
{
	replace_a($kind);
	opens($kind, by => 'B', within => $slot - 0.8, attempts => '1|1')->quit;
	opens("$kind, the next backend", session => $cluster->session, by => 'B', within => $slot, attempts => '0|1')->quit;
	restore_a();
}

$a->control('fault prelogin hang count 100');
opens('silent after PRELOGIN', by => 'B', within => $slot - 0.8, attempts => '1|1')->quit;
restore_a();

# Nobody can see beside a login whether it is worth waiting for: that is its slot, 1.2 s.
$a->control('fault login hang count 100');
opens('silent after LOGIN7', schema => 'quick', by => 'B', within => 8, attempts => '1|1')->quit;
restore_a();

# Both are silent: an error in time that says so of each.
{
	my $psql = stranger();
	my $other = do { $b->control('refuse on'); bound($b->address, $b->port, 100) };
	my $start = time;

	replace_a('black hole');
	$psql->query("ALTER SERVER quick OPTIONS (SET login_timeout '3 s')");
	my ($ok, $out, $err, $state) = $psql->try('SELECT instance FROM quick.who');
	is($state, '08001', 'two silent hosts: 08001');
	cmp_ok(time - $start, '<', 8, 'in time');
	like($err, qr/Initial partner [^\n]*: could not connect: /, 'of the black hole it says so');
	like($err, qr/Failover partner [^\n]*: connections are accepted, but nobody answers/, 'and of the silent one');

	# Interrupted in the middle of the race, time and again.
	$psql->query("SET statement_timeout = '30ms'");
	my ($fds, $fds_after);
	for my $run (1 .. 60)
	{
		(undef, undef, $err, $state) = $psql->try('SELECT instance FROM who');
		is($state, '57014', 'a race can be canceled') if $run == 1;
		($fds) = $psql->footprint if $run == 10;
		($fds_after) = $psql->footprint if $run == 60;
	}
	is($fds_after, $fds, '50 canceled races leave no socket');
	$psql->quit;
	undef $other;
	$b->control('refuse off');
	restore_a();
}

# A wrong password ends the search: one login, of one partner.
{
	my $psql = stranger();

	$psql->query("ALTER USER MAPPING FOR CURRENT_USER SERVER quick OPTIONS (SET password 'wrong-Secret1')");
	my ($ok, $out, $err, $state) = $psql->try('SELECT instance FROM quick.who');
	is($state, '28P01', 'a wrong password is 28P01');
	is(attempts($psql, 'quick'), '1|0', 'and the other partner is not asked');
	$psql->query("ALTER USER MAPPING FOR CURRENT_USER SERVER quick OPTIONS (SET password '$TdsMirror::Instance::password')");
	$psql->quit;
}

# Several addresses: one is a black hole, the other the principal.
{
	my $psql = stranger();
	my $sockets = black_hole($two, $b->port);

	$psql->query(server_sql($pair, name => 'two', servername => 'two.test,' . $b->port, failover_partner => undef,
			partner_policy => 'configured', login_timeout => '60 s')
		  . 'CREATE SCHEMA two; SET search_path = two; ' . who_table_sql('two') . 'RESET search_path');
	opens('two addresses, one of them a black hole', session => $psql, schema => 'two', by => 'B', within => $slot,
		attempts => '1|0');
	$psql->quit;
}

# IPv6, by a relay, for the stand-ins listen at one address only.
SKIP: {
	my $port = free_port();
	my $listener = IO::Socket::IP->new(LocalHost => '::1', LocalPort => $port, Listen => 5)
	  or skip 'this machine has no ::1', 3;
	my $relay = fork() // die "fork: $!\n";

	if ($relay == 0)
	{
		while (my $client = $listener->accept)
		{
			next if fork();
			my $server = IO::Socket::INET->new(PeerAddr => $b->address, PeerPort => $b->port) or POSIX::_exit(1);
			my $set = IO::Select->new($client, $server);
			while (my @ready = $set->can_read)
			{
				for my $from (@ready)
				{
					sysread($from, my $bytes, 65536) or POSIX::_exit(0);
					syswrite($from == $client ? $server : $client, $bytes);
				}
			}
		}
	}
	close $listener;
	my $psql = stranger();
	$psql->query(server_sql($pair, name => 'six', servername => "[::1]:$port", failover_partner => undef,
			partner_policy => 'configured')
		  . 'CREATE SCHEMA six; SET search_path = six; ' . who_table_sql('six') . 'RESET search_path');
	opens('an IPv6 address', session => $psql, schema => 'six', by => 'B', within => 10, attempts => '1|0');
	$psql->quit;
	kill 'KILL', $relay;
	waitpid $relay, 0;
}

# A former principal that comes back alone is refused, though nobody else answers.
{
	my $psql = stranger();

	is($psql->query('SELECT instance FROM who'), 'B', 'B is the principal');
	$b->control('partition on');
	$pair->force_service($a);
	$pair->wait_principal($a);
	$psql->quit;
	opens('service is forced on A', by => 'A', within => $slot, attempts => '1|0')->quit;
	$a->kill9;
	$psql = $cluster->session;
	my ($ok, $out, $err, $state) = $psql->try("SET statement_timeout = '3s'; SELECT instance FROM who");
	ok(!$ok, 'B still takes itself for the principal, and is not believed') or diag $out;
	is($psql->query("RESET statement_timeout; SELECT failover_error ~ 'former principal' FROM tds_mirror_partners "
		  . "WHERE server_name = 'erp'"), 't', 'the view says why');
	$psql->quit;
}

$setup->quit;
$pair->stop;

done_testing();
