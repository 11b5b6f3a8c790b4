# tds_fdw and this wrapper in one backend, in either order of loading.  FreeTDS keeps
# its handlers, its login timeout and its configuration file per process: neither
# takes them from the other.  Cursors of both are open while either is used, fails,
# is cancelled, or loses its partner; what tds_fdw says is what it says alone.

use strict;
use warnings;
use FindBin;
use Test::More;
use Time::HiRes qw(sleep time);
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql);
use TdsMirror::Lab qw(bindir free_port scratch_folder wait_until);
use TdsMirror::Pair;

plan skip_all => 'tds_fdw is not installed' unless -e bindir() =~ s{/bin$}{/lib/tds_fdw.so}r;

my ($port, $silent) = (free_port(), free_port());
my $pair = TdsMirror::Pair->start(prefix => 'beside-', witness => 1, a => { port => $port },
	b => { port => $port, address => '127.0.0.2' }, script => <<'SQL');
CREATE TABLE dbo.many (id int NOT NULL PRIMARY KEY, v nvarchar(60) NOT NULL)
go
INSERT INTO dbo.many SELECT id, REPLICATE(N'ž', 50) + CAST(id AS nvarchar(10)) FROM standin_rows(20000)
go
CREATE TABLE dbo.note (id int NOT NULL PRIMARY KEY, v varchar(40) NOT NULL)
go
SQL

# Only tds_fdw reads it; here is a name that is nowhere else.
my $conf = scratch_folder('beside-conf') . '/freetds.conf';
open(my $file, '>', $conf) or die "cannot write $conf: $!\n";
print $file "[global]\n\ttds version = 7.4\n\tclient charset = UTF-8\n[erp_by_name]\n\thost = 127.0.0.1\n\tport = $port\n";
close $file;
$ENV{FREETDSCONF} = $conf;
my $cluster = TdsMirror::Cluster->start('beside', lc_messages => 'C');
delete $ENV{FREETDSCONF};

