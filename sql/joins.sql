--
-- Joins that the server makes: the same rows as of copies here, whatever the
-- statement looks like; what is shipped, and what is not.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER joins FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER joins OPTIONS (username :'user', password :'password');
CREATE SCHEMA there;
CREATE SCHEMA here;
CREATE FOREIGN TABLE there.person (id int, boss int, age int) SERVER joins OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE there.room (level int, id int) SERVER joins OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE there.visit (person int, gone int, room int, day int) SERVER joins OPTIONS (schema_name 'dbo');
ALTER FOREIGN TABLE there.visit DROP COLUMN gone;
CREATE FOREIGN TABLE there.track (id int, album_id int, title text, seconds int)
	SERVER joins OPTIONS (schema_name 'dbo', table_name 'track_like');
CREATE FOREIGN TABLE there.album (id int, name text) SERVER joins OPTIONS (schema_name 'dbo');
CREATE FOREIGN TABLE there.boss (id int, people int)
	SERVER joins OPTIONS (query 'SELECT boss AS id, COUNT(*) AS people FROM dbo.person WHERE boss IS NOT NULL GROUP BY boss;');
CREATE TABLE here.person AS SELECT * FROM there.person;
CREATE TABLE here.room AS SELECT * FROM there.room;
CREATE TABLE here.visit AS SELECT * FROM there.visit;
CREATE TABLE here.track AS SELECT * FROM there.track;
CREATE TABLE here.album AS SELECT * FROM there.album;
CREATE TABLE here.boss AS SELECT * FROM there.boss;

-- the rows of a query, in a certain order, and whether one statement made them
CREATE FUNCTION rows_of(place text, query text) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
	answer text;
BEGIN
	PERFORM set_config('search_path', place || ', public', true);
	EXECUTE 'SELECT string_agg(q::text, '' '' ORDER BY q::text COLLATE "C") FROM (' || query || ') AS q'
		INTO answer;
	RETURN coalesce(answer, 'none');
END
$$;
CREATE FUNCTION plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS
$$
BEGIN
	PERFORM set_config('search_path', 'there, public', true);
	RETURN QUERY EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query;
END
$$;
CREATE FUNCTION statements_of(query text) RETURNS int LANGUAGE sql AS
$$
	SELECT count(*) FROM plan_of(query) AS line WHERE line ~ 'Remote SQL'
