# run.pl: commits under kills, freezes, partitions and failovers, without the wrapper.
#
# SEED is the first of five seeds, each a round of 2,000 commits with a witness and
# SAFETY FULL, where nothing may be lost, repeated or invented.  Then a part with
# SAFETY OFF and forced service, where losses have to occur and are reported.
# SCALE makes all of it smaller.

use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Clients;
use Faults qw(deck strike settle principal_of mirroring_of);
use Ledger;
use TdsMirror::Lab qw(free_port scratch_folder wait_until);
use TdsMirror::Pair;
use TdsMirror::Tally qw(check at_least at_most finish say_so some);
use Time::HiRes qw(sleep time);

my $scale = $ENV{SCALE} || 1;
my $first_seed = $ENV{SEED} || 1;
my $rounds = 5;
my $commits = 10000;
my $faults_a_round = 15;
my $async_seconds = 2;
my $delay = 50;			# milliseconds a transaction on the link, in the asynchronous part

my %figure = map { $_ => 0 } qw(commits faults lost repeated invented plants_missed async_losses);

$| = 1;

# Nothing is lost, repeated or invented on this instance; the rows.
sub check_rows
{
	my ($ledger, $pair, $instance) = @_;
	my $rows = $ledger->rows($instance, $pair->database);
	my @wrong = $ledger->judge($rows);
	my $number = 0;

	for my $what (qw(lost repeated invented))
	{
		my $list = $wrong[ $number++ ];
		$figure{$what} += @$list;
		check(@$list == 0, "nothing is $what on $instance->{name}, of " . @$rows . ' rows', some(@$list));
	}
	return $rows;
}

sub difference
{
	my ($left, $right) = @_;
	my %right = map { $_ => 1 } @$right;
	my %left = map { $_ => 1 } @$left;
	return [ grep({ !$right{$_} } @$left), grep({ !$left{$_} } @$right) ];
}

# The mirror holds the same: it takes over and is asked.
sub check_equal
{
	my ($ledger, $pair, $rows) = @_;
	my $old = settle($pair);

	$old->tsql('ALTER DATABASE [' . $pair->database . '] SET PARTNER FAILOVER');
	my $new = wait_until('the other partner is principal', 20, sub {
		my $principal = principal_of($pair);
		return $principal && $principal != $old ? $principal : undef;
	});
	my $other = difference($rows, $ledger->rows($new, $pair->database));
	return check(@$other == 0, "both partners hold the same rows, by a failover to $new->{name}", some(@$other));
}

sub create_ledger
{
	my ($pair, $table, $folder) = @_;

	principal_of($pair)->tsql("CREATE TABLE dbo.$table (id int IDENTITY NOT NULL PRIMARY KEY, client int NOT NULL, "
		  . 'txn int NOT NULL, line int NOT NULL, amount int NOT NULL)', database => $pair->database);
	return Ledger->new($table, $folder);
}

sub await_commits
{
	my ($ledger, $clients, $target) = @_;

	wait_until("$target commits are acknowledged", 120, sub {
		$clients->check;
		return $ledger->read_logs >= $target;
	});
	return;
}

