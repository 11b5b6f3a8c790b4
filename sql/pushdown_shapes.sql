--
-- Shapes of queries around what is shipped: the same rows come from the server
-- as from a copy of its tables here, whatever join, subquery or plan it is.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER shapes FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER shapes OPTIONS (username :'user', password :'password');
CREATE SCHEMA there;
CREATE SCHEMA here;
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE FOREIGN TABLE there.track (gone int, id int, album_id int, title text, seconds int)
	SERVER shapes OPTIONS (schema_name 'dbo', table_name 'track_like');
ALTER FOREIGN TABLE there.track DROP COLUMN gone;
CREATE FOREIGN TABLE there.album (id positive, name text) SERVER shapes OPTIONS (schema_name 'dbo');
CREATE TABLE here.track AS SELECT * FROM there.track;
CREATE TABLE here.album AS SELECT * FROM there.album;
CREATE TABLE few AS SELECT i AS id, nullif(i * 100, 300) AS big FROM generate_series(1, 6) AS i;

-- children and partitions, whose columns stand in another order
CREATE TABLE parent (x int, id int, y text, title text, album_id bigint);
ALTER TABLE parent DROP COLUMN x;
CREATE TABLE here.family () INHERITS (parent);
CREATE TABLE here.child (album_id bigint, title text, z int, y text, id int);
ALTER TABLE here.child INHERIT here.family;
INSERT INTO here.child (id, album_id, title) SELECT id, album_id, title FROM here.track WHERE id <= 400;
CREATE TABLE there.family () INHERITS (parent);
CREATE FOREIGN TABLE there.child (album_id bigint, title text, z int, y text, id int) SERVER shapes
	OPTIONS (query 'SELECT id, album_id, title, CAST(NULL AS nvarchar(10)) AS y, 0 AS z FROM dbo.track_like WHERE id <= 400');
ALTER TABLE there.child INHERIT there.family;
CREATE TABLE there.parted (id int, album_id int, title text) PARTITION BY RANGE (id);
CREATE TABLE there.parted_low PARTITION OF there.parted FOR VALUES FROM (MINVALUE) TO (1);
CREATE FOREIGN TABLE there.parted_some (title text, album_id int, id int) SERVER shapes
	OPTIONS (query 'SELECT id, album_id, title FROM dbo.track_like WHERE id < 500');
ALTER TABLE there.parted ATTACH PARTITION there.parted_some FOR VALUES FROM (1) TO (500);
CREATE TABLE there.parted_high PARTITION OF there.parted FOR VALUES FROM (500) TO (MAXVALUE);
INSERT INTO there.parted SELECT id, album_id, title FROM here.track WHERE id BETWEEN 500 AND 700;
CREATE TABLE here.parted AS SELECT id, album_id, title FROM here.track WHERE id <= 700;

-- views that hide rows, from the one schema and from the other
CREATE VIEW there.hidden WITH (security_barrier) AS SELECT * FROM there.track WHERE album_id = 7;
CREATE VIEW here.hidden WITH (security_barrier) AS SELECT * FROM here.track WHERE album_id = 7;

