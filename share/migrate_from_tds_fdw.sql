-- share/migrate_from_tds_fdw.sql
--		Writes what a database that uses tds_fdw needs to use tds_mirror_fdw.
--
--   psql -X -d DATABASE -f migrate_from_tds_fdw.sql > migration.sql
--
-- It reads the catalog, in a read-only transaction, and writes a script of SQL to
-- look through and to run.  Nothing is translated in silence: what has no
-- counterpart is a line "-- not migrated:", what becomes something else "-- changed:",
-- what only a person can know "-- check:", what behaves otherwise "-- differs:".
--
--   -v part=definitions     servers, user mappings, foreign tables (the default)
--   -v part=compare         queries that compare the contents of both
--   -v part=switch          the new tables take the names of the old ones
--   -v part=back            the way back; write it before you switch
--   -v suffix=_mirror       what new names of servers and schemas end with
--   -v database=NAME        for servers that name no database
--   -v server=NAME          only that server
--   -v passwords=off        leave passwords out
--
-- doc/migrate-from-tds_fdw.md has the steps, and the differences in full.

\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off
\pset null ''
\if :{?part} \else \set part definitions \endif
\if :{?suffix} \else \set suffix _mirror \endif
\if :{?database} \else \set database '' \endif
\if :{?server} \else \set server '' \endif
\if :{?passwords} \else \set passwords on \endif

BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
-- so that names in types, expressions and views are written with their schemas
SET LOCAL search_path = pg_catalog;
SET LOCAL quote_all_identifiers = off;

WITH

setting AS (
	SELECT :'part'::text AS part, :'suffix'::text AS suffix, nullif(:'database', '')::text AS database,
		nullif(:'server', '')::text AS server, :'passwords'::bool AS passwords
),

-- what becomes of the options of servers and tables; NULL: it has a place of its own below
rule (place, option, reason) AS (VALUES
	('server', 'servername', NULL), ('server', 'port', NULL), ('server', 'database', NULL),
	('server', 'fdw_startup_cost', NULL), ('server', 'fdw_tuple_cost', NULL), ('server', 'tds_version', NULL),
	('server', 'dbuse', 'the database is always named at login, which is how a mirror is told from a principal'),
	('server', 'language', 'sessions speak us_english; values are not affected'),
	('server', 'character_set', 'characters always arrive in the encoding of this database'),
	('server', 'msg_handler', 'errors carry the text of the server; messages that are no errors are not shown'),
	('server', 'sqlserver_ansi_mode', 'these settings are always on'),
	('server', 'row_estimate_method', 'nothing is asked while a statement is planned; ANALYZE the tables'),
	('server', 'use_remote_estimate', 'nothing is asked while a statement is planned; ANALYZE the tables'),
	('table', 'table', NULL), ('table', 'table_name', NULL), ('table', 'schema_name', NULL), ('table', 'query', NULL),
	('table', 'database', NULL), ('table', 'match_column_names', NULL),
	('table', 'row_estimate_method', 'nothing is asked while a statement is planned; ANALYZE the table'),
	('table', 'use_remote_estimate', 'nothing is asked while a statement is planned; ANALYZE the table'),
	('table', 'local_tuple_estimate', 'nothing is asked while a statement is planned; ANALYZE the table')
),

old_server AS (
	SELECT s.oid, s.srvname, s.srvowner, s.srvtype, s.srvversion, s.srvacl, regexp_replace(quote_ident(s.srvname), '[\n\r]+', ' ', 'g') AS label,
		o.options, substring(o.options ->> 'port' FROM '^\s*0*([1-9][0-9]{0,4})\s*$')::int AS port
	FROM pg_foreign_server s
		JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
		JOIN pg_proc p ON p.oid = w.fdwhandler AND p.prosrc = 'tds_fdw_handler',
		setting,
		LATERAL (SELECT coalesce((SELECT jsonb_object_agg(option_name, option_value) FROM pg_options_to_table(s.srvoptions)), '{}')) AS o (options)
	WHERE s.srvname = setting.server OR setting.server IS NULL
),

-- the servers of its list, each once; digits alone are what other clients take for a port
listed AS (
	SELECT oid, name, row_number() OVER (PARTITION BY oid ORDER BY place) AS place
	FROM (
		SELECT DISTINCT ON (s.oid, lower(btrim(entry)))
			s.oid, place, CASE WHEN btrim(entry) ~ '^[0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:.]*$' THEN '[' || btrim(entry) || ']' ELSE btrim(entry) END AS name
		FROM old_server s,
			regexp_split_to_table(coalesce(s.options ->> 'servername', '127.0.0.1'), ',') WITH ORDINALITY AS l (entry, place)
		WHERE btrim(entry) <> '' AND btrim(entry) !~ '^[0-9]+$'
		ORDER BY s.oid, lower(btrim(entry)), place) AS d
),

