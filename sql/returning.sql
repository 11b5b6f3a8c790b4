--
-- RETURNING: what the server has made of the row.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER returned FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER returned OPTIONS (username :'user', password :'password');
CREATE SCHEMA returned;
SET search_path = returned, public;
\set SHOW_CONTEXT never
CREATE FUNCTION remote(statement text) RETURNS bigint LANGUAGE sql AS $$ SELECT tds_mirror_exec('returned', statement) $$;
SELECT remote('CREATE SCHEMA returned');
SELECT remote('CREATE TABLE returned.item (
	id int IDENTITY(10, 5) NOT NULL PRIMARY KEY,
	name nvarchar(20) NOT NULL,
	price decimal(10, 2) NOT NULL CONSTRAINT DF_price DEFAULT 9.99,
	amount int NULL,
	made datetime2(0) NOT NULL CONSTRAINT DF_made DEFAULT ''2020-02-29T12:00:00'',
	total AS (price * amount))');
CREATE FOREIGN TABLE item (id int OPTIONS (key 'true'), name text, price numeric(10,2), amount int, made timestamp(0), total numeric)
	SERVER returned OPTIONS (schema_name 'returned');

-- INSERT: identity, defaults, computed values
INSERT INTO item (name) VALUES ('pen') RETURNING *;
INSERT INTO item (name, price, amount) VALUES ('ink', 2.345, 3) RETURNING id, price, total;
INSERT INTO item (name, amount) VALUES ('cap', 1), ('nib', 2), ('box', NULL) RETURNING id, name, total;
INSERT INTO item (name, amount) SELECT 'row ' || i, i FROM generate_series(1, 3) AS i RETURNING id + 1000 AS more, upper(name), total * 2 AS twice;
INSERT INTO item (name) VALUES ('whole') RETURNING item;
INSERT INTO item (name) VALUES ('table') RETURNING tableoid::regclass, id;
INSERT INTO item (name) VALUES ('nothing of the table') RETURNING 'constant', now() IS NOT NULL;
WITH new AS (INSERT INTO item (name) VALUES ('in a query') RETURNING id, name) SELECT n.id, n.name, i.id FROM new AS n LEFT JOIN item AS i ON i.id = n.id;

-- UPDATE: the new row
UPDATE item SET amount = 7 WHERE id = 10 RETURNING *;
UPDATE item SET amount = amount + 1, price = price * 2 WHERE name IN ('cap', 'nib') RETURNING id, amount, price, total;
UPDATE item SET name = upper(name) WHERE id = 15 RETURNING item, tableoid::regclass;
UPDATE item SET amount = 1 WHERE id = -1 RETURNING *;
CREATE TABLE change (id int, amount int);
INSERT INTO change VALUES (10, 100), (15, 200);
UPDATE item AS i SET amount = c.amount FROM change AS c WHERE c.id = i.id RETURNING i.id, i.amount, c.amount, i.total;
WITH u AS (UPDATE item SET amount = 0 WHERE id IN (10, 15) RETURNING id, amount, total) SELECT sum(amount), count(total) FROM u;

-- DELETE: the old row
DELETE FROM item WHERE id = 10 RETURNING *;
DELETE FROM item WHERE name LIKE 'row %' RETURNING id, name, total;
DELETE FROM item AS i USING change AS c WHERE c.id = i.id RETURNING c.amount, i;
DELETE FROM item WHERE id = -1 RETURNING *;
SELECT id, name, price, amount, total FROM item ORDER BY id;

-- in PL/pgSQL
DO
$$
DECLARE
	r record;
	n int;
BEGIN
	INSERT INTO item (name) VALUES ('plpgsql') RETURNING id INTO n;
	RAISE NOTICE 'new id %', n;
	UPDATE item SET amount = 5 WHERE id = n RETURNING * INTO r;
	RAISE NOTICE 'new row %', r;
	FOR r IN DELETE FROM item WHERE id >= n RETURNING id, total LOOP
		RAISE NOTICE 'deleted %', r;
	END LOOP;
END
$$;

-- a remote table with triggers, whose work is returned, too, and whose counts are not ours
SELECT remote('CREATE TABLE returned.journal (what nvarchar(20), id int)');
SELECT remote('CREATE TABLE returned.watched (
	id int IDENTITY(1, 1) NOT NULL PRIMARY KEY, name nvarchar(20) NULL, amount int NULL DEFAULT 4, twice AS (amount * 2))');
SELECT remote('CREATE TRIGGER returned.on_insert ON returned.watched AFTER INSERT AS
	INSERT INTO returned.journal SELECT N''insert'', id FROM inserted UNION ALL SELECT N''and again'', id FROM inserted');
SELECT remote('CREATE TRIGGER returned.on_update ON returned.watched AFTER UPDATE AS
	INSERT INTO returned.journal SELECT N''update'', id FROM inserted UNION ALL SELECT N''was'', id FROM deleted');
SELECT remote('CREATE TRIGGER returned.on_delete ON returned.watched AFTER DELETE AS
	INSERT INTO returned.journal SELECT N''delete'', id FROM deleted UNION ALL SELECT N''gone'', id FROM deleted');
CREATE FOREIGN TABLE watched (id int OPTIONS (key 'true'), name text, amount int, twice int) SERVER returned OPTIONS (schema_name 'returned');
CREATE FOREIGN TABLE journal (what text, id int) SERVER returned OPTIONS (schema_name 'returned');
INSERT INTO watched (name) VALUES ('a') RETURNING *;
INSERT INTO watched (name, amount) VALUES ('b', 1), ('c', 2) RETURNING id, name, twice;
INSERT INTO watched (name) VALUES ('silent');
UPDATE watched SET amount = amount + 10 WHERE id <= 2 RETURNING id, amount, twice;
UPDATE watched SET amount = 0 WHERE id = 3;
DELETE FROM watched WHERE id = 1 RETURNING *;
DELETE FROM watched WHERE id > 1;
SELECT what, count(*), count(DISTINCT id) FROM journal GROUP BY what ORDER BY what COLLATE "C";

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA returned CASCADE;
DROP SERVER returned CASCADE;
