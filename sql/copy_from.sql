--
-- COPY FROM: all of it or nothing.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER copy_from FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER copy_from OPTIONS (username :'user', password :'password');
CREATE SCHEMA copy_from;
SET search_path = copy_from, public;
\set SHOW_CONTEXT never
CREATE FUNCTION remote(statement text) RETURNS bigint LANGUAGE sql AS $$ SELECT tds_mirror_exec('copy_from', statement) $$;
SELECT remote('CREATE SCHEMA copy_from');
SELECT remote('CREATE TABLE copy_from.item (
	id int NOT NULL CONSTRAINT PK_item PRIMARY KEY,
	name nvarchar(10) NULL,
	amount int NOT NULL CONSTRAINT DF_amount DEFAULT 7 CONSTRAINT CK_amount CHECK (amount > 0),
	at datetime2(3) NULL)');
SELECT remote('CREATE TABLE copy_from.plain (id int NOT NULL, name nvarchar(10) NULL, amount decimal(6, 2) NULL)');
CREATE FOREIGN TABLE item (id int OPTIONS (key 'true'), name text, amount int, at timestamp(3))
	SERVER copy_from OPTIONS (schema_name 'copy_from');
CREATE FOREIGN TABLE plain (id int OPTIONS (key 'true'), name text, amount numeric(6, 2))
	SERVER copy_from OPTIONS (schema_name 'copy_from');

-- all columns, NULLs, the empty string, quotes
COPY item FROM stdin;
1	one	1	2020-01-01 00:00:00.123
2	\N	2	\N
3		3	9999-12-31 23:59:59.999
4	it's "x"	4	0001-01-01 00:00:00
5	日本語 ä	5	2020-02-29 12:00:00
\.
COPY item FROM stdin WITH (FORMAT csv, HEADER true, NULL 'nil');
id,name,amount,at
6,"a,b",6,nil
7,"",7,2020-01-01
8,nil,8,2020-01-01
\.
SELECT id, name, name IS NULL AS is_null, length(name), amount, at FROM item ORDER BY id;

-- omitted columns have the server's default, or the local one
COPY item (id, name) FROM stdin;
9	default
\.
ALTER FOREIGN TABLE item ALTER amount SET DEFAULT 70;
COPY item (id, name) FROM stdin;
10	local
\.
ALTER FOREIGN TABLE item ALTER amount DROP DEFAULT;
COPY item (name, id) FROM stdin WHERE id % 2 = 0;
odd	11
even	12
odd	13
even	14
\.
SELECT id, name, amount FROM item WHERE id >= 9 ORDER BY id;

-- a row that the server refuses, in the middle: nothing of the COPY stays
DELETE FROM item WHERE id > 8;
COPY item (id, amount) FROM stdin;
20	1
21	1
1	1
22	1
\.
COPY item (id, amount) FROM stdin;
20	1
21	0
22	1
\.
COPY item (id, amount) FROM stdin;
20	1
21	\N
\.
COPY item (id, name) FROM stdin;
20	fits
21	too long by far
\.
-- one that this side refuses
COPY item (id, amount) FROM stdin;
20	1
21	x
\.
COPY item (id, at) FROM stdin;
20	2020-01-01
21	infinity
\.
COPY plain FROM stdin;
20	a	1.00
21	b	10000.00
\.
COPY plain (id) FROM stdin;
20
21	too	many
\.
SELECT count(*), max(id) FROM item;
SELECT count(*) FROM plain;

-- inside a transaction the rest of it stays
BEGIN;
INSERT INTO item (id) VALUES (30);
SAVEPOINT s;
COPY item (id) FROM stdin;
31
30
\.
ROLLBACK TO s;
COPY item (id) FROM stdin;
32
33
\.
COMMIT;
SELECT id, amount FROM item WHERE id >= 20 ORDER BY id;
BEGIN;
COPY item (id) FROM stdin;
34
\.
ROLLBACK;
SELECT count(*) FROM item WHERE id = 34;

