# This backend's sessions: tds_mirror_connections, closing them, tds_mirror_diag().

use strict;
use warnings;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_table_sql who_table_sql);
use TdsMirror::Instance;
use TdsMirror::Lab qw(wait_until);
use TdsMirror::Pair;

my $cluster = TdsMirror::Cluster->start('connections');
my $pair = TdsMirror::Pair->start(prefix => 'connections-', script => track_script());
my $psql = $cluster->session;

$psql->query(server_sql($pair, login_timeout => '5 s', application_name => 'listed') . who_table_sql() . track_table_sql());

sub fails
{
	my ($sql, $state, $pattern, $name) = @_;
	my ($ok, $out, $err, $got) = $psql->try($sql);

	is($got, $state, "$name: $state") or diag "$out$err";
	like($err, $pattern, "$name: the message helps");
	return;
}

my $address = '127.0.0.1,' . $pair->a->port;
my $spids = sub { return $pair->a->tsql("SELECT COUNT(*) FROM sys.dm_exec_sessions WHERE program_name = 'listed'") + 0; };

is($psql->query('SELECT count(*) FROM tds_mirror_connections'), 0, 'no connection yet');
is($psql->query("SELECT tds_mirror_disconnect('erp')"), 'f', 'nothing to close');
is($psql->query('SELECT tds_mirror_disconnect_all()'), 'f', 'nowhere');
$psql->query('SELECT * FROM who');
is($psql->query('SELECT server_name, user_name, address, state, in_transaction, stale, statements > 0, since <= clock_timestamp() FROM tds_mirror_connections'),
	"erp|lab|$address|idle|f|f|t|t", 'an idle one');
is($psql->query('SELECT spid FROM tds_mirror_connections'),
	$pair->a->tsql("SELECT session_id FROM sys.dm_exec_sessions WHERE program_name = 'listed'") + 0, 'of that spid');
is($psql->query('SELECT closed FROM tds_mirror_connections'), 'f', 'open');
$pair->a->control('cut');
wait_until('the server has ended it', 20, sub { $psql->query('SELECT closed FROM tds_mirror_connections') eq 't' });
pass('that the server has ended it is seen without asking');
is($psql->query('SELECT count(*) FROM who'), 1, 'the next use opens another');
is($psql->query('SELECT closed FROM tds_mirror_connections'), 'f', 'which is open');
is($psql->query("SELECT tds_mirror_disconnect('erp')"), 't', 'it is closed');
is($psql->query('SELECT count(*) FROM tds_mirror_connections'), 0, 'and gone');
is($spids->(), 0, 'from the server, too');

# One in use is refused.
$psql->query('BEGIN; DECLARE c CURSOR FOR SELECT id FROM track; FETCH 1 FROM c');
is($psql->query('SELECT state, in_transaction FROM tds_mirror_connections'), 'streaming|f', 'a cursor reads');
$psql->query('SAVEPOINT s');
fails("SELECT tds_mirror_disconnect('erp')", '55006', qr/server "erp" is in use/, 'it is in use');
$psql->query('ROLLBACK TO s');
is($psql->query('SELECT tds_mirror_disconnect_all()'), 'f', 'and left out of all');
like($psql->messages, qr/WARNING:.*55006.*server "erp" is in use/, 'with a warning');
is($psql->query('MOVE FORWARD ALL FROM c; COMMIT; SELECT state FROM tds_mirror_connections'), 'idle', 'the cursor has come to its end');
$psql->query("BEGIN; SELECT tds_mirror_exec('erp', 'UPDATE dbo.track SET title = title WHERE id = 1')");
is($psql->query('SELECT state, in_transaction FROM tds_mirror_connections'), 'in transaction|t', 'a remote transaction');
fails("SELECT tds_mirror_disconnect('erp')", '55006', qr/in use.*remote work/s, 'that is in use, too');
$psql->query('ROLLBACK');