old_table AS (
	SELECT c.oid, c.reltype, n.nspname, c.relname, c.relowner, c.relacl, s.oid AS server, t.options,
		regexp_replace(format('%I.%I', n.nspname, c.relname), '[\n\r]+', ' ', 'g') AS label,
		coalesce(t.options ->> 'database', s.options ->> 'database', setting.database) AS database,
		-- it reads the number with atoi(): what is none is 0
		t.options ? 'match_column_names' AND
			coalesce(substring(t.options ->> 'match_column_names' FROM '^\s*[-+]?0*([1-9][0-9]*)'), '0') = '0' AS by_position,
		t.options ->> 'query' AS query, t.options ->> 'schema_name' AS remote_schema,
		btrim(coalesce(t.options ->> 'table_name', t.options ->> 'table'), E' \t\r\n') AS remote_table
	FROM old_server s
		JOIN pg_foreign_table f ON f.ftserver = s.oid
		JOIN pg_class c ON c.oid = f.ftrelid
		JOIN pg_namespace n ON n.oid = c.relnamespace,
		setting,
		LATERAL (SELECT coalesce((SELECT jsonb_object_agg(option_name, option_value) FROM pg_options_to_table(f.ftoptions)), '{}')) AS t (options)
),

-- a new server for every database that is asked for; one that no table asks for as well
new_server AS (
	SELECT s.*, d.database, d.own,
		CASE WHEN d.own THEN s.srvname ELSE s.srvname || '_' || d.database END || setting.suffix AS wanted
	FROM old_server s, setting, LATERAL (
		SELECT coalesce(s.options ->> 'database', setting.database) AS database, true AS own
		UNION
		SELECT t.database, false FROM old_table t
		WHERE t.server = s.oid AND t.database IS DISTINCT FROM coalesce(s.options ->> 'database', setting.database)) AS d
	WHERE d.database IS NOT NULL AND s.options ->> 'tds_version' IS DISTINCT FROM '5.0' AND
		EXISTS (SELECT FROM listed WHERE listed.oid = s.oid)
),

server AS (
	SELECT n.*, CASE WHEN octet_length(wanted) < 64 THEN wanted ELSE 'tds_' || md5(wanted) || suffix END AS name,
		CASE WHEN own THEN label ELSE format('%s, database %s', label, quote_ident(n.database)) END AS title
	FROM new_server n, setting
),

schema AS (
	SELECT nspname, CASE WHEN octet_length(nspname || suffix) < 64 THEN nspname || suffix ELSE 'tds_' || md5(nspname) || suffix END AS name,
		CASE WHEN octet_length(nspname) < 55 THEN nspname ELSE 'tds_' || md5(nspname) END || '_tds_fdw' AS kept
	FROM (SELECT DISTINCT nspname FROM old_table) AS n, setting
),

-- by position: the columns of a derived table are called as they are here, those dropped since included
form AS (
	SELECT t.oid, from_table, kind,
		CASE WHEN kind = 'table' THEN
			CASE WHEN t.remote_schema IS NULL THEN format('table_name %L', t.remote_table)
				ELSE format('schema_name %L, table_name %L', replace(t.remote_schema, ']]', ']'), replace(t.remote_table, ']]', ']')) END
		WHEN t.by_position THEN
			format('query %L', format(E'SELECT * FROM (%s\n) AS by_position (%s)', from_table, names))
		ELSE format('query %L', from_table) END AS options
	FROM old_table t,
		LATERAL (SELECT coalesce(rtrim(t.query, E'; \t\r\n'), 'SELECT * FROM ' ||
			CASE WHEN t.remote_schema IS NULL THEN t.remote_table
				ELSE format('[%s].[%s]', t.remote_schema, t.remote_table) END)) AS f (from_table),
		LATERAL (SELECT string_agg('[' || replace(coalesce((
				SELECT replace(option_value, ']]', ']') FROM pg_options_to_table(a.attfdwoptions) WHERE option_name = 'column_name'), a.attname), ']', ']]') || ']',
				', ' ORDER BY attnum)
			FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum > 0) AS c (names),
		LATERAL (SELECT CASE
			WHEN t.query IS NULL AND coalesce(t.remote_table, '') = '' THEN 'none'
			WHEN t.query IS NOT NULL AND regexp_replace(t.query, '^(\s|\(|--[^\n]*\n|/\*([^*]|\*+[^*/])*\*+/)+', '') !~* '^select\M' THEN 'statement'
			WHEN t.query IS NOT NULL THEN 'query'
			WHEN t.by_position THEN 'position'
			WHEN t.remote_schema IS NOT NULL THEN 'table'
			WHEN t.remote_table ~ '^(\[([^]]|\]\])+\]|"([^"]|"")+"|[[:alpha:]_#@][[:alnum:]_#@$]*)(\.(\[([^]]|\]\])+\]|"([^"]|"")+"|[[:alpha:]_#@][[:alnum:]_#@$]*))?$' THEN 'table'
			ELSE 'text' END) AS k (kind)
),

