--
-- Errors of writes: SQLSTATE, and the names of constraint, table and column.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER write_errors FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER write_errors OPTIONS (username :'user', password :'password');
CREATE SCHEMA write_errors;
SET search_path = write_errors, public;
\set SHOW_CONTEXT never
CREATE FUNCTION remote(statement text) RETURNS bigint LANGUAGE sql AS $$ SELECT tds_mirror_exec('write_errors', statement) $$;
SELECT remote('CREATE SCHEMA write_errors');
SELECT remote('CREATE TABLE write_errors.parent (
	id int NOT NULL CONSTRAINT PK_parent PRIMARY KEY,
	code varchar(5) NULL CONSTRAINT UQ_parent UNIQUE,
	label nvarchar(20) NULL)');
SELECT remote('CREATE UNIQUE INDEX [IX it''s "unique"] ON write_errors.parent (label)');
SELECT remote('CREATE TABLE write_errors.child (
	id int NOT NULL CONSTRAINT PK_child PRIMARY KEY,
	parent int NULL CONSTRAINT FK_child_parent REFERENCES write_errors.parent (id),
	self int NULL CONSTRAINT FK_child_self REFERENCES write_errors.child (id),
	amount int NOT NULL CONSTRAINT CK_amount CHECK (amount > 0),
	note nvarchar(10) NULL,
	CONSTRAINT CK_pair CHECK (amount < 100 OR note IS NOT NULL))');
SELECT remote('INSERT INTO write_errors.parent VALUES (1, ''a'', N''one''), (2, ''b'', N''two'')');
SELECT remote('INSERT INTO write_errors.child VALUES (1, 1, NULL, 10, NULL), (2, 1, 1, 20, NULL)');
CREATE FOREIGN TABLE parent (id int OPTIONS (key 'true'), code text, label text)
	SERVER write_errors OPTIONS (schema_name 'write_errors');
CREATE FOREIGN TABLE child (id int OPTIONS (key 'true'), parent int, self int, amount int, note text)
	SERVER write_errors OPTIONS (schema_name 'write_errors');
-- what a statement does: rows, or SQLSTATE, names and message
CREATE FUNCTION outcome(statement text) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
	n bigint;
	state text;
	message text;
	c text;
	s text;
	t text;
	a text;
BEGIN
	EXECUTE statement;
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN format('%s rows', n);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, c = CONSTRAINT_NAME,
		s = SCHEMA_NAME, t = TABLE_NAME, a = COLUMN_NAME;
	RETURN concat_ws(' ', state, 'constraint ' || nullif(c, ''), 'of ' || nullif(s, '') || '.' || t, 'column ' || nullif(a, ''),
		E'\n' || message);
END
$$;
\pset tuples_only on
\pset format unaligned

-- unique keys
SELECT outcome('INSERT INTO parent VALUES (1, ''c'', ''three'')');
SELECT outcome('INSERT INTO parent VALUES (3, ''a'', ''three'')');
SELECT outcome('INSERT INTO parent VALUES (3, ''c'', ''one'')');
SELECT outcome('UPDATE parent SET code = ''b'' WHERE id = 1');
SELECT outcome('UPDATE parent SET id = 2 WHERE id = 1');

-- foreign keys, from both sides
SELECT outcome('INSERT INTO child VALUES (3, 9, NULL, 1, NULL)');
SELECT outcome('UPDATE child SET parent = 9 WHERE id = 1');
SELECT outcome('DELETE FROM parent WHERE id = 1');
SELECT outcome('UPDATE parent SET id = 5 WHERE id = 1');
SELECT outcome('INSERT INTO child VALUES (3, NULL, 9, 1, NULL)');
SELECT outcome('DELETE FROM child WHERE id = 1');

-- check constraints, of a column and of a table
SELECT outcome('INSERT INTO child VALUES (3, 1, NULL, 0, NULL)');
SELECT outcome('UPDATE child SET amount = -1 WHERE id = 2');
SELECT outcome('UPDATE child SET amount = 100 WHERE id = 2');
SELECT outcome('UPDATE child SET amount = 100, note = ''big'' WHERE id = 2');

-- NULL where none may stand, values that do not fit
SELECT outcome('INSERT INTO child VALUES (3, 1, NULL, NULL, NULL)');
SELECT outcome('INSERT INTO child (id) VALUES (3)');
SELECT outcome('UPDATE child SET amount = NULL WHERE id = 2');
SELECT outcome('SELECT remote(''INSERT INTO write_errors.child VALUES (3, 1, NULL, 1, N''''longer than ten'''')'')');

