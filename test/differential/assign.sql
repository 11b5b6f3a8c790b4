-- assign.sql: what assignment to a remote type makes of a moment that it cannot hold so finely.

CREATE FUNCTION assigned_datetime(moment timestamp) RETURNS timestamp LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN isfinite(moment) THEN
		date_trunc('day', moment) + interval '1 millisecond' * round(round(extract(epoch FROM moment - date_trunc('day', moment)) * 300) * 10 / 3)::bigint
	ELSE moment END
$$;

CREATE FUNCTION assigned_smalldatetime(moment timestamp) RETURNS timestamp LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN isfinite(moment) THEN date_trunc('minute', moment + interval '30 seconds') ELSE moment END
$$;
