--
-- INSERT, UPDATE and DELETE, row by row.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER modify FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER modify OPTIONS (username :'user', password :'password');
CREATE SCHEMA modify;
SET search_path = modify, public;
SELECT tds_mirror_exec('modify', 'CREATE TABLE dbo.modify_plain (id int NOT NULL PRIMARY KEY, name nvarchar(20) DEFAULT N''none'', amount decimal(10,2), moment datetime2(7))');
SELECT tds_mirror_exec('modify', 'CREATE TABLE dbo.modify_pair (a int NOT NULL, b varchar(10) NOT NULL, v int, CONSTRAINT PK_modify_pair PRIMARY KEY (a, b))');
CREATE FOREIGN TABLE plain (id int OPTIONS (key 'true'), name text OPTIONS (remote_type 'nvarchar(20)'), amount numeric(10,2), moment timestamp)
	SERVER modify OPTIONS (schema_name 'dbo', table_name 'modify_plain');
CREATE FOREIGN TABLE pair (a int OPTIONS (key 'true'), b text OPTIONS (key 'true'), v int)
	SERVER modify OPTIONS (schema_name 'dbo', table_name 'modify_pair');
CREATE FOREIGN TABLE keyless (id int, name text) SERVER modify OPTIONS (schema_name 'dbo', table_name 'modify_plain');
CREATE FOREIGN TABLE asked (id int) SERVER modify OPTIONS (query 'SELECT id FROM dbo.modify_plain');
CREATE FOREIGN TABLE fixed (id int OPTIONS (key 'true')) SERVER modify OPTIONS (schema_name 'dbo', table_name 'modify_plain', updatable 'false');

-- what is written
EXPLAIN (VERBOSE, COSTS OFF) INSERT INTO plain (id, amount) VALUES (1, 2.5);
EXPLAIN (VERBOSE, COSTS OFF) INSERT INTO plain DEFAULT VALUES;
EXPLAIN (VERBOSE, COSTS OFF) INSERT INTO plain (id) VALUES (1) RETURNING id, name;
INSERT INTO plain VALUES (1, 'one', 1.5, '2024-02-29 12:34:56.123456');
INSERT INTO plain (id, amount) VALUES (2, 2.5) RETURNING *;
INSERT INTO plain (id, name) VALUES (3, DEFAULT), (4, 'four') RETURNING id, name;
INSERT INTO plain (id, name) VALUES (5, NULL) RETURNING id, name, amount IS NULL AS nothing;
INSERT INTO plain SELECT g, 'n' || g, g / 4.0, '2024-01-01'::timestamp + g * interval '1 day' FROM generate_series(10, 14) AS g;
SELECT * FROM plain ORDER BY id;

-- by key
UPDATE plain SET name = left(md5(name), 20) WHERE id = 10 RETURNING id, name = left(md5('n10'), 20);
UPDATE plain SET name = repeat('x', id) WHERE id BETWEEN 11 AND 13 RETURNING id, name;
UPDATE plain SET id = id + 100 WHERE name LIKE 'x%' AND length(name) > 11 RETURNING id;
UPDATE plain SET moment = moment - interval '1 microsecond' WHERE id = 1 RETURNING moment;
DELETE FROM plain WHERE length(md5(name)) = 32 AND id = 10 RETURNING id, amount;
SELECT id, name FROM plain ORDER BY id;

-- keys of several columns, of which one is text
INSERT INTO pair VALUES (1, 'x', 10), (1, 'y', 20), (2, 'x', 30);
UPDATE pair SET v = v * length(b || md5(b)) / 33 + 1 WHERE a = 1;
DELETE FROM pair WHERE length(b || v) = 3 AND a = 2;
SELECT * FROM pair ORDER BY a, b;

-- a row that is joined with several others is changed once
CREATE TABLE near (id int, add int);
INSERT INTO near VALUES (1, 5), (1, 6), (2, 7);
UPDATE pair SET v = v + 100 FROM near WHERE near.id = pair.a;
DELETE FROM plain USING near WHERE near.id = plain.id;
SELECT * FROM pair ORDER BY a, b;
SELECT id FROM plain ORDER BY id;

-- a duplicate key is an error, or not
INSERT INTO pair VALUES (1, 'x', 0);
INSERT INTO pair VALUES (1, 'x', 0), (7, 'z', 7) ON CONFLICT DO NOTHING RETURNING a, b, v;
INSERT INTO pair VALUES (1, 'X', 0) ON CONFLICT DO NOTHING;
INSERT INTO pair VALUES (1, 'x', 0) ON CONFLICT (a, b) DO UPDATE SET v = 0;
BEGIN;
INSERT INTO pair VALUES (8, 'z', 8);
SAVEPOINT s;
INSERT INTO pair VALUES (1, 'x', 0);
ROLLBACK TO s;
INSERT INTO pair VALUES (9, 'z', 9);
COMMIT;
SELECT * FROM pair ORDER BY a, b;

-- nothing stays of what is rolled back
BEGIN;
DELETE FROM pair WHERE v > length(md5(b)) - 33;
SELECT count(*) FROM pair;
ROLLBACK;
SELECT count(*) FROM pair;

-- a trigger that the table gets after the server was asked for it
BEGIN;
INSERT INTO pair VALUES (20, 'a', 1) RETURNING a, b, v;
SELECT tds_mirror_exec('modify', 'CREATE TRIGGER dbo.modify_late ON dbo.modify_pair AFTER INSERT, UPDATE AS BEGIN UPDATE p SET v = p.v + 1000 FROM dbo.modify_pair AS p JOIN inserted AS i ON p.a = i.a AND p.b = i.b; DELETE FROM dbo.modify_plain WHERE id > 10 END');
INSERT INTO pair VALUES (21, 'a', 2) RETURNING a, b, v;
INSERT INTO pair VALUES (21, 'a', 2) ON CONFLICT DO NOTHING RETURNING a, b, v;
UPDATE pair SET v = length(md5(b)) WHERE a = 21 RETURNING a, b, v;
DELETE FROM pair WHERE length(md5(b)) = 32 AND a = 20 RETURNING a, b, v;
SELECT * FROM pair WHERE a >= 20;
ROLLBACK;

-- what cannot be
UPDATE keyless SET name = lower(md5(name));
DELETE FROM keyless WHERE length(md5(name)) = 32;
INSERT INTO asked VALUES (1);
UPDATE fixed SET id = 2;
DELETE FROM fixed;
INSERT INTO fixed VALUES (9);
INSERT INTO keyless VALUES (50, 'fifty') RETURNING *;
SELECT table_name, is_insertable_into FROM information_schema.tables WHERE table_schema = 'modify' AND table_name IN ('plain', 'asked', 'fixed') ORDER BY table_name;
BEGIN READ ONLY;
INSERT INTO plain VALUES (60);
ROLLBACK;

DROP SCHEMA modify CASCADE;
DROP SERVER modify CASCADE;
