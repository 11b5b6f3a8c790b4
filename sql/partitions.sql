--
-- Partitions and children that are foreign tables: rows find their way, and move.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER partitions FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER partitions OPTIONS (username :'user', password :'password');
CREATE SCHEMA partitions;
SET search_path = partitions, public;
\set SHOW_CONTEXT never
CREATE FUNCTION remote(statement text) RETURNS bigint LANGUAGE sql AS $$ SELECT tds_mirror_exec('partitions', statement) $$;
SELECT remote('CREATE SCHEMA partitions');
SELECT remote('CREATE TABLE partitions.low (id int NOT NULL CONSTRAINT PK_low PRIMARY KEY, region nvarchar(10) NOT NULL, amount int NULL DEFAULT 5)');
SELECT remote('CREATE TABLE partitions.high (id int NOT NULL CONSTRAINT PK_high PRIMARY KEY, amount int NULL, region nvarchar(10) NOT NULL)');
CREATE TABLE sale (id int, region text, amount int) PARTITION BY RANGE (id);
CREATE FOREIGN TABLE low PARTITION OF sale FOR VALUES FROM (0) TO (100) SERVER partitions OPTIONS (schema_name 'partitions');
ALTER FOREIGN TABLE low ALTER id OPTIONS (ADD key 'true');
CREATE TABLE middle PARTITION OF sale FOR VALUES FROM (100) TO (200);
CREATE FOREIGN TABLE high (extra int, id int OPTIONS (key 'true'), amount int, region text) SERVER partitions OPTIONS (schema_name 'partitions');
ALTER FOREIGN TABLE high DROP COLUMN extra;
ALTER TABLE sale ATTACH PARTITION high FOR VALUES FROM (200) TO (300);

-- INSERT finds the partition
INSERT INTO sale VALUES (1, 'north', 10), (101, 'east', 20), (201, 'south', 30) RETURNING tableoid::regclass, *;
INSERT INTO sale (id, region) VALUES (2, 'north'), (102, 'east'), (202, 'south');
INSERT INTO sale SELECT i * 50 + 3, 'many', i FROM generate_series(0, 5) AS i;
INSERT INTO sale VALUES (999, 'nowhere', 0);
INSERT INTO sale VALUES (5, 'lost', 0), (999, 'nowhere', 0);
SELECT tableoid::regclass, * FROM sale ORDER BY id;

-- so does COPY
COPY sale (id, region, amount) FROM stdin;
10	copy	1
110	copy	2
210	copy	3
11	copy	4
211	copy	5
\.
SELECT tableoid::regclass, count(*), sum(amount) FROM sale WHERE region = 'copy' GROUP BY 1 ORDER BY 1;

-- UPDATE and DELETE of all partitions
UPDATE sale SET amount = amount + 1000 WHERE region = 'copy' RETURNING tableoid::regclass, id, amount;
UPDATE sale SET amount = 0 WHERE id IN (1, 101, 201);
DELETE FROM sale WHERE region = 'many' AND amount > 3 RETURNING tableoid::regclass, id;
SELECT tableoid::regclass, id, region, amount FROM sale WHERE region <> 'copy' ORDER BY id;

-- rows that move from here to there
UPDATE sale SET id = id + 100 WHERE id = 101 RETURNING tableoid::regclass, *;
UPDATE sale SET id = id + 119 WHERE id = 101 RETURNING tableoid::regclass, *;
UPDATE sale SET id = 203 WHERE id = 102;
UPDATE sale SET id = 60 WHERE id = 103 RETURNING tableoid::regclass, *;
UPDATE sale SET id = 61 WHERE id = 60;
SELECT tableoid::regclass, id, region, amount FROM sale WHERE id IN (60, 61, 101, 102, 103, 203, 220) ORDER BY id;
-- with a NULL, where the remote column has a DEFAULT
INSERT INTO sale VALUES (150, 'null', NULL);
UPDATE sale SET id = 50 WHERE id = 150 RETURNING tableoid::regclass, *;
DELETE FROM sale WHERE id = 50 AND amount IS NULL RETURNING id;
-- not into a table whose rows are being changed
UPDATE sale SET id = 150 + id / 10 WHERE region = 'copy' AND id >= 100 RETURNING id;
UPDATE sale SET id = id + 100 WHERE region = 'copy' AND id >= 100 RETURNING id;
UPDATE sale SET id = 299 WHERE region = 'copy';
SELECT tableoid::regclass, id, region, amount FROM sale WHERE region = 'copy' ORDER BY id;
-- PostgreSQL takes no row out of a foreign partition, and does not look whether it still belongs there
BEGIN;
UPDATE sale SET id = 150 WHERE id = 61 RETURNING tableoid::regclass, id;
UPDATE sale SET id = 62 WHERE id = 220 RETURNING tableoid::regclass, id;
INSERT INTO low VALUES (250, 'wrong', 0);
ROLLBACK;

