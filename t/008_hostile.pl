# What a server, a user or a function of the user may do at the worst moment.

use strict;
use warnings;
use Test::More;
use Time::HiRes qw(sleep time);
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_rows track_table_sql who_table_sql);
use TdsMirror::Lab qw(wait_until);
use TdsMirror::Pair;

my $cluster = TdsMirror::Cluster->start('hostile');
my $pair = TdsMirror::Pair->start(prefix => 'hostile-', script => track_script());
my $psql = $cluster->session;
my ($ok, $out, $err, $state);

$psql->query(server_sql($pair, login_timeout => '60 s') . track_table_sql() . who_table_sql());

# A check constraint asks for the session while its own row is on the wire.
$psql->query(q{CREATE FUNCTION nosy(i int) RETURNS bool LANGUAGE plpgsql AS $$
  BEGIN
    IF i = 1000 THEN PERFORM instance FROM who; END IF;
    RETURN true;
  EXCEPTION WHEN object_in_use THEN RETURN true;
  END $$;
  CREATE DOMAIN nosy_int AS int CHECK (nosy(value));
  CREATE FOREIGN TABLE nosy_track (id nosy_int, title text, seconds int)
    SERVER erp OPTIONS (schema_name 'dbo', table_name 'track')});
is($psql->query('BEGIN; DECLARE c CURSOR FOR SELECT * FROM nosy_track; FETCH 1 FROM c; SELECT instance FROM who'),
	"1|Track 1|101\nA", 'a cursor is spooled whose values ask for the session');
is($psql->query('FETCH ALL FROM c') =~ tr/\n// + 2, track_rows(), 'and is whole');
$psql->query('ROLLBACK');

# An error while a cursor is spooled ends that cursor, and nothing else.
$psql->query("CREATE FOREIGN TABLE too_large (id int, s smallint) SERVER erp
  OPTIONS (query 'SELECT id, id * 20 AS s FROM dbo.track')");
$psql->query('BEGIN; DECLARE c CURSOR FOR SELECT * FROM too_large; FETCH 1 FROM c');
$psql->query(q{DO $$ BEGIN PERFORM * FROM who; EXCEPTION WHEN numeric_value_out_of_range THEN NULL; END $$});
is($psql->query('SELECT instance FROM who'), 'A', 'the session is free after an error in another scan');
($ok, $out, $err, $state) = $psql->try('FETCH 1 FROM c');
is($state, '55000', 'the scan with the error has no more rows');
$psql->query('ROLLBACK');

# One statement, one result.
$psql->query("CREATE FOREIGN TABLE twice (a int) SERVER erp
  OPTIONS (query 'SELECT 1 AS a) AS q SELECT a FROM (SELECT 2 AS a')");
($ok, $out, $err, $state) = $psql->try('SELECT * FROM twice');
is($state, '08P01', 'a second result is not dropped in silence');

# Another result than the one asked for, where no column is needed.
is($psql->query('SELECT instance FROM who'), 'A', 'the next statement works');
$pair->a->control('fault batch plp_short');
($ok, $out, $err, $state) = $psql->try('SELECT count(*) FROM (SELECT FROM track OFFSET 0) AS t');
is($state, '08P01', 'a result of another type is not counted');
is($psql->query('SELECT count(*) FROM track'), track_rows(), 'and the next one is');

# A server that sends without end and does not hear attention.
$psql->query("CREATE FOREIGN TABLE endless (id bigint) SERVER erp
  OPTIONS (query 'SELECT id FROM standin_rows(2000000000)')");
$pair->a->control('fault attention ignore count 100');
my $start = time;
($ok, $out, $err, $state) = $psql->try("SET statement_timeout = '500ms'; SELECT count(*) FROM endless");
is($state, '57014', 'endless rows, attention ignored: statement_timeout ends it');
cmp_ok(time - $start, '<', 15, 'within a bound');
$psql->query('RESET statement_timeout');
is($psql->query('SELECT id FROM endless LIMIT 1'), 1, 'LIMIT ends it, too');
$pair->a->control('clear');
is($psql->query('SELECT instance FROM who'), 'A', 'and the next statement works');

# A frozen host: the kernel accepts, nobody answers.
my $other = $cluster->session;
$pair->a->freeze;
$start = time;
($ok, $out, $err, $state) = $other->try("SET statement_timeout = '500ms'; SELECT * FROM who");
is($state, '57014', 'a login at a frozen host can be cancelled');
cmp_ok(time - $start, '<', 15, 'soon');
$pair->a->thaw;
$other->query('RESET statement_timeout');
is($other->query('SELECT instance FROM who'), 'A', 'and tried again');

# A mapping that is gone leaves nothing behind.
sub remap
{
	$other->query("DROP USER MAPPING FOR CURRENT_USER SERVER erp;
	  CREATE USER MAPPING FOR CURRENT_USER SERVER erp
	    OPTIONS (username '$TdsMirror::Instance::user', password '$TdsMirror::Instance::password');
	  SELECT instance FROM who");
}
remap() for 1 .. 50;
my ($fds, $rss) = $other->footprint;
remap() for 1 .. 200;
my ($fds_after, $rss_after) = $other->footprint;
cmp_ok($fds_after - $fds, '<=', 3, '200 user mappings come and go: no socket is left');
cmp_ok($rss_after - $rss, '<=', 1024, 'nor their sessions');

# Names and passwords in a database that is not UTF8.
$pair->a->tsql("CREATE DATABASE [Z\xc3\xbcrich]");
$psql->query("CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
my $latin = $cluster->session(database => 'latin');
$latin->query('SET client_encoding = UTF8');
$latin->query(server_sql($pair, database => "Z\xc3\xbcrich", failover_partner => undef) . who_table_sql());
is($latin->query('SELECT instance FROM who'), 'A', 'LATIN1: the database has its name');
$latin->query("ALTER USER MAPPING FOR CURRENT_USER SERVER erp OPTIONS (SET username 'M\xc3\xbcller')");
($ok, $out, $err, $state) = $latin->try('SELECT instance FROM who');
is($state, '28P01', 'and so has the login');
like($err, qr/M\xc3\xbcller/, 'also in the answer of the server');

# A failover that is cancelled may take place all the same, and the error says so.
$pair->b->freeze;
$start = time;
($ok, $out, $err, $state) = $other->try("SET statement_timeout = '1s'; SELECT * FROM tds_mirror_failover('erp')");
$pair->b->thaw;
is($state, '57014', 'a failover can be cancelled');
cmp_ok(time - $start, '<', 15, 'soon');
like($err, qr/CONTEXT:.*requested from "A" and may take place/, 'and the error says what that leaves open');

$_->quit for $psql, $other, $latin;
$pair->stop;

done_testing();
