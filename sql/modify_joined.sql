--
-- UPDATE and DELETE of tables that are joined, and of hierarchies.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER joined FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER joined OPTIONS (username :'user', password :'password');
CREATE SCHEMA joined;
SET search_path = joined, public;
SELECT tds_mirror_exec('joined', 'CREATE TABLE dbo.joined_part (id int NOT NULL PRIMARY KEY, owner int, v int)');
SELECT tds_mirror_exec('joined', 'CREATE TABLE dbo.joined_owner (id int NOT NULL PRIMARY KEY, name nvarchar(20))');
SELECT tds_mirror_exec('joined', 'INSERT INTO dbo.joined_part VALUES (1, 1, 10), (2, 1, 20), (3, 2, 30), (4, 3, 40)');
SELECT tds_mirror_exec('joined', 'INSERT INTO dbo.joined_owner VALUES (1, N''a''), (2, N''b'')');
CREATE FOREIGN TABLE part (id int OPTIONS (key 'true'), owner int, v int) SERVER joined OPTIONS (schema_name 'dbo', table_name 'joined_part');
CREATE TABLE near (id int);
INSERT INTO near VALUES (1), (2);
CREATE FOREIGN TABLE owner (id int OPTIONS (key 'true'), name text OPTIONS (remote_type 'nvarchar(20)')) SERVER joined OPTIONS (schema_name 'dbo', table_name 'joined_owner');

-- the table that is changed is the one that is locked
EXPLAIN (VERBOSE, COSTS OFF) UPDATE part SET v = length(md5(owner.name)) FROM owner WHERE part.owner = owner.id;
UPDATE part SET v = v + length(md5(owner.name)) FROM owner WHERE part.owner = owner.id RETURNING part.*, owner.name;
DELETE FROM part USING owner WHERE part.owner = owner.id AND owner.name = 'b' RETURNING part.*, owner;
UPDATE part AS p SET v = (SELECT max(v) FROM part AS q WHERE q.owner = p.owner AND length(md5(q.v::text)) = 32) RETURNING *;
WITH gone AS (DELETE FROM part WHERE length(md5(v::text)) = 32 AND id = 1 RETURNING *)
	INSERT INTO part SELECT id + 100, owner, v FROM gone RETURNING *;
SELECT * FROM part ORDER BY id;

-- a statement does not see its own changes
-- (versions of PostgreSQL name subqueries otherwise)
CREATE FUNCTION plan(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || statement LOOP
		RETURN NEXT regexp_replace(line, 'SubPlan \w+', 'SubPlan');
	END LOOP;
END $$;
SELECT plan('UPDATE part AS p SET v = (SELECT sum(length(md5(q.v::text)) + q.v) FROM part AS q WHERE q.id <= p.id)');
SELECT tds_mirror_exec('joined', 'DELETE FROM dbo.joined_part');
INSERT INTO part SELECT g, 1, g FROM generate_series(1, 5) AS g;
UPDATE part AS p SET v = (SELECT sum(q.v) FROM part AS q WHERE q.id <= p.id AND length(md5(q.v::text)) = 32) RETURNING *;
INSERT INTO part SELECT p.id + 10 * n.id, p.owner, (SELECT count(*) FROM part AS q WHERE q.id <> p.id OFFSET 0) FROM part AS p, near AS n RETURNING id, v;
WITH changed AS (UPDATE part SET v = length(md5(v::text)) RETURNING id) SELECT sum(v) FROM part;
WITH changed AS (DELETE FROM part WHERE length(md5(v::text)) = 32 AND id > 3 RETURNING id)
	SELECT (SELECT count(*) FROM changed), (SELECT count(*) FROM part WHERE length(md5(v::text)) = 32);
INSERT INTO part VALUES (60, 1, 60) RETURNING id, (SELECT count(*) FROM part WHERE length(md5(v::text)) = 32) AS before;
INSERT INTO part VALUES (61, 1, 61) RETURNING id, (SELECT count(*) FROM part AS q WHERE q.id <= part.id) AS seen;
-- by whatever name it is read
CREATE FOREIGN TABLE part_query (id int) SERVER joined OPTIONS (query 'SELECT id FROM Joined_Part');
CREATE FOREIGN TABLE plain_part (id int) SERVER joined OPTIONS (table_name 'joined_part');
INSERT INTO part VALUES (62, 1, 62) RETURNING id, (SELECT count(*) FROM part_query AS q WHERE q.id <= part.id) AS seen;
INSERT INTO part VALUES (62, 1, 62) RETURNING id, (SELECT count(*) FROM plain_part AS q WHERE q.id <= part.id) AS seen;
-- a table that only has a similar name
SELECT tds_mirror_exec('joined', 'CREATE TABLE dbo.joined_part_2 (id int)');
CREATE FOREIGN TABLE part_2 (id int) SERVER joined OPTIONS (schema_name 'dbo', table_name 'joined_part_2');
BEGIN;
INSERT INTO part VALUES (62, 1, 62) RETURNING id, (SELECT count(*) FROM part_2 AS q WHERE q.id <= part.id) AS seen;
ROLLBACK;
SELECT * FROM part ORDER BY id;

-- children of a table here
CREATE TABLE parent (id int, owner int, v int);
INSERT INTO parent VALUES (1000, 1, 1);
ALTER FOREIGN TABLE part INHERIT parent;
UPDATE parent SET v = length(md5(v::text)) RETURNING tableoid::regclass, *;
DELETE FROM parent WHERE length(md5(v::text)) = 32 AND id > 100 RETURNING tableoid::regclass, *;
SELECT tableoid::regclass, * FROM parent ORDER BY id;

-- views
CREATE VIEW big AS SELECT * FROM part WHERE v > length(md5('')) - 1 WITH CHECK OPTION;
INSERT INTO big VALUES (50, 1, 100) RETURNING *;
INSERT INTO big VALUES (51, 1, 1);
UPDATE big SET v = length(md5(v::text)) - 20 WHERE id = 50;
SELECT * FROM part ORDER BY id;

DROP SCHEMA joined CASCADE;
DROP SERVER joined CASCADE;
