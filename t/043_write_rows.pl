# Rows that are written one after the other: each arrives as it is, also when a cast
# reads from the server in the middle, and memory does not grow with them,
# and what is said to be committed is.

use strict;
use warnings;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql);
use TdsMirror::Pair;

my $cluster = TdsMirror::Cluster->start('write_rows');
my $pair = TdsMirror::Pair->start(prefix => 'write-rows-', script => <<'SQL');
CREATE TABLE number (id int NOT NULL PRIMARY KEY, n int NULL);
CREATE TABLE heap (id int NOT NULL PRIMARY KEY, a int NULL, b int NULL);
SQL
my $psql = $cluster->session;

$psql->query(server_sql($pair) . <<'SQL');
CREATE FOREIGN TABLE number (id int OPTIONS (key 'true'), n int) SERVER erp;
CREATE TYPE wrapped AS (n int);
CREATE FUNCTION unwrap(wrapped) RETURNS int LANGUAGE plpgsql AS
	'BEGIN IF $1.n % 3 = 0 THEN PERFORM count(*) FROM number; END IF; RETURN $1.n; END';
CREATE CAST (wrapped AS int) WITH FUNCTION unwrap(wrapped) AS ASSIGNMENT;
CREATE FOREIGN TABLE wrapped_number (id int, n wrapped) SERVER erp OPTIONS (table_name 'number');
SQL

# A cast that has the rows that wait sent.
$psql->query('INSERT INTO wrapped_number SELECT i, ROW(i)::wrapped FROM generate_series(1, 100) AS i');
is($psql->query('SELECT count(*), sum(id), count(*) FILTER (WHERE id = n) FROM number'), '100|5050|100',
	'rows that were sent while one more was encoded are not repeated');

# Memory, whose use a trigger looks at.
$psql->query(<<'SQL');
CREATE FOREIGN TABLE heap (id int OPTIONS (key 'true'), a int, b int) SERVER erp;
CREATE TABLE memory (id int, used bigint);
CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF new.id % 3000 = 1000 THEN
		INSERT INTO memory SELECT new.id, sum(used_bytes) FROM pg_backend_memory_contexts
			WHERE name = 'ExecutorState' OR name LIKE 'tds_mirror_fdw%';
	END IF;
	IF new.id % 2 = 0 THEN
		new.b := new.a + 1;
	END IF;
	RETURN new;
END $$;
CREATE TRIGGER look BEFORE INSERT OR UPDATE ON heap FOR EACH ROW EXECUTE FUNCTION look();
SQL
for my $case (
	[ 'INSERT', 'INSERT INTO heap (id, a) SELECT i, i FROM generate_series(1, 7000) AS i' ],
	[ 'UPDATE', 'UPDATE heap SET a = a + 1' ],
	[ 'INSERT with RETURNING', 'DELETE FROM heap; INSERT INTO heap (id, a) SELECT i, i FROM generate_series(1, 7000) AS i RETURNING b' ])
{
	my ($name, $sql) = @$case;

	$psql->query('TRUNCATE memory');
	$psql->query($sql);
	is($psql->query('SELECT count(*) FROM memory'), '3', "$name: memory was looked at");
	cmp_ok($psql->query('SELECT max(used) - min(used) FROM memory WHERE id >= 1000'), '<=', 100_000,
		"$name of 6000 more rows of changing columns takes no more memory");
}
is($psql->query('SELECT count(*), sum(a), sum(b) FROM heap'),
	join('|', 7000, 7000 * 7001 / 2, 3500 * 3501 + 3500), 'and they are all there');

# What comes as the answer to COMMIT is none, and nothing has been committed.
$psql->query('BEGIN; DELETE FROM heap');
$pair->a->control('fault batch plp_short');
my ($ok, $out, $err, $state) = $psql->try('COMMIT');
is($state, '08007', 'rows in answer to COMMIT: nobody knows');
$pair->a->control('clear');
is($psql->query('SELECT count(*) FROM heap'), '7000', 'and nothing was');

done_testing();