my ($user, $password) = ($TdsMirror::Instance::user, $TdsMirror::Instance::password);
my $setup = $cluster->session;
sub their_server
{
	my ($name, $secret, $options) = @_;
	$setup->query("CREATE SERVER $name FOREIGN DATA WRAPPER tds_fdw OPTIONS ($options);
		CREATE USER MAPPING FOR PUBLIC SERVER $name OPTIONS (username '$user', password '$secret')");
}
$setup->query('SET client_min_messages = warning; CREATE EXTENSION tds_fdw');
their_server('theirs', $password, "servername '127.0.0.1,127.0.0.2', port '$port', database 'erp', tds_version '7.4', use_remote_estimate '0'");
their_server('talkative', $password, "servername '127.0.0.1,127.0.0.2', port '$port', database 'erp', tds_version '7.4', msg_handler 'notice'");
their_server('named', $password, "servername 'erp_by_name', database 'erp'");
their_server('stranger', 'wrong', "servername '127.0.0.1,127.0.0.2', port '$port', database 'erp', tds_version '7.4'");
their_server('nobody', $password, "servername '127.0.0.1', port '$silent', database 'erp', tds_version '7.4'");
$setup->query(server_sql($pair, name => 'ours', application_name => 'ours', silence_check => '0')
	  . server_sql($pair, name => 'refused', password => 'wrong'));
$setup->query(<<'SQL');
CREATE FOREIGN TABLE their_many (id int, v text) SERVER theirs OPTIONS (schema_name 'dbo', table_name 'many');
CREATE FOREIGN TABLE their_missing (id int) SERVER theirs OPTIONS (table 'dbo.missing');
CREATE FOREIGN TABLE their_syntax (id int) SERVER theirs OPTIONS (query 'SELECT FROM WHERE');
CREATE FOREIGN TABLE their_late (id int, v int) SERVER theirs OPTIONS (query 'SELECT id, 1 / (id - 500) AS v FROM dbo.many');
CREATE FOREIGN TABLE their_type (id int) SERVER theirs OPTIONS (query 'SELECT v AS id FROM dbo.many');
CREATE FOREIGN TABLE their_notice (id int) SERVER talkative OPTIONS (table 'dbo.missing');
CREATE FOREIGN TABLE their_named (id int, v text) SERVER named OPTIONS (table 'dbo.many');
CREATE FOREIGN TABLE their_stranger (id int) SERVER stranger OPTIONS (table 'dbo.many');
CREATE FOREIGN TABLE their_nobody (id int) SERVER nobody OPTIONS (table 'dbo.many');
CREATE FOREIGN TABLE our_many (id int, v text) SERVER ours OPTIONS (schema_name 'dbo', table_name 'many');
CREATE FOREIGN TABLE their_note (id int, v text) SERVER theirs OPTIONS (table 'dbo.note');
CREATE FOREIGN TABLE our_note (id int OPTIONS (key 'true'), v text) SERVER ours OPTIONS (table_name 'dbo.note');
CREATE TABLE both_many (id int, v text) PARTITION BY LIST (v);
CREATE FOREIGN TABLE our_half PARTITION OF both_many FOR VALUES IN ('a') SERVER ours OPTIONS (table_name 'dbo.many', async_capable 'true');
CREATE FOREIGN TABLE their_half PARTITION OF both_many DEFAULT SERVER theirs OPTIONS (table 'dbo.many');
CREATE FOREIGN TABLE our_missing (id int) SERVER ours OPTIONS (table_name 'dbo.missing');
CREATE FOREIGN TABLE our_late (id int, v int) SERVER ours OPTIONS (query 'SELECT id, 1 / (id - 500) AS v FROM dbo.many');
CREATE FOREIGN TABLE our_type (id int) SERVER ours OPTIONS (query 'SELECT v AS id FROM dbo.many');
CREATE FOREIGN TABLE our_refused (id int) SERVER refused OPTIONS (table_name 'dbo.many');
SQL

my @theirs = map { "SELECT count(id) FROM $_" } qw(their_missing their_syntax their_type their_notice their_stranger their_nobody);
my @ours = map { "SELECT count(id) FROM $_" } qw(our_missing our_refused);
push @theirs, 'SELECT sum(v) FROM their_late';
push @ours, 'SELECT sum(v) FROM our_late', 'SELECT id FROM our_type';
my %library = (theirs => 'tds_fdw', ours => 'tds_mirror_fdw');
my %probe = (theirs => 'SELECT count(*) FROM their_many', ours => 'SELECT count(*) FROM our_many');

# All that a statement says, but what is another one each time.
sub said
{
	my ($psql, $statement) = @_;
	my ($ok, $out, $err) = $psql->try($statement);
	return "$out $err" =~ s/^LOCATION:.*\n//mgr;
}

# What each says in a session of its own.
my %alone;
for my $statement (@theirs, @ours)
{
	my $psql = $cluster->session;

	$alone{$statement} = said($psql, $statement);
	like($alone{$statement}, qr/ERROR/, "$statement: an error");
	is(said($psql, $statement), $alone{$statement}, "$statement: the same once more");
	$psql->quit;
}
like($alone{$theirs[3]}, qr/NOTICE.*missing/s, 'a message handler that speaks');

# Does the signal that cancels reach the backend, or does tds_fdw keep it?
sub cancels
{
	my ($psql) = @_;
	$psql->query("SET statement_timeout = '200ms'");
	my $state = ($psql->try('SELECT pg_sleep(2)'))[3];
	$psql->query('RESET statement_timeout');
	return $state eq '57014';
}

sub connection
{
	return $_[0]->query("SELECT spid, since FROM tds_mirror_connections WHERE server_name = 'ours'");
}

# By turns, with cursors of both open.
sub by_turns
{
	my ($psql, $case) = @_;

	$psql->query('BEGIN; DECLARE t CURSOR FOR SELECT * FROM their_many; DECLARE o CURSOR FOR SELECT * FROM our_many');
	my ($their_rows, $our_rows, $wrong) = (0, 0, 0);
	my $turn = sub {
		my @their = split /\n/, $psql->query('FETCH 211 FROM t');
		my @our = split /\n/, $psql->query('FETCH 211 FROM o');
		$their_rows += @their;
		$our_rows += @our;
		$wrong++ if "@their" ne "@our";
	};
	for my $statement (@theirs, @ours)
	{
		$turn->();
		$psql->query('SAVEPOINT s');
		is(said($psql, $statement), $alone{$statement}, "$case: $statement: it says what it says alone");
		$psql->query('ROLLBACK TO s');
		$turn->();
		is($psql->query($probe{$_}), 20000, "$case: after that, $_") for sort keys %probe;
		$turn->();
	}
	is($psql->query('SELECT count(*) FROM their_named JOIN our_many USING (id, v)'), 20000, "$case: a name that freetds.conf has, in a join of both");
	for (1 .. 100)
	{
		last if $our_rows >= 20000 && $their_rows >= 20000;
		$turn->();
	}
	is("$their_rows $our_rows $wrong", '20000 20000 0', "$case: all rows, the same, from cursors open all the while");
	$psql->query('COMMIT');
}

# What else they do with the library, with a cursor of ours open; and writes of ours with one of theirs.
sub other_uses
{
	my ($psql, $case) = @_;

	$psql->query('BEGIN; DECLARE o CURSOR FOR SELECT * FROM our_many; FETCH 5 FROM o; SAVEPOINT s');
	$psql->query('CREATE SCHEMA imported; IMPORT FOREIGN SCHEMA dbo FROM SERVER theirs INTO imported');
	like($psql->query('EXPLAIN VERBOSE SELECT * FROM imported.many ORDER BY id'), qr/Remote query/, "$case: an import and EXPLAIN of theirs");
	$psql->query('SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_material = off');
	is($psql->query('SELECT count(*) FROM (SELECT id FROM our_many WHERE id <= 20 OFFSET 0) AS o LEFT JOIN LATERAL (SELECT id FROM their_many WHERE id < 9 OFFSET 0) AS t ON t.id = o.id'),
		20, "$case: scans of theirs, again and again, below one of ours");
	$psql->query('ROLLBACK TO s');
	is(scalar(split /\n/, $psql->query('FETCH ALL FROM o')), 19995, "$case: the rest of ours");
	$psql->query('COMMIT; BEGIN; DECLARE t CURSOR FOR SELECT * FROM their_many; FETCH 5 FROM t');
	$psql->query("INSERT INTO our_note SELECT i, 'note ' || i FROM generate_series(1, 3000) AS i");
	is(scalar(split /\n/, $psql->query('FETCH ALL FROM t')), 19995, "$case: the rest of theirs");
	$psql->query('UPDATE our_note SET v = upper(v) WHERE id > 10');
	$psql->query('COMMIT');
	is($psql->query("SELECT count(*) FROM their_note WHERE substr(v, 1, 4) = 'NOTE'"), 2990, "$case: they see what we have written");
	$psql->query('DELETE FROM our_note');
	is($psql->query('SELECT count(*), sum(id) FROM both_many'), '40000|400020000', "$case: an Append of both, ours waited for beside theirs");
}

# Closing what the other has open.
sub closing
{
	my ($psql, $case) = @_;

	$psql->query('BEGIN; DECLARE t CURSOR FOR SELECT * FROM their_many; DECLARE o CURSOR FOR SELECT * FROM our_many; FETCH 5 FROM t; FETCH 5 FROM o; CLOSE t');
	is($psql->query('SELECT count(*) FROM their_many'), 20000, "$case: they open and close the library");
	is(scalar(split /\n/, $psql->query('FETCH ALL FROM o')), 19995, "$case: the rest of ours");
	$psql->query('DECLARE u CURSOR FOR SELECT * FROM their_many; FETCH 5 FROM u; CLOSE o; COMMIT AND CHAIN; DECLARE v CURSOR FOR SELECT * FROM their_many; FETCH 5 FROM v');
	is($psql->query("SELECT tds_mirror_disconnect('ours')"), 't', "$case: ours is closed");
	is(scalar(split /\n/, $psql->query('FETCH ALL FROM v')), 19995, "$case: the rest of theirs");
	$psql->query('COMMIT');
}

# Many times, without a trace in ours.  What errors of theirs leave open is theirs.
sub many_times
{
	my ($psql, $case) = @_;

	is($psql->query($probe{ours}), 20000, "$case: ours again");
	my $connection = connection($psql);
	my ($sockets) = $psql->footprint;
	for (1 .. 60)
	{
		$psql->query('SELECT count(*) FROM their_named WHERE id < 5');
		$psql->query('SELECT count(*) FROM our_many WHERE id < 5');
		$psql->try($ours[0]);
	}
	like(connection($psql), qr/^\Q$connection\E$/m, "$case: after 60 rounds our connection is the same");
	is(($psql->footprint)[0], $sockets, "$case: and no descriptor is left");
	$psql->try($theirs[0]) for 1 .. 20;
	is($psql->query($probe{ours}), 20000, "$case: after 20 errors of theirs, ours");
	like(connection($psql), qr/^\Q$connection\E$/m, "$case: by the same connection");
}

# A cancel of ours while a cursor of theirs is open.
sub cancelled
{
	my ($psql, $case) = @_;

	$psql->query('BEGIN; DECLARE t CURSOR FOR SELECT * FROM their_many; FETCH 5 FROM t; SAVEPOINT s');
	$pair->a->control('fault row hang 1000 scope ours');
	my $start = time;
	$psql->send('SELECT sum(id) FROM (SELECT id FROM our_many OFFSET 0) AS r');
	wait_until('it waits', 20, sub { grep { /^row .* hits [1-9]/ } $pair->a->control('faults') });
	$setup->query('SELECT pg_cancel_backend(' . $psql->backend . ')');
	is(($psql->finish)[3], '57014', "$case: a cancel of ours");
	cmp_ok(time - $start, '<', 10, "$case: soon");
	$pair->a->control('clear');
	$psql->query('ROLLBACK TO s');
	is(scalar(split /\n/, $psql->query('FETCH ALL FROM t')), 19995, "$case: the rest of theirs");
	$psql->query('COMMIT');
	is($psql->query($probe{ours}), 20000, "$case: and ours");
}

# A login and an answer that take longer than the second that we have FreeTDS wait: theirs waits.
sub slow
{
	my ($psql, $case) = @_;

	for my $point ('login', 'batch')
	{
		my $partner = $pair->principal;
		$partner->control("fault $point delay 2500 count 1");
		my $start = time;
		is($psql->query($probe{theirs}), 20000, "$case: their slow $point is waited for, as without us");
		cmp_ok(time - $start, '>', 2, "$case: it was slow");
		$partner->control('clear');
	}
}

# A failover on purpose, then a kill, with cursors of both open.
sub failovers
{
	my ($psql, $case) = @_;

	for my $how ('failover', 'kill')
	{
		# without these a mirror does not take over
		$pair->wait_synchronized;
		$pair->wait_witness;
		my $old = $pair->principal;
		my $new = $pair->mirror_of($old);

		$psql->query('BEGIN; DECLARE t CURSOR FOR SELECT * FROM their_many; DECLARE o CURSOR FOR SELECT * FROM our_many; FETCH 5 FROM t; FETCH 5 FROM o; SAVEPOINT s');
		$how eq 'kill' ? $old->kill9 : $old->tsql('ALTER DATABASE [erp] SET PARTNER FAILOVER');
		$pair->wait_principal($new);
		my ($their_end, undef, undef, $their_state) = $psql->try('FETCH ALL FROM t');
		$psql->query('ROLLBACK TO s');
		my ($our_end, $rest, undef, $our_state) = $psql->try('FETCH ALL FROM o');
		like($their_end ? 'rows' : $their_state, qr/^(rows|HV00L)$/, "$case, $how: their open scan");
		like($our_end ? scalar(split /\n/, $rest) : $our_state, qr/^(19995|08006)$/, "$case, $how: ours ends whole, or with 08006");
		$psql->query('ROLLBACK');
		is($psql->query($probe{ours}), 20000, "$case, $how: ours goes on");
		is($psql->query($probe{theirs}), 20000, "$case, $how: so do they, by their list");
		is(said($psql, $theirs[4]), $alone{$theirs[4]}, "$case, $how: a wrong password is theirs, said as alone") if $how eq 'failover';
		$old->launch if $how eq 'kill';
	}
	$pair->wait_synchronized;
	$pair->principal->tsql('ALTER DATABASE [erp] SET PARTNER FAILOVER') if $pair->principal != $pair->a;
	$pair->wait_principal($pair->a);
	$pair->wait_synchronized;
}

for my $order ([ 'theirs', 'ours' ], [ 'ours', 'theirs' ])
{
	my $case = "$order->[0] first";
	my $psql = $cluster->session(timeout => 120);

	$psql->query('SET client_min_messages = notice');
	is($psql->query("LOAD '$library{$_}'; $probe{$_}"), 20000, "$case: $_") for @$order;
	my $connection = connection($psql);
	by_turns($psql, $case);
	like(connection($psql), qr/^\Q$connection\E$/m, "$case: our connection is the one from the beginning");
	other_uses($psql, $case);
	closing($psql, $case);
	many_times($psql, $case);
	SKIP:
	{
		skip "$case: this tds_fdw keeps the signal that cancels from the backend, in every statement", 4 unless cancels($psql);
		cancelled($psql, $case);
	}
	slow($psql, $case);
	failovers($psql, $case);

	# Whoever has the signal that cancels, these end a wait of ours.
	$setup->query("ALTER SERVER ours OPTIONS (ADD query_timeout '1 s')");
	$pair->a->control('fault row hang 1000 scope ours');
	my (undef, undef, $said) = $psql->try('SELECT sum(id) FROM (SELECT id FROM our_many OFFSET 0) AS r');
	like($said, qr/ERROR/, "$case: query_timeout");
	$pair->a->control('clear');
	$setup->query('ALTER SERVER ours OPTIONS (DROP query_timeout)');
	$pair->a->control('fault row hang 1000 scope ours');
	$psql->send('SELECT sum(id) FROM (SELECT id FROM our_many OFFSET 0) AS r');
	wait_until('it waits', 20, sub { grep { /^row .* hits [1-9]/ } $pair->a->control('faults') });
	$setup->query('SELECT pg_terminate_backend(' . $psql->backend . ')');
	wait_until("$case: the backend is gone", 20, sub { !kill 0, $psql->backend });
	pass("$case: pg_terminate_backend() ends a wait of ours");
	$pair->a->control('clear');
}

$setup->quit;
$pair->stop;
done_testing();
