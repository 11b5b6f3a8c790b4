CREATE EXTENSION tds_fdw;
CREATE ROLE clerk LOGIN;
CREATE ROLE "odd ""owner""" SUPERUSER;

CREATE SERVER theirs FOREIGN DATA WRAPPER tds_fdw
  OPTIONS (servername '127.0.0.1,127.0.0.2', port ':port', database 'erp', tds_version '7.4', msg_handler 'blackhole', fdw_startup_cost '50');
COMMENT ON SERVER theirs IS 'where it''s from';
GRANT USAGE ON FOREIGN SERVER theirs TO clerk WITH GRANT OPTION;
CREATE USER MAPPING FOR CURRENT_USER SERVER theirs OPTIONS (username ':user', password ':password');
CREATE USER MAPPING FOR PUBLIC SERVER theirs OPTIONS (username ':user', password ':password');

-- servers whose definitions are looked at, not used
CREATE SERVER nameless FOREIGN DATA WRAPPER tds_fdw OPTIONS (servername 'sql-n');
CREATE USER MAPPING FOR CURRENT_USER SERVER nameless OPTIONS (username 'x', password E'it''s \\ back');
CREATE FOREIGN TABLE nowhere (id int) SERVER nameless OPTIONS (table 'dbo.t');
CREATE SERVER sybase FOREIGN DATA WRAPPER tds_fdw OPTIONS (servername 'sql-s', database 'd', tds_version '5.0');
CREATE SERVER other FOREIGN DATA WRAPPER tds_fdw OPTIONS (database 'one');
CREATE FOREIGN TABLE elsewhere (id int) SERVER other OPTIONS (table 'dbo.t');
CREATE FOREIGN TABLE own_database (id int) SERVER other OPTIONS (table 'dbo.t');
-- options that not every version has
UPDATE pg_foreign_table SET ftoptions = ftoptions || '{database=another}' WHERE ftrelid = 'own_database'::regclass;
CREATE SERVER "many ""partners""" TYPE 'mssql' VERSION '2012' FOREIGN DATA WRAPPER tds_fdw
  OPTIONS (servername 'sql-a.example.com,sql-b\inst ,1433,SQL-A.example.com,sql-c', port '70000', database 'it''s', dbuse '1', language 'German',
    character_set 'UTF-8', tds_version '7.1', use_remote_estimate '0');
UPDATE pg_foreign_server SET srvoptions = srvoptions || '{sqlserver_ansi_mode=true}' WHERE srvname LIKE 'many %';

-- names that would end a comment, or be a command of psql
CREATE FOREIGN TABLE "evil
\! touch /tmp/evil
" (id int) SERVER theirs OPTIONS (table 'dbo.item', local_tuple_estimate '1');
COMMENT ON FOREIGN TABLE "evil
\! touch /tmp/evil
" IS E'a\n\\! b';

CREATE FOREIGN TABLE item (
  id int NOT NULL,
  flag boolean DEFAULT false,
  price numeric(12,4) CONSTRAINT "not ""free""" CHECK (price IS NULL OR price <> 0),
  code char(4),
  name varchar(40) COLLATE "C" DEFAULT 'it''s',
  title text
) SERVER theirs OPTIONS (table 'dbo.item');
COMMENT ON FOREIGN TABLE item IS 'what is sold';
COMMENT ON COLUMN item.title IS E'Ünïcödé \\ \n title';
ALTER FOREIGN TABLE item ALTER COLUMN title SET STATISTICS 50;
ALTER FOREIGN TABLE item OWNER TO "odd ""owner""";
GRANT SELECT, INSERT ON item TO clerk;
GRANT UPDATE (price) ON item TO clerk WITH GRANT OPTION;
CREATE VIEW cheap WITH (security_barrier = true) AS SELECT i.id, i.title, (SELECT count(*) FROM ONLY item) AS all_items FROM ONLY item AS i WHERE i.code IS NOT NULL;
CREATE MATERIALIZED VIEW frozen AS SELECT id FROM item WITH NO DATA;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE FUNCTION first_item() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT min(id) FROM item; END;

CREATE FOREIGN TABLE number (id int, tiny smallint, small smallint, big bigint, flag smallint, price numeric(38,10), cash numeric, change numeric(10,4),
  single real, ratio double precision) SERVER theirs OPTIONS (schema_name 'dbo', table_name 'number');
CREATE FOREIGN TABLE wide_number (id bigint, tiny int, small int, big numeric, price text, cash text) SERVER theirs OPTIONS (table 'dbo.number', use_remote_estimate '0');
CREATE FOREIGN TABLE characters (id int, c char(6), v varchar(40), nc char(6), nv varchar(40), t text, nt text, vm text, nm text, x xml)
  SERVER theirs OPTIONS (schema_name 'dbo', table_name 'characters');
