# tds_mirror_query() and tds_mirror_exec(): what they return, what they may leave
# behind, and what happens when they are refused or lost.

use strict;
use warnings;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_rows track_table_sql who_table_sql);
use TdsMirror::Lab qw(wait_until);
use TdsMirror::Pair;

my $cluster = TdsMirror::Cluster->start('through');
my $pair = TdsMirror::Pair->start(prefix => 'through-', script => track_script() . <<'SQL');
CREATE TABLE dbo.t (id int NOT NULL PRIMARY KEY, v nvarchar(20) NULL)
go
INSERT INTO dbo.t VALUES (1, N'one'), (2, NULL), (3, N'three')
go
SQL
my $psql = $cluster->session;

$pair->a->tsql('CREATE DATABASE elsewhere');
$psql->query(server_sql($pair, login_timeout => '5 s', application_name => 'through') . who_table_sql() . track_table_sql());
$psql->query("CREATE FOREIGN TABLE t (id int, v text) SERVER erp OPTIONS (schema_name 'dbo', table_name 't')");

sub fails
{
	my ($sql, $state, $pattern, $name) = @_;
	my ($ok, $out, $err, $got) = $psql->try($sql);

	is($got, $state, "$name: $state") or diag "$out$err";
	like($err, $pattern, "$name: the message helps");
	return;
}