$$;
CREATE TABLE shape (n int GENERATED ALWAYS AS IDENTITY, query text);
INSERT INTO shape (query) VALUES
	-- two relations
	('SELECT p.id, v.room FROM person p JOIN visit v ON v.person = p.id'),
	('SELECT p.id, b.id AS boss, b.age FROM person p JOIN person b ON b.id = p.boss'),
	('SELECT p.id, v.room FROM person p JOIN visit v ON v.person = p.id WHERE p.age = 40 AND v.day = 3'),
	('SELECT p.id, v.room FROM person p LEFT JOIN visit v ON v.person = p.id'),
	('SELECT p.id, v.room FROM person p LEFT JOIN visit v ON v.person = p.id AND v.day = 2'),
	('SELECT p.id, v.room FROM person p LEFT JOIN visit v ON v.person = p.id AND p.age = 60'),
	('SELECT p.id, v.room FROM person p LEFT JOIN visit v ON v.person = p.id WHERE p.age = 60'),
	('SELECT p.id, v.room FROM person p RIGHT JOIN visit v ON v.person = p.id'),
	('SELECT p.id, v.room FROM person p LEFT JOIN visit v ON v.person = p.id WHERE v.room = 3 OR p.id = 7'),
	('SELECT p.id, v.room FROM person p FULL JOIN visit v ON v.person = p.id'),
	('SELECT p.id, v.room FROM (SELECT * FROM person WHERE age = 30) p FULL JOIN visit v ON v.person = p.id'),
	('SELECT p.id, v.room FROM person p FULL JOIN (SELECT * FROM visit WHERE day = 3) v ON v.person = p.id'),
	('SELECT p.id, v.room FROM (SELECT * FROM person WHERE age = 30) p FULL JOIN (SELECT * FROM visit WHERE day = 1) v ON v.person = p.id'),
	('SELECT id, p.age, r.level FROM person p FULL JOIN room r USING (id)'),
	('SELECT p.id FROM person p WHERE EXISTS (SELECT 1 FROM visit v WHERE v.person = p.id)'),
	('SELECT p.id FROM person p WHERE EXISTS (SELECT 1 FROM visit v WHERE v.person = p.id AND v.day = 2)'),
	('SELECT p.id FROM person p WHERE p.id IN (SELECT person FROM visit)'),
	('SELECT p.id FROM person p WHERE NOT EXISTS (SELECT 1 FROM visit v WHERE v.person = p.id)'),
	('SELECT p.id FROM person p WHERE NOT EXISTS (SELECT 1 FROM visit v WHERE v.person = p.id AND v.day = 2) AND p.age = 30'),
	('SELECT p.id FROM person p LEFT JOIN visit v ON v.person = p.id WHERE v.person IS NULL'),
	('SELECT p.id, v.day FROM person p LEFT JOIN visit v ON v.person = p.id WHERE v.person IS NULL'),
	('SELECT p.id, b.people FROM person p JOIN boss b ON b.id = p.id'),
	('SELECT p.id, b.people FROM person p LEFT JOIN boss b ON b.id = p.id'),
	('SELECT p.id, b.people FROM person p FULL JOIN (SELECT * FROM boss WHERE people = 2) b ON b.id = p.id'),
	('SELECT t.title, a.name FROM track t JOIN album a ON a.id = t.album_id WHERE a.id = 3'),
	('SELECT t.title, a.name FROM track t JOIN album a ON a.id = t.album_id AND a.id = t.id'),
	-- no condition between them
	('SELECT p.id, r.id AS room FROM person p CROSS JOIN room r WHERE p.id = 3 AND r.id = 1'),
	('SELECT p.id, r.id AS room FROM (SELECT * FROM person WHERE id = 3) p LEFT JOIN room r ON r.id = 2'),
	-- more of them
	('SELECT p.id, v.day, r.level FROM person p JOIN visit v ON v.person = p.id JOIN room r ON r.id = v.room'),
	('SELECT p.id, v.day, r.level FROM person p LEFT JOIN visit v ON v.person = p.id LEFT JOIN room r ON r.id = v.room'),
	('SELECT p.id, v.day, r.level FROM person p LEFT JOIN (visit v JOIN room r ON r.id = v.room) ON v.person = p.id'),
	('SELECT p.id, v.day, r.level FROM person p LEFT JOIN (visit v JOIN room r ON r.id = v.room AND r.level = 0) ON v.person = p.id AND v.day = 1'),
	('SELECT p.id, v.day, r.level FROM person p FULL JOIN (visit v JOIN room r ON r.id = v.room AND r.level = 0) ON v.person = p.id'),
	('SELECT p.id, v.day, r.level FROM person p FULL JOIN (visit v LEFT JOIN room r ON r.id = v.room) ON v.person = p.id'),
	('SELECT p.id, v.day, r.level FROM person p FULL JOIN visit v ON v.person = p.id FULL JOIN room r ON r.id = v.room'),
	('SELECT p.id, v.day, r.level FROM (person p FULL JOIN visit v ON v.person = p.id) LEFT JOIN room r ON r.id = v.room WHERE p.id = 1 OR v.day = 4'),
	('SELECT p.id, b.id AS boss, c.id AS above, v.room FROM person p JOIN person b ON b.id = p.boss LEFT JOIN person c ON c.id = b.boss LEFT JOIN visit v ON v.person = c.id'),
	('SELECT p.id, v.room FROM person p LEFT JOIN visit v ON v.person = p.id WHERE EXISTS (SELECT 1 FROM room r WHERE r.id = p.id)'),
	('SELECT p.id FROM person p WHERE EXISTS (SELECT 1 FROM visit v JOIN room r ON r.id = v.room WHERE v.person = p.id AND r.level = 0)'),
	('SELECT p.id FROM person p WHERE EXISTS (SELECT 1 FROM visit v WHERE v.person = p.id AND EXISTS (SELECT 1 FROM room r WHERE r.id = v.room AND r.level = 1))'),
	('SELECT p.id FROM person p WHERE NOT EXISTS (SELECT 1 FROM visit v WHERE v.person = p.id AND NOT EXISTS (SELECT 1 FROM room r WHERE r.id = v.room))'),
	('SELECT p.id FROM person p WHERE EXISTS (SELECT 1 FROM visit v WHERE v.person = p.id) AND NOT EXISTS (SELECT 1 FROM person c WHERE c.boss = p.id)'),
	('SELECT p.id, r.level FROM person p JOIN room r ON r.id = p.id WHERE EXISTS (SELECT 1 FROM visit v WHERE v.person = p.id)'),
	('SELECT r.id, p.id AS person FROM room r LEFT JOIN (SELECT * FROM person p WHERE EXISTS (SELECT 1 FROM visit v WHERE v.person = p.id)) p ON p.id = r.id'),
	('SELECT r.id, p.id AS person FROM room r LEFT JOIN (SELECT * FROM person p WHERE NOT EXISTS (SELECT 1 FROM visit v WHERE v.person = p.id)) p ON p.id = r.id'),
	('SELECT r.id, p.id AS person FROM room r FULL JOIN (SELECT * FROM person p WHERE EXISTS (SELECT 1 FROM visit v WHERE v.person = p.id)) p ON p.id = r.id'),
	('SELECT p.id, v.room FROM person p JOIN visit v ON v.person = p.id AND (v.room = 1 OR p.age = 40)'),
	('SELECT p.id, c.n FROM person p JOIN (SELECT person, count(*) AS n FROM visit GROUP BY person) c ON c.person = p.id'),
	('SELECT p.id, l.room FROM person p, LATERAL (SELECT v.room FROM visit v WHERE v.person = p.id AND v.day = p.age) l'),
	('SELECT p.id, l.x FROM person p LEFT JOIN (SELECT v.person, coalesce(v.room, -1) AS x FROM visit v) l ON l.person = p.id'),
	('SELECT x.id, x.room, r.level FROM (SELECT p.id, v.room FROM (SELECT * FROM person WHERE age = 30 OR age = 60) p FULL JOIN (SELECT * FROM visit WHERE day = 2 OR day = 4) v ON v.person = p.id WHERE p.id = 1 OR v.day = 4) x FULL JOIN room r ON r.id = x.room'),
	-- what is evaluated here
	('SELECT p.id, v.room FROM person p JOIN visit v ON v.person = p.id AND v.day + p.age = 42'),
	('SELECT p.id, v.room FROM person p JOIN visit v ON v.person = p.id WHERE abs(p.age) = 60'),
	('SELECT p.id, v.room FROM person p LEFT JOIN visit v ON v.person = p.id WHERE p.age + 1 = 41'),
	('SELECT p.id, v.room FROM person p LEFT JOIN visit v ON v.person = p.id AND v.day + 1 = 3'),
	('SELECT p.id, v.room FROM person p LEFT JOIN visit v ON v.person = p.id WHERE coalesce(v.room, 9) = 9'),
	('SELECT p.id FROM person p WHERE NOT EXISTS (SELECT 1 FROM visit v WHERE v.person = p.id AND v.day + 1 = 3)'),
	('SELECT p.id, v.room FROM person p JOIN visit v ON v.person = p.id WHERE md5(v.day::text) < md5(p.age::text)'),
	('SELECT p.id, v.room FROM person p LEFT JOIN visit v ON v.person = p.id WHERE md5(p.age::text) < ''8'''),
	('SELECT p.id, v.room FROM person p LEFT JOIN visit v ON v.person = p.id AND md5(p.age::text) < ''8'''),
	('SELECT p.id FROM person p WHERE md5(p.age::text) < ''8'' AND NOT EXISTS (SELECT 1 FROM visit v WHERE v.person = p.id AND v.day = 2)'),
	('SELECT p.id, v.room, r.level FROM (person p JOIN visit v ON v.person = p.id AND md5(v.day::text) < md5(p.age::text)) LEFT JOIN room r ON r.id = v.room'),
	('SELECT p.id, v.room, r.level FROM room r LEFT JOIN (person p JOIN visit v ON v.person = p.id AND md5(v.day::text) < md5(p.age::text)) ON r.id = v.room'),
	('SELECT p.id, v.room FROM person p JOIN visit v ON v.person = p.id WHERE random() < 2'),
	('SELECT p.id, v.room FROM person p JOIN (SELECT * FROM visit WHERE random() < 2) v ON v.person = p.id'),
	('SELECT p.id, v.room FROM person p LEFT JOIN visit v ON v.person = p.id AND (SELECT current_setting(''my.flag'')::bool)'),
	('SELECT p.id, v.room FROM person p LEFT JOIN visit v ON v.person = p.id AND current_setting(''my.flag'')::bool'),
	('SELECT p, v.room FROM person p JOIN visit v ON v.person = p.id'),
	('SELECT p.id, v FROM person p LEFT JOIN visit v ON v.person = p.id'),
	('SELECT p.id, p.tableoid::regclass::text = v.tableoid::regclass::text AS same FROM person p JOIN visit v ON v.person = p.id');
