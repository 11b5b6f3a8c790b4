-- judge.sql: runs a statement about foreign tables and its twin about copies, and
-- compares what they answer.

-- The rows of a statement in their order, as text.  state is the error's, or ''.
CREATE FUNCTION answer(statement text, folded bool, OUT state text, OUT message text, OUT rows text[])
LANGUAGE plpgsql AS $$
DECLARE
	r record;
	line text;
BEGIN
	state := '';
	rows := '{}';
	FOR r IN EXECUTE statement LOOP
		line := r::text;
		IF folded THEN
			line := regexp_replace(line, '(?<=[(,])-0(?=[,)])', '0', 'g');
		END IF;
		rows := rows || line;
	END LOOP;
EXCEPTION WHEN OTHERS THEN
	state := SQLSTATE;
	message := SQLERRM;
	rows := '{}';
END $$;

-- What EXPLAIN says is sent, all statements of it.
CREATE FUNCTION sent(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	said text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || statement LOOP
		IF line ~ '^\s*Remote SQL: ' THEN
			said := said || regexp_replace(line, '^\s*Remote SQL: ', '') || ' ;; ';
		END IF;
	END LOOP;
	RETURN said;
EXCEPTION WHEN OTHERS THEN
	RETURN '';
END $$;

CREATE FUNCTION more_than(ours text[], others text[]) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(line, ' ' ORDER BY line), '') FROM
		(SELECT line FROM unnest(ours) AS u (line) EXCEPT ALL SELECT line FROM unnest(others) AS u (line) ORDER BY 1 LIMIT 4) AS d
$$;

CREATE FUNCTION sorted(lines text[]) RETURNS text[] LANGUAGE sql AS $$
	SELECT coalesce(array_agg(line ORDER BY line COLLATE "C"), '{}') FROM unnest(lines) AS u (line)
$$;

-- One word on a pair of answers, then what tells them apart:
-- same, error (the same on both sides), order (an error here alone of those that
-- depend on the order of evaluation), refused (a column is not what an undeclared
-- one is taken for), nothing (not possible here), difference.
CREATE FUNCTION verdict(there text, here text, bare bool, total bool, folded bool) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	f record;
	l record;
	order_errors text[] := '{22003,22008,22012,22P02,22007,22018,22023,22001,2201F,22025,22019,2201B}';
BEGIN
	l := answer(here, folded);
	IF l.state IN ('0A000', '42P22', '42883', '42804', '42803') THEN
		RETURN 'nothing ' || l.state || ' ' || l.message;
	END IF;
	f := answer(there, folded);
	IF bare AND (f.state = 'HV004' OR f.message ~ 'The conversion of') THEN
		RETURN 'refused ' || f.message;
	ELSIF f.state <> '' OR l.state <> '' THEN
		IF f.state = l.state OR (f.state = ANY (order_errors) AND l.state = ANY (order_errors)) THEN
			RETURN 'error ' || f.state || ' ' || f.message;
		ELSIF f.state = '' AND l.state = ANY (order_errors) THEN
			RETURN 'order ' || l.state || ' ' || l.message;
		END IF;
		RETURN format('difference  foreign: %s  local: %s', coalesce(nullif(f.state, '') || ' ' || f.message, cardinality(f.rows) || ' rows'),
			coalesce(nullif(l.state, '') || ' ' || l.message, cardinality(l.rows) || ' rows'));
	ELSIF f.rows = l.rows OR (NOT total AND sorted(f.rows) = sorted(l.rows)) THEN
		RETURN 'same ' || cardinality(l.rows);
	ELSIF sorted(f.rows) = sorted(l.rows) THEN
		RETURN format('difference  in order  foreign: %s  local: %s', f.rows[1:6], l.rows[1:6]);
	END IF;
	RETURN format('difference  foreign: %s rows, alone %s  local: %s rows, alone %s', cardinality(f.rows), more_than(f.rows, l.rows),
		cardinality(l.rows), more_than(l.rows, f.rows));
END $$;

-- A query: what is run before (PREPARE, CREATE FUNCTION), then statements, of which
-- the worst verdict counts.  Answers with: number, what is shipped (something, join,
-- aggregate), verdict.
CREATE FUNCTION judge(number int, before_there text, before_here text, there text[], here text[], shown text, total bool, folded bool)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	remote text;
	said text;
	worst text := '';
	rank text[] := '{same,order,error,nothing,refused,difference}';
BEGIN
	BEGIN
		IF before_here <> '' THEN
			EXECUTE before_here;
			EXECUTE before_there;
		END IF;
	EXCEPTION WHEN OTHERS THEN
		there := '{}';
		worst := 'nothing ' || SQLSTATE || ' ' || SQLERRM;
	END;
	FOR i IN 1 .. cardinality(there) LOOP
		said := verdict(there[i], here[i], shown ~ '\mbare_\d', total, folded);
		IF worst = '' OR array_position(rank, split_part(said, ' ', 1)) > array_position(rank, split_part(worst, ' ', 1)) THEN
			worst := CASE WHEN cardinality(there) > 1 AND said LIKE 'difference%' THEN said || '  in execution ' || i ELSE said END;
		END IF;
	END LOOP;
	remote := sent(shown);
	IF before_here <> '' THEN
		DEALLOCATE ALL;
	END IF;
	RETURN format('judged %s %s%s%s %s%s', number,
		(remote ~ '\m(WHERE|JOIN|GROUP BY|ORDER BY|TOP|OFFSET|DISTINCT|COUNT|COUNT_BIG|SUM|MIN|MAX|AVG)\M')::int,
		(remote ~ '\m(JOIN|EXISTS)\M')::int, (remote ~ '\m(GROUP BY|DISTINCT|COUNT|COUNT_BIG|SUM|MIN|MAX|AVG)\M')::int,
		translate(worst, E'\n\r', '  '), CASE WHEN worst LIKE 'difference%' THEN '  remote: ' || translate(remote, E'\n\r', '  ') ELSE '' END);
END $$;
