--
-- UPDATE and DELETE that the server does by itself.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER direct FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER direct OPTIONS (username :'user', password :'password');
CREATE SCHEMA direct;
SET search_path = direct, public;
SELECT tds_mirror_exec('direct', 'CREATE TABLE dbo.direct_t (id int NOT NULL PRIMARY KEY, s smallint, n int, b bigint, d decimal(12,2), e decimal(14,4), f float, t bit, name nvarchar(20), other nvarchar(40), code varchar(10) COLLATE Latin1_General_CI_AS, word varchar(10) COLLATE Latin1_General_BIN, day date, moment datetime2(3), long datetime2(7), guid uniqueidentifier, bin varbinary(8))');
CREATE FOREIGN TABLE t (id int OPTIONS (key 'true', remote_type 'int'), s smallint OPTIONS (remote_type 'smallint'),
	n int OPTIONS (remote_type 'int'), b bigint OPTIONS (remote_type 'bigint'),
	d numeric(12,2) OPTIONS (remote_type 'decimal(12,2)'), e numeric(14,4) OPTIONS (remote_type 'decimal(14,4)'),
	f float8 OPTIONS (remote_type 'float'), t bool OPTIONS (remote_type 'bit'),
	name text OPTIONS (remote_type 'nvarchar(20)'), other text OPTIONS (remote_type 'nvarchar(40)'),
	code text OPTIONS (remote_type 'varchar(10)', remote_collation 'Latin1_General_CI_AS'),
	word text OPTIONS (remote_type 'varchar(10)', remote_collation 'Latin1_General_BIN'),
	day date OPTIONS (remote_type 'date'), moment timestamp OPTIONS (remote_type 'datetime2(3)'),
	long timestamp OPTIONS (remote_type 'datetime2(7)'), guid uuid OPTIONS (remote_type 'uniqueidentifier'),
	bin bytea OPTIONS (remote_type 'varbinary(8)'))
	SERVER direct OPTIONS (schema_name 'dbo', table_name 'direct_t');
-- nothing declared, no key
CREATE FOREIGN TABLE u (id int, n int, d numeric(12,2), name text, day date)
	SERVER direct OPTIONS (schema_name 'dbo', table_name 'direct_t');
INSERT INTO t (id, s, n, b, d, e, f, t, name, other, code, word, day, moment, long, guid, bin)
	SELECT g, g, g * 10, g * 100, g * 1.5, g * 1.0625, g / 8.0, g % 2 = 0, 'n' || g, 'o' || g, 'C' || g, 'w' || g,
		'2024-02-28'::date + g, '2024-02-28 12:00'::timestamp + g * interval '1 ms', '2024-02-28 12:00:00.123456',
		('00000000-0000-0000-0000-' || lpad(g::text, 12, '0'))::uuid, decode(lpad(g::text, 4, '0'), 'hex')
	FROM generate_series(1, 9) AS g;

-- what one statement does
EXPLAIN (VERBOSE, COSTS OFF) UPDATE t SET n = 5, name = 'x' WHERE id = 1;
EXPLAIN (VERBOSE, COSTS OFF) UPDATE t SET n = n + 1, b = b - n, s = s + 1 WHERE name = 'n1' AND id < 3;
EXPLAIN (VERBOSE, COSTS OFF) UPDATE t SET d = d * 2 + 0.5, e = d WHERE id IN (1, 2, 3);
EXPLAIN (VERBOSE, COSTS OFF) UPDATE t SET t = n > 10, day = moment::date, long = moment, other = name, guid = NULL, bin = bin WHERE t;
EXPLAIN (VERBOSE, COSTS OFF) UPDATE t SET n = CASE WHEN n > 5 THEN 1 ELSE n END RETURNING id, n + 1 AS next, name;
EXPLAIN (VERBOSE, COSTS OFF) DELETE FROM t WHERE day < '2024-03-01' RETURNING *;
EXPLAIN (VERBOSE, COSTS OFF) DELETE FROM t;
EXPLAIN (COSTS OFF) DELETE FROM t;
EXPLAIN (VERBOSE, COSTS OFF) UPDATE u SET n = n + 1, name = 'y', day = day WHERE id = 1;

