/* tds_mirror_fdw--1.0.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION tds_mirror_fdw" to load this file. \quit

CREATE FUNCTION tds_mirror_fdw_handler()
RETURNS fdw_handler
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT;

COMMENT ON FUNCTION tds_mirror_fdw_handler()
IS 'foreign data wrapper handler of tds_mirror_fdw';

CREATE FUNCTION tds_mirror_fdw_validator(text[], oid)
RETURNS void
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT;

COMMENT ON FUNCTION tds_mirror_fdw_validator(text[], oid)
IS 'option validator of tds_mirror_fdw';

CREATE FOREIGN DATA WRAPPER tds_mirror_fdw
HANDLER tds_mirror_fdw_handler
VALIDATOR tds_mirror_fdw_validator;

COMMENT ON FOREIGN DATA WRAPPER tds_mirror_fdw
IS 'mirrored SQL Server databases';

CREATE FUNCTION tds_mirror_failover(server name, timeout interval DEFAULT '60 s',
	OUT database text, OUT old_principal text, OUT new_principal text, OUT elapsed interval)
RETURNS record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION tds_mirror_failover(name, interval)
IS 'planned failover: the other partner becomes principal';

REVOKE ALL ON FUNCTION tds_mirror_failover(name, interval) FROM PUBLIC;

CREATE FUNCTION tds_mirror_force_service(server name, allow_data_loss boolean,
	OUT database text, OUT old_principal text, OUT new_principal text, OUT elapsed interval)
RETURNS record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION tds_mirror_force_service(name, boolean)
IS 'forced service: the mirror becomes principal without the former one, whose last commits may be lost';

REVOKE ALL ON FUNCTION tds_mirror_force_service(name, boolean) FROM PUBLIC;

CREATE FUNCTION tds_mirror_suspend(server name)
RETURNS text
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION tds_mirror_suspend(name)
IS 'suspends mirroring: the principal serves alone; returns the new mirroring state';

REVOKE ALL ON FUNCTION tds_mirror_suspend(name) FROM PUBLIC;

CREATE FUNCTION tds_mirror_resume(server name)
RETURNS text
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION tds_mirror_resume(name)
IS 'resumes mirroring after a suspension or forced service; returns the new mirroring state';

REVOKE ALL ON FUNCTION tds_mirror_resume(name) FROM PUBLIC;

CREATE FUNCTION tds_mirror_set_safety(server name, level text)
RETURNS text
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION tds_mirror_set_safety(name, text)
IS 'sets the safety level, FULL (synchronous) or OFF; returns the mirroring state that follows';

REVOKE ALL ON FUNCTION tds_mirror_set_safety(name, text) FROM PUBLIC;

CREATE FUNCTION tds_mirror_query(server name, sql text)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION tds_mirror_query(name, text)
IS 'runs a statement as it is in the remote transaction and returns the rows of its only result';

REVOKE ALL ON FUNCTION tds_mirror_query(name, text) FROM PUBLIC;

CREATE FUNCTION tds_mirror_exec(server name, sql text)
RETURNS bigint
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION tds_mirror_exec(name, text)
IS 'runs statements as they are in the remote transaction and returns the sum of the row counts they report, NULL when they report none';

REVOKE ALL ON FUNCTION tds_mirror_exec(name, text) FROM PUBLIC;

CREATE FUNCTION tds_mirror_describe(foreign_table regclass,
	OUT column_name text, OUT option text, OUT old_value text, OUT new_value text)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION tds_mirror_describe(regclass)
IS 'writes what the server says of a foreign table''s columns into their options, and returns what has changed';

REVOKE ALL ON FUNCTION tds_mirror_describe(regclass) FROM PUBLIC;

CREATE FUNCTION tds_mirror_import_comments(server name, remote_schema text, local_schema name)
RETURNS integer
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION tds_mirror_import_comments(name, text, name)
IS 'comments on the foreign tables of a local schema and on their columns as MS_Description does, and says how many';

REVOKE ALL ON FUNCTION tds_mirror_import_comments(name, text, name) FROM PUBLIC;

CREATE FUNCTION tds_mirror_status(server name DEFAULT NULL, timeout interval DEFAULT '5 s',
	OUT server_name text, OUT partner text, OUT address text, OUT reachable boolean,
	OUT instance text, OUT role text, OUT state text, OUT safety text, OUT witness text,
	OUT role_sequence integer, OUT round_trip interval, OUT error text)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION tds_mirror_status(name, interval)
IS 'asks both partners of a server, or of all servers, about themselves, each for no longer than the timeout';

CREATE FUNCTION tds_mirror_diag(server name DEFAULT NULL,
	OUT server_name text, OUT extension_version text, OUT freetds_version text,
	OUT address text, OUT tds_version text, OUT encrypted boolean, OUT instance text,
	OUT product_version text, OUT product_level text, OUT edition text,
	OUT compatibility_level integer, OUT view_any_database boolean, OUT error text)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION tds_mirror_diag(name)
IS 'versions, and what a login gets of a server, or of all servers; encrypted is NULL without VIEW SERVER STATE';

CREATE FUNCTION tds_mirror_connections(
	OUT server_name text, OUT user_name text, OUT address text, OUT state text,
	OUT spid integer, OUT since timestamptz, OUT statements bigint,
	OUT in_transaction boolean, OUT stale boolean, OUT closed boolean)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION tds_mirror_connections()
IS 'the rows of the view tds_mirror_connections';

CREATE VIEW tds_mirror_connections AS
SELECT * FROM tds_mirror_connections();

COMMENT ON VIEW tds_mirror_connections
IS 'the connections of this backend';

COMMENT ON COLUMN tds_mirror_connections.server_name
IS 'the foreign server';
COMMENT ON COLUMN tds_mirror_connections.user_name
IS 'whose user mapping it is, or public';
COMMENT ON COLUMN tds_mirror_connections.address
IS 'where it leads';
COMMENT ON COLUMN tds_mirror_connections.state
IS 'idle, streaming, in transaction, doomed or closed';
COMMENT ON COLUMN tds_mirror_connections.spid
IS 'number of the session on the server';
COMMENT ON COLUMN tds_mirror_connections.since
IS 'when it was opened';
COMMENT ON COLUMN tds_mirror_connections.statements
IS 'requests sent';
COMMENT ON COLUMN tds_mirror_connections.in_transaction
IS 'it has a remote transaction';
COMMENT ON COLUMN tds_mirror_connections.stale
IS 'it will be replaced before its next statement';
COMMENT ON COLUMN tds_mirror_connections.closed
IS 'the other side has ended the connection';

GRANT SELECT ON tds_mirror_connections TO PUBLIC;

CREATE FUNCTION tds_mirror_disconnect(server name)
RETURNS boolean
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION tds_mirror_disconnect(name)
IS 'closes this backend''s connections to a server; true when there was one';

CREATE FUNCTION tds_mirror_disconnect_all()
RETURNS boolean
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION tds_mirror_disconnect_all()
IS 'closes this backend''s connections to all servers; true when there was one';

CREATE FUNCTION tds_mirror_partners(
	OUT server_name text,
	OUT initial_partner text, OUT initial_name text, OUT initial_source text,
	OUT failover_partner text, OUT failover_name text, OUT failover_source text,
	OUT principal text, OUT mirrored boolean, OUT mirroring_guid uuid,
	OUT role_sequence integer, OUT switches bigint, OUT last_switch timestamptz,
	OUT last_login timestamptz, OUT from_file boolean,
	OUT initial_attempts bigint, OUT failover_attempts bigint,
	OUT initial_error text, OUT failover_error text)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION tds_mirror_partners()
IS 'the rows of the view tds_mirror_partners';

CREATE VIEW tds_mirror_partners AS
SELECT * FROM tds_mirror_partners();

COMMENT ON VIEW tds_mirror_partners
IS 'what this backend believes about pairs, having asked them or read the partner file';

COMMENT ON COLUMN tds_mirror_partners.server_name
IS 'the foreign server';
COMMENT ON COLUMN tds_mirror_partners.initial_partner
IS 'address of the initial partner';
COMMENT ON COLUMN tds_mirror_partners.initial_name
IS 'name of the instance there, as it has told it';
COMMENT ON COLUMN tds_mirror_partners.initial_source
IS 'where the address comes from: configured, or learned from the principal';
COMMENT ON COLUMN tds_mirror_partners.failover_partner
IS 'address of the failover partner';
COMMENT ON COLUMN tds_mirror_partners.failover_name
IS 'name of the instance there, as it has told it';
COMMENT ON COLUMN tds_mirror_partners.failover_source
IS 'where the address comes from: configured, or learned from the principal';
COMMENT ON COLUMN tds_mirror_partners.principal
IS 'who was principal when last seen: initial or failover';
COMMENT ON COLUMN tds_mirror_partners.mirrored
IS 'whether the principal said that the database is mirrored';
COMMENT ON COLUMN tds_mirror_partners.mirroring_guid
IS 'the mirroring session';
COMMENT ON COLUMN tds_mirror_partners.role_sequence
IS 'the highest role sequence seen';
COMMENT ON COLUMN tds_mirror_partners.switches
IS 'how often the principal was found to be another than before';
COMMENT ON COLUMN tds_mirror_partners.last_switch
IS 'when that was last';
COMMENT ON COLUMN tds_mirror_partners.last_login
IS 'the last login that proved a principal';
COMMENT ON COLUMN tds_mirror_partners.from_file
IS 'the partner file says so, and this backend has not logged in yet';
COMMENT ON COLUMN tds_mirror_partners.initial_attempts
IS 'attempts of this backend at the initial partner';
COMMENT ON COLUMN tds_mirror_partners.failover_attempts
IS 'attempts of this backend at the failover partner';
COMMENT ON COLUMN tds_mirror_partners.initial_error
IS 'last failure of this backend at the initial partner';
COMMENT ON COLUMN tds_mirror_partners.failover_error
IS 'last failure of this backend at the failover partner';

GRANT SELECT ON tds_mirror_partners TO PUBLIC;

CREATE FUNCTION tds_mirror_forget(server name)
RETURNS void
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION tds_mirror_forget(name)
IS 'drops what has been learned about a pair, in every backend and on disk';

REVOKE ALL ON FUNCTION tds_mirror_forget(name) FROM PUBLIC;

CREATE FUNCTION tds_mirror_create_commit_log(server name)
RETURNS boolean
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION tds_mirror_create_commit_log(name)
IS 'creates the table of the option commit_log_table; false when it is there already';

REVOKE ALL ON FUNCTION tds_mirror_create_commit_log(name) FROM PUBLIC;

CREATE FUNCTION tds_mirror_prune_commit_log(server name, older_than interval DEFAULT '7 days')
RETURNS bigint
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION tds_mirror_prune_commit_log(name, interval)
IS 'removes old rows of the commit log and says how many';

REVOKE ALL ON FUNCTION tds_mirror_prune_commit_log(name, interval) FROM PUBLIC;

CREATE FUNCTION tds_mirror_shippable(OUT kind text, OUT object oid, OUT name text,
	OUT local_types text, OUT class text, OUT sql text, OUT fact text, OUT reason text)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION tds_mirror_shippable()
IS 'the rules behind the view tds_mirror_shippable';

-- A rule of comparisons has the operators of its family and those that negate
-- them, one of functions the operators that call its function.
CREATE VIEW tds_mirror_shippable AS
WITH rule AS (SELECT * FROM tds_mirror_shippable()),
compared AS (
	SELECT a.amopfamily AS family, o.oid AS operator, o.oprname AS sign
		FROM pg_catalog.pg_amop a
		JOIN pg_catalog.pg_operator e ON e.oid = a.amopopr
		JOIN pg_catalog.pg_operator o ON o.oid = a.amopopr OR (a.amopstrategy = 3 AND o.oid = e.oprnegate)
		WHERE a.amopmethod = (SELECT oid FROM pg_catalog.pg_am WHERE amname = 'btree') AND a.amoppurpose = 's' AND o.oid < 16384)
SELECT 'operator' AS kind, c.operator::regoperator::text AS name, r.local_types,
		CASE WHEN r.reason IS NOT NULL AND c.sign NOT IN ('=', '<>') THEN 'LOCAL' ELSE r.class END AS class,
		CASE WHEN r.reason IS NULL OR c.sign IN ('=', '<>') THEN '$1 ' || c.sign || ' $2' END AS sql,
		CASE WHEN r.reason IS NULL OR c.sign IN ('=', '<>') THEN r.fact END AS fact,
		CASE WHEN c.sign NOT IN ('=', '<>') THEN r.reason END AS reason
	FROM rule r JOIN compared c ON c.family = r.object
	WHERE r.kind = 'comparison'
UNION ALL
SELECT 'operator', o.oid::regoperator::text, pg_catalog.pg_get_function_arguments(r.object), r.class, r.sql, r.fact, r.reason
	FROM rule r JOIN pg_catalog.pg_operator o ON o.oprcode = r.object
	WHERE r.kind = 'function' AND o.oid < 16384
UNION ALL
SELECT r.kind, coalesce(r.name || ' in ', '') || r.object::regprocedure::text,
		pg_catalog.pg_get_function_arguments(r.object), r.class, r.sql, r.fact, r.reason
	FROM rule r
	WHERE r.kind IN ('function', 'aggregate')
UNION ALL
SELECT r.kind, f.opfname, r.local_types, r.class, r.sql, r.fact, r.reason
	FROM rule r JOIN pg_catalog.pg_opfamily f ON f.oid = r.object
	WHERE r.kind IN ('order', 'grouping')
UNION ALL
SELECT r.kind, r.name, r.local_types, r.class, r.sql, r.fact, r.reason
	FROM rule r
	WHERE r.kind = 'expression';

COMMENT ON VIEW tds_mirror_shippable
IS 'which operators, functions and expressions the server evaluates, and why the others stay here';

COMMENT ON COLUMN tds_mirror_shippable.kind
IS 'operator, function, aggregate, expression, order or grouping';
COMMENT ON COLUMN tds_mirror_shippable.name
IS 'the operator, function or expression';
COMMENT ON COLUMN tds_mirror_shippable.local_types
IS 'types of its operands here';
COMMENT ON COLUMN tds_mirror_shippable.class
IS 'EXACT, SUPERSET or LOCAL, or words where it depends on the parts';
COMMENT ON COLUMN tds_mirror_shippable.sql
IS 'the T-SQL that it becomes';
COMMENT ON COLUMN tds_mirror_shippable.fact
IS 'the row of test/facts on which the rule rests';
COMMENT ON COLUMN tds_mirror_shippable.reason
IS 'why not, or under which condition';

GRANT SELECT ON tds_mirror_shippable TO PUBLIC;
