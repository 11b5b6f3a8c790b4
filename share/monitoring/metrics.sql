-- share/monitoring/metrics.sql: the views that all the metrics here are read from.
--
-- psql -v role=monitor [-v timeout='2 s'] -f metrics.sql
--
-- in the database that has the extension, as whoever may create a schema there.
-- role is who reads them, and whose USAGE and user mappings decide which servers
-- they show.  timeout is how long each partner of each server is waited for.
-- Running it again renews the views.

\set ON_ERROR_STOP on
\if :{?role}
\else
DO $$ BEGIN RAISE 'say who reads the metrics: psql -v role=monitor -f metrics.sql'; END $$;
\endif
\if :{?timeout}
\else
\set timeout '2 s'
\endif

BEGIN;

CREATE SCHEMA IF NOT EXISTS tds_mirror_metrics;

COMMENT ON SCHEMA tds_mirror_metrics IS 'metrics of mirrored SQL Server databases, for exporters';

-- A row for each partner, which is asked now.
CREATE OR REPLACE VIEW tds_mirror_metrics.partner AS
SELECT server_name,
	partner,
	reachable::integer AS up,
	(role IS NOT DISTINCT FROM 'PRINCIPAL')::integer AS is_principal,
	(role IS NOT DISTINCT FROM 'MIRROR')::integer AS is_mirror,
	coalesce(array_position(ARRAY['SUSPENDED', 'DISCONNECTED', 'SYNCHRONIZING', 'PENDING_FAILOVER',
		'SYNCHRONIZED', 'UNSYNCHRONIZED', 'SYNCHRONIZED_FAILOVER_POSSIBLE'], state) - 1, -1) AS state_code,
	(state IS NOT NULL AND state LIKE 'SYNCHRONIZED%')::integer AS is_synchronized,
	(safety IS NOT DISTINCT FROM 'FULL')::integer AS is_safety_full,
	coalesce(array_position(ARRAY['UNKNOWN', 'CONNECTED', 'DISCONNECTED'], witness) - 1, -1) AS witness_code,
	coalesce(role_sequence, 0) AS role_sequence,
	coalesce(extract(epoch FROM round_trip), 0)::double precision AS round_trip_seconds
FROM tds_mirror_status(NULL, :'timeout');

COMMENT ON VIEW tds_mirror_metrics.partner IS 'what each partner says now, as numbers';

-- A row for each pair that any backend has found; nobody is asked.
CREATE OR REPLACE VIEW tds_mirror_metrics.pair AS
SELECT server_name,
	(principal IS NOT DISTINCT FROM 'failover')::integer AS is_failed_over,
	coalesce(mirrored, false)::integer AS is_mirrored,
	coalesce(role_sequence, 0) AS role_sequence,
	switches AS switches_total,
	coalesce(extract(epoch FROM last_switch), 0)::double precision AS last_switch_timestamp_seconds,
	coalesce(extract(epoch FROM last_login), 0)::double precision AS last_login_timestamp_seconds
FROM tds_mirror_partners;

COMMENT ON VIEW tds_mirror_metrics.pair IS 'what the backends of this server have found out about each pair, as numbers';

GRANT USAGE ON SCHEMA tds_mirror_metrics TO :"role";
GRANT SELECT ON tds_mirror_metrics.partner, tds_mirror_metrics.pair TO :"role";

COMMIT;
