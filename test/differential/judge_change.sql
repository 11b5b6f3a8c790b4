-- judge_change.sql: runs a change of foreign tables and its twin of local ones, and
-- compares what they answer and what is in the tables afterwards.

-- Zero has one sign: SQLite, in which the stand-in keeps its data, knows no other.
CREATE FUNCTION unsigned_zero(line text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT regexp_replace(line, '(?<=[(,])-0(?=[,)])', '0', 'g')
$$;

-- A change: its rows as text (of those that return some), or how many it changed.
CREATE FUNCTION outcome(statement text, returns bool, OUT state text, OUT message text, OUT changed bigint, OUT rows text[])
LANGUAGE plpgsql AS $$
DECLARE
	r record;
BEGIN
	state := '';
	rows := '{}';
	changed := 0;
	IF returns THEN
		FOR r IN EXECUTE statement LOOP
			rows := rows || unsigned_zero(r::text);
		END LOOP;
		changed := cardinality(rows);
	ELSE
		EXECUTE statement;
		GET DIAGNOSTICS changed = ROW_COUNT;
	END IF;
EXCEPTION WHEN OTHERS THEN
	state := SQLSTATE;
	message := SQLERRM;
	rows := '{}';
	changed := 0;
END $$;

CREATE FUNCTION contents(relation text, list text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	lines text[];
BEGIN
	EXECUTE format('SELECT coalesce(array_agg(line ORDER BY line COLLATE "C"), ''{}'') FROM (SELECT unsigned_zero(ROW(%s)::text) AS line FROM %s) AS x', list, relation) INTO lines;
	RETURN lines;
END $$;

-- What tells the tables from their twins, '' when nothing does.
CREATE FUNCTION tables_apart(targets text[], lists text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	f text[];
	l text[];
BEGIN
	FOR i IN 1 .. cardinality(targets) LOOP
		f := contents(targets[i], lists[i]);
		l := contents('local_' || targets[i], lists[i]);
		IF f <> l THEN
			RETURN format('difference  in %s  foreign: %s rows, alone %s  local: %s rows, alone %s', targets[i], cardinality(f), more_than(f, l), cardinality(l), more_than(l, f));
		END IF;
		IF targets[i] = 'target_given' THEN
			f := contents('trigger_log', 'CASE side WHEN ''there'' THEN line END');
			l := contents('trigger_log', 'CASE side WHEN ''here'' THEN line END');
			IF f <> l THEN
				RETURN format('difference  in what triggers saw  foreign: %s  local: %s', more_than(f, l), more_than(l, f));
			END IF;
		END IF;
	END LOOP;
	RETURN '';
END $$;

-- One word on a pair of outcomes, then what tells them apart: as verdict(), and order
-- as well where each side fails by another error of the data, and where a value is
-- refused there that no row would have been given.  What only one side did is undone.
CREATE FUNCTION change_verdict(there text, here text, returns bool, targets text[], lists text[], risky bool, bare bool) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	f record;
	l record;
	said text;
	data_errors text[] := '{22,23,44}';
BEGIN
	l := outcome(here, returns);
	IF l.state IN ('0A000', '42P22', '42883', '42804', '42803') THEN
		RETURN 'nothing ' || l.state || ' ' || l.message;
	END IF;
	f := outcome(there, returns);
	IF bare AND (f.state = 'HV004' OR f.message ~ 'The conversion of') THEN
		said := 'refused ' || f.message;
	ELSIF f.state <> '' AND l.state <> '' AND left(f.state, 2) = left(l.state, 2) THEN
		said := 'error ' || f.state || ' ' || f.message;
	ELSIF f.state <> '' AND l.state <> '' AND left(f.state, 2) = ANY (data_errors) AND left(l.state, 2) = ANY (data_errors) THEN
		said := 'order ' || f.state || ' ' || l.state;
	ELSIF f.state = '' AND l.state <> '' AND risky AND left(l.state, 2) = '22' THEN
		said := 'order ' || l.state || ' ' || l.message;
	ELSIF left(f.state, 2) = '22' AND l.state = '' AND l.changed = 0 THEN
		said := 'order ' || f.state || ' ' || f.message;
	ELSIF f.state <> '' OR l.state <> '' THEN
		said := format('difference  foreign: %s  local: %s', coalesce(nullif(f.state, '') || ' ' || f.message, f.changed || ' rows'),
			coalesce(nullif(l.state, '') || ' ' || l.message, l.changed || ' rows'));
	ELSIF f.changed <> l.changed OR sorted(f.rows) <> sorted(l.rows) THEN
		said := format('difference  in the answer  foreign: %s rows, alone %s  local: %s rows, alone %s', f.changed, more_than(f.rows, l.rows), l.changed,
			more_than(l.rows, f.rows));
	ELSE
		said := 'same ' || l.changed;
	END IF;
	IF said ~ '^(same|error)' THEN
		said := coalesce(nullif(tables_apart(targets, lists), ''), said);
	END IF;
	IF f.state <> l.state AND (f.state = '' OR l.state = '') THEN
		RAISE EXCEPTION USING ERRCODE = 'DF001', MESSAGE = said;
	END IF;
	RETURN said;
EXCEPTION WHEN SQLSTATE 'DF001' THEN
	RETURN said;
END $$;

-- Does EXPLAIN show that the statement itself is sent?
CREATE FUNCTION direct(statement text) RETURNS bool LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || statement LOOP
		IF line ~ '->  Foreign (Update|Delete) on' THEN
			RETURN true;
		END IF;
	END LOOP;
	RETURN false;
EXCEPTION WHEN OTHERS THEN
	RETURN false;
END $$;

-- A step of a case: what is run before (PREPARE, CREATE FUNCTION), then statements.
-- Answers of each with: number, step, whether it is sent as it is, verdict.
CREATE FUNCTION judge_change(number int, step int, before_there text, before_here text, there text[], here text[], shown text, returns bool,
	targets text[], lists text[], risky bool)
RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	sent_whole int := CASE WHEN shown ~ '^(UPDATE|DELETE|WITH)' THEN direct(shown)::int ELSE 0 END;
	said text;
BEGIN
	BEGIN
		IF before_here <> '' THEN
			EXECUTE before_here;
			EXECUTE before_there;
		END IF;
	EXCEPTION WHEN OTHERS THEN
		there := '{}';
		RETURN NEXT format('judged %s %s 0 nothing %s %s', number, step, SQLSTATE, translate(SQLERRM, E'\n\r', '  '));
	END;
	FOR i IN 1 .. cardinality(there) LOOP
		said := change_verdict(there[i], here[i], returns, targets, lists, risky, shown ~ '\mbare_\d|_bare\M');
		RETURN NEXT format('judged %s %s %s %s', number, step, sent_whole, translate(said, E'\n\r', '  '));
		EXIT WHEN said LIKE 'difference%';
	END LOOP;
	IF before_here <> '' THEN
		DEALLOCATE ALL;
	END IF;
END $$;

CREATE FUNCTION judge_tables(number int, step int, targets text[], lists text[]) RETURNS text LANGUAGE sql AS $$
	SELECT format('judged %s %s 0 %s', number, step, translate(coalesce(nullif(tables_apart(targets, lists), ''), 'equal'), E'\n\r', '  '))
$$;