CREATE FUNCTION differing() RETURNS TABLE (n int, query text, there text, here text) LANGUAGE sql AS
$$
	SELECT n, s.query, t, h
		FROM shape s, LATERAL rows_of('there', s.query) AS t, LATERAL rows_of('here', s.query) AS h
		WHERE t <> h ORDER BY n
$$;
SET my.flag = 'on';
SELECT count(*), count(*) FILTER (WHERE rows_of('here', query) <> 'none') AS with_rows FROM shape;
SELECT * FROM differing();
SET my.flag = 'off';
SELECT * FROM differing();
-- one statement makes each of the first ones, but where a column is wanted of what has no row
SELECT n, query FROM shape WHERE n <= 47 AND statements_of(query) <> 1 ORDER BY n;
-- other plans of what is around them
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
SET enable_memoize = off;
SELECT * FROM differing();
RESET ALL;
SET my.flag = 'on';
SET geqo_threshold = 2;
SELECT * FROM differing();
RESET ALL;
SET my.flag = 'on';

-- what is sent; a NOT EXISTS in another numbers its table as its minor version does
SELECT CASE WHEN line ~ 'NOT EXISTS.*NOT EXISTS' THEN replace(line, '[r4]', '[r3]') ELSE line END AS plan_of
	FROM shape, plan_of(query) WITH ORDINALITY AS plan (line, i)
	WHERE n IN (1, 2, 3, 5, 7, 9, 13, 16, 18, 27, 28, 30, 32, 36, 40, 41, 44, 46) ORDER BY n, i;
