--
-- Columns that the server fills: identity, default, computed, rowversion; and ON CONFLICT.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER identity FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER identity OPTIONS (username :'user', password :'password');
CREATE SCHEMA identity;
SET search_path = identity, public;
\set SHOW_CONTEXT never
CREATE FUNCTION remote(statement text) RETURNS bigint LANGUAGE sql AS $$ SELECT tds_mirror_exec('identity', statement) $$;
SELECT remote('CREATE SCHEMA [identity]');
SELECT remote('CREATE TABLE [identity].counted (
	id int IDENTITY(100, 10) NOT NULL CONSTRAINT PK_counted PRIMARY KEY,
	name nvarchar(20) NOT NULL CONSTRAINT DF_name DEFAULT N''nameless'',
	made date NULL CONSTRAINT DF_made DEFAULT ''2021-12-31'',
	twice AS (LEN(name) * 2),
	version rowversion NOT NULL)');
CREATE FOREIGN TABLE counted (id int OPTIONS (key 'true'), name text, made date, twice int, version bytea)
	SERVER identity OPTIONS (schema_name 'identity');

-- omitted, DEFAULT, given
INSERT INTO counted (name) VALUES ('one') RETURNING id, name, made, twice;
INSERT INTO counted (name, made) VALUES (DEFAULT, DEFAULT) RETURNING id, name, made;
INSERT INTO counted DEFAULT VALUES RETURNING id, name, made, twice;
INSERT INTO counted (id, name) VALUES (DEFAULT, 'by default') RETURNING id;
INSERT INTO counted (id, name) VALUES (7, 'given') RETURNING id, name;
INSERT INTO counted (name) VALUES ('after that') RETURNING id;
INSERT INTO counted (id, name) VALUES (500, 'far ahead') RETURNING id;
INSERT INTO counted (name) VALUES ('goes on from there') RETURNING id;
INSERT INTO counted (id, name) SELECT 10 + i, 'many ' || i FROM generate_series(1, 3) AS i;
INSERT INTO counted (name) SELECT 'more ' || i FROM generate_series(1, 3) AS i;
INSERT INTO counted (id, name) VALUES (100, 'again');
-- NULL, which DEFAULT is in a list of several rows, is the same as leaving it out
INSERT INTO counted (id, name) VALUES (NULL, 'null'), (DEFAULT, 'default'), (2, 'two') RETURNING id;
SELECT id, name, twice FROM counted ORDER BY id;

-- the mode that lets a value through is off afterwards: another table may have it
SELECT remote('CREATE TABLE [identity].other (id bigint IDENTITY NOT NULL, name nvarchar(20) NULL)');
CREATE FOREIGN TABLE other (id bigint, name text) SERVER identity OPTIONS (schema_name 'identity');
BEGIN;
INSERT INTO counted (id, name) VALUES (20, 'here');
INSERT INTO other (id, name) VALUES (20, 'and there');
INSERT INTO counted (id, name) VALUES (21, 'and here');
SAVEPOINT s;
INSERT INTO counted (id, name) VALUES (20, 'twice');
ROLLBACK TO s;
INSERT INTO other (id, name) VALUES (21, 'after an error');
INSERT INTO other (name) VALUES ('by itself') RETURNING id;
COMMIT;
SELECT * FROM other ORDER BY id;

-- what is computed cannot be given or changed
INSERT INTO counted (name, twice) VALUES ('x', 4);
UPDATE counted SET twice = 4 WHERE id = 7;
UPDATE counted SET id = 8 WHERE id = 7;
INSERT INTO counted (name, version) VALUES ('x', '\x0000000000000001');
UPDATE counted SET version = '\x0000000000000001' WHERE id = 7;
UPDATE counted SET name = DEFAULT, made = DEFAULT WHERE id = 7 RETURNING id, name, made;
DELETE FROM counted WHERE id = 7;

-- a rowversion is another one after each change
INSERT INTO counted (id, name) VALUES (7, 'versioned');
CREATE TEMP TABLE version AS SELECT version FROM counted WHERE id = 7;
UPDATE counted SET name = 'changed' WHERE id = 7;
SELECT length(c.version), c.version > v.version AS newer FROM counted AS c, version AS v WHERE c.id = 7;
SELECT count(DISTINCT version) = count(*) AS distinct_versions FROM counted;
UPDATE counted AS c SET name = 'not any more' FROM version AS v WHERE c.id = 7 AND c.version = v.version RETURNING c.id;

-- local defaults win, and a generated column of this side is not sent
CREATE SEQUENCE own START 9000;
CREATE FOREIGN TABLE with_default (id int OPTIONS (key 'true') DEFAULT nextval('own'), name text DEFAULT 'local')
	SERVER identity OPTIONS (schema_name 'identity', table_name 'counted');
