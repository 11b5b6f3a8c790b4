--
-- Triggers of this side on foreign tables: what they see, change and prevent.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER local_triggers FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER local_triggers OPTIONS (username :'user', password :'password');
CREATE SCHEMA local_triggers;
SET search_path = local_triggers, public;
\set SHOW_CONTEXT never
CREATE FUNCTION remote(statement text) RETURNS bigint LANGUAGE sql AS $$ SELECT tds_mirror_exec('local_triggers', statement) $$;
SELECT remote('CREATE SCHEMA local_triggers');
SELECT remote('CREATE TABLE local_triggers.item (
	id int NOT NULL PRIMARY KEY, name nvarchar(40) NULL, amount int NULL CONSTRAINT DF_amount DEFAULT 7, checked int NULL)');
CREATE FOREIGN TABLE item (id int OPTIONS (key 'true'), name text, amount int, checked int)
	SERVER local_triggers OPTIONS (schema_name 'local_triggers');
CREATE TABLE seen (n int GENERATED ALWAYS AS IDENTITY, what text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
	INSERT INTO seen (what) VALUES (concat_ws(' ', TG_NAME, TG_WHEN, TG_LEVEL, TG_OP,
		CASE WHEN TG_LEVEL = 'ROW' AND TG_OP <> 'INSERT' THEN 'old ' || OLD::text END,
		CASE WHEN TG_LEVEL = 'ROW' AND TG_OP <> 'DELETE' THEN 'new ' || NEW::text END));
	IF TG_OP = 'DELETE' THEN
		RETURN OLD;
	END IF;
	RETURN NEW;
END
$$;
CREATE FUNCTION told() RETURNS SETOF text LANGUAGE sql AS
$$
	WITH s AS (DELETE FROM seen RETURNING n, what) SELECT what FROM s ORDER BY n;
$$;

-- every kind of trigger at once
CREATE TRIGGER a_statement BEFORE INSERT OR UPDATE OR DELETE ON item FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE TRIGGER b_row BEFORE INSERT OR UPDATE OR DELETE ON item FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER c_row AFTER INSERT OR UPDATE OR DELETE ON item FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER d_statement AFTER INSERT OR UPDATE OR DELETE ON item FOR EACH STATEMENT EXECUTE FUNCTION note();
INSERT INTO item (id, name) VALUES (1, 'one');
SELECT told();
INSERT INTO item (id, name, amount) VALUES (2, 'two', 2), (3, 'three', 3);
SELECT told();
UPDATE item SET amount = amount + 10 WHERE id >= 2;
SELECT told();
DELETE FROM item WHERE id = 3;
SELECT told();
UPDATE item SET amount = 0 WHERE id = 99;
SELECT told();
COPY item (id, name) FROM stdin;
4	four
5	five
\.
SELECT told();
SELECT * FROM item ORDER BY id;
DROP TRIGGER a_statement ON item;
DROP TRIGGER b_row ON item;
DROP TRIGGER c_row ON item;
DROP TRIGGER d_statement ON item;

-- BEFORE triggers that change NEW, also columns that the statement does not name
CREATE FUNCTION change_new() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
	NEW.name := upper(NEW.name);
	NEW.checked := coalesce(NEW.checked, 0) + 1;
	RETURN NEW;
END
$$;
CREATE TRIGGER change_new BEFORE INSERT OR UPDATE ON item FOR EACH ROW EXECUTE FUNCTION change_new();
INSERT INTO item (id, name) VALUES (10, 'ten') RETURNING *;
INSERT INTO item (id, name, amount) VALUES (11, 'eleven', NULL), (12, 'twelve', 12) RETURNING *;
UPDATE item SET amount = 1 WHERE id = 10 RETURNING *;
UPDATE item SET name = 'x' || name WHERE id >= 11;
COPY item (id, name) FROM stdin;
13	thirteen
\.
SELECT * FROM item WHERE id >= 10 ORDER BY id;

-- one that changes the key: the row is found by its old one
CREATE FUNCTION move_key() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := NEW.id + 100; RETURN NEW; END $$;
CREATE TRIGGER move_key BEFORE UPDATE ON item FOR EACH ROW WHEN (OLD.id = 12) EXECUTE FUNCTION move_key();
UPDATE item SET amount = 5 WHERE id IN (11, 12) RETURNING id, amount, checked;
SELECT * FROM item WHERE id >= 10 ORDER BY id;
DROP TRIGGER move_key ON item;
DROP TRIGGER change_new ON item;

-- NULL: this row is left out
CREATE FUNCTION leave_out() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
	IF TG_OP = 'DELETE' THEN
		RETURN CASE WHEN OLD.id % 2 = 0 THEN OLD END;
	END IF;
	RETURN CASE WHEN NEW.id % 2 = 0 THEN NEW END;
END
$$;
CREATE TRIGGER leave_out BEFORE INSERT OR UPDATE OR DELETE ON item FOR EACH ROW EXECUTE FUNCTION leave_out();
INSERT INTO item (id, name) VALUES (20, 'a'), (21, 'b'), (22, 'c') RETURNING id;
UPDATE item SET name = 'changed' WHERE id <= 13 RETURNING id, name;
DELETE FROM item WHERE id <= 13 RETURNING id;
COPY item (id, name) FROM stdin;
23	d
24	e
\.
SELECT id, name FROM item ORDER BY id;
DROP TRIGGER leave_out ON item;

-- an error in a trigger takes back what the statement has done so far
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'row % refused', NEW.id; END $$;
CREATE TRIGGER refuse AFTER INSERT OR UPDATE ON item FOR EACH ROW WHEN (NEW.id = 31) EXECUTE FUNCTION refuse();
INSERT INTO item (id) VALUES (30), (31), (32);
UPDATE item SET id = 31 WHERE id = 20;
BEGIN;
INSERT INTO item (id) VALUES (40);
SAVEPOINT s;
INSERT INTO item (id) VALUES (30), (31), (32);
ROLLBACK TO s;
COMMIT;
SELECT id, name FROM item ORDER BY id;
DROP TRIGGER refuse ON item;

-- a trigger that reads and writes foreign tables itself
CREATE FUNCTION partner() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
	IF NOT EXISTS (SELECT FROM item WHERE id = NEW.id + 1000) THEN
		INSERT INTO item (id, name) VALUES (NEW.id + 1000, 'partner of ' || NEW.id);
	END IF;
	RETURN NULL;
END
$$;
CREATE TRIGGER partner AFTER INSERT ON item FOR EACH ROW WHEN (NEW.id < 1000) EXECUTE FUNCTION partner();
INSERT INTO item (id, name) VALUES (50, 'f'), (51, 'g') RETURNING id;
SELECT id, name FROM item WHERE id >= 50 ORDER BY id;
DROP TRIGGER partner ON item;

-- what PostgreSQL does not have for foreign tables
CREATE TRIGGER transition AFTER INSERT ON item REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION note();
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON item DEFERRABLE FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER instead INSTEAD OF INSERT ON item FOR EACH ROW EXECUTE FUNCTION note();

-- an INSTEAD OF trigger of a view above it
CREATE VIEW shown AS SELECT id, name FROM item WHERE id < 1000;
CREATE FUNCTION instead() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
	INSERT INTO item (id, name) VALUES (NEW.id, 'by the view: ' || NEW.name);
	RETURN NEW;
END
$$;
CREATE TRIGGER instead INSTEAD OF INSERT ON shown FOR EACH ROW EXECUTE FUNCTION instead();
INSERT INTO shown VALUES (60, 'h') RETURNING *;
SELECT * FROM shown WHERE id = 60;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA local_triggers CASCADE;
DROP SERVER local_triggers CASCADE;