-- thousands of rows, one of them wrong near the end, and then none
COPY item (id, name, amount) FROM PROGRAM $$seq 1 3000 | awk '{ print $1 + 1000 "\t" "n" $1 "\t" ($1 == 2900 ? 0 : $1) }'$$;
COPY plain FROM PROGRAM $$seq 1 3000 | awk '{ print $1 "\t" "n" $1 "\t" ($1 == 2900 ? "x" : $1) }'$$;
SELECT count(*) FROM item WHERE id > 1000;
SELECT count(*) FROM plain;
COPY item (id, name, amount) FROM PROGRAM $$seq 1 3000 | awk '{ print $1 + 1000 "\t" "n" $1 "\t" $1 }'$$;
COPY plain FROM PROGRAM $$seq 1 3000 | awk '{ print $1 "\t" "n" $1 "\t" $1 }'$$;
SELECT count(*), sum(amount) FROM item WHERE id > 1000 AND name = 'n' || id - 1000 AND amount = id - 1000;
SELECT count(*), sum(amount) FROM plain WHERE name = 'n' || id AND amount = id;
DELETE FROM item WHERE id > 1000;
SELECT remote('TRUNCATE TABLE copy_from.plain');
CREATE TABLE source (id int, name text, amount numeric);
INSERT INTO source SELECT i, 'row ' || i, i % 100 + 0.25 FROM generate_series(1, 5000) AS i;
INSERT INTO plain SELECT * FROM source;
SELECT count(*), count(DISTINCT id), sum(amount), min(name), max(id) FROM plain;
SELECT remote('TRUNCATE TABLE copy_from.plain');
UPDATE source SET name = 'much too long for it' WHERE id = 4990;
INSERT INTO plain SELECT * FROM source;
\echo :LAST_ERROR_SQLSTATE
SELECT count(*) FROM plain;

-- any batch_size gives the same
UPDATE source SET name = 'short' WHERE id = 4990;
ALTER FOREIGN TABLE plain OPTIONS (ADD batch_size '1');
INSERT INTO plain SELECT * FROM source WHERE id <= 50;
ALTER FOREIGN TABLE plain OPTIONS (SET batch_size '7');
INSERT INTO plain SELECT * FROM source WHERE id BETWEEN 51 AND 100;
ALTER FOREIGN TABLE plain OPTIONS (SET batch_size '1000');
INSERT INTO plain SELECT * FROM source WHERE id BETWEEN 101 AND 2099;
ALTER FOREIGN TABLE plain OPTIONS (DROP batch_size);
INSERT INTO plain SELECT * FROM source WHERE id >= 2100;
SELECT count(*), count(DISTINCT id), sum(amount), min(id), max(id) FROM plain;
SELECT count(*) FROM plain AS p FULL JOIN source AS s ON s.id = p.id AND s.name = p.name AND s.amount = p.amount
	WHERE s.id IS NULL OR p.id IS NULL;
SELECT remote('TRUNCATE TABLE copy_from.plain');

-- with triggers on this side
CREATE FUNCTION change_new() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
	IF NEW.id = 2 THEN
		RETURN NULL;
	END IF;
	NEW.name := coalesce(NEW.name, 'by hand');
	RETURN NEW;
END
$$;
CREATE TRIGGER change_new BEFORE INSERT ON plain FOR EACH ROW EXECUTE FUNCTION change_new();
COPY plain (id, amount) FROM stdin;
1	1
2	2
3	3
\.
SELECT * FROM plain ORDER BY id;
DROP TRIGGER change_new ON plain;

-- an empty input
COPY plain FROM stdin;
\.
SELECT count(*) FROM plain;

-- COPY TO reads it all back
COPY (SELECT id, name, amount FROM item WHERE id <= 5 ORDER BY id) TO stdout;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA copy_from CASCADE;
DROP SERVER copy_from CASCADE;
