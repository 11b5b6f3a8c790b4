--
-- TRUNCATE of foreign tables.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER empty FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER empty OPTIONS (username :'user', password :'password');
CREATE SCHEMA empty;
SET search_path = empty, public;
DO $$
BEGIN
	PERFORM tds_mirror_exec('empty', statement) FROM (VALUES
		('CREATE TABLE dbo.empty_one (id int, n int)'),
		('CREATE TABLE dbo.empty_two (id int)'),
		('CREATE TABLE dbo.empty_numbered (id int IDENTITY(5, 5), n int)'),
		('CREATE TABLE dbo.empty_referred (id int PRIMARY KEY)'),
		('CREATE TABLE dbo.empty_referring (id int CONSTRAINT empty_fk REFERENCES dbo.empty_referred (id))')) AS s (statement);
END $$;
CREATE FOREIGN TABLE one (id int, n int) SERVER empty OPTIONS (schema_name 'dbo', table_name 'empty_one');
CREATE FOREIGN TABLE two (id int) SERVER empty OPTIONS (schema_name 'dbo', table_name 'empty_two');
CREATE FOREIGN TABLE numbered (id int, n int) SERVER empty OPTIONS (schema_name 'dbo', table_name 'empty_numbered');
CREATE FOREIGN TABLE referred (id int) SERVER empty OPTIONS (schema_name 'dbo', table_name 'empty_referred');
CREATE FOREIGN TABLE asked (id int) SERVER empty OPTIONS (query 'SELECT id FROM dbo.empty_one');
CREATE FOREIGN TABLE fixed (id int) SERVER empty OPTIONS (schema_name 'dbo', table_name 'empty_one', truncatable 'false');
CREATE FOREIGN TABLE missing (id int) SERVER empty OPTIONS (schema_name 'dbo', table_name 'empty_missing');
CREATE TABLE near (id int);
INSERT INTO one SELECT g, g FROM generate_series(1, 5) AS g;
INSERT INTO two SELECT g FROM generate_series(1, 5) AS g;
INSERT INTO numbered (n) VALUES (1), (2);
INSERT INTO near VALUES (1);

-- one, several, with a table here; undone with the transaction
TRUNCATE one;
SELECT count(*) FROM one;
INSERT INTO one SELECT g, g FROM generate_series(1, 5) AS g;
BEGIN;
TRUNCATE one, two, near;
SELECT (SELECT count(*) FROM one), (SELECT count(*) FROM two), (SELECT count(*) FROM near);
ROLLBACK;
SELECT (SELECT count(*) FROM one), (SELECT count(*) FROM two), (SELECT count(*) FROM near);
BEGIN;
SAVEPOINT before;
TRUNCATE one;
ROLLBACK TO before;
TRUNCATE two;
COMMIT;
SELECT (SELECT count(*) FROM one), (SELECT count(*) FROM two);

-- the first identity comes again, and has to be asked for
SELECT id FROM numbered ORDER BY id;
TRUNCATE numbered;
TRUNCATE one, numbered CONTINUE IDENTITY;
SELECT (SELECT count(*) FROM one), (SELECT count(*) FROM numbered);
TRUNCATE numbered RESTART IDENTITY;
INSERT INTO numbered (n) VALUES (3) RETURNING id;

-- what is refused
TRUNCATE one CASCADE;
TRUNCATE asked;
TRUNCATE fixed;
TRUNCATE one, fixed;
TRUNCATE missing;
TRUNCATE referred;
BEGIN READ ONLY;
TRUNCATE one;
ROLLBACK;
SELECT count(*) FROM one;
ALTER SERVER empty OPTIONS (ADD truncatable 'false');
TRUNCATE one;
ALTER FOREIGN TABLE one OPTIONS (ADD truncatable 'true');
TRUNCATE one;
SELECT count(*) FROM one;

-- partitions
CREATE TABLE whole (id int) PARTITION BY RANGE (id);
CREATE FOREIGN TABLE lower PARTITION OF whole FOR VALUES FROM (0) TO (10) SERVER empty OPTIONS (schema_name 'dbo', table_name 'empty_two', truncatable 'true');
CREATE TABLE upper PARTITION OF whole FOR VALUES FROM (10) TO (20);
INSERT INTO whole VALUES (1), (2), (11);
TRUNCATE whole;
SELECT count(*) FROM whole;

RESET search_path;
SET client_min_messages = warning;
DO $$ BEGIN PERFORM tds_mirror_exec('empty', 'DROP TABLE dbo.empty_referring; DROP TABLE dbo.empty_one; DROP TABLE dbo.empty_two; DROP TABLE dbo.empty_numbered; DROP TABLE dbo.empty_referred'); END $$;
DROP SCHEMA empty CASCADE;
DROP SERVER empty CASCADE;
