SELECT server_name, partner, up, is_principal, is_mirror, state_code, is_synchronized,
	is_safety_full, witness_code, role_sequence, round_trip_seconds
FROM tds_mirror_metrics.partner
