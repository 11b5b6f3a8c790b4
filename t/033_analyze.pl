# ANALYZE: how much it transfers, what the planner learns from it, every way of
# sampling, and what becomes of it when the catalog is wrong or the connection lost.

use strict;
use warnings;
use JSON::PP;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Instance;
use TdsMirror::Lab qw(wait_until);

my $rows = 1_000_000;
my $sample = 30_000;            # 300 rows for each unit of default_statistics_target
my $cluster = TdsMirror::Cluster->start('analyze');
my $instance = TdsMirror::Instance->start('ALONE', folder => 'analyze-alone');
my $psql = $cluster->session;

$instance->tsql('CREATE DATABASE erp');
$instance->tsql(<<"SQL", database => 'erp');
CREATE TABLE dbo.big (id int NOT NULL PRIMARY KEY, order_id int NOT NULL, grp int NOT NULL, skew int NOT NULL,
	number int NULL, moment datetime2(6) NULL, code varchar(20) NULL, name nvarchar(200) NULL)
go
INSERT dbo.big SELECT id, id / 3, id % 1000, CASE WHEN id % 10 < 5 THEN 1 ELSE id % 200 END, number, moment, code, name
	FROM standin_rows($rows)
go
CREATE TABLE dbo.orders (id int NOT NULL PRIMARY KEY, customer int NOT NULL)
go
INSERT dbo.orders SELECT id - 1, id % 5000 FROM standin_rows(333334)
go
CREATE TABLE dbo.kind (id int NOT NULL PRIMARY KEY, class int NOT NULL)
go
INSERT dbo.kind SELECT id - 1, id % 20 FROM standin_rows(1000)
go
CREATE VIEW dbo.wide AS SELECT id, name, grp FROM dbo.big
go
CREATE TABLE dbo.none (id int NOT NULL)
go
CREATE TABLE dbo.words (name nvarchar(200) NOT NULL)
go
INSERT dbo.words SELECT COALESCE(name, N'') FROM standin_rows(2000)
go
CREATE SYNONYM dbo.alias FOR dbo.kind
go
SQL

my $address = $instance->address . ',' . $instance->port;
$psql->query(<<"SQL");
SET client_min_messages = warning;
CREATE EXTENSION tds_mirror_fdw;
RESET client_min_messages;
CREATE SERVER erp FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername '$address', database 'erp');
CREATE USER MAPPING FOR CURRENT_USER SERVER erp
	OPTIONS (username '$TdsMirror::Instance::user', password '$TdsMirror::Instance::password');
CREATE FOREIGN TABLE big (id int, order_id int, grp int, skew int, number int, moment timestamp, code text,
	name text OPTIONS (remote_type 'nvarchar(200)')) SERVER erp OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE orders (id int, customer int) SERVER erp OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE kind (id int, class int) SERVER erp OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE alias (id int, class int) SERVER erp OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE wide (id int, name text, grp int) SERVER erp OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE none (id int) SERVER erp OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE words (name text) SERVER erp OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE asked (id int, grp int) SERVER erp OPTIONS (query 'SELECT id, grp FROM dbo.big WHERE grp < 500;');
CREATE FOREIGN TABLE narrow (id smallint) SERVER erp OPTIONS (schema_name 'dbo', table_name 'big');
CREATE FOREIGN TABLE slow (id int) SERVER erp OPTIONS (query 'SELECT id FROM standin_rows(100000000)', analyze_sampling 'off');
SQL

# ANALYZE of a table: rows of the remote table, received, in the sample.
sub analyze
{
	my ($table) = @_;
	my ($ok, $out, $err) = $psql->try("ANALYZE (VERBOSE) $table");

	return "error: $err" unless $ok;
	return $err =~ /"\Q$table\E": remote table has (\d+) rows; (\d+) rows received, (\d+) rows in sample/ ?
	  ($1, $2, $3) : "nothing said: $err";
}

sub pg_class
{
	my ($table) = @_;
	return split /\|/, $psql->query("SELECT reltuples, relpages FROM pg_class WHERE relname = '$table'");
}

sub bar
{
	my ($name, $figure, $limit) = @_;
	my $good = $figure <= $limit;

	printf "bar %s %.3f %s %s\n", $name, $figure, $limit, $good ? 'ok' : 'short';
	return ok($good, sprintf('%s: %.3f, at most %s', $name, $figure, $limit));
}

# Never analyzed: no plan asks the server, and a table is taken for a small one.
my $batches = $instance->counter('batches');
is($psql->query('EXPLAIN SELECT * FROM big') =~ /rows=(\d+)/ ? $1 : 0, 1000, 'a table that was never analyzed');
is($instance->counter('batches'), $batches, 'nobody was asked');