CREATE FOREIGN TABLE plain_characters (id int, c text, v text, nc text, nv text, nm varchar, x text) SERVER theirs OPTIONS (table 'dbo.characters');
CREATE FOREIGN TABLE bytes (id int, b bytea, v bytea, i bytea, m bytea, r bytea) SERVER theirs OPTIONS (table_name 'bytes');
CREATE FOREIGN TABLE moments (id int, made timestamp, small text, precise text) SERVER theirs OPTIONS (table 'dbo.moments');
CREATE FOREIGN TABLE made (id int, made timestamp(3)) SERVER theirs OPTIONS (table 'dbo.moments');
CREATE FOREIGN TABLE rounded (id int, made timestamp(0)) SERVER theirs OPTIONS (table 'dbo.moments');
CREATE FOREIGN TABLE "Key" ("Id" uuid OPTIONS (column_name 'id'), "N" int OPTIONS (column_name 'n')) SERVER theirs OPTIONS (schema_name 'dbo', table_name 'key');
CREATE FOREIGN TABLE many (id int, v text, part int) SERVER theirs OPTIONS (table 'dbo.many', use_remote_estimate '0');
CREATE FOREIGN TABLE empty (id int) SERVER theirs OPTIONS (table 'dbo.empty');
CREATE FOREIGN TABLE "odd ]""name'" (id int, "a b" int, "it's" int, "say ""q""" int OPTIONS (column_name '"q"'), "Ünï" int, "select" int)
  SERVER theirs OPTIONS (schema_name 'dbo', table_name 'odd ]]"name''');
CREATE SCHEMA "Büro, 2";
CREATE FOREIGN TABLE "Büro, 2"."Straße" (id int, size double precision OPTIONS (column_name 'größe')) SERVER theirs OPTIONS (table '[dbo].[Straße 日本]');
CREATE FOREIGN TABLE order_line (id int, amount numeric(9,2)) SERVER theirs OPTIONS (table 'sales.[order line]');
CREATE FOREIGN TABLE customer (customer_id int OPTIONS (column_name 'CustomerId'), company_name text OPTIONS (column_name 'CompanyName'))
  SERVER theirs OPTIONS (schema_name 'sales', table_name 'customer');
CREATE FOREIGN TABLE by_position (first int, "]" text OPTIONS (column_name 'called ]] so')) SERVER theirs
  OPTIONS (query 'SELECT CustomerId, CompanyName FROM sales.customer;', match_column_names '0');
-- tds_fdw ends the backend when it reads this
CREATE FOREIGN TABLE position_dropped (gone int, first int, dropped text) SERVER theirs OPTIONS (query 'SELECT 1, 2, 3', match_column_names '0', row_estimate_method 'showplan_all');
ALTER FOREIGN TABLE position_dropped DROP COLUMN gone;
ALTER FOREIGN TABLE position_dropped DROP COLUMN dropped;
CREATE FOREIGN TABLE table_by_position (x int, y text) SERVER theirs OPTIONS (schema_name 'sales', table_name 'customer', match_column_names '0');
CREATE FOREIGN TABLE counted (n int) SERVER theirs OPTIONS (query 'SELECT COUNT(*) FROM dbo.many', match_column_names '0');
CREATE FOREIGN TABLE asked (id int, v text) SERVER theirs OPTIONS (query '/* SELECT */ SELECT id, v FROM dbo.many WHERE id < 100 -- comment');
CREATE FOREIGN TABLE sorted (id int) SERVER theirs OPTIONS (query 'SELECT id FROM dbo.item ORDER BY id');
CREATE FOREIGN TABLE top_sorted (id int) SERVER theirs OPTIONS (query 'SELECT TOP (2) id FROM dbo.item ORDER BY id DESC');
CREATE FOREIGN TABLE hinted (id int) SERVER theirs OPTIONS (table 'dbo.item WITH (NOLOCK)');
CREATE FOREIGN TABLE other_database (id int) SERVER theirs OPTIONS (table 'erp.dbo.item');
CREATE FOREIGN TABLE priced (id int, name text, price numeric(12,4)) SERVER theirs OPTIONS (table 'dbo.priced', local_tuple_estimate '77');
CREATE FOREIGN TABLE procedure (id int) SERVER theirs OPTIONS (query 'EXEC dbo.p');

CREATE TABLE parts (id int, v text, part int) PARTITION BY LIST (part);
CREATE TABLE part_1 PARTITION OF parts FOR VALUES IN (1);
INSERT INTO part_1 VALUES (1, 'local', 1);
CREATE FOREIGN TABLE part_2 PARTITION OF parts FOR VALUES IN (2) SERVER theirs OPTIONS (query 'SELECT id, v, part FROM dbo.many WHERE part = 2');
CREATE TABLE heirs (id int);
CREATE FOREIGN TABLE heir () INHERITS (heirs) SERVER theirs OPTIONS (table 'dbo.item');
CREATE FOREIGN TABLE grandchild () INHERITS (item) SERVER theirs OPTIONS (query 'SELECT id + 100 AS id, flag, price, code, name, title FROM dbo.item');
