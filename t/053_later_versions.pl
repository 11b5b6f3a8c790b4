# What later versions of PostgreSQL add to statements, on foreign tables: right, or
# refused by PostgreSQL itself.

use strict;
use warnings;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql);
use TdsMirror::Pair;

my $cluster = TdsMirror::Cluster->start('later');
my $pair = TdsMirror::Pair->start(prefix => 'later-', script =>
	"CREATE TABLE dbo.item (id int NOT NULL PRIMARY KEY, name nvarchar(20) NULL, amount int NOT NULL DEFAULT 7)\ngo\n"
	  . "INSERT INTO dbo.item VALUES (1, N'one', 10), (2, N'two', 20), (3, N'three', 30)\ngo\n"
	  . "CREATE TABLE dbo.part (item int NOT NULL, n int NOT NULL)\ngo\n"
	  . "INSERT INTO dbo.part VALUES (1, 1), (1, 2), (3, 1)\ngo\n");
my $psql = $cluster->session;
my $version = int($psql->query('SHOW server_version_num') / 10000);

$psql->query(server_sql($pair) . "CREATE FOREIGN TABLE item (id int OPTIONS (key 'true', remote_type 'int'), "
	  . "name text OPTIONS (remote_type 'nvarchar(20)'), amount int OPTIONS (remote_type 'int')) SERVER erp OPTIONS (schema_name 'dbo');\n"
	  . "CREATE FOREIGN TABLE part (item int OPTIONS (remote_type 'int'), n int OPTIONS (remote_type 'int')) SERVER erp OPTIONS (schema_name 'dbo')");

sub explained { return $psql->query("EXPLAIN (VERBOSE, COSTS OFF) $_[0]"); }

# Semi joins and anti joins are one statement, of two tables of one server.
for my $query (
	'SELECT id FROM item i WHERE EXISTS (SELECT FROM part p WHERE p.item = i.id)',
	'SELECT id FROM item WHERE id IN (SELECT item FROM part)',
	'SELECT id FROM item i WHERE EXISTS (SELECT FROM part p WHERE p.item = i.id AND p.n > 1)',
	'SELECT id FROM item i WHERE NOT EXISTS (SELECT FROM part p WHERE p.item = i.id)')
{
	my $plan = explained($query);
	my $statements = () = $plan =~ /Remote SQL:/g;
	my $here = $query =~ s/item i\b/(SELECT * FROM item OFFSET 0) i/r =~ s/FROM item WHERE/FROM (SELECT * FROM item OFFSET 0) AS i WHERE/r
	  =~ s/FROM part/FROM (SELECT * FROM part OFFSET 0) AS part/r =~ s/AS part p/AS p/r;

	is($statements, 1, "one statement: $query") or diag($plan);
	is($psql->query("$query ORDER BY 1"), $psql->query("$here ORDER BY 1"), 'and the same rows');
}

# A condition without columns is evaluated here, whatever is joined there.
is($psql->query("SELECT count(*) FROM item i JOIN part p ON p.item = i.id WHERE current_setting('search_path') = ''"), 0, 'a constant condition holds');
is($psql->query("SELECT count(*) FROM item i LEFT JOIN part p ON p.item = i.id AND current_setting('search_path') = ''"), 3, 'in an outer join, too');

SKIP:
{
	skip 'TRUNCATE triggers of foreign tables are of version 16', 1 if $version < 16;
	$psql->query('CREATE TABLE note (what text); CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$'
		  . 'BEGIN INSERT INTO note VALUES (TG_WHEN || TG_OP); RETURN NULL; END$$;'
		  . 'CREATE TRIGGER before BEFORE TRUNCATE ON part EXECUTE FUNCTION note(); CREATE TRIGGER after AFTER TRUNCATE ON part EXECUTE FUNCTION note();');
	is($psql->query('BEGIN; TRUNCATE part; SELECT (SELECT string_agg(what, $$ $$) FROM note), (SELECT count(*) FROM part); ROLLBACK'),
		'BEFORETRUNCATE AFTERTRUNCATE|0', 'TRUNCATE fires its triggers');
}

