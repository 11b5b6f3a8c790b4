# Several scans of one server that stream at the same time: each on a session of its
# own while max_sessions allows it, else from a store; and what a transaction, an
# error or a failover makes of that.  "two" has the default, "one" has max_sessions 1.

use strict;
use warnings;
use JSON::PP;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_rows track_table_sql who_table_sql);
use TdsMirror::Lab qw(slurp wait_until);
use TdsMirror::Pair;

my $rows = 200000;
my $total = $rows * ($rows + 1) / 2;
my $cluster = TdsMirror::Cluster->start('readers');
my $pair = TdsMirror::Pair->start(prefix => 'readers-', witness => 1,
	script => track_script() . "CREATE TABLE dbo.note (id int NOT NULL PRIMARY KEY)\ngo\n");
my $psql = $cluster->session;

# The foreign tables of a server, in a schema of its name.
sub tables_sql
{
	my ($name) = @_;
	return "CREATE SCHEMA $name; SET search_path = $name, public;" . track_table_sql($name) . who_table_sql($name)
	  . "CREATE FOREIGN TABLE note (id int) SERVER $name OPTIONS (schema_name 'dbo', table_name 'note');"
	  . join '', map { "CREATE FOREIGN TABLE $_->[0] ($_->[1]) SERVER $name OPTIONS (query '$_->[2]');" }
	  [ 'big', 'id int, name text', "SELECT id, name FROM standin_rows($rows)" ],
	  [ 'wide', 'id int, pad text', 'SELECT id, REPLICATE(N\'\'x\'\', 200) AS pad FROM standin_rows(100000)' ],
	  [ 'broken', 'id int', 'SELECT 1 / (id - 1) AS id FROM dbo.track' ],
	  [ 'broken_later', 'id int', 'SELECT 1 / (id - 3000) AS id FROM dbo.track' ],
	  [ 'narrow', 'id smallint', 'SELECT id * 100 AS id FROM dbo.track' ];
}

sub settings_sql
{
	my ($name) = @_;
	return "SET search_path = $name, public; SET work_mem = '64kB'; SET enable_memoize = off; SET enable_hashjoin = off; "
	  . 'SET enable_mergejoin = off; SET enable_material = off; SET jit = off; SET plan_cache_mode = force_generic_plan;';
}

# A backend of its own that reads from that server.
sub reader
{
	my ($name) = @_;
	my $session = $cluster->session;

	$session->query(settings_sql($name));
	return $session;
}

sub principal { return $pair->principal; }

sub states { return $_[0]->query('SELECT coalesce(string_agg(state, $$ $$ ORDER BY spid), $$none$$) FROM tds_mirror_connections'); }

