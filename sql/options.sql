--
-- Options: what is accepted, what is refused, and what the message says.
-- No server is contacted.
--

-- required
CREATE SERVER nowhere FOREIGN DATA WRAPPER tds_mirror_fdw;
CREATE SERVER nowhere FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername 'a');
CREATE SERVER nowhere FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (database 'd');
CREATE SERVER nowhere FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername 'a', failover_partner 'b', database 'd');
ALTER SERVER nowhere OPTIONS (DROP database);

-- names
ALTER SERVER nowhere OPTIONS (ADD failover_parter 'b');
ALTER SERVER nowhere OPTIONS (ADD server_name 'b');
ALTER SERVER nowhere OPTIONS (ADD completely_else 'b');
ALTER SERVER nowhere OPTIONS (ADD username 'sa');
ALTER FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (ADD servername 'b');

-- where a server is
ALTER SERVER nowhere OPTIONS (SET servername 'host,1433');
ALTER SERVER nowhere OPTIONS (SET servername 'host:1433');
ALTER SERVER nowhere OPTIONS (SET servername 'host\instance');
ALTER SERVER nowhere OPTIONS (SET servername '[::1]:1433');
ALTER SERVER nowhere OPTIONS (SET servername 'one,two');
ALTER SERVER nowhere OPTIONS (SET servername '');
ALTER SERVER nowhere OPTIONS (SET servername 'host,70000');
ALTER SERVER nowhere OPTIONS (SET servername 'a b');
ALTER SERVER nowhere OPTIONS (SET failover_partner 'one,two');
ALTER SERVER nowhere OPTIONS (SET servername 'B:1433');
ALTER SERVER nowhere OPTIONS (SET servername 'B:1434');
ALTER SERVER nowhere OPTIONS (ADD port '0');
ALTER SERVER nowhere OPTIONS (ADD port '14x3');
ALTER SERVER nowhere OPTIONS (ADD port '1434');
ALTER SERVER nowhere OPTIONS (ADD port '1435');

-- the pair
ALTER SERVER nowhere OPTIONS (ADD partner_policy 'whatever');
ALTER SERVER nowhere OPTIONS (ADD partner_policy 'configured');
ALTER SERVER nowhere OPTIONS (ADD require_mirroring 'perhaps');
ALTER SERVER nowhere OPTIONS (ADD require_mirroring 'off');
ALTER SERVER nowhere OPTIONS (ADD mirroring_guid '{12345678-1234-1234-1234-12345678}');
ALTER SERVER nowhere OPTIONS (ADD mirroring_guid '{12345678-ABCD-1234-1234-1234567890ab}');

-- times
ALTER SERVER nowhere OPTIONS (ADD login_timeout '0');
ALTER SERVER nowhere OPTIONS (ADD login_timeout '2 hours');
ALTER SERVER nowhere OPTIONS (ADD login_timeout 'soon');
ALTER SERVER nowhere OPTIONS (ADD login_timeout '1500 ms');
ALTER SERVER nowhere OPTIONS (SET login_timeout '1.5');
ALTER SERVER nowhere OPTIONS (SET login_timeout '5 s');
ALTER SERVER nowhere OPTIONS (ADD query_timeout '-1');
ALTER SERVER nowhere OPTIONS (ADD query_timeout '10 min');
ALTER SERVER nowhere OPTIONS (ADD lock_timeout '-2');
ALTER SERVER nowhere OPTIONS (ADD lock_timeout '-1');
ALTER SERVER nowhere OPTIONS (SET lock_timeout '0');

-- the connection
ALTER SERVER nowhere OPTIONS (ADD encryption 'always');
ALTER SERVER nowhere OPTIONS (ADD encryption 'Require');
ALTER SERVER nowhere OPTIONS (ADD tds_version '7.1');
ALTER SERVER nowhere OPTIONS (ADD tds_version '7.3');
ALTER SERVER nowhere OPTIONS (ADD packet_size '100');
ALTER SERVER nowhere OPTIONS (ADD packet_size '8192');
ALTER SERVER nowhere OPTIONS (ADD application_name '');
ALTER SERVER nowhere OPTIONS (ADD application_name E'a\nb');
ALTER SERVER nowhere OPTIONS (ADD application_name 'reports');
ALTER SERVER nowhere OPTIONS (ADD ca_file 'ca.pem');
ALTER SERVER nowhere OPTIONS (ADD ca_file '/etc/ssl/ca.pem#x');
ALTER SERVER nowhere OPTIONS (ADD ca_file '/etc/ssl/ca.pem');
ALTER SERVER nowhere OPTIONS (ADD keep_connections 'false');
ALTER SERVER nowhere OPTIONS (ADD fdw_startup_cost '-1');
ALTER SERVER nowhere OPTIONS (ADD fdw_tuple_cost 'NaN');
ALTER SERVER nowhere OPTIONS (ADD fdw_tuple_cost '0.5');
\set VERBOSITY terse
ALTER SERVER nowhere OPTIONS (ADD analyze_sampling 'bernoulli');
\set VERBOSITY default
ALTER SERVER nowhere OPTIONS (ADD analyze_sampling 'random');
ALTER SERVER nowhere OPTIONS (ADD remote_version '2019');
ALTER SERVER nowhere OPTIONS (ADD remote_version '10.50');
ALTER SERVER nowhere OPTIONS (ADD remote_version '15.');
ALTER SERVER nowhere OPTIONS (ADD remote_version '15.0.2000.5.1');
ALTER SERVER nowhere OPTIONS (ADD remote_version '15.0.2000.5');
ALTER SERVER nowhere OPTIONS (SET remote_version '15');
SELECT srvoptions FROM pg_foreign_server WHERE srvname = 'nowhere';

