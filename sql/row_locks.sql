--
-- Row locks: what is sent for FOR UPDATE, and what is refused.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER locks FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER locks OPTIONS (username :'user', password :'password');
CREATE SCHEMA locks;
SET search_path = locks, public;
CREATE FOREIGN TABLE album (id int, name text) SERVER locks OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE track (id int, album_id int, seconds int) SERVER locks OPTIONS (schema_name 'dbo', table_name 'track_like');
CREATE FOREIGN TABLE asked (id int) SERVER locks OPTIONS (query 'SELECT id FROM dbo.album');
CREATE VIEW album_view AS SELECT id, name FROM album WHERE id < 10;
CREATE TABLE near (id int, album_id int);
INSERT INTO near VALUES (1, 1), (2, 2);
ANALYZE album, track, near;

-- on the tables that are marked, and no others
EXPLAIN (VERBOSE, COSTS OFF) SELECT id FROM album WHERE id = 1 FOR UPDATE;
EXPLAIN (VERBOSE, COSTS OFF) SELECT id FROM album WHERE id = 1 FOR NO KEY UPDATE NOWAIT;
EXPLAIN (VERBOSE, COSTS OFF) SELECT id FROM album_view FOR UPDATE;
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM (SELECT id FROM album WHERE id = 1) AS a FOR UPDATE;
EXPLAIN (VERBOSE, COSTS OFF) SELECT id FROM album FOR UPDATE LIMIT 2;
EXPLAIN (VERBOSE, COSTS OFF) SELECT a.id FROM album AS a, near AS n WHERE a.id = n.album_id FOR UPDATE OF n;
EXPLAIN (VERBOSE, COSTS OFF) SELECT t.id, t.seconds FROM track AS t, album AS a
	WHERE a.id = t.album_id AND t.id = 5 FOR UPDATE OF t;

-- the remote transaction is opened by the scan, and holds them
BEGIN;
SELECT id, name FROM album WHERE id = 1 FOR UPDATE;
SELECT state, in_transaction FROM tds_mirror_connections WHERE server_name = 'locks';
SELECT t.id, t.album_id FROM track AS t, album AS a WHERE a.id = t.album_id AND t.id IN (5, 6) ORDER BY t.id FOR UPDATE;
SELECT id FROM album_view ORDER BY id LIMIT 2 FOR UPDATE;
SELECT n.id, a.name FROM near AS n JOIN album AS a ON a.id = n.album_id ORDER BY n.id FOR UPDATE;
COMMIT;
SELECT state, in_transaction FROM tds_mirror_connections WHERE server_name = 'locks';
BEGIN READ ONLY;
SELECT id FROM album WHERE id = 1 FOR UPDATE;
ROLLBACK;

-- what the server has not
SELECT id FROM album FOR SHARE;
SELECT id FROM album FOR KEY SHARE;
SELECT id FROM album FOR UPDATE SKIP LOCKED;
SELECT id FROM asked FOR UPDATE;
SELECT n.id, a.id FROM near AS n, asked AS a WHERE a.id = n.album_id ORDER BY n.id FOR UPDATE OF n;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA locks CASCADE;
DROP SERVER locks CASCADE;