-- what is selected are whole rows, columns of one table twice, nothing at all
SELECT plan_of('SELECT p, v.room FROM person p JOIN visit v ON v.person = p.id');
SELECT plan_of('SELECT 1 FROM person p JOIN visit v ON v.person = p.id');
SELECT rows_of('there', 'SELECT 1 AS one FROM person p JOIN visit v ON v.person = p.id');
EXPLAIN (COSTS OFF) SELECT p.id FROM there.person p JOIN there.visit v ON v.person = p.id;
-- conditions that are rechecked, and that are not shipped
CREATE FOREIGN TABLE there.name (id int, name text) SERVER joins OPTIONS (schema_name 'dbo', table_name 'album');
CREATE TABLE here.name AS SELECT * FROM there.name;
SELECT plan_of('SELECT p.id FROM person p JOIN visit v ON v.person = p.id AND md5((random() * v.day)::text) <> p.age::text');
SELECT plan_of('SELECT p.id FROM person p JOIN visit v ON v.person = p.id WHERE md5(v.day::text) <> md5(p.age::text)');
SELECT plan_of('SELECT t.id FROM track t JOIN name n ON n.id = t.album_id WHERE n.name = ''Album 7'' AND t.seconds = 106');
SELECT rows_of('there', 'SELECT t.id FROM track t JOIN name n ON n.id = t.album_id WHERE n.name = ''Album 7'' AND t.seconds = 106');
-- joins that are not shipped, and why
SELECT plan_of('SELECT p.id, v.room FROM person p LEFT JOIN visit v ON v.person = p.id AND md5(v.day::text) <> ''x''');
SELECT plan_of('SELECT p.id FROM person p JOIN visit v ON md5(v.day::text) = md5(p.age::text)');
SELECT plan_of('SELECT p.id, v FROM person p LEFT JOIN visit v ON v.person = p.id');
SELECT plan_of('SELECT p.id, l.x FROM person p LEFT JOIN (SELECT v.person, coalesce(v.room, -1) AS x FROM visit v) l ON l.person = p.id');

-- values: of prepared statements, subqueries, outer rows
PREPARE visits(int, int) AS
	SELECT p.id, v.room FROM there.person p LEFT JOIN there.visit v ON v.person = p.id AND v.day = $2 WHERE p.id = $1;