-- a password is in no message
CREATE USER MAPPING FOR CURRENT_USER SERVER nowhere
	OPTIONS (username 'sa', passwort 'S3cret!');
CREATE USER MAPPING FOR CURRENT_USER SERVER nowhere
	OPTIONS (username 'sa', password E'S3cret!\n');
CREATE USER MAPPING FOR CURRENT_USER SERVER nowhere
	OPTIONS (username '', password 'S3cret!');
CREATE USER MAPPING FOR CURRENT_USER SERVER nowhere
	OPTIONS (username 'sa', password 'S3cret!');

-- tables and columns
CREATE FOREIGN TABLE t (a int) SERVER nowhere OPTIONS (table_name 't', query 'SELECT 1 AS a');
CREATE FOREIGN TABLE t (a int) SERVER nowhere OPTIONS (schema_name 'dbo', query 'SELECT 1 AS a');
CREATE FOREIGN TABLE t (a int) SERVER nowhere OPTIONS ("table" 't', table_name 't');
CREATE FOREIGN TABLE t (a int) SERVER nowhere OPTIONS (query ' ');
CREATE FOREIGN TABLE t (a int) SERVER nowhere OPTIONS (table_name 'other.dbo.t');
CREATE FOREIGN TABLE t (a int) SERVER nowhere OPTIONS (table_name '[dbo.t');
CREATE FOREIGN TABLE t (a int) SERVER nowhere OPTIONS (table_name 'dbo.');
CREATE FOREIGN TABLE t (a int OPTIONS (colum_name 'b')) SERVER nowhere;
CREATE FOREIGN TABLE t (a int OPTIONS ("key" 'perhaps')) SERVER nowhere;
CREATE FOREIGN TABLE t (a int OPTIONS (remote_collation 'Latin1] --')) SERVER nowhere;
CREATE FOREIGN TABLE t (a int OPTIONS (remote_collation '')) SERVER nowhere;

-- how names are read
CREATE FOREIGN TABLE t (a int OPTIONS ("key" 'true', remote_collation 'Latin1_General_100_BIN2_UTF8'))
	SERVER nowhere;
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM t;
ALTER FOREIGN TABLE t OPTIONS (ADD "table" 'dbo.x');
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM t;
ALTER FOREIGN TABLE t OPTIONS (SET "table" '[my schema].[odd]]name]');
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM t;
ALTER FOREIGN TABLE t OPTIONS (SET "table" '"a.b"');
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM t;
ALTER FOREIGN TABLE t OPTIONS (ADD schema_name 'dbo', SET "table" 'a.b.[c]');
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM t;
ALTER FOREIGN TABLE t OPTIONS (DROP schema_name, DROP "table", ADD query 'SELECT 1 AS [a]; ');
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM t;
ALTER FOREIGN TABLE t OPTIONS (SET query 'SELECT 1 AS [a] -- one');
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM t;
ALTER FOREIGN TABLE t ALTER a OPTIONS (ADD column_name 'A]b');
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM t;

-- what only a superuser may do
CREATE ROLE regress_tds_mirror_user;
GRANT USAGE ON FOREIGN DATA WRAPPER tds_mirror_fdw TO regress_tds_mirror_user;
GRANT USAGE ON FOREIGN SERVER nowhere TO regress_tds_mirror_user;
GRANT SELECT ON t TO regress_tds_mirror_user;
SET ROLE regress_tds_mirror_user;
CREATE SERVER mine FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername 'a', database 'd', ca_file '/etc/shadow');
CREATE USER MAPPING FOR CURRENT_USER SERVER nowhere OPTIONS (username 'x', password_required 'false');
CREATE USER MAPPING FOR CURRENT_USER SERVER nowhere OPTIONS (username 'x', password_required 'true');
SELECT * FROM t;
ALTER USER MAPPING FOR CURRENT_USER SERVER nowhere OPTIONS (ADD password '');
SELECT * FROM t;
RESET ROLE;

-- a wrapper without validator meets the same rules when it is used
CREATE FOREIGN DATA WRAPPER unchecked HANDLER tds_mirror_fdw_handler;
CREATE SERVER unchecked FOREIGN DATA WRAPPER unchecked OPTIONS (servername 'a');
CREATE FOREIGN TABLE u (a int) SERVER unchecked;
EXPLAIN SELECT * FROM u;
ALTER SERVER unchecked OPTIONS (ADD database 'd', ADD port 'no');
EXPLAIN SELECT * FROM u;
DROP FOREIGN DATA WRAPPER unchecked CASCADE;

DROP SERVER nowhere CASCADE;
REVOKE ALL ON FOREIGN DATA WRAPPER tds_mirror_fdw FROM regress_tds_mirror_user;
DROP ROLE regress_tds_mirror_user;