# How much is transferred: the server would cut the connection behind twice the sample.
$instance->control('fault row close ' . (2 * $sample + 1));
my ($total, $received, $kept) = analyze('big');
is($total, $rows, 'the rows of the table, from the catalog');
is($kept, $sample, 'a whole sample');
bar('analyze_transfer', $received / $kept, 2);
ok(scalar(grep { /row close/ } $instance->control('faults')), 'nor did the server send more')
  or diag(join "\n", $instance->control('faults'));
$instance->control('clear');
my ($tuples, $pages) = pg_class('big');
cmp_ok($tuples, '==', $rows, 'pg_class.reltuples');
cmp_ok($pages, '>', 1000, 'pg_class.relpages, of the catalog');

# What the planner makes of it.
for my $table (qw(orders kind))
{
	$psql->query("ANALYZE $table");
}
my @predicates = (
	[ 'equal', 'grp = 7' ], [ 'equal', 'skew = 1' ], [ 'equal', 'skew = 155' ], [ 'equal', 'order_id = 123456' ],
	[ 'equal', 'id = 500000' ], [ 'equal', 'number IS NULL' ],
	[ 'range', 'id BETWEEN 1000 AND 20000' ], [ 'range', 'id > 900000' ], [ 'range', 'grp < 30' ],
	[ 'range', "moment >= '2020-01-01'" ], [ 'range', 'number < 100000000' ],
	[ 'join', 'big.grp = kind.id', 'kind' ],
	[ 'join', 'big.grp = kind.id AND kind.class = 3', 'kind' ],
	[ 'join', 'big.order_id = orders.id', 'orders' ],
	[ 'join', 'big.order_id = orders.id AND orders.customer = 17', 'orders' ],
	[ 'join', 'big.order_id = orders.id AND orders.customer < 500 AND big.id < 300000', 'orders' ]);
my %worst = (equal => 1, range => 1, join => 1);
for my $predicate (@predicates)
{
	my ($kind, $condition, $other) = @$predicate;
	my $from = 'big' . ($other ? ", $other" : '');
	my $remote = 'dbo.big AS big' . ($other ? ", dbo.$other AS $other" : '');
	my $truth = $instance->tsql("SELECT COUNT(*) FROM $remote WHERE $condition", database => 'erp');
	my $plan = decode_json($psql->query("EXPLAIN (FORMAT JSON) SELECT * FROM $from WHERE $condition"))->[0]{Plan};
	my ($estimate, $true) = map { $_ < 1 ? 1 : $_ } $plan->{'Plan Rows'}, $truth;
	my $factor = $estimate > $true ? $estimate / $true : $true / $estimate;

	cmp_ok($factor, '<=', 3, "$condition: $estimate rows estimated, $truth are there");
	$worst{$kind} = $factor if $factor > $worst{$kind};
}
bar("estimate_$_", $worst{$_}, 3) for sort keys %worst;

# Which plan follows from it.
$psql->query(<<'SQL');
CREATE TABLE few AS SELECT i * 1000 AS id FROM generate_series(1, 20) AS i;
CREATE TABLE many AS SELECT i AS id FROM generate_series(1, 200000) AS i;
ANALYZE few, many;
SQL
my @shapes = (
	[ 'a join that makes rows fewer is shipped', 'big, kind', 'big.grp = kind.id AND kind.class = 3',
		qr/^Foreign Scan\n.*Relations: \(big\) INNER JOIN \(kind\)|^Foreign Scan\n.*Relations: \(kind\) INNER JOIN \(big\)/ ],
	[ 'so is one along a key', 'big, orders', 'big.order_id = orders.id AND orders.customer = 17', qr/^Foreign Scan\n/ ],
	[ 'and one of three', 'big, orders, kind', 'big.order_id = orders.id AND big.grp = kind.id AND orders.customer = 17',
		qr/^Foreign Scan\n/ ],
	[ 'one that multiplies them is not', 'kind, kind AS other', 'kind.class = other.class', qr/^(?:Hash|Merge) Join\n/ ],
	[ 'few rows are looked up one by one', 'few, big', 'few.id = big.id',
		qr/^Nested Loop\n.*Seq Scan on few.*Foreign Scan on big/s ],
	[ 'many are not', 'many, orders', 'many.id = orders.id', qr/^(?:Hash|Merge) Join\n/ ]);
for my $shape (@shapes)
{
	my ($name, $from, $condition, $pattern) = @$shape;
	my $plan = $psql->query("EXPLAIN (COSTS OFF) SELECT * FROM $from WHERE $condition");

	like($plan, $pattern, $name);
}
$psql->query('DROP TABLE few, many');

