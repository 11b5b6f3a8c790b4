
# IMPORT FOREIGN SCHEMA and its relatives where servers die, names are odd, tables
# are many and versions differ; the plain cases are in sql/import.sql.

use strict;
use warnings;
use utf8;
use Encode qw(encode);
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql);
use TdsMirror::Instance;
use TdsMirror::Pair;

my $many = 450;
my $script = join '', "CREATE TABLE dbo.[tab\tin name] (a int NOT NULL)\ngo\n",
	"CREATE TABLE dbo.strange ([a\tb] int NULL, [ ] int NULL, good int NOT NULL)\ngo\n",
	"CREATE TABLE dbo.hopeless ([ ] int NULL)\ngo\n",
	"CREATE TABLE dbo.plain (id int NOT NULL PRIMARY KEY, [tableoid] int NULL, [TABLEOID_2] int NULL)\ngo\n",
	"CREATE SCHEMA many\ngo\n", map { "CREATE TABLE many.t$_ (id int NOT NULL PRIMARY KEY, v$_ nvarchar($_) NULL)\ngo\n" } 1 .. $many;
my $cluster = TdsMirror::Cluster->start('import');
my $pair = TdsMirror::Pair->start(prefix => 'import-', witness => 1, script => $script);
my $psql = $cluster->session;
$psql->query(server_sql($pair, remote_version => 15));

sub fails
{
	my ($sql, $state, $pattern, $name) = @_;
	my ($ok, $out, $err, $got) = $psql->try($sql);

	ok(!$ok && $got eq $state && $err =~ $pattern, $name) or diag "$sql: $got\n$err";
	return;
}

# How many tables an import makes, and how many columns they have.
my $schemas = 0;
sub import_counts
{
	my ($remote, $options) = @_;
	my $local = 's' . ++$schemas;

	$psql->query("CREATE SCHEMA $local");
	my ($ok, $out, $err) = $psql->try("IMPORT FOREIGN SCHEMA $remote FROM SERVER erp INTO $local");
	diag $err unless $ok;
	return $psql->query("SELECT count(DISTINCT attrelid), count(*), count(*) FILTER (WHERE 'key=true' = ANY(attfdwoptions)) "
		  . "FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = '$local'::regnamespace AND attnum > 0");
}

# Names that no option can say, and a name that is PostgreSQL's.
$psql->query('CREATE SCHEMA odd');
my ($ok, $out, $err) = $psql->try('IMPORT FOREIGN SCHEMA dbo FROM SERVER erp INTO odd');
ok($ok, 'odd names') or diag $err;
like($err, qr/remote table "tab\tin name" is not imported.*blank or has control/s, 'a table with a tab in its name');
like($err, qr/column "a\tb" of remote table "strange" is not imported.*column " " of remote table "strange" is not imported/s, 'columns of such names');
like($err, qr/remote table "hopeless" is not imported\nDETAIL:  It has no column that can be read/, 'a table without any other');
is($psql->query(q{SELECT string_agg(attrelid::regclass || '.' || attname || coalesce(attfdwoptions::text, ''), ' ' ORDER BY attrelid::regclass::text, attnum) FROM pg_attribute
	WHERE attrelid IN (SELECT ftrelid FROM pg_foreign_table) AND attnum > 0}) =~ s/_[0-9a-f]{8}/_hash/gr,
	'odd.plain.id{remote_type=int,key=true} odd.plain.tableoid_hash{column_name=tableoid,remote_type=int} odd.plain.TABLEOID_2{remote_type=int} odd.strange.good{remote_type=int}', 'the rest');

# Many tables, asked for in pieces (a login has results, too, of one row); a connection that dies in the middle of each.
my $all = "$many|" . 2 * $many . "|$many";
is(import_counts('many'), $all, "$many tables");
for my $skip (0 .. 6)
{
	$psql->query('SELECT tds_mirror_disconnect_all()') if $skip % 2;
	$pair->a->control("fault batch close skip $skip");
	is(import_counts('many'), $all, "the connection dies at statement $skip");
	$pair->a->control('clear');
}
for my $row (0, 3, 100, 399)
{
	$pair->a->control("fault row close $row");
	is(import_counts('many'), $all, "the connection dies after $row rows");
	$pair->a->control('clear');
}
$pair->a->control('fault row close 3 count 20');
fails('IMPORT FOREIGN SCHEMA many FROM SERVER erp INTO odd', '08006', qr/connection to server "erp".*was lost/, 'a connection that dies each time');
$pair->a->control('clear');
$pair->a->control('fault row error 3');
fails('IMPORT FOREIGN SCHEMA many FROM SERVER erp INTO odd', '55P03', qr/1222.*remote SQL command: SELECT/s, 'an error in the middle');
$pair->a->control('clear');
is($psql->query("SELECT count(*) FROM pg_class WHERE relnamespace = 'odd'::regnamespace AND relname LIKE 't%'"), 0, 'nothing is left of them');
is(import_counts('many'), $all, 'and the session goes on');

