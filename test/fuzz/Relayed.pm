# Relayed.pm: a backend whose replies are broken on their way.
#
# A relay breaks one reply of a statement, whichever it is: of a login, of the
# settings, of the statement or of COMMIT.  The statement must end in time, in an
# error or in the truth; what it has changed is asked for beside the relay.

package Relayed;

use strict;
use warnings;
use Exporter 'import';
use IO::Handle;
use IPC::Open2 qw(open2);
use POSIX ();
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql);
use TdsMirror::Lab qw(append_file build_folder slurp);
use TdsMirror::Pair;
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(play_relayed);

my $patience = 30;				# seconds for one statement
my $memory = 400 * 1024;		# kB of a backend
my $workers = 8;				# most of their time they wait
my $table = "(id int OPTIONS (key 'true'), word text, price numeric(10,2), moment timestamp, data bytea)";

# What is asked, for a number that nobody has used and the worker's index; truth: asked beside the relay when
# the statement has ended, with the answer that it has if and only if it was done.
my %statements = (
	scan => { sql => sub { return "SELECT count(*), md5(string_agg(t::text, ',' ORDER BY id)) FROM t WHERE id <= 40 AND random() >= 0"; } },
	lookup => { sql => sub { return 'SELECT lookups(5)'; } },
	count => { sql => sub { return 'SELECT count(*) FROM t WHERE id <= 40'; } },
	describe => { sql => sub { return "SELECT count(*) FROM tds_mirror_describe('t')"; } },
	status => { sql => sub { return "SELECT count(*) FROM tds_mirror_status(current_setting('app.server'))"; } },
	import => { sql => sub { return "DROP SCHEMA IF EXISTS imported$_[1] CASCADE; CREATE SCHEMA imported$_[1]; IMPORT FOREIGN SCHEMA dbo LIMIT TO (t1) FROM SERVER erp$_[1] INTO imported$_[1]"; } },
	query => { sql => sub { return "SELECT * FROM tds_mirror_query(current_setting('app.server'), 'SELECT id FROM dbo.t1 WHERE id < 4') AS q (id int)"; } },
	insert => { sql => sub { return "INSERT INTO t (id, word) VALUES ($_[0], 'new') RETURNING id"; },
		truth => sub { return ("SELECT count(*) FROM truth WHERE id = $_[0]", 1); } },
	update => { sql => sub { return "UPDATE t SET word = 'u$_[0]' WHERE id = 7 AND random() >= 0"; },
		truth => sub { return ("SELECT count(*) FROM truth WHERE id = 7 AND word = 'u$_[0]'", 1); } },
	direct => { sql => sub { return "UPDATE t SET word = 'd$_[0]' WHERE id BETWEEN 20 AND 22"; },
		truth => sub { return ("SELECT count(*) FROM truth WHERE word = 'd$_[0]'", 3); } },
	many => { sql => sub { return "INSERT INTO t (id, word) SELECT $_[0] * 100 + n, 'many' FROM generate_series(1, 30) n"; },
		truth => sub { return ("SELECT count(*) FROM truth WHERE id BETWEEN $_[0] * 100 + 1 AND $_[0] * 100 + 30", 30); } },
	block => { sql => sub { return "BEGIN; INSERT INTO t (id, word) VALUES ($_[0], 'a'); SAVEPOINT s; INSERT INTO t (id, word) VALUES (-$_[0], 'b'); COMMIT"; },
		truth => sub { return ("SELECT count(*) FROM truth WHERE id IN ($_[0], -$_[0])", 2); } },
	exec => { sql => sub { return "SELECT tds_mirror_exec(current_setting('app.server'), 'DELETE FROM dbo.t1 WHERE id > 1000000000')"; } });

