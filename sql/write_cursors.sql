--
-- Cursors over foreign tables that are changed meanwhile.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER write_cursors FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER write_cursors OPTIONS (username :'user', password :'password');
CREATE SCHEMA write_cursors;
SET search_path = write_cursors, public;
\set SHOW_CONTEXT never
CREATE FUNCTION remote(statement text) RETURNS bigint LANGUAGE sql AS $$ SELECT tds_mirror_exec('write_cursors', statement) $$;
SELECT remote('CREATE SCHEMA write_cursors');
SELECT remote('CREATE TABLE write_cursors.item (id int NOT NULL PRIMARY KEY, amount int NULL)');
CREATE FOREIGN TABLE item (id int OPTIONS (key 'true'), amount int) SERVER write_cursors OPTIONS (schema_name 'write_cursors');
INSERT INTO item SELECT i, i * 10 FROM generate_series(1, 200) AS i;

-- a cursor that is open goes on with the rows of its statement
BEGIN;
DECLARE c CURSOR FOR SELECT id, amount FROM item ORDER BY id;
FETCH 2 FROM c;
UPDATE item SET amount = 0 WHERE id = 3;
DELETE FROM item WHERE id = 4;
INSERT INTO item VALUES (1000, 1);
FETCH 2 FROM c;
MOVE FORWARD ALL IN c;
\echo :ROW_COUNT
SELECT id, amount FROM item WHERE id IN (3, 4, 1000) ORDER BY id;
ROLLBACK;
SELECT count(*), sum(amount) FROM item;

-- opened after the first write, and over several writes
BEGIN;
UPDATE item SET amount = 1 WHERE id = 1;
DECLARE c CURSOR FOR SELECT id, amount FROM item WHERE id <= 100 ORDER BY id;
FETCH 1 FROM c;
INSERT INTO item SELECT i, 1 FROM generate_series(300, 305) AS i;
FETCH 1 FROM c;
DELETE FROM item WHERE id >= 300;
FETCH 1 FROM c;
CLOSE c;
ROLLBACK;

-- two cursors and a write
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM item ORDER BY id;
DECLARE d CURSOR FOR SELECT id FROM item ORDER BY id DESC;
FETCH 1 FROM c;
FETCH 1 FROM d;
UPDATE item SET amount = amount + 1 WHERE id = 1;
FETCH 1 FROM c;
FETCH 1 FROM d;
COMMIT;
SELECT amount FROM item WHERE id = 1;

-- a savepoint rolled back below a cursor
BEGIN;
UPDATE item SET amount = 5 WHERE id = 1;
DECLARE c CURSOR FOR SELECT id, amount FROM item ORDER BY id;
FETCH 1 FROM c;
SAVEPOINT s;
DELETE FROM item WHERE id = 2;
ROLLBACK TO s;
FETCH 1 FROM c;
ROLLBACK;

-- by position: PostgreSQL has no way for that
BEGIN;
DECLARE c CURSOR FOR SELECT id, amount FROM item WHERE id = 1 FOR UPDATE;
FETCH 1 FROM c;
SAVEPOINT s;
UPDATE item SET amount = 0 WHERE CURRENT OF c;
ROLLBACK TO s;
DELETE FROM item WHERE CURRENT OF c;
ROLLBACK;

-- by key it works, in a loop over locked rows
DO
$$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT id, amount FROM item WHERE id BETWEEN 10 AND 12 ORDER BY id FOR UPDATE LOOP
		UPDATE item SET amount = r.amount + 1 WHERE id = r.id;
	END LOOP;
	FOR r IN SELECT id FROM item WHERE id BETWEEN 13 AND 60 ORDER BY id LOOP
		IF r.id % 2 = 0 THEN
			DELETE FROM item WHERE id = r.id;
		ELSE
			INSERT INTO item VALUES (r.id + 10000, 0);
		END IF;
	END LOOP;
END
$$;
SELECT id, amount FROM item WHERE id BETWEEN 10 AND 15 ORDER BY id;
SELECT count(*), sum(id) FROM item;

-- a cursor that outlives its transaction
BEGIN;
DECLARE h CURSOR WITH HOLD FOR SELECT id FROM item ORDER BY id;
FETCH 1 FROM h;
DELETE FROM item WHERE id = 2;
COMMIT;
FETCH 2 FROM h;
DELETE FROM item WHERE id = 3;
FETCH 2 FROM h;
CLOSE h;
SELECT min(id), count(*) FROM item;

-- backwards, after a write
BEGIN;
DECLARE s SCROLL CURSOR FOR SELECT id FROM item ORDER BY id;
FETCH 3 FROM s;
UPDATE item SET amount = -1 WHERE id = 5;
FETCH BACKWARD 2 FROM s;
FETCH ABSOLUTE 3 FROM s;
COMMIT;

-- RETURNING as a cursor's source, read in part, is done in whole
DO
$$
DECLARE
	c refcursor;
	n int;
BEGIN
	OPEN c FOR UPDATE item SET amount = 77 WHERE id BETWEEN 100 AND 109 RETURNING id;
EXCEPTION WHEN OTHERS THEN
	RAISE NOTICE '% %', SQLSTATE, SQLERRM;
END
$$;
DO
$$
DECLARE
	n int;
	taken int := 0;
BEGIN
	FOR n IN UPDATE item SET amount = 77 WHERE id BETWEEN 100 AND 109 RETURNING id LOOP
		taken := taken + 1;
		EXIT WHEN taken = 3;
	END LOOP;
END
$$;
SELECT count(*) FROM item WHERE amount = 77;

-- a table that feeds itself sees only the rows that were there
INSERT INTO item SELECT id + 50000, amount FROM item WHERE id <= 20;
SELECT count(*) FROM item WHERE id > 50000;
UPDATE item AS i SET amount = j.id FROM item AS j WHERE j.id = i.id - 50000 AND i.id > 50010;
SELECT id, amount FROM item WHERE id > 50010 ORDER BY id;
DELETE FROM item WHERE id IN (SELECT id + 50000 FROM item WHERE amount > 0) AND id > 50000;
SELECT count(*) FROM item WHERE id > 50000;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA write_cursors CASCADE;
DROP SERVER write_cursors CASCADE;
