--
-- Errors: the server's own words, their SQLSTATE, and what is not shown.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER errors FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database', login_timeout '5 s');

-- without a user mapping, and with half of one
CREATE FOREIGN TABLE album (id int, name text) SERVER errors OPTIONS (schema_name 'dbo');
\set VERBOSITY sqlstate
SELECT count(*) FROM album;
\set VERBOSITY default
CREATE USER MAPPING FOR CURRENT_USER SERVER errors OPTIONS (password :'password');
SELECT count(*) FROM album;
ALTER USER MAPPING FOR CURRENT_USER SERVER errors OPTIONS (ADD username :'user');
SELECT count(*) FROM album;

-- the server refuses a statement: the session goes on
CREATE FOREIGN TABLE missing_table (id int) SERVER errors OPTIONS (schema_name 'dbo', table_name 'no such table');
SELECT * FROM missing_table;
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE missing_column (id int, nonsense int) SERVER errors OPTIONS (schema_name 'dbo', table_name 'album');
SELECT id FROM missing_column WHERE id = 1;
SELECT nonsense FROM missing_column;
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE bad_syntax (id int) SERVER errors OPTIONS (query 'SELEC 1 AS id');
SELECT * FROM bad_syntax;
\echo :LAST_ERROR_SQLSTATE
SELECT count(*) FROM album;

-- in the middle of a result an error is not its end
CREATE FOREIGN TABLE divided (id int, x int)
	SERVER errors OPTIONS (query 'SELECT id, 1000 / (id - 3000) AS x FROM dbo.track_like');
SELECT count(x) FROM divided;
\echo :LAST_ERROR_SQLSTATE
SELECT count(*) FROM album;
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM album;
FETCH 1 FROM c;
SAVEPOINT s;
SELECT count(x) FROM divided;
ROLLBACK TO s;
MOVE FORWARD ALL IN c;
\echo :ROW_COUNT
COMMIT;

-- an error in the rows that had to wait is that of the cursor they belong to
BEGIN;
DECLARE c CURSOR FOR SELECT x FROM divided;
FETCH 1 FROM c;
SAVEPOINT s;
SELECT count(*) FROM album;
ROLLBACK TO s;
SELECT count(*) FROM album;
FETCH 1 FROM c;
ROLLBACK;
SELECT count(*) FROM album;

-- values
CREATE FOREIGN TABLE too_narrow (id smallint, seconds int, price numeric(3,2), title varchar(9))
	SERVER errors OPTIONS (schema_name 'dbo', table_name 'track_like');
SELECT count(price) FROM too_narrow;
SELECT max(title) FROM too_narrow;
CREATE FOREIGN TABLE no_number (id int, title int) SERVER errors OPTIONS (schema_name 'dbo', table_name 'track_like');
SELECT title FROM no_number;
CREATE FOREIGN TABLE wrong_type (id int, added int) SERVER errors OPTIONS (schema_name 'dbo', table_name 'track_like');
SELECT added FROM wrong_type;
SELECT count(*) FROM wrong_type;

-- a wrong password: one attempt, no secret in the message
CREATE SERVER refused FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database', login_timeout '5 s');
CREATE USER MAPPING FOR CURRENT_USER SERVER refused OPTIONS (username :'user', password 'wr0ng-Secret');
CREATE FOREIGN TABLE refused (id int) SERVER refused OPTIONS (schema_name 'dbo', table_name 'album');
DO
$$
DECLARE
	state text;
	message text;
	detail text;
	context text;
BEGIN
	PERFORM * FROM refused;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
		detail = PG_EXCEPTION_DETAIL, context = PG_EXCEPTION_CONTEXT;
	RAISE NOTICE '% secret shown: %', state, concat(message, detail, context) LIKE '%wr0ng-Secret%';
END
$$;

-- nobody there: a port that nobody listens on is not named in the output
CREATE SERVER nobody FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername '127.0.0.1,1', failover_partner '127.0.0.1,2', database 'd', login_timeout '1 s');
CREATE USER MAPPING FOR CURRENT_USER SERVER nobody OPTIONS (username 'x', password 'y');
CREATE FOREIGN TABLE nobody (id int) SERVER nobody;
DO
$$
DECLARE
	state text;
	detail text;
BEGIN
	PERFORM * FROM nobody;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
	RAISE NOTICE '% both partners in detail: %', state, detail LIKE '%127.0.0.1,1%127.0.0.1,2%';
END
$$;

-- timeouts
ALTER SERVER errors OPTIONS (ADD query_timeout '500 ms');
CREATE FOREIGN TABLE slow (id int) SERVER errors
	OPTIONS (query 'SELECT a.id FROM dbo.track_like a CROSS JOIN dbo.track_like b CROSS JOIN dbo.track_like c WHERE a.id + b.id + c.id < 0');
SELECT count(*) FROM slow;
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER errors OPTIONS (DROP query_timeout);
SELECT count(*) FROM album;
SET statement_timeout = '500ms';
SELECT count(*) FROM slow;
RESET statement_timeout;
SELECT count(*) FROM album;

SET client_min_messages = warning;
DROP SERVER errors CASCADE;
DROP SERVER refused CASCADE;
DROP SERVER nobody CASCADE;
