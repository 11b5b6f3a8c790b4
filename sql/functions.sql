--
-- The SQL functions: how they are declared, who may call them, and what they
-- return.  What they do when servers fail is tested in t/019 to t/021.
--
\getenv host TDS_HOST
\getenv port_a TDS_PORT_A
\getenv port_b TDS_PORT_B
\getenv user TDS_USER
\getenv password TDS_PASSWORD
\getenv database TDS_DATABASE
\set partner_a :host , :port_a
\set partner_b :host , :port_b
CREATE SERVER functions FOREIGN DATA WRAPPER tds_mirror_fdw
	OPTIONS (servername :'partner_a', failover_partner :'partner_b', database :'database', login_timeout '5 s');
CREATE USER MAPPING FOR CURRENT_USER SERVER functions OPTIONS (username :'user', password :'password');

-- all volatile, none for parallel workers, all described
SELECT p.proname, p.provolatile, p.proparallel,
	has_function_privilege('public', p.oid, 'EXECUTE') AS public
FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
WHERE e.extname = 'tds_mirror_fdw' AND p.proname LIKE 'tds\_mirror\_%' AND p.proname NOT LIKE '%\_fdw\_%'
ORDER BY 1;
SELECT count(*) AS undescribed
FROM pg_depend d
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND d.classid IN ('pg_proc'::regclass, 'pg_class'::regclass)
	AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'tds_mirror_fdw')
	AND obj_description(d.objid, d.classid::regclass::name) IS NULL;

-- pass-through: rows
SELECT * FROM tds_mirror_query('functions', 'SELECT id, f_int FROM dbo.whole ORDER BY id') AS r(id int, n bigint);
SELECT * FROM tds_mirror_query('functions', 'SELECT id FROM dbo.whole WHERE id < 0') AS r(id int);
SELECT upper(name) FROM tds_mirror_query('functions', 'SELECT N''a'' AS x') AS r(name text);
SELECT * FROM tds_mirror_query(NULL, 'SELECT 1') AS r(id int);

-- pass-through: what does not fit
SELECT * FROM tds_mirror_query('functions', 'SELECT 1, 2') AS r(id int);
SELECT * FROM tds_mirror_query('functions', 'SELECT 1 SELECT 2') AS r(id int);
SELECT * FROM tds_mirror_query('functions', 'UPDATE dbo.whole SET f_bit = f_bit') AS r(id int);
SELECT * FROM tds_mirror_query('functions', 'SELECT CAST(''2020-01-01'' AS date) AS d') AS r(id int);
SELECT tds_mirror_query('functions', 'SELECT 1');

-- pass-through: counts
SELECT tds_mirror_exec('functions', 'UPDATE dbo.whole SET f_bit = f_bit WHERE id > 2');
SELECT tds_mirror_exec('functions', 'UPDATE dbo.whole SET f_bit = f_bit WHERE id > 2; UPDATE dbo.whole SET f_bit = f_bit WHERE id = 1');
SELECT tds_mirror_exec('functions', 'SET NOCOUNT ON UPDATE dbo.whole SET f_bit = f_bit') IS NULL AS unknown;

-- arguments
SELECT tds_mirror_set_safety('functions', 'some');
SELECT tds_mirror_failover('functions', '-1 s');
SELECT tds_mirror_force_service('functions', false);
SELECT tds_mirror_suspend('nowhere');

-- connections
SELECT server_name, state, in_transaction, stale FROM tds_mirror_connections;
BEGIN;
SELECT tds_mirror_exec('functions', 'UPDATE dbo.whole SET f_bit = f_bit WHERE id = 1');
SELECT server_name, state, in_transaction, stale FROM tds_mirror_connections;
SELECT tds_mirror_disconnect('functions');
ROLLBACK;
SELECT tds_mirror_disconnect('functions');

-- status and diag
SELECT partner, reachable, role, state, safety, error FROM tds_mirror_status('functions');
SELECT server_name, extension_version, encrypted, view_any_database, error FROM tds_mirror_diag('functions');

SET client_min_messages = warning;
DROP SERVER functions CASCADE;