sub chaos_round
{
	my ($pair, $ledger, $seed) = @_;
	my $from = $ledger->acknowledged;
	my $want = int($commits * $scale / $rounds + 0.999);
	my $strikes = int($faults_a_round * $scale + 0.999);
	my @names;

	srand($seed);
	@names = deck($strikes);
	say_so("seed $seed: $want commits, $strikes faults");
	my $clients = Clients->start($pair, $ledger, $seed);
	for my $i (0 .. $#names)
	{
		await_commits($ledger, $clients, $from + $want * ($i + 0.5) / @names);
		my $began = time;
		strike($pair, $names[$i]);
		$figure{faults}++;
		settle($pair);
		say_so(sprintf '%d commits acknowledged, %d in doubt; %s: %.1f s', $ledger->read_logs, $ledger->doubtful,
			$names[$i], time - $began);
	}
	await_commits($ledger, $clients, $from + $want);
	$clients->stop(60);
	$ledger->read_logs;
	my $rows = check_rows($ledger, $pair, settle($pair));
	check_equal($ledger, $pair, $rows);
	return;
}

# Each plant is one wrong row more; the checker has to count exactly it.
sub plant
{
	my ($pair, $ledger) = @_;
	my $principal = settle($pair);
	my $table = 'dbo.' . $ledger->table;
	my $columns = '(client, txn, line, amount)';
	my $rows = $ledger->rows($principal, $pair->database);
	my ($count, %lines) = (0);

	my @known = map { [ split /\|/ ] } @$rows;
	$lines{"$_->[1]|$_->[2]"}++ for @known;
	my ($single) = grep { $lines{"$_->[1]|$_->[2]"} == 1 } @known;
	my ($double) = grep { $lines{"$_->[1]|$_->[2]"} == 2 } @known;
	my ($last) = $known[-1];
	my ($none) = $ledger->rolled_back;
	my @plants = (
		[ 'a transaction that is gone', "DELETE FROM $table WHERE id = $single->[0]", 1, 0, 0 ],
		[ 'a line that is gone', "DELETE FROM $table WHERE id = $double->[0]", 1, 0, 0 ],
		[ 'a row that is there twice', "INSERT INTO $table $columns VALUES (" . join(', ', @$last[1 .. 4]) . ')', 0, 1, 0 ],
		[ 'a row that nobody wrote', "INSERT INTO $table $columns VALUES (1, 1000000, 1, 7)", 0, 0, 1 ],
		[ 'a row that was rolled back',
			"INSERT INTO $table $columns VALUES ($none->{client}, $none->{txn}, 1, $none->{amounts}[0])", 0, 0, 1 ],
		[ 'an amount that has changed', "UPDATE $table SET amount = -1 WHERE id = $last->[0]", 0, 0, 1 ]);
	my @sum = (0, 0, 0);

	for my $plant (@plants)
	{
		my ($name, $sql, @more) = @$plant;

		$principal->tsql($sql, database => $pair->database);
		my @found = map { scalar @$_ } $ledger->judge($ledger->rows($principal, $pair->database));
		# the changed amount was the first of two equal rows
		$sum[$_] += $more[$_] for 0 .. 2;
		$sum[1]-- if $name =~ /changed/;
		$figure{plants_missed}++
		  unless check("@found" eq "@sum", "the checker sees $name", "want @sum, got @found (lost, repeated, invented)");
	}
	return;
}

# Forced service when the log has not reached the mirror: what was acknowledged is lost.
sub asynchronous_part
{
	my ($pair, $folder) = @_;
	my $database = '[' . $pair->database . ']';
	my $old = settle($pair);
	my $new = $old == $pair->a ? $pair->b : $pair->a;
	my $ledger = create_ledger($pair, 'async_ledger', $folder);

	$old->tsql("ALTER DATABASE $database SET WITNESS OFF");
	$old->tsql("ALTER DATABASE $database SET PARTNER SAFETY OFF");
	$old->control("fault link delay $delay count 1000000");
	my $clients = Clients->start($pair, $ledger, $first_seed + $rounds);
	await_commits($ledger, $clients, 1);
	sleep $async_seconds;
	my $acknowledged = $ledger->read_logs;
	say_so("SAFETY OFF: $acknowledged commits acknowledged; the principal is killed, service is forced");
	$old->kill9;
	$ledger->read_logs;
	my $begun = $ledger->begun;
	$pair->force_service($new);
	await_commits($ledger, $clients, $ledger->read_logs + 50);
	$clients->stop(60);
	$ledger->read_logs;

	my $rows = $ledger->rows($new, $pair->database);
	my ($losses, $holes) = $ledger->forget_lost($rows, $begun);
	$figure{async_losses} = $losses;
	say_so("$losses acknowledged commits were lost, as the documentation warns");
	check($losses >= 1, 'forced service has lost acknowledged commits');
	check($holes == 0, 'and only the last ones of each client', "$holes were followed by one that is there");
	check_rows($ledger, $pair, $new);

	$old->launch;
	my @seen;
	check(eval { wait_until('the old principal is a mirror', 20, sub {
		@seen = mirroring_of($pair, $old);
		return @seen && $seen[0] eq 'MIRROR';
	}) } && $seen[1] eq 'SUSPENDED', 'the old principal comes back as a SUSPENDED mirror', "@seen");
	check((mirroring_of($pair, $new))[1] eq 'SUSPENDED', 'for the new one mirroring is SUSPENDED, too');
	$new->tsql("ALTER DATABASE $database SET PARTNER RESUME");
	$new->tsql("ALTER DATABASE $database SET PARTNER SAFETY FULL");
	wait_until('mirroring goes on', 30, sub { (mirroring_of($pair, $new))[1] eq 'SYNCHRONIZED' });
	check_equal($ledger, $pair, $rows);
	check(principal_of($pair) == $old, 'it is principal again, without the tail of its log');
	return;
}

my $python = `$Clients::python -c 'import pytds' 2>&1`;
if ($? != 0)
{
	print "skip chaos-standin: python3-tds is not installed\nchaos-standin: 0 passed, 0 failed\n";
	exit 0;
}

# The driver takes one port for both partners, so these have addresses of their own.
my $port = free_port();
my $pair = TdsMirror::Pair->start(prefix => 'chaos-', witness => 1, a => { port => $port },
	b => { port => $port, address => '127.0.0.2' });
my $folder = scratch_folder('chaos-logs');

$pair->a->tsql('ALTER DATABASE erp SET PARTNER TIMEOUT 1');
my $ledger = create_ledger($pair, 'ledger', $folder);
my $survived = eval {
	chaos_round($pair, $ledger, $_) for $first_seed .. $first_seed + $rounds - 1;
	$figure{commits} = $ledger->acknowledged;
	plant($pair, $ledger);
	asynchronous_part($pair, $folder);
	1;
};
check($survived, 'the test ran to its end', $survived ? () : "$@");
$pair->stop;

at_least(standin_chaos_commits => $figure{commits}, $commits * $scale);
at_least(standin_chaos_faults => $figure{faults}, 60 * $scale);
at_most("standin_chaos_$_" => $figure{$_}, 0) for qw(lost repeated invented plants_missed);
at_least(standin_chaos_async_losses => $figure{async_losses}, 1);
exit(finish('chaos-standin'));