sub ids { return $pair->a->tsql('SELECT id FROM dbo.t ORDER BY id', database => 'erp') =~ s/\s+/ /gr =~ s/^ | $//gr; }
sub exec_sql { return 'SELECT tds_mirror_exec($$erp$$, $sql$' . $_[0] . '$sql$)'; }
sub query_sql { return 'SELECT * FROM tds_mirror_query($$erp$$, $sql$' . $_[0] . '$sql$) AS r(' . ($_[1] // 'a int') . ')'; }

# What they return.
is($psql->query(query_sql('SELECT id, v FROM dbo.t ORDER BY id DESC', 'n bigint, word text')), "3|three\n2|\n1|one", 'rows, in the order they came');
is($psql->query(query_sql("SELECT CAST('2020-02-29' AS date), CAST(1.50 AS decimal(5,2)), CAST(0x00FF AS varbinary(9)), CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS uniqueidentifier), CAST(1 AS bit), CAST('2021-01-02T03:04:05.678' AS datetime2(3)), CAST(2.5 AS float)",
	'd date, n numeric(5,2), b bytea, u uuid, f boolean, ts timestamp, r float8')),
	'2020-02-29|1.50|\x00ff|6f9619ff-8b86-d011-b42d-00c04fc964ff|t|2021-01-02 03:04:05.678|2.5', 'types');
is($psql->query('SELECT count(*), sum(id) FROM tds_mirror_query($$erp$$, $$SELECT id FROM dbo.track$$) AS r(id int)'),
	track_rows() . '|' . track_rows() * (track_rows() + 1) / 2, 'many rows');
is($psql->query(query_sql('SELECT id FROM dbo.t WHERE id < 0')), '', 'no rows');
is($psql->query(query_sql('UPDATE dbo.t SET v = v WHERE id = 1 SELECT id FROM dbo.t WHERE id = 1')), '1', 'a query after a change');
is($psql->query(exec_sql("UPDATE dbo.t SET v = v WHERE id < 3")), '2', 'a count');
is($psql->query(exec_sql("UPDATE dbo.t SET v = v WHERE id < 3; UPDATE dbo.t SET v = v; SELECT * FROM dbo.track")), '5', 'counts are added up, those of queries are not');
is($psql->query(exec_sql("UPDATE dbo.t SET v = v WHERE id < 0")), '0', 'none affected');
is($psql->query('SELECT tds_mirror_exec($$erp$$, $$SET NOCOUNT ON; UPDATE dbo.t SET v = v$$) IS NULL'), 't', 'NOCOUNT ON: no count is known');
is($psql->query(exec_sql('UPDATE dbo.t SET v = v')), '3', 'and it is over');
is($psql->query('SELECT tds_mirror_exec($$erp$$, $$SELECT 1$$) IS NULL'), 't', 'a query alone has no count');
is($psql->query('SELECT tds_mirror_exec($$erp$$, NULL) IS NULL'), 't', 'NULL does nothing');

# What does not fit.
fails(query_sql('SELECT id, v FROM dbo.t', 'id int'), '42804', qr/column definition list.*2 columns, the list has 1/s, 'too few columns declared');
fails(query_sql('SELECT id FROM dbo.t', 'id date'), 'HV004', qr/column "id".*cannot be read as date.*The type of the remote column "id" is int/s, 'a type that cannot be read');
fails(query_sql('SELECT CAST(70000 AS int)', 'a smallint'), '22003', qr/out of range.*CONTEXT:.*column "a" of the remote result, row 1/s, 'a value that does not fit');
fails('SELECT tds_mirror_query($$erp$$, $$SELECT 1$$)', '0A000', qr/HINT:.*column definition list/s, 'no column definition list');
fails(query_sql('SELECT 1 SELECT 2'), '42601', qr/more than one result.*HINT:/s, 'two results');
fails(query_sql('UPDATE dbo.t SET v = v'), '42601', qr/no result.*HINT:.*tds_mirror_exec/s, 'no result');
fails(exec_sql('SELECT FROM WHERE'), '42601', qr/SQL Server error.*CONTEXT:.*remote SQL command: SELECT FROM WHERE/s, 'a syntax error');
fails(exec_sql("INSERT INTO dbo.t VALUES (1, N'again')"), '23505', qr/2627/, 'a duplicate key');
fails(exec_sql("RAISERROR('out of stock', 16, 1)"), 'P0001', qr/out of stock/, 'an error of their own');

# Who may, and when.
fails("BEGIN READ ONLY; " . exec_sql('SELECT 1'), '25006', qr/tds_mirror_exec\(\).*read-only/, 'exec, read-only');
$psql->try('ROLLBACK');
fails("BEGIN READ ONLY; " . query_sql('SELECT 1'), '25006', qr/tds_mirror_query\(\).*read-only/, 'query, read-only');
$psql->try('ROLLBACK');
$psql->query('CREATE ROLE stranger; CREATE USER MAPPING FOR stranger SERVER erp OPTIONS (username $$x$$, password $$y$$); SET ROLE stranger');
fails(exec_sql('SELECT 1'), '42501', qr/permission denied for function tds_mirror_exec/, 'exec, PUBLIC');
fails(query_sql('SELECT 1'), '42501', qr/permission denied for function tds_mirror_query/, 'query, PUBLIC');
$psql->query('RESET ROLE; GRANT EXECUTE ON FUNCTION tds_mirror_exec(name, text), tds_mirror_query(name, text) TO stranger; SET ROLE stranger');
fails(exec_sql('SELECT 1'), '42501', qr/permission denied for foreign server erp/, 'exec without USAGE');
fails(query_sql('SELECT 1'), '42501', qr/permission denied for foreign server erp/, 'query without USAGE');
$psql->query('RESET ROLE');

# They commit and roll back with the local transaction.
$psql->query('BEGIN; ' . exec_sql("INSERT INTO dbo.t VALUES (10, N'ten')") . '; COMMIT');
is(ids(), '1 2 3 10', 'committed');
$psql->query('BEGIN; ' . exec_sql("INSERT INTO dbo.t VALUES (11, N'eleven')"));
is($psql->query('SELECT count(*) FROM t'), 5, 'a foreign table sees what was done');
$psql->query('ROLLBACK');
is(ids(), '1 2 3 10', 'rolled back');
$psql->query('BEGIN; ' . exec_sql("INSERT INTO dbo.t VALUES (11, N'x')") . '; SAVEPOINT s; ' . exec_sql("INSERT INTO dbo.t VALUES (12, N'x')")
	  . '; ROLLBACK TO s; ' . exec_sql("INSERT INTO dbo.t VALUES (13, N'x')") . '; COMMIT');
is(ids(), '1 2 3 10 11 13', 'savepoints');
$psql->query('DO $$ BEGIN PERFORM tds_mirror_exec($q$erp$q$, $q$INSERT INTO dbo.t VALUES (14, N$q$ || quote_literal($q$x$q$) || $q$)$q$); '
	  . 'BEGIN PERFORM tds_mirror_exec($q$erp$q$, $q$SET ROWCOUNT 1; INSERT INTO dbo.t VALUES (14, NULL)$q$); EXCEPTION WHEN unique_violation THEN NULL; END; END $$');
is(ids(), '1 2 3 10 11 13 14', 'a duplicate key that a handler has caught');
fails("BEGIN; SELECT tds_mirror_exec('erp', 'DELETE FROM dbo.t'); SELECT * FROM tds_mirror_failover('erp')", '25001',
	qr/remote work on server "erp".*HINT:.*Commit or roll back/s, 'a failover would end this transaction');
$psql->try('ROLLBACK');
is(ids(), '1 2 3 10 11 13 14', 'nothing was deleted');

# While other rows are on the wire.
is($psql->query("BEGIN; DECLARE c CURSOR FOR SELECT id FROM track; FETCH 1 FROM c; "
	  . exec_sql('DELETE FROM dbo.t WHERE id > 10') . '; MOVE 3 FROM c; FETCH 1 FROM c; MOVE FORWARD ALL FROM c; COMMIT'), "1\n3\n5", 'a cursor goes on');
is(ids(), '1 2 3 10', 'and the change is there');

# What they leave behind is undone: in this transaction and for the next one.
for my $setting ('SET ROWCOUNT 1', 'SET NOCOUNT ON', 'SET FMTONLY ON', 'SET NOEXEC ON', 'SET PARSEONLY ON', 'SET DATEFORMAT dmy',
	'SET XACT_ABORT ON', 'SET IMPLICIT_TRANSACTIONS ON', 'SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED')
{
	my ($ok, $out, $err) = $psql->try('BEGIN; ' . exec_sql($setting) . '; SELECT count(*) FROM t; ' . exec_sql('UPDATE dbo.t SET v = v'));
	is($out, "\n4\n4", "$setting: undone") or diag $err;
	is($psql->query("COMMIT; SELECT count(*) FROM track"), track_rows(), "$setting: and the next transaction knows nothing of it");
}
is($psql->query('BEGIN; ' . exec_sql("INSERT INTO dbo.t VALUES (20, N'x')") . ' ; SAVEPOINT s'), 1, 'before a savepoint');
fails(query_sql("INSERT INTO dbo.t VALUES (21, N'x') SET NOEXEC ON SELECT id FROM dbo.t", 'id int'), '42601', qr/no result/, 'NOEXEC and an error of ours');
fails(query_sql("SET ROWCOUNT 1 INSERT INTO dbo.t VALUES (21, N'x') SELECT 70000", 'id smallint'), '25P02', qr/aborted/, 'the transaction waits for ROLLBACK TO');
$psql->query('ROLLBACK TO s');
fails(query_sql("SET ROWCOUNT 1 INSERT INTO dbo.t VALUES (22, N'x') SELECT 70000", 'id smallint'), '22003', qr/out of range/, 'ROWCOUNT and an error of ours');
$psql->query('ROLLBACK TO s');
is($psql->query('SELECT count(*) FROM track'), track_rows(), 'undone after an error, too');
$psql->query('COMMIT');
is(ids(), '1 2 3 10 20', 'and what the savepoint covered is gone');

# What cannot be undone dooms the transaction.
my %dooms = (
	'BEGIN TRANSACTION' => qr/begun a transaction.*HINT:.*BEGIN TRANSACTION/s,
	'COMMIT' => qr/ended the remote transaction.*HINT:.*COMMIT/s,
	'ROLLBACK' => qr/ended the remote transaction.*HINT:.*ROLLBACK/s);
fails('BEGIN; ' . exec_sql('USE elsewhere'), '25000', qr/in another database.*HINT:.*USE/s, 'USE');
$psql->query('ROLLBACK');
is($psql->query('SELECT count(*) FROM track'), track_rows(), 'USE: the next transaction is where it was');
for my $statement (sort keys %dooms)
{
	$psql->query('BEGIN; ' . exec_sql("INSERT INTO dbo.t VALUES (30, N'x')"));
	fails(exec_sql($statement), '25000', $dooms{$statement}, $statement);
	$psql->query('ROLLBACK');
	is(ids(), $statement eq 'COMMIT' ? '1 2 3 10 20 30' : '1 2 3 10 20', "$statement: what the server has");
	is($psql->query('SELECT count(*) FROM track'), track_rows(), "$statement: the next transaction is sound");
	$pair->a->tsql('DELETE FROM dbo.t WHERE id = 30', database => 'erp');

	my ($ok, $out, $err, $state) = $psql->try('DO $$ BEGIN PERFORM tds_mirror_exec($q$erp$q$, $q$INSERT INTO dbo.t VALUES (31, NULL)$q$);'
		  . " BEGIN PERFORM tds_mirror_exec(\$q\$erp\$q\$, \$q\$$statement\$q\$); EXCEPTION WHEN OTHERS THEN NULL; END; END \$\$");
	is($state, '25000', "$statement: a handler does not save it") or diag $err;
	$pair->a->tsql('DELETE FROM dbo.t WHERE id = 31', database => 'erp') if $statement eq 'COMMIT';
	is(ids(), '1 2 3 10 20', "$statement: nothing was committed");
}

# A count that nobody has looked at yet, because an error came between.
my ($ok, $out, $err, $state) = $psql->try('DO $$ BEGIN PERFORM tds_mirror_exec($q$erp$q$, $q$INSERT INTO dbo.t VALUES (32, NULL)$q$);'
	  . ' BEGIN PERFORM * FROM tds_mirror_query($q$erp$q$, $q$BEGIN TRANSACTION SELECT 70000$q$) AS r(a smallint); EXCEPTION WHEN OTHERS THEN NULL; END; END $$');
is($state, '25000', 'an open transaction is not committed by half') or diag $err;
is(ids(), '1 2 3 10 20', 'nor at all');

# Lost connections: never sent again.
for my $case ([ 'batch close', 1 ], [ 'send reset', 1 ], [ 'batch fatal 596', 1 ])
{
	my ($fault, $skip) = @$case;
	my $before;

	$psql->query('SELECT instance FROM who');
	$before = $pair->a->counter('commits');
	$pair->a->control("fault $fault skip $skip scope through");
	fails(exec_sql("INSERT INTO dbo.t VALUES (40, N'x')"), '08006', qr/lost.*CONTEXT:.*INSERT/s, "$fault during a statement");
	$pair->a->control('clear');
	is(ids(), '1 2 3 10 20', "$fault: nothing is left of it");
	is($pair->a->counter('commits'), $before, "$fault: and nothing was committed");
	is($psql->query('SELECT count(*) FROM t'), 5, "$fault: the next statement is served");
}
$psql->query('SELECT instance FROM who');
$pair->a->control('fault batch hang 0 skip 1 scope through');
fails("SET statement_timeout = '1s'; " . exec_sql("INSERT INTO dbo.t VALUES (41, N'x')"), '57014', qr/cancel/, 'a cancel');
$pair->a->control('clear');
$psql->query('RESET statement_timeout');
is(ids(), '1 2 3 10 20', 'nothing was done');

# Rows that were cut off are no result.
$psql->query('SELECT instance FROM who');
$pair->a->control('fault row close 100 scope through');
fails('SELECT count(*) FROM tds_mirror_query($$erp$$, $$SELECT id FROM dbo.track$$) AS r(id int)', '08006', qr/was lost/, 'rows cut off');
$pair->a->control('clear');

# After a failover they go to the other partner.
$psql->query("SELECT * FROM tds_mirror_failover('erp')");
is($psql->query(query_sql('SELECT @@SERVERNAME', 'name text')), 'B', 'after a failover');
is($psql->query(exec_sql("INSERT INTO dbo.t VALUES (50, N'x')")), 1, 'a change on the new principal');
is($psql->query('SELECT count(*) FROM t'), 6, 'is there');

# It leaks nothing.
my @old;
for my $round (1 .. 300)
{
	$psql->query(exec_sql('UPDATE dbo.t SET v = v WHERE id = 1'));
	$psql->try(query_sql('SELECT 70000', 'id smallint'));
	@old = $psql->footprint if $round == 100;
}
my @new = $psql->footprint;
is($new[0], $old[0], 'no file descriptor is leaked');
cmp_ok($new[1] - $old[1], '<=', 1024, 'nor memory');

$psql->quit;
$pair->stop;

done_testing();