my $definitions = <<'SQL';
CREATE FUNCTION lookups(n int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	found text;
	result text := '';
BEGIN
	FOR i IN 1..n LOOP
		-- to its end, where a result is known to be whole; INTO would take one row and ask no further
		FOR found IN SELECT t::text FROM t WHERE id = i + 29 LOOP
			result := result || found || ' ';
		END LOOP;
	END LOOP;
	RETURN result;
END $$;
SQL

sub remote_script
{
	my ($index) = @_;

	return "CREATE TABLE dbo.t$index (id int NOT NULL PRIMARY KEY, word nvarchar(40) NULL, price decimal(10,2) NULL,"
	  . " moment datetime2 NULL, data varbinary(max) NULL)\ngo\nINSERT INTO dbo.t$index VALUES "
	  . join(', ', map { "($_, N'word $_', $_.25, '2024-02-29T12:34:56', 0x0102)" } 1 .. 40) . "\ngo\n";
}

sub start_relay
{
	my ($corpus, $upstream) = @_;
	my $pid = open2(my $out, my $in, build_folder() . '/fuzz/relay', '--corpus', $corpus, '--upstream', $upstream);

	$in->autoflush(1);
	my ($port) = <$out> =~ /^port (\d+)/ or die "no relay\n";
	return { pid => $pid, in => $in, out => $out, port => $port };
}

sub order
{
	my ($relay, $order) = @_;

	print { $relay->{in} } "$order\n";
	my $answer = readline $relay->{out} // die "the relay has ended\n";
	chomp $answer;
	return $answer;
}

sub open_session
{
	my ($world) = @_;
	my $psql = $world->{cluster}->session(timeout => $patience);

	$psql->query("SET client_min_messages = error; SET statement_timeout = '20s'; SET search_path TO w$world->{index}, public");
	$psql->query("SET app.server = 'erp$world->{index}'");
	$psql->backend;
	return $psql;
}

# Has it been done?  Waits for a rollback that is under way when it should not.
sub done
{
	my ($truth, $sql, $wanted, $expected) = @_;
	my $end = time + 5;
	my $answer = $truth->query($sql);

	while (($answer == $wanted) != $expected && time < $end)
	{
		sleep 0.05;
		$answer = $truth->query($sql);
	}
	return $answer;
}

# What is wrong with the outcome, in words; undef when nothing is.
sub judge
{
	my ($world, $kind, $id, $ok, $out, $state, $told) = @_;
	my ($reply, $later, $good, $book, $lenient) = $told =~ /^reply (\d+) later (\d+) good (-?\d+) book (-?\d+) lenient (-?\d+):/;
	my $whole = $book >= 0 || $lenient >= 0;
	my $truth = $statements{$kind}{truth};

	if ($truth)
	{
		my ($sql, $wanted) = $truth->($id);
		my $done = done($world->{truth}, $sql, $wanted, $ok);

		return 'it succeeded and has not been done' if $ok && $done != $wanted;
		# an error in answer to COMMIT, behind which nobody asks any more, is the server's word
		my $refused = $later == 0 && ($book == -2 || $lenient == -2);

		return 'it failed and has been done' if !$ok && $done == $wanted && $state ne '08007' && !$refused;
		return "it has been done in part: $done" if $done != 0 && $done != $wanted;
	}
	# a login that was lenient, another session, or what the bytes say
	return if !$ok || $reply <= 1 || $whole || $later > 0;
	return if !$truth && $out eq $world->{whole}{$kind};
	return 'taken for whole';
}

# A session is gone: ended by the watch for a library that loops, or hung.
sub session_lost
{
	my ($world, $what) = @_;
	my $hung = $what =~ /timeout/;

	$hung ? $world->{hangs}++ : $world->{ended}++;
	print "backend: no answer within $patience s: $what\n" if $hung;
	$world->{psql} = open_session($world);
	return (0, '', '', '08006');
}

sub strike
{
	my ($world, $kind, $seed, $number, $skip) = @_;
	my $id = $world->{id}++;

	order($world->{relay}, "break $seed $number $skip") unless $world->{armed}++;
	my ($ok, $out, $err, $state) = eval { $world->{psql}->try($statements{$kind}{sql}->($id, $world->{index})); };
	($ok, $out, $err, $state) = session_lost($world, $@) unless defined $ok;
	my $told = order($world->{relay}, 'tell');
	$world->{psql}->try('ROLLBACK') if $kind eq 'block' && !$ok;
	return 0 if $told eq 'waiting';
	$world->{armed} = 0;
	$world->{"broken $kind"}++;
	$world->{"succeeded $kind"} += $ok;
	if (my $wrong = judge($world, $kind, $id, $ok, $out, $state, $told))
	{
		$world->{wrong}++;
		print "backend, seed $seed, number $number, $kind: $wrong: $told\n    $out $state\n";
		order($world->{relay}, "keep $world->{folder}/backend-$seed-$number.reply");
	}
	return 1;
}

# A process of its own plays so many replies on a table of its own; its counts are in a file.
sub work
{
	my ($world, $corpus, $upstream, $replies, $seed) = @_;
	my @kinds = sort keys %statements;
	my ($number, $struck, $chance) = (0, 0, $seed);

	$world->{relay} = start_relay($corpus, $upstream);
	my $admin = $world->{cluster}->session;
	$admin->query("ALTER SERVER erp$world->{index} OPTIONS (SET servername '127.0.0.1,$world->{relay}{port}')");
	$admin->quit;
	$world->{psql} = open_session($world);
	$world->{truth} = open_session($world);
	$world->{whole}{$_} = $world->{psql}->query($statements{$_}{sql}->(1, $world->{index})) for grep { !$statements{$_}{truth} } @kinds;
	while ($struck < $replies)
	{
		# the same numbers for the same seed
		$chance = ($chance * 1103515245 + 12345) % 2147483648;
		my $skip = ($chance >> 8) % 100 < 25 ? ($chance >> 16) % 3 : 3 + ($chance >> 16) % 5;
		$struck += strike($world, $kinds[ ($chance >> 12) % @kinds ], $seed, $number++, $skip);
	}
	($world->{peak}) = slurp('/proc/' . $world->{psql}->backend . '/status') =~ /^VmHWM:\s+(\d+)/m;
	close $world->{relay}{in};
	waitpid $world->{relay}{pid}, 0;
	append_file("$world->{folder}/backend-$seed.counts", join '', map { "$_ $world->{$_}\n" }
		  'hangs', 'ended', 'wrong', 'peak', grep { /^(?:broken|succeeded) / } keys %$world);
	$_->quit for @{$world}{qw(psql truth)};
	return;
}

sub local_sql
{
	my ($pair, $index) = @_;
	my %server = (failover_partner => undef, require_mirroring => 'false', login_timeout => '10 s', query_timeout => '10 s',
		commit_timeout => '10 s', batch_size => 10, max_sessions => 2, database => 'erp', servername => '127.0.0.1,' . $pair->a->port);

	return "CREATE SCHEMA w$index; SET search_path TO w$index, public;\n" . server_sql($pair, %server, name => "erp$index")
	  . server_sql($pair, %server, name => "beside$index")
	  . "CREATE FOREIGN TABLE t $table SERVER erp$index OPTIONS (schema_name 'dbo', table_name 't$index');\n"
	  . "CREATE FOREIGN TABLE truth $table SERVER beside$index OPTIONS (schema_name 'dbo', table_name 't$index');\n$definitions";
}

# corpus: a file; replies: how many are broken; seed: of the first of the workers; folder:
# of what is found.  Returns counts.
sub play_relayed
{
	my (%options) = @_;
	my $pair = TdsMirror::Pair->start(prefix => 'relayed-', plain => 1, script => join '', map { remote_script($_) } 1 .. $workers);
	my $cluster = TdsMirror::Cluster->start('relayed', jit => 'off', autovacuum => 'off');
	my (%sum, %pid);

	$cluster->sql('CREATE EXTENSION tds_mirror_fdw');
	for my $index (1 .. $workers)
	{
		$cluster->sql($_) for local_sql($pair, $index);
		my %world = (cluster => $cluster, index => $index, id => 1000, hangs => 0, ended => 0, wrong => 0,
			folder => $options{folder});
		my $pid = fork() // die "fork: $!\n";
		if ($pid == 0)
		{
			my $good = eval { work(\%world, $options{corpus}, $pair->a->port, int($options{replies} / $workers + 0.999),
				$options{seed} + $index - 1); 1; };

			print $@ unless $good;
			STDOUT->flush;
			POSIX::_exit($good ? 0 : 1);
		}
		$pid{$pid} = $options{seed} + $index - 1;
	}
	for my $pid (keys %pid)
	{
		waitpid $pid, 0;
		$sum{failed}++ if $?;
		next unless -e "$options{folder}/backend-$pid{$pid}.counts";
		for (split /\n/, slurp("$options{folder}/backend-$pid{$pid}.counts"))
		{
			my ($name, $count) = /^(.*) (\d+)$/;

			$sum{$name} = $name eq 'peak' ? ($count > ($sum{peak} // 0) ? $count : $sum{peak}) : ($sum{$name} // 0) + $count;
		}
	}
	$sum{broken} += $sum{"broken $_"} // 0 for sort keys %statements;
	$sum{crashes} = () = slurp($cluster->log_file) =~ /terminated by signal|PANIC|TRAP|exited with exit code (?!1\b)/g;
	printf "%d replies broken on their way to a backend: %s\n", $sum{broken},
	  join ', ', map { sprintf '%s %d (%d succeeded)', $_, $sum{"broken $_"} // 0, $sum{"succeeded $_"} // 0 } sort keys %statements;
	printf "a backend had %d MB at most; %d were ended by the watch\n", $sum{peak} / 1024, $sum{ended};
	$sum{grown} = $sum{peak} > $memory ? 1 : 0;
	$cluster->stop;
	$pair->stop;
	return %sum;
}

1;