SET plan_cache_mode = force_generic_plan;
EXECUTE visits(1, 2);
EXECUTE visits(2, 2);
EXECUTE visits(NULL, 2);
EXECUTE visits(1, NULL);
RESET plan_cache_mode;
SELECT regexp_replace(regexp_replace(line, '(Init|Sub)Plan \w+( \(returns .*\))?', '\1Plan', 'g'), '\$\d+|\(InitPlan\)\.col1', '(InitPlan).col1', 'g') AS plan_of
	FROM plan_of('SELECT p.id FROM person p JOIN visit v ON v.person = p.id WHERE v.room = (SELECT max(id) - 17 FROM here.room WHERE id < 30)') AS line;
SELECT p.id FROM there.person p JOIN there.visit v ON v.person = p.id WHERE v.room = (SELECT max(id) - 17 FROM here.room WHERE id < 30) ORDER BY 1;
SELECT g, (SELECT count(*) FROM there.person p JOIN there.visit v ON v.person = p.id WHERE p.id = g) FROM generate_series(0, 4) AS g;
SELECT g, (SELECT string_agg(v.room::text, ',' ORDER BY v.room) FROM there.person p JOIN there.visit v ON v.person = p.id OFFSET 0 * g) FROM generate_series(0, 2) AS g;

-- two servers, two users
CREATE SERVER joins_other FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database');
CREATE USER MAPPING FOR CURRENT_USER SERVER joins_other OPTIONS (username :'user', password :'password');
CREATE FOREIGN TABLE there.far (person int, room int) SERVER joins_other OPTIONS (schema_name 'dbo', table_name 'visit');
SELECT statements_of('SELECT p.id, f.room FROM person p JOIN far f ON f.person = p.id');
CREATE ROLE joins_reader;
GRANT USAGE ON SCHEMA there TO joins_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA there TO joins_reader;
CREATE VIEW there.owned AS SELECT p.id, v.room FROM there.person p JOIN there.visit v ON v.person = p.id;
CREATE VIEW there.owned_person AS SELECT * FROM there.person;
CREATE VIEW there.owned_visit AS SELECT * FROM there.visit;
GRANT SELECT ON there.owned, there.owned_person, there.owned_visit TO joins_reader;
SET ROLE joins_reader;
SELECT statements_of('SELECT * FROM owned');
SELECT count(*) FROM there.owned;
SELECT statements_of('SELECT p.id, v.room FROM owned_person p JOIN owned_visit v ON v.person = p.id');
SELECT count(*) FROM there.owned_person p JOIN there.owned_visit v ON v.person = p.id;
SELECT statements_of('SELECT p.id, v.room FROM person p JOIN owned_visit v ON v.person = p.id');
\set VERBOSITY sqlstate
SELECT count(*) FROM there.person p JOIN there.visit v ON v.person = p.id;
\set VERBOSITY default
RESET ROLE;

-- rows hidden by a policy: what could tell of them waits
CREATE TABLE there.guarded (id int, boss int, age int) PARTITION BY LIST (boss);
CREATE FOREIGN TABLE there.guarded_some PARTITION OF there.guarded FOR VALUES IN (1, 2)
	SERVER joins OPTIONS (query 'SELECT id, boss, age FROM dbo.person WHERE boss IN (1, 2)');
ALTER TABLE there.guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY old ON there.guarded FOR SELECT USING (age = 30);
GRANT SELECT ON there.guarded TO joins_reader;
CREATE USER MAPPING FOR joins_reader SERVER joins OPTIONS (username :'user', password :'password');
CREATE FUNCTION there.tell(int, int) RETURNS bool LANGUAGE plpgsql COST 0.0001 AS
	'BEGIN RAISE NOTICE ''% %'', $1, $2; RETURN true; END';
SET ROLE joins_reader;
SELECT plan_of('SELECT g.id, v.room FROM guarded g JOIN visit v ON v.person = g.id WHERE tell(g.age, v.room)');
SELECT g.id, v.room FROM there.guarded g JOIN there.visit v ON v.person = g.id WHERE there.tell(g.age, v.room);
RESET ROLE;

