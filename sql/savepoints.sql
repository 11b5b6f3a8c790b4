--
-- Savepoints and subtransactions: what is rolled back there and here is the same.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER savepoints FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER savepoints OPTIONS (username :'user', password :'password');
CREATE SCHEMA savepoints;
SET search_path = savepoints, public;
\set SHOW_CONTEXT never
CREATE FUNCTION remote(statement text) RETURNS bigint LANGUAGE sql AS $$ SELECT tds_mirror_exec('savepoints', statement) $$;
SELECT remote('CREATE SCHEMA savepoints');
SELECT remote('CREATE TABLE savepoints.item (
	id int NOT NULL CONSTRAINT PK_item PRIMARY KEY, name nvarchar(40) NULL, amount int NULL CONSTRAINT CK_amount CHECK (amount >= 0))');
CREATE FOREIGN TABLE item (id int OPTIONS (key 'true'), name text, amount int) SERVER savepoints OPTIONS (schema_name 'savepoints');
CREATE TABLE near (id int PRIMARY KEY, name text);
CREATE FUNCTION both_insert(n int, text) RETURNS void LANGUAGE sql AS
$$
	INSERT INTO item VALUES ($1, $2, 0);
	INSERT INTO near VALUES ($1, $2);
$$;
-- what differs
CREATE VIEW different AS SELECT i.id AS there, n.id AS here FROM item AS i FULL JOIN near AS n ON n.id = i.id AND n.name = i.name
	WHERE i.id IS NULL OR n.id IS NULL;

-- ROLLBACK TO, RELEASE, and again
BEGIN;
SELECT both_insert(1, 'before');
SAVEPOINT a;
SELECT both_insert(2, 'in a');
SAVEPOINT b;
SELECT both_insert(3, 'in b');
UPDATE item SET name = 'changed in b' WHERE id < 3;
UPDATE near SET name = 'changed in b' WHERE id < 3;
ROLLBACK TO b;
SELECT both_insert(4, 'after b');
RELEASE b;
SAVEPOINT b;
DELETE FROM item WHERE id = 1;
DELETE FROM near WHERE id = 1;
ROLLBACK TO a;
SELECT both_insert(5, 'after a');
SELECT id, name FROM item ORDER BY id;
COMMIT;
SELECT id, name FROM item ORDER BY id;
SELECT * FROM different;

-- the first write inside the savepoint that is rolled back
BEGIN;
SAVEPOINT a;
SELECT both_insert(10, 'lost');
ROLLBACK TO a;
SELECT both_insert(11, 'kept');
COMMIT;
BEGIN;
SAVEPOINT a;
SELECT both_insert(12, 'lost');
ROLLBACK TO a;
COMMIT;
BEGIN;
SAVEPOINT a;
SELECT both_insert(13, 'released');
RELEASE a;
SAVEPOINT a;
SELECT both_insert(14, 'lost');
ROLLBACK TO a;
COMMIT;
SELECT id, name FROM item WHERE id >= 10 ORDER BY id;
SELECT * FROM different;

-- an error of the server inside a savepoint leaves the rest
BEGIN;
SELECT both_insert(20, 'kept');
SAVEPOINT a;
SELECT both_insert(21, 'lost');
INSERT INTO item VALUES (20, 'again', 0);
SELECT both_insert(22, 'not run');
ROLLBACK TO a;
UPDATE item SET amount = -1 WHERE id = 20;
ROLLBACK TO a;
SELECT both_insert(23, 'kept');
COMMIT;
SELECT id, name FROM item WHERE id >= 20 ORDER BY id;
SELECT * FROM different;

-- handlers in PL/pgSQL, nested
DO
$$
BEGIN
	PERFORM both_insert(30, 'outer');
	BEGIN
		PERFORM both_insert(31, 'lost with the error');
		INSERT INTO item VALUES (30, 'again', 0);
	EXCEPTION WHEN unique_violation THEN
		RAISE NOTICE 'unique_violation: %', SQLERRM;
		PERFORM both_insert(32, 'by the handler');
	END;
	BEGIN
		PERFORM both_insert(33, 'middle');
		BEGIN
			UPDATE item SET amount = -1 WHERE id = 33;
		EXCEPTION WHEN check_violation THEN
			RAISE NOTICE 'check_violation';
			PERFORM both_insert(34, 'inner handler');
		END;
		BEGIN
			PERFORM both_insert(35, 'inner');
			RAISE division_by_zero;
		EXCEPTION WHEN division_by_zero THEN
			RAISE NOTICE 'division_by_zero';
		END;
		INSERT INTO near VALUES (30, 'again');
	EXCEPTION WHEN unique_violation THEN
		RAISE NOTICE 'unique_violation here';
	END;
	PERFORM both_insert(36, 'outer again');
END
$$;
SELECT id, name FROM item WHERE id >= 30 ORDER BY id;
SELECT * FROM different;

-- a loop of blocks of which every third fails
DO
$$
DECLARE
	failed int := 0;
BEGIN
	FOR i IN 100 .. 129 LOOP
		BEGIN
			PERFORM both_insert(i, 'loop');
			IF i % 3 = 0 THEN
				INSERT INTO item VALUES (i, 'again', 0);
			END IF;
		EXCEPTION WHEN unique_violation THEN
			failed := failed + 1;
		END;
	END LOOP;
	RAISE NOTICE '% failed', failed;
END
$$;
SELECT count(*), sum(id) FROM item WHERE id >= 100;
SELECT * FROM different;

-- a rolled-back transaction, and a statement that fails in the middle
BEGIN;
SELECT both_insert(200, 'lost');
ROLLBACK;
INSERT INTO item SELECT 210 + i % 5, 'lost', 0 FROM generate_series(0, 5) AS i;
INSERT INTO item SELECT 220 + i, 'lost', 5 - i FROM generate_series(0, 6) AS i;
UPDATE item SET amount = 3 - id WHERE id < 10;
SELECT id, name, amount FROM item WHERE id < 10 OR id >= 200 ORDER BY id;
SELECT * FROM different;

-- procedures that commit and roll back by themselves
CREATE PROCEDURE piecewise() LANGUAGE plpgsql AS
$$
BEGIN
	FOR i IN 300 .. 305 LOOP
		PERFORM both_insert(i, 'piece');
		IF i % 2 = 0 THEN
			COMMIT;
		ELSE
			ROLLBACK;
		END IF;
	END LOOP;
END
$$;
CALL piecewise();
SELECT id, name FROM item WHERE id >= 300 ORDER BY id;
SELECT * FROM different;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA savepoints CASCADE;
DROP SERVER savepoints CASCADE;