CREATE TABLE shape (n int GENERATED ALWAYS AS IDENTITY, query text);
INSERT INTO shape (query) VALUES
	-- outer joins
	('SELECT f.id, t.title FROM few f LEFT JOIN track t ON t.id = f.big'),
	('SELECT f.id, t.title FROM few f LEFT JOIN track t ON t.id = f.big AND f.id = 2'),
	('SELECT f.id, t.title FROM few f LEFT JOIN track t ON t.id = f.big AND t.album_id = 2'),
	('SELECT f.id, t.title FROM few f LEFT JOIN track t ON t.id = f.big WHERE t.id IS NULL'),
	('SELECT f.id, t.title FROM few f LEFT JOIN track t ON t.id = f.big WHERE t.id = 200 OR f.id = 5'),
	('SELECT f.id, t.title FROM track t LEFT JOIN few f ON t.id = f.big WHERE t.album_id = 1'),
	('SELECT f.id, t.id FROM few f FULL JOIN (SELECT * FROM track WHERE album_id = 1) t ON t.id = f.big'),
	('SELECT f.id, t.title, a.name FROM few f LEFT JOIN track t ON t.id = f.big LEFT JOIN album a ON a.id = t.album_id'),
	('SELECT f.id, t.title, a.name FROM few f LEFT JOIN (track t JOIN album a ON a.id = t.album_id) ON t.id = f.big'),
	('SELECT f.id, g.id, t.title FROM few f LEFT JOIN few g ON g.id = f.id + 1 LEFT JOIN track t ON t.id = g.big'),
	-- values that become NULL on their way up
	('SELECT f.id, s.five, s.id AS s FROM few f LEFT JOIN (SELECT 5 AS five, id FROM track WHERE album_id = 1) s ON s.id = f.big'),
	('SELECT f.id, t.id AS t FROM few f LEFT JOIN (SELECT id, coalesce(big, 7) AS c FROM few WHERE id < 5) s ON s.id = f.id LEFT JOIN track t ON t.id = s.c'),
	('SELECT f.id, t.id AS t FROM few f LEFT JOIN (SELECT 9 AS nine, id FROM few WHERE id < 3) s ON s.id = f.id LEFT JOIN track t ON t.id = s.nine'),
	('SELECT f.id, s.k FROM few f LEFT JOIN LATERAL (SELECT f.big AS b, t.id AS k FROM track t WHERE t.id = f.big) s ON s.b = 200'),
	('SELECT f.id, s.k, u.title FROM few f LEFT JOIN LATERAL (SELECT coalesce(f.big, 1) AS k) s ON true LEFT JOIN track u ON u.id = s.k'),
	-- semi, anti, correlated
	('SELECT id FROM few f WHERE EXISTS (SELECT FROM track t WHERE t.id = f.big AND t.seconds = 200)'),
	('SELECT id FROM few f WHERE big NOT IN (SELECT id FROM track WHERE album_id = 1)'),
	('SELECT id FROM few f WHERE big IN (SELECT id FROM track WHERE album_id = 1 UNION SELECT 600)'),
	('SELECT id, (SELECT min(title) FROM track t WHERE t.album_id = f.id AND t.id = f.big + f.id - 1) FROM few f'),
	('SELECT id, ARRAY(SELECT t.id FROM track t WHERE t.album_id = f.id AND (t.id = f.big OR t.id = f.id - 1) ORDER BY 1) FROM few f'),
	('SELECT a.id FROM album a WHERE a.id = (SELECT t.album_id FROM track t WHERE t.id = (SELECT max(big) FROM few))'),
	-- lateral, with, set operations
	('SELECT f.id, s.n FROM few f, LATERAL (SELECT count(*) AS n FROM track t WHERE t.album_id = f.id OR t.id = f.big) s'),
	('WITH w AS MATERIALIZED (SELECT id, album_id FROM track WHERE album_id = 3) SELECT w.id, t.title FROM w JOIN track t ON t.id = w.album_id'),
	('WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT t.album_id FROM r JOIN track t ON t.id = r.i WHERE r.i < 20) SELECT i FROM r'),
	('SELECT f.id, u.name FROM few f JOIN (SELECT id, title AS name, 1 AS w FROM track UNION ALL SELECT id, name, 2 FROM album) u ON u.id = f.big WHERE u.w = 1 OR u.id = 100'),
	('SELECT u.id, u.b FROM (SELECT id, album_id AS b FROM track UNION ALL SELECT id, 4 FROM album) u WHERE u.b = 4 AND u.id = 3'),
	('SELECT id FROM track WHERE album_id = 5 EXCEPT SELECT id FROM track WHERE seconds = 104'),
	-- the same table more than once
	('SELECT t.id, u.id AS u FROM track t JOIN track u ON u.id = t.album_id WHERE t.album_id = 9'),
	('SELECT t.id, u.id AS u FROM track t JOIN track u ON u.id = t.id AND u.album_id = t.album_id WHERE t.seconds = 110'),
	-- three values, negation, rows, casts
	('SELECT id FROM track WHERE NOT (album_id = 1 OR id = seconds) AND id = 203'),
	('SELECT id FROM track WHERE NOT (id = NULL::int) OR id = 4'),
	('SELECT id FROM track WHERE (id = (SELECT big FROM few WHERE id = 3)) IS NOT TRUE AND album_id = 8'),
	('SELECT id FROM track WHERE NOT (album_id = 8 AND id = (SELECT big FROM few WHERE id = 3)) AND album_id = 8'),
	('SELECT id FROM track WHERE (id, album_id) = (103, 4)'),
	('SELECT id FROM track WHERE id::oid = 17::oid OR id::bigint = 18'),
	('SELECT id FROM track WHERE id = 17.0 OR id = 18::smallint OR id = 19::bigint'),
	('SELECT id FROM track WHERE id = CASE WHEN seconds = 117 THEN 17 END'),
	('SELECT id, name FROM album WHERE id = 5::positive OR id = 6'),
	('SELECT f.id, a.name FROM few f JOIN album a ON a.id = f.id AND a.id = 3'),
	-- rows as wholes
	('SELECT t FROM track t WHERE id = 12'),
	('SELECT f.id, t FROM few f LEFT JOIN track t ON t.id = f.big'),
	('SELECT count(*), count(t), count(t.title) FROM few f LEFT JOIN track t ON t.id = f.big'),
	('SELECT count(DISTINCT tableoid) FROM track WHERE album_id = 3'),
	('SELECT FROM track WHERE id = 1'),
	-- children and partitions
	('SELECT id, title, album_id, y FROM family WHERE id = 17'),
	('SELECT p.id, p.title, f.id AS f FROM few f JOIN family p ON p.id = f.big'),
	('SELECT p.id, p.title, f.id AS f FROM few f LEFT JOIN family p ON p.album_id = f.id AND p.id = f.big + f.id - 1'),
	('SELECT p::text FROM family p WHERE album_id = 17'),
	('SELECT id, title FROM parted WHERE album_id = 17'),
	('SELECT p.id, p.title, f.id AS f FROM few f JOIN parted p ON p.id = f.big'),
	('SELECT p.id, t.title FROM parted p JOIN track t ON t.id = p.id WHERE p.album_id = 6'),
	-- barriers
	('SELECT id FROM hidden WHERE id = 106 OR seconds = 106'),
	('SELECT f.id, h.id AS h FROM few f LEFT JOIN hidden h ON h.id = f.big + 6');

