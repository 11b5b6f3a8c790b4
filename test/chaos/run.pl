# run.pl: DML through foreign tables while partners and backends are struck.
#
# SEED is the first of five seeds, SCALE makes all of it smaller.  Each seed has its
# own tables: eight clients write, read and compute on them while strikes come, then
# both partners are asked what they hold, and the clients' logs judge it.  A last
# part forces service, where losses are allowed.  Everything is kept in LAB_RUN.

use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../standin_chaos", "$FindBin::Bin/../../bench/lib";
use Faults qw(settle principal_of);
use Forced;
use Found qw(found differences open_transactions sessions);
use Judge qw(judge @subjects);
use Plants qw(plants);
use Scene;
use Strikes qw(deck strike stay_away @kinds);
use TdsMirror::Lab qw(wait_until append_file);
use TdsMirror::Tally qw(check at_least at_most finish say_so some);
use Time::HiRes qw(sleep time);

my $scale = $ENV{SCALE} || 1;
my $first_seed = $ENV{SEED} || 1;
my $rounds = $ENV{ROUNDS} || 5;
my $transactions = 50000;
my $of_each = 35;		# strikes of each kind
my $least_of_each = 30;
my $forced_seconds = 0.6;

my %figure = map { $_ => 0 } qw(transactions acknowledged in_doubt faults violations unresolved plants_missed forced_lost);
my %struck = map { $_ => 0 } @kinds, 'forced_service';

$| = 1;