new_table AS (
	SELECT t.*, f.kind, f.from_table, f.options AS new_options, s.name AS new_server, format('%I.%I', c.name, t.relname) AS new_name,
		format('%I.%I', t.nspname, t.relname) AS old_name, c.name AS new_schema, c.kept,
		to_regclass(format('%I.%I', c.name, t.relname)) IS NOT NULL AS made
	FROM old_table t
		JOIN form f USING (oid)
		JOIN server s ON s.oid = t.server AND s.database = t.database
		JOIN schema c USING (nspname)
	WHERE f.kind NOT IN ('none', 'statement')
),

col AS (
	SELECT t.oid, t.label, t.new_name, a.attnum, a.attname, a.attacl, a.atttypid, a.atttypmod, a.attstattarget,
		(SELECT string_agg(option, ', ') FROM unnest(a.attoptions) AS option WHERE option LIKE 'n\_distinct%') AS distinct_values,
		format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)) ||
		coalesce(' OPTIONS (column_name ' || quote_literal(replace(o.column_name, ']]', ']')) || ')', '') ||
		CASE WHEN a.attcollation <> y.typcollation THEN format(' COLLATE %I.%I', cn.nspname, l.collname) ELSE '' END ||
		CASE WHEN d.oid IS NULL THEN ''
			WHEN a.attgenerated = '' THEN ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)
			ELSE format(' GENERATED ALWAYS AS (%s) %s', pg_get_expr(d.adbin, d.adrelid), CASE a.attgenerated WHEN 's' THEN 'STORED' ELSE 'VIRTUAL' END) END ||
		CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END AS definition
	FROM new_table t
		JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
		JOIN pg_type y ON y.oid = a.atttypid
		LEFT JOIN pg_collation l ON l.oid = a.attcollation
		LEFT JOIN pg_namespace cn ON cn.oid = l.collnamespace
		LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum,
		LATERAL (SELECT max(option_value) FILTER (WHERE option_name = 'column_name') FROM pg_options_to_table(a.attfdwoptions)) AS o (column_name)
),

-- everything with privileges of its own
guarded (section, object, target, columns, owner, acl) AS (
	SELECT 20, s.title, format('FOREIGN SERVER %I', s.name), '', s.srvowner, s.srvacl FROM server s
	UNION ALL
	SELECT DISTINCT 10, '', 'FOREIGN DATA WRAPPER tds_mirror_fdw', '', NULL::oid, w.fdwacl
	FROM pg_foreign_data_wrapper w JOIN pg_proc p ON p.oid = w.fdwhandler AND p.prosrc = 'tds_fdw_handler'
	UNION ALL
	SELECT 40, n.nspname, format('SCHEMA %I', c.name), '', NULL, n.nspacl FROM schema c JOIN pg_namespace n USING (nspname)
	UNION ALL
	SELECT 50, t.label, 'TABLE ' || t.new_name, '', t.relowner, t.relacl FROM new_table t
	UNION ALL
	SELECT 50, c.label, 'TABLE ' || c.new_name, format(' (%I)', c.attname), NULL, c.attacl FROM col c
),

-- whatever else hangs on a table: views are written anew, the rest is named
dependent AS (
	SELECT DISTINCT t.oid, t.label, v.oid AS view, v.relkind, v.reloptions, quote_ident(vn.nspname) || '.' || quote_ident(v.relname) AS view_name,
		coalesce(pg_describe_object('pg_class'::regclass, v.oid, 0), pg_describe_object(d.classid, d.objid, 0)) AS description
	FROM new_table t
		JOIN pg_depend d ON d.deptype IN ('n', 'a') AND
			(d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid OR d.refclassid = 'pg_type'::regclass AND d.refobjid = t.reltype)
		LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
		LEFT JOIN pg_class v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm')
		LEFT JOIN pg_namespace vn ON vn.oid = v.relnamespace
	WHERE d.classid <> 'pg_attrdef'::regclass AND
		NOT (d.classid = 'pg_constraint'::regclass AND EXISTS (SELECT FROM pg_constraint k WHERE k.oid = d.objid AND k.conrelid = t.oid AND k.contype IN ('c', 'n'))) AND
		NOT (d.classid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = d.objid AND i.inhparent = t.oid))
),

