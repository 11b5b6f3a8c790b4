--
-- Isolation levels with writes.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER isolation_levels FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER isolation_levels OPTIONS (username :'user', password :'password');
CREATE SCHEMA isolation_levels;
SET search_path = isolation_levels, public;
\set SHOW_CONTEXT never
CREATE FUNCTION remote(statement text) RETURNS bigint LANGUAGE sql AS $$ SELECT tds_mirror_exec('isolation_levels', statement) $$;
SELECT remote('CREATE SCHEMA isolation_levels');
SELECT remote('CREATE TABLE isolation_levels.item (id int NOT NULL PRIMARY KEY, amount int NULL)');
CREATE FOREIGN TABLE item (id int OPTIONS (key 'true'), amount int) SERVER isolation_levels OPTIONS (schema_name 'isolation_levels');
CREATE FOREIGN TABLE level (level smallint, open_transactions int) SERVER isolation_levels
	OPTIONS (query 'SELECT transaction_isolation_level AS level, @@TRANCOUNT AS open_transactions FROM sys.dm_exec_sessions WHERE session_id = @@SPID');
INSERT INTO item VALUES (1, 10), (2, 20), (3, 30);

-- the level on the server of a transaction that writes: 2 READ COMMITTED, 4 SERIALIZABLE, 5 SNAPSHOT
BEGIN;
SELECT * FROM level;
UPDATE item SET amount = 11 WHERE id = 1;
SELECT * FROM level;
COMMIT;
SELECT * FROM level;
BEGIN ISOLATION LEVEL READ UNCOMMITTED;
UPDATE item SET amount = 12 WHERE id = 1;
SELECT * FROM level;
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
UPDATE item SET amount = 13 WHERE id = 1;
SELECT * FROM level;
INSERT INTO item VALUES (4, 40);
SELECT sum(amount) FROM item;
COMMIT;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT sum(amount) FROM item;
UPDATE item SET amount = 14 WHERE id = 1;
DELETE FROM item WHERE id = 4;
SELECT * FROM level;
SELECT * FROM item ORDER BY id;
COMMIT;
BEGIN ISOLATION LEVEL REPEATABLE READ;
INSERT INTO item VALUES (5, 50);
SAVEPOINT s;
UPDATE item SET amount = 0;
ROLLBACK TO s;
SELECT * FROM item ORDER BY id;
ROLLBACK;
SELECT * FROM level;
SELECT * FROM item ORDER BY id;

-- one statement alone
SET default_transaction_isolation = 'serializable';
INSERT INTO item VALUES (6, 60);
UPDATE item SET amount = amount + 1 WHERE id = 6 RETURNING amount;
SET default_transaction_isolation = 'repeatable read';
INSERT INTO item VALUES (7, 70);
DELETE FROM item WHERE id = 7 RETURNING amount;
RESET default_transaction_isolation;
SELECT * FROM level;

-- read only: nothing is written, and nothing is sent for it
BEGIN READ ONLY;
SELECT count(*) FROM item;
SAVEPOINT s;
INSERT INTO item VALUES (8, 80);
ROLLBACK TO s;
UPDATE item SET amount = 0;
ROLLBACK TO s;
DELETE FROM item;
ROLLBACK TO s;
TRUNCATE item;
ROLLBACK TO s;
COPY item FROM '/dev/null';
ROLLBACK TO s;
WITH gone AS (DELETE FROM item RETURNING id) SELECT count(*) FROM gone;
ROLLBACK TO s;
SELECT * FROM level;
COMMIT;
SET default_transaction_read_only = on;
UPDATE item SET amount = 0;
RESET default_transaction_read_only;
SELECT * FROM item ORDER BY id;

-- two phases are not to be had
BEGIN;
INSERT INTO item VALUES (9, 90);
PREPARE TRANSACTION 'nine';
SELECT count(*) FROM item WHERE id = 9;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA isolation_levels CASCADE;
DROP SERVER isolation_levels CASCADE;
