# What users get wrong, and partners that are not there.

use strict;
use warnings;
use Test::More;
use Time::HiRes qw(time);
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_table_sql who_table_sql);
use TdsMirror::Lab qw(slurp);
use TdsMirror::Pair;

my $cluster = TdsMirror::Cluster->start('errors', log_min_messages => 'debug5', log_statement => 'none');
my $pair = TdsMirror::Pair->start(prefix => 'errors-', script => track_script());
my $psql = $cluster->session;

$psql->query(server_sql($pair, login_timeout => '2 s') . track_table_sql() . who_table_sql());

sub fails
{
	my ($sql, $state, $pattern, $name) = @_;
	my ($ok, $out, $err, $got) = $psql->try($sql);

	ok(!$ok && $got eq $state, "$name: $state") or diag $ok ? $out : $err;
	like($err, $pattern, "$name: the message helps");
}

# A wrong password is tried once, at one partner, and ends the search.
$psql->query("ALTER USER MAPPING FOR CURRENT_USER SERVER erp OPTIONS (SET password 'wrong-Secret2')");
my $before = $pair->a->counter('logins') + $pair->b->counter('logins');
fails('SELECT * FROM who', '28P01', qr/18456|[Ll]ogin failed/, 'wrong password');
is($pair->a->counter('logins') + $pair->b->counter('logins') - $before, 1, 'exactly one login attempt');
$psql->query("ALTER USER MAPPING FOR CURRENT_USER SERVER erp OPTIONS (SET password '$TdsMirror::Instance::password')");
is($psql->query('SELECT instance FROM who'), 'A', 'the right password works at once');

# A partner that is not mirrored.
$pair->a->tsql('CREATE DATABASE plain');
$psql->query(server_sql($pair, name => 'plain', database => 'plain', login_timeout => '2 s'));
$psql->query("CREATE FOREIGN TABLE plain_who (instance text) SERVER plain OPTIONS (query 'SELECT \@\@SERVERNAME AS instance')");
fails('SELECT * FROM plain_who', '55000', qr/not mirrored.*HINT:.*require_mirroring/s, 'a database that is not mirrored');
$psql->query("ALTER SERVER plain OPTIONS (ADD require_mirroring 'false')");
is($psql->query('SELECT instance FROM plain_who'), 'A', 'require_mirroring false accepts it');

# A server that belongs to nobody.
fails("SELECT * FROM tds_mirror_failover('nobody')", '42704', qr/server "nobody" does not exist/, 'unknown server');
fails("SELECT * FROM tds_mirror_failover('plain')", '55000', qr/not mirrored/, 'failover of what is not mirrored');
fails("BEGIN READ ONLY; SELECT * FROM tds_mirror_failover('erp')", '25006', qr/read-only/, 'failover in a read-only transaction');
$psql->try('ROLLBACK');
$psql->query('CREATE ROLE stranger; CREATE USER MAPPING FOR stranger SERVER erp');
$psql->query('SET ROLE stranger');
fails("SELECT * FROM tds_mirror_failover('erp')", '42501', qr/permission denied/, 'failover without the right to');
$psql->query('RESET ROLE');

# Failover preconditions.
$pair->a->tsql('ALTER DATABASE erp SET PARTNER SUSPEND');
fails("SELECT * FROM tds_mirror_failover('erp')", '55000', qr/not SYNCHRONIZED.*HINT:/s, 'failover while suspended');
$pair->a->tsql('ALTER DATABASE erp SET PARTNER RESUME');
$pair->wait_synchronized;
$pair->a->tsql('ALTER DATABASE erp SET PARTNER SAFETY OFF');
fails("SELECT * FROM tds_mirror_failover('erp')", '55000', qr/FULL/, 'failover with SAFETY OFF');
$pair->a->tsql('ALTER DATABASE erp SET PARTNER SAFETY FULL');
$pair->wait_synchronized;

# No answer to the failover itself (after the search's batch and master's): nothing
# is sent again, and both partners have been asked when time is up.
$pair->a->control('fault batch hang 0 skip 2 scope tds_mirror_fdw');
fails("SELECT * FROM tds_mirror_failover('erp', '2 s')", '08007',
	qr/DETAIL:.*did not answer.*"A" still says that it is principal.*HINT:/s, 'failover without an answer');
$pair->a->control('clear');
is($psql->query('SELECT instance FROM who'), 'A', 'nothing has switched');

# A table that is not there, seen through the open session.
$psql->query("CREATE FOREIGN TABLE ghost (id int) SERVER erp OPTIONS (schema_name 'dbo', table_name 'ghost')");
fails('SELECT * FROM ghost', '42P01', qr/ghost.*208.*CONTEXT:.*remote SQL command: SELECT/s, 'unknown table');
is($psql->query('SELECT instance FROM who'), 'A', 'the session lives on');

# Both partners down.
$pair->$_->kill9 for qw(a b);
my $start = time;
fails('SELECT * FROM who', '08001', qr/DETAIL:.*@{[$pair->a->port]}.*@{[$pair->b->port]}/s, 'both partners down');
cmp_ok(time - $start, '<', 5, 'within the login timeout (2 s, generously)');
is($psql->query("SELECT bool_or(reachable), count(error) FROM tds_mirror_status('erp')"), 'f|2', 'status says so too');
$pair->$_->launch for qw(a b);
$pair->wait_synchronized;
is($psql->query('SELECT instance FROM who'), 'A', 'and when they return, so does the session');

unlike(slurp($cluster->log_file), qr/lab-Secret1|wrong-Secret2/, 'no password stands in the log, at any level');
$psql->quit;
$pair->stop;

done_testing();