-- migrated: what a parent that is such a table itself becomes
parent AS (
	SELECT t.oid, t.label, t.old_name, t.new_name,
		format('%I.%I', t.kept, t.relname) AS kept_name, format('%I.%I', n.nspname, p.relname) AS name,
		pg_get_expr(c.relpartbound, c.oid) AS bound, m.new_name AS migrated, t.made
	FROM new_table t
		JOIN pg_class c ON c.oid = t.oid
		JOIN pg_inherits i ON i.inhrelid = t.oid
		JOIN pg_class p ON p.oid = i.inhparent
		JOIN pg_namespace n ON n.oid = p.relnamespace
		LEFT JOIN new_table m ON m.oid = p.oid
),

-- kind NULL: a statement; section, object and rank put them in order
line (part, section, object, rank, kind, text) AS (
	SELECT 'definitions', 10, '', 0, NULL, 'CREATE EXTENSION IF NOT EXISTS tds_mirror_fdw;'
	UNION ALL
	SELECT 'definitions', 10, '', -1, 'check', 'this script holds passwords: let nobody else read it' FROM setting
	WHERE passwords AND EXISTS (SELECT FROM pg_user_mappings m, unnest(m.umoptions) AS o WHERE o LIKE 'password=%' AND m.srvid IN (SELECT oid FROM old_server))

	-- servers
	UNION ALL
	SELECT 'definitions', 20, s.title, 50, NULL,
		format('CREATE SERVER %I%s%s FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (%s);', s.name, ' TYPE ' || quote_literal(s.srvtype), ' VERSION ' || quote_literal(s.srvversion),
			concat_ws(',', format(E'\n  servername %L', one.name), E'\n  failover_partner ' || quote_literal(two.name),
				CASE WHEN s.port < 65536 THEN format(E'\n  port %L', s.port) END,
				format(E'\n  database %L', s.database),
				CASE WHEN s.options ->> 'tds_version' IN ('7.3', '7.4') THEN format(E'\n  tds_version %L', s.options ->> 'tds_version') END,
				E'\n  fdw_startup_cost ' || quote_literal(s.options ->> 'fdw_startup_cost'), E'\n  fdw_tuple_cost ' || quote_literal(s.options ->> 'fdw_tuple_cost'),
				E'\n  updatable ''false''', E'\n  truncatable ''false'''))
	FROM server s
		JOIN listed one ON one.oid = s.oid AND one.place = 1
		LEFT JOIN listed two ON two.oid = s.oid AND two.place = 2
	UNION ALL
	SELECT 'definitions', 20, s.title, 51, NULL,
		format('COMMENT ON SERVER %I IS %L;', s.name, obj_description(s.oid, 'pg_foreign_server'))
	FROM server s WHERE obj_description(s.oid, 'pg_foreign_server') IS NOT NULL
	UNION ALL
	SELECT 'definitions', 20, s.title, 90, NULL,
		format('ALTER SERVER %I OWNER TO %I;', s.name, pg_get_userbyid(s.srvowner))
	FROM server s
	UNION ALL
	SELECT 'definitions', 20, s.label, 10, 'not migrated', format('server %s: %s', s.label, CASE
		WHEN s.options ->> 'tds_version' = '5.0' THEN 'TDS 5.0 is spoken by Sybase, not by SQL Server'
		WHEN s.options ->> 'database' IS NULL AND setting.database IS NULL THEN 'it names no database, which failover needs; run this script again with -v database=NAME'
		ELSE 'its list of servers is empty' END)
	FROM old_server s, setting WHERE NOT EXISTS (SELECT FROM server n WHERE n.oid = s.oid AND n.own)
	UNION ALL
	SELECT 'definitions', 20, s.label, 11, 'not migrated',
		format('server %s: %s of its list; a pair has two', s.label, quote_literal(l.name))
	FROM old_server s JOIN listed l USING (oid) WHERE l.place > 2
	UNION ALL
	SELECT 'definitions', 20, s.label, 12, 'check',
		format('server %s: the list is taken for a mirrored pair; if it is none (an availability group, say): ADD require_mirroring ''false''', s.label)
	FROM old_server s JOIN listed l USING (oid) WHERE l.place = 2
	UNION ALL
	SELECT 'definitions', 20, s.label, 13, 'check',
		format('server %s: "%s" in its list was taken for a port, and left out', s.label, btrim(entry))
	FROM old_server s, regexp_split_to_table(s.options ->> 'servername', ',') AS entry WHERE btrim(entry) ~ '^[0-9]+$'
	UNION ALL
	SELECT 'definitions', 20, s.label, 14, 'check',
		format('server %s: tds_fdw looks %s up in freetds.conf first; this wrapper reads no such file and asks the resolver', s.label, quote_literal(l.name))
	FROM old_server s JOIN listed l USING (oid) WHERE l.place < 3 AND l.name !~ '^([0-9.]+|\[.*\])([:,][0-9]+)?$'
	UNION ALL
	SELECT 'definitions', 20, s.label, 15, 'changed',
		format('server %s: port %s is none, and left out', s.label, quote_literal(s.options ->> 'port'))
	FROM old_server s WHERE s.options ? 'port' AND (s.port < 65536) IS NOT TRUE
	UNION ALL
	SELECT 'definitions', 20, s.label, 16, 'changed',
		format('server %s: tds_version %s becomes 7.4: dates and times arrive as such, no longer as characters', s.label, quote_literal(s.options ->> 'tds_version'))
	FROM old_server s WHERE s.options ->> 'tds_version' NOT IN ('7.3', '7.4', '5.0')
	UNION ALL
	SELECT 'definitions', 20, s.label, 17, 'differs',
		format('server %s: ANSI_NULLS, ANSI_WARNINGS, ANSI_PADDING, QUOTED_IDENTIFIER and CONCAT_NULL_YIELDS_NULL are ON here, and were OFF', s.label)
	FROM old_server s WHERE lower(coalesce(s.options ->> 'sqlserver_ansi_mode', 'false')) NOT IN ('true', 'on', 'yes', '1')
	UNION ALL
	SELECT 'definitions', 20, s.title, 18, 'changed',
		format('server %s: read-only as before; to write: ALTER SERVER %I OPTIONS (SET updatable ''true'', SET truncatable ''true'')', s.title, s.name)
	FROM server s
	UNION ALL
	SELECT 'definitions', 20, s.label, 19, CASE WHEN r.option IS NULL THEN 'not migrated' ELSE 'changed' END,
		format('server %s: option %s %s is left out%s', s.label, quote_ident(o.key), quote_literal(o.value), ': ' || r.reason)
	FROM old_server s, jsonb_each_text(s.options) AS o LEFT JOIN rule r ON r.place = 'server' AND r.option = o.key
	WHERE r.option IS NULL OR r.reason IS NOT NULL

	-- user mappings
	UNION ALL
	SELECT 'definitions', 30, s.title, 50, NULL, format('CREATE USER MAPPING FOR %s SERVER %I%s;', grantee, s.name,
			' OPTIONS (' || nullif(concat_ws(', ', 'username ' || quote_literal(o ->> 'username'),
				CASE WHEN setting.passwords THEN 'password ' || quote_literal(o ->> 'password') END), '') || ')')
	FROM server s JOIN pg_user_mappings m ON m.srvid = s.oid, setting,
		LATERAL (SELECT CASE WHEN m.umuser = 0 THEN 'PUBLIC' ELSE quote_ident(m.usename) END) AS g (grantee),
		LATERAL (SELECT jsonb_object_agg(option_name, option_value) FROM pg_options_to_table(m.umoptions)) AS j (o)
	WHERE m.umoptions IS NOT NULL
	UNION ALL
	SELECT 'definitions', 30, s.title, 40, 'check',
		format('user mapping of %s, server %I: its password was left out: ALTER USER MAPPING ... OPTIONS (ADD password ''...'')', m.usename, s.name)
	FROM server s JOIN pg_user_mappings m ON m.srvid = s.oid, setting, unnest(m.umoptions) AS o WHERE o LIKE 'password=%' AND NOT setting.passwords
	UNION ALL
	SELECT 'definitions', 30, s.label, 41, 'not migrated', format('user mapping of %s, server %s: %s', m.usename, s.label,
		CASE WHEN m.umoptions IS NULL THEN 'its options are shown to its owner and to superusers, or there are none'
			ELSE 'its server is not migrated' END)
	FROM old_server s JOIN pg_user_mappings m ON m.srvid = s.oid WHERE m.umoptions IS NULL OR NOT EXISTS (SELECT FROM server n WHERE n.oid = s.oid)

	-- schemas and tables
	UNION ALL
	SELECT 'definitions', 40, n.nspname, 50, NULL,
		format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I;', c.name, pg_get_userbyid(n.nspowner))
	FROM schema c JOIN pg_namespace n USING (nspname)
	UNION ALL
	SELECT 'definitions', 50, t.label, 50, NULL, format(E'CREATE FOREIGN TABLE %s (%s\n) SERVER %I OPTIONS (%s);', t.new_name,
		(SELECT string_agg(E'\n  ' || item, ',' ORDER BY kind, place, item) FROM (
			SELECT 1, c.attnum, c.definition FROM col c WHERE c.oid = t.oid
			UNION ALL
			SELECT 2, 0, format('CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid))
			FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'c') AS i (kind, place, item)),
		t.new_server, t.new_options)
	FROM new_table t
	UNION ALL
	SELECT 'definitions', 50, t.label, 51, NULL, CASE WHEN d.objsubid = 0 THEN
		format('COMMENT ON FOREIGN TABLE %s IS %L;', t.new_name, d.description)
		ELSE format('COMMENT ON COLUMN %s.%I IS %L;', t.new_name, c.attname, d.description) END
	FROM new_table t JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = t.oid LEFT JOIN col c ON c.oid = t.oid AND c.attnum = d.objsubid
	UNION ALL
	SELECT 'definitions', 50, t.label, 52, NULL,
		format('COMMENT ON CONSTRAINT %I ON %s IS %L;', k.conname, t.new_name, obj_description(k.oid, 'pg_constraint'))
	FROM new_table t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'c' WHERE obj_description(k.oid, 'pg_constraint') IS NOT NULL
	UNION ALL
	SELECT 'definitions', 50, c.label, 53, NULL,
		format('ALTER FOREIGN TABLE %s ALTER COLUMN %I SET STATISTICS %s;', c.new_name, c.attname, c.attstattarget)
	FROM col c WHERE c.attstattarget >= 0
	UNION ALL
	SELECT 'definitions', 50, c.label, 54, NULL,
		format('ALTER FOREIGN TABLE %s ALTER COLUMN %I SET (%s);', c.new_name, c.attname, c.distinct_values)
	FROM col c WHERE c.distinct_values IS NOT NULL
	UNION ALL
	SELECT 'definitions', 50, t.label, 60, NULL,
		format('ALTER FOREIGN TABLE %s OWNER TO %I;', t.new_name, pg_get_userbyid(t.relowner))
	FROM new_table t
	UNION ALL
	SELECT 'definitions', 50, t.label, 10, 'not migrated', format('table %s: %s', t.label, CASE
		WHEN f.kind = 'none' THEN 'it names neither a table nor a query'
		WHEN f.kind = 'statement' THEN 'its query does not begin with SELECT, so nothing can be joined to it: make it a view on the server, or use tds_mirror_query()'
		ELSE 'its server is not migrated' END)
	FROM old_table t JOIN form f USING (oid) WHERE NOT EXISTS (SELECT FROM new_table n WHERE n.oid = t.oid)
	UNION ALL
	SELECT 'definitions', 50, t.label, 11, 'changed',
		format('table %s: columns are matched by position, which a query with names does; if they are called there as here, use table_name instead', t.label)
	FROM new_table t WHERE t.by_position AND t.query IS NULL
	UNION ALL
	SELECT 'definitions', 50, t.label, 12, 'changed',
		format('table %s: columns are matched by position: the query is given their names', t.label)
	FROM new_table t WHERE t.by_position AND t.query IS NOT NULL
	UNION ALL
	SELECT 'definitions', 50, t.label, 13, 'changed',
		format('table %s: %s is no table or schema.table of the server''s database, and becomes a query', t.label, quote_literal(t.remote_table))
	FROM new_table t WHERE t.kind = 'text'
	UNION ALL
	SELECT 'definitions', 50, t.label, 14, 'check',
		format('table %s: what a query with %s gives cannot be selected from, unless ORDER BY comes with TOP', t.label, upper(word))
	FROM new_table t, LATERAL (SELECT substring(t.query FROM '(?i)\m(order\s+by|option\s*\(|for\s+xml|for\s+json|into|;)')) AS w (word) WHERE w.word IS NOT NULL
	UNION ALL
	SELECT 'definitions', 50, t.label, 15, 'differs',
		format('table %s: conditions and sort orders apply to the query here; tds_fdw drops them', t.label)
	FROM new_table t WHERE t.query IS NOT NULL
	UNION ALL
	SELECT 'definitions', 50, c.label, 16, 'differs', format('table %s, column %s: %s', c.label, quote_ident(c.attname), CASE
		WHEN c.atttypid IN ('timestamp'::regtype, 'time'::regtype) THEN 'values are rounded to its decimals; tds_fdw keeps those of datetime'
		ELSE 'what has no zone there is local time of the session here; tds_fdw takes it for UTC' END)
	FROM col c WHERE c.atttypid IN ('timestamp'::regtype, 'time'::regtype) AND c.atttypmod BETWEEN 0 AND 2 OR c.atttypid IN ('timestamptz'::regtype, 'timetz'::regtype)
	UNION ALL
	SELECT 'definitions', 50, t.label, 19, CASE WHEN r.option IS NULL THEN 'not migrated' ELSE 'changed' END,
		format('table %s: option %s %s is left out%s', t.label, quote_ident(o.key), quote_literal(o.value), ': ' || r.reason)
	FROM old_table t, jsonb_each_text(t.options) AS o LEFT JOIN rule r ON r.place = 'table' AND r.option = o.key
	WHERE r.option IS NULL OR r.reason IS NOT NULL
	UNION ALL
	SELECT 'definitions', 50, t.label, 20, 'not migrated',
		format('table %s, column %s: option %s', t.label, quote_ident(a.attname), quote_ident(o.option_name))
	FROM new_table t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped,
		pg_options_to_table(a.attfdwoptions) AS o
	WHERE o.option_name <> 'column_name'
	UNION ALL
	SELECT 'definitions', 50, d.label, 30, CASE WHEN d.relkind = 'v' THEN 'check' ELSE 'not migrated' END,
		format('table %s: %s depends on it; %s', d.label, d.description, CASE WHEN d.relkind = 'v' THEN '-v part=switch writes it anew' ELSE 'it stays with the old table' END)
	FROM dependent d
	UNION ALL
	SELECT 'definitions', 50, p.label, 31, 'check',
		format('table %s: it is a %s of %s; -v part=switch attaches the new one in its place', p.label, CASE WHEN p.bound IS NULL THEN 'child' ELSE 'partition' END, p.name)
	FROM parent p WHERE p.migrated IS NULL
	UNION ALL
	SELECT 'definitions', 55, p.label, 50, NULL,
		format('ALTER FOREIGN TABLE %s INHERIT %s;', p.new_name, p.migrated)
	FROM parent p WHERE p.migrated IS NOT NULL
	UNION ALL
	SELECT 'definitions', 50, t.label, 32, 'not migrated', format('table %s: security label of %s', t.label, l.provider)
	FROM new_table t JOIN pg_seclabel l ON l.classoid = 'pg_class'::regclass AND l.objoid = t.oid
	UNION ALL
	SELECT 'definitions', g.section, g.object, 70 + (a.step = 2)::int, NULL, a.statement
	FROM guarded g, LATERAL (
		SELECT 1, format('REVOKE ALL ON %s FROM PUBLIC, %s;', g.target, quote_ident(pg_get_userbyid(g.owner))) WHERE g.owner IS NOT NULL AND g.acl IS NOT NULL
		UNION ALL
		SELECT 2, format('GRANT %s ON %s TO %s%s;', string_agg(privilege_type || g.columns, ', ' ORDER BY privilege_type), g.target,
			CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END, CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
		FROM aclexplode(g.acl) GROUP BY grantee, is_grantable) AS a (step, statement)
	UNION ALL
	SELECT 'definitions', 60, t.label, 50, NULL, format('-- SELECT * FROM tds_mirror_describe(%L); ANALYZE %s;', t.new_name, t.new_name)
	FROM new_table t WHERE t.new_name !~ '[\n\r]'
	UNION ALL
	SELECT 'definitions', 60, '', 0, NULL, '-- types, keys and statistics that the server knows; for plans, and for changes by key:' WHERE EXISTS (SELECT FROM new_table)

	-- contents
	UNION ALL
	SELECT 'compare', 50, t.label, 50, NULL,
		format(E'WITH old AS MATERIALIZED (SELECT (t.*)::text FROM %s AS t), new AS MATERIALIZED (SELECT (t.*)::text FROM %s AS t)\n'
		'SELECT %L AS "table", (SELECT count(*) FROM old) AS rows_of_tds_fdw, (SELECT count(*) FROM new) AS rows_of_tds_mirror_fdw,\n'
		'  (SELECT count(*) FROM (TABLE old EXCEPT ALL TABLE new) AS d) AS only_in_tds_fdw, (SELECT count(*) FROM (TABLE new EXCEPT ALL TABLE old) AS d) AS only_in_tds_mirror_fdw;',
		t.old_name, t.new_name, t.old_name)
	FROM new_table t WHERE made

	-- names
	UNION ALL
	SELECT w.part, 10, '', 0, NULL, w.statement FROM (VALUES ('switch'), ('back')) AS p (part), LATERAL (VALUES (p.part, 'BEGIN;')) AS w (part, statement)
	UNION ALL
	SELECT 'switch', 40, nspname, 0, NULL, format('CREATE SCHEMA IF NOT EXISTS %I;', kept) FROM schema
	UNION ALL
	SELECT w.part, 50, t.label, 50 + w.rank, NULL, format('ALTER FOREIGN TABLE %I.%I SET SCHEMA %I;', w.place, t.relname, w.goal)
	FROM new_table t, LATERAL (VALUES ('switch', 1, t.nspname, t.kept), ('switch', 2, t.new_schema, t.nspname),
		('back', 1, t.nspname, t.new_schema), ('back', 2, t.kept, t.nspname)) AS w (part, rank, place, goal)
	WHERE t.made
	UNION ALL
	SELECT w.part, 50, t.label, 0, 'not migrated', format('table %s: there is no %s; run the definitions first', t.label, t.new_name)
	FROM new_table t, (VALUES ('compare'), ('switch'), ('back')) AS w (part) WHERE NOT t.made
	UNION ALL
	SELECT w.part, 60, p.label, w.rank, NULL, CASE
		WHEN p.bound IS NULL THEN format('ALTER FOREIGN TABLE %s %s %s;', w.child, CASE WHEN w.leaves THEN 'NO INHERIT' ELSE 'INHERIT' END, p.name)
		WHEN w.leaves THEN format('ALTER TABLE %s DETACH PARTITION %s;', p.name, w.child)
		ELSE format('ALTER TABLE %s ATTACH PARTITION %s %s;', p.name, w.child, p.bound) END
	FROM parent p,
		LATERAL (VALUES ('switch', 1, true, p.kept_name), ('switch', 2, false, p.old_name),
			('back', 1, true, p.new_name), ('back', 2, false, p.old_name)) AS w (part, rank, leaves, child)
	WHERE p.migrated IS NULL AND p.made
	UNION ALL
	SELECT DISTINCT w.part, 70, d.view_name, 50, NULL, format(E'CREATE OR REPLACE VIEW %s%s AS\n%s', d.view_name,
		' WITH (' || array_to_string(d.reloptions, ', ') || ')', pg_get_viewdef(d.view))
	FROM dependent d, (VALUES ('switch'), ('back')) AS w (part) WHERE d.relkind = 'v'
	UNION ALL
	SELECT DISTINCT w.part, 70, d.description, 10, 'check', format('%s depends on table %s, and still does', d.description, d.label)
	FROM dependent d, (VALUES ('switch'), ('back')) AS w (part) WHERE d.relkind IS DISTINCT FROM 'v'
	UNION ALL
	SELECT p.part, 90, '', 0, NULL, 'COMMIT;' FROM (VALUES ('switch'), ('back')) AS p (part)
),

-- a name with a line break must not end a comment
counted AS (
	SELECT l.*, coalesce('-- ' || kind || ': ' || regexp_replace(text, '[\n\r]+', ' ', 'g'), text) AS written FROM line l JOIN setting USING (part)
)

SELECT written FROM (
	SELECT 0 AS section, '' AS object, n::int AS rank, head AS written
	FROM setting, regexp_split_to_table(CASE part WHEN 'definitions' THEN E'-- From tds_fdw to tds_mirror_fdw: definitions, to look through and to run as a superuser.\n'
		'-- Lines that begin with "-- not migrated:", "-- changed:", "-- check:" and "-- differs:" are explained in\n'
		'-- doc/migrate-from-tds_fdw.md; so is what holds for every table: characters that stand for other types\n'
		'-- (bit, uniqueidentifier, float, dates, binary) are written otherwise here, and freetds.conf is not read.\n'
		'\\set ON_ERROR_STOP on\nBEGIN;'
		WHEN 'compare' THEN E'-- Contents of both wrappers, row by row as text.\n\\set ON_ERROR_STOP off\nSET client_min_messages = warning;'
		WHEN 'switch' THEN E'-- The new tables take the names of the old ones.  Write -v part=back before you run this.\n\\set ON_ERROR_STOP on'
		WHEN 'back' THEN E'-- The old tables take their names again.\n\\set ON_ERROR_STOP on'
		ELSE '-- not migrated: anything: there is no part ' || quote_literal(part) END, '\n') WITH ORDINALITY AS h (head, n)
	UNION ALL
	SELECT section, object, rank, written FROM counted
	UNION ALL
	SELECT 98, '', 0, 'COMMIT;' FROM setting WHERE part = 'definitions'
	UNION ALL
	SELECT 99, '', 0, format('-- %s servers, %s user mappings, %s tables; %s not migrated, %s changed, %s to check, %s that differ',
		count(*) FILTER (WHERE kind IS NULL AND text LIKE 'CREATE SERVER %'), count(*) FILTER (WHERE kind IS NULL AND text LIKE 'CREATE USER MAPPING %'),
		count(*) FILTER (WHERE kind IS NULL AND text LIKE 'CREATE FOREIGN TABLE %'), count(*) FILTER (WHERE kind = 'not migrated'),
		count(*) FILTER (WHERE kind = 'changed'), count(*) FILTER (WHERE kind = 'check'), count(*) FILTER (WHERE kind = 'differs'))
	FROM counted, setting WHERE setting.part = 'definitions' GROUP BY setting.part) AS w
ORDER BY section, object COLLATE "C", rank, written COLLATE "C";

COMMIT;