# All of them described, in one statement.
is($psql->query("SELECT count(d.*) FROM pg_foreign_table t JOIN pg_class c ON c.oid = t.ftrelid, tds_mirror_describe(t.ftrelid) d "
		  . "WHERE relnamespace = 's1'::regnamespace AND relname ~ '^t.?\$'"), 0, 'nothing to say about what was imported');
$psql->query("ALTER FOREIGN TABLE s1.t7 ALTER v7 OPTIONS (DROP remote_type, SET remote_collation 'Latin1_General_BIN2'), ALTER id OPTIONS (DROP key)");
$pair->a->control('fault row close 1');
is($psql->query("SELECT * FROM tds_mirror_describe('s1.t7')"), "id|key||true\nv7|remote_type||nvarchar(7)\nv7|remote_collation|Latin1_General_BIN2|SQL_Latin1_General_CP1_CI_AS",
	'described, while the connection dies');
$pair->a->control('clear');
fails("BEGIN; DECLARE c CURSOR FOR SELECT * FROM s1.t7; FETCH c; ALTER FOREIGN TABLE s1.t7 ALTER v7 OPTIONS (DROP remote_type); SELECT * FROM tds_mirror_describe('s1.t7')",
	'55006', qr/being used by active queries/, 'a table in use is not altered');
$psql->query('ROLLBACK');

# While another scan streams, and within a transaction.
$psql->query("CREATE FOREIGN TABLE big (id int) SERVER erp OPTIONS (query 'SELECT id FROM standin_rows(100000)')");
is($psql->query("BEGIN; DECLARE c CURSOR FOR SELECT id FROM big; FETCH c; CREATE SCHEMA beside; IMPORT FOREIGN SCHEMA many LIMIT TO (t1, t2) FROM SERVER erp INTO beside; MOVE FORWARD ALL c; "
		  . "SELECT count(*) FROM pg_class WHERE relnamespace = 'beside'::regnamespace; COMMIT") =~ s/.*\n//sr, 2, 'beside a cursor');
$pair->a->tsql('ALTER DATABASE erp SET ALLOW_SNAPSHOT_ISOLATION ON');
is($psql->query("BEGIN ISOLATION LEVEL REPEATABLE READ; CREATE SCHEMA rr; IMPORT FOREIGN SCHEMA many LIMIT TO (t1) FROM SERVER erp INTO rr; SELECT count(*) FROM rr.t1; COMMIT"),
	0, 'in a snapshot');

# The other partner takes over.
$pair->a->kill9;
$pair->wait_principal($pair->b);
is(import_counts('many'), $all, 'after a failover');
is($psql->query("SELECT count(*) FROM s1.t450"), 0, 'and what was imported before is read');
$pair->b->kill9;
$psql->query("ALTER SERVER erp OPTIONS (ADD login_timeout '1 s')");
fails('IMPORT FOREIGN SCHEMA many FROM SERVER erp INTO odd', '08001', qr/./, 'no principal, no import');

# Versions, by product and compatibility level; and a database in another encoding.
$cluster->session->query("CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
my $latin = $cluster->session(database => 'latin');
for my $product ([ 2016, 13 ], [ 2022, 16 ])
{
	my $instance = TdsMirror::Instance->start("import-$product->[0]", more => [ '--product', $product->[0] ]);
	$instance->tsql('CREATE DATABASE v');
	$instance->tsql(encode('UTF-8', "CREATE TABLE dbo.[Größe] ([Länge] decimal(9,3) NULL)"), database => 'v');
	$latin->query('SET client_encoding = UTF8');
	$latin->query('CREATE EXTENSION IF NOT EXISTS tds_mirror_fdw');
	$latin->query("CREATE SERVER s$product->[0] FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername '" . $instance->address . ',' . $instance->port . "', database 'v')");
	$latin->query("CREATE USER MAPPING FOR CURRENT_USER SERVER s$product->[0] OPTIONS (username '$TdsMirror::Instance::user', password '$TdsMirror::Instance::password')");
	($ok, $out, $err) = $latin->try("CREATE SCHEMA s$product->[0]; IMPORT FOREIGN SCHEMA dbo FROM SERVER s$product->[0] INTO s$product->[0]");
	ok($ok, "SQL Server $product->[0]") or diag $err;
	like($err, qr/HINT:  Use ALTER SERVER s$product->[0] OPTIONS \(ADD remote_version '$product->[1]'\)/, "its version is $product->[1]");
	is($latin->query(encode('UTF-8', "SELECT \"Länge\" FROM s$product->[0].\"Größe\"")), '', 'names in LATIN1');
	is($latin->query(encode('UTF-8', "SELECT new_value FROM tds_mirror_describe('s$product->[0].\"Größe\"')")), $product->[1], 'described');
	$instance->stop;
}

undef $psql;
undef $latin;
done_testing();