INSERT INTO with_default DEFAULT VALUES RETURNING *;
INSERT INTO with_default (name) VALUES ('mine'), (DEFAULT) RETURNING *;
INSERT INTO with_default (id) VALUES (1) RETURNING *;

-- a table of nothing but what the server fills
SELECT remote('CREATE TABLE [identity].only (id int IDENTITY(5, 5) NOT NULL PRIMARY KEY)');
CREATE FOREIGN TABLE only_id (id int OPTIONS (key 'true')) SERVER identity OPTIONS (schema_name 'identity', table_name 'only');
INSERT INTO only_id DEFAULT VALUES RETURNING id;
INSERT INTO only_id DEFAULT VALUES;
INSERT INTO only_id VALUES (DEFAULT), (DEFAULT) RETURNING id;
INSERT INTO only_id VALUES (1) RETURNING id;
SELECT * FROM only_id ORDER BY id;

-- TRUNCATE would begin anew
TRUNCATE only_id;
TRUNCATE only_id CONTINUE IDENTITY;
TRUNCATE only_id RESTART IDENTITY;
INSERT INTO only_id DEFAULT VALUES RETURNING id;

-- ON CONFLICT DO NOTHING: several unique keys, and none is named
SELECT remote('CREATE TABLE [identity].conflict (
	id int NOT NULL CONSTRAINT PK_conflict PRIMARY KEY, code int NULL CONSTRAINT UQ_conflict UNIQUE,
	label nvarchar(10) NULL, amount int NULL CONSTRAINT CK_conflict CHECK (amount > 0))');
SELECT remote('CREATE UNIQUE INDEX IX_conflict ON [identity].conflict (label)');
CREATE FOREIGN TABLE conflict (id int OPTIONS (key 'true'), code int, label text, amount int)
	SERVER identity OPTIONS (schema_name 'identity');
INSERT INTO conflict VALUES (1, 1, 'a', 1);
INSERT INTO conflict VALUES (1, 2, 'b', 1) ON CONFLICT DO NOTHING RETURNING *;
INSERT INTO conflict VALUES (2, 1, 'b', 1) ON CONFLICT DO NOTHING RETURNING *;
INSERT INTO conflict VALUES (2, 2, 'a', 1) ON CONFLICT DO NOTHING RETURNING *;
INSERT INTO conflict VALUES (2, 2, 'b', 1) ON CONFLICT DO NOTHING RETURNING *;
INSERT INTO conflict VALUES (1, 9, 'z', 1), (3, 3, 'c', 1), (4, 1, 'z', 1), (3, 4, 'd', 1), (5, 5, 'e', 1) ON CONFLICT DO NOTHING RETURNING id;
INSERT INTO conflict SELECT i, i, 'n' || i, 1 FROM generate_series(1, 10) AS i ON CONFLICT DO NOTHING;
INSERT INTO conflict VALUES (20, 20, 't', 0) ON CONFLICT DO NOTHING;
INSERT INTO conflict VALUES (1, 1, 'a', 1) ON CONFLICT (id) DO NOTHING;
INSERT INTO conflict VALUES (1, 1, 'a', 1) ON CONFLICT ON CONSTRAINT pk_conflict DO NOTHING;
INSERT INTO conflict VALUES (1, 1, 'a', 1) ON CONFLICT (id) DO UPDATE SET amount = 2;
SELECT count(*), sum(id), min(label COLLATE "C") FROM conflict;
BEGIN;
INSERT INTO conflict VALUES (30, 30, 'x', 1);
INSERT INTO conflict VALUES (30, 30, 'x', 1) ON CONFLICT DO NOTHING;
INSERT INTO conflict VALUES (31, 31, 'y', 1) ON CONFLICT DO NOTHING;
COMMIT;
SELECT id FROM conflict WHERE id >= 30 ORDER BY id;

-- a duplicate in another table, by a trigger, is no conflict of this one
SELECT remote('CREATE TABLE [identity].side (id int NOT NULL CONSTRAINT PK_side PRIMARY KEY)');
SELECT remote('CREATE TRIGGER [identity].to_side ON [identity].conflict AFTER INSERT AS INSERT INTO [identity].side SELECT code FROM inserted');
INSERT INTO conflict VALUES (40, 40, 'p', 1) ON CONFLICT DO NOTHING RETURNING id;
SELECT remote('INSERT INTO [identity].side VALUES (41)');
INSERT INTO conflict VALUES (41, 41, 'q', 1) ON CONFLICT DO NOTHING;
INSERT INTO conflict VALUES (40, 42, 'r', 1) ON CONFLICT DO NOTHING;
SELECT count(*) FROM conflict WHERE id >= 40;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA identity CASCADE;
DROP SERVER identity CASCADE;