SKIP:
{
	skip 'OLD and NEW in RETURNING are of version 18', 11 if $version < 18;
	$psql->query('BEGIN');
	is($psql->query('INSERT INTO item (id, name) VALUES (4, $$four$$) RETURNING old.id, new.id, new.amount, old IS NULL'), '|4|7|t', 'INSERT: OLD is NULL');
	for my $how ('', ' AND random() >= 0')
	{
		is($psql->query("UPDATE item SET amount = amount + 1 WHERE id = 1$how RETURNING old.amount, new.amount, amount"),
			$how ? '11|12|12' : '10|11|11', "UPDATE: both$how");
		is($psql->query("UPDATE item SET name = 'x' WHERE id = 2$how RETURNING old, new.name"), $how ? '(2,x,20)|x' : '(2,two,20)|x', "a whole row$how");
	}
	like(explained('UPDATE item SET amount = 1 RETURNING old.amount'), qr/Foreign Scan on public.item.*UPDLOCK/s, 'row by row');
	is($psql->query('DELETE FROM item WHERE id = 3 RETURNING old.name, new.name, name, new IS NULL'), 'three||three|t', 'DELETE: NEW is NULL');
	is($psql->query('DELETE FROM item WHERE id = 2 AND random() >= 0 RETURNING old, new'), '(2,x,20)|', 'row by row, too');
	is($psql->query('UPDATE item SET amount = 5 WHERE id = 1 RETURNING WITH (OLD AS o, NEW AS n) o.amount, n.amount'), '12|5', 'by other names');
	is($psql->query('UPDATE item SET amount = 6 WHERE id = 1 RETURNING old.tableoid::regclass, new.tableoid::regclass'), 'item|item', 'with their table');
	is($psql->query('ROLLBACK; SELECT count(*) FROM item'), 3, 'rolled back');
}

SKIP:
{
	skip 'virtual columns and the names of modules are of version 18', 4 if $version < 18;
	my ($ok, $out, $err) = $psql->try("CREATE FOREIGN TABLE twice (id int OPTIONS (key 'true'), amount int, "
		  . "more int GENERATED ALWAYS AS (amount * 2) VIRTUAL) SERVER erp OPTIONS (schema_name 'dbo', table_name 'item')");

	ok($ok, 'a virtual column') or diag($err);
	is($psql->query('SELECT id, more FROM twice WHERE more > 20 ORDER BY 1'), "2|40\n3|60", 'is computed');
	is($psql->query('BEGIN; UPDATE twice SET amount = 1 WHERE id = 1 RETURNING more'), '2', 'also of a changed row');
	$psql->query('ROLLBACK');
	is($psql->query("SELECT m.version = e.extversion FROM pg_get_loaded_modules() AS m, pg_extension AS e WHERE m.module_name = 'tds_mirror_fdw' AND e.extname = 'tds_mirror_fdw'"),
		't', 'the module says its name and version');
}

SKIP:
{
	if ($version < 19)
	{
		my ($ok, $out, $err, $state) = $psql->try("ALTER FOREIGN TABLE item OPTIONS (ADD analyze_sampling 'statistics')");

		is($state, '22023', 'statistics cannot be imported before version 19');
		skip 'statistics are imported from version 19 on', 4;
	}
	$psql->query("ALTER FOREIGN TABLE item OPTIONS (ADD analyze_sampling 'statistics'); INSERT INTO item VALUES (5, NULL, 10); SET client_min_messages = 'info'; ANALYZE VERBOSE item; RESET client_min_messages");
	like($psql->messages, qr/remote table has 4 rows; the server has made the statistics of 3 columns/, 'ANALYZE says so');
	is($psql->query("SELECT reltuples, relpages > 0 FROM pg_class WHERE relname = 'item'"), '4|t', 'the size');
	is($psql->query("SELECT attname, null_frac, avg_width, n_distinct, most_common_vals IS NULL, histogram_bounds IS NULL FROM pg_stats WHERE tablename = 'item' ORDER BY 1"),
		"amount|0|4|-0.75|t|t\nid|0|4|-1|t|t\nname|0.25|4|-0.75|t|t", 'of each column');
	like($psql->query('EXPLAIN SELECT * FROM item'), qr/rows=4 /, 'which the planner uses');
	$psql->query("DELETE FROM item WHERE id = 5; ANALYZE item (amount)");
	is($psql->query("SELECT attname, n_distinct FROM pg_stats WHERE tablename = 'item' ORDER BY 1"), "amount|-1\nid|-1\nname|-0.75", 'and of one alone');
}

my ($ok, $out, $err, $state) = $psql->try('MERGE INTO item i USING (VALUES (1)) AS v (id) ON v.id = i.id WHEN MATCHED THEN DELETE');
is($state, '0A000', 'MERGE is refused');

$psql->quit;
$pair->stop;

done_testing();