-- joined with a local table
CREATE TABLE change (id int, amount int);
INSERT INTO change VALUES (1, 111), (110, 222), (211, 333);
UPDATE sale AS s SET amount = c.amount FROM change AS c WHERE c.id = s.id RETURNING s.tableoid::regclass, s.id, s.amount;
DELETE FROM sale AS s USING change AS c WHERE c.id = s.id RETURNING s.tableoid::regclass, s.id;

-- by prepared statements, with pruning when they are run
PREPARE change_one(int) AS UPDATE sale SET amount = -1 WHERE id = $1 RETURNING tableoid::regclass, id;
SET plan_cache_mode = force_generic_plan;
EXECUTE change_one(2);
EXECUTE change_one(202);
EXECUTE change_one(102);
RESET plan_cache_mode;
DEALLOCATE change_one;

-- triggers of the partitioned table act on each partition
CREATE FUNCTION say() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
	RAISE NOTICE '% on %: % %', TG_OP, TG_TABLE_NAME, OLD, NEW;
	RETURN NULL;
END
$$;
CREATE TRIGGER say AFTER INSERT OR UPDATE OR DELETE ON sale FOR EACH ROW EXECUTE FUNCTION say();
INSERT INTO sale VALUES (70, 'trigger', 1), (270, 'trigger', 2);
UPDATE sale SET amount = 3 WHERE region = 'trigger';
DELETE FROM sale WHERE region = 'trigger';
DROP TRIGGER say ON sale;

-- all rows
BEGIN;
TRUNCATE sale;
SELECT count(*) FROM sale;
ROLLBACK;
DELETE FROM sale;
SELECT count(*) FROM sale;

-- inheritance: children of a local table
CREATE TABLE animal (id int, name text);
SELECT remote('CREATE TABLE partitions.bird (id int NOT NULL PRIMARY KEY, name nvarchar(20) NULL, wings int NULL)');
CREATE FOREIGN TABLE bird (wings int) INHERITS (animal) SERVER partitions OPTIONS (schema_name 'partitions');
ALTER FOREIGN TABLE bird ALTER id OPTIONS (ADD key 'true');
INSERT INTO animal VALUES (1, 'cat');
INSERT INTO bird VALUES (2, 'owl', 2), (3, 'kiwi', 0);
UPDATE animal SET name = upper(name) RETURNING tableoid::regclass, *;
UPDATE ONLY animal SET name = 'tiger';
DELETE FROM animal WHERE id <> 2 RETURNING tableoid::regclass, *;
SELECT tableoid::regclass, * FROM animal;
UPDATE animal SET name = 'eagle' WHERE id = (SELECT max(id) FROM animal);
SELECT * FROM bird;
DELETE FROM animal;
SELECT count(*) FROM bird;

-- partitions by list that are all on the server, a default one here
CREATE TABLE place (code text, n int) PARTITION BY LIST (code);
SELECT remote('CREATE TABLE partitions.place_a (code nvarchar(10) NOT NULL, n int NOT NULL)');
SELECT remote('CREATE TABLE partitions.place_b (code nvarchar(10) NOT NULL, n int NOT NULL)');
CREATE FOREIGN TABLE place_a PARTITION OF place FOR VALUES IN ('a') SERVER partitions OPTIONS (schema_name 'partitions');
CREATE FOREIGN TABLE place_b PARTITION OF place FOR VALUES IN ('b') SERVER partitions OPTIONS (schema_name 'partitions');
CREATE TABLE place_rest PARTITION OF place DEFAULT;
INSERT INTO place SELECT (ARRAY['a', 'b', 'c', NULL])[1 + i % 4], i FROM generate_series(1, 40) AS i;
SELECT tableoid::regclass, count(*), sum(n) FROM place GROUP BY 1 ORDER BY 1;
DELETE FROM place WHERE n > 20;
UPDATE place SET n = n + 100 WHERE n > 10;
SELECT tableoid::regclass, count(*), sum(n) FROM place GROUP BY 1 ORDER BY 1;
TRUNCATE place;
SELECT count(*) FROM place;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA partitions CASCADE;
DROP SERVER partitions CASCADE;