-- partition by partition, asked together
CREATE TABLE there.low_high (id int, boss int) PARTITION BY RANGE (id);
CREATE FOREIGN TABLE there.person_low PARTITION OF there.low_high FOR VALUES FROM (1) TO (4)
	SERVER joins OPTIONS (query 'SELECT id, boss FROM dbo.person WHERE id < 4');
CREATE FOREIGN TABLE there.person_high PARTITION OF there.low_high FOR VALUES FROM (4) TO (100)
	SERVER joins OPTIONS (query 'SELECT id, boss FROM dbo.person WHERE id >= 4');
CREATE TABLE there.visits (room int, person int) PARTITION BY RANGE (person);
CREATE FOREIGN TABLE there.visit_low PARTITION OF there.visits FOR VALUES FROM (1) TO (4)
	SERVER joins OPTIONS (query 'SELECT person, room FROM dbo.visit WHERE person < 4');
CREATE FOREIGN TABLE there.visit_high PARTITION OF there.visits FOR VALUES FROM (4) TO (100)
	SERVER joins OPTIONS (query 'SELECT person, room FROM dbo.visit WHERE person >= 4');
SET enable_partitionwise_join = on;
SELECT plan_of('SELECT p.id, p.boss, v.room FROM low_high p JOIN visits v ON v.person = p.id');
SELECT p.id, p.boss, v.room FROM there.low_high p JOIN there.visits v ON v.person = p.id ORDER BY 1, 2, 3;
SELECT p, v FROM there.low_high p JOIN there.visits v ON v.person = p.id ORDER BY p.id, v.room;
ALTER SERVER joins OPTIONS (ADD async_capable 'true');
SELECT plan_of('SELECT p.id, v.room FROM low_high p JOIN visits v ON v.person = p.id');
SELECT p.id, p.boss, v.room FROM there.low_high p JOIN there.visits v ON v.person = p.id ORDER BY 1, 2, 3;
ALTER FOREIGN TABLE there.visit_low OPTIONS (ADD async_capable 'false');
SELECT plan_of('SELECT p.id, v.room FROM low_high p JOIN visits v ON v.person = p.id');
RESET enable_partitionwise_join;
ALTER SERVER joins OPTIONS (DROP async_capable);

-- a row that was changed meanwhile has to be looked at again: the plan that joins here is kept
CREATE TABLE counted (id int PRIMARY KEY, n int);
INSERT INTO counted SELECT id, 0 FROM here.person;
SELECT line AS plan_of FROM plan_of('UPDATE counted c SET n = v.day FROM person p JOIN visit v ON v.person = p.id AND v.room = 3 WHERE c.id = p.id') AS line
	WHERE line !~ 'Join Filter';
UPDATE counted c SET n = v.day FROM there.person p JOIN there.visit v ON v.person = p.id AND v.room = 3 WHERE c.id = p.id;
SELECT * FROM counted ORDER BY id;
MERGE INTO counted c USING (SELECT p.id, v.day, v FROM there.person p JOIN there.visit v ON v.person = p.id AND v.room IN (20, 5)) s ON c.id = s.id
	WHEN MATCHED THEN UPDATE SET n = coalesce(s.day, 77);
SELECT * FROM counted ORDER BY id;

-- and rows that are locked there
SELECT plan_of('SELECT p.id, v.room FROM person p JOIN visit v ON v.person = p.id FOR UPDATE OF p');
SELECT p.id, v.room FROM there.person p JOIN there.visit v ON v.person = p.id AND v.day = 2 ORDER BY 1, 2 FOR UPDATE;

-- a column is taken for what compares alike, also where it cannot be selected
CREATE FOREIGN TABLE there.half (id int) SERVER joins OPTIONS (query 'SELECT CAST(1.5 AS float) AS id');
SELECT p.id FROM there.person p JOIN there.half h ON h.id = p.id;
SELECT p.id FROM there.person p WHERE EXISTS (SELECT 1 FROM there.half h WHERE h.id = p.id);
SELECT p.id FROM there.person p WHERE NOT EXISTS (SELECT 1 FROM there.half h WHERE h.id = p.id);

SET client_min_messages = warning;
DROP OWNED BY joins_reader;
DROP SERVER joins CASCADE;
DROP SERVER joins_other CASCADE;
DROP SCHEMA here, there CASCADE;
DROP TABLE shape, counted;
DROP FUNCTION rows_of, plan_of, statements_of, differing;
DROP ROLE joins_reader;