CREATE FUNCTION rows_of(place text, query text) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
	answer text;
BEGIN
	PERFORM set_config('search_path', place || ', public', true);
	EXECUTE format('SELECT string_agg(q::text, '' '' ORDER BY q::text) FROM (%s) AS q', query) INTO answer;
	PERFORM set_config('search_path', 'public', true);
	RETURN coalesce(answer, 'none');
END
$$;
CREATE FUNCTION differing(OUT query text, OUT there text, OUT here text) RETURNS SETOF record LANGUAGE sql AS
$$
	SELECT s.query, left(t, 200), left(h, 200)
		FROM shape s, LATERAL rows_of('there', s.query) AS t, LATERAL rows_of('here', s.query) AS h
		WHERE t <> h ORDER BY n
$$;
ANALYZE few;
SELECT count(*), count(*) FILTER (WHERE rows_of('here', query) <> 'none') AS with_rows FROM shape;
SELECT * FROM differing();
-- nothing but nested loops, with nothing kept
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
SET enable_memoize = off;
SELECT * FROM differing();
-- no nested loops
RESET enable_hashjoin;
RESET enable_mergejoin;
SET enable_nestloop = off;
SELECT * FROM differing();
SET enable_hashjoin = off;
SET enable_mergejoin = on;
SELECT * FROM differing();
RESET ALL;

-- a prepared statement outlives changes of its table
DROP VIEW there.hidden;
SET plan_cache_mode = force_generic_plan;
PREPARE by_id(int) AS SELECT title FROM there.track WHERE id = $1;
EXECUTE by_id(17);
ALTER FOREIGN TABLE there.track ALTER COLUMN id TYPE bigint;
EXECUTE by_id(18);
ALTER FOREIGN TABLE there.track ALTER COLUMN id OPTIONS (ADD column_name 'album_id');
EXECUTE by_id(200);
ALTER FOREIGN TABLE there.track ALTER COLUMN id OPTIONS (DROP column_name);
EXECUTE by_id(19);
ALTER FOREIGN TABLE there.track ALTER COLUMN id TYPE numeric;
EXECUTE by_id(20);
RESET plan_cache_mode;

SET client_min_messages = warning;
DROP SERVER shapes CASCADE;
DROP SCHEMA here, there CASCADE;
DROP TABLE parent CASCADE;
DROP TABLE few, shape;
DROP FUNCTION rows_of, differing;
DROP DOMAIN positive;