# The other ways to sample; rows of other pages are not alike.
for my $method (qw(random system auto off))
{
	$psql->query("ALTER FOREIGN TABLE big OPTIONS (" . ($method eq 'random' ? 'ADD' : 'SET') . " analyze_sampling '$method')");
	$psql->query('SET default_statistics_target = 20');
	($total, $received, $kept) = analyze('big');
	is($total, $rows, "$method: the rows of the table");
	$method eq 'system' ? cmp_ok($kept, '>', 4500, 'system: a sample, as pages chance to be') :
	  is($kept, 6000, "$method: a whole sample");
	$method eq 'off' ? is($received, $rows, 'off: every row is sent') :
	  cmp_ok($received, '<=', 2 * $kept, "$method: transferred at most twice the sample");
	my $above = $psql->query("SELECT count(*) FROM unnest((SELECT histogram_bounds::text::int[] FROM pg_stats
		WHERE tablename = 'big' AND attname = 'id')) AS b WHERE b > 500000");
	cmp_ok(abs($above - 10.5), '<', 4, "$method: the sample is of the whole table");
}
$psql->query('ALTER FOREIGN TABLE big OPTIONS (DROP analyze_sampling); RESET default_statistics_target');

# What has no pages, few rows, no rows, no column that can be summed, another name.
($total, $received, $kept) = analyze('wide');
is("$total $kept", "$rows $sample", 'a view is counted and sampled');
cmp_ok($received, '<=', 2 * $kept, 'at most twice the sample');
($total, $received, $kept) = analyze('asked');
is("$total $kept", "500000 $sample", 'so is a query');
is(join(' ', analyze('kind')), '1000 1000 1000', 'a small table comes whole');
is(join(' ', analyze('alias')), '1000 1000 1000', 'so does what a synonym stands for');
is(join(' ', analyze('none')), '0 0 0', 'a table without rows');
is(join(' ', (pg_class('none'))[0]), '0', 'which is known to have none');
$psql->query('SET default_statistics_target = 1');
($total, $received, $kept) = analyze('words');
is("$total $kept", '2000 300', 'a table of texts only');
cmp_ok($received, '<=', 600, 'at most twice the sample');
$psql->query('RESET default_statistics_target');

# Partitions: the sample of the whole is of each by its size.
$psql->query(<<'SQL');
CREATE TABLE parts (id int, grp int) PARTITION BY RANGE (id);
CREATE FOREIGN TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (2000) SERVER erp
	OPTIONS (query 'SELECT id, grp FROM dbo.big WHERE id < 2000');
CREATE FOREIGN TABLE parts_high PARTITION OF parts FOR VALUES FROM (2000) TO (10000000) SERVER erp
	OPTIONS (query 'SELECT id, grp FROM dbo.big WHERE id BETWEEN 2000 AND 99999');
ANALYZE parts;
SQL
is($psql->query("SELECT reltuples FROM pg_class WHERE relname = 'parts'"), 99999, 'a partitioned table');
cmp_ok($psql->query("SELECT n_distinct FROM pg_stats WHERE tablename = 'parts' AND attname = 'grp'"), '>', 900,
	'has statistics of its own');

# A connection that is lost in the middle: the sample is taken anew.
$instance->control('fault row close 10000');
($total, $received, $kept) = analyze('big');
is("$total $kept", "$rows $sample", 'after a lost connection: a whole sample');
$instance->control('fault batch close');
is(join(' ', analyze('kind')), '1000 1000 1000', 'lost when the size is asked for');
$instance->control('fault row close 500 count 10');
my ($ok, $out, $err, $state) = $psql->try('ANALYZE big');
is($state, '08006', 'lost again and again');
$instance->control('clear');

# A value that cannot be read.
($ok, $out, $err, $state) = $psql->try('ANALYZE narrow');
is($state, '22003', 'a value out of range') or diag($err);
like($err, qr/column "id" of foreign table "narrow", row \d+/, 'says of which column and row');

# Cancel.
my $backend = $psql->backend;
my $other = $cluster->session;
$psql->send('ANALYZE slow');
wait_until('the sample comes', 30, sub { $other->query("SELECT query ~ 'ANALYZE slow' AND state = 'active'
	AND now() - query_start > interval '1 s' FROM pg_stat_activity WHERE pid = $backend") eq 't' });
$other->query("SELECT pg_cancel_backend($backend)");
($ok, $out, $err, $state) = $psql->finish;
is($state, '57014', 'ANALYZE is canceled');
is(join(' ', analyze('kind')), '1000 1000 1000', 'and the session goes on');

# A catalog that is wrong is found out, and the rows are counted.
for my $lie ([ 100, 'too few' ], [ 50_000_000, 'too many' ])
{
	$instance->tsql("UPDATE STATISTICS dbo.big WITH ROWCOUNT = $lie->[0], PAGECOUNT = 20000", database => 'erp');
	($total, $received, $kept) = analyze('big');
	is("$total $kept", "$rows $sample", "the catalog says $lie->[1]: counted");
	cmp_ok($received, '<=', 2 * $kept, 'at most twice the sample');
}

done_testing();