-- nothing of all that has stayed
SELECT * FROM parent ORDER BY id;
SELECT * FROM child ORDER BY id;

-- the field of the error that psql shows
\set VERBOSITY sqlstate
INSERT INTO parent VALUES (1, 'c', 'three');
INSERT INTO child VALUES (3, 1, NULL, 0, NULL);
\unset VERBOSITY

-- constraints that are declared here are not checked, as for all foreign tables
CREATE FOREIGN TABLE checked_child (id int OPTIONS (key 'true'), parent int NOT NULL, amount int CHECK (amount < 50))
	SERVER write_errors OPTIONS (schema_name 'write_errors', table_name 'child');
SELECT outcome('INSERT INTO checked_child VALUES (3, NULL, 60)');
SELECT outcome('UPDATE checked_child SET amount = 61 WHERE id = 3');
SELECT outcome('DELETE FROM checked_child WHERE id = 3');

-- the option of a view is
CREATE VIEW few AS SELECT id, parent, amount FROM child WHERE amount < 30 WITH CHECK OPTION;
SELECT outcome('INSERT INTO few VALUES (3, 1, 40)');
SELECT outcome('INSERT INTO few VALUES (3, 1, 29)');
SELECT outcome('UPDATE few SET amount = 40 WHERE id = 1');
SELECT outcome('UPDATE few SET amount = amount + 1 WHERE id = 3');
SELECT outcome('UPDATE few SET amount = amount + 15 WHERE parent = 1');
SELECT outcome('UPDATE few SET amount = amount - 1 WHERE id = 3');
SELECT outcome('DELETE FROM few WHERE id = 3');
SELECT outcome('DELETE FROM few WHERE id = 2');
SELECT * FROM child ORDER BY id;