# The story of the transactions that the lines are about.
sub stories
{
	my ($told, @lines) = @_;
	my %seen;

	return map { Told::story($told->{transactions}{$_}) } grep { $told->{transactions}{$_} && !$seen{$_}++ }
	  map { /\b(\d+) (\d+) \(/ ? "$1 $2" : () } @lines;
}

sub judge_part
{
	my ($scene, $told, $found, $marks) = @_;
	return judge($told, $found, marked => \%Scene::marked, marks => $marks, excused => sub { $scene->excused($_[0]) });
}

sub marks_before
{
	my ($scene) = @_;
	my $text = settle($scene->pair)->tsql("SELECT COUNT(*) FROM dbo.commit_log WHERE outcome = 'committed'", database => $scene->database);
	return $text =~ s/\D+//gr;
}

# What a list that should become empty holds in the end.
sub last_of
{
	my ($list, $instance) = @_;
	my @list;

	eval { wait_until('the list is empty', 15, sub { @list = $list->($instance); return !@list }) };
	return @list;
}

# What is wrong with a part, after the last fault; both partners are asked.  forget is
# given what was found before it is judged.
sub conclude
{
	my ($scene, $part, $told, $marks, $forget) = @_;
	my $principal = settle($scene->pair);

	$scene->stop_clients($told);
	my @open = last_of(\&open_transactions, $principal);
	$figure{violations}++ unless check(!@open, "$part: no session of $principal->{name} has a transaction open", @open);
	$scene->disconnect;
	my @sessions = last_of(\&sessions, $principal);
	$figure{violations}++ unless check(!@sessions, "$part: no session is left there", @sessions);
	my $found = found($principal, $scene->database, $part);
	$principal->tsql('ALTER DATABASE [' . $scene->database . '] SET PARTNER FAILOVER');
	my $other = wait_until('the other partner is principal', 20, sub {
		my $now = principal_of($scene->pair);
		return $now && $now != $principal ? $now : undef;
	});
	my @differences = differences($found, found($other, $scene->database, $part));
	$figure{violations} += @differences;
	check(!@differences, "$part: both partners hold the same, " . @{ $found->{ledger} } . ' rows of the ledger', some(@differences));
	$forget->($found) if $forget;

	my $wrong = judge_part($scene, $told, $found, $marks);
	for my $subject (@subjects)
	{
		my @list = @{ $wrong->{$subject} };

		$figure{ $subject eq 'unresolved' ? 'unresolved' : 'violations' } += @list;
		check(!@list, "$part: $subject", some(@list), stories($told, some(@list)), $scene->testimony) if @list;
	}
	check(1, "$part: nothing is wrong") unless map { @$_ } values %$wrong;
	report_doubts($scene, $part, $told);
	$figure{transactions} += $told->ended;
	$figure{acknowledged} += $told->count('ack');
	return;
}

# Those in doubt are listed, with what became of them.
sub report_doubts
{
	my ($scene, $part, $told) = @_;
	my @doubts = grep { $_->{state} eq 'doubt' } $told->transactions;
	my %states;

	$states{ $_->{state} eq 'none' ? $_->{sqlstate} // '-' : $_->{state} }++ for $told->transactions;
	append_file("$scene->{folder}/$part/in_doubt", join('', map { "$_\n" } map { Told::story($_) } @doubts));
	$figure{in_doubt} += @doubts;
	say_so("$part: " . join(', ', map { "$states{$_} $_" } sort { $states{$b} <=> $states{$a} } keys %states)
		  . '; ' . (grep { $Scene::marked{ $_->{client} } } @doubts) . ' in doubt had a commit log');
	return;
}

sub strike_all
{
	my ($scene, $told, $part, $want, @cards) = @_;

	for my $number (0 .. $#cards)
	{
		wait_until("$part goes on", 120, sub { $scene->progress($told) >= $want * ($number + 0.5) / @cards });
		my $began = time;
		strike($scene, $cards[$number]);
		$scene->note_loads(settle($scene->pair));
		$struck{ $cards[$number] }++;
		$figure{faults}++;
		say_so(sprintf '%s: %d transactions; %s: %.1f s', $part, $scene->progress($told), $cards[$number], time - $began);
	}
	wait_until("$part ends", 300, sub { $scene->progress($told) >= $want });
	return;
}

sub round
{
	my ($scene, $seed) = @_;
	my $part = "seed_$seed";
	my $marks = marks_before($scene);
	my $told = $scene->create_part($part);

	srand($seed);
	$scene->start_clients($part, $told, $seed);
	strike_all($scene, $told, $part, $transactions * $scale / 5, deck($seed, $of_each * $scale / 5));
	conclude($scene, $part, $told, $marks);
	return;
}

# Nobody serves for longer than the bound: now the outcome may be told as unknown.
# Returns what plant() needs; its tables are small.
sub absent_part
{
	my ($scene) = @_;
	my ($part, $around) = ('absent', 200);
	my $marks = marks_before($scene);
	my $told = $scene->create_part($part);

	srand($first_seed);
	$scene->start_clients($part, $told, $first_seed);
	wait_until("$part goes on", 60, sub { $scene->progress($told) >= $around });
	stay_away($scene, $Scene::bound + 1.5);
	my $enough = $scene->progress($told) + $around;
	wait_until("$part goes on again", 60, sub { $scene->progress($told) >= $enough });
	conclude($scene, $part, $told, $marks);
	my @doubts = grep { $_->{state} eq 'doubt' && $Scene::marked{ $_->{client} } } $told->transactions;
	check(@doubts > 0, "$part: a COMMIT was in doubt when nobody served beyond the bound, with the commit log, too");
	return ($told, $part, sub { judge_part($scene, @_, $marks) });
}

sub forced_part
{
	my ($scene) = @_;
	my $part = 'forced';
	my $count = int($of_each * $scale + 0.999);
	my $marks = marks_before($scene);
	my $told = $scene->create_part($part);
	my @windows;

	srand($first_seed);
	Forced::prepare($scene);
	$scene->start_clients($part, $told, $first_seed, counted => 1);
	for (1 .. $count)
	{
		push @windows, Forced::force($scene, $forced_seconds);
		$struck{forced_service}++;
		$figure{faults}++;
		say_so("$part: " . $scene->progress($told) . ' transactions; forced_service');
	}
	my $end = time + $forced_seconds;
	wait_until("$part ends", 60, sub { $scene->progress($told); return time > $end });
	conclude($scene, $part, $told, $marks, sub {
		my ($found) = @_;
		my ($lost, @holes) = Forced::forget_lost($told, $found, \@windows);

		say_so("$part: $lost acknowledged commits were lost, as SAFETY OFF allows");
		$figure{forced_lost} += $lost;
		$figure{violations} += @holes;
		check(!@holes, "$part: only the end of each window is lost", some(@holes));
		check($lost > 0, "$part: forced service has lost something");
	});
	return;
}

sub plant
{
	my ($scene, $told, $part, $judge) = @_;

	for my $result (plants($scene, $told, $part, settle($scene->pair), $judge))
	{
		my ($name, $problem) = @$result;
		check(!defined $problem, "the judge sees $name", $problem // ()) or $figure{plants_missed}++;
	}
	return;
}

my $scene = Scene->start;
my $survived = eval {
	round($scene, $_) for $first_seed .. $first_seed + $rounds - 1;
	plant($scene, absent_part($scene));
	forced_part($scene);
	1;
};
check($survived, 'the test ran to its end', $survived ? () : ("$@", $scene->testimony));
check($scene->{loads}, 'some rows went by bulk load') if $scale >= 0.2;
my @crashes = $scene->crashes;
$figure{violations} += @crashes;
check(!@crashes, 'no backend has crashed', some(@crashes));
say_so("$figure{in_doubt} transactions were in doubt; the logs are in $scene->{folder}");
$scene->stop;

at_least(chaos_transactions => $figure{transactions}, $transactions * $scale);
at_least(chaos_acknowledged => $figure{acknowledged}, $transactions * $scale / 2);
at_least(chaos_faults => $figure{faults}, 500 * $scale);
at_least("chaos_faults_$_" => $struck{$_}, $least_of_each * $scale) for sort keys %struck;
at_most("chaos_$_" => $figure{$_}, 0) for qw(violations unresolved plants_missed);
exit(finish('chaos'));