# What makes a connection stale, and several servers.
$psql->query('SELECT * FROM who');
$psql->query(server_sql($pair, name => 'second', application_name => 'listed') =~ s/^.*?(?=CREATE SERVER)//sr);
$psql->query("CREATE FOREIGN TABLE who2 (instance text) SERVER second OPTIONS (query 'SELECT \@\@SERVERNAME AS instance'); SELECT * FROM who2");
is($psql->query("SELECT count(*) FROM tds_mirror_connections WHERE NOT stale"), 2, 'two connections');
is($psql->query("SELECT tds_mirror_disconnect('second')"), 't', 'one is closed');
is($psql->query('SELECT string_agg(server_name, $$ $$) FROM tds_mirror_connections'), 'erp', 'the other stays');
$psql->query("SELECT new_principal FROM tds_mirror_failover('erp')");
is($psql->query('SELECT server_name, stale FROM tds_mirror_connections'), 'erp|t', 'stale after a failover');
is($psql->query('SELECT instance FROM who'), 'B', 'replaced by the next use');
is($psql->query('SELECT server_name, address, stale FROM tds_mirror_connections'), 'erp|127.0.0.1,' . $pair->b->port . '|f', 'by one to the new principal');
is($psql->query('SELECT tds_mirror_disconnect_all()'), 't', 'all are closed');

# Who may know.
$psql->query('CREATE ROLE stranger; CREATE USER MAPPING FOR stranger SERVER erp OPTIONS (username $$x$$, password $$y$$); SELECT * FROM who; SET ROLE stranger');
is($psql->query('SELECT count(*) FROM tds_mirror_connections'), 0, 'without USAGE nothing is shown');
fails("SELECT tds_mirror_disconnect('erp')", '42501', qr/permission denied for foreign server erp/, 'nor closed');
fails("SELECT * FROM tds_mirror_diag('erp')", '42501', qr/permission denied for foreign server erp/, 'nor asked');
fails("SELECT * FROM tds_mirror_status('erp')", '42501', qr/permission denied for foreign server erp/, 'by status either');
is($psql->query('SELECT count(*) FROM tds_mirror_diag()'), 0, 'of all servers there is none');
$psql->query('RESET ROLE; GRANT USAGE ON FOREIGN SERVER erp TO stranger; SELECT * FROM who; SET ROLE stranger');
is($psql->query('SELECT count(*) FROM tds_mirror_connections'), 1, 'with USAGE it is');
is($psql->query("BEGIN READ ONLY; SELECT tds_mirror_disconnect('erp'); COMMIT"), 't', 'and closed, also in a read-only transaction');
$psql->query('RESET ROLE');
$psql->query('DROP FOREIGN TABLE who2; DROP SERVER second CASCADE');

# A cursor that is older than the credentials.
{
	my $other = $cluster->session;

	$psql->query("SELECT * FROM who; BEGIN; DECLARE c CURSOR FOR SELECT id FROM track");
	$other->query("ALTER USER MAPPING FOR CURRENT_USER SERVER erp OPTIONS (SET password 'another')");
	$psql->query('LOCK TABLE pg_foreign_server IN ACCESS SHARE MODE');
	fails('FETCH 1 FROM c', '28P01', qr/Login failed/, 'logs in with what is true now');
	$psql->query('ROLLBACK');
	$other->query("ALTER USER MAPPING FOR CURRENT_USER SERVER erp OPTIONS (SET password '$TdsMirror::Instance::password')");
	is($psql->query('SELECT instance FROM who'), 'B', 'and can again when that is right');
	$other->quit;
}

# What a login gets.
is($psql->query('SELECT server_name, extension_version, tds_version, encrypted, instance, compatibility_level, view_any_database, error FROM tds_mirror_diag()'),
	'erp|1.0|7.4|f|B|150|t|', 'diag');
like($psql->query('SELECT freetds_version, address, product_version, product_level, edition FROM tds_mirror_diag($$erp$$)'),
	qr/^freetds v[\d.]+\|127\.0\.0\.1,@{[$pair->b->port]}\|\d+\.\d+\.[\d.]+\|\w+\|.*Edition/, 'and its versions');
$psql->query("ALTER USER MAPPING FOR CURRENT_USER SERVER erp OPTIONS (SET username 'reader')");
is($psql->query('SELECT instance, encrypted IS NULL, view_any_database, error FROM tds_mirror_diag()'), 'B|t|t|', 'an ordinary login is not told of encryption');
$psql->query("ALTER USER MAPPING FOR CURRENT_USER SERVER erp OPTIONS (SET username 'sa')");
$pair->$_->kill9 for qw(a b);
is($psql->query('SELECT server_name, extension_version, instance IS NULL, error IS NOT NULL FROM tds_mirror_diag()'), 'erp|1.0|t|t', 'of a server that is not there');

$psql->quit;
$pair->stop;

done_testing();
