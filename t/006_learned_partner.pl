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

# Another pair under the same name is not the one we know.
$psql->query("ALTER SERVER wrong OPTIONS (ADD mirroring_guid '00000000-0000-0000-0000-000000000001')");
my ($ok, $out, $err, $state) = $psql->try('SELECT instance FROM wrong_who');
is($state, '55000', 'another guid than the pinned one is refused');
like($err, qr/guid/i, 'with its reason');
$psql->query("ALTER SERVER wrong OPTIONS (SET mirroring_guid '$guid')");
is($psql->query('SELECT instance FROM wrong_who'), 'B', 'the right one is accepted');

$psql->quit;
$pair->stop;

done_testing();