# Figures of the scan of a foreign table, by EXPLAIN ANALYZE.
sub scan_of
{
	my ($session, $table, $query) = @_;
	my @nodes = (decode_json($session->query("EXPLAIN (ANALYZE, FORMAT JSON) $query"))->[0]{Plan});

	while (my $node = shift @nodes)
	{
		push @nodes, @{ $node->{Plans} // [] };
		return $node if ($node->{'Relation Name'} // '') eq $table;
	}
	die "no scan of $table\n";
}

sub fails
{
	my ($session, $sql, $state, $like, $name) = @_;
	my ($ok, $out, $err, $got) = $session->try($sql);

	is($got, $state, $name) or diag "$out$err";
	like($err, $like, "$name: it says why");
	return;
}

sub alive
{
	my ($instance) = @_;
	open(my $stat, '<', "/proc/$instance->{pid}/stat") or return 0;
	return (split ' ', <$stat>)[2] ne 'Z';
}

# Kills the principal and waits until the other one serves.
sub switch
{
	my $old = principal();
	my $new = $old == $pair->a ? $pair->b : $pair->a;

	$old->kill9;
	$pair->wait_principal($new);
	return $new;
}

# The dead partner comes back as mirror, and both are as before.
sub recover
{
	for my $instance ($pair->a, $pair->b)
	{
		waitpid($instance->{pid}, 0) if !alive($instance);
		$instance->launch unless kill 0, $instance->{pid};
		$instance->control('clear');
	}
	$pair->wait_synchronized;
	$pair->wait_witness;
	return principal();
}

# One row of so many, chosen here: all of them travel
sub here_every
{
	my ($column, $of) = @_;
	return "$column % ($of + (random() * 0)::int) = 0";
}

# An outer scan, and for each of its rows a lookup on the same server.
my $nested = 'SELECT b.id, t.title FROM big AS b, LATERAL (SELECT title FROM track WHERE track.id = b.id OFFSET 0) AS t';
my $lookups = 'SELECT count(title) FROM few, LATERAL (SELECT title FROM track WHERE track.id = few.id OFFSET 0) AS t';

$psql->query(server_sql($pair, name => 'two', application_name => 'two', login_timeout => '30 s') . tables_sql('two')
	  . server_sql($pair, name => 'one', application_name => 'one', login_timeout => '30 s', max_sessions => 1) . tables_sql('one')
	  . 'CREATE TABLE public.few AS SELECT i * 10 AS id FROM generate_series(1, 100) AS i;'
	  . 'CREATE FUNCTION public.failing(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE $1; RETURN $q$no error$q$;'
	  . ' EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END $$;');
my $two = reader('two');
my $one = reader('one');

subtest 'a nested loop' => sub {
	is($two->query("$nested LIMIT 1"), '1|Track 1', 'the first row');
	is(states($two), 'idle idle', 'of two sessions');
	my $scan = scan_of($two, 'big', "$nested LIMIT 10");
	is($scan->{'Remote Rows'}, 10, 'nothing was stored');
	cmp_ok($scan->{'Remote Bytes'}, '>', 100, 'and what has arrived is counted');
	is($one->query("$nested LIMIT 1"), '1|Track 1', 'the same with one session');
	is(states($one), 'idle', 'which is all there is');
	is(scan_of($one, 'big', "$nested LIMIT 10")->{'Remote Rows'}, $rows, 'and everything was stored');

	my $whole = "SELECT count(*), sum(id), count(DISTINCT title) FROM ($nested WHERE @{[here_every('b.id', 100)]}) AS j";
	is($_->query($whole), '35|63000|35', 'the whole of it') for $two, $one;

	my $principal = principal();
	my $logins = $principal->counter('logins');
	$two->query('DO $$ BEGIN FOR i IN 1 .. 200 LOOP PERFORM * FROM (' . $nested . ' LIMIT 2) AS j; END LOOP; END $$');
	$two->query("$nested LIMIT 2") for 1 .. 20;
	is($principal->counter('logins'), $logins, 'no statement logs in again');

	$two->query("$nested LIMIT 500");
	my ($fds, $rss) = $two->footprint;
	is($two->query("SELECT count(*) FROM ($nested LIMIT 3000) AS j"), 3000, 'three thousand lookups beside a scan');
	my ($fds_after, $rss_after) = $two->footprint;
	is($fds_after, $fds, 'leave no file descriptor');
	cmp_ok($rss_after - $rss, '<=', 512, 'nor memory');
};

subtest 'small results are moved, not waited for' => sub {
	my $session = reader('two');

	is($session->query('SELECT count(b.title) FROM (SELECT id FROM track WHERE id = 5 OFFSET 0) AS a,'
		  . ' LATERAL (SELECT title FROM track WHERE track.id = a.id OFFSET 0) AS b'), 1, 'two scans');
	is(states($session), 'idle', 'of one session: the first answer was here already');
};

subtest 'an error beside a cursor' => sub {
	my %errors = (broken => '22012', broken_later => '22012', narrow => '22003');

	for my $session ($two, $one)
	{
		my $name = $session == $two ? 'two sessions' : 'one session';

		for my $table (sort keys %errors)
		{
			is($session->query('DO $$ DECLARE c CURSOR FOR SELECT id, name FROM big; r record; n int8 := 0; s int8 := 0; said text;'
				  . ' BEGIN OPEN c; LOOP FETCH c INTO r; EXIT WHEN NOT FOUND; n := n + 1; s := s + r.id;'
				  . ' IF n IN (1, 7, 5000) THEN BEGIN PERFORM sum(id) FROM (SELECT id FROM ' . $table . ' OFFSET 0) AS q; EXCEPTION WHEN OTHERS THEN said := SQLSTATE; END;'
				  . ' ELSIF n = 9 THEN PERFORM * FROM who; END IF; END LOOP;'
				  . ' PERFORM set_config($q$my.answer$q$, n || $q$ $q$ || s || $q$ $q$ || said, false); END $$;'
				  . ' SELECT current_setting($q$my.answer$q$)'), "$rows $total $errors{$table}", "$name, $table: FETCH goes on");
		}
		$session->query('BEGIN; DECLARE c CURSOR FOR SELECT id FROM big');
		is($session->query('FETCH 3 FROM c'), "1\n2\n3", "$name: a portal of the outer level");
		$session->query('SAVEPOINT s; DECLARE d CURSOR FOR SELECT id FROM big; MOVE 5 FROM d');
		is($session->query('SELECT failing($$SELECT sum(id) FROM broken$$)'), '22012', "$name: a function that fails and survives");
		is($session->query('FETCH 2 FROM d'), "6\n7", "$name: the inner one goes on");
		fails($session, 'SELECT * FROM broken', '22012', qr/Divide by zero/, "$name: an error in the subtransaction");
		$session->query('ROLLBACK TO s');
		is($session->query('FETCH 2 FROM c'), "4\n5", "$name: the outer one goes on");
		is($session->query('SELECT count(*) FROM who'), 1, "$name: a third statement");
		is($session->query('MOVE ALL FROM c; COMMIT; SELECT count(*) FROM who'), 1, "$name: to its end");
		is(states($session), $session == $two ? 'idle idle' : 'idle', "$name: nothing is left on the wire");
	}
};

subtest 'many cursors' => sub {
	for my $session ($two, $one)
	{
		my $name = $session == $two ? 'two sessions' : 'one session';
		my @at = (0, 0, 0);

		$session->query('BEGIN; ' . join '; ', map { "DECLARE c$_ CURSOR FOR SELECT id, name FROM big" } 0 .. 2);
		for my $turn (1 .. 12)
		{
			my $cursor = $turn % 3;
			my $want = join "\n", $at[$cursor] + 1 .. $at[$cursor] + $turn;

			is($session->query("FETCH $turn FROM c$cursor") =~ s/\|.*//gr, $want, "$name: cursor $cursor, $turn more");
			$at[$cursor] += $turn;
		}
		is($session->query('DO $$ DECLARE s int8; BEGIN SELECT sum(id) INTO s FROM big; IF s <> ' . $total . ' THEN RAISE $q$wrong sum$q$; END IF; END $$; SELECT 1'),
			1, "$name: a statement of its own beside them");
		is($session->query("MOVE ALL FROM c0; MOVE 199000 FROM c1; FETCH 1 FROM c1") =~ s/\|.*//gr, $at[1] + 199001, "$name: in any order");
		$session->query('DECLARE h CURSOR WITH HOLD FOR SELECT id FROM big WHERE id % 50000 = 0; DECLARE s SCROLL CURSOR FOR SELECT id FROM big; COMMIT');
		is($session->query('FETCH ALL FROM h'), "50000\n100000\n150000\n200000", "$name: WITH HOLD, read at COMMIT");
		$session->query('CLOSE h; BEGIN; DECLARE s SCROLL CURSOR FOR SELECT id FROM big; DECLARE c CURSOR FOR SELECT id FROM big; MOVE 10 FROM c');
		is($session->query('MOVE 100 FROM s; FETCH PRIOR FROM s; FETCH ABSOLUTE -1 FROM s; FETCH FIRST FROM s'), "99\n$rows\n1", "$name: back and forth");
		is($session->query('FETCH 1 FROM c; COMMIT'), 11, "$name: beside one that only goes forth");
	}
};

subtest 'remote transactions' => sub {
	my $session = reader('two');

	$session->query('BEGIN; DECLARE c CURSOR FOR SELECT id FROM big; DECLARE d CURSOR FOR SELECT id FROM big; MOVE 5 FROM c; MOVE 5 FROM d');
	is(states($session), 'streaming streaming', 'two readers stream');
	is($session->query("SELECT tds_mirror_exec('two', 'INSERT INTO dbo.note VALUES (1)')"), 1, 'and the transaction writes');
	is($session->query('SELECT string_agg(state, $$ $$ ORDER BY in_transaction) FROM tds_mirror_connections'), 'idle in transaction', 'none streams while it does');
	is($session->query('SELECT count(*) FROM note'), 1, 'it reads what it has written');
	is($session->query('FETCH 1 FROM c; FETCH 1 FROM d'), "6\n6", 'the readers go on');
	$session->query('DECLARE e CURSOR FOR SELECT id FROM big; MOVE 3 FROM e');
	is($session->query('SELECT count(*) FROM note; FETCH 1 FROM e'), "1\n4", 'a new reader belongs to the transaction, and makes room in it');
	is($session->query('SELECT count(*) FROM tds_mirror_connections WHERE state = $$streaming$$'), 0, 'the other session is left alone');
	$session->query('SAVEPOINT s');
	fails($session, 'SELECT * FROM broken', '22012', qr/Divide by zero/, 'an error in it');
	is($session->query('ROLLBACK TO s; SELECT count(*) FROM note; MOVE ALL FROM e; COMMIT'), 1, 'is undone');
	is($session->query('SELECT count(*) FROM note'), 1, 'committed');

	$session->query('BEGIN; DECLARE c CURSOR FOR SELECT id FROM big; MOVE 5 FROM c; SAVEPOINT s');
	$session->query("SELECT tds_mirror_exec('two', 'INSERT INTO dbo.note VALUES (2)'); ROLLBACK TO s");
	is($session->query('DECLARE d CURSOR FOR SELECT id FROM big; MOVE 5 FROM d; SELECT count(*) FROM note; FETCH 1 FROM d; FETCH 1 FROM c; COMMIT'),
		"1\n6\n6", 'a transaction that was rolled back to nothing leaves readers free again');
	$session->query("SELECT tds_mirror_exec('two', 'DELETE FROM dbo.note')");
	$session->quit;

	for my $level ('REPEATABLE READ', 'SERIALIZABLE')
	{
		$pair->principal->tsql('ALTER DATABASE [erp] SET ALLOW_SNAPSHOT_ISOLATION ON') if $level eq 'REPEATABLE READ';
		$session = reader('two');
		$session->query("BEGIN ISOLATION LEVEL $level; DECLARE c CURSOR FOR SELECT id FROM big; MOVE 5 FROM c");
		is($session->query('SELECT count(*) FROM track; FETCH 1 FROM c'), track_rows() . "\n6", "$level: two readers");
		is($session->query('SELECT count(*) FROM tds_mirror_connections; COMMIT'), 1, "$level: share the session of the transaction");
		$session->quit;
	}
};

subtest 'statements inside a row' => sub {
	my $domain = sub {
		my ($name) = @_;
		return "CREATE FUNCTION $name.known(int) RETURNS boolean LANGUAGE plpgsql AS \$\$ BEGIN RETURN EXISTS (SELECT FROM $name.track WHERE id = \$1); END \$\$;"
		  . "CREATE DOMAIN $name.known_id AS int CHECK ($name.known(VALUE));"
		  . "CREATE FOREIGN TABLE $name.checked (id $name.known_id) SERVER $name OPTIONS (query 'SELECT id FROM standin_rows(20000) WHERE id <= 50');";
	};
	$psql->query($domain->('one') . $domain->('two'));
	is($two->query('SELECT sum(id) FROM (SELECT id FROM checked OFFSET 0) AS q'), 1275, 'a value whose conversion reads the same server');
	fails($one, 'SELECT sum(id) FROM (SELECT id FROM checked OFFSET 0) AS q', '55006', qr/cannot be read while a value of it is being converted/, 'which one session cannot do');
	is($one->query('SELECT count(*) FROM who'), 1, 'but it goes on');

	$psql->query('CREATE TABLE public.log (id int, title text); CREATE FUNCTION public.note_title() RETURNS trigger LANGUAGE plpgsql AS'
		  . ' $$ BEGIN SELECT title INTO NEW.title FROM track WHERE id = NEW.id; RETURN NEW; END $$;'
		  . ' CREATE TRIGGER t BEFORE INSERT ON public.log FOR EACH ROW EXECUTE FUNCTION public.note_title()');
	for my $session ($two, $one)
	{
		is($session->query('TRUNCATE log; INSERT INTO log SELECT id FROM big WHERE id <= 300; SELECT count(*), count(DISTINCT title) FROM log'),
			'300|300', 'a trigger that reads what the statement reads from');
	}
};

subtest 'no further session to be had' => sub {
	my $principal = principal();
	my $session = reader('two');
	my $reads = sub { return $session->query("SELECT count(*), sum(id) FROM ($nested WHERE @{[here_every('b.id', 1000)]}) AS j"); };
	my $fresh = sub {
		my ($fault) = @_;
		$session->query("SELECT tds_mirror_disconnect('two')");
		$session->query('SELECT count(*) FROM who');
		$principal->control($fault);
	};

	for my $case ([ 'fault login error 18456 count 9 scope two', 'refused' ], [ 'fault login error 17809 count 9 scope two', 'full' ],
		[ 'fault login close 0 count 9 scope two', 'closed' ], [ 'fault login hang 0 count 9 scope two', 'silent' ], [ 'refuse on', 'not listening' ])
	{
		my ($fault, $name) = @{$case};
		my $logins;

		$fresh->($fault);
		$logins = $principal->counter('logins');
		is($reads->(), '3|6000', "$name: no statement fails");
		is($reads->(), '3|6000', "$name: nor the next");
		cmp_ok($principal->counter('logins') - $logins, '<=', 1, "$name: one attempt was enough");
		$principal->control($_) for 'clear', 'refuse off';
		is(states($session), 'idle', "$name: one session");
		like(slurp($cluster->log_file), qr/LOG:  tds_mirror_fdw: server "two": no further session could be opened.*: \S/, "$name: the log says why");
	}
	$fresh->('clear');
	$reads->();
	is(states($session), 'idle idle', 'after a new login it is tried again');

	$fresh->('fault login hang 0 count 1 scope two');
	fails($session, "SET statement_timeout = '700ms'; $nested LIMIT 1", '57014', qr/statement timeout/, 'a cancel is no such failure');
	$principal->control('clear');
	$session->query('RESET statement_timeout');
	is($reads->(), '3|6000', 'and the next statement works');
};

subtest 'a reader that stands still' => sub {
	my $session = reader('two');

	$session->query('SELECT * FROM who; BEGIN; DECLARE c CURSOR FOR SELECT id FROM big; MOVE 5 FROM c; DECLARE d CURSOR FOR SELECT id FROM big; MOVE 5 FROM d; CLOSE d');
	is(states($session), 'streaming idle', 'a cursor streams');
	principal()->control('fault batch delay 3000 scope two');
	is($session->query('SELECT count(*) FROM track'), track_rows(), 'another statement waits for its answer');
	is(states($session), 'idle idle', 'meanwhile the rows of the first were taken, with whatever locks it had');
	is($session->query('FETCH 1 FROM c; MOVE 199900 FROM c; FETCH 1 FROM c; COMMIT'), "6\n199907", 'none of them is lost');
};

subtest 'their end' => sub {
	my $session = $cluster->session;
	my $open = sub { $session->query(settings_sql('two') . "$nested LIMIT 1"); };
	my $count = sub { return principal()->tsql("SELECT COUNT(*) FROM sys.dm_exec_sessions WHERE program_name = 'ends'") + 0; };

	$psql->query("ALTER SERVER two OPTIONS (SET application_name 'ends')");
	$open->();
	is($count->(), 2, 'two sessions');
	$session->query('BEGIN; DECLARE c CURSOR FOR SELECT id FROM big; MOVE 1 FROM c; SAVEPOINT s');
	fails($session, "SELECT tds_mirror_disconnect('two')", '55006', qr/in use/, 'one of them in use');
	is($session->query('ROLLBACK TO s; COMMIT; SELECT tds_mirror_disconnect($$two$$)'), 't', 'both idle');
	is($count->(), 0, 'both are closed');
	$open->();
	$psql->query("ALTER SERVER two OPTIONS (ADD max_sessions '1')");
	$open->();
	is(states($session), 'idle', 'max_sessions counts from the next transaction on');
	$psql->query("ALTER SERVER two OPTIONS (SET max_sessions '3', ADD keep_connections 'false')");
	$open->();
	is(states($session), 'none', 'without keep_connections none is kept');
	$psql->query("ALTER SERVER two OPTIONS (DROP keep_connections)");
	$session->query(settings_sql('two') . 'BEGIN; ' . join ';', map { "DECLARE c$_ CURSOR FOR SELECT id FROM big; MOVE $_ FROM c$_" } 1 .. 4);
	is(states($session), 'streaming streaming streaming', 'three sessions for four readers');
	is($session->query('FETCH 1 FROM c1; FETCH 1 FROM c4; FETCH 1 FROM c3; FETCH 1 FROM c2'), "2\n5\n4\n3", 'all of whom go on');
	$session->query('ROLLBACK');
	is(states($session), 'idle idle idle', 'idle after a rollback');
	my $backend = $session->backend;
	$session->query('BEGIN; DECLARE c CURSOR FOR SELECT id FROM big; MOVE 1 FROM c; DECLARE d CURSOR FOR SELECT id FROM big; MOVE 1 FROM d');
	$session->quit;
	wait_until('the backend has ended', 20, sub { !-e "/proc/$backend" });
	wait_until('its sessions are gone', 20, sub { $count->() == 0 });
	pass('a backend that ends closes them');
	$psql->query("ALTER SERVER two OPTIONS (SET application_name 'two', DROP max_sessions)");
};

subtest 'a mapping for PUBLIC' => sub {
	my $session = $cluster->session;

	$psql->query(server_sql($pair, name => 'shared', application_name => 'shared') =~ s/CREATE USER MAPPING FOR CURRENT_USER/CREATE USER MAPPING FOR PUBLIC/r
		  . tables_sql('shared')
		  . 'CREATE ROLE other; GRANT USAGE ON SCHEMA shared TO other; GRANT USAGE ON FOREIGN SERVER shared TO other; GRANT SELECT ON ALL TABLES IN SCHEMA shared TO other');
	$session->query(settings_sql('shared') . "$nested LIMIT 1");
	is($session->query('SELECT string_agg(user_name, $$ $$) FROM tds_mirror_connections'), 'public public', 'two sessions for everybody');
	is($session->query("SET ROLE other; $nested LIMIT 1; RESET ROLE"), '1|Track 1', 'somebody else reads');
	is(states($session), 'idle idle', 'from the same ones');
	$session->quit;
};

subtest 'failover' => sub {
	my $session = reader('two');
	my $padded = 'SELECT sum(length(w.pad || t.title)) FROM wide AS w, LATERAL (SELECT title FROM track WHERE track.id = w.id OFFSET 0) AS t';

	# More than the buffers on the way can hold: the end of wide is still to come.
	$session->query('BEGIN; DECLARE c CURSOR FOR SELECT * FROM wide; DECLARE d CURSOR FOR SELECT * FROM wide; DECLARE later CURSOR FOR SELECT id FROM track WHERE id = 3');
	$session->query('MOVE 5 FROM c; MOVE 6 FROM d; SAVEPOINT s');
	is(states($session), 'streaming streaming', 'two readers stream from one partner');
	my $new = switch();
	for my $cursor ('c', 'd')
	{
		fails($session, "MOVE ALL FROM $cursor", '08006', qr/DETAIL:.*\d+ rows.*HINT:.*un the statement again/s, "cursor $cursor ends with the truth");
		$session->query('ROLLBACK TO s; SAVEPOINT s');
	}
	is($session->query('FETCH ALL FROM later'), 3, 'one that had read nothing is answered by the other partner');
	is($session->query('ROLLBACK; SELECT instance FROM who'), $new->name, 'as is the next statement');
	is($session->query("$nested LIMIT 1"), '1|Track 1', 'and two readers');
	is($session->query('SELECT count(DISTINCT address), bool_or(stale) FROM tds_mirror_connections'), '1|f', 'both sessions lead there');
	recover();

	# Lookups beside a scan whose rows are still to come: its end is lost, whatever the lookups do.
	for my $skip (1, 2, 30, 31)
	{
		$session->query("$nested LIMIT 1");
		principal()->control("fault batch kill skip $skip scope two");
		fails($session, $padded, '08006', qr/DETAIL:.*\d+ rows/s, "killed by request $skip");
		recover();
		is($session->query("SELECT count(*) FROM ($nested WHERE @{[here_every('b.id', 500)]}) AS j"), 7, 'the next one is whole');
	}

	# A scan that may have come as a whole before: all of it, or 08006, and nothing between.
	my $joined = 'SELECT count(*), sum(b.id) FROM track AS b, LATERAL (SELECT title FROM track WHERE track.id = b.id OFFSET 0) AS t';
	for my $skip (2, 40)
	{
		$session->query("$nested LIMIT 1");
		principal()->control("fault batch kill skip $skip scope two");
		my ($ok, $out, $err, $state) = $session->try($joined);
		ok($ok ? $out eq track_rows() . '|' . track_rows() * (track_rows() + 1) / 2 : $state eq '08006', "killed by request $skip: all or 08006") or diag "$out$err";
		recover();
	}

	# One connection of two is cut: the other reader goes on.
	$session->query("$nested LIMIT 1; BEGIN; DECLARE c CURSOR FOR SELECT id FROM big; MOVE 5 FROM c; SAVEPOINT s");
	principal()->control('fault batch reset skip 50 scope two');
	is($session->query($lookups), 100, 'the connection of the lookups is cut: another one is opened');
	is($session->query('FETCH 1 FROM c; MOVE 199990 FROM c; FETCH 1 FROM c; COMMIT'), "6\n199997", 'the cursor beside them notices nothing');
	$session->quit;

	# A statement whose lookups went beside the cursor of another: a synchronous pair has their rows.
	$session = reader('two');
	$session->query("$nested LIMIT 1; BEGIN; DECLARE c CURSOR FOR SELECT * FROM wide; MOVE 5 FROM c; SAVEPOINT s");
	principal()->control('fault batch kill skip 50 scope two');
	is($session->query($lookups), 100, 'killed between lookups, SAFETY FULL: they go on at the other partner');
	fails($session, 'MOVE ALL FROM c', '08006', qr/DETAIL:.*\d+ rows/s, 'the cursor beside them does not');
	$session->query('ROLLBACK');
	recover();
	$session->quit;
};

$_->quit for $two, $one, $psql;
$pair->stop;

# SAFETY OFF, and somebody forces service: rows of two logins may be of two states.
$pair = TdsMirror::Pair->start(prefix => 'off-', script => track_script());
$psql = $cluster->session;
$psql->query(server_sql($pair, name => 'off', application_name => 'off', login_timeout => '60 s') . tables_sql('off'));
for my $when ('before', 'after')
{
	my $session = reader('off');
	my $old = principal();
	my $new = $pair->mirror_of;

	# Seen by the main session's login, or by that of the further one alone.
	$old->tsql('ALTER DATABASE [erp] SET PARTNER SAFETY OFF') if $when eq 'before';
	$session->query('SELECT * FROM who');
	$old->tsql('ALTER DATABASE [erp] SET PARTNER SAFETY OFF') if $when eq 'after';
	$session->query('BEGIN; DECLARE p CURSOR FOR SELECT t.id FROM few, LATERAL (SELECT id FROM track WHERE track.id = few.id OFFSET 0) AS t; FETCH 5 FROM p');
	$session->query('SAVEPOINT s; DECLARE c CURSOR FOR SELECT id FROM big; MOVE 5 FROM c');
	$old->control('fault batch kill skip 40 scope off');
	$session->send($lookups);
	waitpid($old->{pid}, 0);
	$pair->force_service($new);
	my ($ok, $out, $err, $state) = $session->finish;
	is($state, '08006', "SAFETY OFF $when the login, killed between lookups of the further session: 08006") or diag "$out$err";
	like($err, qr/DETAIL:.*\d+ rows/, 'DETAIL says how many rows cannot be combined with others');
	is($session->query("ROLLBACK TO s; SAVEPOINT s; $lookups"), 100, 'the next statement works');
	$old->launch;
	wait_until('the old principal is a suspended mirror', 30, sub { ($pair->state_of($old)->{state_desc} // '') eq 'SUSPENDED' });
	$new->tsql('ALTER DATABASE [erp] SET PARTNER RESUME');
	wait_until('it follows again', 30, sub { ($pair->state_of($new)->{state_desc} // '') =~ /^SYNCHRON/ });
	$session->query("SELECT tds_mirror_disconnect('off')");
	fails($session, 'FETCH 1 FROM p', '08006', qr/DETAIL:.*5 rows/, 'a portal with rows of the former principal, though the pair is whole again');
	$session->quit;
	$new->tsql('ALTER DATABASE [erp] SET PARTNER SAFETY FULL');
	$pair->wait_synchronized;
}
$psql->quit;
$pair->stop;

# A server that is not mirrored: no guid tells one state of the data from another.
$pair = TdsMirror::Pair->start(prefix => 'alone-', plain => 1, script => track_script());
$psql = $cluster->session;
$psql->query(server_sql($pair, name => 'alone', application_name => 'alone', require_mirroring => 'false') . tables_sql('alone') . settings_sql('alone'));
is($psql->query("SELECT count(*) FROM ($nested LIMIT 100) AS j"), 100, 'not mirrored: lookups beside a scan');
is(states($psql), 'idle idle', 'on two sessions, side by side, of the same data');
$pair->a->control('fault batch reset skip 30 scope alone');
my ($ok, $out, $err, $state) = $psql->try($lookups);
is($state, '08006', 'a new connection may lead to another state of the data') or diag "$out$err";
is($psql->query("SELECT count(*) FROM ($nested LIMIT 100) AS j"), 100, 'the next statement reads from two sessions again');
$psql->quit;
$pair->stop;

done_testing();