-- and what is changed by key, and why
CREATE FUNCTION why(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || statement LOOP
		IF line ~ 'Not Shipped|Foreign (Update|Delete)' THEN
			RETURN NEXT trim(line);
		END IF;
	END LOOP;
END $$;
SELECT why('UPDATE t SET n = length(name) WHERE id = 1');
SELECT why('UPDATE t SET name = other');
SELECT why('UPDATE t SET word = code');
SELECT why('UPDATE t SET moment = long');
SELECT why('UPDATE t SET d = e');
SELECT why('UPDATE t SET d = e / 2');
SELECT why('UPDATE t SET e = d, f = n, b = n');
SELECT why('UPDATE t SET n = COALESCE(n, 0) + 1, d = round(d * 1.1, 2), t = NOT t, moment = now(), s = abs(s), b = n / 2 + t::int');
SELECT why('UPDATE t SET (n, name) = (id, ''x''), d = d + n, e = d * 0.05, moment = date_trunc(''day'', long), day = CURRENT_DATE');
SELECT why('UPDATE t SET n = n + (SELECT max(id) FROM u) WHERE id = ANY (ARRAY(SELECT id FROM u WHERE id < 3))');
SELECT why('UPDATE t SET day = day + 1');
SELECT why('UPDATE t SET name = COALESCE(name, ''none'')');
SELECT why('UPDATE t SET f = f * 2');
SELECT why('UPDATE t SET n = random() * 5');
SELECT why('UPDATE t SET n = (SELECT max(x.n) FROM u AS x WHERE x.id < t.id)');
SELECT why('UPDATE t SET (n, s) = (SELECT o.id, 1 FROM (VALUES (1)) AS o (id) WHERE o.id = t.id)');
SELECT why('UPDATE t SET n = 1 WHERE name > ''n1'' COLLATE "C"');
SELECT why('UPDATE t SET n = 1 WHERE length(name) = 2');
SELECT why('DELETE FROM t WHERE name LIKE ''%1'' AND random() < 0.5');

-- they do what they should; a row is seen as it was
UPDATE t SET n = b, b = n WHERE id = 1 RETURNING id, n, b;
UPDATE t SET n = n + 1, s = s * 2, b = b - n WHERE id < 4;
UPDATE t SET d = d * 2 + 0.005, e = d WHERE id = 2 RETURNING d, e;
UPDATE t SET t = n > 30, day = moment::date, long = moment, other = name, guid = NULL, bin = bin WHERE id = 3
	RETURNING t, day, long, other, guid, bin;
UPDATE t SET name = 'ünï' WHERE name = 'n5' RETURNING id, name, octet_length(name);
UPDATE t SET n = COALESCE(n, 0) + 1, d = round(d * 1.15, 1), t = NOT t, s = abs(s - 9), b = n / 2 + t::int WHERE id = 8 RETURNING n, d, t, s, b;
UPDATE t SET d = d + n, e = d * 0.0525, n = n + (SELECT max(id) FROM u) WHERE id = ANY (ARRAY(SELECT id FROM u WHERE id = 8)) RETURNING d, e, n;
UPDATE t SET n = 7 WHERE id = 77 RETURNING id;
UPDATE t SET n = NULL, f = NULL, t = NULL, name = NULL, day = NULL, moment = NULL, bin = '' WHERE id = 6;
UPDATE t SET d = 1.005, name = '' WHERE id = 7 RETURNING d, name;
UPDATE t SET d = 1.005, moment = '2024-02-29 23:59:59.9996', long = '2024-02-29 23:59:59.999999', name = repeat('ü', 20), bin = '\x0102030405060708'
	WHERE id = 7 RETURNING d, moment, long, name, bin;
UPDATE t SET s = DEFAULT WHERE id = 8 RETURNING s;
DELETE FROM t WHERE id = 9 RETURNING *;
DELETE FROM t WHERE name = 'N4';
SELECT id, s, n, b, d, e, t, name, day, moment, bin FROM t ORDER BY id;
UPDATE u SET n = n + 1, day = day WHERE name IS NULL;
SELECT id, n, day FROM u ORDER BY id;

-- RETURNING that needs no column, and one that needs the table
UPDATE t SET f = 1 WHERE id < 3 RETURNING 1 AS one;
UPDATE t SET f = 2 WHERE id < 3 RETURNING tableoid::regclass, t.* IS NULL AS empty;
WITH changed AS (UPDATE t SET f = 3 WHERE id < 4 RETURNING id, f) SELECT count(*), sum(f) FROM changed;
WITH gone AS (DELETE FROM t WHERE id = 8) UPDATE t SET f = 4 WHERE id = 1;
SELECT why('WITH gone AS (DELETE FROM t WHERE id = 8 RETURNING id) UPDATE t SET f = 4 WHERE id IN (SELECT id + 1 FROM gone)');
-- no part of a statement sees what another one changes; rows that one has changed are not changed by another
WITH changed AS (UPDATE t SET f = 40 WHERE f = 4 RETURNING id) UPDATE t SET f = 41 WHERE f = 40 AND (SELECT count(*) FROM changed) = 1 RETURNING id;
WITH changed AS (UPDATE t SET f = 4 WHERE f = 40 RETURNING id) UPDATE u SET n = n + 1 WHERE (SELECT count(*) FROM changed) = 1;
WITH changed AS (UPDATE t SET f = 4 WHERE f = 40 RETURNING id) SELECT (SELECT count(*) FROM changed), (SELECT count(*) FROM u WHERE id = 1);
SELECT id, f FROM t ORDER BY id;

-- what is out of range here is so there, and nothing is changed
UPDATE t SET n = 2147483647, s = 32767, b = 9223372036854775807 WHERE id = 1;
UPDATE t SET n = n + 1;
UPDATE t SET n = (n + 1) - 1 WHERE id = 1;
UPDATE t SET n = -n - 2 WHERE id = 1;
UPDATE t SET s = s + 1;
UPDATE t SET s = n;
UPDATE t SET b = b * 2 WHERE id = 1;
UPDATE t SET n = b;
UPDATE t SET d = d * 100000000;
UPDATE t SET d = 12345678901;
UPDATE t SET name = repeat('x', 21) WHERE id = 1;
UPDATE t SET code = '€' || 'Ω' WHERE id = 1;
UPDATE t SET bin = '\x010203040506070809' WHERE id = 1;
UPDATE t SET day = 'infinity' WHERE id = 1;
UPDATE t SET f = 'NaN' WHERE id = 1;
UPDATE u SET n = 5, day = '0001-01-01 BC' WHERE id = 1;
SELECT id, s, n, b FROM t WHERE id = 1;

-- a column that the server knows as something else than the statement takes it for
CREATE FOREIGN TABLE wrong (id int, n int OPTIONS (remote_type 'bigint')) SERVER direct OPTIONS (schema_name 'dbo', table_name 'direct_t');
CREATE FOREIGN TABLE wrong_natural (id int, n date OPTIONS (column_name 'moment')) SERVER direct OPTIONS (schema_name 'dbo', table_name 'direct_t');
UPDATE wrong SET id = 1 WHERE id = 1;
UPDATE wrong_natural SET n = n WHERE id = 1;
DELETE FROM wrong_natural WHERE n = '2024-01-01';

-- prepared statements, also with one plan for all values
PREPARE change (int, text, int) AS UPDATE t SET name = $2, n = n / 2 + $3 WHERE id = $1 RETURNING id, n, name;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (VERBOSE, COSTS OFF) EXECUTE change(2, 'a', 1);
EXECUTE change(2, 'a', 1);
EXECUTE change(2, 'b', 2);
EXECUTE change(3, NULL, 2);
EXECUTE change(NULL, 'b', 2);
PREPARE remove (int) AS DELETE FROM t WHERE id = $1;
EXECUTE remove(7);
EXECUTE remove(7);
EXECUTE remove(NULL);
RESET plan_cache_mode;
DO $$
DECLARE found_id int;
BEGIN
	UPDATE t SET f = 9 WHERE id = 3 RETURNING id INTO found_id;
	RAISE NOTICE '%', found_id;
	UPDATE t SET f = 9 WHERE id = 33 RETURNING id INTO found_id;
	RAISE NOTICE '%', found_id;
	UPDATE t SET f = 10 RETURNING id INTO found_id;
EXCEPTION WHEN too_many_rows THEN
	RAISE NOTICE 'too many';
END $$;
SELECT count(*) FROM t WHERE f = 10;

-- values of subqueries, of conditions that are constant
SELECT why('UPDATE t SET n = (SELECT max(id) FROM u) WHERE id = (SELECT min(id) FROM u)');
UPDATE t SET n = (SELECT max(id) FROM u) WHERE id = (SELECT min(id) FROM u) RETURNING n;
UPDATE t SET n = 5 WHERE id = 1 AND now() < '2000-01-01';
UPDATE t SET n = 5 WHERE id = 1 AND now() > '2000-01-01' RETURNING n;
UPDATE t SET n = n + 5 WHERE id = 1 AND now() > '2000-01-01' RETURNING n;
UPDATE t SET n = 5 WHERE false;
UPDATE u SET n = length(name) WHERE id = NULL RETURNING id;
UPDATE u SET n = length(name);

-- views
CREATE VIEW small AS SELECT id, n, name FROM t WHERE n < 100;
CREATE VIEW checked AS SELECT id, n, name FROM t WHERE n < 100 WITH CHECK OPTION;
CREATE VIEW guarded WITH (security_barrier) AS SELECT id, n, name FROM t WHERE n < 100;
EXPLAIN (VERBOSE, COSTS OFF) UPDATE small SET n = 200 WHERE id = 1;
SELECT why('UPDATE checked SET n = 200 WHERE id = 1');
EXPLAIN (VERBOSE, COSTS OFF) UPDATE guarded SET n = 200 WHERE id = 1;
SELECT why('UPDATE guarded SET n = 200 WHERE n / 2 = 1');
UPDATE checked SET n = 200 WHERE id = 1;
UPDATE guarded SET name = 'guarded' WHERE id = 1;
UPDATE small SET n = 200 WHERE id = 1;
SELECT id, n, name FROM t ORDER BY id;

-- rows that a trigger here has to see
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''% %'', TG_LEVEL, TG_OP; RETURN NULL; END';
CREATE TRIGGER each AFTER UPDATE ON t FOR EACH STATEMENT EXECUTE FUNCTION see();
SELECT why('UPDATE t SET n = 5 WHERE id = 1');
UPDATE t SET n = 5 WHERE id = 1;
CREATE TRIGGER row AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION see();
SELECT why('UPDATE t SET n = 6 WHERE id = 1');
UPDATE t SET n = 6 WHERE id = 1;
DROP TRIGGER each ON t;
DROP TRIGGER row ON t;

-- joins are made here, and the rows changed by key
CREATE TABLE near (id int, n int);
INSERT INTO near VALUES (1, 11), (2, 22), (2, 22);
SELECT why('UPDATE t SET n = near.n FROM near WHERE near.id = t.id');
UPDATE t SET n = near.n FROM near WHERE near.id = t.id RETURNING t.id, t.n;
UPDATE t SET n = o.n + 1 FROM t AS o WHERE o.id = t.id AND t.id = 1 RETURNING t.id, t.n, o.n;
DELETE FROM t USING t AS o WHERE o.id = t.id + 1 AND o.id = 3 RETURNING t.id, o.id;
SELECT id, n FROM t ORDER BY id;

-- triggers there: what they change is not counted, and OUTPUT goes by a detour
DO $$
BEGIN
	PERFORM tds_mirror_exec('direct', 'CREATE TABLE dbo.direct_log (id int)');
	PERFORM tds_mirror_exec('direct', 'CREATE TRIGGER dbo.direct_seen ON dbo.direct_t AFTER UPDATE AS INSERT INTO dbo.direct_log SELECT id FROM inserted');
END $$;
UPDATE t SET f = 2 WHERE id IN (3, 4) RETURNING id, f, name;
UPDATE t SET f = 3 WHERE id = 5;
WITH changed AS (UPDATE t SET f = 4, name = other RETURNING 1) SELECT count(*) FROM changed;
WITH gone AS (DELETE FROM t WHERE id = 4 RETURNING id, name) SELECT * FROM gone;
SELECT * FROM tds_mirror_query('direct', 'SELECT id FROM dbo.direct_log ORDER BY id') AS l (id int);

-- columns that take no value
SELECT tds_mirror_exec('direct', 'CREATE TABLE dbo.direct_made (id int IDENTITY, a int, b AS (a + 1))');
CREATE FOREIGN TABLE made (id int, a int, b int) SERVER direct OPTIONS (schema_name 'dbo', table_name 'direct_made');
INSERT INTO made (a) VALUES (1), (2);
UPDATE made SET a = a + 1 RETURNING *;
UPDATE made SET b = 1;
UPDATE made SET b = a;
UPDATE made SET id = 7;
UPDATE made SET id = id + 7;

-- partitions and children
SELECT tds_mirror_exec('direct', 'CREATE TABLE dbo.direct_one (k int, id int, n int); CREATE TABLE dbo.direct_two (k int, id int, n int)');
CREATE TABLE whole (k int, id int, n int) PARTITION BY LIST (k);
CREATE FOREIGN TABLE one PARTITION OF whole FOR VALUES IN (1) SERVER direct OPTIONS (schema_name 'dbo', table_name 'direct_one');
CREATE FOREIGN TABLE two PARTITION OF whole FOR VALUES IN (2) SERVER direct OPTIONS (schema_name 'dbo', table_name 'direct_two');
CREATE TABLE three PARTITION OF whole FOR VALUES IN (3);
INSERT INTO whole SELECT g % 3 + 1, g, g * 10 FROM generate_series(1, 9) AS g;
EXPLAIN (VERBOSE, COSTS OFF) UPDATE whole SET n = n + 1 WHERE id > 3;
UPDATE whole SET n = n + 1 WHERE id > 3;
UPDATE whole SET n = n + 1 WHERE id < 4 RETURNING tableoid::regclass, *;
EXPLAIN (VERBOSE, COSTS OFF) DELETE FROM whole WHERE k = 2 AND id = 1;
DELETE FROM whole WHERE id IN (1, 2, 3) RETURNING k, id;
SELECT tableoid::regclass, * FROM whole ORDER BY id;
CREATE TABLE parent (id int, n int);
CREATE FOREIGN TABLE child () INHERITS (parent) SERVER direct OPTIONS (schema_name 'dbo', table_name 'direct_one');
INSERT INTO parent VALUES (4, 1), (5, 2);
EXPLAIN (VERBOSE, COSTS OFF) UPDATE parent SET n = n + 1 WHERE id IN (4, 5, 6);
UPDATE parent SET n = n + 1 WHERE id IN (4, 5, 6);
UPDATE parent SET n = 2 WHERE id IN (4, 5, 6) RETURNING id, n;
UPDATE parent SET n = n + 1 WHERE id IN (4, 5, 6) RETURNING id, n;
DELETE FROM parent WHERE n > 0 RETURNING tableoid::regclass, *;
SELECT * FROM parent;

RESET search_path;
SET client_min_messages = warning;
DO $$ BEGIN PERFORM tds_mirror_exec('direct', 'DROP TABLE dbo.direct_t; DROP TABLE dbo.direct_one; DROP TABLE dbo.direct_two; DROP TABLE dbo.direct_log; DROP TABLE dbo.direct_made'); END $$;
DROP SCHEMA direct CASCADE;
DROP SERVER direct CASCADE;
