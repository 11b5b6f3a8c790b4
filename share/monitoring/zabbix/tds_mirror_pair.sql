SELECT server_name, is_failed_over, is_mirrored, role_sequence, switches_total,
	last_switch_timestamp_seconds, last_login_timestamp_seconds
FROM tds_mirror_metrics.pair
