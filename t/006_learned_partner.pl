# The partner is learned from the principal: no failover_partner is configured, or
# the configured one is wrong.

use strict;
use warnings;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_rows track_table_sql who_table_sql);
use TdsMirror::Lab qw(free_port slurp);
use TdsMirror::Pair;

# Real instances name each other without a port; two addresses with the same port
# are two such machines.
my $port = free_port();
my $cluster = TdsMirror::Cluster->start('learned');
my $pair = TdsMirror::Pair->start(prefix => 'learned-', script => track_script(),
	a => { address => '127.0.0.1', advertise => '127.0.0.1', port => $port },
	b => { address => '127.0.0.2', advertise => '127.0.0.2', port => $port });
my $psql = $cluster->session;

$psql->query(server_sql($pair, failover_partner => undef, port => $port, servername => '127.0.0.1')
	  . track_table_sql() . who_table_sql());
is($psql->query('SELECT instance FROM who'), 'A', 'A answers');
is($psql->query('SELECT failover_partner, failover_name, failover_source FROM tds_mirror_partners'),
	"127.0.0.2,$port|127.0.0.2|learned", 'and has named its partner');

my $guid = $psql->query('SELECT mirroring_guid FROM tds_mirror_partners');
like($guid, qr/^[0-9a-f]{8}-/, 'the pair is known by its guid');

$pair->a->tsql('ALTER DATABASE erp SET PARTNER FAILOVER');
$pair->wait_principal($pair->b);
is($psql->query('SELECT instance FROM who'), 'B', 'a failover behind its back is followed to the learned partner');
is($psql->query('SELECT role_sequence > 1, switches FROM tds_mirror_partners'), 't|1', 'the role sequence has risen');

# A configured partner that is another machine than the server says: the server wins.
my $nobody = free_port();
$psql->query(server_sql($pair, name => 'wrong', servername => "127.0.0.2,$port", failover_partner => "127.0.0.9,$nobody"));
$psql->query("CREATE FOREIGN TABLE wrong_who (instance text) SERVER wrong OPTIONS (query 'SELECT \@\@SERVERNAME AS instance')");
is($psql->query('SELECT instance FROM wrong_who'), 'B', 'the other server reads through B');
is($psql->query("SELECT failover_source FROM tds_mirror_partners WHERE server_name = 'wrong'"), 'learned',
	'the partner named by the server replaces the configured one');
like(slurp($cluster->log_file), qr/LOG:.*wrong.*127\.0\.0\.1/, 'which the log says once');

$psql->query(server_sql($pair, name => 'stubborn', servername => "127.0.0.2,$port",
	failover_partner => "127.0.0.9,$nobody", partner_policy => 'configured'));
$psql->query("CREATE FOREIGN TABLE stubborn_who (instance text) SERVER stubborn OPTIONS (query 'SELECT \@\@SERVERNAME AS instance')");
is($psql->query('SELECT instance FROM stubborn_who'), 'B', 'partner_policy configured reads, too');
is($psql->query("SELECT failover_partner, failover_source FROM tds_mirror_partners WHERE server_name = 'stubborn'"),
	"127.0.0.9,$nobody|configured", 'and keeps the configured partner');

like(slurp($cluster->log_file), qr/LOG:.*"stubborn".*names "127\.0\.0\.1" as partner, but failover_partner is 127\.0\.0\.9/,
	'but says what the server thinks');

$psql->query(server_sql($pair, name => 'obedient', servername => '127.0.0.2', port => $port,
	failover_partner => "localhost,$nobody", partner_policy => 'server'));
$psql->query("CREATE FOREIGN TABLE obedient_who (instance text) SERVER obedient OPTIONS (query 'SELECT \@\@SERVERNAME AS instance')");
is($psql->query('SELECT instance FROM obedient_who'), 'B', 'partner_policy server reads');
is($psql->query("SELECT failover_partner, failover_source FROM tds_mirror_partners WHERE server_name = 'obedient'"),
	"127.0.0.1,$port|learned", 'and takes what the server says, port and all');

# Two names for one machine: the configured address stays.
$psql->query(server_sql($pair, name => 'alias', servername => "127.0.0.2,$port", failover_partner => "localhost,$port",
	port => $nobody));
$psql->query("CREATE FOREIGN TABLE alias_who (instance text) SERVER alias OPTIONS (query 'SELECT \@\@SERVERNAME AS instance')");
is($psql->query('SELECT instance FROM alias_who'), 'B', 'a partner known by two names');
is($psql->query("SELECT failover_partner, failover_source FROM tds_mirror_partners WHERE server_name = 'alias'"),
	"localhost,$port|configured", 'is the configured one when the addresses are the same');

# Another pair under the same name is not the one we know.
$psql->query("ALTER SERVER wrong OPTIONS (ADD mirroring_guid '00000000-0000-0000-0000-000000000001')");
my ($ok, $out, $err, $state) = $psql->try('SELECT instance FROM wrong_who');
is($state, '55000', 'another guid than the pinned one is refused');
like($err, qr/guid/i, 'with its reason');
$psql->query("ALTER SERVER wrong OPTIONS (SET mirroring_guid '$guid')");
is($psql->query('SELECT instance FROM wrong_who'), 'B', 'the right one is accepted');

$pair->stop;

# The name that the server gives leads nowhere; the host of its mirroring endpoint does.
my $vague = TdsMirror::Pair->start(prefix => 'vague-',
	a => { address => '127.0.0.3', advertise => 'nowhere-a.invalid', port => $port },
	b => { address => '127.0.0.4', advertise => 'nowhere-b.invalid', port => $port });
$psql->query(server_sql($vague, name => 'vague', failover_partner => undef, port => $port, servername => '127.0.0.3'));
$psql->query("CREATE FOREIGN TABLE vague_who (instance text) SERVER vague OPTIONS (query 'SELECT \@\@SERVERNAME AS instance')");
is($psql->query('SELECT instance FROM vague_who'), 'A', 'a pair with names that do not resolve');
is($psql->query("SELECT failover_partner, failover_name FROM tds_mirror_partners WHERE server_name = 'vague'"),
	"127.0.0.4,$port|nowhere-b.invalid", 'the host of the mirroring endpoint stands in');
$vague->a->kill9;
$vague->force_service($vague->b);
$vague->wait_principal($vague->b);
is($psql->query('SELECT instance FROM vague_who'), 'B', 'and is where the failover leads');

# What was only ever led to by the pair is no place for a database that has left it.
$vague->b->tsql('ALTER DATABASE erp SET PARTNER OFF');
($ok, $out, $err, $state) = $psql->try("ALTER SERVER vague OPTIONS (ADD login_timeout '2 s');\nSELECT instance FROM vague_who");
is($state, '08001', 'a learned partner that is not mirrored any more is refused');
like($err, qr/not mirrored there any more/, 'with its reason');

$psql->quit;
$vague->stop;

done_testing();