-- what cannot be changed at all
CREATE FOREIGN TABLE no_key (id int, code text, label text) SERVER write_errors OPTIONS (schema_name 'write_errors', table_name 'parent');
CREATE FOREIGN TABLE asked (id int OPTIONS (key 'true'), code text) SERVER write_errors OPTIONS (query 'SELECT id, code FROM write_errors.parent');
CREATE FUNCTION slow_text(text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN $1; END $$;
UPDATE no_key SET code = slow_text('x') WHERE id = 1;
DELETE FROM no_key WHERE slow_text(code) = 'x';
SELECT outcome('INSERT INTO no_key VALUES (3, ''n'', ''no key'')');
SELECT outcome('DELETE FROM parent WHERE id = 3');
INSERT INTO asked VALUES (9, 'x');
UPDATE asked SET code = 'x' WHERE id = 1;
DELETE FROM asked WHERE id = 1;
TRUNCATE asked;
ALTER FOREIGN TABLE parent OPTIONS (ADD updatable 'false');
INSERT INTO parent VALUES (9, 'x', 'y');
UPDATE parent SET code = 'x' WHERE id = 1;
DELETE FROM parent WHERE id = 1;
TRUNCATE parent;
ALTER FOREIGN TABLE parent OPTIONS (DROP updatable, ADD truncatable 'false');
TRUNCATE parent;
ALTER FOREIGN TABLE parent OPTIONS (DROP truncatable);
TRUNCATE parent;
ALTER SERVER write_errors OPTIONS (ADD updatable 'false');
INSERT INTO parent VALUES (9, 'x', 'y');
ALTER FOREIGN TABLE parent OPTIONS (ADD updatable 'true');
SELECT outcome('INSERT INTO parent VALUES (9, ''x'', ''y'')');
SELECT outcome('DELETE FROM parent WHERE id = 9');
ALTER FOREIGN TABLE parent OPTIONS (DROP updatable);
ALTER SERVER write_errors OPTIONS (DROP updatable);
SELECT outcome('INSERT INTO parent VALUES (1, ''c'', ''three'') ON CONFLICT (id) DO UPDATE SET code = ''x''');
SELECT outcome('INSERT INTO parent VALUES (1, ''c'', ''three'') ON CONFLICT (id) DO NOTHING');
BEGIN READ ONLY;
INSERT INTO parent VALUES (9, 'x', 'y');
ROLLBACK;
BEGIN READ ONLY;
DELETE FROM parent WHERE id = 1;
ROLLBACK;

-- a key that is none: more than one row has it
SELECT remote('CREATE TABLE write_errors.twice (id int NULL, name nvarchar(20) NULL)');
SELECT remote('INSERT INTO write_errors.twice VALUES (1, N''a''), (1, N''b''), (2, N''c'')');
CREATE FOREIGN TABLE twice (id int OPTIONS (key 'true'), name text) SERVER write_errors OPTIONS (schema_name 'write_errors');
SELECT outcome('UPDATE twice SET name = slow_text(name) || ''!'' WHERE id = 1');
SELECT outcome('DELETE FROM twice WHERE slow_text(name) = ''a''');
SELECT outcome('UPDATE twice SET name = slow_text(name) || ''!'' WHERE id = 2');
SELECT * FROM twice ORDER BY id, name;

-- triggers of the server: an error, an error that takes the transaction along, and that alone
SELECT remote('CREATE TABLE write_errors.guarded (id int NOT NULL CONSTRAINT PK_guarded PRIMARY KEY, n int NULL)');
SELECT remote('CREATE TRIGGER write_errors.guard ON write_errors.guarded AFTER INSERT, UPDATE AS
	IF EXISTS (SELECT 1 FROM inserted WHERE n = 1) RAISERROR (''one is refused'', 16, 1)
	IF EXISTS (SELECT 1 FROM inserted WHERE n = 2) BEGIN RAISERROR (''two ends it all'', 16, 1); ROLLBACK TRANSACTION END
	IF EXISTS (SELECT 1 FROM inserted WHERE n = 3) ROLLBACK TRANSACTION');
CREATE FOREIGN TABLE guarded (id int OPTIONS (key 'true'), n int) SERVER write_errors OPTIONS (schema_name 'write_errors');
SELECT outcome('INSERT INTO guarded VALUES (1, 0), (2, 0)');
SELECT outcome('INSERT INTO guarded VALUES (3, 1)');
SELECT outcome('INSERT INTO guarded VALUES (3, 2)');
SELECT outcome('UPDATE guarded SET n = 3 WHERE id = 1');
SELECT outcome('UPDATE guarded SET n = id + 1 WHERE random() >= 0');
SELECT * FROM guarded ORDER BY id;
BEGIN;
INSERT INTO guarded VALUES (4, 0);
SAVEPOINT s;
INSERT INTO guarded VALUES (5, 1);
ROLLBACK TO s;
INSERT INTO guarded VALUES (6, 0);
COMMIT;
SELECT * FROM guarded ORDER BY id;
BEGIN;
INSERT INTO guarded VALUES (7, 0);
SAVEPOINT s;
UPDATE guarded SET n = 3 WHERE id = 7;
ROLLBACK TO s;
\set VERBOSITY terse
SELECT * FROM guarded;
\unset VERBOSITY
COMMIT;
SELECT * FROM guarded ORDER BY id;

-- a login that may not see who is principal may read
CREATE SERVER unproven FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER unproven OPTIONS (username 'reader', password :'password');
CREATE FOREIGN TABLE unproven (id int OPTIONS (key 'true'), n int) SERVER unproven OPTIONS (schema_name 'write_errors', table_name 'guarded');
SELECT count(*) FROM unproven;
SELECT outcome('INSERT INTO unproven VALUES (8, 0)');
SELECT outcome('UPDATE unproven SET n = 0');
SELECT outcome('UPDATE unproven SET n = 0 WHERE random() >= 0');
SELECT outcome('DELETE FROM unproven');
SELECT outcome('TRUNCATE unproven');
SELECT outcome('COPY unproven (id) FROM PROGRAM ''echo 8''');
SELECT outcome('SELECT * FROM unproven FOR UPDATE');
SELECT * FROM guarded ORDER BY id;

-- columns and tables that are not there
SELECT remote('CREATE TABLE write_errors.gone (id int NOT NULL PRIMARY KEY)');
CREATE FOREIGN TABLE gone (id int OPTIONS (key 'true'), more int) SERVER write_errors OPTIONS (schema_name 'write_errors');
SELECT outcome('INSERT INTO gone (id, more) VALUES (1, 2)');
SELECT outcome('INSERT INTO gone (id) VALUES (1)');
SELECT remote('DROP TABLE write_errors.gone');
SELECT outcome('INSERT INTO gone (id) VALUES (2)');

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA write_errors CASCADE;
DROP SERVER write_errors CASCADE;
DROP SERVER unproven CASCADE;
